"""A session held otherwise than planned, and not reported in time, is doubted."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.projections.doubting import World, found
from tests.projections.entries import at, some_id
from tests.projections.stories import Story


def test_a_session_held_as_planned_is_no_doubt(world: World) -> None:
    story = Story(world.log)
    story.file()
    story.teach()
    story.hold(2, actual_start=story.timetable[1].starts_at + timedelta(minutes=15))
    assert world.signals("RI-17") == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"room_id": "R2"}, "ROOM"),
        ({"site_id": "S2"}, "PLACE"),
        ({"instructor_id": some_id("instructor", 2)}, "INSTRUCTOR"),
        ({"hours": 3}, "HOURS"),
        ({"course": "另一课"}, "COURSE"),
        ({"kind": "PRACTICE"}, "KIND"),
        ({"mode": "ONLINE"}, "MODE"),
        ({"session_no": 77}, "UNPLANNED"),
        ({"actual_end": at(date(2024, 3, 4), 12)}, "TIME"),
    ],
)
def test_a_session_held_otherwise_is_doubted(
    world: World, changed: dict[str, object], field: str
) -> None:
    story = Story(world.log)
    story.file()
    position = story.hold(1, **changed)
    (one,) = world.signals("RI-17")
    assert one.subject.class_id == story.one
    assert (one.severity, one.evidence) == ("MEDIUM", (position,))
    assert (found(one, "sessions"), found(one, "fields")) == (1, field)


def test_a_change_reported_in_time_is_no_doubt(world: World) -> None:
    story = Story(world.log)
    story.file()
    story.reschedule(1, fields=("ROOM",), room_id="R2")
    story.hold(1, room_id="R2")
    assert world.signals("RI-17") == []


def test_a_change_reported_too_late_does_not_help(world: World) -> None:
    story = Story(world.log)
    story.file()
    story.reschedule(1, in_time=False, fields=("ROOM",), room_id="R2")
    story.hold(1, room_id="R2")
    assert len(world.signals("RI-17")) == 1


def test_a_change_helps_only_with_what_it_names(world: World) -> None:
    story = Story(world.log)
    story.file()
    story.reschedule(1, fields=("ROOM",), room_id="R2")
    story.hold(1, room_id="R2", site_id="S2")
    (one,) = world.signals("RI-17")
    assert found(one, "fields") == "PLACE"


def test_a_session_that_was_cancelled_is_not_to_be_held(world: World) -> None:
    story = Story(world.log)
    story.file()
    story.reschedule(1, change="CANCEL")
    story.hold(1)
    (one,) = world.signals("RI-17")
    assert found(one, "fields") == "UNPLANNED"


def test_an_added_session_may_be_held(world: World) -> None:
    story = Story(world.log)
    story.file()
    story.reschedule(16, change="ADD")
    story.hold(1, session_no=16)
    assert world.signals("RI-17") == []


def test_three_sessions_make_it_grave_and_both_signals_stay_the_same(world: World) -> None:
    story = Story(world.log)
    story.file()
    held = [story.hold(number, room_id="R2") for number in (1, 3, 5, 7)]
    signals = world.signals("RI-17")
    assert [(one.severity, one.evidence) for one in signals] == [
        ("MEDIUM", (held[0],)),
        ("HIGH", tuple(held[:3])),
    ]
    early = world.signals("RI-17", until=held[0])
    assert [(one.subject, one.window) for one in early] == [(signals[0].subject, signals[0].window)]


def test_the_plan_as_handed_in_again_is_the_plan(world: World) -> None:
    story = Story(world.log)
    story.file()
    moved = tuple(replace(row, room_id="R9") for row in story.timetable)
    story.refile(timetable=moved)
    story.hold(1, room_id="R9")
    assert world.signals("RI-17") == []


def test_history_without_a_timetable_cannot_deviate(world: World) -> None:
    Story(world.log).hold(1)
    assert world.signals("RI-17") == []
