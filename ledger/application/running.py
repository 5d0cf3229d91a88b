"""A running ledger: all its parts opened together and closed in the right order."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypedDict

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from aggregates import catalogue
from ledger.application.custody import Custody
from ledger.application.door import After, Door
from ledger.application.drafting import Drafting
from ledger.application.erasing import Erasing
from ledger.application.looks import Looks
from ledger.application.preparing import Before
from ledger.application.reading import LogStreams
from ledger.application.sealing import Seals
from ledger.application.states import States, Streams
from ledger.clock import Clock
from ledger.documents.store import DocumentStore
from ledger.ids import Ids
from ledger.settings import SIMULATED
from ledger.store.append import Log
from ledger.store.reading import Reader
from ledger.store.rows import SEE_ENTRIES
from ledger.vault.data_keys import DataKeys
from ledger.vault.forgetting import Forgetting
from ledger.vault.keys import Keyring
from ledger.vault.sealed_facts import reader_key

READERS = ("INSPECTOR", "AUDITOR", "DISCIPLINE")
"""The roles under whose keys sealed facts lie."""
CONNECTIONS_MAX = 8


@dataclass(frozen=True, slots=True)
class Ledger:
    """A running ledger.

    Attributes:
        door: Where commands come in.
        log: The appender.
        pool: Connections for reading, in autocommit.
        seals: Seals personal values.
        data_keys: Opens them.
        clock: The time.
        ids: New ids.
        source: The installation's name, the origin of its log.
        conninfo: The database, for what reads in a snapshot of its own; it may hold a password.
        custody: What reaches the files of archived documents.
        documents: Where they lie, if there is a place for them.
        looks: Records look-ups elsewhere, where this is a copy; None for a ledger itself.
    """

    door: Door
    log: Log
    pool: AsyncConnectionPool[Any]
    seals: Seals
    data_keys: DataKeys
    clock: Clock
    ids: Ids
    source: str
    conninfo: str = field(repr=False)
    custody: Custody
    documents: DocumentStore | None = None
    looks: Looks | None = None

    @property
    def simulated(self) -> bool:
        """Whether keys, ids and time come from a seed: nothing in here is of the real world."""
        if self.is_copy:
            return self.source.startswith(SIMULATED)
        return self.seals.keyring.simulated

    @property
    def is_copy(self) -> bool:
        """Whether this is a copy that is fed from elsewhere, and takes no commands."""
        return self.looks is not None


async def _see_entries(connection: AsyncConnection[Any]) -> None:
    await connection.execute(SEE_ENTRIES)


def pool_of(conninfo: str) -> AsyncConnectionPool[Any]:
    """Return connections for reading, not opened yet."""
    return AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=CONNECTIONS_MAX,
        open=False,
        kwargs={"autocommit": True},
        configure=_see_entries,
    )


def _drafting(source: str, keyring: Keyring, keys: Mapping[str, bytes], ids: Ids) -> Drafting:
    return Drafting(source, reader_keys=keys, salts=keyring.salts("sealed facts"), ids=ids)


class _Beside(TypedDict):
    """What of some commands is done beside their decision, by the name of the command."""

    before: Mapping[str, Before]
    after: Mapping[str, After]


def _beside(erasing: Erasing, custody: Custody) -> _Beside:
    return {
        "before": {
            "erase-subject": erasing.complete,
            "readmit-subject": erasing.complete_readmission,
            "store-archive-document": custody.complete,
        },
        "after": {
            "erase-subject": erasing.carry_out,
            "readmit-subject": erasing.readmit,
            "destroy-archive": custody.carry_out,
        },
    }


@asynccontextmanager
async def open_ledger(  # noqa: PLR0913 - what a ledger is made of, by name
    conninfo: str,
    *,
    keyring: Keyring,
    clock: Clock,
    ids: Ids,
    source: str,
    states: Callable[[Streams], States] = States,
    documents: DocumentStore | None = None,
    resumes: bool = True,
) -> AsyncIterator[Ledger]:
    """Open a ledger on a migrated database, and close it in order.

    Args:
        conninfo: The database.
        keyring: The keys of the installation.
        clock: The time of decisions and records.
        ids: New ids.
        source: The installation's name, a URI reference.
        states: What keeps folded streams at hand, given what reads them.
        documents: Where the files of archived documents lie, if there is a place for them.
        resumes: Whether erasures that were interrupted are carried out; who may not, leaves them.
    """
    # Every command and stored name declares itself when its concept is imported.
    catalogue.load()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(pool_of(conninfo))
        sealing = await AsyncConnection.connect(conninfo, autocommit=True)
        stack.push_async_callback(sealing.close)
        data_keys = DataKeys(keyring)
        seals = Seals(keyring, sealing, data_keys)
        keys = {role: await reader_key(sealing, data_keys, role) for role in READERS}
        reader = Reader(conninfo)
        await reader.start()
        stack.push_async_callback(reader.stop)
        log = Log(conninfo, clock)
        await log.start()
        stack.push_async_callback(log.stop)
        held = states(LogStreams(reader, pool))
        forgetting = Forgetting(conninfo, data_keys.forget, held.clear)
        await forgetting.start()
        stack.push_async_callback(forgetting.stop)
        erasing = Erasing(pool, data_keys, clock)
        custody = Custody(pool, documents)
        door = Door(
            log=log,
            states=held,
            seals=seals,
            drafting=_drafting(source, keyring, keys, ids),
            clock=clock,
            ids=ids,
            answered=reader.answer,
            **_beside(erasing, custody),
        )
        if resumes:
            await erasing.resume()
        yield Ledger(
            door, log, pool, seals, data_keys, clock, ids, source, conninfo, custody, documents
        )
