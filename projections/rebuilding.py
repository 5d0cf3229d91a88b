"""Makes the rows of all parts anew from the entries, several processes at once, and swaps them in.

Each process reads a range of positions and brings its rows into fresh tables beside the live
ones. They get their indexes when they are full, which is cheaper than row by row, and take the
place of the live tables in one transaction. Until then the live tables are folded on; what they
gained meanwhile is read last, while they are held.
"""

from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

import psycopg
from psycopg import Connection, sql

from projections.part import Part
from projections.reading import head
from projections.run import PARTS, fill, hold, position_of, prepare, rebuild
from projections.spreading import Folds

ENTRIES_A_PROCESS_MIN = 50_000
"""A process is not worth starting for fewer entries: it takes most of a second to start."""


class RebuildFailed(RuntimeError):  # noqa: N818 - the word says it
    """A process ended before its range was read; the live tables are as they were."""


def rebuild_parts(
    conninfo: str,
    folds: Folds,
    *,
    processes: int = 2,
    entries_min: int = ENTRIES_A_PROCESS_MIN,
    entries_in: str = "ledger",
) -> int:
    """Make all parts anew from the entries, then every model from the parts.

    Args:
        conninfo: Where the database is.
        folds: What is kept there.
        processes: How many read at once at most, this one included.
        entries_min: How many entries each of them has at least.
        entries_in: The schema in which ``entry`` stands.

    Returns:
        The position that all stand at: as before, or the end of the log where nothing stood.

    Raises:
        RebuildFailed: a process failed.
    """
    with _connected(conninfo, entries_in) as connection:
        # Two that rebuild at once would write into the same tables.
        connection.execute("select pg_advisory_lock(hashtext('mingzhang rebuild'))")
        prepare(connection, folds)
        until = position_of(connection, PARTS) or head(connection)
        _make_aside(connection, folds)
        count = max(1, min(processes, until // max(entries_min, 1)))
        ranges = list(pairwise(until * n // count for n in range(count + 1)))
        _read_by_ranges(connection, Reading(conninfo, folds.parts, entries_in), ranges)
        for part in folds.parts:
            for index in part.indexing("aside"):
                connection.execute(index)
        reached = _swap(connection, folds, until)
        for part in folds.parts:
            connection.execute(sql.SQL("analyze {}").format(sql.Identifier("detail", part.name)))
        for model in folds.models:
            rebuild(connection, model)
        return reached


@dataclass(frozen=True, slots=True)
class Reading:
    """What each process is told.

    Attributes:
        conninfo: Where the database is.
        parts: Whose rows it makes.
        entries_in: The schema in which ``entry`` stands.
    """

    conninfo: str
    parts: tuple[Part, ...]
    entries_in: str

    def read(self, after: int, until: int) -> None:
        """Bring the rows of a range into the tables beside the live ones."""
        with _connected(self.conninfo, self.entries_in) as connection:
            fill(connection, self.parts, after, until, schema="aside")


def _connected(conninfo: str, entries_in: str) -> Connection[Any]:
    connection = psycopg.connect(conninfo, autocommit=True)
    connection.execute(sql.SQL("set search_path = {}, public").format(sql.Identifier(entries_in)))
    return connection


def _make_aside(connection: Connection[Any], folds: Folds) -> None:
    for part in folds.parts:
        connection.execute(f"drop table if exists aside.{part.name}")
        connection.execute(part.table("aside"))


def _read_by_ranges(
    connection: Connection[Any], reading: Reading, ranges: list[tuple[int, int]]
) -> None:
    """Read the first range here, and each other one in a process of its own."""
    # A fresh interpreter each: a forked one would share this one's connections and threads.
    context = get_context("spawn")
    others = [context.Process(target=reading.read, args=each) for each in ranges[1:]]
    for one in others:
        one.start()
    try:
        fill(connection, reading.parts, *ranges[0], schema="aside")
    except BaseException:
        for one in others:
            one.terminate()
        raise
    finally:
        for one in others:
            one.join()
    if any(one.exitcode for one in others):
        raise RebuildFailed("a process that reads entries failed")


def _swap(connection: Connection[Any], folds: Folds, until: int) -> int:
    """Put the new tables in the place of the live ones; return the position of the parts."""
    with connection.transaction():
        reached = hold(connection)
        if reached == 0:
            reached = until
            connection.execute(
                "update model.progress set position = %s where name = %s", (until, PARTS)
            )
        fill(connection, folds.parts, until, reached, schema="aside")
        for part in folds.parts:
            live, aside = sql.Identifier("detail", part.name), sql.Identifier("aside", part.name)
            connection.execute(sql.SQL("drop table {}").format(live))
            connection.execute(sql.SQL("alter table {} set schema detail").format(aside))
    return reached
