"""Sending."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.partitioner.default import murmur2

from consumers.broker.values import BrokerFault, Cluster, Message, Sent, tried

DELIVERY_MS: Final = 20 * 60 * 1000
"""So long a broker may be away before a send fails: an outage is a pause, not a failure."""
LINGER_MS: Final = 5
BATCH_BYTES: Final = 128 * 1024
DISCARD_SECONDS: Final = 2.0
KEYS_MAX: Final = 100_000
"""Of how many keys it is remembered where they belong: the library hashes a key byte by byte."""


def producer(cluster: Cluster, *, delivery_ms: int = DELIVERY_MS) -> Any:  # noqa: ANN401 - the library has no types
    """Return a producer of the library, set so that nothing is lost, doubled or reordered.

    Raises:
        BrokerFault: no broker answers.
    """
    return tried(
        lambda: KafkaProducer(
            **cluster.told(
                acks="all",
                enable_idempotence=True,
                allow_auto_create_topics=False,
                linger_ms=LINGER_MS,
                batch_size=BATCH_BYTES,
                delivery_timeout_ms=delivery_ms,
                request_timeout_ms=min(30_000, delivery_ms - LINGER_MS),
                metrics_enabled=False,
            )
        )
    )


class Publisher:
    """Sends to one topic, in order, and knows when all has been acknowledged by all replicas."""

    def __init__(self, cluster: Cluster, topic: str, *, delivery_ms: int = DELIVERY_MS) -> None:
        """Connect.

        Raises:
            BrokerFault: no broker answers.
        """
        self._topic = topic
        self._producer = producer(cluster, delivery_ms=delivery_ms)
        self._partition_of: Callable[[bytes], int] | None = None

    def send(
        self,
        messages: Iterable[Message],
        waiting: Callable[[], None] = lambda: None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Sent:
        """Send, and return when all are acknowledged.

        Args:
            messages: What to send. No more than memory holds: the library has no limit.
            waiting: Called about once a second while nothing is acknowledged; what it raises
                ends the waiting.
            meanwhile: Done once while they are under way.

        Raises:
            BrokerFault: one was not acknowledged; it may be in the topic or not. The publisher
                must not be used again: ``discard`` it.
        """
        try:
            sent = self._handed(messages)
            meanwhile()
            while True:
                try:
                    self._producer.flush(timeout=1.0)
                except KafkaTimeoutError:
                    if any(one.failed() for one in sent if one.is_done):
                        break
                    waiting()
                else:
                    break
        except KafkaError as error:
            raise BrokerFault(error) from None
        if not all(one.succeeded() for one in sent):
            failed = next((one.exception for one in sent if one.failed()), KafkaTimeoutError())
            raise BrokerFault(failed)
        offsets: dict[int, tuple[int, int]] = {}
        for told in [one.value for one in sent]:
            first, last = offsets.get(told.partition, (told.offset, told.offset))
            offsets[told.partition] = (min(first, told.offset), max(last, told.offset))
        return Sent(len(sent), offsets)

    def _handed(self, messages: Iterable[Message]) -> list[Any]:
        """Hand messages to the library; return what it will say of each."""
        send, topic = self._producer.send, self._topic
        if self._partition_of is None:
            self._partition_of = _placing(self._producer.partitions_for(topic))
        place = self._partition_of
        return [
            send(topic, one.value, one.key, list(one.headers), place(one.key)) for one in messages
        ]

    def discard(self) -> None:
        """Throw it away, with whatever it may still hold: nothing of that is sent any more."""
        sender = self._producer._sender  # noqa: SLF001 - close() gives up before it ends this
        try:
            self._producer.close(timeout=0)
        except KafkaError:
            # Something was left, and its thread would go on and send it behind a successor's back.
            sender.force_close()
            self._producer._closed = True  # noqa: SLF001 - else it is tried again when forgotten
        sender.join(DISCARD_SECONDS)


def _placing(partitions: Iterable[int]) -> Callable[[bytes], int]:
    """Return what places keys as the library and Java's clients do, each hashed once."""
    known: Sequence[int] = sorted(partitions)

    @lru_cache(KEYS_MAX)
    def partition_of(key: bytes) -> int:
        hashed: int = murmur2(key) & 0x7FFFFFFF
        return known[hashed % len(known)]

    return partition_of
