"""The brokers that tests run against: the one of the wheel, and a real Apache Kafka."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol

import pytest

from consumers import broker
from consumers.broker import BrokerFault, Cluster, Topic
from consumers.topics import EVENTS, Definition, definition
from infra.kafka.apache import ApacheKafka, free_ports, lacking
from infra.kafka.wheel import WheelBroker

KINDS = ("wheel", "apache")
READY_SECONDS = 60.0


class Kafka(Protocol):
    """A Kafka of a test's own."""

    @property
    def cluster(self) -> Cluster:
        """Where clients come in."""

    def start(self) -> None:
        """Start it, with what it has kept."""

    def stop(self) -> None:
        """End it politely."""

    def kill(self) -> None:
        """End it as a power cut would."""


class Wheel:
    """The broker of the wheel: it forgets everything when it ends."""

    def __init__(self, port: int | None = None, advertised: int | None = None) -> None:
        self._broker = WheelBroker(port or free_ports(1)[0], advertised)
        self._shown = advertised or self._broker.port

    @property
    def cluster(self) -> Cluster:
        return Cluster((f"127.0.0.1:{self._shown}",))

    def start(self) -> None:
        self._broker.start()
        answers(self.cluster)

    def stop(self) -> None:
        self._broker.stop()

    def kill(self) -> None:
        self._broker.stop()

    def pause(self) -> None:
        """Let it answer nobody, while its connections stay."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer again."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._broker.process is not None
        self._broker.process.send_signal(number)


class Apache:
    """A real Apache Kafka, of one broker or more."""

    def __init__(
        self, folder: Path, brokers: int = 1, *, ports: list[int] | None = None, shown: int = 0
    ) -> None:
        free = free_ports(2 * brokers)
        self.kafka = ApacheKafka(
            folder,
            ports or free[:brokers],
            free[brokers:],
            advertised=[shown] if shown else None,
        )
        self._shown = shown

    @property
    def cluster(self) -> Cluster:
        if self._shown:
            return Cluster((f"127.0.0.1:{self._shown}",))
        return Cluster(tuple(self.kafka.bootstrap.split(",")))

    def start(self) -> None:
        self.kafka.start()
        if not self._shown:
            answers(self.cluster)

    def stop(self) -> None:
        self.kafka.stop()

    def kill(self) -> None:
        for one in self.kafka.brokers:
            one.stop(signal.SIGKILL)


def answers(cluster: Cluster) -> None:
    """Wait until a cluster can be asked."""
    until = monotonic() + READY_SECONDS
    while True:
        try:
            broker.described(cluster, "nothing")
        except BrokerFault:
            assert monotonic() < until, "the broker does not answer"
            sleep(0.2)
        else:
            return


def needs_apache() -> None:
    """Skip aloud where Apache Kafka cannot run; on CI a skip is a failure."""
    lack = lacking()
    if lack:
        pytest.skip(f"Apache Kafka: {lack}")


@contextmanager
def running(kind: str, folder: Path, brokers: int = 1) -> Iterator[Kafka]:
    """Run a Kafka until the block ends."""
    kafka: Kafka
    if kind == "wheel":
        kafka = Wheel()
    else:
        needs_apache()
        kafka = Apache(folder, brokers)
    try:
        kafka.start()
        yield kafka
    finally:
        kafka.stop()


def fresh(cluster: Cluster, name: str = EVENTS, replicas: int = 1) -> Topic:
    """Return a topic made anew, without anything in it."""
    if broker.described(cluster, name) is not None:
        broker.deleted(cluster, name)
    until = monotonic() + READY_SECONDS
    while broker.described(cluster, name) is not None:
        assert monotonic() < until, "the topic is not deleted"
        sleep(0.1)
    meant: Definition = definition(name).with_replicas(replicas)
    broker.created(
        cluster,
        name,
        partitions=meant.partitions,
        replicas=meant.replicas,
        configs=meant.configs,
    )
    found = broker.described(cluster, name)
    assert found is not None
    return found
