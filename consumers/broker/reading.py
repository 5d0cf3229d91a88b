"""Receiving: as a member of a group, from given offsets, or only what stands at the end."""

from collections.abc import Callable, Collection, Mapping, Sequence
from time import monotonic
from typing import Any, Final

from kafka import (
    ConsumerRebalanceListener,
    KafkaConsumer,
    OffsetAndMetadata,
    TopicPartition,
)
from kafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    LogTruncationError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)

from consumers.broker.values import (
    CONNECT_MS,
    BrokerFault,
    Cluster,
    Place,
    Record,
    RecordsGone,
    Topic,
    tried,
)

SESSION_MS: Final = 10_000
HEARTBEAT_MS: Final = 1_000
JOIN_SECONDS: Final = 30.0
"""How long a member waits to be given partitions before it comes anew: the library would wait for
five minutes, and a broker may have lost the question."""
TAIL_SECONDS: Final = 30.0


class _Starting(ConsumerRebalanceListener):  # type: ignore[misc]  # the library has no types
    """Puts a consumer to where its offsets are kept, whenever it is given partitions."""

    def __init__(
        self, starts: Callable[[Collection[Place]], Mapping[Place, int]] | None, join_seconds: float
    ) -> None:
        self._starts = starts
        self._join_seconds = join_seconds
        self._until: float | None = monotonic() + join_seconds
        self.consumer: Any = None

    def on_partitions_revoked(self, revoked: Any) -> None:  # noqa: ANN401, ARG002 - the library's
        """Wait to be given others: rows and offsets were kept together."""
        self._until = monotonic() + self._join_seconds

    def on_partitions_assigned(self, assigned: Any) -> None:  # noqa: ANN401 - the library's
        """Begin where the kept offsets say."""
        self._until = None
        if self._starts is None:
            return
        places = [(one.topic, one.partition) for one in assigned]
        for (topic, partition), offset in self._starts(places).items():
            self.consumer.seek(TopicPartition(topic, partition), offset)

    @property
    def waits(self) -> bool:
        """Whether the member is not in its group now."""
        return self._until is not None

    def see(self) -> None:
        """See that the member is in its group, or not out of it for long.

        Raises:
            BrokerFault: it has waited too long to be given partitions.
        """
        until = self._until
        if until is not None and monotonic() > until:
            raise BrokerFault(TimeoutError())


