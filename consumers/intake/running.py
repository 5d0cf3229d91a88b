"""The loop of the intake: read, decide, tell, keep where it stands; whatever fails comes again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import chain
from time import monotonic
from typing import Any, Final, ParamSpec, TypeVar

import psycopg
from psycopg import AsyncConnection

from consumers import broker
from consumers.broker import (
    BrokerFault,
    Cluster,
    Message,
    Place,
    Publisher,
    Record,
    RecordsGone,
    Subscriber,
)
from consumers.intake import keeping
from consumers.intake.deciding import Deciding
from consumers.intake.keeping import LOCK, Overtaken
from consumers.intake.messages import DEAD_LETTERS, TOPICS, answers_of
from consumers.intake.sealing import Safe
from consumers.stopping import Stop
from consumers.topics import definition, differences, needed, not_as_defined
from ledger.application.running import Ledger
from ledger.errors import Conflict
from ledger.store.failures import LogFault

GROUP: Final = "mingzhang-intake"
POLL_SECONDS: Final = 1.0
POLL_RECORDS: Final = 500
RETRY_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 15.0
"""How long nothing may come before the topics themselves are looked at again."""
NOTE_SECONDS: Final = 5.0
"""How often it is noted that the topics are looked after, and where they end."""
IDLE_POLLS: Final = 2
"""After so many polls without anything all is read, where that is the end."""

_log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

Opened = Callable[[], AbstractAsyncContextManager[Ledger]]
"""Opens the ledger."""


class OneThread:
    """Runs what belongs to one thread, beside the loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "kafka")

    async def run(self, what: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it there, and return what it returns."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: what(*args, **kwargs))

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown()


class Telling:
    """Sends to any of the topics, each message acknowledged before it returns."""

    def __init__(self, cluster: Cluster, stop: Stop, *, delivery_ms: int) -> None:
        self._cluster = cluster
        self._stop = stop
        self._delivery_ms = delivery_ms
        self._publishers: dict[str, Publisher] = {}

    def send(self, told: Sequence[tuple[str, Message]]) -> None:
        """Send messages, those of each topic in their order.

        Raises:
            BrokerFault: one was not acknowledged; use another one of this from then on.
        """
        topics: dict[str, list[Message]] = {}
        for topic, message in told:
            topics.setdefault(topic, []).append(message)
        for topic, messages in topics.items():
            publisher = self._publishers.get(topic)
            if publisher is None:
                publisher = self._publishers[topic] = Publisher(
                    self._cluster, topic, delivery_ms=self._delivery_ms
                )
            publisher.send(messages, self._waiting)

    def _waiting(self) -> None:
        if self._stop.is_set():
            raise BrokerFault(InterruptedError())

    def close(self) -> None:
        """Throw everything away."""
        for publisher in self._publishers.values():
            publisher.discard()


class Intake:
    """Takes what comes in on the topics until it is told to stop.

    Attributes:
        decided: How many messages were granted or refused.
        parked: How many came to wait.
    """

    def __init__(  # noqa: PLR0913 - what an intake has to know
        self,
        conninfo: str,
        opened: Opened,
        cluster: Cluster,
        stop: Stop,
        *,
        topics: Collection[str] = tuple(TOPICS),
        group: str = GROUP,
        session_ms: int = broker.SESSION_MS,
        delivery_ms: int = broker.DELIVERY_MS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """Prepare to take messages.

        Args:
            conninfo: The ledger's database.
            opened: Opens the ledger.
            cluster: Where Kafka is.
            stop: When to stop.
            topics: What to read.
            group: The group that shares the partitions.
            session_ms: How long the others of the group wait for one that does not stir.
            delivery_ms: So long the broker may be away before answers are sent anew.
            poll_seconds: How long one poll waits for something to come.
        """
        self._conninfo = conninfo
        self._opened = opened
        self._cluster = cluster
        self._stop = stop
        self._topics = tuple(topics)
        self._group = group
        self._session_ms = session_ms
        self._delivery_ms = delivery_ms
        self._poll_seconds = poll_seconds
        self._adopt = False
        self.decided = 0
        self.parked = 0

    async def run(self, *, adopt: bool = False, until_idle: bool = False) -> None:
        """Take messages; whatever can pass by itself is waited for.

        Args:
            adopt: Take topics as they are, once: see ``keeping.begin``.
            until_idle: Return when nothing more comes.

        Raises:
            NotTheTopic: a topic is not the one that was read, or lacks what comes next.
            Failure: the operator has to mend something.
        """
        self._adopt = adopt
        while not self._stop.is_set():
            try:
                await self._work(until_idle=until_idle)
            except Overtaken:
                _log.warning("another intake has these partitions; joining anew")
            except psycopg.Error as error:
                _log.warning("the database is away (SQLSTATE %s); trying again", error.sqlstate)
            except RecordsGone:
                raise keeping.lacking("、".join(self._topics)) from None
            except BrokerFault as fault:
                _log.warning("Kafka is away (%s); trying again", fault.kind)
            except (LogFault, Conflict, OSError) as error:
                _log.warning("%s; trying again", type(error).__name__)
            else:
                return
            await asyncio.to_thread(self._stop.wait, RETRY_SECONDS)

    async def _work(self, *, until_idle: bool) -> None:
        kafka = OneThread()
        telling = Telling(self._cluster, self._stop, delivery_ms=self._delivery_ms)
        try:
            async with (
                self._opened() as ledger,
                await AsyncConnection.connect(self._conninfo, autocommit=True) as connection,
            ):
                await self._begin(connection, kafka)
                safe = Safe(ledger.data_keys.keyring)
                working = _Working(connection, safe, Deciding(ledger, safe), telling, kafka)
                subscriber = await kafka.run(
                    Subscriber,
                    self._cluster,
                    self._topics,
                    self._group,
                    starts=self._starts,
                    session_ms=self._session_ms,
                )
                try:
                    await self._follow(working, subscriber, until_idle=until_idle)
                finally:
                    await kafka.run(subscriber.close)
        finally:
            await kafka.run(telling.close)
            kafka.close()

    async def _begin(self, connection: AsyncConnection[Any], kafka: OneThread) -> None:
        """See that every topic is the one that the offsets are of, and that answers can be told."""
        for name in (*(answers_of(TOPICS[one]) for one in self._topics), DEAD_LETTERS):
            await kafka.run(needed, self._cluster, name)
        for name in self._topics:
            topic = await kafka.run(needed, self._cluster, name)
            wrong = [
                one for one in differences(definition(name), topic) if one.what == "partitions"
            ]
            if wrong:
                raise not_as_defined(wrong)
            first = await kafka.run(broker.beginnings, self._cluster, topic)
            await keeping.begin(connection, topic, first, adopt=self._adopt)
        self._adopt = False

    def _starts(self, places: Collection[Place]) -> Mapping[Place, int]:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            rows = connection.execute(
                "select topic, partition, next_offset from intake.progress"
            ).fetchall()
        kept = {(topic, partition): offset for topic, partition, offset in rows}
        return {place: kept[place] for place in places if place in kept}

    async def _follow(
        self, working: "_Working", subscriber: Subscriber, *, until_idle: bool
    ) -> None:
        looked, noted, idle = monotonic(), -NOTE_SECONDS, 0
        while not self._stop.is_set():
            polled = await working.kafka.run(subscriber.poll, self._poll_seconds, POLL_RECORDS)
            if subscriber.places and monotonic() - noted > NOTE_SECONDS:
                noted = monotonic()
                await keeping.looked(working.connection, subscriber.places, subscriber.ends())
            if polled:
                looked, idle = monotonic(), 0
                decided, parked = await working.take(polled, subscriber.ends())
                self.decided += decided
                self.parked += parked
                await working.kafka.run(_shown, subscriber, polled)
                continue
            idle += bool(subscriber.places)
            if until_idle and idle >= IDLE_POLLS:
                return
            if subscriber.is_in_group and monotonic() - looked > LOOK_SECONDS:
                looked = monotonic()
                # A fetch behind the end of a topic that was made anew tells nothing.
                await self._begin(working.connection, working.kafka)


def _shown(subscriber: Subscriber, polled: Mapping[Place, Sequence[Record]]) -> None:
    """Tell Kafka how far the group is, for tools that show its lag; we do not rely on it."""
    try:
        subscriber.commit({place: records[-1].offset + 1 for place, records in polled.items()})
    except BrokerFault as fault:
        _log.info("Kafka does not take offsets now (%s)", fault.kind)


class _Working:
    """What one membership in the group works with."""

    def __init__(
        self,
        connection: AsyncConnection[Any],
        safe: Safe,
        deciding: Deciding,
        telling: Telling,
        kafka: OneThread,
    ) -> None:
        self.connection = connection
        self.kafka = kafka
        self._safe = safe
        self._deciding = deciding
        self._telling = telling

    async def take(
        self, polled: Mapping[Place, Sequence[Record]], ends: Mapping[Place, int]
    ) -> tuple[int, int]:
        """Decide records, tell what became of them, and keep it; return how many of each kind.

        Nothing of it is kept before everything of it is told. What is told or decided without
        being kept comes again, and is answered the same.
        """
        topics = {topic for topic, _ in polled}
        async with shared(self.connection):
            kept = await keeping.next_offsets(self.connection, list(topics))
            ids = await keeping.topic_ids(self.connection)
            fresh = {
                place: [one for one in records if one.offset >= kept[place]]
                for place, records in polled.items()
            }
            parked = await keeping.parked(self.connection)
            taken = await self._deciding.take(chain.from_iterable(fresh.values()), parked)
            await self.kafka.run(self._telling.send, taken.told)
            moved = {
                place: (kept[place], records[-1].offset + 1)
                for place, records in fresh.items()
                if records
            }
            async with self.connection.transaction():
                await keeping.advance(self.connection, moved, ends)
                await keeping.keep(self.connection, self._safe, ids, taken.waiting)
                await keeping.count(self.connection, taken.answers)
        return taken.answers.total(), len(taken.waiting)


@asynccontextmanager
async def shared(connection: AsyncConnection[Any]) -> AsyncIterator[None]:
    """Hold the lock that keeps whoever mends out."""
    await connection.execute(f"select pg_advisory_lock_shared({LOCK})")
    try:
        yield
    finally:
        if not connection.closed:
            await connection.execute(f"select pg_advisory_unlock_shared({LOCK})")
