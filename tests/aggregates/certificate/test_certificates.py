"""Certificates: numbers from the bureau, issued on a plan completed and an exam passed."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from aggregates.assessment.commands import (
    ApplyAssessment,
    ApproveAssessment,
    HoldAssessment,
    RecordResult,
)
from aggregates.certificate.commands import (
    AllocateCertificateNumbers,
    DeliverCertificate,
    IssueCertificate,
)
from aggregates.certificate.facts import (
    CertificateDelivered,
    CertificateIssued,
    CertificateNumbersAllocated,
)
from aggregates.certificate.numbers import Span
from aggregates.certificate.state import batch_of, certificate_of
from aggregates.enrolment.commands import WithdrawTrainee
from aggregates.law.in_force import Law
from aggregates.training_class.facts import AttendanceSheetSealed
from tests.aggregates.harness import (
    COUNTY,
    Happened,
    Outcome,
    given,
    moment,
    official,
)
from tests.aggregates.institution.samples import (
    COOK,
    DOC,
    SCHOOL,
)
from tests.aggregates.stories import (
    a_running_class,
    a_taught_class,
    an_approved_class,
    told,
)
from tests.aggregates.training_class.samples import (
    APPROVER,
    ASSESSMENT,
    BODY,
    CLASS,
    HEADS,
    LAW,
    enrolment,
    law,
    person,
)

NOW = "2024-03-25"
BATCH = batch_of(COUNTY, "2024-07")
FIRST, LAST = "371502202400001", "371502202400012"
OWN_ROUTE = law(lists={"OCCUPATION_ROUTE": ()})


@cache
def an_assessed_class(route: str = "OWN", *failed: int) -> tuple[Happened, ...]:
    """Tell of a class that was taught and assessed; all passed but those named."""
    own = route == "OWN"
    applied = ApplyAssessment(
        assessment_id=ASSESSMENT,
        class_id=CLASS,
        route="OWN" if own else "SKILL_LEVEL",
        body_id=SCHOOL if own else BODY,
        planned_at=moment("2024-03-15"),
        candidates=tuple(enrolment(number) for number in range(HEADS)),
    )
    held = HoldAssessment(
        assessment_id=ASSESSMENT,
        held_at=moment("2024-03-15"),
        venue="东昌府区某路9号",
        examiners=(official(20),),
        present=tuple(enrolment(number) for number in range(HEADS)),
    )
    under = OWN_ROUTE if own else LAW
    story = told(a_taught_class(), applied, "2024-03-12 18:00", under=under)
    story = told(story, ApproveAssessment(assessment_id=ASSESSMENT), "2024-03-13")
    story = told(story, held, "2024-03-15 17:00")
    for number in range(HEADS):
        result = RecordResult(
            assessment_id=ASSESSMENT,
            enrolment_id=enrolment(number),
            result="FAIL" if number in failed else "PASS",
        )
        story = told(story, result, "2024-03-18")
    return story


def allocate(**changes: Any) -> AllocateCertificateNumbers:  # noqa: ANN401 - fields
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "batch_no": "2024-07",
        "from_no": FIRST,
        "to_no": LAST,
        **changes,
    }
    return AllocateCertificateNumbers(**fields)


@cache
def with_numbers(*failed: int) -> tuple[Happened, ...]:
    """Tell of an assessed class to which the bureau gave numbers."""
    return told(an_assessed_class("OWN", *failed), allocate(), "2024-03-20", by=APPROVER)


def issue(number: int = 0, **changes: Any) -> IssueCertificate:  # noqa: ANN401 - fields
    """Return the command to issue the n-th trainee's 培训合格证书."""
    fields: dict[str, Any] = {
        "cert_no": str(int(FIRST) + number),
        "certificate_type": "COMPLETION",
        "enrolment_id": enrolment(number),
        "assessment_id": ASSESSMENT,
        "batch_id": BATCH,
        "issued_on": date(2024, 3, 22),
        "issuer": "聊城市某某职业培训学校",
        "scan_sha256": DOC,
        **changes,
    }
    return IssueCertificate(**fields)


def ask(
    command: IssueCertificate,
    *more: Happened,
    story: tuple[Happened, ...] | None = None,
    under: Law = LAW,
) -> Outcome:
    held = with_numbers() if story is None else story
    return given(*held, *more, law=under).when(command, now=NOW, role="INST_CLERK")


