"""Messages from outside against the broker of the wheel and a real Apache Kafka."""

import asyncio
import logging
import threading
from functools import partial

import pytest

from aggregates.decisions import Caller
from aggregates.ids import OfficialId, derived_id
from consumers import broker
from consumers.intake.keeping import NotTheTopic
from consumers.intake.mending import Behind, Mended, mending
from consumers.intake.messages import DEAD_LETTERS, answers_of, topic_of
from consumers.intake.running import Intake
from consumers.stopping import Stop
from ledger.application.progress import metrics_of, progress_in
from ledger.errors import Misconfigured
from ledger.security.authority import Denied
from tests.consumers.brokers import Kafka, fresh
from tests.consumers.intake.sending import (
    Sender,
    answers,
    class_of,
    count,
    entries_after,
    narrow,
    opened,
    read,
    recording,
    send,
    take,
)
from tests.consumers.waiting import await_that
from tests.consumers.worlds import connected, head
from tests.ledger.small_world import EAST

pytestmark = [pytest.mark.kafka, pytest.mark.usefixtures("topics")]
ADMIN = Caller(person=OfficialId(derived_id("account", "operator")), role="SYS_ADMIN")
CLERK = Caller(person=OfficialId(derived_id("account", "clerk")), role="COUNTY_CLERK", county=EAST)
SECRET = "379901197001010015"
"""What a device should never have sent in the clear."""


def mend(ledger: str, kafka: Kafka, number: int | None = None) -> Mended:
    """Try one message again, or all."""

    async def work() -> Mended:
        place = narrow(ledger)
        ours = partial(opened, place, resumes=False)
        async with mending(place, ours, kafka.cluster) as found:
            return await found.retry(number)

    return asyncio.run(work())


def drop(ledger: str, kafka: Kafka, number: int, caller: Caller = ADMIN) -> Mended:
    """Give one message up."""

    async def work() -> Mended:
        place = narrow(ledger)
        ours = partial(opened, place, resumes=False)
        async with mending(place, ours, kafka.cluster) as found:
            return await found.drop(number, f"打错了 {SECRET}", caller)

    return asyncio.run(work())


def waiting(ledger: str) -> list[tuple[int, str]]:
    """Return number and fault of all that waits, in order."""
    with connected(ledger) as connection:
        return connection.execute(
            "select number, fault from intake.waiting order by number"
        ).fetchall()


def test_a_message_becomes_a_command_of_its_registered_sender_and_is_answered_as_it_was(
    ledger: str, kafka: Kafka, group: str
) -> None:
    device, before = Sender().registered(ledger, label=f"gate {group}"), head(ledger)
    message = device.message("c5", f"{group}-good", recording(class_of(5), role="COUNTY_HR"))
    sent = [
        device.message("c5", f"{group}-1", recording(class_of(5))),
        device.message("c3", f"{group}-2", recording(class_of(3), ends="09:00")),
        device.message("c2", f"{group}-3", recording(class_of(2))),
        device.message("c5", f"{group}-1", recording(class_of(5))),
        message,
    ]
    send(kafka.cluster, "attendance", sent)
    working = take(ledger, kafka, group)

    entries = entries_after(ledger, before)
    assert sorted(one["type"] for one in entries) == [
        "access.command-refused.v1",
        "access.command-refused.v1",
        "training-class.recording-registered.v1",
    ]
    for entry in entries:
        assert entry["actor"] == str(derived_id("sender", "attendance", f"gate {group}"))
        assert (entry["actorrole"], entry["actororg"]) == ("CLASS_HEAD", "SCHOOL-1")
        assert (entry["channel"], entry["county"]) == ("device", EAST)

    told = answers(kafka.cluster)
    granted, again = told[f"{group}-1"]
    assert granted == again
    assert granted["status"] == "granted"
    assert before < granted["first"] == granted["last"] <= head(ledger)
    (late,) = told[f"{group}-2"]
    assert (late["status"], late["broken"][0]["where"]) == ("refused", "ends_at")
    assert late["broken"][0]["expected"]["en"] == "an end after the beginning"
    assert before < late["position"] <= head(ledger)
    (foreign,) = told[f"{group}-3"]
    assert foreign["broken"][0]["found"] == {"zh": "属于其他机构", "en": "it is another's"}
    (waits,) = told[f"{group}-good"]
    assert (waits["status"], waits["fault"], waits["places"]) == ("waiting", "BAD_DATA", ["[…]"])
    assert (working.decided, working.parked) == (4, 1)


