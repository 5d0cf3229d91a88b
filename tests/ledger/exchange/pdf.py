"""PDF/A as veraPDF judges it: Java and its libraries from Maven, fetched once."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import gettempdir

import pytest

from tests.architecture.tree import ROOT

HERE = Path(__file__).parent / "outside"
SECONDS = 300


@cache
def libraries() -> Path:
    """Return where veraPDF's libraries lie; skip, aloud, where they cannot be had."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        pytest.skip("no Java and Maven on this machine: nobody judges whether it is PDF/A")
    place = Path(gettempdir()) / "mingzhang-verapdf"
    if not any(place.glob("*.jar")):
        fetched = subprocess.run(
            [
                *("mvn", "--quiet", "--batch-mode", "--file", str(HERE / "pom.xml")),
                *("dependency:copy-dependencies", f"-DoutputDirectory={place}"),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            cwd=ROOT,
        )
        if fetched.returncode:
            pytest.skip("veraPDF cannot be fetched here: nobody judges whether it is PDF/A")
    return place


def faults_of_pdf(file: Path, flavour: str = "2b") -> list[str]:
    """Return what veraPDF finds wrong with a file."""
    done = subprocess.run(
        ["java", "-cp", f"{libraries()}/*", str(HERE / "Check.java"), flavour, str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    *faults, verdict = done.stdout.splitlines() or ["nothing"]
    assert verdict in {"COMPLIANT", "NOT COMPLIANT"}, done.stderr
    assert (verdict == "COMPLIANT") == (not faults)
    return faults
