"""Places that nobody can come back to are removed, whoever else removes them at the moment."""

import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.embedded import abandoned
from ledger.embedded.abandoned import sweep
from ledger.embedded.place import HOME_FILE
from tests.ledger.embedded.harness import AS_ROOT, ORDINARY

PLACES, FILES, SWEEPERS = 20, 60, 4


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory in which places are looked for."""
    monkeypatch.setattr(abandoned, "OUTSIDE", (tmp_path / "outside",))
    return tmp_path / "outside"


def place(outside: Path, number: int, home: Path) -> Path:
    root = outside / f"home-{number}"
    (root / "data" / "base").mkdir(parents=True)
    (root / HOME_FILE).write_text(str(home))
    for one in range(FILES):
        (root / "data" / "base" / str(one)).write_text("x")
    return root


def test_many_who_sweep_at_once_remove_every_place_and_none_fails(
    outside: Path, tmp_path: Path
) -> None:
    for number in range(PLACES):
        place(outside, number, tmp_path / f"gone-{number}")

    with ThreadPoolExecutor(SWEEPERS) as threads:
        for swept in [threads.submit(sweep) for _ in range(SWEEPERS)]:
            swept.result()

    assert list(outside.iterdir()) == []


def test_a_place_stays_whose_home_is_there_or_may_come_back(outside: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    stays = {
        place(outside, 1, tmp_path / "here"),
        place(outside, 2, Path("/mnt/a-disk-that-is-not-mounted/home")),
    }
    place(outside, 3, abandoned.MEMORY / "gone")

    sweep()

    assert set(outside.iterdir()) == stays


AS_ORDINARY = """
import os, pwd, sys
from pathlib import Path
from ledger.embedded import abandoned
user = pwd.getpwnam(sys.argv[2])
os.setgroups([])
os.setgid(user.pw_gid)
os.setuid(user.pw_uid)
abandoned.OUTSIDE = (Path(sys.argv[1]),)
abandoned.sweep()
"""


@pytest.mark.skipif(not AS_ROOT, reason="does not apply: we are not root")
def test_an_ordinary_user_looks_at_no_home_of_another_account(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    places = Path(tempfile.mkdtemp(prefix="mingzhang-embedded-"))
    try:
        places.chmod(0o755)
        stays = place(places, 1, closed / "home")
        done = subprocess.run(
            [sys.executable, "-c", AS_ORDINARY, str(places), ORDINARY],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert stays.exists()
    finally:
        shutil.rmtree(places)
