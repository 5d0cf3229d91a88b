"""How many hours a class has, how much practice, and what may be taught on line."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from aggregates.law.catalogues import OnlinePlatform
from aggregates.training_class.facts import ClassFilingSubmitted
from aggregates.training_class.form import TimetableRow
from tests.aggregates.stories import (
    file_class,
)
from tests.aggregates.training_class.samples import (
    PLATFORM,
    law,
    standard_of_hours,
    timetable_row,
    waiver,
)


def practice(numbers: Iterable[int], count: int = 14) -> tuple[TimetableRow, ...]:
    """Return a timetable in which the sessions named are practice and the others theory."""
    held = frozenset(numbers)
    return tuple(
        timetable_row(n, kind="PRACTICE" if n in held else "THEORY") for n in range(1, count + 1)
    )


def online(theory_online: int, count: int = 20, practice_from: int = 9) -> dict[str, Any]:
    """Return the fields of a filing whose first sessions are on line."""
    rows = tuple(
        timetable_row(
            n,
            kind="PRACTICE" if n >= practice_from else "THEORY",
            mode="ONLINE" if n <= theory_online else "OFFLINE",
            site_id=None if n <= theory_online else "S1",
            room_id=None if n <= theory_online else "T1",
        )
        for n in range(1, count + 1)
    )
    ends = max(row.ends_at for row in rows).date()
    return {
        "timetable": rows,
        "planned_end": ends,
        "planned_assessment_on": ends,
        "platform_id": PLATFORM,
    }


@pytest.mark.rule("FIL-10")
def test_without_a_standard_fifty_six_hours_are_the_least() -> None:
    required = file_class().fact(ClassFilingSubmitted).required
    assert (required.total, required.practice_bp, required.by_standard) == (56, 6_000, False)
    file_class(timetable=practice(range(5, 14), 13)).then_refused("FIL-10")


@pytest.mark.rule("FIL-10")
@pytest.mark.parametrize("kind", ["IN_POST_SKILL", "SPECIAL_ABILITY"])
def test_in_post_and_special_ability_training_needs_twenty_four(kind: Any) -> None:  # noqa: ANN401 - any value fits here
    enough = practice(range(3, 7), 6)
    assert file_class(timetable=enough, training_type=kind).granted()
    file_class(timetable=enough[:5], training_type=kind).then_refused("FIL-10")


@pytest.mark.rule("FIL-10")
def test_sixty_percent_of_the_hours_are_practice() -> None:
    assert file_class(timetable=practice(range(6, 15))).granted()
    file_class(timetable=practice(range(7, 15))).then_refused("FIL-10")


@pytest.mark.rule("FIL-10")
def test_a_class_hour_is_forty_five_minutes() -> None:
    short = file_class().fact(ClassFilingSubmitted).filing.hours
    file_class(hours=replace(short, minutes_per_hour=40)).then_refused("FIL-10")
    row = timetable_row(1)
    hurried = replace(row, ends_at=row.ends_at - timedelta(minutes=1))
    file_class(timetable=(hurried, *practice(range(6, 15))[1:])).then_refused("FIL-10")


@pytest.mark.rule("FIL-10")
def test_an_occupation_with_a_standard_follows_that_and_nothing_else() -> None:
    half = law(lists=standard_of_hours(40, 3_000))
    required = file_class(under=half).fact(ClassFilingSubmitted).required
    assert (required.total, required.practice_bp, required.by_standard) == (40, 3_000, True)
    ten = practice(range(8, 11), 10)
    assert file_class(under=half, timetable=ten).granted()
    long = law(lists=standard_of_hours(80, 3_000))
    file_class(under=long).then_refused("FIL-10")


@pytest.mark.rule("FIL-10")
def test_the_standard_is_the_catalogues_and_never_what_the_filing_says() -> None:
    file_class(timetable=practice(range(5, 14), 13), standard_code="GZB-40H").then_refused("FIL-10")


@pytest.mark.rule("FIL-12")
def test_a_waiver_opens_the_way_for_occupations_that_outgrew_their_standard() -> None:
    lagging = law(waivers=[waiver("FIL-12")])
    assert file_class(under=lagging, timetable=practice((), 5)).granted()


@pytest.mark.rule("FIL-13")
def test_forty_percent_on_line_is_allowed_and_more_is_not() -> None:
    half = law(lists=standard_of_hours(40, 2_000))
    assert file_class(under=half, **online(8)).granted()
    file_class(under=half, **online(9, practice_from=10)).then_refused("FIL-13")


@pytest.mark.rule("FIL-13")
def test_a_waiver_lifts_the_on_line_bound() -> None:
    half = law(lists=standard_of_hours(40, 2_000), waivers=[waiver("FIL-13")])
    answer = file_class(under=half, **online(9, practice_from=10))
    assert answer.fact(ClassFilingSubmitted).required.online_bp is None


@pytest.mark.rule("FIL-13")
def test_entrepreneurship_training_has_no_on_line_bound() -> None:
    half = law(lists=standard_of_hours(40, 2_000))
    answer = file_class(
        under=half,
        training_type="ENTREPRENEURSHIP",
        as_facts=True,
        **online(12, practice_from=13),
    )
    assert "FIL-13" not in answer.findings()


@pytest.mark.rule("FIL-14")
def test_practice_on_line_is_refused_whatever_is_waived() -> None:
    rows = practice(range(6, 15))
    remote = replace(rows[13], mode="ONLINE", site_id=None, room_id=None)
    fields: dict[str, Any] = {"timetable": (*rows[:13], remote), "platform_id": PLATFORM}
    file_class(**fields).then_refused("FIL-14")
    waived = law(waivers=[waiver("FIL-14"), waiver("FIL-13"), waiver("FIL-12")])
    file_class(under=waived, **fields).then_refused("FIL-14")
    theory = replace(rows[0], mode="ONLINE", site_id=None, room_id=None)
    assert file_class(timetable=(theory, *rows[1:]), platform_id=PLATFORM).granted()


@pytest.mark.rule("FIL-15")
def test_on_line_teaching_needs_a_platform_of_the_list() -> None:
    half = law(lists=standard_of_hours(40, 2_000))
    assert file_class(under=half, **online(8)).granted()
    unlisted = {**online(8), "platform_id": "ELSEWHERE"}
    file_class(under=half, **unlisted).then_refused("FIL-15")
    file_class(under=half, **{**online(8), "platform_id": None}).then_refused("FIL-15")
    assert file_class(platform_id=None).granted()


@pytest.mark.rule("FIL-15")
def test_a_city_may_ask_for_recognised_platforms_alone() -> None:
    lists = {
        **standard_of_hours(40, 2_000),
        "ONLINE_PLATFORM": (
            OnlinePlatform(platform_id=PLATFORM, name="某平台", status="RECOMMENDED"),
        ),
    }
    strict = law(lists=lists, parameters={"platform_status": ["RECOGNISED"]})
    file_class(under=strict, **online(8)).then_refused("FIL-15")


def test_the_hours_of_the_story_are_the_least_there_may_be() -> None:
    assert file_class().fact(ClassFilingSubmitted).filing.planned_end == date(2024, 3, 12)
