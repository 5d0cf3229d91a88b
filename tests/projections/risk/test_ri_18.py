"""Short hours, little practice and too much teaching on line are doubted."""

from datetime import date

import pytest

from aggregates.training_class.form import RequiredHours
from tests.projections.doubting import World, found
from tests.projections.entries import some_id
from tests.projections.stories import Story


def taught(world: World, numbers: range | None = None, **told: object) -> Story:
    """A class taught and completed, seen well after."""
    story = Story(world.log, **told)  # type: ignore[arg-type]  # the fields of a story
    story.file()
    story.teach(numbers)
    story.complete()
    world.wait()
    return story


def test_hours_as_filed_and_asked_are_no_doubt(world: World) -> None:
    taught(world)
    assert world.signals("RI-18") == []


def test_a_session_short_is_doubted(world: World) -> None:
    story = taught(world, range(1, 15))
    (one,) = world.signals("RI-18")
    assert one.subject.class_id == story.one
    assert (found(one, "short_of"), found(one, "hours")) == ("FILED+PRACTICE", 56)
    assert one.severity == "HIGH"


@pytest.mark.parametrize("missing", ["sheet", "record"])
def test_a_session_without_sheet_or_recording_does_not_count(world: World, missing: str) -> None:
    story = Story(world.log)
    story.file()
    story.teach(range(2, 16))
    held = story.hold(1)
    if missing == "record":
        story.sheet(1)
    else:
        story.record(1)
    story.complete()
    world.wait()
    (one,) = world.signals("RI-18")
    assert found(one, "hours") == 56
    assert held in one.evidence


def test_before_the_notice_no_recording_is_asked_for(world: World) -> None:
    story = Story(world.log, first=date(2023, 3, 6))
    story.file()
    for number in range(1, 16):
        story.hold(number)
        story.sheet(number)
    story.complete()
    world.wait()
    assert world.signals("RI-18") == []


@pytest.mark.rule("TRN-01")
def test_a_class_begun_before_the_notice_is_held_to_the_share_on_line_alone(world: World) -> None:
    for number, regime in ((1, "R1"), (2, "R3")):
        story = Story(world.log, number)
        story.file()
        story.start(regime=regime)
        for session in range(1, 15):
            story.hold(session, mode="ONLINE" if session < 8 else "OFFLINE")
            story.sheet(session)
            story.record(session)
        story.complete()
    world.wait()
    assert {one.subject.class_id: found(one, "short_of") for one in world.signals("RI-18")} == {
        some_id("class", 1): "ONLINE",
        some_id("class", 2): "FILED+PRACTICE+ONLINE",
    }


def test_it_is_judged_only_when_the_lag_is_over(world: World) -> None:
    story = Story(world.log)
    story.file()
    story.teach(range(1, 15))
    completed = story.complete()
    world.wait()
    assert world.signals("RI-18", until=completed) == []
    assert len(world.signals("RI-18")) == 1


def test_a_recording_after_the_lag_counts_no_more(world: World) -> None:
    story = Story(world.log)
    story.file()
    story.teach(range(2, 16))
    story.hold(1)
    story.sheet(1)
    story.complete()
    world.wait()
    story.record(1)
    assert len(world.signals("RI-18")) == 1


def test_little_practice_is_doubted(world: World) -> None:
    required = RequiredHours(total=56, practice_bp=7_000, online_bp=4_000)
    story = Story(world.log)
    story.file()
    story.teach()
    story.complete(required=required)
    world.wait()
    (one,) = world.signals("RI-18")
    assert (found(one, "short_of"), found(one, "practice_bp")) == ("PRACTICE", 6_000)


def test_too_much_on_line_is_doubted_unless_waived(world: World) -> None:
    for number, online_bp in ((1, 4_000), (2, None)):
        story = Story(world.log, number)
        story.file()
        for session in range(1, 16):
            story.hold(session, mode="ONLINE" if session < 8 else "OFFLINE")
            story.sheet(session)
            story.record(session)
        story.complete(required=RequiredHours(total=56, practice_bp=6_000, online_bp=online_bp))
    world.wait()
    (one,) = world.signals("RI-18")
    assert one.subject.class_id == some_id("class", 1)
    assert (found(one, "short_of"), found(one, "online_bp")) == ("ONLINE", 4_666)


def test_attendance_is_judged_only_where_the_city_has_set_a_rate(world: World) -> None:
    story = taught(world)
    story.certify(attended_bp=5_000)
    world.wait()
    assert world.signals("RI-18") == []
    (one,) = world.signals("RI-18", min_attendance_bp=6_000)
    assert (found(one, "short_of"), found(one, "absent_heads")) == ("ATTENDANCE", 3)


def test_a_class_not_completed_is_not_judged(world: World) -> None:
    story = Story(world.log)
    story.file()
    story.teach(range(1, 3))
    world.wait()
    assert world.signals("RI-18") == []
