"""Monthly plans: reported, aggregated, published."""

from datetime import date
from typing import Any

import pytest

from aggregates.law.catalogues import CatalogueVersion, OfficialSite
from aggregates.law.in_force import Law
from aggregates.law.parameters import PolicySet
from aggregates.law.seed_calendar import seed_years
from aggregates.law.workdays import calendar_of
from aggregates.monthly_plan.commands import (
    AggregateMonthlyPlans,
    PublishMonthlyPlan,
    SubmitMonthlyPlan,
    aggregate_id,
    plan_id,
)
from aggregates.monthly_plan.facts import (
    MonthlyPlanPublished,
    MonthlyPlansAggregated,
    MonthlyPlanSubmitted,
    PlanItem,
)
from aggregates.monthly_plan.state import MONTHLY_PLAN
from tests.aggregates.harness import COUNTY, Happened, Outcome, given, happened
from tests.aggregates.institution.samples import COOK, DOC, SCHOOL, registered

MONTH = "2024-03"
PLAN = plan_id(SCHOOL, COUNTY, MONTH)


def law(**values: Any) -> Law:  # noqa: ANN401 - parameters
    policy = PolicySet("计划", "1", "CITY", date(2024, 1, 1), None, values)
    hosts = (OfficialSite(county=COUNTY, host="www.dongchangfu.gov.cn"),)
    sites = CatalogueVersion("OFFICIAL_SITE", "1", date(2024, 1, 1), hosts)
    return Law(
        policies=(policy,),
        calendar=calendar_of(seed_years()),
        catalogues={"OFFICIAL_SITE": (sites,)},
    )


def item(number: int = 1, start: date = date(2024, 3, 11)) -> PlanItem:
    return PlanItem(
        item_no=number,
        training_type="EMPLOYMENT_SKILL",
        occupation=COOK.code,
        level=COOK.level,
        planned_start=start,
        heads=50,
        site_id="S1",
    )


def submit(now: str = "2024-02-29 23:59", **changes: Any) -> Outcome:  # noqa: ANN401 - fields
    fields: dict[str, Any] = {
        "institution_id": SCHOOL,
        "county_code": COUNTY,
        "month": MONTH,
        "items": (item(), item(2)),
    }
    command = SubmitMonthlyPlan(**{**fields, **changes})
    scene = given(registered(), law=law())
    return scene.when(command, now=now, role="INST_CLERK")


def submitted() -> Happened:
    return happened("2024-02-28", MONTHLY_PLAN, PLAN, submit().fact(MonthlyPlanSubmitted))


@pytest.mark.rule("PLN-01")
def test_a_plan_in_the_last_minute_of_the_month_before_is_in_time() -> None:
    answer = submit()
    assert answer.fact(MonthlyPlanSubmitted).plan_id == PLAN
    assert answer.findings() == set()


@pytest.mark.rule("PLN-01")
def test_a_plan_on_the_first_of_the_month_is_recorded_as_late() -> None:
    answer = submit("2024-03-01 00:00")
    answer.granted()
    assert answer.findings() == {"PLN-01"}


@pytest.mark.rule("PLN-01")
def test_a_city_may_count_to_the_last_working_day() -> None:
    command = SubmitMonthlyPlan(
        institution_id=SCHOOL,
        county_code=COUNTY,
        month="2024-07",
        items=(item(start=date(2024, 7, 8)),),
    )
    by_workday = given(registered(), law=law(plan_deadline_basis="LAST_WORKDAY"))
    assert by_workday.when(command, now="2024-06-28").findings() == set()
    assert by_workday.when(command, now="2024-06-30").findings() == {"PLN-01"}
    by_calendar = given(registered(), law=law())
    assert by_calendar.when(command, now="2024-06-30").findings() == set()


def test_a_plan_names_classes_of_its_month_each_once_by_a_registered_body() -> None:
    submit(items=(item(start=date(2024, 4, 1)),)).then_refused("LIFECYCLE")
    submit(items=(item(), item())).then_refused("LIFECYCLE")
    command = SubmitMonthlyPlan(institution_id=SCHOOL, county_code=COUNTY, month=MONTH, items=())
    given(law=law()).when(command, now="2024-02-28").then_refused("LIFECYCLE")


def test_a_plan_that_is_reported_again_counts_as_reported_again() -> None:
    again = submit(items=(item(7),)).fact(MonthlyPlanSubmitted)
    scene = given(submitted(), happened("2024-02-29", MONTHLY_PLAN, PLAN, again))
    held = scene.loaded()[MONTHLY_PLAN.name(PLAN)].state
    assert held.submitted_on == date(2024, 2, 29)
    assert [one.item_no for one in held.items] == [7]


def aggregate(now: str = "2024-03-04", **values: Any) -> Outcome:  # noqa: ANN401 - parameters
    command = AggregateMonthlyPlans(county_code=COUNTY, month=MONTH, plan_ids=(PLAN,))
    return given(submitted(), law=law(**values)).when(command, now=now, role="COUNTY_CLERK")


@pytest.mark.rule("PLN-02")
def test_a_county_adds_up_what_was_reported() -> None:
    answer = aggregate()
    totals = answer.fact(MonthlyPlansAggregated).totals
    assert (totals.plans, totals.classes, totals.heads) == (1, 2, 100)
    assert answer.findings() == set()


@pytest.mark.rule("PLN-02")
def test_a_county_is_late_only_where_the_city_has_set_a_day() -> None:
    assert aggregate("2024-03-10").findings() == set()
    assert aggregate("2024-03-05", plan_aggregate_deadline=5).findings() == set()
    assert aggregate("2024-03-06", plan_aggregate_deadline=5).findings() == {"PLN-02"}


def test_a_plan_that_was_never_reported_cannot_be_added_up() -> None:
    command = AggregateMonthlyPlans(county_code=COUNTY, month=MONTH, plan_ids=(PLAN,))
    given(law=law()).when(command, now="2024-03-04").then_refused("LIFECYCLE")


def publish(*story: Happened, **changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    role = changes.pop("role", "COUNTY_HR")
    fields: dict[str, Any] = {
        "level": "COUNTY",
        "county_code": COUNTY,
        "month": MONTH,
        "channel": "WEBSITE",
        "url": "https://www.dongchangfu.gov.cn/jyb/2024/3.html",
        "content_sha256": DOC,
        **changes,
    }
    command = PublishMonthlyPlan(**fields)
    return given(*story, law=law()).when(command, now="2024-03-05", role=role)


def aggregated() -> Happened:
    fact = aggregate().fact(MonthlyPlansAggregated)
    return happened("2024-03-04", MONTHLY_PLAN, aggregate_id(COUNTY, MONTH), fact)


@pytest.mark.rule("PLN-03")
def test_a_plan_on_the_countys_own_website_is_published_without_findings() -> None:
    answer = publish(aggregated())
    assert answer.fact(MonthlyPlanPublished).level == "COUNTY"
    assert answer.findings() == set()


@pytest.mark.rule("PLN-03")
def test_a_website_that_is_not_the_authoritys_own_leaves_a_finding() -> None:
    strange = "https://www.dongchangfu.gov.cn.example.com/3.html"
    assert publish(aggregated(), url=strange).findings() == {"PLN-03"}
    chat = publish(aggregated(), url="https://mp.weixin.qq.com/s/abc", channel="WECHAT")
    assert chat.findings() == set()


def test_a_county_publishes_what_it_has_added_up() -> None:
    publish().then_refused("LIFECYCLE")
    publish(level="CITY", role="CITY_CENTRE").granted()
    publish(level="CITY").then_refused("LIFECYCLE")
