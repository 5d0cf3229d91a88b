"""The contracts of imports bite: each is broken once, in a copy of the tree."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the four packages' Python files, and of the settings."""
    place = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            place / package,
            ignore=lambda folder, names: [
                name for name in names if Path(folder, name).is_file() and not name.endswith(".py")
            ],
        )
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def broken(copy: Path, *contracts: str) -> str:
    """Return what import-linter says of the copy, or nothing if all contracts are kept."""
    chosen = [part for one in contracts for part in ("--contract", one)]
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache", *chosen],
        cwd=copy,
        env={"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in {0, 1}
    assert "does not exist" not in ran.stdout
    return "" if ran.returncode == 0 else ran.stdout


def test_the_tree_keeps_every_contract(copy: Path) -> None:
    assert broken(copy) == ""


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("packages", "aggregates/law/planted.py", "import projections"),
        ("packages", "projections/planted.py", "import ledger.entry"),
        ("packages", "ledger/store/planted.py", "import consumers"),
        ("ledger", "ledger/entry/planted.py", "import ledger.store"),
        ("ledger", "ledger/store/planted.py", "import ledger.vault"),
        ("ledger", "ledger/planted.py", "import hashlib"),
        ("concepts", "aggregates/project/state.py", "import aggregates.project.commands"),
        ("stories", "aggregates/project/facts.py", "import aggregates.monthly_plan.commands"),
        ("law", "aggregates/law/planted.py", "import aggregates.project.state"),
        ("cycles", "ledger/entry/canonical.py", "import ledger.entry.document"),
        ("pure-law", "aggregates/law/planted.py", "import psycopg"),
        ("pure-law", "aggregates/law/planted.py", "import time"),
        ("pure-law", "aggregates/law/planted.py", "from eventsourcing.domain import Aggregate"),
        ("pure-evidence", "ledger/evidence/planted.py", "import orjson"),
        ("pure-evidence", "ledger/evidence/planted.py", "import aggregates.facts"),
        ("pure-evidence", "ledger/evidence/planted.py", "import socket"),
        ("ledger", "ledger/evidence/planted.py", "import ledger.entry"),
        ("ledger", "ledger/evidence/planted.py", "import ledger.clock"),
        ("pure-questions", "projections/planted.py", "import fastapi"),
        ("log-alone", "ledger/store/planted.py", "import projections.run"),
        ("doors-alone", "consumers/planted.py", "import ledger.api.commands"),
        ("kafka", "consumers/planted.py", "from kafka import KafkaProducer"),
        ("kafka", "ledger/store/planted.py", "import kafka.errors"),
    ],
)
def test_a_planted_import_breaks_its_contract(
    copy: Path, contract: str, module: str, line: str
) -> None:
    planted = copy / module
    before = planted.read_text("utf-8") if planted.exists() else None
    new_package = not planted.parent.exists()
    if new_package:
        planted.parent.mkdir()
        planted.with_name("__init__.py").touch()
    planted.write_text(f"{before or ''}\n{line}\n", "utf-8")
    try:
        assert "BROKEN" in broken(copy, contract)
    finally:
        if new_package:
            shutil.rmtree(planted.parent)
        elif before is None:
            planted.unlink()
        else:
            planted.write_text(before, "utf-8")
