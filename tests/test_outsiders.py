"""The end of a run tells which checkers of others were asked, whatever became of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

SUITE = """
import pytest

@pytest.mark.outsider("bagit")
@pytest.mark.parametrize("number", range(3))
def test_good(number): pass

@pytest.mark.outsider("veraPDF")
def test_absent(): pytest.skip("no Java here")

@pytest.fixture
def broken(): raise OSError

@pytest.mark.outsider("Tessera fsck", "bagit")
def test_bad(): assert False

@pytest.mark.outsider("rfc8785")
def test_error(broken): pass

def test_ours(): pass
"""


def ran(folder: Path, suite: str, *words: str) -> str:
    (folder / "test_suite.py").write_text(suite)
    (folder / "pytest.ini").write_text("[pytest]\n")
    asked = ("-q", "-p", "tests.outsiders", "-p", "no:cacheprovider", *words, "test_suite.py")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pytest; sys.exit(pytest.main(sys.argv[1:]))",
            *asked,
        ],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("processes", ["0", "2"])
def test_who_agreed_failed_or_was_not_there_is_told(tmp_path: Path, processes: str) -> None:
    told = ran(tmp_path, SUITE, "-n", processes)
    lines = {line[:26].strip(): line[26:].strip() for line in told.splitlines()}
    assert lines["bagit"] == "3 agreed, 1 FAILED"
    assert lines["veraPDF"] == "skipped: no Java here"
    assert lines["Tessera fsck"] == "1 FAILED"
    assert lines["rfc8785"] == "1 FAILED"
    assert lines["tlog-scales"] == "no test of this run"


def test_a_run_without_any_says_nothing_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    assert "not ours" not in ran(tmp_path, "def test_ours(): pass\n")
    odd = 'import pytest\n@pytest.mark.outsider("nobody")\ndef test_it(): pass\n'
    assert "no such outsider: nobody" in ran(tmp_path, odd)
