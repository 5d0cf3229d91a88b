"""Makes the rows of all parts anew from the entries, several processes at once, and swaps them in.

Each process reads a range of positions and brings its rows into fresh tables beside the live
ones. They get their indexes when they are full, which is cheaper than row by row, and take the
place of the live tables in one transaction. Until then the live tables are folded on; what they
gained meanwhile is read last, while they are held.
"""

import gc
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing import Process, get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import Any

import psycopg
from psycopg import Connection, sql

from projections.part import Part
from projections.reading import head
from projections.run import ANALYSING, PARTS, fill, hold, position_of, prepare, rebuild
from projections.spreading import Folds

RANGE_ENTRIES_MAX = 20_000
"""How many entries a process takes at a time at most; towards the end it takes fewer."""
RANGE_ENTRIES_MIN = 2_000
TOGETHER_ENTRIES_MIN = 20_000
"""For how many entries a second process is worth splitting off."""
AFRESH_ENTRIES_MIN = 150_000
"""Likewise where it has to be started afresh, which takes a good part of a second."""


_SIZES = """
select relname, pg_relation_size(oid) from pg_class
where relnamespace = 'aside'::regnamespace and relkind = 'r'
"""
_TABLE_BYTES = 64 * 1024
"""What the indexes of an empty table cost, in bytes of a full one."""


class RebuildFailed(RuntimeError):  # noqa: N818 - the word says it
    """A process ended before its range was read; the live tables are as they were."""


def rebuild_parts(
    conninfo: str,
    folds: Folds,
    *,
    processes: int = 2,
    together_min: int | None = None,
    range_entries: int = RANGE_ENTRIES_MAX,
    entries_in: str = "ledger",
) -> int:
    """Make all parts anew from the entries, then every model from the parts.

    Args:
        conninfo: Where the database is.
        folds: What is kept there.
        processes: How many read at once at most, this one included.
        together_min: For how many entries several processes are worth starting; by default as
            many as pay here.
        range_entries: How many entries each of them takes at a time at most.
        entries_in: The schema in which ``entry`` stands.

    Returns:
        The position that all stand at: as before, or the end of the log where nothing stood.

    Raises:
        RebuildFailed: a process failed.
    """
    if together_min is None:
        together_min = TOGETHER_ENTRIES_MIN if _may_split() else AFRESH_ENTRIES_MIN
    with _connected(conninfo, entries_in) as connection:
        # Two that rebuild at once would write into the same tables.
        connection.execute("select pg_advisory_lock(hashtext('mingzhang rebuild'))")
        prepare(connection, folds)
        until = position_of(connection, PARTS) or head(connection)
        connection.execute(_making_aside(folds))
        count = processes if until >= together_min else 1
        work = Work(conninfo, folds.parts, entries_in, until, range_entries, count)
        _work_together(connection, work)
        reached = _swap(connection, folds, until)
        for model in folds.models:
            rebuild(connection, model)
        return reached


