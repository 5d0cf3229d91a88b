"""Duties about the month's plans and the city's list of institutions: to report, list, publish."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from aggregates.facts import Fact
from aggregates.institution.facts import InstitutionListed
from aggregates.law.regimes import NOTICE_DATE
from aggregates.monthly_plan.commands import aggregate_id, plan_id
from aggregates.monthly_plan.facts import (
    MonthlyPlanPublished,
    MonthlyPlansAggregated,
    MonthlyPlanSubmitted,
)
from aggregates.policy_book.facts import CatalogueVersionPublished
from aggregates.world import CITY
from projections.detail.owing import Duty, opened, told
from projections.part import Read, Row

ENTREPRENEURSHIP = "创业"
_DAY = timedelta(days=1)


def plan_of(institution_id: UUID, county: str, month: str) -> Duty:
    """Return the duty of an institution to plan a month."""
    one = plan_id(institution_id, county, month)  # type: ignore[arg-type]  # an institution's
    return Duty("PLN-01", "plan", one, county, institution_id=institution_id)


def planned(read: Read, one: Duty, month: str) -> Iterator[Row]:
    """Open the duty to plan a month, if the notice asks for it on the day it is due."""
    first = date.fromisoformat(f"{month}-01")
    if first - _DAY >= NOTICE_DATE:
        yield from opened(read, one, "INSTITUTION", first)


def _plan_submitted(read: Read, fact: MonthlyPlanSubmitted) -> Iterator[Row]:
    month, county = fact.month, fact.county_code
    one = plan_of(fact.institution_id, county, month)
    if fact.items:
        yield from planned(read, one, month)
    yield told(read, one, "KEPT")
    first = date.fromisoformat(f"{month}-01")
    if first - _DAY >= NOTICE_DATE:
        whole = Duty("PLN-02", "plan", aggregate_id(county, month), county)
        yield from opened(
            read, whole, "AUTHORITY", first, org=county, parameter="plan_aggregate_deadline"
        )


def _plans_aggregated(read: Read, fact: MonthlyPlansAggregated) -> Iterator[Row]:
    one = aggregate_id(fact.county_code, fact.month)
    yield told(read, Duty("PLN-02", "plan", one, fact.county_code), "KEPT")
    # County and city publish both, each its own (17号 三(一)).
    if date.fromisoformat(f"{fact.month}-01") - _DAY >= NOTICE_DATE:
        for county in (fact.county_code, CITY):
            yield from opened(read, _publication(county, fact.month), "AUTHORITY", org=county)


def _publication(county: str, month: str) -> Duty:
    return Duty("PLN-03", "plan", aggregate_id(county, month), county)


def _plans_published(read: Read, fact: MonthlyPlanPublished) -> Iterator[Row]:
    county = CITY if fact.level == "CITY" else fact.county_code
    yield told(read, _publication(county, fact.month), "KEPT")


def _listing(rule_id: str, institution_id: UUID, category: str, county: str) -> Duty:
    return Duty(
        rule_id, "institution", institution_id, county, category, institution_id=institution_id
    )


def _listed(read: Read, fact: InstitutionListed) -> Iterator[Row]:
    if read.recorded_on < NOTICE_DATE:
        return
    county = read.county or CITY
    one = _listing("INS-10", fact.institution_id, fact.category, county)
    yield from opened(read, one, "AUTHORITY", org=county, parameter="sla_listing_update_days")
    if fact.category == ENTREPRENEURSHIP:
        one = _listing("INS-40", fact.institution_id, fact.category, county)
        yield from opened(read, one, "AUTHORITY", org=CITY)


def _published(read: Read, fact: CatalogueVersionPublished) -> Iterator[Row]:
    if fact.catalogue != "INSTITUTION":
        return
    for listing in fact.institutions:
        for rule_id in ("INS-10", "INS-40"):
            one = _listing(rule_id, listing.institution_id, listing.category, CITY)
            yield told(read, one, "KEPT")


TOLD: Mapping[type[Fact], Callable[[Read, Any], Iterable[Row]]] = {
    MonthlyPlanSubmitted: _plan_submitted,
    MonthlyPlansAggregated: _plans_aggregated,
    MonthlyPlanPublished: _plans_published,
    InstitutionListed: _listed,
    CatalogueVersionPublished: _published,
}
"""What each fact does to such a duty."""
