"""The story of a monthly plan (17号 三(一)).

An institution reports the next month's classes to its county; the county aggregates what it got
and reports to the city; city and county publish.
"""

from datetime import date
from typing import Literal

from aggregates.facts import Code, Count, CountyCode, Digest, Fact, Instant, Month, fact, record
from aggregates.ids import InstitutionId, PlanId
from aggregates.law.catalogues import TrainingType
from aggregates.policy_book.facts import Url


@record
class PlanItem:
    """One class that is planned."""

    item_no: Count
    training_type: TrainingType
    occupation: Code
    level: Code
    planned_start: date
    heads: Count
    site_id: Code


@record
class PlanTotals:
    """What the plans of a county add up to."""

    plans: Count
    classes: Count
    heads: Count


@fact("monthly-plan.submitted.v1")
class MonthlyPlanSubmitted(Fact):
    """An institution reported its classes of the coming month."""

    plan_id: PlanId
    institution_id: InstitutionId
    county_code: CountyCode
    month: Month
    items: tuple[PlanItem, ...]


@fact("monthly-plan.aggregated.v1")
class MonthlyPlansAggregated(Fact):
    """A county aggregated the plans of a month and reported to the city."""

    county_code: CountyCode
    month: Month
    plan_ids: tuple[PlanId, ...]
    totals: PlanTotals
    reported_to_city_at: Instant


@fact("monthly-plan.published.v1")
class MonthlyPlanPublished(Fact):
    """A month's plans were published."""

    level: Literal["CITY", "COUNTY"]
    county_code: CountyCode
    month: Month
    channel: Literal["WEBSITE", "WECHAT", "OTHER"]
    url: Url
    content_sha256: Digest
