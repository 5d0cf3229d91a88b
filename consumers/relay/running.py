"""The loop of the relay."""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from time import monotonic
from typing import Any

import psycopg
from psycopg import Connection

from consumers import broker
from consumers.broker import BrokerFault, Cluster, Message, Publisher, Sent
from consumers.envelope import Row, message_of
from consumers.relay import standing
from consumers.relay.checks import made_anew, may_begin
from consumers.relay.standing import Standing
from consumers.stopping import Stop
from consumers.topics import EVENTS, Definition, definition
from ledger.store.listening import SyncListener

BATCH_ENTRIES = 2_000
"""How many entries are under way at most; the next batch waits until all are acknowledged."""
POLL_SECONDS = 1.0
RETRY_SECONDS = 1.0
LOOK_SECONDS = 5.0
"""How long nothing may be acknowledged before the topic itself is looked at again."""

_log = logging.getLogger(__name__)


class Relay:
    """Publishes a ledger's entries to a topic until it is told to stop.

    Attributes:
        selects: Whether some entries are passed over: the topic may end before the position.
        position: Every entry up to it was acknowledged.
    """

    selects = False

    def __init__(
        self,
        conninfo: str,
        cluster: Cluster,
        stop: Stop,
        *,
        topic: Definition | None = None,
        batch: int = BATCH_ENTRIES,
        delivery_ms: int = broker.DELIVERY_MS,
    ) -> None:
        """Prepare to publish.

        Args:
            conninfo: The ledger's database.
            cluster: Where Kafka is.
            stop: When to stop.
            topic: The topic; by default that of all entries.
            batch: How many entries are under way at most.
            delivery_ms: So long the broker may be away before the producer is replaced.
        """
        self._conninfo = conninfo
        self._cluster = cluster
        self._stop = stop
        self._meant = definition(EVENTS) if topic is None else topic
        self._topic = self._meant.name
        self._batch = batch
        self._delivery_ms = delivery_ms
        self._republish = False
        self.position = 0

    def run(self, *, republish: bool = False, until_head: bool = False) -> None:
        """Publish; whatever can pass by itself is waited for.

        Args:
            republish: Begin with the first entry, once.
            until_head: Return when all that is in the log now is published.

        Raises:
            TopicNotAsLeft: the topic is not as it was left; nothing may be published to it.
            Failure: the operator has to mend something.
        """
        self._republish = republish
        while not self._stop.is_set():
            try:
                if self._hold(until_head=until_head):
                    return
            except psycopg.Error as error:
                _log.warning("the database is away (SQLSTATE %s); trying again", error.sqlstate)
            except BrokerFault as fault:
                _log.warning("Kafka is away (%s); trying again", fault.kind)
            self._stop.wait(RETRY_SECONDS)

    def _hold(self, *, until_head: bool) -> bool:
        """Work while this session has the lock; say whether all is done that was asked for."""
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            standing_by = False
            while not self._stop.is_set():
                row = connection.execute(standing.LOCK, (self._topic,)).fetchone()
                if row is not None and row[0]:
                    break
                if not standing_by:
                    _log.warning("another relay is at work; standing by")
                    standing_by = True
                self._stop.wait(RETRY_SECONDS)
            if self._stop.is_set():
                return True
            before = may_begin(
                connection,
                self._cluster,
                self._meant,
                republish=self._republish,
                selects=self.selects,
            )
            self._republish = False
            publisher = Publisher(self._cluster, self._topic, delivery_ms=self._delivery_ms)
            listener = SyncListener(self._conninfo, poll_seconds=POLL_SECONDS)
            try:
                return self._publish(connection, publisher, listener, before, until_head=until_head)
            finally:
                publisher.discard()
                listener.close()

    def rows(self, connection: Connection[Any], after: int, until: int) -> Iterable[Row]:
        """Return what is published of the entries ``after`` + 1 to ``until``, in order.

        Raises:
            Fault: one is missing between.
        """
        return standing.entries(connection, after, until)

    def _publish(
        self,
        connection: Connection[Any],
        publisher: Publisher,
        listener: SyncListener,
        now: Standing,
        *,
        until_head: bool,
    ) -> bool:
        watch = _Watch(self._cluster, self._topic, now, connection, self._stop)
        last = standing.head(connection) if until_head else None
        self.position = now.position
        ahead, head = _Ahead(partial(self.rows, connection), self._batch), now.position
        while not self._stop.is_set():
            if last is not None and now.position >= last:
                return True
            head = max(head, listener.wait(now.position, POLL_SECONDS))
            if head <= now.position:
                watch.look_now_and_then()
                continue
            watch.begun()
            upto, messages = ahead.take(now.position, head)
            sent = publisher.send(
                messages, watch.waiting, meanwhile=partial(ahead.prepare, upto, head)
            )
            ends = _continued(now, sent, self._topic)
            now = standing.advance(connection, self._topic, now, upto, ends)
            self.position = now.position
        return True


