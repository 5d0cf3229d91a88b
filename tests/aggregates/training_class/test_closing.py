"""The end of a class: hours and attendance added up, then archive and closure."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from aggregates.archive.facts import ArchiveSealed
from aggregates.archive.state import ARCHIVE
from aggregates.assessment.facts import AssessmentApplied, AssessmentResultRecorded
from aggregates.assessment.state import ASSESSMENT as ASSESSMENTS
from aggregates.ids import AssessmentId, ClaimId
from aggregates.law.in_force import Law
from aggregates.training_class.commands import CloseClass, CompleteTeaching, ReportScheduleChange
from aggregates.training_class.facts import (
    AssessmentAppliedFor,
    AttendanceSheetSealed,
    ClassClosed,
    ClassFilingSubmitted,
    DeliveredHours,
    SessionHeld,
    TeachingCompleted,
)
from aggregates.training_class.scheduling import NewDetails
from aggregates.training_class.state import TRAINING_CLASS
from tests.aggregates.claim_commands import submit_claim
from tests.aggregates.claim_stories import a_paid_claim, an_ordered_claim, handed_in
from tests.aggregates.claims import PAID
from tests.aggregates.harness import (
    COUNTY,
    Happened,
    Outcome,
    given,
    happened,
    moment,
)
from tests.aggregates.institution.samples import (
    COOK,
    DOC,
    SCHOOL,
)
from tests.aggregates.stories import (
    a_held_class,
    a_running_class,
    a_taught_class,
    told,
    verified,
)
from tests.aggregates.training_class.samples import (
    APPROVER,
    ASSESSMENT,
    BODY,
    CLASS,
    END,
    HEAD,
    LAW,
    enrolment,
    filing,
    law,
    person,
    record_session,
    register_recording,
    seal_sheet,
    session_times,
    sheet_rows,
    waiver,
)

EVENING = f"{END} 17:30"
ANOTHER = ClaimId(UUID(int=0xC1FFF))
ASSESSED_AGAIN = AssessmentId(UUID(int=0xA55E2))


def complete(
    story: tuple[Happened, ...], *more: Happened, under: Law = LAW, now: str = EVENING
) -> Outcome:
    """Return the answer to the completion of a class."""
    command = CompleteTeaching(class_id=CLASS)
    return given(*story, *more, law=under).when(command, now=now, by=HEAD)


VISIT = verified(
    "FIRST_TASK_IN_CLASS",
    "2024-03-06",
    class_id=CLASS,
    attendance_checked=True,
    delivery_checked=True,
)


def test_a_completion_adds_up_what_was_recorded() -> None:
    fact = complete(a_held_class(), VISIT).fact(TeachingCompleted)
    whole = DeliveredHours(total=56, theory=20, practice=36, online=0)
    assert fact.hours_delivered == whole
    assert fact.hours_backed == whole
    assert (fact.sessions, fact.heads, fact.completed) == (14, 12, 12)
    assert fact.attendance_rate_bp == 10_000
    assert fact.actual_end == session_times(14)[1]
    assert not fact.awaits_visit


def test_a_class_is_completed_when_each_session_was_held_or_cancelled() -> None:
    complete(a_held_class(13)).then_refused("LIFECYCLE")
    cancel = ReportScheduleChange(
        class_id=CLASS,
        change_no="BG-1",
        sessions=(NewDetails(session_no=14, cancelled=True),),
        written_doc=DOC,
    )
    cancelled = told(a_held_class(13), cancel, "2024-03-11")
    assert complete(cancelled, VISIT).granted()
    complete(a_taught_class()).then_refused("LIFECYCLE")
    complete(()).then_refused("LIFECYCLE")


def shortened(by_kind: str) -> tuple[Happened, ...]:
    """Tell of a class in which every session of a kind was one hour short."""
    return tuple(
        replace(one, fact=replace(one.fact, hours=3))
        if isinstance(one.fact, SessionHeld) and one.fact.kind == by_kind
        else one
        for one in a_held_class()
    )


@pytest.mark.rule("FIL-10")
def test_hours_that_fall_short_are_told_and_hold_the_claim_later() -> None:
    answer = complete(shortened("PRACTICE"), VISIT)
    assert "FIL-10" in answer.findings()
    fact = answer.fact(TeachingCompleted)
    assert fact.hours_delivered.total == 47
    assert fact.required.total == 56
    assert "FIL-10" not in complete(a_held_class(), VISIT).findings()


@pytest.mark.rule("FIL-13")
def test_more_on_line_hours_than_allowed_are_told() -> None:
    remote = tuple(
        replace(one, fact=replace(one.fact, mode="ONLINE"))
        if isinstance(one.fact, SessionHeld) and one.fact.session_no <= 6
        else one
        for one in a_held_class()
    )
    assert "FIL-13" in complete(remote, VISIT).findings()
    fact = complete(remote, VISIT).fact(TeachingCompleted)
    assert fact.hours_delivered.online == 24
    assert "FIL-13" not in complete(a_held_class(), VISIT).findings()


@pytest.mark.rule("FIL-03")
def test_a_first_class_that_nobody_visited_waits_with_its_claims() -> None:
    answer = complete(a_held_class())
    assert "FIL-03" in answer.findings()
    assert answer.fact(TeachingCompleted).awaits_visit


@pytest.mark.rule("FIL-03")
def test_a_visit_looks_at_attendance_and_delivery_of_this_class_or_is_waived() -> None:
    half = verified("FIRST_TASK_IN_CLASS", "2024-03-06", class_id=CLASS, attendance_checked=True)
    assert complete(a_held_class(), half).fact(TeachingCompleted).awaits_visit
    waived = law(waivers=[waiver("FIL-03", CLASS)])
    answer = complete(a_held_class(), under=waived)
    assert not answer.fact(TeachingCompleted).awaits_visit
    assert "FIL-03" not in answer.findings()


@pytest.mark.rule("FIL-03")
@pytest.mark.parametrize(
    ("day", "late"), [("2024-03-03", True), ("2024-03-04", False), ("2024-03-12", False)]
)
def test_a_visit_counts_that_was_made_while_the_class_was_taught(day: str, *, late: bool) -> None:
    visit = verified(
        "FIRST_TASK_IN_CLASS", day, class_id=CLASS, attendance_checked=True, delivery_checked=True
    )
    assert complete(a_held_class(), visit).fact(TeachingCompleted).awaits_visit is late


@pytest.mark.rule("DEL-09")
def test_low_attendance_is_told_where_the_city_says_what_is_low() -> None:
    absent = tuple(range(3))
    story = a_running_class()
    for number in range(1, 15):
        now = f"{session_times(number)[1]:%Y-%m-%d %H:%M}"
        story = told(story, record_session(number), now)
        sheet = seal_sheet(number, entries=sheet_rows(number, absent=absent))
        story = told(story, sheet, now)
    assert complete(story).fact(TeachingCompleted).attendance_rate_bp == 7_500
    assert "DEL-09" not in complete(story).findings()
    eighty = law(parameters={"min_attendance_rate_class": 8_000})
    assert "DEL-09" in complete(story, under=eighty).findings()
    assert "DEL-09" not in complete(a_held_class(), under=eighty).findings()


@pytest.mark.rule("DEL-03")
@pytest.mark.rule("DEL-04")
def test_hours_without_sheet_or_recording_are_delivered_but_not_backed() -> None:
    story = a_running_class()
    for number in range(1, 15):
        now = f"{session_times(number)[1]:%Y-%m-%d %H:%M}"
        story = told(story, record_session(number), now)
        if number > 1:
            story = told(story, seal_sheet(number), now)
        if number > 2:
            story = told(story, register_recording(number), now)
    fact = complete(story).fact(TeachingCompleted)
    assert fact.hours_delivered.total == 56
    assert fact.hours_backed.total == 48
    assert "DEL-04" in complete(story).findings()
    assert "DEL-04" not in complete(a_held_class()).findings()


def assessed(
    *results: Any,  # noqa: ANN401 - PASS or FAIL
    one: AssessmentId = ASSESSMENT,
) -> tuple[Happened, ...]:
    """Tell of an assessment of the class with the results of its first heads."""
    applied = AssessmentApplied(
        assessment_id=one,
        class_id=CLASS,
        institution_id=SCHOOL,
        county_code=COUNTY,
        route="SKILL_LEVEL",
        body_id=BODY,
        occupation=COOK.code,
        level=COOK.level,
        planned_at=moment("2024-03-15"),
        candidates=tuple(enrolment(n) for n in range(3)),
    )
    recorded = tuple(
        happened(
            "2024-03-18",
            ASSESSMENTS,
            one,
            AssessmentResultRecorded(
                assessment_id=one,
                class_id=CLASS,
                institution_id=SCHOOL,
                county_code=COUNTY,
                enrolment_id=enrolment(number),
                person_id=person(number),
                result=result,
            ),
        )
        for number, result in enumerate(results)
    )
    known = AssessmentAppliedFor(
        class_id=CLASS, institution_id=SCHOOL, county_code=COUNTY, assessment_id=one
    )
    return (
        happened("2024-03-05", ASSESSMENTS, one, applied),
        happened("2024-03-05", TRAINING_CLASS, CLASS, known),
        *recorded,
    )


def archived() -> Happened:
    fact = ArchiveSealed(
        class_id=CLASS,
        institution_id=SCHOOL,
        county_code=COUNTY,
        checklist=(),
        documents=7,
        pages=90,
        manifest_sha256=DOC,
        retention_from=date(2024, 8, 20),
        retention_to=date(2034, 8, 20),
        sealed_by=APPROVER,
    )
    return happened("2024-08-20", ARCHIVE, CLASS, fact)


def close(*more: Happened, story: tuple[Happened, ...] | None = None) -> Outcome:
    """Return the answer to the closure of a class that was taught."""
    held = a_taught_class() if story is None else story
    return given(*held, *more, law=LAW).when(CloseClass(class_id=CLASS), now="2024-08-21")


def test_a_class_is_closed_with_what_became_of_its_heads() -> None:
    answer = close(*assessed("PASS", "PASS", "FAIL"), archived())
    totals = answer.fact(ClassClosed).totals
    assert (totals.enrolled, totals.completed, totals.passed) == (12, 12, 2)
    assert (totals.claimed, totals.paid) == (0, 0)


def test_heads_claimed_and_paid_are_those_of_the_claims_that_the_class_knows() -> None:
    more = (*assessed("PASS", "PASS", "PASS"), archived())
    totals = close(*more, story=a_paid_claim()).fact(ClassClosed).totals
    assert (totals.claimed, totals.paid) == (3, 3)


def test_a_class_is_closed_only_once_every_claim_for_it_is_settled() -> None:
    more = (*assessed("PASS", "PASS", "PASS"), archived())
    close(*more, story=an_ordered_claim()).then_refused("LIFECYCLE")
    late = handed_in((*a_paid_claim(), *more), submit_claim(claim_id=ANOTHER), now=PAID)
    close(story=late).then_refused("LIFECYCLE")


@pytest.mark.rule("ARC-01")
def test_a_class_is_closed_only_once_its_archive_is_sealed() -> None:
    close(*assessed("PASS", "PASS", "FAIL")).then_refused("LIFECYCLE")


def test_a_class_is_closed_only_with_every_result() -> None:
    close(*assessed("PASS", "PASS"), archived()).then_refused("LIFECYCLE")
    close(archived()).then_refused("LIFECYCLE")
    close(*assessed("PASS", "PASS", "FAIL"), archived(), story=a_running_class()).then_refused(
        "LIFECYCLE"
    )


def test_every_assessment_that_was_applied_for_counts_and_each_candidate_once() -> None:
    again = assessed(one=ASSESSED_AGAIN)
    close(*again, archived()).then_refused("LIFECYCLE")
    fact = close(*again, *assessed("PASS", "FAIL", "PASS"), archived()).fact(ClassClosed)
    assert fact.assessment_ids == (ASSESSED_AGAIN, ASSESSMENT)
    assert fact.totals.passed == 2


@pytest.mark.rule("DEL-24")
def test_an_entrepreneurship_class_without_every_sheet_is_told() -> None:
    more = (*assessed("PASS", "PASS", "PASS"), archived())
    assert "DEL-24" not in close(*more).findings()

    def entrepreneurial(story: tuple[Happened, ...]) -> tuple[Happened, ...]:
        return tuple(
            replace(one, fact=replace(one.fact, filing=filing(training_type="ENTREPRENEURSHIP")))
            if isinstance(one.fact, ClassFilingSubmitted)
            else one
            for one in story
        )

    whole = entrepreneurial(a_taught_class())
    assert "DEL-24" not in close(*more, story=whole).findings()
    lacking = tuple(
        one
        for one in whole
        if not (isinstance(one.fact, AttendanceSheetSealed) and one.fact.session_no == 3)
    )
    assert "DEL-24" in close(*more, story=lacking).findings()
