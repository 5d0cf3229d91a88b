"""Homes to try things in, and processes of their own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.embedded.server import EmbeddedServer
from tests.ledger.embedded.harness import ROOT, Run, Told


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that every user may pass through."""
    directory = Path(tempfile.mkdtemp(prefix="mingzhang-embedded-")).resolve()
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def new_home(open_directory: Path) -> Iterator[Path]:
    """A home that does not exist yet; its server and data are gone afterwards."""
    home = open_directory / "home"
    yield home
    EmbeddedServer(home).discard()


@pytest.fixture(scope="session")
def _made_home() -> Iterator[Path]:
    """A home whose server was started once, to be copied: making one takes a second."""
    directory = Path(tempfile.mkdtemp(prefix="mingzhang-embedded-")).resolve()
    directory.chmod(0o711)
    home = directory / "home"
    with EmbeddedServer(home):
        pass
    yield home
    shutil.rmtree(directory)


@pytest.fixture
def home(new_home: Path, _made_home: Path) -> Path:
    """A home whose server was started before and stands still, with an empty database."""
    subprocess.run(["/bin/cp", "-a", _made_home, new_home], check=True)
    return new_home


@pytest.fixture
def run() -> Iterator[Run]:
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
