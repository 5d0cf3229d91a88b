"""Senders of messages, as devices and platforms are: a key of their own, and signed messages."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from confluent_kafka import Producer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from psycopg import sql

from aggregates.ids import derived_id
from consumers.broker import Cluster, Message, Reader
from consumers.intake.messages import answers_of, topic_of
from consumers.intake.running import Intake
from consumers.stopping import Stop
from consumers.topics import definition
from ledger.application.running import Ledger, open_ledger
from ledger.clock import SystemClock
from ledger.ids import SystemIds
from ledger.security import senders
from ledger.store.roles import INTAKE, as_role
from ledger.vault.keys import SeededKeyring
from tests.consumers.brokers import Kafka, Wheel
from tests.consumers.worlds import connected
from tests.ledger.small_world import EAST

SESSION_MS = 6_000
WHEEL_SESSION_MS = 2_000
"""The broker of the wheel lets nobody in before half of it is over."""
SCHOOL = derived_id("institution", EAST)
"""The institution of the odd classes of the small world."""


def class_of(number: int) -> UUID:
    """Return the id of a class of the small world."""
    return derived_id("class", number)


def recording(class_id: UUID, *, ends: str = "11:00", **more: object) -> dict[str, Any]:
    """Return the data of a recording, one hour long unless it is to end at another time."""
    return {
        "class_id": str(class_id),
        "camera_id": "CAM-1",
        "session_nos": [1],
        "starts_at": "2024-03-05T10:00:00+08:00",
        "ends_at": f"2024-03-05T{ends}:00+08:00",
        "storage_ref": "nvr/1",
        "sha256": sha256(b"recording").hexdigest(),
        **more,
    }


@dataclass
class Sender:
    """A machine with a key of its own.

    Attributes:
        kind: What kind it is.
        id: Its registration.
    """

    kind: str = "attendance"
    id: UUID = field(default_factory=lambda: SystemIds(SystemClock()).new())
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def pem(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def registered(self, conninfo: str, **more: object) -> "Sender":
        """Register it: an attendance device of the school in the east, unless more is said."""
        told: dict[str, Any] = {
            "label": f"device {self.id}",
            "role": "CLASS_HEAD",
            "county": EAST,
            "institution": SCHOOL,
            "org": "SCHOOL-1",
            "days": 30,
        } | more
        with connected(conninfo) as connection:
            senders.register(
                connection,
                one=self.id,
                kind=self.kind,
                public_key=self.pem,
                now=SystemClock().now(),
                **told,
            )
        return self

    def message(
        self, key: str, one: str, data: Mapping[str, Any], command: str = "register-recording"
    ) -> Message:
        """Return a message about ``key`` with the id ``one``."""
        return self.signed(
            key.encode(), orjson.dumps({"command": command, "key": one, "data": data})
        )

    def signed(self, key: bytes, value: bytes) -> Message:
        """Return a message with whatever is in it."""
        # As the page says it, not as our own code does.
        digests = sha256(key).hexdigest(), sha256(value).hexdigest()
        text = "\n".join(("mingzhang-intake-v1", f"intake.{self.kind}.v1", *digests, ""))
        signature = self.key.sign(text.encode())
        return Message(key, value, (("sender", str(self.id).encode()), ("signature", signature)))


def send(cluster: Cluster, kind: str, messages: Sequence[Message]) -> None:
    """Send messages of a kind of sender."""
    # Others send with librdkafka.
    told = {"linger.ms": 1, "message.max.bytes": 5_000_000}
    producer = Producer({"bootstrap.servers": ",".join(cluster.bootstrap), **told})
    for key, value, headers in messages:
        producer.produce(topic_of(kind), value, key, headers=list(headers))
    assert producer.flush(30) == 0


def narrow(conninfo: str) -> str:
    """Return where an intake connects: with the rights of its role alone."""
    return as_role(conninfo, INTAKE)


def opened(conninfo: str, *, resumes: bool = True) -> AbstractAsyncContextManager[Ledger]:
    """Open the ledger of a test."""
    clock = SystemClock()
    return open_ledger(
        conninfo,
        keyring=SeededKeyring("test"),
        clock=clock,
        ids=SystemIds(clock),
        source="//simulation/test",
        resumes=resumes,
    )


def take(
    conninfo: str, kafka: Kafka, group: str, *, kind: str = "attendance", adopt: bool = False
) -> Intake:
    """Take all that has come in from a kind of sender."""
    place = narrow(conninfo)
    working = Intake(
        place,
        lambda: opened(place, resumes=False),
        kafka.cluster,
        Stop(),
        topics=[topic_of(kind)],
        group=group,
        session_ms=WHEEL_SESSION_MS if isinstance(kafka, Wheel) else SESSION_MS,
        poll_seconds=0.25,
    )
    asyncio.run(working.run(adopt=adopt, until_idle=True))
    return working


def read(cluster: Cluster, topic: str) -> list[tuple[bytes, dict[str, Any]]]:
    """Return key and value of all that stands in a topic."""
    partitions = definition(topic).partitions
    reader = Reader(cluster, {(topic, number): 0 for number in range(partitions)})
    found = []
    try:
        while polled := reader.poll(0.5, 5_000):
            for records in polled.values():
                found += [(one.key or b"", orjson.loads(one.value or b"")) for one in records]
    finally:
        reader.close()
    return found


def answers(cluster: Cluster, kind: str = "attendance") -> dict[str, list[dict[str, Any]]]:
    """Return what senders of a kind were answered, by the id of the message."""
    found = defaultdict(list)
    for _, value in read(cluster, answers_of(kind)):
        found[value["id"]].append(value)
    return found


def entries_after(conninfo: str, position: int) -> list[dict[str, Any]]:
    """Return the entries beyond a position."""
    with connected(conninfo) as connection:
        rows = connection.execute(
            "select body from ledger.entry where position > %s order by position", (position,)
        ).fetchall()
    return [orjson.loads(body) for (body,) in rows]


def count(conninfo: str, table: str) -> int:
    """Return how many rows a table of the intake has."""
    with connected(conninfo) as connection:
        row = connection.execute(
            sql.SQL("select count(*) from intake.{}").format(sql.Identifier(table))
        ).fetchone()
    assert row is not None
    return int(row[0])
