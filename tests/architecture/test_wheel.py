"""The wheel carries what the packages need: code, statements, tables, pages."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as it would be published."""
    place = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", place],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return zipfile.ZipFile(next(place.glob("mingzhang-*.whl")))


def test_every_file_of_the_packages_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not is_made(path)
    }

    assert files - set(wheel.namelist()) == set()
    assert {Path(name).suffix for name in files} >= {".py", ".sql", ".csv", ".json"}


def test_nothing_but_the_packages_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_carries_the_topics_that_operators_find_below_infra(
    wheel: zipfile.ZipFile,
) -> None:
    topics = sorted((ROOT / "infra" / "kafka" / "topics").glob("*.toml"))

    assert topics != []
    for path in topics:
        assert wheel.read(f"consumers/definitions/{path.name}") == path.read_bytes()


def test_the_wheel_brings_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    inside = {name.partition("/")[2]: name for name in wheel.namelist() if ".dist-info/" in name}

    assert b"mingzhang = ledger.cli:main" in wheel.read(inside["entry_points.txt"])
    assert b"Apache License" in wheel.read(inside["licenses/LICENSE"])


def is_made(path: Path) -> bool:
    return path.suffix == ".pyc" or path.name.startswith(".")
