"""What other systems are alerted to, and what never leaves."""

import asyncio
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import orjson
import pytest

from aggregates.ids import (
    ClaimId,
    ClassId,
    InspectionId,
    OfficialId,
    PersonId,
    SignalId,
    derived_id,
)
from aggregates.risk_signal.facts import RiskSignalRaised, Severity, Window
from aggregates.subject import Subject
from aggregates.system.facts import DeadlineMissed
from consumers import broker
from consumers.alerts import ALERTS, Alerts
from consumers.broker import Reader, Record
from consumers.relay.checks import TopicNotAsLeft
from consumers.stopping import Stop
from ledger.store.roles import RELAY, as_role
from tests.consumers.brokers import Kafka, fresh
from tests.consumers.intake.sending import opened
from tests.consumers.worlds import connected, head, write_small_world
from tests.ledger.small_world import EAST, Writer

pytestmark = pytest.mark.kafka
CLASS, CLAIM = ClassId(derived_id("class", 5)), ClaimId(derived_id("claim", 5))
DUE = datetime(2024, 3, 1, tzinfo=UTC)
TOLD = ("SUP-24/class", "SUP-24/inspection", "RI-03/HIGH", "RI-15/CRITICAL")
UNTOLD = ("SUP-24/person", "SUP-24/official", "RI-18/MEDIUM", "RI-02/person")


def missed(writer: Writer, label: str, subject: Subject, sealed_for: str = "") -> None:
    fact = DeadlineMissed(
        duty_rule_id=label,
        responsible_org="371502-HR",
        county_code=EAST,
        due_at=DUE,
        subject=subject,
    )
    one = derived_id("missed", label)
    writer.put("system", one, fact, by="TIMER", channel="timer", sealed_for=sealed_for)


def raised(
    writer: Writer, rule: str, severity: Severity, subject: Subject, sealed_for: str = ""
) -> None:
    one = SignalId(derived_id("signal", rule, severity, *subject.given, sealed_for))
    fact = RiskSignalRaised(
        signal_id=one,
        rule_id=rule,
        rule_version=severity,
        params=(),
        subject=subject,
        county_code=EAST,
        window=Window(),
        position=9,
        evidence=(8,),
        values=(),
        severity=severity,
    )
    writer.put("risk-signal", one, fact, by="RISK_ENGINE", channel="risk", sealed_for=sealed_for)


def plant(writer: Writer) -> None:
    """Put facts of every kind into the log, those that never leave sealed and unsealed."""
    person = PersonId(UUID(int=1))
    missed(writer, "SUP-24/class", Subject(class_id=CLASS))
    missed(writer, "SUP-24/inspection", Subject(inspection_id=InspectionId(UUID(int=2))))
    missed(writer, "SUP-24/person", Subject(person_id=person))
    missed(writer, "SUP-24/official", Subject(official_id=OfficialId(UUID(int=3))))
    missed(writer, "SUP-24/sealed", Subject(class_id=CLASS), "DISCIPLINE")
    raised(writer, "RI-03", "HIGH", Subject(claim_id=CLAIM))
    raised(writer, "RI-15", "CRITICAL", Subject(class_id=CLASS))
    raised(writer, "RI-18", "MEDIUM", Subject(class_id=CLASS))
    raised(writer, "RI-02", "HIGH", Subject(person_id=person))
    for rule in ("RI-27", "RI-29", "RI-33"):
        raised(writer, rule, "CRITICAL", Subject(class_id=CLASS))
        raised(writer, rule, "HIGH", Subject(claim_id=CLAIM))
        raised(writer, rule, "CRITICAL", Subject(class_id=CLASS), "AUDITOR")
    raised(writer, "RI-17", "CRITICAL", Subject(class_id=CLASS), "DISCIPLINE")


@pytest.fixture(scope="module")
def world(shared_database: str) -> str:
    """The small world, and facts that are planted in it."""
    write_small_world(shared_database, classes=1)

    async def write() -> None:
        async with opened(shared_database) as ledger:
            writer = Writer(ledger, now=datetime(2026, 1, 1, tzinfo=UTC))
            plant(writer)
            await writer.flush()

    asyncio.run(write())
    return shared_database


@pytest.fixture
def ledger(world: str, kafka: Kafka) -> str:
    """The same, of which nobody was alerted."""
    with connected(world) as connection:
        connection.execute("delete from ledger.relay")
    fresh(kafka.cluster, ALERTS)
    return world


def publish(ledger: str, kafka: Kafka, *, republish: bool = False, batch: int = 40) -> int:
    working = Alerts(as_role(ledger, RELAY), kafka.cluster, Stop(), batch=batch)
    working.run(republish=republish, until_head=True)
    return working.position


def alerts(kafka: Kafka) -> list[Record]:
    reader = Reader(kafka.cluster, {(ALERTS, 0): 0})
    found: list[Record] = []
    try:
        while polled := reader.poll(0.7, 5_000):
            found += [one for records in polled.values() for one in records]
    finally:
        reader.close()
    return found


def name_of(record: Record) -> str:
    data = orjson.loads(record.value or b"")["data"]
    return data.get("duty_rule_id") or f"{data['rule_id']}/{data['severity']}"


def test_missed_duties_and_grave_doubts_about_classes_and_claims_go_out_and_nothing_else(
    ledger: str, kafka: Kafka
) -> None:
    assert publish(ledger, kafka) == head(ledger)
    found = alerts(kafka)

    # The small world itself has a grave doubt about its first class.
    assert sorted(map(name_of, found)) == sorted([*TOLD, "RI-17/HIGH"])
    text = b"".join(record.value or b"" for record in found).decode()
    assert not any(word in text for word in ("RI-27", "RI-29", "RI-33", "sealed.recorded", *UNTOLD))


def test_an_alert_is_the_entry_itself_known_by_its_position_and_comes_once(
    ledger: str, kafka: Kafka
) -> None:
    publish(ledger, kafka)
    publish(ledger, kafka)
    found = alerts(kafka)

    positions = [int(record.headers["position"]) for record in found]
    assert positions == sorted(set(positions))
    with connected(ledger) as connection:
        rows = connection.execute(
            "select body, leaf from ledger.entry where position = any(%s) order by position",
            (positions,),
        ).fetchall()
    for record, (body, leaf) in zip(found, rows, strict=True):
        assert record.value == body.encode()
        assert sha256(b"\0" + body.encode()).digest() == leaf
        assert record.headers["leaf"] == leaf.hex().encode()


def test_alerts_that_are_published_anew_bear_the_positions_that_they_had(
    ledger: str, kafka: Kafka
) -> None:
    publish(ledger, kafka)
    before = [record.headers["position"] for record in alerts(kafka)]
    publish(ledger, kafka, republish=True)

    assert [record.headers["position"] for record in alerts(kafka)] == before * 2


def test_a_topic_of_alerts_that_was_made_anew_is_refused(ledger: str, kafka: Kafka) -> None:
    publish(ledger, kafka)
    broker.deleted(kafka.cluster, ALERTS)
    fresh(kafka.cluster, ALERTS)

    with pytest.raises(TopicNotAsLeft):
        publish(ledger, kafka)
    assert alerts(kafka) == []
