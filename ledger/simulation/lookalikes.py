"""What looks like an irregularity and is lawful: the indicators must leave it alone."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from ledger.simulation.claims import ClaimPlan
from ledger.simulation.classes import ClassPlan, Paper
from ledger.simulation.courses import COMMERCE, COMMERCE_4, DOUGH, SELLING, Course
from ledger.simulation.crafting import Past
from ledger.simulation.days import is_makeup, minus, moment
from ledger.simulation.plots_subsidy import label_persons, paid
from ledger.simulation.script import Kind
from ledger.simulation.stage import Stage, of_class

_FORTY = 6
"""Half days on line: 24 of 60 hours, which is all that the law allows."""
_WAIVED = 7
"""Half days on line: 28 of 60 hours, which needs a waiver."""
_HOUR = timedelta(hours=1)
"""What is brought in later builds on what was brought in before."""
_OFTEN_BP = 4_000
_FIVE = 5
_AFTER_ACCEPTANCE = frozenset(
    {"assign-fund-source", "initial-review", "second-review", "issue-audit-report"}
)


def classes(stage: Stage) -> list[ClassPlan]:
    """Return classes of the year that look odd, to be run like any other."""
    same_day = stage.make(stage.on(3, 17))
    same_day.paper = Paper(same_day.filed_at.date(), same_day.filed_at)
    _label(stage, same_day, "RI-15", "same day", "late paper, dated the day it came in")
    urgent = stage.make(stage.on(7, 7), ahead=2)
    urgent.waivers = (("FIL-01", "EMERGENCY"),)
    _label(stage, urgent, "RI-15", "waived", "filed late by a waiver")
    restless = stage.make(stage.on(6, 23))
    restless.change_bp = _OFTEN_BP
    _label(stage, restless, "RI-17", "in time", "changes reported in time")
    forty = stage.make(stage.on(5, 19), SELLING, online=_FORTY)
    _label(stage, forty, "RI-18", "forty", "four tenths on line")
    waived = stage.make(stage.on(6, 2), SELLING, online=_WAIVED)
    waived.waivers = (("FIL-13", "CITY_RULE"),)
    _label(stage, waived, "RI-18", "waived", "more on line by a waiver")
    return [same_day, urgent, restless, forty, waived, *_joint(stage)]


def _label(stage: Stage, plan: ClassPlan, rule: Kind, variant: str, why: str) -> None:
    stage.label(rule, variant, of_class(plan), why, planted=False)


def _joint(stage: Stage) -> tuple[ClassPlan, ClassPlan]:
    """Return two classes that are taught together, as both filings say."""
    start = stage.on(8, 4)
    first = stage.make(start)
    second = stage.crafting.joined(first, stage.crafting.people(DOUGH, stage.heads, start))
    for plan in (first, second):
        _label(stage, plan, "RI-17", "joint", "taught together, declared")
    return first, second


def history(stage: Stage, brought_in: date) -> None:
    """Bring in lawful history: other levels, after the window, refused before, all in order."""
    at = moment(brought_in, 11, 25)
    _pair(stage, at, stage.on(8, 12, years_ago=1), (COMMERCE, COMMERCE_4), "another level")
    _pair(stage, at, stage.on(10, 9, years_ago=2), (DOUGH, DOUGH), "more than a year later")
    _refused(stage, at)
    plan = stage.history(stage.on(9, 17, years_ago=1))
    _label(stage, plan, "RI-15", "history", "paper history, dated as it was")
    for claim in paid(stage, plan, at, f"{stage.year - 1}-HG-{plan.number}"):
        subject = (("claim", str(claim.claim_id)),)
        stage.label("RI-27", "history", subject, "history in order", planted=False)


def _pair(
    stage: Stage, at: datetime, start: date, courses: tuple[Course, Course], why: str
) -> None:
    """Bring in two trainings of the same people that do not repeat each other."""
    first = stage.history(start, courses[0])
    people = [seat.person for seat in first.seats]
    again = stage.history(stage.on(11, 18, years_ago=1), courses[1], people=people)
    for hours, plan in enumerate((first, again)):
        paid(stage, plan, at + hours * _HOUR, f"{plan.start.year}-CF-{plan.number}")
    label_persons(stage, why, again.seats, why, planted=False)


def _refused(stage: Stage, at: datetime) -> None:
    """Bring in a claim that was refused, and another one of the same people soon after."""
    first = stage.history(stage.on(8, 26, years_ago=1))
    past = Past()
    lives = stage.lives(past)
    lives.file(first)
    lives.teach(first)
    lives.certify(first)
    for claim in lives.claim(first):
        _refuse(stage, past, claim)
    past.brought_in(at)
    past.replay(stage.script)
    people = [seat.person for seat in first.seats]
    again = stage.history(stage.on(11, 11, years_ago=1), people=people)
    paid(stage, again, at + _HOUR, f"{stage.year - 1}-ZX-{again.number}")
    label_persons(stage, "refused", again.seats, "the first claim was refused", planted=False)


def _refuse(stage: Stage, past: Past, claim: ClaimPlan) -> None:
    for name in _AFTER_ACCEPTANCE:
        past.drop(name, claim_id=claim.claim_id)
    accepted = max(one.at for one in past.planned if one.ask.command == "accept-claim")
    refused = accepted + timedelta(days=1)
    data = {
        "claim_id": claim.claim_id,
        "reasons": [{"rule_id": "ELG-25", "text": "证书不符（模拟）"}],
        "notice_doc": stage.naming.digest("refusal", claim.key),
        "served_at": refused,
    }
    past.ask(refused, stage.office.second_reviewer, "refuse-claim", data)


def natural(stage: Stage, plans: Iterable[ClassPlan], claims: Iterable[ClaimPlan]) -> None:
    """Label what of a year's own classes and claims looks odd and is lawful."""
    for plan in plans:
        if plan.approved_at is not None and plan.paper is None:
            for rule, variant, why in _odd(plan):
                _label(stage, plan, rule, variant, why)
    for claim in claims:
        if claim.disputed:
            subject = (("claim", str(claim.claim_id)),)
            stage.label("RI-27", "objection", subject, "decided before payment", planted=False)


def _odd(plan: ClassPlan) -> Iterator[tuple[Kind, str, str]]:
    if minus(plan.start, _FIVE) == plan.filed_at.date():
        yield "RI-15", "five days", "filed on the last day"
    if plan.returned:
        yield "RI-15", "resubmitted", "its first submission was in time"
    if plan.changed and not plan.change_bp:
        yield "RI-17", "in time", "changes reported in time"
    if any(is_makeup(one.on) for one in plan.held.values()):
        yield "RI-17", "make-up day", "taught on a weekend day of work"
    if any(one.part == "EVE" for one in plan.sessions):
        yield "RI-17", "evening", "taught in the evening, as filed"
    if any(one.on.weekday() > _FRIDAY for one in plan.sessions):
        yield "RI-17", "weekend", "taught at the weekend, as filed"
    if plan.course.practice_bp:
        yield "RI-18", "standard", "the occupation's own standard rules"
    if len(plan.seats) > _SIXTY:
        yield "RI-18", "large", "more than 60 heads, in post or in a project"


_FRIDAY = 4
_SIXTY = 60
