"""TLS and SASL as a real Apache Kafka asks for them, from a file of properties."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consumers import broker
from consumers.broker import BrokerFault, Cluster, Message, Publisher
from consumers.connecting import options_of
from consumers.topics import EVENTS
from infra.kafka.apache import ApacheKafka, free_ports
from tests.consumers.brokers import answers, fresh, needs_apache

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
SECURE = """
ssl.keystore.type=PEM
ssl.keystore.location={pem}
sasl.enabled.mechanisms=PLAIN
listener.name.secure.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_mingzhang="hunter2";
"""


def certificate(folder: Path) -> Path:
    """Write key and certificate of a server on this machine; return the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begun = datetime(2024, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=20_000))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(private + shown)
    (folder / "ca.pem").write_bytes(shown)
    return folder / "ca.pem"


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A broker that asks for TLS and a password; where it is, and whose certificate it shows."""
    needs_apache()
    folder = tmp_path_factory.mktemp("secure")
    ca = certificate(folder)
    plain, controller, port = free_ports(3)
    kafka = ApacheKafka(folder, [plain], [controller])
    file = folder / "broker-1" / "server.properties"
    text = file.read_text("utf-8")
    for name in ("listeners", "advertised.listeners"):
        text = text.replace(
            f"\n{name}=PLAINTEXT://127.0.0.1:{plain}",
            f"\n{name}=SECURE://127.0.0.1:{port},PLAINTEXT://127.0.0.1:{plain}",
        )
    text = text.replace("protocol.map=", "protocol.map=SECURE:SASL_SSL,")
    file.write_text(text + SECURE.format(pem=folder / "server.pem"))
    try:
        kafka.start()
        answers(Cluster((f"127.0.0.1:{plain}",)))
        yield f"127.0.0.1:{port}", ca
    finally:
        kafka.stop()


def cluster(secure: tuple[str, Path], folder: Path, password: str) -> Cluster:
    bootstrap, ca = secure
    file = folder / "kafka.properties"
    file.touch(0o600)
    file.write_text(
        f"security.protocol=SASL_SSL\nssl.ca.location={ca}\n"
        f"sasl.mechanism=PLAIN\nsasl.username=mingzhang\nsasl.password={password}\n"
    )
    return Cluster((bootstrap,), options_of(file))


def test_with_certificate_and_password_everything_goes_on_as_in_plain_text(
    secure: tuple[str, Path], tmp_path: Path
) -> None:
    found = cluster(secure, tmp_path, "hunter2")
    topic = fresh(found)
    publisher = Publisher(found, EVENTS)
    try:
        assert publisher.send([Message(b"k", b"v")]).count == 1
    finally:
        publisher.discard()
    (record,) = broker.tail(found, topic, 1)
    assert (record.key, record.value) == (b"k", b"v")


def test_a_wrong_password_is_refused_and_not_told(secure: tuple[str, Path], tmp_path: Path) -> None:
    with pytest.raises(BrokerFault) as refused:
        broker.described(cluster(secure, tmp_path, "hunter3"), EVENTS)
    assert "hunter3" not in str(refused.value)
