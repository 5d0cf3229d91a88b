"""Sessions, sheets and recordings are facts: never refused, told where they do not fit."""

from datetime import date, timedelta
from typing import Any

import pytest

from aggregates.decisions import Command
from aggregates.law.in_force import Law
from aggregates.training_class.commands import RecordSession, ReportScheduleChange
from aggregates.training_class.facts import (
    AttendanceSheetSealed,
    RecordingRegistered,
    SessionHeld,
    SheetRow,
)
from aggregates.training_class.scheduling import NewDetails
from tests.aggregates.harness import (
    Happened,
    Outcome,
    given,
    moment,
)
from tests.aggregates.institution.samples import (
    DOC,
    LECTURERS,
    SCHOOL,
    lecturer,
    qualification,
    site,
)
from tests.aggregates.stories import (
    a_filed_class,
    a_held_class,
    a_running_class,
    told,
)
from tests.aggregates.training_class.circumstances import suspension
from tests.aggregates.training_class.samples import (
    BODY,
    CLASS,
    HEAD,
    LAW,
    enrolment,
    law,
    record_session,
    register_recording,
    seal_sheet,
    session_times,
    sheet_rows,
)

NOW = "2024-03-06 18:00"


def ask(
    command: Command,
    *more: Happened,
    story: tuple[Happened, ...] | None = None,
    under: Law = LAW,
    now: str = NOW,
) -> Outcome:
    """Return the answer to a command of a class that runs."""
    held = a_running_class() if story is None else story
    return given(*held, *more, law=under).when(command, now=now, by=HEAD, role="CLASS_HEAD")


def sixth(**changes: Any) -> RecordSession:  # noqa: ANN401 - fields of the command
    """Return the command to record the practice of Wednesday afternoon."""
    return record_session(6, **changes)


def test_a_session_as_planned_carries_no_finding() -> None:
    answer = ask(sixth())
    assert not answer.findings()
    fact = answer.fact(SessionHeld)
    assert (fact.hours, fact.kind, fact.institution_id) == (4, "PRACTICE", SCHOOL)
    assert answer.granted()[0].about == CLASS


OTHERWISE: dict[str, dict[str, Any]] = {
    "lecturer": {"instructor_id": LECTURERS[1]},
    "room": {"room_id": "T1"},
    "hours": {"hours": 3},
    "course": {"course": "冷菜制作"},
    "kind": {"kind": "THEORY"},
    "start": {"actual_start": session_times(6)[0] + timedelta(minutes=16)},
    "end": {"actual_end": session_times(6)[1] - timedelta(minutes=16)},
}


@pytest.mark.rule("DEL-08")
@pytest.mark.parametrize("what", OTHERWISE)
def test_a_session_held_otherwise_without_a_timely_report_is_told(what: str) -> None:
    answer = ask(sixth(**OTHERWISE[what]))
    assert "DEL-08" in answer.findings()
    assert answer.granted()


@pytest.mark.rule("DEL-08")
def test_a_quarter_of_an_hour_is_no_other_time() -> None:
    shifted = sixth(
        actual_start=session_times(6)[0] + timedelta(minutes=15),
        actual_end=session_times(6)[1] + timedelta(minutes=15),
    )
    assert "DEL-08" not in ask(shifted).findings()


@pytest.mark.rule("DEL-08")
def test_a_session_that_no_timetable_has_is_told() -> None:
    assert "DEL-08" in ask(sixth(session_no=15)).findings()


def changed(now: str) -> tuple[Happened, ...]:
    """Tell that the room of session 6 was changed by a report of some moment."""
    report = ReportScheduleChange(
        class_id=CLASS,
        change_no="BG-1",
        sessions=(NewDetails(session_no=6, room_id="T1"),),
        written_doc=DOC,
    )
    return told(a_running_class(), report, now, by=HEAD)


@pytest.mark.rule("DEL-01")
@pytest.mark.rule("DEL-08")
def test_a_change_reported_in_time_is_the_plan_and_a_late_one_is_not() -> None:
    in_time = changed("2024-03-05")
    assert "DEL-08" not in ask(sixth(room_id="T1"), story=in_time).findings()
    assert "DEL-08" in ask(sixth(), story=in_time).findings()
    late = changed("2024-03-06 06:00")
    assert "DEL-08" in ask(sixth(room_id="T1"), story=late).findings()
    assert "DEL-08" not in ask(sixth(), story=late).findings()


@pytest.mark.rule("DEL-14")
def test_a_course_outside_the_plan_is_told() -> None:
    assert "DEL-14" in ask(sixth(course="插花")).findings()
    assert "DEL-14" not in ask(sixth(course="营养与卫生")).findings()