@dataclass(frozen=True, slots=True)
class Work:
    """What each process is told.

    Attributes:
        conninfo: Where the database is.
        parts: Whose rows it makes.
        entries_in: The schema in which ``entry`` stands.
        until: The last position that is read.
        range_entries: How many entries it takes at a time at most.
        processes: How many take part.
    """

    conninfo: str
    parts: tuple[Part, ...]
    entries_in: str
    until: int
    range_entries: int
    processes: int

    def join(self, taken: "Synchronized[int]", begun: Event, pipe: Pipe) -> None:
        """Read along in a process of its own until nothing is left, then index what one is told."""
        with _connected(self.conninfo, self.entries_in) as connection:
            self.read(connection, taken, begun)
            pipe.send(None)
            self.index(connection, pipe.recv())

    def read(
        self, connection: Connection[Any], taken: "Synchronized[int]", begun: Event | None = None
    ) -> None:
        """Take range after range, and bring its rows into the tables beside the live ones."""
        while True:
            with taken.get_lock():
                after = taken.value
                if after >= self.until:
                    return
                upto = taken.value = after + self._share(self.until - after)
                if begun is not None:
                    begun.set()
            fill(connection, self.parts, after, upto, schema="aside")

    def index(self, connection: Connection[Any], names: Iterable[str]) -> None:
        """Make the indexes of some of the tables, and let the planner look at these."""
        parts = {part.name: part for part in self.parts}
        for name in names:
            made = (f"set local {ANALYSING}", *parts[name].indexing("aside"))
            connection.execute(";".join((*made, f"analyze aside.{name}")))

    def _share(self, left: int) -> int:
        """Return how many entries to take: fewer towards the end, so that all end together."""
        wanted = max(left // (2 * self.processes), RANGE_ENTRIES_MIN)
        return min(wanted, self.range_entries, left)


def _may_split() -> bool:
    """Say whether a process may be split off this one: a copy has this one's locks for ever.

    A lock that another thread holds is never let go in the copy. What this thread holds, among
    it connections to the database, is left alone there.
    """
    return sys.platform == "linux" and threading.active_count() == 1


def _connected(conninfo: str, entries_in: str) -> Connection[Any]:
    connection = psycopg.connect(conninfo, autocommit=True)
    connection.execute(sql.SQL("set search_path = {}, public").format(sql.Identifier(entries_in)))
    # Nothing waits for the disk: what a crash takes away is made again from the entries.
    connection.execute("set synchronous_commit = off")
    return connection


def _making_aside(folds: Folds) -> str:
    """Return the statements that make fresh tables beside the live ones, in one transaction."""
    names = ", ".join(f"aside.{part.name}" for part in folds.parts)
    made = (part.table("aside") for part in folds.parts)
    return ";".join((f"drop table if exists {names}", *made))


@dataclass(frozen=True, slots=True)
class _Helper:
    """A process that takes part.

    Attributes:
        process: The process.
        begun: Set as soon as it has taken a range.
        pipe: Tells when nothing is left to read, and is told what to index.
    """

    process: Process
    begun: Event
    pipe: Pipe


def _work_together(connection: Connection[Any], work: Work) -> None:
    """Read here at once; whoever else is ready takes of what is left, and then indexes along."""
    context: Any = get_context("fork" if _may_split() else "spawn")
    taken = context.Value("q", 0)
    helpers = []
    gc.freeze()  # what is collected in a copy has to be copied first
    for _ in range(work.processes - 1):
        begun, (ours, theirs) = context.Event(), context.Pipe()
        process = context.Process(target=work.join, args=(taken, begun, theirs), daemon=True)
        process.start()
        theirs.close()  # so that its end is noticed
        helpers.append(_Helper(process, begun, ours))
    gc.unfreeze()
    try:
        work.read(connection, taken)
        with taken.get_lock():
            ready = [one for one in helpers if one.begun.is_set()]  # the others came too late
        for one in ready:
            one.pipe.recv()
        shares = _shared_out(connection, work, 1 + len(ready))
        for one, share in zip(ready, shares[1:], strict=True):
            one.pipe.send(share)
        work.index(connection, shares[0])
        for one in ready:
            one.process.join()
            if one.process.exitcode:
                raise RebuildFailed("a process that makes rows failed")
    except EOFError:
        raise RebuildFailed("a process that makes rows failed") from None
    finally:
        for one in helpers:
            one.process.terminate()
            one.process.join()


def _shared_out(connection: Connection[Any], work: Work, count: int) -> list[list[str]]:
    """Share the parts out by the size of their tables, the largest first."""
    sizes = dict(connection.execute(_SIZES).fetchall())
    shares: list[list[str]] = [[] for _ in range(count)]
    held = [0] * count
    for part in sorted(work.parts, key=lambda one: -sizes[one.name]):
        least = held.index(min(held))
        shares[least].append(part.name)
        held[least] += sizes[part.name] + _TABLE_BYTES
    return shares


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
        names = ", ".join(f"detail.{part.name}" for part in folds.parts)
        moved = (f"alter table aside.{part.name} set schema detail" for part in folds.parts)
        connection.execute(";".join((f"drop table {names}", *moved)))
    return reached
