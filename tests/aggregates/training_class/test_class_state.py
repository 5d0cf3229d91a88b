"""What the facts of a class add up to: hours attended, recordings that cover, history."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from aggregates.decisions import Command
from aggregates.training_class.commands import (
    ChangeRoster,
    CloseClass,
    CompleteTeaching,
    NotifyTraineesOfChange,
    RejectClassFiling,
    ReportScheduleChange,
    ResubmitClassFiling,
    ReturnClassFiling,
)
from aggregates.training_class.facts import Ground
from aggregates.training_class.scheduling import NewDetails
from aggregates.training_class.state import TRAINING_CLASS, TrainingClass
from tests.aggregates.harness import (
    Happened,
    given,
    moment,
)
from tests.aggregates.institution.samples import (
    DOC,
)
from tests.aggregates.stories import (
    a_filed_class,
    a_held_class,
    a_running_class,
    a_taught_class,
    an_approved_class,
    told,
)
from tests.aggregates.training_class.samples import (
    CLASS,
    END,
    FILER,
    LAW,
    START,
    approve,
    enrol,
    enrolment,
    filing,
    record_session,
    register_recording,
    roster,
    seal_sheet,
    session_times,
    sheet_rows,
    start,
    submit,
)


def state(story: tuple[Happened, ...]) -> TrainingClass:
    held = given(*story, law=LAW).loaded()[TRAINING_CLASS.name(CLASS)].state
    assert isinstance(held, TrainingClass)
    return held


def test_the_steps_of_a_class_in_order() -> None:
    assert state(a_filed_class()).status == "FILED"
    assert state(an_approved_class()).status == "APPROVED"
    assert state(a_running_class()).status == "RUNNING"
    taught = state(a_taught_class())
    assert (taught.status, taught.taught, taught.approved) == ("TAUGHT", True, True)
    assert (taught.starts_on, taught.ends_on) == (START, END)
    assert taught.filed_by == FILER


@pytest.mark.rule("DEL-04")
def test_hours_attended_count_by_head_and_session() -> None:
    story = a_held_class(5)
    story = told(story, record_session(6), "2024-03-06 18:00")
    sheet = seal_sheet(6, entries=sheet_rows(6, absent=(0,)))
    one = state(told(story, sheet, "2024-03-06 18:00"))
    assert (one.attended_hours(enrolment(0)), one.attended_bp(enrolment(0))) == (20, 8_333)
    assert (one.attended_hours(enrolment(1)), one.attended_bp(enrolment(1))) == (24, 10_000)
    assert one.attended_hours(enrolment(77)) == 0


@pytest.mark.rule("DEL-04")
def test_a_sheet_that_comes_before_its_session_or_in_parts_counts_once() -> None:
    early = told(a_running_class(), seal_sheet(1), f"{START} 11:00")
    assert state(early).attended_hours(enrolment(0)) == 0
    held = told(early, record_session(1), f"{START} 12:00")
    assert state(held).attended_hours(enrolment(0)) == 4
    rows = sheet_rows(2)
    parts = told(held, seal_sheet(2, entries=rows[:6], part=1, of=2), f"{START} 17:00")
    parts = told(parts, seal_sheet(2, entries=rows[6:], part=2, of=2), f"{START} 17:00")
    whole = state(told(parts, record_session(2), f"{START} 17:00"))
    assert whole.attended_hours(enrolment(0)) == whole.attended_hours(enrolment(11)) == 8


def minutes(begins: int, ends: int) -> dict[str, Any]:
    """Return the span of a recording, in minutes after session 6 begins."""
    at = session_times(6)[0]
    return {
        "starts_at": at + timedelta(minutes=begins),
        "ends_at": at + timedelta(minutes=ends),
    }


@pytest.mark.rule("DEL-03")
@pytest.mark.parametrize(
    ("spans", "covered"),
    [
        ([(0, 180)], 10_000),
        ([(-30, 300)], 10_000),
        ([(0, 90)], 5_000),
        ([(0, 90), (60, 120)], 6_666),
        ([(90, 180), (0, 90)], 10_000),
        ([(0, 90), (30, 60)], 5_000),
        ([(180, 300)], 0),
        ([], 0),
    ],
)
def test_recordings_cover_a_session_together(spans: list[tuple[int, int]], covered: int) -> None:
    story = told(a_running_class(), record_session(6), "2024-03-06 18:00")
    for begins, ends in spans:
        recording = register_recording(6, **minutes(begins, ends))
        story = told(story, recording, "2024-03-06 20:00")
    assert state(story).coverage_bp(6) == covered
    assert state(story).coverage_bp(5) == 0


def test_the_last_day_follows_the_timetable_until_the_teaching_is_completed() -> None:
    last = NewDetails(
        session_no=14, starts_at=moment("2024-03-20 08:30"), ends_at=moment("2024-03-20 11:30")
    )
    report = ReportScheduleChange(
        class_id=CLASS, change_no="BG-1", sessions=(last,), written_doc=DOC
    )
    moved = state(told(a_running_class(), report, "2024-03-11"))
    assert str(moved.ends_on) == "2024-03-20"
    assert state(a_running_class()).ends_on == END


def commands() -> Iterator[Command]:
    """Yield every command about a class, as history might bring it."""
    yield submit()
    yield ResubmitClassFiling(class_id=CLASS, filing=filing())
    yield ReturnClassFiling(class_id=CLASS, reasons=(Ground(rule_id="FIL-05"),))
    yield approve()
    yield RejectClassFiling(class_id=CLASS, reasons=(Ground(rule_id="FIL-09"),))
    yield start()
    yield ReportScheduleChange(
        class_id=CLASS, change_no="1", sessions=(NewDetails(session_no=1, room_id="T1"),)
    )
    yield NotifyTraineesOfChange(
        class_id=CLASS, change_no="1", channel="SMS", notified_at=moment("2024-03-01"), count=1
    )
    yield record_session(1)
    yield seal_sheet(1)
    yield register_recording(1)
    yield ChangeRoster(class_id=CLASS, added=roster(1))
    yield CompleteTeaching(class_id=CLASS)
    yield CloseClass(class_id=CLASS)
    yield enrol(0)


@pytest.mark.parametrize("command", list(commands()), ids=lambda one: type(one).__name__)
def test_history_without_what_came_before_is_recorded_with_findings(command: Command) -> None:
    answer = given(law=LAW).when(command, now="2024-09-02", as_facts=True)
    assert answer.granted()
    assert answer.findings()
    assert answer.granted()[0].fact.findings


@pytest.mark.parametrize("command", list(commands()), ids=lambda one: type(one).__name__)
def test_nothing_is_granted_about_a_class_that_does_not_exist(command: Command) -> None:
    given(law=LAW).when(command, now="2024-03-12").then_refused("LIFECYCLE")
