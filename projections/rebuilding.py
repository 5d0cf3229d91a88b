"""Makes the rows of all parts anew from the entries, several processes at once, and swaps them in.

Each process reads a range of positions and brings its rows into fresh tables beside the live
ones. They get their indexes when they are full, which is cheaper than row by row, and take the
place of the live tables in one transaction. Until then the live tables are folded on; what they
gained meanwhile is read last, while they are held.
"""

from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import Any

import psycopg
from psycopg import Connection, sql

from projections.part import Part
from projections.reading import head
from projections.run import PARTS, fill, hold, position_of, prepare, rebuild
from projections.spreading import Folds

RANGE_ENTRIES = 10_000
"""How many entries a process takes at a time."""
TOGETHER_ENTRIES_MIN = 150_000
"""A second process takes a good part of a second to start: for fewer entries one is faster."""


class RebuildFailed(RuntimeError):  # noqa: N818 - the word says it
    """A process ended before its range was read; the live tables are as they were."""


def rebuild_parts(
    conninfo: str,
    folds: Folds,
    *,
    processes: int = 2,
    together_min: int = TOGETHER_ENTRIES_MIN,
    range_entries: int = RANGE_ENTRIES,
    entries_in: str = "ledger",
) -> int:
    """Make all parts anew from the entries, then every model from the parts.

    Args:
        conninfo: Where the database is.
        folds: What is kept there.
        processes: How many read at once at most, this one included.
        together_min: For how many entries several processes are worth starting.
        range_entries: How many entries each of them takes at a time.
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
        count = processes if until >= together_min else 1
        reading = Reading(conninfo, folds.parts, entries_in, until, range_entries)
        _read_together(connection, reading, count - 1)
        _index_aside(connection, folds)
        reached = _swap(connection, folds, until)
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
        until: The last position that is read.
        range_entries: How many entries it takes at a time.
    """

    conninfo: str
    parts: tuple[Part, ...]
    entries_in: str
    until: int
    range_entries: int

    def join(self, taken: "Synchronized[int]", begun: Event) -> None:
        """Read along in a process of its own until nothing is left to take."""
        with _connected(self.conninfo, self.entries_in) as connection:
            self.read(connection, taken, begun)

    def read(
        self, connection: Connection[Any], taken: "Synchronized[int]", begun: Event | None = None
    ) -> None:
        """Take range after range, and bring its rows into the tables beside the live ones."""
        while True:
            with taken.get_lock():
                after, upto = taken.value, min(taken.value + self.range_entries, self.until)
                if after >= self.until:
                    return
                taken.value = upto
                if begun is not None:
                    begun.set()
            fill(connection, self.parts, after, upto, schema="aside")


def _connected(conninfo: str, entries_in: str) -> Connection[Any]:
    connection = psycopg.connect(conninfo, autocommit=True)
    connection.execute(sql.SQL("set search_path = {}, public").format(sql.Identifier(entries_in)))
    return connection


def _make_aside(connection: Connection[Any], folds: Folds) -> None:
    with connection.transaction():
        for part in folds.parts:
            connection.execute(f"drop table if exists aside.{part.name}")
            connection.execute(part.table("aside"))


def _index_aside(connection: Connection[Any], folds: Folds) -> None:
    with connection.transaction():
        connection.execute("set local default_statistics_target = 20")
        for part in folds.parts:
            for index in part.indexing("aside"):
                connection.execute(index)
            connection.execute(sql.SQL("analyze {}").format(sql.Identifier("aside", part.name)))


def _read_together(connection: Connection[Any], reading: Reading, others: int) -> None:
    """Read here at once; whoever else is ready takes of what is left."""
    # A fresh interpreter each: a forked one would share this one's connections and threads.
    context = get_context("spawn")
    taken = context.Value("q", 0)
    helpers = []
    for _ in range(others):
        begun = context.Event()
        one = context.Process(target=reading.join, args=(taken, begun))
        one.start()
        helpers.append((one, begun))
    failed = True
    try:
        reading.read(connection, taken)
        failed = False
    finally:
        for one, begun in helpers:
            with taken.get_lock():
                idle = not begun.is_set()  # and nothing is left that it could take
            if idle or failed:
                one.terminate()
            one.join()
    if any(one.exitcode and begun.is_set() for one, begun in helpers):
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
