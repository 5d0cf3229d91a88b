from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from ledger.store.append import Log
from tests.ledger.store.making import new_stream, one, other_process, rows, writing

CHANGES = [
    "update ledger.entry set body = body",
    "update ledger.entry set body = 'x' where false",
    "delete from ledger.entry",
    "truncate ledger.entry",
    "merge into ledger.entry using (select 1 as n) on position = n when matched then delete",
]


@contextmanager
def acting_as(conninfo: str, role: str) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection that has no more rights than a group role."""
    with other_process(conninfo) as connection:
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        yield connection


@pytest.mark.parametrize("change", CHANGES)
async def test_an_entry_is_not_changed_even_by_the_owner(
    log: Log, database: str, change: str
) -> None:
    await log.append(writing((new_stream(), 1)))
    before = rows(database)

    with (
        other_process(database) as connection,
        pytest.raises(errors.InsufficientPrivilege, match="append-only"),
    ):
        connection.execute(change.encode())

    assert rows(database) == before


async def test_playing_replica_does_not_get_around_the_trigger(log: Log, database: str) -> None:
    await log.append(writing((new_stream(), 1)))

    with other_process(database) as connection:
        connection.execute("set session_replication_role = replica")
        with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
            connection.execute("delete from ledger.entry")


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "role",
    [
        *("mingzhang_writer", "mingzhang_reader", "mingzhang_fold", "mingzhang_vault"),
        *("mingzhang_integrator", "mingzhang_relay"),
    ],
)
def test_no_role_is_granted_a_change_of_an_entry(database: str, role: str, change: str) -> None:
    with acting_as(database, role) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(change.encode())


@pytest.mark.parametrize(
    ("role", "question", "allowed"),
    [
        ("mingzhang_reader", "select count(*) from ledger.entry", True),
        ("mingzhang_reader", "select count(*) from ledger.entry_json", True),
        ("mingzhang_reader", "select position from ledger.head", True),
        ("mingzhang_reader", "select count(*) from vault.sealed", False),
        ("mingzhang_reader", "select count(*) from vault.restricted", False),
        ("mingzhang_reader", "select count(*) from ledger.idempotency", False),
        ("mingzhang_reader", "insert into ledger.head (position) values (9)", False),
        ("mingzhang_reader", "select count(*) from ledger.relay", True),
        ("mingzhang_reader", "select count(*) from mirror.progress", True),
        ("mingzhang_reader", "update ledger.relay set position = 0", False),
        ("mingzhang_relay", "select count(*) from ledger.entry", True),
        ("mingzhang_relay", "update ledger.relay set position = 0", True),
        ("mingzhang_relay", "select count(*) from vault.sealed", False),
        ("mingzhang_writer", "select count(*) from ledger.entry", True),
        ("mingzhang_writer", "select count(*) from vault.sealed", False),
        ("mingzhang_writer", "select count(*) from vault.data_key", False),
        ("mingzhang_fold", "select count(*) from vault.restricted", True),
        ("mingzhang_fold", "select count(*) from vault.sealed", False),
        ("mingzhang_fold", "select count(*) from vault.sealed_fact", False),
        ("mingzhang_vault", "select count(*) from vault.sealed", True),
        ("mingzhang_vault", "select count(*) from vault.data_key", True),
        ("mingzhang_vault", "select count(*) from ledger.entry", False),
    ],
)
def test_a_role_may_do_its_part_and_no_more(
    database: str, role: str, question: str, *, allowed: bool
) -> None:
    with acting_as(database, role) as connection:
        if allowed:
            connection.execute(question.encode())
        else:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(question.encode())


def test_the_view_shows_the_body_as_json(database: str) -> None:
    assert one(database, "select count(*) from ledger.entry_json where body ->> 'type' = 'x'") == 0
