"""The files of the project as they lie in the checkout, for the tests of form."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("aggregates", "consumers", "ledger", "projections")

CODE = frozenset({".css", ".go", ".html", ".js", ".py", ".sh", ".sql"})
TEXT = CODE | {".cfg", ".csv", ".json", ".md", ".svg", ".toml", ".txt", ".xml", ".yaml", ".yml"}
TEXT_NAMES = frozenset({".gitignore", "Dockerfile", "LICENSE", "Makefile", "run"})

MADE_BY_TOOLS = frozenset({"__pycache__", "build", "dist", "node_modules"})
VENDORED = "vendor"
"""Directories of this name hold what others wrote, as they wrote it."""


@dataclass(frozen=True, slots=True)
class File:
    """A text file of the project.

    Attributes:
        path: Relative to the checkout, with slashes.
        text: What it says.
    """

    path: str
    text: str

    @property
    def lines(self) -> list[str]:
        """The text, line by line."""
        return self.text.splitlines()

    @property
    def suffix(self) -> str:
        """The end of the name, as ``.py``."""
        return Path(self.path).suffix


@cache
def texts() -> tuple[File, ...]:
    """Return every text file that we write, but for the locks."""
    return tuple(
        File(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
        for path in _walk()
        if path.suffix in TEXT or path.name in TEXT_NAMES
    )


def code() -> tuple[File, ...]:
    """Return the files that hold code."""
    return tuple(file for file in texts() if file.suffix in CODE)


def python() -> tuple[File, ...]:
    """Return the Python files, tests included."""
    return tuple(file for file in texts() if file.suffix == ".py")


def pages() -> tuple[File, ...]:
    """Return the pages that people read."""
    return tuple(file for file in texts() if file.suffix == ".md")


def page(name: str) -> File:
    """Return one page of the top level; that it exists is tested elsewhere."""
    return next((one for one in pages() if one.path == name), File(name, ""))


def _walk() -> Iterator[Path]:
    for folder, below, names in os.walk(ROOT):
        below[:] = sorted(
            name
            for name in below
            if name == ".ci" or not (name.startswith(".") or name in MADE_BY_TOOLS | {VENDORED})
        )
        yield from (Path(folder, name) for name in sorted(names))
