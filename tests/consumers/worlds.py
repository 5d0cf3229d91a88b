"""Ledgers to publish, and what a copy of them has to come to."""

import asyncio
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import Connection

from ledger.application.running import open_ledger
from ledger.clock import SystemClock
from ledger.ids import SystemIds
from ledger.store.rows import SEE_ENTRIES
from ledger.vault.keys import SeededKeyring
from projections.catalogue import MODELS, folds
from projections.digest import digest_now
from projections.run import catch_up, prepare
from tests.ledger.telling import tell


def write_small_world(conninfo: str, *, classes: int = 12) -> int:
    """Write and fold the small world; return how many entries it has."""

    async def write() -> None:
        clock = SystemClock()
        async with open_ledger(
            conninfo,
            keyring=SeededKeyring("test"),
            clock=clock,
            ids=SystemIds(clock),
            source="//simulation/test",
        ) as ledger:
            await tell(ledger, conninfo, classes=classes)

    asyncio.run(write())
    return head(conninfo)


def connected(conninfo: str) -> Connection[Any]:
    connection = psycopg.connect(conninfo, autocommit=True)
    connection.execute(SEE_ENTRIES)
    return connection


def head(conninfo: str) -> int:
    with connected(conninfo) as connection:
        row = connection.execute("select position from ledger.head").fetchone()
        assert row is not None
        return int(row[0])


def digests(conninfo: str) -> Mapping[str, str]:
    """Fold to the end of the log, and return the digest of every unrestricted read model."""
    with connected(conninfo) as connection:
        prepare(connection, folds())
        catch_up(connection, folds())
        return {
            model.name: digest_now(connection, model) for model in MODELS if not model.restricted
        }


def entries(conninfo: str) -> list[tuple[int, str, bytes]]:
    """Return position, body and leaf of every entry, in order."""
    with connected(conninfo) as connection:
        return connection.execute(
            "select position, body, leaf from ledger.entry order by position"
        ).fetchall()