@pytest.mark.rule("CRT-01")
@pytest.mark.rule("CRT-02")
def test_a_certificate_restates_all_that_a_claim_needs() -> None:
    answer = ask(issue())
    fact = answer.fact(CertificateIssued)
    assert fact.certificate_id == certificate_of(FIRST) == answer.granted()[0].id
    assert (fact.person_id, fact.enrolment_id, fact.class_id) == (person(0), enrolment(0), CLASS)
    assert (fact.occupation, fact.level, fact.training_type) == (
        COOK.code,
        COOK.level,
        "EMPLOYMENT_SKILL",
    )
    assert (fact.attended_hours, fact.attended_bp) == (56, 10_000)
    assert not answer.findings()


@pytest.mark.rule("CRT-01")
def test_whoever_failed_gets_no_certificate() -> None:
    ask(issue(), story=with_numbers(0)).then_refused("CRT-01")
    assert ask(issue(1), story=with_numbers(0)).granted()


@pytest.mark.rule("CRT-01")
def test_nothing_is_certified_before_the_teaching_is_completed() -> None:
    running = told(a_running_class(), allocate(), "2024-03-06")
    ask(issue(), story=running).then_refused("CRT-01", "ASM-06")


@pytest.mark.rule("CRT-01")
def test_whoever_left_gets_no_certificate() -> None:
    leave = WithdrawTrainee(enrolment_id=enrolment(0), withdrawn_on=date(2024, 3, 8))
    left = told(with_numbers(), leave, NOW, as_facts=True)
    ask(issue(), story=left).then_refused("CRT-01")


@pytest.mark.rule("CRT-01")
def test_attendance_is_asked_only_where_the_city_says_how_much() -> None:
    half = tuple(
        replace(one, fact=replace(one.fact, entries=one.fact.entries[1:]))
        if isinstance(one.fact, AttendanceSheetSealed) and one.fact.session_no > 7
        else one
        for one in with_numbers()
    )
    answer = ask(issue(), story=half)
    assert answer.fact(CertificateIssued).attended_bp == 5_000
    sixty = law(parameters={"min_attendance_rate_trainee": 6_000})
    ask(issue(), story=half, under=sixty).then_refused("CRT-01")
    assert ask(issue(1), story=half, under=sixty).granted()


@pytest.mark.rule("ASM-06")
def test_without_an_assessment_there_is_no_certificate() -> None:
    ask(issue(assessment_id=None)).then_refused("ASM-06", "CRT-01")


@pytest.mark.rule("CRT-01")
@pytest.mark.rule("ASM-06")
def test_what_another_body_issued_is_recorded_with_a_finding() -> None:
    theirs = issue(certificate_type="SKILL_LEVEL", batch_id=None, cert_no="S000037150200001")
    assert not ask(theirs, story=an_assessed_class("SKILL_LEVEL")).findings()
    failed = ask(theirs, story=an_assessed_class("SKILL_LEVEL", 0))
    assert failed.findings() == {"CRT-01"}
    assert failed.granted()
    unassessed = ask(replace(theirs, assessment_id=None), story=a_taught_class())
    assert unassessed.findings() == {"CRT-01", "ASM-06"}


@pytest.mark.rule("CRT-02")
@pytest.mark.parametrize(
    "changes",
    [
        {"cert_no": "371502202400013"},
        {"cert_no": "371502202400000"},
        {"cert_no": "37150220240001"},
        {"cert_no": "X"},
        {"batch_id": None},
        {"batch_id": batch_of(COUNTY, "2024-08")},
    ],
)
def test_a_completion_certificate_bears_a_number_of_the_bureaus(changes: dict[str, Any]) -> None:
    ask(issue(**changes)).then_refused("CRT-02")


@pytest.mark.rule("CRT-02")
def test_a_number_is_used_once() -> None:
    used = told(with_numbers(), issue(), NOW)
    ask(issue(1, cert_no=FIRST), story=used).then_refused("CRT-02")
    assert ask(issue(1), story=used).granted()


