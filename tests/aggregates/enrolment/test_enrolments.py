"""Enrolments: a person joins a class, signs, and may leave again."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.access.facts import SubjectErased, SubjectReadmitted
from aggregates.access.state import ACCESS, erasure_id
from aggregates.enrolment.commands import SignAgencyAgreement, WithdrawTrainee
from aggregates.enrolment.facts import (
    AgencyClaimAgreementSigned,
    TraineeEnrolled,
    TraineeWithdrawn,
)
from aggregates.enrolment.state import ENROLMENT, Enrolment
from aggregates.law.in_force import Law
from aggregates.training_class.facts import ClassFilingSubmitted, RosterChanged
from tests.aggregates.harness import (
    Happened,
    Outcome,
    given,
    happened,
    moment,
)
from tests.aggregates.institution.samples import (
    DOC,
    SCHOOL,
)
from tests.aggregates.stories import (
    a_filed_class,
    a_running_class,
    a_taught_class,
    an_approved_class,
    told,
)
from tests.aggregates.training_class.samples import (
    CLASS,
    LAW,
    a_trainee,
    category,
    enrol,
    enrolment,
    filing,
    law,
    person,
    trainees,
)

NOW = "2024-02-26"


def ask(
    number: int = 0,
    *more: Happened,
    story: tuple[Happened, ...] | None = None,
    now: str = NOW,
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    """Return the answer to the enrolment of the n-th trainee."""
    held = an_approved_class() if story is None else story
    return given(*held, *more, law=LAW).when(enrol(number, **changes), now=now, role="INST_CLERK")


def test_somebody_of_the_roster_joins_and_leaves_the_roster_as_it_is() -> None:
    answer = ask()
    (new,) = answer.granted()
    fact = answer.fact(TraineeEnrolled)
    assert new.id == fact.enrolment_id == enrolment(0)
    assert (fact.class_id, fact.person_id, fact.institution_id) == (CLASS, person(0), SCHOOL)
    assert not answer.findings()


def test_somebody_else_is_added_to_the_roster_in_the_same_decision() -> None:
    answer = ask(20, *a_trainee(20))
    changed = answer.fact(RosterChanged)
    assert [row.person_id for row in changed.added] == [person(20)]
    assert (changed.heads, changed.phase) == (13, "BEFORE_START")


def test_nobody_enrols_who_was_erased() -> None:
    erased = SubjectErased(
        person_id=person(0), approvers=(), basis="B-1", erased_at=moment(NOW), class_ids=()
    )
    ask(0, happened(NOW, ACCESS, erasure_id(person(0)), erased)).then_refused("LIFECYCLE")
    ask(1, happened(NOW, ACCESS, erasure_id(person(0)), erased)).granted()


@pytest.mark.rule("FIL-04")
def test_whoever_came_back_is_verified_anew_before_enrolling() -> None:
    erased = SubjectErased(
        person_id=person(0), approvers=(), basis="B-1", erased_at=moment(NOW), class_ids=()
    )
    back = SubjectReadmitted(person_id=person(0), basis="B-2", readmitted_at=moment(NOW))
    story = (
        happened(NOW, ACCESS, erasure_id(person(0)), erased),
        happened(NOW, ACCESS, erasure_id(person(0)), back),
    )
    ask(0, *story).then_refused("FIL-04")
    (verified, *_) = a_trainee(0)
    again = happened(NOW, verified.kind, verified.id, verified.fact)
    ask(0, *story, again).granted()


@pytest.mark.rule("FIL-04")
def test_nobody_enrols_unverified() -> None:
    ask(20).then_refused("FIL-04")
    assert "FIL-04" not in ask().findings()


@pytest.mark.rule("FIL-08")
def test_nobody_joins_a_class_of_sixty() -> None:
    ask(60, *trainees(61), story=an_approved_class(60)).then_refused("FIL-08")
    assert ask(59, *trainees(61), story=an_approved_class(59)).granted()
    assert ask(5, story=an_approved_class(60)).granted()


@pytest.mark.rule("FIL-08")
def test_the_fifty_first_head_is_told() -> None:
    assert "FIL-08" in ask(50, *trainees(51), story=an_approved_class(50)).findings()


@pytest.mark.rule("FIL-06")
def test_an_applicant_was_screened() -> None:
    unscreened = ask(20, *a_trainee(20)[:1])
    assert "FIL-06" in unscreened.findings()
    assert unscreened.granted()
    assert "FIL-06" in ask(category=category(0, "VETERAN")).findings()
    assert "FIL-06" not in ask().findings()


@pytest.mark.rule("PLN-09")
def test_a_trainee_was_told_the_policy() -> None:
    assert "PLN-09" in ask(policy_notice_ack=False).findings()
    assert "PLN-09" not in ask().findings()


def entrepreneurial() -> tuple[Happened, ...]:
    """Tell of the class as one of entrepreneurship."""
    return tuple(
        replace(one, fact=replace(one.fact, filing=filing(training_type="ENTREPRENEURSHIP")))
        if isinstance(one.fact, ClassFilingSubmitted)
        else one
        for one in an_approved_class()
    )


@pytest.mark.rule("FIL-20")
@pytest.mark.rule("FIL-24")
def test_an_entrepreneurship_class_interviews_and_advises_each_trainee() -> None:
    story = entrepreneurial()
    assert {"FIL-20", "FIL-24"} <= ask(story=story).findings()
    both = ask(story=story, interview_doc=DOC, course_fit_doc=DOC)
    assert not {"FIL-20", "FIL-24"} & both.findings()
    assert not {"FIL-20", "FIL-24"} & ask().findings()


def test_a_person_joins_once_and_only_a_class_that_is_open() -> None:
    joined = told(an_approved_class(), enrol(0), NOW)
    ask(story=joined).then_refused("LIFECYCLE")
    ask(story=()).then_refused("LIFECYCLE")
    ask(20, *a_trainee(20), story=a_taught_class(), now="2024-03-13").then_refused("LIFECYCLE")


def test_whoever_left_may_join_again() -> None:
    joined = told(an_approved_class(), enrol(0), NOW)
    left = told(joined, withdraw(), NOW)
    answer = ask(story=left)
    assert answer.fact(TraineeEnrolled)
    assert answer.fact(RosterChanged).heads == 12


def agree(now: str, under: Law = LAW, story: tuple[Happened, ...] | None = None) -> Outcome:
    """Return the answer to an agency agreement that is said to be signed early."""
    held = a_running_class() if story is None else story
    command = SignAgencyAgreement(
        enrolment_id=enrolment(0), doc_sha256=DOC, signed_at=moment("2024-02-26")
    )
    return given(*held, law=under).when(command, now=now, role="INST_CLERK")


@pytest.mark.rule("FIL-07")
def test_an_agency_agreement_is_recorded_by_the_start_of_the_class() -> None:
    in_time = agree("2024-03-04 23:00")
    assert in_time.fact(AgencyClaimAgreementSigned).in_time
    assert not in_time.findings()
    late = agree("2024-03-05")
    assert not late.fact(AgencyClaimAgreementSigned).in_time
    assert "FIL-07" in late.findings()


@pytest.mark.rule("FIL-07")
def test_a_city_may_let_agreements_be_signed_until_the_end_or_the_claim() -> None:
    until_end = law(parameters={"agreement_signed_before": "CLASS_END"})
    assert agree("2024-03-12", until_end).fact(AgencyClaimAgreementSigned).in_time
    assert not agree("2024-03-13", until_end).fact(AgencyClaimAgreementSigned).in_time
    until_claim = law(parameters={"agreement_signed_before": "CLAIM"})
    assert agree("2024-08-01", until_claim).fact(AgencyClaimAgreementSigned).in_time


def test_an_agreement_is_signed_once_by_somebody_who_is_enrolled() -> None:
    command = SignAgencyAgreement(
        enrolment_id=enrolment(0), doc_sha256=DOC, signed_at=moment("2024-02-26")
    )
    twice = told(a_running_class(), command, "2024-03-04")
    agree("2024-03-04", story=twice).then_refused("LIFECYCLE")
    agree("2024-02-26", story=an_approved_class()).then_refused("LIFECYCLE")


def withdraw(**changes: Any) -> WithdrawTrainee:  # noqa: ANN401 - fields of the command
    return WithdrawTrainee(
        **{"enrolment_id": enrolment(0), "withdrawn_on": date(2024, 2, 26), **changes}
    )


@pytest.mark.rule("FIL-08")
def test_whoever_leaves_makes_room_on_the_roster() -> None:
    full = told(an_approved_class(60), enrol(0), NOW)
    answer = given(*full, law=LAW).when(withdraw(), now=NOW)
    assert answer.fact(TraineeWithdrawn).withdrawn_on == date(2024, 2, 26)
    changed = answer.fact(RosterChanged)
    assert (changed.removed, changed.heads) == ((person(0),), 59)
    left = told(full, withdraw(), NOW)
    assert ask(60, *trainees(61), story=left).granted()
    held = given(*left).loaded()[ENROLMENT.name(enrolment(0))].state
    assert isinstance(held, Enrolment)
    assert not held.enrolled


def test_only_somebody_who_is_enrolled_leaves_and_before_the_end() -> None:
    given(*an_approved_class(), law=LAW).when(withdraw(), now=NOW).then_refused("LIFECYCLE")
    given(*a_running_class(), law=LAW).when(
        withdraw(withdrawn_on=date(2024, 3, 6)), now="2024-03-05"
    ).then_refused("LIFECYCLE")
    given(*a_taught_class(), law=LAW).when(withdraw(), now="2024-03-13").then_refused("LIFECYCLE")


def test_history_of_an_unknown_enrolment_is_recorded_with_a_finding() -> None:
    answer = given(law=LAW).when(withdraw(), now=NOW, as_facts=True)
    assert answer.findings() == {"LIFECYCLE"}
    assert answer.fact(TraineeWithdrawn)


def test_nobody_slips_onto_the_roster_of_a_filing_that_waits_for_its_answer() -> None:
    ask(20, *a_trainee(20), story=a_filed_class()).then_refused("LIFECYCLE")
    assert ask(story=a_filed_class()).granted()
