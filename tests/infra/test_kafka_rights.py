"""The rights in Kafka that the page of the distributed layout gives are enough and no more."""

import asyncio
import re
import threading
from collections.abc import Iterator
from functools import partial

import pytest
from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)

from consumers import topics
from consumers.alerts import Alerts
from consumers.broker import BrokerFault, Message, Publisher
from consumers.intake.messages import answers_of, topic_of
from consumers.intake.running import Intake
from consumers.projector.running import Projector
from consumers.relay.running import Relay
from consumers.stopping import Stop
from tests.consumers.intake.sending import Sender, class_of, narrow, opened, recording
from tests.consumers.worlds import entries, head, write_small_world
from tests.infra.test_kafka_over_tls import SHAPE, Secured, secured

__all__ = ["secured"]
pytestmark = [pytest.mark.kafka, pytest.mark.slow]
NAMED = re.compile(r"`([^`]+)`")
WITHIN_SECONDS = 60.0


def rows() -> dict[str, list[str]]:
    """Return the rows of the page's table by who is meant."""
    lines = (SHAPE / "README.md").read_text("utf-8").splitlines()
    cells = [line.strip("|").split("|") for line in lines if line.startswith("| `mingzhang")]
    return {NAMED.findall(row[0])[0]: row[1:] for row in cells if len(row) == 4}


def pattern(kind: ResourceType, name: str, *, begins: bool) -> ResourcePattern:
    how = ACLResourcePatternType.PREFIXED if begins else ACLResourcePatternType.LITERAL
    return ResourcePattern(kind, name.removesuffix("*"), how)


def rights() -> Iterator[ACL]:
    """Yield the rights that the page names."""
    for who, (on, operations, groups) in rows().items():
        given = [
            re.sub(r"(?<!^)(?=[A-Z])", "_", one).upper() for one in operations.strip().split("、")
        ]
        told = [
            (pattern(ResourceType.TOPIC, name, begins=name.endswith("*")), given)
            for name in NAMED.findall(on)
        ]
        told += [
            (pattern(ResourceType.GROUP, name, begins="前缀" in groups), ["READ"])
            for name in NAMED.findall(groups)
        ]
        for resource, names in told:
            for name in names:
                yield ACL(f"User:{who}", "*", ACLOperation[name], ACLPermissionType.ALLOW, resource)


@pytest.fixture
def allowed(secured: Secured) -> Secured:
    """The broker with the rights that the page names, and the topics made by the ledger."""
    with KafkaAdminClient(**secured.cluster("kafka").told()) as admin:
        admin.create_acls(list(rights()))
    topics.apply(secured.cluster("mingzhang"), 1)
    return secured


def test_each_process_has_the_rights_that_it_needs(
    allowed: Secured, database: str, second_database: str
) -> None:
    assert set(rows()) == {"mingzhang", "mingzhang-relay", "mingzhang-read"}
    write_small_world(database, classes=6)
    ours, relay = allowed.cluster("mingzhang"), allowed.cluster("mingzhang-relay")

    device = Sender().registered(database)
    publisher = Publisher(ours, topic_of("attendance"))
    publisher.send([device.message("a", "m-1", recording(class_of(5)))])
    publisher.discard()
    place = narrow(database)
    working = Intake(
        place,
        partial(opened, place, resumes=False),
        ours,
        Stop(),
        topics=[topic_of("attendance")],
        poll_seconds=0.25,
    )
    asyncio.run(working.run(until_idle=True))
    assert working.decided == 1

    for kind in (Relay, Alerts):
        kind(database, relay, Stop()).run(until_head=True)
    stop = Stop()
    watchdog = threading.Timer(WITHIN_SECONDS, stop.set)
    watchdog.start()
    Projector(second_database, allowed.cluster("mingzhang-read"), stop).run(until=head(database))
    watchdog.cancel()
    assert entries(second_database) == entries(database)


def test_a_relay_may_not_answer_senders_and_a_reader_may_not_publish(allowed: Secured) -> None:
    for who, topic in (
        ("mingzhang-relay", answers_of("bank")),
        ("mingzhang-relay", topic_of("bank")),
        ("mingzhang-read", topics.EVENTS),
    ):
        publisher = Publisher(allowed.cluster(who), topic, delivery_ms=3_000)
        with pytest.raises(BrokerFault):
            publisher.send([Message(b"key", b"value")])
        publisher.discard()
