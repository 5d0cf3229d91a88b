"""The brokers of the compose file, as far as that goes without containers: one of them.

What is shown: a real Apache Kafka starts with their settings, lets in who shows a certificate and
may, and nobody else; and our file of properties is enough to be let in.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from consumers import broker, topics
from consumers.broker import BrokerFault, Cluster, Message, Publisher, Reader
from consumers.connecting import cluster_of
from consumers.intake.messages import topic_of
from infra.kafka.apache import Broker, free_ports, libraries
from ledger.settings import Settings
from tests.architecture.tree import ROOT
from tests.consumers.brokers import needs_apache
from tests.infra.certificates import Authority

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
SHAPE = ROOT / "infra" / "distributed"


def settings_of_brokers() -> dict[str, str]:
    """Return the settings of the compose file as Kafka's image makes properties of them."""
    found: Any = yaml.safe_load((SHAPE / "compose.yaml").read_text("utf-8"))
    return {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value.replace("$$", "$")
        for name, value in found["x-kafka-environment"].items()
        if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS"
    }


class Secured:
    """One broker with the settings of the compose file, and whom it knows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority = Authority(folder)
        self.port, controller = free_ports(2)
        certificate, key = self.authority.issue("kafka")
        keystore = folder / "kafka.pem"
        keystore.write_bytes(key.read_bytes() + certificate.read_bytes())
        told = settings_of_brokers() | {
            "node.id": "1",
            "controller.quorum.voters": f"1@localhost:{controller}",
            "listeners": f"CLIENTS://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"CLIENTS://localhost:{self.port}",
            "ssl.keystore.location": str(keystore),
            "ssl.truststore.location": str(self.authority.file),
            "log.dirs": str(folder / "data"),
        }
        told |= {name: "1" for name in told if name.endswith(("replication.factor", "min.isr"))}
        lines = "".join(f"{name}={value}\n" for name, value in told.items())
        (folder / "server.properties").write_text(lines, "utf-8")
        self.process = Broker(1, self.port, folder, libraries())

    def start(self) -> None:
        self.process.format("5L6g3nShT-eMCtK--X86sw")
        self.process.start()
        self.process.wait()

    def cluster(self, who: str) -> Cluster:
        """Return the cluster as whoever shows a certificate of that name sees it."""
        certificate, key = self.authority.issue(who)
        text = (SHAPE / "kafka.properties").read_text("utf-8")
        for name, file in (("ca.pem", self.authority.file), ("client.crt", certificate)):
            text = text.replace(f"/run/secrets/{name}", str(file))
        properties = self._folder / f"{who}.properties"
        properties.write_text(text.replace("/run/secrets/client.key", str(key)), "utf-8")
        return cluster_of(
            Settings.read(
                {
                    "MINGZHANG_KAFKA": f"localhost:{self.port}",
                    "MINGZHANG_KAFKA_PROPERTIES": str(properties),
                }
            )
        )


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """A broker with TLS that everybody has to show a certificate to."""
    needs_apache()
    made = Secured(tmp_path_factory.mktemp("secured"))
    try:
        made.start()
        yield made
    finally:
        made.process.stop()


def test_whoever_shows_a_certificate_and_may_is_let_in(secured: Secured) -> None:
    cluster = secured.cluster("kafka")

    topics.apply(cluster, 1)
    assert topics.check(cluster, 1) == []
    publisher = Publisher(cluster, topic_of("bank"))
    publisher.send([Message(b"key", b"value")])
    publisher.discard()
    reader = Reader(cluster, {(topic_of("bank"), number): 0 for number in range(6)})
    try:
        (records,) = reader.poll(10.0, 10).values()
    finally:
        reader.close()
    assert [one.value for one in records] == [b"value"]


def test_whoever_shows_a_certificate_but_has_no_right_sees_nothing(secured: Secured) -> None:
    topics.apply(secured.cluster("kafka"), 1)
    stranger = secured.cluster("stranger")

    with pytest.raises(BrokerFault, match="TopicAuthorizationFailed"):
        broker.described(stranger, topic_of("bank"))
    publisher = Publisher(stranger, topic_of("bank"), delivery_ms=3_000)
    with pytest.raises(BrokerFault):
        publisher.send([Message(b"key", b"value")])
    publisher.discard()


def test_whoever_shows_no_certificate_or_speaks_in_the_clear_is_not_let_in(
    secured: Secured,
) -> None:
    address = (f"localhost:{secured.port}",)
    clear: dict[str, Any] = {"bootstrap_timeout_ms": 1_500}
    nobody = {"security_protocol": "SSL", "ssl_cafile": str(secured.authority.file)}

    for options in (clear, clear | nobody):
        with pytest.raises(BrokerFault):
            broker.described(Cluster(address, options), topic_of("bank"))
