"""For every paid item decided here there is one whole chain, and all books say one sum."""

from collections.abc import Callable

import pytest

from projections.check import Checked, check
from tests.projections.conftest import Mirror
from tests.projections.entries import Log, some_id
from tests.projections.filings import STANDARD_FEN
from tests.projections.money import Money
from tests.projections.stories import Story


def checked(mirror: Mirror, log: Log) -> Checked:
    """Fold a log, and check it."""
    mirror.empty()
    mirror.write(log.entries)
    return check(mirror.connection, mirror.fold())


def lacking(found: Checked) -> set[str]:
    """Return everything that any chain lacks."""
    return {step for one in found.broken for step in one.lacking}


def test_a_lawful_story_is_sound(mirror: Mirror) -> None:
    log = Log()
    Money(Story(log).run()).run()
    found = checked(mirror, log)
    assert found.sound
    assert (found.paid_items, found.judged_items, found.broken) == (3, 3, ())
    assert set(found.paid_fen.values()) == {3 * STANDARD_FEN}


def test_an_empty_ledger_is_sound(mirror: Mirror) -> None:
    assert checked(mirror, Log()).sound


CLASS_STEPS = ("approve", "start", "complete", "assess", "certify")
CLAIM_STEPS = ("accept", "review", "report", "resolve", "publish", "close", "apply", "decide")
MISSED = {
    "approve": "APPROVED",
    "start": "STARTED",
    "complete": "TAUGHT",
    "assess": "PASSED",
    "certify": "CERTIFIED",
    "accept": "ACCEPTED",
    "review": "INITIAL_REVIEWED",
    "report": "REPORTED",
    "resolve": "RESOLVED",
    "publish": "PUBLISHED",
    "close": "FIVE_WORKING_DAYS",
    "apply": "APPLIED",
    "decide": "FUNDING_APPROVED",
}


@pytest.mark.parametrize("skipped", [*CLASS_STEPS, *CLAIM_STEPS])
def test_a_chain_lacks_the_step_that_was_left_out(mirror: Mirror, skipped: str) -> None:
    log = Log()
    story = Story(log)
    money = Money(story)
    story.file()
    for step in CLASS_STEPS:
        if step != skipped:
            getattr(story, step)()
    money.submit()
    for step in CLAIM_STEPS:
        if step != skipped:
            getattr(money, step)()
    money.pay()
    found = checked(mirror, log)
    assert found.broken_items == 3
    assert MISSED[skipped] in lacking(found)


@pytest.mark.parametrize(
    ("told", "step"),
    [
        (lambda money: money.review(some_id("clerk"), some_id("clerk")), "TWO_REVIEWERS"),
        (lambda money: money.report(), "RESOLVED"),
    ],
)
def test_a_step_told_once_more_breaks_the_order(
    mirror: Mirror, told: Callable[[Money], object], step: str
) -> None:
    log = Log()
    money = Money(Story(log).run())
    money.submit()
    for one in ("accept", "review", "report", "resolve"):
        getattr(money, one)()
    told(money)
    for one in ("publish", "close", "apply", "decide", "pay"):
        getattr(money, one)()
    assert step in lacking(checked(mirror, log))


def test_an_open_objection_breaks_the_chain_and_a_dismissed_one_does_not(mirror: Mirror) -> None:
    for dismissed in (False, True):
        log = Log()
        money = Money(Story(log).run())
        money.submit()
        for one in ("accept", "review", "report", "resolve", "publish", "object_to"):
            getattr(money, one)()
        if dismissed:
            money.dismiss()
        for one in ("close", "apply", "decide", "pay"):
            getattr(money, one)()
        assert lacking(checked(mirror, log)) == (set() if dismissed else {"NO_OPEN_OBJECTION"})


def test_an_item_paid_twice_is_found(mirror: Mirror) -> None:
    log = Log()
    money = Money(Story(log).run()).run()
    money.pay()
    found = checked(mirror, log)
    assert "PAID_TWICE" in lacking(found)
    assert found.paid_items == 6


@pytest.mark.parametrize("channel", ["migration", "import"])
def test_history_is_told_and_not_judged(mirror: Mirror, channel: str) -> None:
    log = Log()
    Money(Story(log, channel=channel)).pay()
    found = checked(mirror, log)
    assert (found.paid_items, found.judged_items, found.sound) == (3, 0, True)


def test_books_that_differ_are_found(mirror: Mirror) -> None:
    log = Log()
    Money(Story(log).run()).run()
    mirror.empty()
    mirror.write(log.entries)
    reached = mirror.fold()
    mirror.connection.execute("update model.funds set paid_fen = paid_fen - 1")
    found = check(mirror.connection, reached)
    assert not found.sums_agree
    assert found.paid_fen["funds"] == found.paid_fen["payments"] - 1
