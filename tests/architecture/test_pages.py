"""The pages are there, say the same in both languages, and lead nowhere that does not exist."""

import re
import tomllib
from datetime import date

import pytest

from tests.architecture.tree import ROOT, File, page, pages

HEADING = re.compile(r"^(#{1,6}) \S")
FENCE = re.compile(r"^\s*```")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
MAKE = re.compile(r"\bmake ([a-z]+)\b")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
RELEASE = re.compile(r"^## (Unreleased|(\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2}))$")


def headings(file: File) -> list[int]:
    """Return the levels of a page's headings, in order; code blocks hold none."""
    found, in_code = [], False
    for line in file.lines:
        if FENCE.match(line):
            in_code = not in_code
        elif not in_code and (heading := HEADING.match(line)):
            found.append(len(heading[1]))
    return found


def code_lines(file: File) -> list[str]:
    """Return what a page tells to type, without comments, which are in its language."""
    found, in_code = [], False
    for line in file.lines:
        if FENCE.match(line):
            in_code = not in_code
        elif in_code and (typed := line.partition("#")[0].strip()):
            found.append(typed)
    return found


def dead_links(files: tuple[File, ...]) -> list[str]:
    return [
        f"{file.path}: {target}"
        for file in files
        for target in LINK.findall(file.text)
        if not (ROOT / file.path).parent.joinpath(target).exists()
    ]


def faults_of_changelog(text: str, version: str) -> list[str]:
    """Return what is wrong with the form of a changelog, newest release first."""
    sections = [line for line in text.splitlines() if line.startswith("## ")]
    faults = [f"not a release: {line}" for line in sections if not RELEASE.match(line)]
    releases = [found for line in sections if (found := RELEASE.match(line)) and found[2]]
    numbers = [tuple(map(int, found[2].split("."))) for found in releases]
    dates = [date.fromisoformat(found[3]) for found in releases]
    if numbers != sorted(numbers, reverse=True) or dates != sorted(dates, reverse=True):
        faults.append("the newest release stands first")
    if len(set(numbers)) < len(numbers):
        faults.append("a release stands twice")
    if "## Unreleased" in sections[1:]:
        faults.append("what is not released stands first")
    if not releases or releases[0][2] != version:
        faults.append(f"the newest release is not {version}, the project's version")
    bodies = re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]
    faults += [f"says nothing: {s}" for s, b in zip(sections, bodies, strict=True) if not b.strip()]
    return faults


@pytest.mark.parametrize(
    "name",
    ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"],
)
def test_a_newcomer_finds_the_page(name: str) -> None:
    assert headings(page(name))[:1] == [1]


def test_the_readme_says_the_same_in_both_languages() -> None:
    english, chinese = page("README.md"), page("README.zh-CN.md")

    assert headings(english) == headings(chinese)
    assert code_lines(english) == code_lines(chinese)


def test_no_page_leads_to_a_file_that_is_not_there() -> None:
    assert dead_links(pages()) == []


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))
    named = {name for one in pages() for line in code_lines(one) for name in MAKE.findall(line)}

    assert named <= targets
    assert {"run", "test"} <= named


def test_the_changelog_is_in_form() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert faults_of_changelog(page("CHANGELOG.md").text, project["version"]) == []


def test_headings_and_commands_are_told_from_code() -> None:
    file = File("a.md", "# A\n\n```sh\n# no heading\nmake run  # and serve\n```\n\n### B\n")

    assert headings(file) == [1, 3]
    assert code_lines(file) == ["make run"]


def test_a_dead_link_is_found() -> None:
    file = File("a.md", "[a](nowhere.md) [b](Makefile#run) [c](https://example.org/x) [d](#here)")

    assert dead_links((file,)) == ["a.md: nowhere.md"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("## v1.0.0\n\n- A\n", "not a release: ## v1.0.0"),
        ("## 1.0.0 - 2024-01-01\n\n- A\n## 1.1.0 - 2024-02-01\n\n- B\n", "newest release stands"),
        ("## 1.0.0 - 2024-01-01\n\n- A\n## Unreleased\n\n- B\n", "not released stands first"),
        ("## 1.0.0 - 2024-01-01\n\n- A\n## 1.0.0 - 2024-01-01\n\n- A\n", "stands twice"),
        ("## 0.9.0 - 2024-01-01\n\n- A\n", "is not 1.0.0"),
        ("## 1.0.0 - 2024-01-01\n\n", "says nothing"),
    ],
)
def test_a_changelog_out_of_form_is_found(text: str, fault: str) -> None:
    assert fault in "; ".join(faults_of_changelog(text, "1.0.0"))
