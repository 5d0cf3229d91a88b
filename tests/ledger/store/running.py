"""Writers in processes of their own, for the tests that kill them."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.ledger.store.making import Row

WRITER = Path(__file__).with_name("writer.py")
ROOT = Path(__file__).parents[3]


class Acknowledged(NamedTuple):
    """An entry of which a writer was told that it is in the log."""

    position: int
    stream: str
    version: int


def started(conninfo: str, entries: int = 0) -> subprocess.Popen[bytes]:
    """Start a writer."""
    return subprocess.Popen(
        [sys.executable, str(WRITER), conninfo, str(entries)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    )


def acknowledged(output: bytes) -> list[Acknowledged]:
    """Return what a writer said before it ended."""
    lines = output.decode().split("\n")[:-1]
    return [
        Acknowledged(int(position), stream, int(version))
        for position, stream, version in (line.split() for line in lines)
    ]


def missing(told: Iterable[Acknowledged], rows: Iterable[Row]) -> set[Acknowledged]:
    """Return what was acknowledged and is not in the log where it was said to be."""
    return set(told) - {Acknowledged(row.position, row.stream, row.version) for row in rows}