@pytest.mark.rule("DEL-16")
def test_hours_that_fall_behind_are_told_where_the_city_says_how_far() -> None:
    strict = law(parameters={"progress_deviation_max": 1_000})
    assert "DEL-16" in ask(sixth(), under=strict).findings()
    assert "DEL-16" not in ask(sixth()).findings()
    on_pace = ask(sixth(), story=a_held_class(5), under=strict)
    assert "DEL-16" not in on_pace.findings()


@pytest.mark.rule("DEL-17")
def test_off_line_teaching_is_in_a_registered_place_of_the_timetable() -> None:
    assert "DEL-17" in ask(sixth(site_id="S9")).findings()
    assert "DEL-17" in ask(sixth(site_id=None, room_id=None)).findings()
    other = site("2024-01-05", site_id="S2")
    assert "DEL-17" in ask(sixth(site_id="S2"), other).findings()
    assert "DEL-17" not in ask(sixth()).findings()


@pytest.mark.rule("DEL-23")
def test_monitoring_that_is_gone_is_told() -> None:
    dark = site("2024-03-05", cameras=())
    assert "DEL-23" in ask(sixth(), dark).findings()
    assert "DEL-23" not in ask(sixth()).findings()


@pytest.mark.rule("FIL-14")
def test_practice_on_line_is_told() -> None:
    remote = sixth(mode="ONLINE", site_id=None, room_id=None)
    assert "FIL-14" in ask(remote).findings()
    theory = record_session(1, mode="ONLINE", site_id=None, room_id=None)
    assert "FIL-14" not in ask(theory).findings()


@pytest.mark.rule("INS-20")
def test_a_lecturer_without_a_qualification_is_told() -> None:
    assert "INS-20" in ask(sixth(instructor_id=LECTURERS[3])).findings()
    only_theory = lecturer(2, "PART", qualification(role="THEORY"))
    assert "INS-20" in ask(sixth(instructor_id=LECTURERS[2]), *only_theory).findings()
    assert "INS-20" not in ask(sixth()).findings()


@pytest.mark.rule("INS-27")
def test_a_lecturer_whom_the_body_does_not_engage_is_told() -> None:
    registered_only = lecturer(2, "PART")[:1]
    assert "INS-27" in ask(sixth(instructor_id=LECTURERS[2]), *registered_only).findings()
    assert "INS-27" not in ask(sixth()).findings()


@pytest.mark.rule("FIL-02")
def test_teaching_before_the_consent_is_recorded_and_told() -> None:
    answer = ask(sixth(), story=a_filed_class())
    assert "FIL-02" in answer.findings()
    assert answer.granted()
    early = sixth(actual_start=moment("2024-02-22"), actual_end=moment("2024-02-22 12:00"))
    assert "FIL-02" in ask(early).findings()
    assert "FIL-02" not in ask(sixth()).findings()


def test_only_what_cannot_have_been_is_out_of_step() -> None:
    ask(sixth(), story=()).then_refused("LIFECYCLE")
    ask(sixth(), now="2024-03-05").then_refused("LIFECYCLE")
    ask(sixth(actual_end=session_times(6)[0])).then_refused("LIFECYCLE")
    ask(seal_sheet(6, part=3, of=2)).then_refused("LIFECYCLE")
    ask(seal_sheet(6, entries=(*sheet_rows(6), *sheet_rows(6)))).then_refused("LIFECYCLE")
    ask(register_recording(6, session_nos=())).then_refused("LIFECYCLE")
    ask(register_recording(6, ends_at=session_times(6)[0])).then_refused("LIFECYCLE")


def test_history_of_an_unknown_class_is_recorded_with_a_finding() -> None:
    for command in (sixth(), seal_sheet(6), register_recording(6)):
        answer = given(law=LAW).when(command, now=NOW, as_facts=True)
        assert answer.granted()
        assert answer.findings() == {"LIFECYCLE"}


@pytest.mark.rule("DEL-04")
def test_a_sheet_counts_who_attended() -> None:
    held = a_held_class(5)
    rows = list(sheet_rows(6, absent=(0, 1)))
    late: list[SheetRow] = [
        SheetRow(enrolment_id=enrolment(0), status="LATE", method="CARD"),
        SheetRow(enrolment_id=enrolment(1), status="LEAVE", method="CARD"),
    ]
    fact = ask(seal_sheet(6, entries=(*late, *rows[2:])), story=held).fact(AttendanceSheetSealed)
    assert fact.present == 11
    assert fact.sealed_by == HEAD