def test_what_cannot_be_decided_waits_with_its_key_and_nothing_of_it_is_told(
    ledger: str, kafka: Kafka, group: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    device, stranger, before = Sender().registered(ledger), Sender(), head(ledger)
    told_by_bank = device.message("c3", "b-1", {"amount": SECRET}, "confirm-payment")
    forged = stranger.signed(b"c5", b"{}")._replace(headers=device.message("c5", "x", {}).headers)
    sent = [
        device.signed(b"c1", f'{{"name": "{SECRET}"'.encode()),
        device.message("c1", f"{group}-1", recording(class_of(1))),
        told_by_bank,
        stranger.message(SECRET, f"{group}-2", recording(class_of(5), note=SECRET)),
        forged,
        device.message("c5", f"{group}-3", recording(class_of(5))),
        device.signed(b"", b"{}"),
    ]
    send(kafka.cluster, "attendance", sent)
    take(ledger, kafka, group)

    faults = sorted(fault for _, fault in waiting(ledger))
    assert faults == [
        *("", "BAD_SIGNATURE", "NOT_ITS_COMMAND", "NO_KEY", "NO_MESSAGE", "UNKNOWN_SENDER"),
    ]
    assert len(entries_after(ledger, before)) == 1
    assert answers(kafka.cluster)[f"{group}-3"][0]["status"] == "granted"
    letters = read(kafka.cluster, DEAD_LETTERS)
    assert sorted(value["fault"] for _, value in letters) == faults[1:]
    assert SECRET not in str(letters) + caplog.text + str(answers(kafka.cluster))
    with connected(ledger) as connection:
        kept = connection.execute("select * from intake.waiting").fetchall()
        metrics = metrics_of(progress_in(connection))
    assert 'mingzhang_intake_waiting_messages{topic="intake.attendance.v1"} 6' in metrics
    assert 'mingzhang_intake_unread_messages{topic="intake.attendance.v1"} 0' in metrics
    assert SECRET.encode() not in b"".join(one for row in kept for one in row if type(one) is bytes)


def test_what_waits_is_tried_again_or_given_up_by_a_person_and_its_key_follows_in_order(
    ledger: str, kafka: Kafka, group: str
) -> None:
    known, late = Sender().registered(ledger), Sender()
    before = head(ledger)
    sent = [
        known.signed(b"c5", b"no message"),
        known.message("c5", f"{group}-1", recording(class_of(5))),
        known.message("c5", f"{group}-2", recording(class_of(5), ends="09:00")),
        late.message("c5", f"{group}-3", recording(class_of(5))),
    ]
    send(kafka.cluster, "attendance", sent)
    take(ledger, kafka, group)
    (first, fault), (unknown, strange), (second, behind), (third, _) = waiting(ledger)
    assert (fault, strange, behind) == ("NO_MESSAGE", "UNKNOWN_SENDER", "")
    assert mend(ledger, kafka) == Mended(decided=0, waiting=4)

    late.registered(ledger)
    assert mend(ledger, kafka, unknown) == Mended(decided=1, waiting=0)
    with pytest.raises(Behind, match=f"behind {first}"):
        drop(ledger, kafka, second)
    with pytest.raises(Denied):
        drop(ledger, kafka, first, CLERK)
    assert [number for number, _ in waiting(ledger)] == [first, second, third]
    assert drop(ledger, kafka, first) == Mended(decided=2, waiting=0)

    assert waiting(ledger) == []
    entries = entries_after(ledger, before)
    assert [one["type"] for one in entries] == [
        "training-class.recording-registered.v1",
        "system.intake-dropped.v1",
        "training-class.recording-registered.v1",
        "access.command-refused.v1",
    ]
    dropped = entries[1]
    assert dropped["data"]["fault"] == "NO_MESSAGE"
    assert dropped["actorrole"] == "SYS_ADMIN"
    assert SECRET not in str(dropped)
    statuses = {
        one: [value["status"] for value in told] for one, told in answers(kafka.cluster).items()
    }
    assert statuses == {
        f"{group}-1": ["granted"],
        f"{group}-2": ["refused"],
        f"{group}-3": ["granted"],
    }


def test_messages_that_come_again_are_answered_the_same_even_if_the_law_would_answer_otherwise_now(
    ledger: str, kafka: Kafka, group: str
) -> None:
    device = Sender().registered(ledger)
    unfiled = class_of(int(group.removeprefix("test-")) + 100)
    sent = [
        device.message("a", f"{group}-1", recording(class_of(5))),
        device.message("b", f"{group}-2", recording(unfiled)),
        device.signed(b"c", b"no message"),
        device.message("c", f"{group}-3", recording(class_of(5))),
    ]
    send(kafka.cluster, "attendance", sent)
    take(ledger, kafka, group)
    before, told = head(ledger), answers(kafka.cluster)
    assert told[f"{group}-2"][0]["status"] == "refused"

    with connected(ledger) as connection:
        connection.execute("update intake.progress set next_offset = 0")
    take(ledger, kafka, f"{group}-again")

    assert entries_after(ledger, before) == []
    assert count(ledger, "waiting") == 2
    assert answers(kafka.cluster) == {one: found * 2 for one, found in told.items()}


def test_a_topic_that_was_made_anew_is_refused_until_it_is_adopted(
    ledger: str, kafka: Kafka, group: str
) -> None:
    device = Sender().registered(ledger)
    send(kafka.cluster, "attendance", [device.message("a", "1", recording(class_of(5)))])
    take(ledger, kafka, group)
    fresh(kafka.cluster, topic_of("attendance"))
    send(kafka.cluster, "attendance", [device.message("a", "2", recording(class_of(5)))])

    with pytest.raises(NotTheTopic, match="made anew"):
        take(ledger, kafka, group)
    assert "2" not in answers(kafka.cluster)

    take(ledger, kafka, f"{group}-adopted", adopt=True)
    assert answers(kafka.cluster)["2"][0]["status"] == "granted"


@pytest.mark.parametrize("missing", [answers_of("attendance"), DEAD_LETTERS])
def test_where_answers_could_not_be_told_nothing_is_decided(
    ledger: str, kafka: Kafka, group: str, missing: str
) -> None:
    device, before = Sender().registered(ledger), head(ledger)
    send(kafka.cluster, "attendance", [device.message("a", group, recording(class_of(5)))])
    broker.deleted(kafka.cluster, missing)

    with pytest.raises(Misconfigured, match=f"has no topic {missing}"):
        take(ledger, kafka, group)
    assert head(ledger) == before


def test_a_topic_of_senders_that_is_missing_is_told(ledger: str, kafka: Kafka, group: str) -> None:
    with pytest.raises(Misconfigured, match="has no topic"):
        take(ledger, kafka, group, kind="bank")


def test_messages_are_taken_on_when_the_database_comes_back(
    ledger: str, kafka: Kafka, group: str
) -> None:
    device, before = Sender().registered(ledger), head(ledger)
    stop = Stop()
    place = narrow(ledger)
    working = Intake(
        place,
        partial(opened, place, resumes=False),
        kafka.cluster,
        stop,
        topics=[topic_of("attendance")],
        group=group,
        session_ms=6_000,
        poll_seconds=0.25,
    )
    thread = threading.Thread(target=lambda: asyncio.run(working.run()))
    thread.start()
    try:
        for number in range(1, 4):
            one = device.message("a", f"{group}-{number}", recording(class_of(5)))
            send(kafka.cluster, "attendance", [one])
            await_that(lambda: head(ledger) >= before + number)  # noqa: B023 - awaited at once
            with connected(ledger) as connection:
                # As a restart of the server ends every session.
                connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )
    finally:
        stop.set()
        thread.join()

    assert len(entries_after(ledger, before)) == 3
    assert {one[0]["status"] for one in answers(kafka.cluster).values()} == {"granted"}