@pytest.mark.rule("CRT-02")
def test_a_batch_is_for_its_own_class_and_no_longer_than_its_roster() -> None:
    answer = given(*an_assessed_class(), law=LAW).when(allocate(), now=NOW, by=APPROVER)
    fact = answer.fact(CertificateNumbersAllocated)
    assert (fact.batch_id, fact.count, fact.allocated_by) == (BATCH, 12, APPROVER)

    def other(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
        return given(*an_assessed_class(), law=LAW).when(allocate(**changes), now=NOW)

    other(to_no="371502202400013").then_refused("CRT-02")
    other(to_no="371502202400000").then_refused("CRT-02")
    other(to_no="371521202400012").then_refused("CRT-02")
    other(from_no="无编号").then_refused("CRT-02")


def test_a_batch_number_is_used_once_and_for_a_class_that_has_started() -> None:
    given(*with_numbers(), law=LAW).when(allocate(), now=NOW).then_refused("LIFECYCLE")
    given(*an_approved_class(), law=LAW).when(allocate(), now=NOW).then_refused("LIFECYCLE")


@pytest.mark.rule("ASM-01")
def test_a_certificate_of_another_type_than_its_route_is_told() -> None:
    wrong = issue(certificate_type="QUALIFICATION", batch_id=None, cert_no="Z1")
    assert "ASM-01" in ask(wrong).findings()
    assert "ASM-01" not in ask(issue()).findings()


def test_a_certificate_is_of_somebody_who_enrolled_and_not_of_the_future() -> None:
    ask(issue(), story=()).then_refused("LIFECYCLE")
    ask(issue(issued_on=date(2024, 3, 26))).then_refused("LIFECYCLE")
    theirs = issue(certificate_type="SKILL_LEVEL", batch_id=None, cert_no="S1")
    twice = told(with_numbers(), theirs, NOW)
    ask(replace(theirs, enrolment_id=enrolment(1)), story=twice).then_refused("LIFECYCLE")


ISSUED = told(with_numbers(), issue(), NOW)


def deliver(
    now: str = "2024-03-28", under: Law = LAW, story: tuple[Happened, ...] = ISSUED
) -> Outcome:
    command = DeliverCertificate(
        cert_no=FIRST, delivered_at=moment("2024-03-27"), receipt_sha256=DOC
    )
    return given(*story, law=under).when(command, now=now, role="INST_CLERK")


@pytest.mark.rule("CRT-03")
def test_a_delivery_is_late_only_where_the_city_says_when() -> None:
    answer = deliver("2024-09-01")
    assert answer.fact(CertificateDelivered).person_id == person(0)
    assert not answer.findings()
    thirty = law(parameters={"sla_certificate_delivery_days": 30})
    assert not deliver("2024-04-21", thirty).findings()
    assert deliver("2024-04-22", thirty).findings() == {"CRT-03"}


@pytest.mark.rule("CRT-05")
def test_entrepreneurship_certificates_are_asked_for_by_their_own_guide() -> None:
    story = tuple(
        replace(one, fact=replace(one.fact, training_type="ENTREPRENEURSHIP"))
        if isinstance(one.fact, CertificateIssued)
        else one
        for one in ISSUED
    )
    thirty = law(parameters={"sla_certificate_delivery_days": 30})
    assert deliver("2024-04-22", thirty, story).findings() == {"CRT-03", "CRT-05"}
    assert not deliver("2024-04-21", thirty, story).findings()


def test_only_an_issued_certificate_is_delivered_and_once() -> None:
    deliver(story=with_numbers()).then_refused("LIFECYCLE")
    command = DeliverCertificate(
        cert_no=FIRST, delivered_at=moment("2024-03-27"), receipt_sha256=DOC
    )
    deliver(story=told(ISSUED, command, "2024-03-27")).then_refused("LIFECYCLE")


@drawn(st.integers(0, 10**9), st.integers(0, 500), st.integers(0, 10**9))
def test_a_span_holds_its_numbers_and_no_other(first: int, more: int, other: int) -> None:
    span = Span(f"LC{first:010}", f"LC{first + more:010}")
    assert span.count == more + 1
    assert (f"LC{other:010}" in span) == (first <= other <= first + more)
    assert f"XX{first:010}" not in span


def test_history_of_unknown_certificates_is_recorded_with_a_finding() -> None:
    for command in (
        issue(),
        allocate(),
        DeliverCertificate(cert_no="Z", delivered_at=moment(NOW), receipt_sha256=DOC),
    ):
        answer = given(law=LAW).when(command, now=NOW, as_facts=True)
        assert answer.granted()
        assert "LIFECYCLE" in answer.findings()


@pytest.mark.rule("CRT-01")
def test_a_certificate_is_not_dated_before_its_assessment() -> None:
    ask(issue(issued_on=date(2024, 3, 14))).then_refused("CRT-01")
    assert ask(issue(issued_on=date(2024, 3, 15))).granted()
    others = issue(
        cert_no="S-1", certificate_type="SKILL_LEVEL", batch_id=None, issued_on=date(2024, 3, 14)
    )
    answer = ask(others, story=an_assessed_class("SKILL_LEVEL"))
    assert answer.findings() == {"CRT-01"}
    assert answer.granted()
