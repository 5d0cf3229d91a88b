"""Timetables teach what was filed, and nobody and no room is in two of them at once."""

from collections import Counter
from datetime import date, timedelta

import pytest

from ledger.simulation.bodies import Bodies, Body
from ledger.simulation.chance import Chance
from ledger.simulation.courses import CARE, COURSES, DOUGH, SELLING, Course
from ledger.simulation.days import days, is_holiday, is_workday, minus
from ledger.simulation.naming import Naming
from ledger.simulation.people import People
from ledger.simulation.timetables import (
    HOURS,
    Pattern,
    Session,
    Wanted,
    alternatives,
    first_day,
    kinds,
    runs_on,
    timetable,
)
from ledger.vault.keys import SeededKeyring

START = date(2025, 9, 22)


@pytest.fixture
def body() -> Body:
    naming = Naming("s")
    people = People("s", SeededKeyring("s"), "371502", 1)
    maker = Bodies(naming, ("371502", "模拟区"), 1, people)
    return maker.trainer(1, date(2024, 12, 2), (CARE, SELLING, DOUGH))


def made(
    body: Body, course: Course, pattern: Pattern = "FULL", online: int = 0
) -> tuple[Session, ...]:
    wanted = Wanted(body, course, pattern, START, 40, online)
    return timetable(wanted, Chance("t", course.code))


@pytest.mark.parametrize("course", COURSES, ids=range(len(COURSES)))
def test_sessions_add_up_to_the_hours_of_the_course(course: Course) -> None:
    counted = Counter(kinds(course))
    assert counted["THEORY"] * HOURS == course.theory
    assert counted["PRACTICE"] * HOURS == course.practice


@pytest.mark.parametrize("pattern", ["FULL", "MORNINGS", "EVENINGS", "WEEKENDS"])
def test_sessions_follow_each_other_and_rest_on_holidays(body: Body, pattern: Pattern) -> None:
    sessions = made(body, CARE, pattern)
    assert [one.number for one in sessions] == list(range(1, 16))
    starts = [one.starts_at for one in sessions]
    assert starts == sorted(starts)
    assert not any(is_holiday(one.on) for one in sessions)


def test_day_classes_meet_on_working_days_and_weekend_classes_on_no_working_day(
    body: Body,
) -> None:
    assert all(is_workday(one.on) for one in made(body, CARE))
    assert not any(is_workday(one.on) for one in made(body, DOUGH, "WEEKENDS"))


def test_two_classes_share_neither_room_nor_lecturer_at_a_time(body: Body) -> None:
    taken: Counter[tuple[object, ...]] = Counter()
    for _ in range(3):
        for one in made(body, CARE):
            assert one.room is not None
            taken[one.starts_at, one.room.room_id] += 1
            taken[one.starts_at, one.lecturer.instructor_id] += 1
    assert set(taken.values()) == {1}


def test_only_theory_is_on_line_and_never_the_first_session(body: Body) -> None:
    sessions = made(body, SELLING, online=6)
    online = [one for one in sessions if one.online]
    assert len(online) == 6
    assert {one.kind for one in online} == {"THEORY"}
    assert not sessions[0].online


def test_whoever_stands_in_for_a_lecturer_is_free(body: Body) -> None:
    first = made(body, CARE)[0]
    busy = made(body, DOUGH)[0]
    assert busy.starts_at == first.starts_at
    found = list(alternatives(first, body))
    assert first.lecturer not in found
    assert busy.lecturer not in found
    assert found


def test_a_body_whose_rooms_are_taken_for_months_makes_no_timetable(body: Body) -> None:
    day = minus(START, 1)
    while day < START + timedelta(days=200):
        for part in ("AM", "PM"):
            for lecturer in body.lecturers:
                body.take((day, part), lecturer.instructor_id)
        day += timedelta(days=1)
    with pytest.raises(ValueError, match="no free rooms"):
        made(body, CARE)


@pytest.mark.parametrize("pattern", ["FULL", "MORNINGS", "EVENINGS", "WEEKENDS"])
def test_a_class_begins_on_a_day_of_its_pattern_in_the_year_for_which_it_is_planned(
    pattern: Pattern,
) -> None:
    for wanted in days(date(2024, 1, 1), date(2025, 12, 31)):
        found = first_day(pattern, wanted)
        assert runs_on(pattern, found)
        assert found.year == wanted.year
