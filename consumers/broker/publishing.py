"""Sending."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from consumers.broker.values import BrokerFault, Cluster, Message, Sent, tried

DELIVERY_MS: Final = 20 * 60 * 1000
"""So long a broker may be away before a send fails: an outage is a pause, not a failure."""
LINGER_MS: Final = 5
BATCH_BYTES: Final = 128 * 1024
DISCARD_SECONDS: Final = 2.0


class Publisher:
    """Sends to one topic, in order, and knows when all has been acknowledged by all replicas."""

    def __init__(self, cluster: Cluster, topic: str, *, delivery_ms: int = DELIVERY_MS) -> None:
        """Connect.

        Raises:
            BrokerFault: no broker answers.
        """
        self._topic = topic
        self._producer: Any = tried(
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
        send, topic = self._producer.send, self._topic
        try:
            sent = [send(topic, one.value, one.key, list(one.headers)) for one in messages]
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
            told = [one.get(timeout=0) for one in sent]
        except KafkaError as error:
            raise BrokerFault(error) from None
        offsets: dict[int, tuple[int, int]] = {}
        for one in told:
            first, last = offsets.get(one.partition, (one.offset, one.offset))
            offsets[one.partition] = (min(first, one.offset), max(last, one.offset))
        return Sent(len(told), offsets)

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