@pytest.mark.rule("DEL-04")
def test_a_sheet_of_no_session_is_told() -> None:
    assert "DEL-04" in ask(seal_sheet(15, entries=sheet_rows(6))).findings()
    assert "DEL-04" not in ask(seal_sheet(6)).findings()


@pytest.mark.rule("DEL-09")
def test_strangers_on_a_sheet_are_told() -> None:
    stranger = SheetRow(enrolment_id=enrolment(77), status="PRESENT", method="FACE")
    assert "DEL-09" in ask(seal_sheet(6, entries=(*sheet_rows(6), stranger))).findings()
    assert "DEL-09" in ask(seal_sheet(6, unlisted_present=1)).findings()
    assert "DEL-09" not in ask(seal_sheet(6)).findings()


@pytest.mark.rule("DEL-09")
def test_low_attendance_is_told_only_where_the_city_says_what_is_low() -> None:
    half = seal_sheet(6, entries=sheet_rows(6, absent=range(6)))
    assert "DEL-09" not in ask(half).findings()
    ninety = law(parameters={"min_attendance_rate_class": 9_000})
    assert "DEL-09" in ask(half, under=ninety).findings()
    assert "DEL-09" not in ask(seal_sheet(6), under=ninety).findings()


@pytest.mark.rule("DEL-18")
def test_a_session_without_a_class_head_on_duty_is_told() -> None:
    alone = told(a_running_class(), sixth(head_on_duty=None), NOW)
    assert "DEL-18" in ask(seal_sheet(6), story=alone).findings()
    attended = told(a_running_class(), sixth(), NOW)
    assert "DEL-18" not in ask(seal_sheet(6), story=attended).findings()


@pytest.mark.rule("DEL-03")
def test_a_recording_is_of_a_registered_camera_and_of_its_sessions() -> None:
    held = told(a_running_class(), sixth(), NOW)
    good = ask(register_recording(6), story=held)
    assert not good.findings()
    assert good.fact(RecordingRegistered).session_nos == (6,)
    assert "DEL-03" in ask(register_recording(6, camera_id="C-9"), story=held).findings()
    other_day = register_recording(
        6, starts_at=moment("2024-03-05 14:00"), ends_at=moment("2024-03-05 17:00")
    )
    assert "DEL-03" in ask(other_day, story=held).findings()


@pytest.mark.rule("DEL-13")
def test_an_evening_session_by_the_timetable_is_no_anomaly() -> None:
    evening = NewDetails(
        session_no=6, starts_at=moment("2024-03-09 18:30"), ends_at=moment("2024-03-09 21:30")
    )
    report = ReportScheduleChange(
        class_id=CLASS, change_no="BG-1", sessions=(evening,), written_doc=DOC
    )
    story = told(a_running_class(), report, "2024-03-05", by=HEAD)
    held = sixth(actual_start=moment("2024-03-09 18:30"), actual_end=moment("2024-03-09 21:30"))
    assert not ask(held, story=story, now="2024-03-09 22:00").findings()


def test_another_institutions_class_is_out_of_reach() -> None:
    answer = given(*a_running_class(), law=LAW).when(
        sixth(), now=NOW, role="CLASS_HEAD", institution=BODY
    )
    answer.then_refused("LIFECYCLE")


def test_a_session_is_told_once() -> None:
    told_once = told(a_running_class(), sixth(), NOW)
    ask(sixth(hours=8), story=told_once).then_refused("LIFECYCLE")
    history = given(*told_once, law=LAW).when(sixth(hours=8), now=NOW, as_facts=True)
    assert history.findings() >= {"LIFECYCLE"}


def test_a_sealed_sheet_stays_as_it_is() -> None:
    half = seal_sheet(6, entries=sheet_rows(6)[:6], part=1, of=2)
    sealed = told(a_running_class(), half, NOW)
    ask(half, story=sealed).then_refused("LIFECYCLE")
    rest = seal_sheet(6, entries=sheet_rows(6)[6:], part=2, of=2)
    assert ask(rest, story=sealed).granted()


@pytest.mark.rule("INS-12")
def test_a_class_goes_on_through_a_suspension_only_where_the_decision_says_so() -> None:
    day = date(2024, 3, 6)
    stopped = suspension(valid_from=day, running_classes_continue=False)
    assert "INS-12" in ask(sixth(), stopped).findings()
    goes_on = suspension(valid_from=day, running_classes_continue=True)
    assert "INS-12" not in ask(sixth(), goes_on).findings()
    later = suspension(valid_from=date(2024, 3, 7), running_classes_continue=False)
    assert "INS-12" not in ask(sixth(), later).findings()
