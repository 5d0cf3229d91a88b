"""What follows the sealing: files stored, archives produced, held back, and destroyed by two."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from aggregates.archive.custody import ProduceArchive, StoreArchiveDocument
from aggregates.archive.ending import (
    ApproveDestruction,
    DestroyArchive,
    ExtendRetention,
    ReleaseHold,
)
from aggregates.archive.facts import (
    ArchiveDestroyed,
    ArchiveDestructionApproved,
    ArchiveDocumentStored,
    ArchiveProduced,
    ArchiveSealed,
    HoldReleased,
    RetentionExtended,
)
from aggregates.archive.state import ARCHIVE
from aggregates.facts import decode, encode
from aggregates.ids import InstitutionId
from aggregates.sealed import Personal
from aggregates.training_class.facts import ClassClosed, ClassTotals
from aggregates.training_class.state import TRAINING_CLASS
from tests.aggregates.archive.test_archives import document
from tests.aggregates.claim_stories import Story
from tests.aggregates.claims import CLAIM_LAW, CLERK, LISTS
from tests.aggregates.harness import Happened, Outcome, given, happened, moment, official
from tests.aggregates.institution.samples import DOC
from tests.aggregates.stories import a_taught_class, told
from tests.aggregates.training_class.samples import CLASS, law

CLOSED = "2024-09-02"
LAST = date(2034, 9, 2)
OVER = "2034-09-03"
LIST = "7e" * 32
WHY: Personal[Any] = Personal(f"{5:042d}A")
TOTALS = ClassTotals(enrolled=3, completed=3, passed=3, claimed=3, paid=3)


def a_filed_document() -> Story:
    return told(a_taught_class(3), document(), CLOSED, under=CLAIM_LAW, by=CLERK)


def a_closed_class(*more: Happened) -> Story:
    sealed = ArchiveSealed(
        class_id=CLASS,
        institution_id=InstitutionId(UUID(int=1)),
        county_code="371502",
        checklist=(),
        documents=1,
        pages=10,
        manifest_sha256="ab" * 32,
        last_paid_on=date(2024, 8, 30),
        retention_from=date(2024, 9, 1),
        retention_to=date(2034, 9, 1),
        sealed_by=CLERK,
    )
    closed = ClassClosed(
        class_id=CLASS,
        institution_id=InstitutionId(UUID(int=1)),
        county_code="371502",
        closed_at=moment(CLOSED),
        totals=TOTALS,
    )
    return (
        *a_filed_document(),
        happened("2024-09-01", ARCHIVE, CLASS, sealed),
        happened(CLOSED, TRAINING_CLASS, CLASS, closed),
        *more,
    )


def asking(
    command: Any,  # noqa: ANN401 - a command
    story: Story,
    *,
    now: str = OVER,
    by: Any = CLERK,  # noqa: ANN401 - an official
    under: Any = CLAIM_LAW,  # noqa: ANN401 - a law
) -> Outcome:
    return given(*story, law=under).when(command, now=now, by=by, role="COUNTY_HR")


def approve(**changes: Any) -> ApproveDestruction:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "decision_doc": "销〔2034〕1号",
        "list_sha256": LIST,
    }
    return ApproveDestruction(**{**fields, **changes})


def destroy(**changes: Any) -> DestroyArchive:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "list_sha256": LIST,
        "supervisor": official(8),
        "methods": ("PULPED", "DELETED"),
    }
    return DestroyArchive(**{**fields, **changes})


def hold(**changes: Any) -> ExtendRetention:  # noqa: ANN401 - fields of the command
    return ExtendRetention(**{"class_id": CLASS, "hold_no": "H1", "reason": WHY, **changes})


def approved(*approvers: int) -> Happened:
    fact = ArchiveDestructionApproved(
        class_id=CLASS,
        institution_id=InstitutionId(UUID(int=1)),
        county_code="371502",
        decision_doc="销〔2034〕1号",
        list_sha256=LIST,
        retention_to=LAST,
        approvers=tuple(map(official, approvers)),
        complete=len(approvers) > 1,
    )
    return happened(OVER, ARCHIVE, CLASS, fact)


def held(until: date | None = None) -> Happened:
    fact = RetentionExtended(
        class_id=CLASS,
        institution_id=InstitutionId(UUID(int=1)),
        county_code="371502",
        hold_no="H1",
        held_until=until,
        reason=WHY,
        extended_by=CLERK,
    )
    return happened(CLOSED, ARCHIVE, CLASS, fact)


def test_the_file_of_a_document_is_stored_once_and_again_where_it_was_lost() -> None:
    story = a_filed_document()
    command = StoreArchiveDocument(class_id=CLASS, sha256=DOC, octets=1234)
    fact = asking(command, story, now=CLOSED).fact(ArchiveDocumentStored)
    assert (fact.sha256, fact.octets, fact.again) == (DOC, 1234, False)
    more = told(story, command, CLOSED, under=CLAIM_LAW, by=CLERK)
    assert asking(command, more, now=CLOSED).fact(ArchiveDocumentStored).again


def test_only_what_an_archive_names_is_stored_for_it() -> None:
    command = StoreArchiveDocument(class_id=CLASS, sha256="e9" * 32, octets=1)
    asking(command, a_filed_document(), now=CLOSED).then_refused("LIFECYCLE")


def produce(**changes: Any) -> ProduceArchive:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "to": "聊城市审计局",
        "recipient": "AUDIT",
        "purpose": WHY,
        "request_doc": "聊审〔2025〕3号",
        "requested_on": date(2025, 3, 3),
    }
    return ProduceArchive(**{**fields, **changes})


@pytest.mark.rule("ARC-05")
@pytest.mark.parametrize(
    ("days", "now", "found"),
    [(5, "2025-03-08", set()), (5, "2025-03-09", {"ARC-05"}), (None, "2025-06-01", set())],
)
def test_an_archive_is_produced_within_the_days_of_the_city(
    days: int | None, now: str, found: set[str]
) -> None:
    named = {} if days is None else {"sla_archive_produce_days": days}
    answer = asking(produce(), a_closed_class(), now=now, under=law(LISTS, named))
    assert answer.findings() == found
    due = None if days is None else date(2025, 3, 8)
    assert answer.fact(ArchiveProduced).due_on == due


@pytest.mark.rule("ARC-03")
def test_personal_values_are_produced_for_few() -> None:
    story = a_closed_class()
    asking(produce(personal=True), story, now="2025-03-04").granted()
    other = produce(personal=True, recipient="AUTHORITY")
    asking(other, story, now="2025-03-04").then_refused("ARC-03")
    masked = produce(recipient="AUTHORITY")
    assert not asking(masked, story, now="2025-03-04").fact(ArchiveProduced).personal


def test_what_is_produced_lies_in_the_archive_and_was_asked_for_before() -> None:
    story = a_closed_class()
    asking(produce(items=(DOC,)), story, now="2025-03-04").granted()
    asking(produce(items=("e9" * 32,)), story, now="2025-03-04").then_refused("LIFECYCLE")
    asking(produce(), story, now="2025-03-02").then_refused("LIFECYCLE")


@pytest.mark.rule("ARC-01")
def test_two_people_approve_a_destruction_each_for_himself() -> None:
    first = asking(approve(), a_closed_class(), by=official(1)).fact(ArchiveDestructionApproved)
    assert (first.approvers, first.complete) == ((official(1),), False)
    assert first.retention_to == LAST
    one = a_closed_class(approved(1))
    second = asking(approve(), one, by=official(2)).fact(ArchiveDestructionApproved)
    assert (second.approvers, second.complete) == ((official(1), official(2)), True)
    asking(approve(), one, by=official(1)).then_refused("ARC-01")
    anew = asking(approve(list_sha256="55" * 32), one, by=official(1))
    assert anew.fact(ArchiveDestructionApproved).approvers == (official(1),)


@pytest.mark.rule("ARC-01")
@pytest.mark.parametrize("command", [approve(), destroy()])
def test_nothing_is_destroyed_before_its_day_or_before_it_has_begun(command: Any) -> None:  # noqa: ANN401 - a command
    asking(command, a_closed_class(approved(1, 2)), now="2034-09-02").then_refused("ARC-01")
    asking(command, a_filed_document()).then_refused("ARC-01")


@pytest.mark.rule("ARC-01")
@pytest.mark.parametrize("command", [approve(), destroy()])
def test_a_hold_keeps_an_archive_beyond_its_day(command: Any) -> None:  # noqa: ANN401 - a command
    by = official(7)
    asking(command, a_closed_class(held(), approved(1, 2)), by=by).then_refused("ARC-01")
    dated = a_closed_class(held(date(2034, 9, 5)), approved(1, 2))
    asking(command, dated, by=by, now="2034-09-05").then_refused("ARC-01")
    asking(command, dated, by=by, now="2034-09-06").granted()


def test_a_hold_is_restated_and_released() -> None:
    fact = asking(hold(held_until=date(2036, 1, 1)), a_closed_class()).fact(RetentionExtended)
    assert (fact.hold_no, fact.held_until, fact.ground) == ("H1", date(2036, 1, 1), "HOLD")
    asking(hold(held_until=date(2034, 9, 3)), a_closed_class()).then_refused("LIFECYCLE")
    release = ReleaseHold(class_id=CLASS, hold_no="H1", basis="结案〔2034〕1号")
    fact_of_end = asking(release, a_closed_class(held())).fact(HoldReleased)
    ended = happened(OVER, ARCHIVE, CLASS, fact_of_end)
    over = a_closed_class(held(), ended, approved(1, 2))
    asking(destroy(), over, by=official(7)).granted()
    asking(release, a_closed_class()).then_refused("LIFECYCLE")


@pytest.mark.rule("ARC-01")
def test_an_archive_is_destroyed_by_one_before_another_once_two_others_approved() -> None:
    story = a_closed_class(approved(1, 2))
    fact = asking(destroy(), story, by=official(7)).fact(ArchiveDestroyed)
    assert fact.approvers == (official(1), official(2))
    assert fact.by == (official(7), official(8))
    assert (fact.decision_doc, fact.documents, fact.pages) == ("销〔2034〕1号", 1, 10)
    asking(destroy(), a_closed_class(approved(1)), by=official(7)).then_refused("ARC-01")
    asking(destroy(), a_closed_class(), by=official(7)).then_refused("ARC-01")
    asking(destroy(list_sha256="55" * 32), story, by=official(7)).then_refused("ARC-01")
    asking(destroy(supervisor=official(7)), story, by=official(7)).then_refused("ARC-01")
    asking(destroy(), story, by=official(1)).then_refused("ARC-01")
    asking(destroy(supervisor=official(2)), story, by=official(7)).then_refused("ARC-01")


def test_after_its_destruction_nothing_is_done_with_an_archive() -> None:
    fact = asking(destroy(), a_closed_class(approved(1, 2)), by=official(7)).fact(ArchiveDestroyed)
    gone = a_closed_class(approved(1, 2), happened(OVER, ARCHIVE, CLASS, fact))
    commands: tuple[Any, ...] = (
        StoreArchiveDocument(class_id=CLASS, sha256=DOC),
        produce(),
        hold(),
        approve(),
        destroy(),
    )
    for command in commands:
        asking(command, gone, by=official(7)).then_refused("LIFECYCLE")


def test_the_facts_come_back_as_they_were_stored() -> None:
    for fact in (held().fact, approved(1, 2).fact):
        assert decode(fact.TYPE, encode(fact)) == fact
