"""What no file of the project may say: unfinished work, other people's hosts, somebody's disk."""

import re

import pytest

from tests.architecture.tree import File, code, texts

# Each pattern is written so that it does not match itself.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X|NotImplemented[E]rror)\b")
REGISTRY = re.compile(
    r"pythonh[o]sted|py[p]i\.org|registry\.npm[j]s|repo1?\.mav[e]n|proxy\.gol[a]ng"
    r"|deb\.deb[i]an\.org|crates\.i[o]\b"
)
LOCAL_PATH = re.compile(r"(^|[^a-z.])/(work|farm|tm[p](?!/mingzhang)|root|hom[e])/[a-z]")
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE K[E]Y")


def saying(pattern: re.Pattern[str], files: tuple[File, ...]) -> list[str]:
    return [
        f"{file.path}:{number}: {line.strip()[:80]}"
        for file in files
        for number, line in enumerate(file.lines, 1)
        if pattern.search(line)
    ]


def test_nothing_is_left_unfinished() -> None:
    assert saying(UNFINISHED, code()) == []


@pytest.mark.parametrize("pattern", [REGISTRY, LOCAL_PATH, SECRET], ids=["host", "path", "key"])
def test_no_text_names_a_registry_or_a_place_on_somebodys_disk(pattern: re.Pattern[str]) -> None:
    assert saying(pattern, texts()) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (UNFINISHED, "# TO" + "DO later"),
        (UNFINISHED, "    raise NotImplemented" + "Error"),
        (REGISTRY, "--index-url https://py" + "pi.org/simple"),
        (LOCAL_PATH, "open('/tm" + "p/x')"),
        (LOCAL_PATH, "/hom" + "e/somebody/.venv"),
        (SECRET, "-----BEGIN PRIVATE K" + "EY-----"),
    ],
)
def test_such_a_line_is_found(pattern: re.Pattern[str], line: str) -> None:
    assert saying(pattern, (File("a.py", line),)) == [f"a.py:1: {line.strip()}"]
    assert saying(pattern, (File("a.py", "from ledger import entry"),)) == []