class Subscriber:
    """A member of a consumer group; to be used by one thread."""

    def __init__(
        self,
        cluster: Cluster,
        topics: Sequence[str],
        group: str,
        *,
        starts: Callable[[Collection[Place]], Mapping[Place, int]] | None = None,
        session_ms: int = SESSION_MS,
        join_seconds: float = JOIN_SECONDS,
    ) -> None:
        """Connect and ask to be let into the group.

        Args:
            cluster: Where Kafka is.
            topics: What to read.
            group: The group, whose members share the partitions.
            starts: Where offsets are kept elsewhere than in Kafka: from partitions to the next
                offset of each. Called on a thread of the library, it must not take long.
            session_ms: How long the others wait for a member that does not stir.
            join_seconds: How long this one waits to be given partitions.

        Raises:
            BrokerFault: no broker answers.
        """
        self._listener = _Starting(starts, join_seconds)
        self._consumer: Any = tried(
            lambda: KafkaConsumer(
                **cluster.told(
                    group_id=group,
                    enable_auto_commit=False,
                    # Where offsets are kept elsewhere, none is ever to be guessed.
                    auto_offset_reset="earliest" if starts is None else "none",
                    allow_auto_create_topics=False,
                    session_timeout_ms=session_ms,
                    heartbeat_interval_ms=min(HEARTBEAT_MS, session_ms // 3),
                    metrics_enabled=False,
                )
            )
        )
        self._listener.consumer = self._consumer
        self._consumer.subscribe(list(topics), listener=self._listener)

    @property
    def places(self) -> frozenset[Place]:
        """The partitions that this member has now."""
        return frozenset((one.topic, one.partition) for one in self._consumer.assignment())

    @property
    def is_in_group(self) -> bool:
        """Whether it was let in; until then do nothing but poll, or the group's word is missed."""
        return not self._listener.waits

    def poll(self, seconds: float, limit: int) -> dict[Place, list[Record]]:
        """Return what has come, by partition and in order; nothing after so many seconds.

        Raises:
            RecordsGone: the topic no longer has what comes next.
            BrokerFault: something else is wrong; whoever is not let into the group comes anew.
        """
        polled = _polled(self._consumer, seconds, limit)
        self._listener.see()
        return polled

    def ends(self) -> dict[Place, int]:
        """Return the offset that the next record of each partition will have, as last heard."""
        return _ends(self._consumer)

    def seek(self, offsets: Mapping[Place, int]) -> None:
        """Go on reading at these offsets; partitions of others are passed over."""
        mine = self._consumer.assignment()
        for (topic, partition), offset in offsets.items():
            place = TopicPartition(topic, partition)
            if place in mine:
                self._consumer.seek(place, offset)

    def commit(self, offsets: Mapping[Place, int]) -> None:
        """Tell Kafka the next offset of each partition: all before it is dealt with.

        Raises:
            BrokerFault: it was not taken, for instance since another member has the partition.
        """
        told = {
            TopicPartition(topic, partition): OffsetAndMetadata(offset, "", -1)
            for (topic, partition), offset in offsets.items()
        }
        try:
            self._consumer.commit(told, timeout_ms=CONNECT_MS)
        except KafkaError as error:
            raise BrokerFault(error) from None

    def close(self) -> None:
        """Leave the group."""
        try:
            self._consumer.close(autocommit=False, timeout_ms=2_000)
        except KafkaError:
            # Nobody hears it; the others find out when the session ends.
            return


class Reader:
    """Reads partitions from given offsets, in no group; to be used by one thread."""

    def __init__(self, cluster: Cluster, offsets: Mapping[Place, int]) -> None:
        """Connect.

        Args:
            cluster: Where Kafka is.
            offsets: What to read, and from where.

        Raises:
            BrokerFault: no broker answers.
        """
        self._consumer: Any = tried(lambda: _assigned(cluster))
        self._consumer.assign([TopicPartition(*place) for place in offsets])
        for place, offset in offsets.items():
            self._consumer.seek(TopicPartition(*place), offset)

    def poll(self, seconds: float, limit: int) -> dict[Place, list[Record]]:
        """Return what has come, as ``Subscriber.poll``."""
        return _polled(self._consumer, seconds, limit)

    def ends(self) -> dict[Place, int]:
        """Return the offset that the next record of each partition will have, as last heard."""
        return _ends(self._consumer)

    def close(self) -> None:
        """Leave."""
        self._consumer.close(autocommit=False, timeout_ms=1_000)


def beginnings(cluster: Cluster, topic: Topic) -> dict[int, int]:
    """Return the offset of the first record that each partition still has.

    Raises:
        BrokerFault: they cannot be asked for.
    """
    places = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    consumer: Any = tried(lambda: _assigned(cluster))
    try:
        first = tried(lambda: consumer.beginning_offsets(places))
    finally:
        consumer.close(autocommit=False, timeout_ms=1_000)
    return {place.partition: offset for place, offset in first.items()}


def tail(cluster: Cluster, topic: Topic, count: int) -> list[Record]:
    """Return up to about ``count`` of the last records of each partition, in no order.

    Raises:
        BrokerFault: they cannot be read.
    """
    places = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    consumer: Any = tried(lambda: _assigned(cluster))
    try:
        first = tried(lambda: consumer.beginning_offsets(places))
        # Perhaps too low (the start of the last batch), never too high: only where to look.
        last = tried(lambda: consumer.end_offsets(places))
        wanted = [place for place in places if last[place] > first[place]]
        consumer.assign(wanted)
        for place in wanted:
            consumer.seek(place, max(first[place], last[place] - count))
        found: list[Record] = []
        until = monotonic() + TAIL_SECONDS
        while not all(_is_at_end(consumer, place) for place in wanted):
            if monotonic() > until:
                raise BrokerFault(KafkaTimeoutError())
            for some in _polled(consumer, 0.5, 10_000).values():
                found.extend(some)
        return found
    finally:
        consumer.close(autocommit=False, timeout_ms=1_000)


def _is_at_end(consumer: Any, place: Any) -> bool:  # noqa: ANN401 - the library's
    end = consumer.highwater(place)
    return end is not None and consumer.position(place, timeout_ms=CONNECT_MS) >= end


def _assigned(cluster: Cluster) -> Any:  # noqa: ANN401 - the library has no types
    return KafkaConsumer(
        **cluster.told(
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
    )


def _polled(consumer: Any, seconds: float, limit: int) -> dict[Place, list[Record]]:  # noqa: ANN401 - the library's
    try:
        polled = consumer.poll(timeout_ms=int(seconds * 1000), max_records=limit)
    except (OffsetOutOfRangeError, LogTruncationError, NoOffsetForPartitionError) as error:
        raise RecordsGone(error) from None
    except KafkaError as error:
        raise BrokerFault(error) from None
    return {
        (place.topic, place.partition): [
            Record(
                place.topic,
                place.partition,
                one.offset,
                one.key,
                one.value,
                dict(one.headers),
                one.headers,
            )
            for one in records
        ]
        for place, records in polled.items()
    }


def _ends(consumer: Any) -> dict[Place, int]:  # noqa: ANN401 - the library's
    told = {
        (place.topic, place.partition): consumer.highwater(place) for place in consumer.assignment()
    }
    return {place: end for place, end in told.items() if end is not None}
