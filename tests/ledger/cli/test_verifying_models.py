"""Rows of read models that somebody changed are named by a replay, and left alone unless asked."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from tests.ledger.serving import Served, served

CHANGES = {
    "class_ledger": (
        "update model.class_ledger set paid_fen = paid_fen + 1 where paid_fen > 0",
        "update model.class_ledger set paid_fen = paid_fen - 1 where paid_fen > 0",
    ),
    "archive": (
        "update model.archive set documents = documents + 1",
        "update model.archive set documents = documents - 1",
    ),
    "entitlements": (
        "create table model.kept as table model.entitlements; delete from model.entitlements",
        "insert into model.entitlements table model.kept; drop table model.kept",
    ),
    "funds": (
        "update model.funds set allocated_fen = allocated_fen + 1",
        "update model.funds set allocated_fen = allocated_fen - 1",
    ),
    "duties": (
        "update model.duties set owed_by = 'X' || owed_by",
        "update model.duties set owed_by = substr(owed_by, 2)",
    ),
    "risk": (
        "update model.risk set severity = lower(severity)",
        "update model.risk set severity = upper(severity)",
    ),
    "trail": (
        "update detail.link set position = position + 100000 where position = 30",
        "update detail.link set position = position - 100000 where position = 100030",
    ),
}


@pytest.fixture(scope="module")
def place(shared_database: str) -> Iterator[Served]:
    with served(shared_database, classes=2) as found:
        yield found


def verified(place: Served, home: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    """Run ``verify --models``; exit code, what it printed and what it said."""
    ended = subprocess.run(
        [sys.executable, "-m", "ledger.cli", "verify", "--models", *more],
        env=os.environ | {"MINGZHANG_HOME": str(home), "MINGZHANG_DATABASE_URL": place.conninfo},
        capture_output=True,
        check=False,
    )
    return ended.returncode, orjson.loads(ended.stdout), ended.stderr.decode()


def rows_of(conninfo: str, name: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(conninfo) as connection:
        return sorted(connection.execute(f"select * from model.{name}"), key=str)


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_row_that_was_changed_is_named_and_left_as_it_is(
    place: Served, tmp_path: Path, name: str
) -> None:
    change, back = CHANGES[name]
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        connection.execute(change.encode())
        kept = name if name != "trail" else "funds"
        before = rows_of(place.conninfo, kept)
        code, told, said = verified(place, tmp_path)
        after = rows_of(place.conninfo, kept)
        connection.execute(back.encode())

    assert (code, told["wrong"], told["mended"]) == (3, [name], False)
    assert name in said
    assert before == after


def test_models_that_nobody_touched_raise_no_alarm_and_leave_nothing(
    place: Served, tmp_path: Path
) -> None:
    code, told, _ = verified(place, tmp_path, "--mend")

    assert (code, told["ok"], told["wrong"], told["mended"]) == (0, True, [], False)
    assert set(told["models"]) == set(CHANGES)
    with psycopg.connect(place.conninfo) as connection:
        left = connection.execute("select count(*) from pg_namespace where nspname = 'replay'")
        assert left.fetchone() == (0,)


def test_what_is_wrong_is_made_anew_where_that_is_asked(place: Served, tmp_path: Path) -> None:
    honest = rows_of(place.conninfo, "class_ledger")
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        connection.execute("update model.class_ledger set status = 'CLOSED'")

    code, told, _ = verified(place, tmp_path, "--mend")

    assert (code, told["wrong"], told["mended"]) == (3, ["class_ledger"], True)
    assert rows_of(place.conninfo, "class_ledger") == honest
    assert verified(place, tmp_path)[0] == 0
