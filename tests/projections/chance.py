"""Worlds by chance: facts of three classes in any order, lawful or not, complete or not."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from aggregates.risk_signal.facts import Measure, RiskSignalRaised, Window
from aggregates.risk_signal.state import signal_id
from aggregates.subject import Subject
from tests.projections import archives
from tests.projections.entries import Log, some_id
from tests.projections.filings import INSTITUTION, register_institution
from tests.projections.money import Money, allocate
from tests.projections.stories import Story

MEDIA = ("PAPER", "ELECTRONIC", "BOTH")
CHANNELS = ("inner", "outer", "import", "migration")


def raise_signal(log: Log, story: Story) -> int:
    """Raise a doubt about a class."""
    subject, window = Subject(class_id=story.one), Window(starts_on=story.first)
    one = signal_id("RI-17", subject, window)
    fact = RiskSignalRaised(
        signal_id=one,
        rule_id="RI-17",
        rule_version="1",
        params=(Measure(name="high_from", value=3),),
        subject=subject,
        county_code="371502",
        window=window,
        position=max(1, len(log.entries)),
        evidence=(1,),
        values=(Measure(name="sessions", value=1),),
        severity="MEDIUM",
    )
    return log.write(one, fact, channel="risk")


def _steps(log: Log, story: Story, money: Money, chance: Random) -> list[Callable[[], object]]:
    """Return everything that may be told of a class, or of its money."""
    some = chance.randint(1, story.heads)
    session = chance.randint(1, story.sessions)
    return [
        story.file,
        lambda: story.refile(occupation="6-29-03-01"),
        story.send_back,
        story.reject,
        story.approve,
        story.enrol,
        lambda: story.withdraw(some - 1),
        story.start,
        lambda: story.reschedule(session, in_time=chance.choice((True, False)), fields=("ROOM",)),
        lambda: story.teach([session]),
        story.complete,
        lambda: story.inspect(some),
        lambda: story.assess(failing=some),
        story.assess,
        story.certify,
        money.submit,
        lambda: money.resubmit(some),
        money.send_back,
        money.accept,
        money.refuse,
        lambda: money.release(some),
        lambda: money.disallow(some),
        money.assign,
        money.review,
        money.report,
        lambda: money.resolve(chance.choice(("APPROVE", "DEFER", "REJECT"))),
        money.publish,
        lambda: money.republish(some),
        lambda: money.object_to(some),
        lambda: money.dismiss(some),
        money.close,
        money.apply,
        money.give_back,
        money.decide,
        money.pay,
        lambda: archives.put(story, chance.choice(archives.KINDS), chance.choice(MEDIA)),
        lambda: archives.check(story, chance.choice(("TRAINING", "FINAL"))),
        lambda: archives.check(story, missing=("LECTURER_FORM",)),
        lambda: archives.seal(story),
        lambda: archives.store(story, some),
        lambda: archives.hold(story, some % 3, chance.choice((None, 30, 400))),
        lambda: archives.release(story, some % 3),
        lambda: archives.produce(story),
        lambda: archives.destroy(story, approvers=chance.choice((1, 1, 2))),
        lambda: archives.close(story),
        lambda: raise_signal(log, story),
        lambda: register_institution(log, name=f"学校{some}"),
        lambda: allocate(log, 1_000 * some),
    ]


def by_chance(chance: Random, steps: int) -> Log:
    """Return a log of so many steps, each of one class or of its money."""
    log = Log()
    others = some_id("institution", 2)
    stories = [
        Story(log, n, first=date(2024, 3, 4) + timedelta(days=n), heads=3, sessions=4)
        for n in (1, 2, 3)
    ]
    stories[2].institution = others
    stories[2].about["institution_id"] = others
    moneys = [Money(story) for story in stories] + [Money(stories[0], number=2)]
    assert others != INSTITUTION
    for _ in range(steps):
        money = chance.choice(moneys)
        money.story.channel = chance.choice(CHANNELS)
        chance.choice(_steps(log, money.story, money, chance))()
    return log
