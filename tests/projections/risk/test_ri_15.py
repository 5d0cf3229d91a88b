"""A filing that is dated back is doubted; history from before the ledger is not."""

from datetime import date

from aggregates.training_class.form import Scan
from tests.projections.doubting import World, found
from tests.projections.entries import at, digest
from tests.projections.stories import Story

PAPER = date(2024, 2, 20)
LATE = date(2024, 3, 1)


def test_a_late_filing_on_earlier_paper_is_doubted(world: World) -> None:
    story = Story(world.log)
    position = story.file(at(LATE), declared_on=PAPER)
    (one,) = world.signals("RI-15")
    assert one.subject.class_id == story.one
    assert (one.window.starts_on, one.window.ends_on) == (PAPER, LATE)
    assert (one.severity, one.evidence) == ("CRITICAL", (position,))
    assert (found(one, "forms"), found(one, "days")) == ("a", 10)


def test_a_late_filing_that_says_so_is_no_back_dating(world: World) -> None:
    Story(world.log, 1).file(at(LATE), declared_on=LATE)
    Story(world.log, 2).file(at(LATE))
    assert world.signals("RI-15") == []


def test_a_filing_in_time_on_earlier_paper_is_no_back_dating(world: World) -> None:
    Story(world.log).file(at(date(2024, 2, 23)), declared_on=PAPER)
    assert world.signals("RI-15") == []


def test_teaching_before_the_consent_is_doubted(world: World) -> None:
    story = Story(world.log)
    story.file()
    held = story.hold(1)
    approved = story.approve(at(date(2024, 3, 8)))
    (one,) = world.signals("RI-15")
    assert (one.window.starts_on, one.window.ends_on) == (story.first, date(2024, 3, 8))
    assert found(one, "forms") == "b"
    assert one.evidence == (held, approved)


def test_late_paper_dated_back_is_doubted(world: World) -> None:
    story = Story(world.log, channel="import")
    story.file(at(date(2024, 2, 23)), declared_on=PAPER)
    (one,) = world.signals("RI-15")
    assert found(one, "forms") == "d"
    assert world.signals("RI-15", import_days=3) == []


def test_a_scan_made_after_the_date_on_the_paper_is_doubted(world: World) -> None:
    scan = Scan(kind="FILING_FORM", sha256=digest("scan"), created_at=at(date(2024, 2, 22)))
    Story(world.log).file(at(date(2024, 2, 23)), declared_on=PAPER, scans=(scan,))
    (one,) = world.signals("RI-15")
    assert found(one, "forms") == "c"
    assert one.window.ends_on == date(2024, 2, 22)


def test_history_from_before_the_ledger_is_no_back_dating(world: World) -> None:
    story = Story(world.log, channel="migration")
    story.file(at(date(2024, 6, 1)), declared_on=PAPER)
    story.hold(1)
    story.approve(at(date(2024, 6, 2)))
    assert world.signals("RI-15") == []


def test_a_class_from_before_the_notice_is_not_held_to_it(world: World) -> None:
    story = Story(world.log, channel="import", first=date(2023, 6, 5))
    story.file(at(LATE), declared_on=date(2023, 5, 20))
    story.hold(1)
    story.approve(at(date(2024, 3, 8)), regime="R1")
    assert world.signals("RI-15") == []