class _Ahead:
    """Reads the batch that comes next while the one before is under way."""

    def __init__(self, rows: Callable[[int, int], Iterable[Row]], batch: int) -> None:
        self._rows = rows
        self._batch = batch
        self._ready: tuple[int, int, list[Message]] | None = None

    def take(self, after: int, head: int) -> tuple[int, list[Message]]:
        """Return the last position of the batch after a position, and its messages."""
        ready, self._ready = self._ready, None
        if ready is not None and ready[0] == after:
            return ready[1:]
        upto = min(head, after + self._batch)
        return upto, [message_of(row, after) for row in self._rows(after, upto)]

    def prepare(self, after: int, head: int) -> None:
        """Read the batch after a position, if there is one."""
        if head > after:
            self._ready = (after, *self.take(after, head))


def _continued(before: Standing, sent: Sent, topic: str) -> list[int]:
    """Return where each partition ends after a batch.

    Raises:
        TopicNotAsLeft: records were acknowledged at offsets that had been given before: behind the
            same name there is another topic now.
    """
    ends = list(before.ends)
    for partition, (first, last) in sent.offsets.items():
        if first < ends[partition]:
            raise made_anew(topic)
        ends[partition] = last + 1
    return ends


class _Watch:
    """Looks after a batch that is not acknowledged, and after a topic to which nothing is sent."""

    def __init__(
        self,
        cluster: Cluster,
        topic: str,
        standing_: Standing,
        connection: Connection[Any],
        stop: Stop,
    ) -> None:
        self._cluster = cluster
        self._topic = topic
        self._standing = standing_
        self._connection = connection
        self._stop = stop
        self._looked = monotonic()
        self._told = False

    def begun(self) -> None:
        """Note that a batch is on its way."""
        self._looked = monotonic()
        self._told = False

    def waiting(self) -> None:
        """Be called while nothing is acknowledged.

        Raises:
            BrokerFault: the relay is to stop; what is under way is sent again next time.
            psycopg.Error: the session is gone, and the lock with it.
            TopicNotAsLeft: the topic is gone or another one.
        """
        self._connection.execute("select 1")
        if self._stop.is_set():
            raise BrokerFault(InterruptedError())
        if monotonic() - self._looked > LOOK_SECONDS:
            self._look()

    def look_now_and_then(self) -> None:
        """Look at the topic if that was long ago.

        Raises:
            TopicNotAsLeft: the topic is gone or another one.
        """
        self._connection.execute("select 1")
        if monotonic() - self._looked > LOOK_SECONDS:
            self._look()

    def _look(self) -> None:
        self._looked = monotonic()
        try:
            found = broker.described(self._cluster, self._topic)
        except BrokerFault as fault:
            if not self._told:
                _log.warning("Kafka is away (%s); waiting", fault.kind)
            self._told = True
            return
        if found is None or (found.cluster, found.id) != (
            self._standing.cluster,
            self._standing.topic_id,
        ):
            raise made_anew(self._topic)
