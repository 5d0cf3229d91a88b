"""A small world whose first class is closed, sealed and signed for, with the files of papers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
import uvloop

from ledger.application.running import Ledger, open_ledger
from ledger.clock import SystemClock
from ledger.documents.directory import DirectoryStore
from ledger.exchange.package.building import Place
from ledger.ids import SystemIds
from ledger.integration.catching_up import catch_up
from ledger.integration.exporting import published
from ledger.integration.log_keys import LogKeys
from ledger.integration.place import SigningPlace
from ledger.vault.keys import SeededKeyring
from tests.ledger.after_story import REQUIRED
from tests.ledger.small_world import digest
from tests.ledger.telling import Told, tell

SOURCE = "//simulation/test"
ORIGIN = "simulation/test"


@dataclass
class World:
    """What packages are made from.

    Attributes:
        conninfo: The database.
        told: What was written.
        place: Documents and keys.
        signing: What the log signs with.
    """

    conninfo: str
    told: Told
    place: Place
    signing: SigningPlace

    @property
    def class_id(self) -> UUID:
        """The class that is closed."""
        return self.told.of(1)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Ledger]:
        """Open the ledger."""
        async with opened(self.conninfo) as ledger:
            yield ledger


@asynccontextmanager
async def opened(conninfo: str) -> AsyncIterator[Ledger]:
    """Open the ledger of a database."""
    clock = SystemClock()
    async with open_ledger(
        conninfo,
        keyring=SeededKeyring("test"),
        clock=clock,
        ids=SystemIds(clock),
        source=SOURCE,
    ) as ledger:
        yield ledger


def made(conninfo: str, folder: Path) -> World:
    """Write the small world, store the papers of its closed class, and sign."""

    async def write() -> Told:
        async with opened(conninfo) as ledger:
            return await tell(ledger, conninfo, classes=2)

    told = uvloop.run(write())
    store = DirectoryStore(folder / "documents")
    for kind in REQUIRED[:-1]:
        name = digest(told.of(1), kind)
        with store.receive(name) as incoming:
            incoming.write(f"{told.of(1)}/{kind}".encode())
            store.keep(incoming)
    signing = SigningPlace.below(folder)
    signing.prepare(LogKeys.derived(ORIGIN, "test"))
    catch_up(conninfo, signing, SystemClock())
    return World(conninfo, told, Place(store, published(signing.keys())), signing)


@pytest.fixture(scope="module")
def world(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    """One world for all tests of a module that only build."""
    return made(shared_database, tmp_path_factory.mktemp("world"))
