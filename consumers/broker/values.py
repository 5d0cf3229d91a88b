"""What is said to Kafka and heard from it, and what may be wrong."""

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

from kafka.errors import KafkaError

from aggregates.language import Message as Text
from ledger.errors import Fault

CONNECT_MS: Final = 10_000
REACH_SECONDS: Final = 5.0

Value = TypeVar("Value")
Place = tuple[str, int]
"""A topic and a partition."""


class BrokerFault(Fault):
    """The broker does not do what was asked of it; what was sent may have arrived or not."""

    exit_code = 69

    def __init__(self, error: Exception) -> None:
        kind = type(error).__name__
        super().__init__(
            Text(f"Kafka未能照办：{kind}", f"Kafka did not do it: {kind}"),
            mend=Text(
                "请检查 MINGZHANG_KAFKA 所指的服务器是否可用",
                "see whether the servers of MINGZHANG_KAFKA can be reached",
            ),
        )
        self.kind = kind


class RecordsGone(BrokerFault):
    """What lies at an offset is no longer there: the topic was cut short or made anew."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where Kafka is, and how one shows who one is.

    Attributes:
        bootstrap: ``host:port`` of some brokers.
        options: What the library is told of TLS and SASL; it may hold passwords.
    """

    bootstrap: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def told(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - options of the library
        """Return the options of a client, once a broker can be reached.

        A client that finds none leaves a thread and a socket behind, each time it is tried.

        Raises:
            BrokerFault: no broker can be reached.
        """
        self._reach()
        return {
            "bootstrap_servers": list(self.bootstrap),
            "bootstrap_timeout_ms": CONNECT_MS,
            "reconnect_backoff_max_ms": 1_000,
            **self.options,
            **more,
        }

    def _reach(self) -> None:
        missed: OSError = ConnectionError()
        for one in self.bootstrap:
            host, _, port = one.rpartition(":")
            try:
                socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
            except OSError as error:
                missed = error
            else:
                return
        raise BrokerFault(missed)


class Message(NamedTuple):
    """What is sent.

    Attributes:
        key: Decides the partition (murmur2, as Java's clients do).
        value: The bytes.
        headers: Names and bytes.
    """

    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What was acknowledged.

    Attributes:
        count: How many messages.
        offsets: By partition, the first and the last offset that they were given.
    """

    count: int
    offsets: Mapping[int, tuple[int, int]]


class Record(NamedTuple):
    """What was received.

    Attributes:
        topic: From which topic.
        partition: From which of its partitions.
        offset: Its place there.
        key: Its key, if it has one.
        value: Its bytes; None for a tombstone.
        headers: Names to bytes; of a name that comes twice the last.
        raw_headers: The headers as they came.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes]
    raw_headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the cluster has it.

    Attributes:
        cluster: The id of the cluster.
        name: Its name.
        id: Its id; another one is another topic, whatever its name.
        partitions: How many it has.
        replicas: How many copies of each are kept, the fewest of any.
        configs: Names to values, all of them.
    """

    cluster: str
    name: str
    id: str
    partitions: int
    replicas: int
    configs: Mapping[str, str]


def tried(what: Callable[[], Value]) -> Value:
    """Do something with the library; what it raises becomes a ``BrokerFault``."""
    try:
        return what()
    except KafkaError as error:
        raise BrokerFault(error) from None
