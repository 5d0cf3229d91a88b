"""The loop of the projector: reads along, keeps, and looks out for what does not come."""

import logging
from collections.abc import Collection, Mapping
from time import monotonic
from typing import Any, Final

import psycopg
from psycopg import Connection

from consumers import broker
from consumers.broker import BrokerFault, Cluster, Place, RecordsGone, Subscriber
from consumers.projector import gaps, keeping, mirror
from consumers.projector.alarms import Alarm, mended, record
from consumers.projector.keeping import Kept
from consumers.stopping import Stop
from consumers.topics import EVENTS, Definition, definition, needed
from ledger.evidence.reading import LogReader

POLL_SECONDS: Final = 1.0
POLL_RECORDS: Final = 20_000
"""As many as one answer of a broker may hold of all partitions."""
RETRY_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 5.0
"""How long nothing may come before the topic itself is looked at again."""
GAP_SECONDS: Final = 5.0
"""How long the mark may stand still, while entries wait, before a gap is thought of."""

_log = logging.getLogger(__name__)


class Projector:
    """Feeds the copy of a log from its topic until it is told to stop.

    Attributes:
        mark: The position up to which everything is there.
    """

    def __init__(  # noqa: PLR0913 - what a projector has to know
        self,
        conninfo: str,
        cluster: Cluster,
        stop: Stop,
        *,
        topic: Definition | None = None,
        group: str | None = None,
        log: LogReader | None = None,
        session_ms: int = broker.SESSION_MS,
        gap_seconds: float = GAP_SECONDS,
    ) -> None:
        """Prepare to read.

        Args:
            conninfo: The migrated database of the copy.
            cluster: Where Kafka is.
            stop: When to stop.
            topic: The topic; by default that of all entries.
            group: The group that shares its partitions; that of the copy, if none is named.
            log: The ledger's own log, from which a gap is closed; None where it is not at hand.
            session_ms: How long the others of the group wait for one that does not stir.
            gap_seconds: How long the mark may stand still before a gap is thought of.
        """
        self._conninfo = conninfo
        self._cluster = cluster
        self._stop = stop
        self._meant = definition(EVENTS) if topic is None else topic
        self._topic = self._meant.name
        self._group = group
        self._log = log
        self._session_ms = session_ms
        self._gap_seconds = gap_seconds
        self.mark = 0

    def run(self, *, until: int | None = None) -> None:
        """Read; whatever can pass by itself is waited for.

        Args:
            until: Return when the mark has come so far.

        Raises:
            Alarm: something is not as it was published.
            Failure: the operator has to mend something.
        """
        while not self._stop.is_set():
            try:
                with mirror.connected(self._conninfo) as connection:
                    self._guarded(connection, until)
                    return
            except psycopg.errors.UniqueViolation:
                _log.warning("another projector brought the same entry first; trying again")
            except psycopg.Error as error:
                _log.warning("the database is away (SQLSTATE %s); trying again", error.sqlstate)
            except BrokerFault as fault:
                _log.warning("Kafka is away (%s); trying again", fault.kind)
            self._stop.wait(RETRY_SECONDS)

    def _guarded(self, connection: Connection[Any], until: int | None) -> None:
        try:
            self._read(connection, until)
        except RecordsGone as gone:
            alarm = Alarm(
                "TOPIC",
                mirror.mark(connection),
                f"主题{self._topic}中应有的消息已不存在（{gone.kind}）",
                f"topic {self._topic} no longer has what comes next ({gone.kind})",
            )
            record(connection, alarm)
            raise alarm from None
        except Alarm as alarm:
            record(connection, alarm)
            raise

    def _read(self, connection: Connection[Any], until: int | None) -> None:
        self._begin(connection)
        subscriber = Subscriber(
            self._cluster,
            [self._topic],
            self._group or mirror.group(connection),
            starts=self._starts,
            session_ms=self._session_ms,
        )
        try:
            self._follow(connection, subscriber, until)
        finally:
            subscriber.close()

    def _begin(self, connection: Connection[Any]) -> None:
        """See that the topic is the one that the offsets are of.

        Raises:
            Alarm: it is not.
        """
        topic = needed(self._cluster, self._topic)
        origin = mirror.become(connection, topic)
        if not origin.is_of(topic):
            raise _another(topic.name)
        if topic.partitions != self._meant.partitions:
            raise _another(topic.name)
        mended(connection, "TOPIC", mirror.mark(connection))

    def _starts(self, places: Collection[Place]) -> Mapping[Place, int]:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            offsets = mirror.next_offsets(connection)
        return {
            (topic, partition): offsets[partition]
            for topic, partition in places
            if partition in offsets
        }

    def _follow(
        self, connection: Connection[Any], subscriber: Subscriber, until: int | None
    ) -> None:
        still, looked = _Still(self._gap_seconds), monotonic()
        while not self._stop.is_set():
            polled = subscriber.poll(POLL_SECONDS, POLL_RECORDS)
            if not subscriber.is_in_group:
                continue
            ends = {partition: end for (_, partition), end in subscriber.ends().items()}
            batch = {partition: records for (_, partition), records in polled.items()}
            kept = keeping.keep(connection, batch, ends)
            self.mark = kept.mark
            if until is not None and kept.mark >= until:
                return
            if polled:
                looked = monotonic()
            elif monotonic() - looked > LOOK_SECONDS:
                looked = monotonic()
                self._look()
            if still.too_long(kept) and gaps.is_certain(connection, self._cluster, self._topic):
                fetched = gaps.close(connection, self._log)
                _log.error("a gap: %d entries were fetched from the ledger itself", fetched)

    def _look(self) -> None:
        """See that the topic is still the one that is read: a fetch behind its end tells nothing.

        Raises:
            Alarm: it is not.
        """
        try:
            found = broker.described(self._cluster, self._topic)
        except BrokerFault:
            return  # an outage is waited for
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            origin = mirror.origin(connection)
        if found is None or (origin is not None and not origin.is_of(found)):
            raise _another(self._topic)


class _Still:
    """Notices when the mark stands still while entries wait beyond it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._mark = -1
        self._since = monotonic()

    def too_long(self, kept: Kept) -> bool:
        """Say whether it has stood still so long that a gap must be thought of."""
        now = monotonic()
        if kept.mark != self._mark or not kept.waits or kept.barrier <= kept.mark:
            self._mark, self._since = kept.mark, now
            return False
        if now - self._since < self._seconds:
            return False
        self._since = now
        return True


def _another(topic: str) -> Alarm:
    return Alarm(
        "TOPIC",
        0,
        f"主题{topic}已不是原来的主题：被删除、重建、改了分区数，或换了集群",
        f"topic {topic} is no longer the one that was read: it was deleted, made anew, given more"
        " partitions, or this is another cluster",
    )
