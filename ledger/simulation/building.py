"""Builds a world in a database: fed, folded, watched over, its signals raised, its end marked.

A world is whole once its last entry, the record of its own script, is in the log. One whose
building was cut short is thrown away and begun anew; nobody can have written to it yet.
"""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import Connection

from aggregates import catalogue
from aggregates.ids import derived_id
from ledger.application.answers import Ask
from ledger.application.founding import found
from ledger.application.running import Ledger, open_ledger
from ledger.clock import SimulatedClock
from ledger.documents.store import DocumentStore
from ledger.ids import SeededIds
from ledger.simulation.feeding import Fed, OwnStates, feed
from ledger.simulation.offices import CITY_CENTRE
from ledger.simulation.papers import scanned
from ledger.simulation.script import Planned
from ledger.simulation.world import World
from ledger.store.migrations import migrate
from ledger.store.rows import SEE_ENTRIES
from ledger.timers import signalling, watching
from ledger.vault.keys import SeededKeyring
from projections.catalogue import folds
from projections.risk.raising import Signal
from projections.run import catch_up, prepare

WATCHED_EVERY: Final = timedelta(days=7)
"""How often somebody looks after duties in a simulated world; a service does it all the time."""
Progress = Callable[[int], None]
_SCHEMAS: Final = (
    *("evidence", "ledger", "vault", "security", "mirror", "intake", "detail", "model", "aside"),
)
_ANEW: Final = (
    *(f"drop schema if exists {name} cascade" for name in _SCHEMAS),
    "drop table if exists public.mingzhang_migration",
)


@dataclass(frozen=True, slots=True)
class Built:
    """What a building came to.

    Attributes:
        fed: What became of the commands.
        missed: How many missed duties of each rule were recorded.
        signals: What the indicators found.
        raised: How many signals of each indicator were recorded.
    """

    fed: Fed
    missed: Counter[str]
    signals: Sequence[Signal]
    raised: Counter[str]


async def build(
    conninfo: str,
    world: World,
    *,
    documents: DocumentStore | None = None,
    progress: Progress = lambda _: None,
) -> Built:
    """Feed a world to an empty log, fold it, raise the signals, and mark that it is whole.

    Args:
        conninfo: A migrated database without entries.
        world: The world.
        documents: Where the files of its documents go; without, nobody has scanned any.
        progress: Told now and then how many commands are done.
    """
    catalogue.load()
    clock = SimulatedClock(world.begins_at)
    async with open_ledger(
        conninfo,
        keyring=SeededKeyring(world.name),
        clock=clock,
        ids=SeededIds(world.name, clock),
        source=f"//simulation/{world.name}",
        states=OwnStates,
        documents=documents,
    ) as ledger:
        await found(ledger)
        fed, missed = Fed(), Counter[str]()
        for until, piece in _pieces(world):
            # The disk is waited for while the ledger decides.
            papers, _ = await asyncio.gather(
                asyncio.to_thread(scanned, world.name, piece, documents, until),
                feed(ledger, clock, piece, progress=progress, fed=fed),
            )
            clock.set(until)
            fed.unforeseen += (await feed(ledger, clock, papers)).unforeseen
            fold(conninfo)
            over = watching.find(conninfo, until)
            missed += await watching.record(ledger, over, at=until)
        fold(conninfo)
        signals = signalling.find(conninfo).signals
        raised = await signalling.record(ledger, signals, at=world.last_moment)
        await _mark(ledger, world, fed)
    fold(conninfo)
    return Built(fed, missed, signals, raised)


def _pieces(world: World) -> Iterator[tuple[datetime, Sequence[Planned]]]:
    """Yield a script week by week, each with the moment at which duties are looked at."""
    start, planned = 0, world.planned
    until = world.begins_at
    while until < world.last_moment:
        until = min(until + WATCHED_EVERY, world.last_moment)
        end = bisect_left(planned, until, key=lambda one: one.at)
        yield until, planned[start:end]
        start = end
    if start < len(planned):
        yield until, planned[start:]


async def _mark(ledger: Ledger, world: World, fed: Fed) -> None:
    data = {
        "batch_id": _mark_id(world.name),
        "source_system": "simulation",
        "rows": fed.commands,
        "sha256": world.digest(),
        "mapping_version": "simulation-1",
    }
    ask = Ask("accept-import-batch", data, channel="import", at=world.last_moment)
    await ledger.door.act(ask, CITY_CENTRE)


def _mark_id(name: str) -> UUID:
    return derived_id("import-batch", "simulation", name)


def stands(conninfo: str, name: str) -> bool:
    """Say whether a whole world of a name is in a database."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(
            "select 1 from ledger.entry where stream = %s", (f"system/{_mark_id(name)}",)
        ).fetchone()
    return row is not None


def clear(conninfo: str) -> None:
    """Throw away what an interrupted building left; the database is migrated afterwards."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute("select position from ledger.head").fetchone()
        if row is None or row[0] == 0:
            return
        for statement in _ANEW:
            connection.execute(statement.encode())
    migrate(conninfo)


@contextmanager
def connected(conninfo: str) -> Iterator[Connection[Any]]:
    """Connect so that the relation ``entry`` stands, in autocommit."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SEE_ENTRIES)
        yield connection


def fold(conninfo: str) -> None:
    """Bring the read models up to the end of the log."""
    with connected(conninfo) as connection:
        prepare(connection, folds())
        catch_up(connection, folds())
