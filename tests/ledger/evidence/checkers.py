"""Running checkers that are not ours: two Go programs, OpenSSL, a Python reader of tiles."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent / "outside"


@dataclass(frozen=True)
class Told:
    """How a checker ended, and what it said."""

    code: int
    out: str


@dataclass(frozen=True)
class Checker:
    """A program to be run."""

    program: Path

    def __call__(self, *asked: str | Path) -> Told:
        ran = subprocess.run(
            [self.program, *asked], capture_output=True, text=True, encoding="utf-8", check=False
        )
        return Told(ran.returncode, ran.stdout)


def tool(name: str) -> Path:
    """Return a program of this machine, or skip aloud."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} on this machine")
    return Path(found)


@cache
def build(name: str, place: Path) -> Checker:
    """Build one of the Go programs below ``outside``; its modules are pinned there by hash."""
    go, program = tool("go"), place / name
    # Its own toolchain, as it is, and nothing of the environment's wishes.
    settings = {"GOFLAGS": "-mod=readonly -buildvcs=false", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    built = subprocess.run(
        [go, "build", "-o", program, "."],
        cwd=SOURCES / name,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    if "dial tcp" in built.stderr or "connection refused" in built.stderr:
        pytest.skip(f"the modules of {name} cannot be fetched: {built.stderr.splitlines()[-1]}")
    assert built.returncode == 0, built.stderr
    return Checker(program)
