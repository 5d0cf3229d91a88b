"""A procedure that was skipped or reversed is doubted."""

from datetime import date

import pytest

from aggregates.policy_book.facts import WorkCalendarYearPublished
from tests.projections.doubting import World, found
from tests.projections.entries import OFFICIAL, Log, digest, some_id
from tests.projections.money import Money
from tests.projections.stories import Story


def test_the_lawful_order_is_no_doubt(world: World) -> None:
    publish_calendar(world.log)
    Money(Story(world.log).run()).run()
    assert world.signals("RI-27") == []


def publish_calendar(log: Log) -> None:
    """Publish the working days of 2024 around Spring Festival."""
    fact = WorkCalendarYearPublished(
        year=2024,
        holidays=tuple(date(2024, 2, day) for day in range(10, 18)),
        makeup_workdays=(date(2024, 2, 4), date(2024, 2, 18)),
        source_doc="国办发明电〔2023〕7号",
        source_sha256=digest("calendar"),
        second_checker=OFFICIAL,
    )
    log.write(some_id("policy-book"), fact)


STEPS = ("review", "report", "resolve", "publish", "close", "apply", "decide", "pay")


@pytest.mark.parametrize("skipped", STEPS[:-1])
def test_a_step_left_out_is_doubted(world: World, skipped: str) -> None:
    money = Money(Story(world.log))
    money.submit()
    money.accept()
    for step in STEPS:
        if step != skipped:
            getattr(money, step)()
    signals = world.signals("RI-27")
    assert {one.subject.claim_id for one in signals} == {money.claim_id}
    assert any("ORDER" in str(found(one, "defects")) for one in signals)
    assert {one.severity for one in signals} == {"CRITICAL"}


def test_steps_in_the_wrong_order_are_doubted(world: World) -> None:
    money = Money(Story(world.log))
    money.submit()
    for step in ("review", "resolve", "report", "publish", "close", "apply", "decide", "pay"):
        getattr(money, step)()
    signals = world.signals("RI-27")
    assert [found(one, "defects") for one in signals] == ["ORDER:RESOLVED"]


def test_one_person_in_both_reviews_is_doubted(world: World) -> None:
    money = Money(Story(world.log))
    money.submit()
    money.review(some_id("clerk"), some_id("clerk"))
    (one,) = world.signals("RI-27")
    assert found(one, "defects") == "SAME_REVIEWER"
    assert len(one.evidence) == 2


@pytest.mark.parametrize(("days", "short"), [(6, True), (7, False)])
def test_a_publicity_shorter_than_five_working_days_is_doubted(
    world: World, days: int, short: bool
) -> None:
    money = Money(Story(world.log))
    money.submit()
    money.review()
    money.report()
    money.resolve()
    money.publish()
    money.close(days)
    assert bool(world.signals("RI-27")) is short


def test_days_of_rest_lengthen_a_publicity(world: World) -> None:
    publish_calendar(world.log)
    money = Money(Story(world.log, first=date(2024, 1, 22)))
    money.submit()
    money.review()
    money.report()
    money.resolve()
    money.publish()  # on 10 February, the first day of Spring Festival
    money.close(10)
    (one,) = world.signals("RI-27")
    assert found(one, "defects") == "PUBLICITY_SHORT"


def test_an_application_with_an_objection_open_is_doubted(world: World) -> None:
    money = Money(Story(world.log))
    money.submit()
    for step in ("review", "report", "resolve", "publish"):
        getattr(money, step)()
    money.object_to()
    money.close()
    money.apply()
    (one,) = world.signals("RI-27")
    assert found(one, "defects") == "OPEN_OBJECTION"


def test_an_objection_that_was_answered_stops_nothing(world: World) -> None:
    money = Money(Story(world.log))
    money.submit()
    for step in ("review", "report", "resolve", "publish"):
        getattr(money, step)()
    money.object_to()
    money.dismiss()
    money.close()
    money.apply()
    assert world.signals("RI-27") == []


def test_more_paid_than_approved_is_doubted(world: World) -> None:
    money = Money(Story(world.log).run())
    money.submit()
    money.accept()
    for step in ("review", "report", "resolve", "publish", "close", "apply", "decide"):
        getattr(money, step)()
    paid = money.pay(money.amount + 1)
    (one,) = world.signals("RI-27")
    assert (found(one, "defects"), one.evidence) == ("OVERPAID", (paid,))


def test_a_class_before_the_notice_is_not_held_to_the_procedure(world: World) -> None:
    story = Story(world.log, first=date(2023, 3, 6))
    story.start(regime="R1")
    money = Money(story)
    money.submit()
    money.pay()
    assert world.signals("RI-27") == []
