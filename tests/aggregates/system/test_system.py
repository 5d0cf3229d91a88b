"""What the service records by itself."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from aggregates.facts import decode, encode, links, spelled
from aggregates.ids import ClassId, PlanId
from aggregates.sealed import Personal
from aggregates.subject import Subject
from aggregates.system.commands import (
    AcceptImportBatch,
    DropIntakeMessage,
    RecordDocumentCheck,
    RecordMissedDeadline,
)
from aggregates.system.facts import (
    REJECTED_MAX,
    Damage,
    DeadlineMissed,
    DocumentsChecked,
    ImportBatchAccepted,
    IntakeDropped,
    RejectedRow,
    SealedRecorded,
)
from aggregates.system.state import SEALED, SYSTEM, missed_id
from tests.aggregates.harness import COUNTY, Outcome, given, happened, moment

PLAN = Subject(plan_id=PlanId(UUID(int=0xB1)))
DUE = moment("2024-03-01 00:00")


def missed(**changes: Any) -> RecordMissedDeadline:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "duty_rule_id": "PLN-01",
        "responsible_org": "371502-HR",
        "county_code": COUNTY,
        "due_at": DUE,
        "subject": PLAN,
        **changes,
    }
    return RecordMissedDeadline(**fields)


def miss(now: str = "2024-03-01 00:00", **changes: Any) -> Outcome:  # noqa: ANN401 - fields
    return given().when(missed(**changes), now=now, role="TIMER", channel="timer")


def test_a_deadline_is_missed_from_the_moment_it_is_over() -> None:
    miss("2024-02-29 23:59").then_refused("LIFECYCLE")
    fact = miss().fact(DeadlineMissed)
    assert fact.due_at == DUE
    assert fact.responsible_org == "371502-HR"


def test_a_missed_deadline_is_recorded_once_whatever_the_offset_it_is_given_in() -> None:
    answer = miss()
    (one,) = answer.granted()
    scene = given(happened("2024-03-01", SYSTEM, one.id, one.fact))
    elsewhere = msgspec.convert("2024-02-29T16:00:00Z", type(DUE))
    again = missed(due_at=elsewhere)
    scene.when(again, now="2024-03-02", channel="timer").then_refused("LIFECYCLE")
    assert one.id == missed_id("PLN-01", PLAN, elsewhere)


def test_only_a_timer_says_so_and_of_one_thing() -> None:
    given().when(missed(), now="2024-03-02", channel="inner").then_refused("LIFECYCLE")
    miss(subject=Subject()).then_refused("LIFECYCLE")
    both = Subject(plan_id=PLAN.plan_id, class_id=ClassId(UUID(int=1)))
    miss(subject=both).then_refused("LIFECYCLE")


def accept(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "batch_id": UUID(int=0xBA7C),
        "source_system": "SD-JGRC",
        "rows": 1000,
        "sha256": "ab" * 32,
        "mapping_version": "2024.1",
        **changes,
    }
    return given().when(AcceptImportBatch(**fields), now="2024-03-01", role="CITY_CENTRE")


@pytest.mark.rule("SUP-22")
def test_a_batch_taken_whole_has_no_findings() -> None:
    answer = accept()
    assert answer.fact(ImportBatchAccepted).rows == 1000
    assert answer.findings() == set()


@pytest.mark.rule("SUP-22")
def test_a_batch_with_rejected_rows_leaves_a_finding_and_names_the_first_of_them() -> None:
    rows = tuple(RejectedRow(line=n + 2, reason="FIL-04") for n in range(REJECTED_MAX + 100))
    answer = accept(rejected_rows=len(rows), rejected=rows)
    fact = answer.fact(ImportBatchAccepted)
    assert answer.findings() == {"SUP-22"}
    assert fact.rejected_rows == REJECTED_MAX + 100
    assert len(fact.rejected) == REJECTED_MAX


def test_a_batch_adds_up_and_is_recorded_once() -> None:
    accept(rejected_rows=1001).then_refused("LIFECYCLE")
    accept(rejected=(RejectedRow(line=2, reason="FIL-04"),)).then_refused("LIFECYCLE")
    (one,) = accept().granted()
    scene = given(happened("2024-03-01", SYSTEM, one.id, one.fact))
    again = AcceptImportBatch(
        batch_id=one.id, source_system="SD-JGRC", rows=1, sha256="ab" * 32, mapping_version="1"
    )
    scene.when(again, now="2024-03-02").then_refused("LIFECYCLE")


def test_a_sealed_entry_says_nothing_but_its_commitment() -> None:
    fact = SealedRecorded(commitment="A" * 43)
    data = encode(fact)
    assert data == {"commitment": "A" * 43, "findings": ()}
    assert decode("sealed.recorded.v1", data) == fact
    assert SEALED.name(UUID(int=1)) == "sealed/00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize("wrong", ["", "A" * 42, "A" * 44, "张" * 43])
def test_what_is_no_commitment_is_no_sealed_entry(wrong: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode("sealed.recorded.v1", {"commitment": wrong})


def test_a_message_is_given_up_once_and_the_fact_says_which_one_it_was() -> None:
    drop = DropIntakeMessage(
        message_id=UUID(int=0xC1),
        topic="intake.bank.v1",
        partition=2,
        offset=2**40,
        digest="0" * 64,
        fault="NO_MESSAGE",
        reason=Personal("A" * 43),
    )
    answer = given().when(drop, now="2024-03-01", role="SYS_ADMIN")
    fact = answer.fact(IntakeDropped)
    assert (fact.topic, fact.partition, fact.offset) == ("intake.bank.v1", 2, 2**40)
    assert fact.sender_id is None
    (one,) = answer.granted()
    assert one.id == drop.message_id

    scene = given(happened("2024-03-01", SYSTEM, one.id, one.fact))
    scene.when(drop, now="2024-03-02", role="SYS_ADMIN").then_refused("LIFECYCLE")


def looked(*damaged: Damage, documents: int = 9, channel: Any = "timer") -> Outcome:  # noqa: ANN401 - a channel
    command = RecordDocumentCheck(begun_at=DUE, documents=documents, octets=1234, damaged=damaged)
    return given().when(command, now="2024-03-01", role="TIMER", channel=channel)


def some_damage(number: int, classes: int = 1) -> Damage:
    named = tuple(ClassId(UUID(int=n)) for n in range(classes))
    return Damage(sha256=f"{number:064x}", found="CHANGED", class_ids=named)


def test_a_check_of_the_document_store_is_on_record_whatever_it_found() -> None:
    fine = looked()
    assert (fine.fact(DocumentsChecked).damaged, fine.findings()) == (0, set())
    bad = looked(some_damage(1, classes=2))
    fact = bad.fact(DocumentsChecked)
    assert (fact.damaged, fact.named) == (1, (some_damage(1, classes=2),))
    assert bad.findings() == {"ARC-01"}
    assert {kind for kind, _ in links(fact)} == {"class"}


def test_an_entry_names_as_many_damaged_files_as_it_holds_and_counts_all() -> None:
    many = tuple(some_damage(n, classes=1 + n % 40) for n in range(900))
    fact = looked(*many, documents=900).fact(DocumentsChecked)
    assert fact.damaged == 900
    assert 40 < len(fact.named) < 900
    assert fact.named == many[: len(fact.named)]
    assert len(spelled(fact)) < 64_000


def test_only_the_program_that_looked_tells_of_a_check() -> None:
    looked(channel="inner").then_refused("LIFECYCLE")
    looked(some_damage(1), documents=0).then_refused("LIFECYCLE")
