"""A copy of a ledger, opened for questions: it takes no commands and holds no keys.

It is fed from elsewhere and stands on a database of its own, in which the log, the read models and
all that asks them are the same as at home. Personal values never came here, so people are
pseudonyms; sealed facts are commitments.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection

from aggregates import catalogue
from aggregates.decisions import Caller
from aggregates.language import Message
from ledger.application.answers import Answer, Ask, Checked, Refusal
from ledger.application.custody import Custody
from ledger.application.door import Door
from ledger.application.drafting import Drafting
from ledger.application.looks import Looks
from ledger.application.reading import LogStreams
from ledger.application.running import Ledger, pool_of
from ledger.application.sealing import Seals
from ledger.application.states import States
from ledger.clock import Clock
from ledger.errors import Misconfigured
from ledger.ids import Ids
from ledger.security.authority import Denied
from ledger.store.append import Log
from ledger.store.reading import Reader
from ledger.vault.data_keys import DataKeys
from ledger.vault.keys import Keyring

_CLOSED = Message(
    "这里是只读副本，请向账本本身提交", "this is a copy to read: give commands to the ledger itself"
)


class ClosedDoor(Door):
    """A door through which nothing comes in."""

    async def act(self, ask: Ask, caller: Caller) -> Answer:
        """Refuse: a copy takes no commands."""
        del ask, caller
        raise Denied(_CLOSED)

    async def act_each(self, asked: Iterable[tuple[Ask, Caller]]) -> list[Answer | Exception]:
        """Refuse: a copy takes no commands."""
        del asked
        raise Denied(_CLOSED)

    async def check(self, ask: Ask, caller: Caller) -> Checked | Refusal:
        """Refuse: a copy knows no states to check against."""
        del ask, caller
        raise Denied(_CLOSED)


def source_in(conninfo: str) -> str:
    """Return the name of the ledger that a database is a copy of.

    Raises:
        Misconfigured: it is no copy, or nothing has arrived yet.
    """
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("select source from mirror.origin").fetchone()
    if row is None or not row[0]:
        raise Misconfigured(
            Message(
                "该数据库还不是账本的副本，或尚未收到任何条目",
                "that database is no copy of a ledger yet, or nothing has come",
            ),
            mend=Message("请先运行 mingzhang projector", "run mingzhang projector first"),
        )
    return str(row[0])


@asynccontextmanager
async def open_copy(
    conninfo: str, *, clock: Clock, ids: Ids, looks: Looks
) -> AsyncIterator[Ledger]:
    """Open a copy, and close it in order.

    Args:
        conninfo: Its migrated database.
        clock: The time.
        ids: New ids; none are made.
        looks: Where look-ups are recorded.

    Raises:
        Misconfigured: the database is no copy.
    """
    source = source_in(conninfo)
    catalogue.load()
    keyring = Keyring.generate()  # opens nothing: nothing was ever sealed under it
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(pool_of(conninfo))
        connection: AsyncConnection[Any] = await AsyncConnection.connect(conninfo, autocommit=True)
        stack.push_async_callback(connection.close)
        data_keys = DataKeys(keyring)
        seals = Seals(keyring, connection, data_keys)
        log = Log(conninfo, clock)  # never started
        door = ClosedDoor(
            log=log,
            states=States(LogStreams(Reader(conninfo), pool)),
            seals=seals,
            drafting=Drafting(source, reader_keys={}, salts=keyring.salts("copy"), ids=ids),
            clock=clock,
            ids=ids,
        )
        custody = Custody(pool, None)  # files stay where the ledger is
        yield Ledger(
            door, log, pool, seals, data_keys, clock, ids, source, conninfo, custody, looks=looks
        )
