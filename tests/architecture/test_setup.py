"""The installation says what it misses and how to mend it, and leaves nothing half done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

TOOLS = ("cat", "cksum", "dirname", "grep", "id", "rm", "sh", "uname")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the installation reads, in a directory with a space in its name."""
    place = tmp_path / "a checkout"
    shutil.copytree(ROOT / "infra" / "setup", place / "infra" / "setup")
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, place)
    return place


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine that has a shell and little else: no apt-get, no browser."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    return {"PATH": str(programs)}


def run(
    place: Path, script: str, *arguments: str, env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", place / "infra" / "setup" / script, *arguments],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_python_it_says_what_to_install(checkout: Path, bare: dict[str, str]) -> None:
    told = run(checkout, "venv.sh", "run", env=bare)

    assert told.returncode == 1
    assert "需要 Python 3.11" in told.stderr
    assert "sudo apt-get install python3 python3-venv" in told.stderr
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_named_and_too_old_is_not_replaced_by_another(
    checkout: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    told = run(checkout, "venv.sh", "run", env=bare | {"PYTHON": str(old)})

    assert told.returncode == 1
    assert "Python 3.11 or newer is needed" in told.stderr


def test_a_python_without_ensurepip_is_told_with_the_package_that_brings_it(
    checkout: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "ensurepip.py").write_text("raise ImportError\n")
    split = tmp_path / "a python"
    split.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}" exec "{sys.executable}" "$@"\n')
    split.chmod(0o755)

    told = run(checkout, "venv.sh", "run", env=bare | {"PYTHON": str(split)})

    assert told.returncode == 1
    assert "lacks venv or ensurepip" in told.stderr
    assert "sudo apt-get install python3-venv" in told.stderr
    assert not (checkout / ".venv").exists()


SLOWER = ("-X", "tracemalloc=25")
THIS_VERSION = f"python3.{sys.version_info[1]}"


def a_python(folder: Path, does: str) -> Path:
    """Lay a Python of this version into a directory of its own; say where it is."""
    folder.mkdir()
    made = folder / THIS_VERSION
    made.write_text(f"#!/bin/sh\n{does}\n")
    made.chmod(0o755)
    return made


def quickest(*options: str, path: list[Path]) -> str:
    told = subprocess.run(
        [sys.executable, *options, ROOT / "infra" / "setup" / "quickest.py"],
        env={"PATH": ":".join(map(str, path))},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()


def test_of_two_pythons_of_one_version_the_quicker_is_taken(tmp_path: Path) -> None:
    other = a_python(tmp_path / "other", f'exec "{sys.executable}" "$@"')

    assert quickest(*SLOWER, path=[tmp_path, other.parent]) == str(other)


def test_a_python_that_is_no_quicker_or_does_not_run_is_not_taken(tmp_path: Path) -> None:
    broken = a_python(tmp_path / "broken", "exit 1")
    slower = a_python(tmp_path / "slower", f'exec "{sys.executable}" {" ".join(SLOWER)} "$@"')
    odd = a_python(tmp_path / "odd", "echo quick")

    assert quickest(path=[broken.parent, slower.parent, odd.parent]) == sys.executable


def test_an_unknown_level_is_refused(checkout: Path) -> None:
    told = run(checkout, "venv.sh", "everything", env=dict(os.environ))

    assert told.returncode == 1
    assert "no such level: everything" in told.stderr


def test_without_a_browser_the_page_tests_are_skipped_aloud(
    checkout: Path, bare: dict[str, str]
) -> None:
    told = run(checkout, "browser.sh", env=bare)

    assert told.returncode == 0
    assert "页面测试将被跳过" in told.stderr
    assert "chromium fonts-noto-cjk" in told.stderr


def test_every_make_target_says_what_it_does(checkout: Path) -> None:
    told = subprocess.run(["make", "-C", checkout], capture_output=True, text=True, check=True)

    for target in ("setup", "run", "test", "check", "bench", "lock", "clean"):
        assert any(line.startswith(f"{target} ") for line in told.stdout.splitlines())
