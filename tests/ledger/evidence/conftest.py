"""Fixtures of the evidence tests."""

from pathlib import Path

import pytest

from ledger.evidence.verifier.assembling import single_file
from tests.ledger.evidence.auditing import Auditor
from tests.ledger.evidence.logs import POLICY_TEXT


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one file, as it is handed out."""
    place = tmp_path_factory.mktemp("verifier") / "verify.py"
    place.write_text(single_file(), "utf-8")
    return place


@pytest.fixture
def auditor(program: Path, tmp_path: Path) -> Auditor:
    """Somebody who holds the policy and an empty directory."""
    someone = Auditor(program, tmp_path)
    someone.put("mine.tlog", POLICY_TEXT.encode())
    return someone
