"""The same occupation and level twice within a year is doubted."""

from datetime import date

import pytest

from aggregates.risk_signal.facts import Measure
from projections.risk.raising import Signal
from tests.projections.doubting import World, found
from tests.projections.entries import some_id
from tests.projections.money import Money
from tests.projections.stories import Story


def twice(world: World, later: date, *, earlier: date = date(2024, 3, 20)) -> list[Signal]:
    """Two classes of the same people, certified on two days."""
    first = Story(world.log, 1)
    second = Story(world.log, 2, people=first.people)
    Money(first).accept(certified_on=earlier)
    Money(second).accept(certified_on=later)
    return world.signals("RI-03")


@pytest.mark.parametrize("later", [date(2024, 3, 20), date(2024, 9, 1), date(2025, 3, 20)])
def test_the_same_skill_twice_within_a_year_is_doubted(world: World, later: date) -> None:
    signals = twice(world, later)
    assert {one.subject.person_id for one in signals} == {some_id("person", 1, n) for n in range(3)}
    one = signals[0]
    assert (one.window.starts_on, one.window.ends_on) == (date(2024, 3, 20), later)
    assert (one.severity, len(one.evidence)) == ("HIGH", 2)
    assert found(one, "occupation") == "4-10-01-05"


def test_a_year_and_a_day_later_is_no_repeat(world: World) -> None:
    assert twice(world, date(2025, 3, 21)) == []


def test_a_released_item_is_no_repeat(world: World) -> None:
    first = Story(world.log, 1, heads=1)
    second = Story(world.log, 2, heads=1, people=first.people)
    Money(first).accept(certified_on=date(2024, 3, 20))
    Money(first).release(1)
    Money(second).accept(certified_on=date(2024, 6, 1))
    assert world.signals("RI-03") == []


def test_a_class_under_the_law_before_2022_is_not_held_to_it(world: World) -> None:
    for number in (1, 2):
        story = Story(world.log, number, heads=1, people=(some_id("person"),))
        story.start(regime="R0")
        Money(story).accept(certified_on=date(2021, 3, number))
    assert world.signals("RI-03") == []


def test_a_longer_window_can_be_tried_out(world: World) -> None:
    assert twice(world, date(2025, 6, 1)) == []
    signals = world.signals("RI-03", window_months=24)
    assert len(signals) == 3
    assert Measure(name="window_months", value=24) in signals[0].params
