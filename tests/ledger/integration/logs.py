"""Logs for the tests of integration, and what somebody above all roles could do to them."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ledger.clock import SystemClock
from ledger.evidence.hashes import Hashing
from ledger.evidence.tree import tree_root
from ledger.integration import storing
from ledger.integration.integrator import Integrator
from ledger.store.threads import SyncLog
from tests.ledger.store.making import new_stream, rows, writing

APPEND_ENTRIES = 200


def grow(conninfo: str, entries: int) -> None:
    """Append so many entries, each the first of its stream or the one after it."""
    stream = new_stream()
    with SyncLog(conninfo, SystemClock()) as log:
        for first in range(1, entries + 1, APPEND_ENTRIES):
            last = min(entries, first + APPEND_ENTRIES - 1)
            log.append(writing(*((stream, version) for version in range(first, last + 1))))


def integrate(conninfo: str) -> int:
    """Bring the trees up to the log, and return their size."""
    with storing.connected(conninfo) as connection:
        integrator = Integrator(connection)
        while integrator.step():
            pass
        return integrator.size


def root_of(conninfo: str, hashing: Hashing, size: int | None = None) -> bytes:
    """Return the root over the first entries, straight from their bytes."""
    bodies = [row.body.encode() for row in rows(conninfo)][:size]
    return tree_root(hashing, hashing.leaves(bodies))


@contextmanager
def above_roles(conninfo: str) -> Iterator[psycopg.Connection]:
    """Yield a connection for which no trigger fires: whoever has the disk can do as much."""
    guarded = ("ledger.entry", "evidence.tile", "evidence.tree", "evidence.checkpoint")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for table in guarded:
            connection.execute(f"alter table {table} disable trigger user".encode())
        yield connection
        for table in guarded:
            connection.execute(f"alter table {table} enable trigger user".encode())


def tamper(conninfo: str, *changes: str) -> None:
    """Change rows as somebody above all roles could."""
    with above_roles(conninfo) as connection:
        for change in changes:
            connection.execute(change.encode())
