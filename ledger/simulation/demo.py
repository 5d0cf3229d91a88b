"""The demonstration: a world built once, and the same world built aside and checked.

A world is whole once its last entry, the record of its own script, is in the log. One whose
building was cut short is thrown away and begun anew; nobody can have written to it yet.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import psycopg
import uvloop
from psycopg import Connection

from aggregates import catalogue
from aggregates.ids import derived_id
from aggregates.language import Message
from ledger.application.answers import Ask
from ledger.application.founding import found
from ledger.application.running import Ledger, open_ledger
from ledger.clock import SimulatedClock
from ledger.embedded.server import EmbeddedServer
from ledger.errors import Fault, Misconfigured
from ledger.ids import SeededIds
from ledger.settings import Settings
from ledger.simulation.feeding import Fed, OwnStates, feed
from ledger.simulation.offices import CITY_CENTRE
from ledger.simulation.world import World, plan_world, world_name
from ledger.store.migrations import migrate
from ledger.timers import signalling
from ledger.vault.keyfile import load_keyring
from ledger.vault.keys import SeededKeyring
from projections.catalogue import MODELS, folds
from projections.check import check
from projections.digest import digest_now
from projections.run import catch_up, prepare, rebuild

Progress = Callable[[int], None]
_SCHEMAS: Final = ("ledger", "vault", "security", "detail", "model", "aside")
_ANEW: Final = (
    *(f"drop schema if exists {name} cascade" for name in _SCHEMAS),
    "drop table if exists public.mingzhang_migration",
)


def build_world(conninfo: str, settings: Settings, *, scale: str, years: int, seed: int) -> None:
    """Build a world in the database of a demonstration, unless it stands there already.

    Args:
        conninfo: The database, migrated.
        settings: The settings of the demonstration, whose keys are those of the world.
        scale: ``class``, ``county``, ``city`` or ``peak``.
        years: How many years, ending with 2025.
        seed: Which of the worlds of this size.

    Raises:
        Misconfigured: the demonstration holds another world, or there is no such scale.
    """
    name = world_name(scale, years, seed)
    held = getattr(load_keyring(settings.key_file), "seed", None)
    if held != name:
        raise Misconfigured(
            Message(
                f"{settings.home}中已有另一演示：{held}",
                f"{settings.home} holds another demonstration: {held}",
            ),
            mend=Message(
                "删除该目录，或用MINGZHANG_HOME另指一处",
                "remove that directory, or name another one by MINGZHANG_HOME",
            ),
        )
    if _stands(conninfo, name):
        return
    _clear(conninfo)
    world = plan_world(scale, years, seed)
    with _bar(len(world.planned)) as progress:
        uvloop.run(_build(conninfo, world, progress))


async def check_world(scale: str, years: int, seed: int) -> dict[str, Any]:
    """Build a world aside, check it, and return what it comes to; nothing of it is left.

    Raises:
        Misconfigured: there is no such scale.
        Fault: a command was not answered as planned.
    """
    world = plan_world(scale, years, seed)
    with TemporaryDirectory(prefix="mingzhang-check-") as folder:
        home = Path(folder)
        home.chmod(0o711)  # noqa: ASYNC240 - a moment, before anything runs; under root for its account
        server = EmbeddedServer(home)
        try:
            conninfo = server.start()
            migrate(conninfo)
            with _bar(len(world.planned)) as progress:
                fed, signals = await _build(conninfo, world, progress)
            if fed.unforeseen:
                raise Fault(Message(*(2 * (fed.unforeseen[0].told(),))))
            with _connected(conninfo) as connection:
                return _summary(connection, world, fed, signals)
        finally:
            server.discard()


async def _build(conninfo: str, world: World, progress: Progress) -> tuple[Fed, Counter[str]]:
    """Feed a world, fold it, raise the signals, and set the mark that it is whole."""
    catalogue.load()
    clock = SimulatedClock(world.begins_at)
    async with open_ledger(
        conninfo,
        keyring=SeededKeyring(world.name),
        clock=clock,
        ids=SeededIds(world.name, clock),
        source=f"//simulation/{world.name}",
        states=OwnStates,
    ) as ledger:
        await found(ledger)
        fed = await feed(ledger, clock, world.planned, progress=progress)
        clock.set(world.last_moment)
        _fold(conninfo)
        signals = await signalling.record(
            ledger, signalling.find(conninfo).signals, at=world.last_moment
        )
        await _mark(ledger, world, fed)
    _fold(conninfo)
    return fed, signals


async def _mark(ledger: Ledger, world: World, fed: Fed) -> None:
    data = {
        "batch_id": _mark_id(world.name),
        "source_system": "simulation",
        "rows": fed.commands,
        "rejected_rows": fed.refused,
        "sha256": world.digest(),
        "mapping_version": "simulation-1",
    }
    ask = Ask("accept-import-batch", data, channel="import", at=world.last_moment)
    await ledger.door.act(ask, CITY_CENTRE)


def _mark_id(name: str) -> UUID:
    return derived_id("import-batch", "simulation", name)


def _stands(conninfo: str, name: str) -> bool:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(
            "select 1 from ledger.entry where stream = %s", (f"system/{_mark_id(name)}",)
        ).fetchone()
    return row is not None


def _clear(conninfo: str) -> None:
    """Throw away what an interrupted building left."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute("select position from ledger.head").fetchone()
        if row is None or row[0] == 0:
            return
        for statement in _ANEW:
            connection.execute(statement.encode())
    migrate(conninfo)


@contextmanager
def _connected(conninfo: str) -> Iterator[Connection[Any]]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("set search_path = ledger, public")
        yield connection


def _fold(conninfo: str) -> None:
    with _connected(conninfo) as connection:
        prepare(connection, folds())
        catch_up(connection, folds())


@contextmanager
def _bar(total: int) -> Iterator[Progress]:
    """Show on stderr how far the building is."""
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import Progress as Bar  # noqa: PLC0415 - heavy

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("模拟 simulation", total=total)
        yield lambda done: bar.update(task, completed=done)


def _summary(
    connection: Connection[Any], world: World, fed: Fed, signals: Counter[str]
) -> dict[str, Any]:
    position = _one(connection, "select position from ledger.head")
    checked = check(connection, position)
    models: dict[str, Any] = {}
    for model in MODELS:
        live = digest_now(connection, model)
        at = rebuild(connection, model)
        again = digest_now(connection, model)
        models[model.name] = {"position": at, "digest": live, "rebuilt_equal": live == again}
    return {
        "world": world.name,
        "simulated": True,
        "entries": position,
        "classes": _one(connection, "select count(*) from model.class_ledger"),
        "people": _one(
            connection,
            "select count(*) from ledger.entry where version = 1 and stream ^@ 'trainee/'",
        ),
        "paid_fen": checked.paid_fen["payments"],
        "refused": fed.refused,
        "signals": dict(sorted(signals.items())),
        "models": models,
        "paid_items": {
            "all": checked.paid_items,
            "decided_here": checked.judged_items,
            "broken": checked.broken_items,
        },
        "books_fen": dict(checked.paid_fen),
        "sound": checked.sound,
    }


def _one(connection: Connection[Any], statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    return int(row[0]) if row else 0
