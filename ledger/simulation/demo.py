"""The demonstration: a world built once, and the same world built aside and checked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvloop
from psycopg import Connection

from aggregates.language import Message
from ledger.documents.directory import DirectoryStore
from ledger.documents.place import store_at
from ledger.documents.store import DocumentStore
from ledger.embedded.server import EmbeddedServer
from ledger.errors import Fault, Misconfigured
from ledger.integration.place import SigningPlace
from ledger.settings import Settings
from ledger.simulation.building import Built, Progress, build, clear, connected, stands
from ledger.simulation.judging import judge
from ledger.simulation.world import World, plan_world, world_name
from ledger.store.migrations import migrate
from ledger.vault.keyfile import load_keyring
from projections.catalogue import MODELS
from projections.check import check
from projections.digest import digest_now
from projections.run import rebuild


def build_world(conninfo: str, settings: Settings, *, scale: str, years: int, seed: int) -> None:
    """Build a world in the database of a demonstration, unless it stands there already.

    Args:
        conninfo: The database, migrated.
        settings: The settings of the demonstration, whose keys are those of the world.
        scale: ``class``, ``county``, ``city`` or ``peak``.
        years: How many years, ending with 2025.
        seed: Which of the worlds of this size.

    Raises:
        Misconfigured: the demonstration holds another world, or there is none like this.
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
    if stands(conninfo, name):
        return
    world = plan_world(scale, years, seed)
    clear(conninfo)
    SigningPlace.below(settings.home).forget()
    documents = store_at(settings.documents)
    with _bar(len(world.planned)) as progress:
        uvloop.run(build(conninfo, world, documents=documents, progress=progress))


def fill(conninfo: str, *, scale: str, years: int, seed: int) -> None:
    """Fill an empty, migrated database with a world under the keys of its seed, without files.

    Raises:
        Misconfigured: there is no such scale.
    """
    world = plan_world(scale, years, seed)
    with _bar(len(world.planned)) as progress:
        uvloop.run(build(conninfo, world, progress=progress))


async def check_world(scale: str, years: int, seed: int) -> dict[str, Any]:
    """Build a world aside, check it, and return what it comes to; nothing of it is left.

    Raises:
        Misconfigured: there is no such world.
        Fault: a command was not answered as planned.
    """
    world = plan_world(scale, years, seed)
    with _aside() as (conninfo, documents), _bar(len(world.planned)) as progress:
        built = await build(conninfo, world, documents=documents, progress=progress)
        unforeseen = built.fed.unforeseen
        if unforeseen:
            raise Fault(Message(unforeseen[0].told(), unforeseen[0].told()))
        with connected(conninfo) as connection:
            return _summary(connection, world, built)


@contextmanager
def _aside() -> Iterator[tuple[str, DocumentStore]]:
    """Start a server of its own with a migrated database, a store beside it; remove all at last."""
    with TemporaryDirectory(prefix="mingzhang-check-") as folder:
        home = Path(folder)
        home.chmod(0o711)  # under root the server has an account of its own
        server = EmbeddedServer(home)
        try:
            conninfo = server.start()
            migrate(conninfo)
            yield conninfo, DirectoryStore(home / "documents")
        finally:
            server.discard()


@contextmanager
def _bar(total: int) -> Iterator[Progress]:
    """Show on stderr how far the building is."""
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import Progress as Bar  # noqa: PLC0415 - heavy

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("模拟 simulation", total=total)
        yield lambda done: bar.update(task, completed=done)


def _summary(connection: Connection[Any], world: World, built: Built) -> dict[str, Any]:
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
        "refused": built.fed.refused,
        "signals": dict(sorted(built.raised.items())),
        "labels": {rule: one.told() for rule, one in judge(world.labels, built.signals).items()},
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
