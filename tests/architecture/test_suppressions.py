"""Whoever silences a tool says why."""

import io
import re
import tokenize

from tests.architecture.tree import ROOT, File, python

NOQA = re.compile(r"#\s*noqa\b(?!: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* - \S)")
TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore\b(?!\[[a-z, -]+\]  # \S)")
UNEXPLAINED = re.compile(f"{NOQA.pattern}|{TYPE_IGNORE.pattern}")
LIST_OF_IGNORES = re.compile(r'^\s*(?:"[^"]+"|ignore|allowed-confusables) = \[\s*$')
IGNORE_WITH_REASON = re.compile(r'^\s*"[A-Z]+[0-9]*",\s+# \S')


def unexplained(files: tuple[File, ...]) -> list[str]:
    return [
        f"{file.path}:{token.start[0]}"
        for file in files
        if UNEXPLAINED.search(file.text)  # far quicker than to take every file apart
        for token in tokenize.generate_tokens(io.StringIO(file.text).readline)
        if token.type == tokenize.COMMENT and UNEXPLAINED.search(token.string)
    ]


def unexplained_settings(toml: str) -> list[str]:
    """Return the lines below ``[tool.ruff.lint…]`` that ignore a rule without a reason."""
    found, section, inside = [], "", False
    for line in toml.splitlines():
        if line.startswith("["):
            section = line
        elif "ruff.lint" in section and LIST_OF_IGNORES.match(line):
            inside = True
        elif line.strip() == "]":
            inside = False
        elif inside and not IGNORE_WITH_REASON.match(line):
            found.append(line.strip())
    return found


def test_every_suppressed_finding_has_a_reason() -> None:
    assert unexplained(python()) == []


def test_every_ignored_rule_has_a_reason() -> None:
    settings = (ROOT / "pyproject.toml").read_text("utf-8")

    assert "[tool.ruff.lint]" in settings
    assert unexplained_settings(settings) == []


def test_a_suppression_without_a_reason_is_found() -> None:
    bare = ("x = 1  # noqa", "x = 1  # noqa: E501", "x = y  # type: ignore[arg-type]", "#noqa:E501")
    good = ("x = 1  # noqa: E501, S608 - a URL", "x = y  # type: ignore[arg-type]  # untyped there")

    assert unexplained((File("a.py", "\n".join(bare)),)) == [f"a.py:{n}" for n in range(1, 5)]
    assert unexplained((File("a.py", "\n".join(good)),)) == []


def test_an_ignored_rule_without_a_reason_is_found() -> None:
    toml = (
        '[tool.ruff.lint]\nignore = [\n  "EM", # because\n  "D105",\n]\n[x]\n"a" = [\n  "E1",\n]\n'
    )

    assert unexplained_settings(toml) == ['"D105",']
