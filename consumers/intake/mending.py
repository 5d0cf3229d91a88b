"""What a person does about messages that wait: try again, or give up; the key behind follows."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from aggregates.decisions import Caller
from aggregates.language import Message
from aggregates.system.state import SYSTEM
from consumers.broker import Cluster
from consumers.intake import keeping
from consumers.intake.answers import DROPPED, given_up
from consumers.intake.deciding import Deciding
from consumers.intake.keeping import LOCK
from consumers.intake.messages import ERASED, Undecidable, answers_of, incoming
from consumers.intake.running import Opened, Telling
from consumers.intake.sealing import Safe, Waiting
from consumers.stopping import Stop
from ledger.application.answers import Ask, Refusal
from ledger.application.running import Ledger
from ledger.errors import Conflict, Failure
from ledger.security.senders import Sender, found

DELIVERY_MS = 60_000


class NoSuchMessage(Failure):
    """No message of that number waits."""

    exit_code = 4


class NotDropped(Failure):
    """The law does not let a message be given up."""

    exit_code = 77


class Behind(Conflict):
    """A message waits behind another one."""


@dataclass(slots=True)
class Mended:
    """What became of messages that waited.

    Attributes:
        decided: How many were granted or refused.
        waiting: How many of the keys concerned wait still.
    """

    decided: int = 0
    waiting: int = 0


class Mending:
    """Tries messages again and gives them up, while no intake is at work on others."""

    def __init__(
        self, connection: AsyncConnection[Any], ledger: Ledger, safe: Safe, telling: Telling
    ) -> None:
        self._connection = connection
        self._ledger = ledger
        self._safe = safe
        self._telling = telling
        self._deciding = Deciding(ledger, safe)

    async def retry(self, number: int | None = None) -> Mended:
        """Try a message again, or all; where it is decided, what waits behind it follows.

        Raises:
            NoSuchMessage: none of that number waits.
            Behind: it waits behind another one, which has to be dealt with first.
        """
        mended = Mended()
        async with self._alone():
            if number is None:
                scopes = await keeping.scopes(self._connection)
            else:
                scopes = [(await self._first(number)).scope]
            for scope in scopes:
                await self._drain(scope, mended)
        return mended

    async def drop(self, number: int, reason: str, caller: Caller) -> Mended:
        """Give a message up, for a reason that goes into the log; what waits behind it follows.

        Raises:
            NoSuchMessage: none of that number waits.
            Behind: it waits behind another one.
            Denied: the caller may not.
            BadInput: the reason is none.
        """
        mended = Mended()
        async with self._alone():
            one = await self._first(number)
            sender = await self._sender(one)
            data = {
                "message_id": str(one.message_id),
                "topic": one.topic,
                "partition": one.partition,
                "offset": one.offset,
                "digest": one.digest.hex(),
                "sender_id": None if one.sender is None else str(one.sender),
                "county_code": (sender.county or None) if sender else None,
                "fault": one.fault if one.wrapped else ERASED,
                "reason": reason,
            }
            ask = Ask("drop-intake-message", data)
            answer = await self._ledger.door.act(ask, caller)
            if isinstance(answer, Refusal) and not await self._is_dropped(one):
                raise NotDropped(answer.broken[0].what.expected)
            self._tell_dropped(one, sender)
            await self._done_with(one, {(one.topic, DROPPED): 1})
            await self._drain(one.scope, mended)
        return mended

    async def _is_dropped(self, one: Waiting) -> bool:
        """Say whether the log has it that a message was given up, by one that ended just then."""
        row = await (
            await self._connection.execute(
                "select from ledger.entry where stream = %s", (SYSTEM.name(one.message_id),)
            )
        ).fetchone()
        return row is not None

    def _tell_dropped(self, one: Waiting, sender: Sender | None) -> None:
        record = self._safe.open(one)
        if sender is None or record is None:
            return
        try:
            key = incoming(record, sender).ask.key
        except Undecidable as why:
            key = why.key
        if key:
            self._telling.send([(answers_of(sender.kind), given_up(sender, key))])

    async def _sender(self, one: Waiting) -> Sender | None:
        if one.sender is None:
            return None
        return (await found(self._connection, [one.sender])).get(one.sender)

    async def _first(self, number: int) -> Waiting:
        held = await keeping.numbered(self._connection, number)
        if held is None:
            raise NoSuchMessage(
                Message(f"没有第{number}号等待的来件", f"no message {number} waits")
            )
        first = await keeping.first(self._connection, held.scope)
        if first is not None and first.number != number:
            raise Behind(
                Message(
                    f"第{number}号排在第{first.number}号之后，请先办理后者",
                    f"message {number} waits behind {first.number}: deal with that first",
                )
            )
        return held

    async def _drain(self, scope: bytes, mended: Mended) -> None:
        """Decide what waits in a scope, in order, up to the first that cannot be decided."""
        while one := await keeping.first(self._connection, scope):
            record = self._safe.open(one)
            if record is None:
                mended.waiting += await keeping.waiting_in(self._connection, scope)
                return
            # Whose sender is proved by now goes behind what waits of that sender.
            others = await keeping.parked(self._connection) - {scope}
            taken = await self._deciding.take([record], others)
            self._telling.send(taken.told)
            if taken.waiting:
                _, why = taken.waiting[0]
                mended.waiting += await keeping.waiting_in(self._connection, scope)
                await keeping.waits_for(self._connection, one.number, why)
                return
            await self._done_with(one, taken.answers)
            mended.decided += 1

    async def _done_with(self, one: Waiting, outcomes: Mapping[tuple[str, str], int]) -> None:
        async with self._connection.transaction():
            await keeping.done_with(self._connection, one.number)
            await keeping.count(self._connection, outcomes)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        await self._connection.execute(f"select pg_advisory_lock({LOCK})")
        try:
            yield
        finally:
            if not self._connection.closed:
                await self._connection.execute(f"select pg_advisory_unlock({LOCK})")


@asynccontextmanager
async def mending(conninfo: str, opened: Opened, cluster: Cluster) -> AsyncIterator[Mending]:
    """Open what is needed to mend.

    Args:
        conninfo: The ledger's database.
        opened: Opens the ledger.
        cluster: Where Kafka is: senders are told what became of their messages.
    """
    telling = Telling(cluster, Stop(), delivery_ms=DELIVERY_MS)
    try:
        async with (
            opened() as ledger,
            await AsyncConnection.connect(conninfo, autocommit=True) as connection,
        ):
            yield Mending(connection, ledger, Safe(ledger.data_keys.keyring), telling)
    finally:
        telling.close()
