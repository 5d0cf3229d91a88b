"""Changes of a timetable: reported to the bureau, told to the trainees, never refused."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.law.in_force import Law
from aggregates.law.seed_calendar import seed_years
from aggregates.law.workdays import calendar_of
from aggregates.training_class.commands import NotifyTraineesOfChange, ReportScheduleChange
from aggregates.training_class.facts import ScheduleChangeReported, TraineesNotifiedOfChange
from aggregates.training_class.scheduling import NewDetails
from aggregates.training_class.state import TRAINING_CLASS, TrainingClass
from tests.aggregates.harness import (
    Happened,
    Outcome,
    given,
    moment,
)
from tests.aggregates.institution.samples import (
    DOC,
    LECTURERS,
)
from tests.aggregates.stories import (
    a_filed_class,
    a_running_class,
    an_approved_class,
    told,
)
from tests.aggregates.training_class.samples import (
    CLASS,
    HEAD,
    HEADS,
    LAW,
    session_times,
    start,
)

SIXTH = NewDetails(session_no=6, room_id="T1")
"""Session 6, on the afternoon of Wednesday 2024-03-06, in another room."""


def change(*sessions: NewDetails, **changes: Any) -> ReportScheduleChange:  # noqa: ANN401 - any value fits here
    """Return the command to report changes."""
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "change_no": "BG-1",
        "sessions": sessions or (SIXTH,),
        "written_doc": DOC,
        **changes,
    }
    return ReportScheduleChange(**fields)


def report(
    *sessions: NewDetails,
    now: str = "2024-03-05",
    story: tuple[Happened, ...] | None = None,
    under: Law = LAW,
    as_facts: bool = False,
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    """Return the answer to a report."""
    held = a_running_class() if story is None else story
    return given(*held, law=under).when(
        change(*sessions, **changes), now=now, by=HEAD, as_facts=as_facts
    )


def state_of(story: tuple[Happened, ...]) -> TrainingClass:
    held = given(*story, law=LAW).loaded()[TRAINING_CLASS.name(CLASS)].state
    assert isinstance(held, TrainingClass)
    return held


@pytest.mark.rule("DEL-01")
def test_a_report_a_working_day_ahead_is_in_time_and_restates_the_session_whole() -> None:
    answer = report()
    fact = answer.fact(ScheduleChangeReported)
    assert fact.in_time_bureau
    assert fact.working_days_ahead == 1
    assert fact.clock is not None
    assert fact.clock.due_on == date(2024, 3, 5)
    (item,) = fact.items
    assert (item.change, item.fields) == ("ALTER", ("ROOM",))
    assert item.old is not None
    assert item.new is not None
    assert (item.old.room_id, item.new.room_id) == ("P1", "T1")
    assert item.new.starts_at == session_times(6)[0]
    assert fact.timetable_version == 2
    assert not answer.findings()


@pytest.mark.rule("DEL-01")
def test_a_report_on_the_day_itself_is_recorded_and_no_lawful_change() -> None:
    answer = report(now="2024-03-06 06:00", declared_on=date(2024, 3, 1))
    fact = answer.fact(ScheduleChangeReported)
    assert not fact.in_time_bureau
    assert fact.working_days_ahead == 0
    assert "DEL-01" in answer.findings()
    assert fact.reported_at == moment("2024-03-06 06:00")


@pytest.mark.rule("DEL-01")
def test_a_report_that_is_not_in_writing_is_no_lawful_change() -> None:
    answer = report(written_doc=None)
    assert not answer.fact(ScheduleChangeReported).in_time_bureau
    assert "DEL-01" in answer.findings()


@pytest.mark.rule("DEL-01")
def test_the_earlier_of_old_and_new_date_counts() -> None:
    later = NewDetails(
        session_no=6, starts_at=moment("2024-03-11 18:30"), ends_at=moment("2024-03-11 21:30")
    )
    assert not report(later, now="2024-03-06 06:00").fact(ScheduleChangeReported).in_time_bureau
    earlier = NewDetails(
        session_no=14, starts_at=moment("2024-03-06 18:30"), ends_at=moment("2024-03-06 21:30")
    )
    assert report(earlier, now="2024-03-05").fact(ScheduleChangeReported).in_time_bureau
    assert not report(earlier, now="2024-03-06").fact(ScheduleChangeReported).in_time_bureau


@pytest.mark.rule("DEL-01")
def test_a_weekend_is_no_working_day_ahead() -> None:
    eleventh = NewDetails(session_no=11, course="冷菜制作")
    on_friday = report(eleventh, now="2024-03-08").fact(ScheduleChangeReported)
    assert on_friday.in_time_bureau
    assert on_friday.working_days_ahead == 1
    on_saturday = report(eleventh, now="2024-03-09").fact(ScheduleChangeReported)
    assert not on_saturday.in_time_bureau
    assert on_saturday.working_days_ahead == 0


@pytest.mark.rule("DEL-01")
def test_while_a_calendar_is_missing_nothing_is_called_late() -> None:
    unpublished = replace(LAW, calendar=calendar_of(y for y in seed_years() if y.year < 2024))
    moved = NewDetails(
        session_no=6, starts_at=moment("2024-02-18 14:00"), ends_at=moment("2024-02-18 17:00")
    )
    answer = report(moved, now="2024-02-15", under=unpublished)
    fact = answer.fact(ScheduleChangeReported)
    assert fact.clock is not None
    assert fact.clock.status == "PROVISIONAL"
    assert fact.in_time_bureau
    assert fact.working_days_ahead is None
    assert "DEL-01" in answer.findings()


def test_a_session_may_be_cancelled_or_added() -> None:
    added = NewDetails(
        session_no=15,
        starts_at=moment("2024-03-12 18:30"),
        ends_at=moment("2024-03-12 21:30"),
        hours=4,
        kind="PRACTICE",
        mode="OFFLINE",
        course="热菜制作",
        instructor_id=LECTURERS[0],
        site_id="S1",
        room_id="P1",
    )
    cancelled = NewDetails(session_no=14, cancelled=True)
    fact = report(cancelled, added).fact(ScheduleChangeReported)
    assert [item.change for item in fact.items] == ["CANCEL", "ADD"]
    after = state_of(told(a_running_class(), change(cancelled, added), "2024-03-05"))
    assert 14 not in after.timetable
    assert after.timetable[15].course == "热菜制作"
    assert after.timely == after.timetable


@pytest.mark.rule("DEL-08")
def test_a_late_report_changes_the_timetable_but_not_what_is_lawful() -> None:
    story = told(a_running_class(), change(), "2024-03-06 06:00")
    held = state_of(story)
    assert held.timetable[6].room_id == "T1"
    assert held.timely[6].room_id == "P1"
    assert held.timetable_version == 2


@pytest.mark.rule("DEL-08")
def test_a_timely_report_does_not_legalise_what_an_earlier_late_one_changed() -> None:
    late = told(a_running_class(), change(), "2024-03-06 06:00")
    course = NewDetails(session_no=6, course="冷菜制作")
    again = change(course, change_no="BG-2")
    both = state_of(told(late, again, "2024-03-05"))
    assert (both.timely[6].room_id, both.timely[6].course) == ("P1", "冷菜制作")
    assert (both.timetable[6].room_id, both.timetable[6].course) == ("T1", "冷菜制作")


@pytest.mark.parametrize(
    "sessions",
    [
        (NewDetails(session_no=6),),
        (NewDetails(session_no=99, cancelled=True),),
        (NewDetails(session_no=99, room_id="T1"),),
        (SIXTH, SIXTH),
    ],
)
def test_a_report_that_changes_nothing_sensible_is_out_of_step(
    sessions: tuple[NewDetails, ...],
) -> None:
    report(*sessions).then_refused("LIFECYCLE")


def test_a_report_needs_a_class_and_a_number_of_its_own() -> None:
    report(story=()).then_refused("LIFECYCLE")
    story = told(a_running_class(), change(), "2024-03-05")
    report(story=story, now="2024-03-06").then_refused("LIFECYCLE")


def test_history_without_its_timetable_is_recorded_all_the_same() -> None:
    fact = report(story=(), as_facts=True).fact(ScheduleChangeReported)
    assert fact.items[0].change == "ADD"
    assert not fact.in_time_bureau


@pytest.mark.rule("TRN-01")
def test_a_class_of_earlier_law_owes_no_report() -> None:
    began = start(actual_start=moment("2023-07-10"))
    story = told(an_approved_class(), began, "2024-03-04", by=HEAD, as_facts=True)
    assert "DEL-01" not in report(now="2024-03-06", story=story).findings()


def notify(**changes: Any) -> NotifyTraineesOfChange:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "change_no": "BG-1",
        "channel": "WECHAT",
        "notified_at": moment("2024-03-04 20:00"),
        "count": HEADS,
        **changes,
    }
    return NotifyTraineesOfChange(**fields)


def tell(now: str, *sessions: NewDetails, **changes: Any) -> Outcome:  # noqa: ANN401 - fields
    """Return the answer to a notice of a change reported on Monday."""
    story = told(a_running_class(), change(*sessions), "2024-03-04")
    return given(*story, law=LAW).when(notify(**changes), now=now, by=HEAD)


@pytest.mark.rule("DEL-02")
def test_trainees_are_told_two_calendar_days_ahead_by_the_ledgers_clock() -> None:
    in_time = tell("2024-03-04 21:00")
    assert in_time.fact(TraineesNotifiedOfChange).in_time_trainees
    assert in_time.fact(TraineesNotifiedOfChange).due_on == date(2024, 3, 4)
    assert not in_time.findings()
    late = tell("2024-03-05 08:00")
    assert not late.fact(TraineesNotifiedOfChange).in_time_trainees
    assert "DEL-02" in late.findings()


@pytest.mark.rule("DEL-02")
def test_everybody_is_told() -> None:
    assert "DEL-02" in tell("2024-03-04 21:00", count=11).findings()


@pytest.mark.rule("DEL-02")
def test_the_two_days_are_about_time_and_place_alone() -> None:
    lecturer = NewDetails(session_no=6, instructor_id=LECTURERS[1])
    answer = tell("2024-03-05 08:00", lecturer)
    assert not answer.findings()
    assert answer.fact(TraineesNotifiedOfChange).in_time_trainees
    assert answer.fact(TraineesNotifiedOfChange).due_on is None


@pytest.mark.rule("DEL-01")
@pytest.mark.rule("DEL-02")
def test_the_two_duties_are_kept_apart() -> None:
    wednesday_for_thursday = NewDetails(session_no=7, room_id="T1")
    fact = report(wednesday_for_thursday, now="2024-03-06").fact(ScheduleChangeReported)
    assert fact.in_time_bureau
    story = told(a_running_class(), change(wednesday_for_thursday), "2024-03-06")
    answer = given(*story, law=LAW).when(notify(), now="2024-03-06")
    assert "DEL-02" in answer.findings()


def test_a_notice_is_of_a_change_that_was_reported() -> None:
    given(*a_running_class(), law=LAW).when(notify(), now="2024-03-04").then_refused("LIFECYCLE")


def test_before_the_consent_there_is_no_timetable_to_depart_from() -> None:
    report(now="2024-02-21", story=a_filed_class()).then_refused("LIFECYCLE")
    assert report(now="2024-02-26", story=an_approved_class()).granted()
