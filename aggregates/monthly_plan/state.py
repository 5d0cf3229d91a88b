"""What the facts of a monthly plan add up to."""

from dataclasses import dataclass, replace
from datetime import date

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.monthly_plan.facts import (
    MonthlyPlanPublished,
    MonthlyPlansAggregated,
    MonthlyPlanSubmitted,
    PlanItem,
)


@dataclass(frozen=True, slots=True)
class MonthlyPlan:
    """An institution's plan, or a county's aggregate, of one month.

    Attributes:
        submitted_on: Local date of the latest submission.
        items: The classes planned, by item number.
        aggregated_on: Local date on which the county reported.
        published: The levels that published.
    """

    submitted_on: date | None = None
    items: tuple[PlanItem, ...] = ()
    aggregated_on: date | None = None
    published: frozenset[str] = frozenset()


def evolve(plan: MonthlyPlan, fact: Fact, at: Recorded) -> MonthlyPlan:
    """Return the plan after one more fact."""
    match fact:
        case MonthlyPlanSubmitted():
            return replace(plan, submitted_on=at.on, items=fact.items)
        case MonthlyPlansAggregated():
            return replace(plan, aggregated_on=at.on)
        case MonthlyPlanPublished():
            return replace(plan, published=plan.published | {fact.level})
        case _:
            return plan


MONTHLY_PLAN = stream("monthly-plan", MonthlyPlan(), evolve)
