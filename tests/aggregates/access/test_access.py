"""Refusals, openings and erasures as facts."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from aggregates.access.commands import EraseSubject, ObjectionRef, ReadmitSubject
from aggregates.access.facts import (
    CommandRefused,
    Reason,
    SensitiveDataAccessed,
    SubjectErased,
    SubjectReadmitted,
)
from aggregates.access.state import ACCESS, erasure_id
from aggregates.archive.facts import ArchiveSealed
from aggregates.archive.state import ARCHIVE
from aggregates.facts import decode, encode, links
from aggregates.ids import ClaimId, ClassId, InstitutionId, PersonId, PublicityId
from aggregates.sealed import Personal
from aggregates.training_class.facts import ClassClosed, ClassTotals
from aggregates.training_class.state import TRAINING_CLASS
from tests.aggregates.harness import (
    COUNTY,
    SOMEBODY,
    Happened,
    Outcome,
    given,
    happened,
    moment,
    official,
)

PERSON = PersonId(UUID(int=0x9E))
CLASS = ClassId(UUID(int=0xC1A55))
TOTALS = ClassTotals(enrolled=45, completed=44, passed=43, claimed=43, paid=43)


def erase(*approvers: Any, by: Any = SOMEBODY) -> Outcome:  # noqa: ANN401 - officials
    command = EraseSubject(person_id=PERSON, approvers=approvers, basis="聊人社个保〔2034〕1号")
    return given().when(command, now="2034-09-01", role="SEC_ADMIN", by=by)


@pytest.mark.rule("ARC-03")
def test_two_others_approve_an_erasure() -> None:
    answer = erase(official(1), official(2))
    fact = answer.fact(SubjectErased)
    assert fact.person_id == PERSON
    assert answer.granted()[0].id == erasure_id(PERSON)


@pytest.mark.rule("ARC-03")
def test_one_approver_named_twice_or_the_one_who_erases_is_not_two() -> None:
    erase(official(1)).then_refused("ARC-03")
    erase(official(1), official(1)).then_refused("ARC-03")
    erase(official(1), SOMEBODY).then_refused("ARC-03")
    erase(official(1), official(2), official(3)).then_refused("ARC-03")


def archived(retention_to: date) -> Happened:
    fact = ArchiveSealed(
        class_id=CLASS,
        institution_id=InstitutionId(UUID(int=1)),
        county_code=COUNTY,
        checklist=(),
        documents=0,
        pages=0,
        manifest_sha256="ab" * 32,
        retention_from=date(2024, 8, 20),
        retention_to=retention_to,
        sealed_by=SOMEBODY,
    )
    return happened("2024-08-25", ARCHIVE, CLASS, fact)


def closed(on: str = "2024-08-31") -> Happened:
    fact = ClassClosed(
        class_id=CLASS,
        institution_id=InstitutionId(UUID(int=1)),
        county_code=COUNTY,
        closed_at=moment(on),
        totals=TOTALS,
    )
    return happened(on, TRAINING_CLASS, CLASS, fact)


def erase_trainee(*story: Happened, now: str = "2034-09-01") -> Outcome:
    command = EraseSubject(
        person_id=PERSON, approvers=(official(1), official(2)), basis="1号", class_ids=(CLASS,)
    )
    return given(*story).when(command, now=now, role="SEC_ADMIN")


@pytest.mark.rule("ARC-01")
def test_a_trainee_is_erased_once_the_ten_years_are_over() -> None:
    erase_trainee(archived(date(2034, 8, 20)), closed()).granted()


@pytest.mark.rule("ARC-01")
def test_nobody_is_erased_within_ten_years_of_closure_or_payment() -> None:
    story = (archived(date(2034, 8, 20)), closed())
    erase_trainee(*story, now="2034-08-31").then_refused("ARC-01")
    paid_later = (archived(date(2034, 9, 1)), closed())
    erase_trainee(*paid_later).then_refused("ARC-01")


@pytest.mark.rule("ARC-01")
def test_nobody_is_erased_before_the_ten_years_have_begun() -> None:
    erase_trainee().then_refused("ARC-01")
    erase_trainee(archived(date(2034, 8, 20))).then_refused("ARC-01")
    erase_trainee(closed()).then_refused("ARC-01")


def test_a_person_is_erased_once() -> None:
    fact = erase(official(1), official(2)).fact(SubjectErased)
    scene = given(happened("2034-09-01", ACCESS, erasure_id(PERSON), fact))
    again = EraseSubject(person_id=PERSON, approvers=(official(1), official(2)), basis="2")
    scene.when(again, now="2034-09-02").then_refused("LIFECYCLE")


def test_a_refusal_comes_back_as_it_was_stored_and_leads_to_what_it_concerned() -> None:
    fact = CommandRefused(
        command="submit-class-filing",
        target="training-class",
        reasons=(Reason(rule_id="FIL-01", text="应为不晚于2024-02-06；实为2024-02-07"),),
        payload_digest="ab" * 32,
        payload=Personal(f"{1:042d}A"),
        institution_id=InstitutionId(UUID(int=1)),
        class_id=ClassId(UUID(int=2)),
        claim_id=ClaimId(UUID(int=3)),
    )
    assert decode(fact.TYPE, encode(fact)) == fact
    assert {kind for kind, _ in links(fact)} == {"institution", "class", "claim"}


def test_an_opening_leads_to_who_looked_and_at_whom() -> None:
    fact = SensitiveDataAccessed(
        who=official(1),
        role="AUDITOR",
        what="class_ledger",
        fields=("id_number", "phone"),
        purpose=Personal(f"{1:042d}A"),
        ticket="SJ-2024-7",
        person_id=PERSON,
    )
    assert decode(fact.TYPE, encode(fact)) == fact
    assert dict(links(fact)) == {"official": official(1), "person": PERSON}


def _erased() -> Happened:
    fact = erase(official(1), official(2)).fact(SubjectErased)
    return happened("2034-09-01", ACCESS, erasure_id(PERSON), fact)


def test_whoever_was_erased_may_come_back_and_be_erased_again() -> None:
    back = ReadmitSubject(person_id=PERSON, basis="本人申请")
    answer = given(_erased()).when(back, now="2035-03-01", role="SEC_ADMIN")
    fact = answer.fact(SubjectReadmitted)
    assert answer.granted()[0].id == erasure_id(PERSON)
    scene = given(_erased(), happened("2035-03-01", ACCESS, erasure_id(PERSON), fact))
    again = EraseSubject(person_id=PERSON, approvers=(official(1), official(2)), basis="2")
    scene.when(again, now="2036-09-02", role="SEC_ADMIN").granted()
    scene.when(back, now="2036-09-02", role="SEC_ADMIN").then_refused("LIFECYCLE")


def test_nobody_comes_back_who_was_not_erased() -> None:
    back = ReadmitSubject(person_id=PERSON, basis="本人申请")
    given().when(back, now="2035-03-01", role="SEC_ADMIN").then_refused("LIFECYCLE")


def test_an_objection_that_nobody_lodged_is_nobodys() -> None:
    asked = EraseSubject(
        person_id=PERSON,
        approvers=(official(1), official(2)),
        basis="1",
        objections=(ObjectionRef(publicity_id=PublicityId(UUID(int=7)), objection_no="1"),),
    )
    given().when(asked, now="2034-09-01", role="SEC_ADMIN").then_refused("LIFECYCLE")
