"""What may be asked of monthly plans, and the rules that answer."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from aggregates.decisions import Command, New, Unmet, World, command, flag, lifecycle, unmet
from aggregates.facts import CountyCode, Digest, Month
from aggregates.ids import InstitutionId, PlanId, derived_id
from aggregates.institution.state import INSTITUTION
from aggregates.law.deadlines import Timeliness, monthly_plan_deadline
from aggregates.monthly_plan.facts import (
    MonthlyPlanPublished,
    MonthlyPlansAggregated,
    MonthlyPlanSubmitted,
    PlanItem,
    PlanTotals,
)
from aggregates.monthly_plan.state import MONTHLY_PLAN
from aggregates.policy_book.facts import Url


def plan_id(institution_id: InstitutionId, county_code: str, month: str) -> PlanId:
    """Return the id of an institution's plan for one county and month."""
    return PlanId(derived_id("monthly-plan", institution_id, county_code, month))


def aggregate_id(county_code: str, month: str) -> PlanId:
    """Return the id of what a county (or the city, by its own code) made of a month's plans."""
    return PlanId(derived_id("monthly-plan-aggregate", county_code, month))


@command(
    "submit-monthly-plan",
    zh="报送月度培训班期计划",
    en="Submit a monthly class plan",
    kind=MONTHLY_PLAN,
    roles=("INST_CLERK", "INST_HEAD"),
)
class SubmitMonthlyPlan(Command):
    """An institution reports the classes of the coming month to its county (17号 三(一))."""

    institution_id: InstitutionId
    county_code: CountyCode
    month: Month
    items: tuple[PlanItem, ...]

    def facts(self, world: World) -> Iterator[New]:
        """Record the plan."""
        one = plan_id(self.institution_id, self.county_code, self.month)
        yield New(
            MONTHLY_PLAN,
            one,
            MonthlyPlanSubmitted(
                plan_id=one,
                institution_id=self.institution_id,
                county_code=self.county_code,
                month=self.month,
                items=self.items,
            ),
            county=self.county_code,
        )


@lifecycle(SubmitMonthlyPlan)
def plan_is_of_its_month(c: SubmitMonthlyPlan, world: World) -> Iterator[Unmet]:
    """A registered body plans classes that start in the month, each under a number of its own."""
    if not world.state(INSTITUTION, c.institution_id).registered:
        yield unmet(
            ("已登记的机构", "a registered body"),
            ("未登记", "not registered"),
            where="institution_id",
        )
    used = Counter(item.item_no for item in c.items)
    for at, item in enumerate(c.items):
        if item.planned_start.strftime("%Y-%m") != c.month:
            yield unmet(
                (f"{c.month}开班", f"a start in {c.month}"),
                (str(item.planned_start), str(item.planned_start)),
                where=f"items[{at}].planned_start",
            )
        if used[item.item_no] > 1:
            yield unmet(
                ("项次不重复", "each number once"), ("重复", "again"), where=f"items[{at}].item_no"
            )


@flag("PLN-01", SubmitMonthlyPlan)
def reported_before_the_month_begins(c: SubmitMonthlyPlan, world: World) -> Iterator[Unmet]:
    """The plan is due by the end of the month before; a late one is recorded with a finding."""
    due = monthly_plan_deadline(c.month, world.law, county=c.county_code)
    if due.judge(world.today) is Timeliness.LATE:
        yield unmet(
            (f"不晚于{due.last}报送", f"reported by {due.last}"),
            (f"{world.today}报送", f"reported on {world.today}"),
        )


@command(
    "aggregate-monthly-plans",
    zh="汇总月度培训班期计划",
    en="Aggregate the monthly plans of a county",
    kind=MONTHLY_PLAN,
    roles=("COUNTY_CLERK", "COUNTY_HR"),
)
class AggregateMonthlyPlans(Command):
    """A county aggregates the month's plans and reports to the city bureau (17号 三(一))."""

    county_code: CountyCode
    month: Month
    plan_ids: tuple[PlanId, ...]

    def facts(self, world: World) -> Iterator[New]:
        """Record the aggregate with totals taken from the plans themselves."""
        plans = world.states(MONTHLY_PLAN, self.plan_ids).values()
        items = [item for plan in plans for item in plan.items]
        yield New(
            MONTHLY_PLAN,
            aggregate_id(self.county_code, self.month),
            MonthlyPlansAggregated(
                county_code=self.county_code,
                month=self.month,
                plan_ids=self.plan_ids,
                totals=PlanTotals(
                    plans=len(self.plan_ids),
                    classes=len(items),
                    heads=sum(item.heads for item in items),
                ),
                reported_to_city_at=world.now,
            ),
            county=self.county_code,
        )


@lifecycle(AggregateMonthlyPlans)
def every_plan_was_submitted(c: AggregateMonthlyPlans, world: World) -> Iterator[Unmet]:
    """Only plans that were submitted can be aggregated."""
    for at, plan in enumerate(world.states(MONTHLY_PLAN, c.plan_ids).values()):
        if plan.submitted_on is None:
            yield unmet(
                ("已报送的计划", "a plan that was submitted"),
                ("没有这份计划", "no such plan"),
                where=f"plan_ids[{at}]",
            )


@flag("PLN-02", AggregateMonthlyPlans)
def aggregated_in_time(c: AggregateMonthlyPlans, world: World) -> Iterator[Unmet]:
    """The county reports within the days that the city has set; none is set by the text."""
    days = world.law.parameter("plan_aggregate_deadline", world.today, county=c.county_code)
    reported = monthly_plan_deadline(c.month, world.law, county=c.county_code).last
    if days is None or reported is None:
        return
    due = reported + timedelta(days=days)
    if world.today > due:
        yield unmet(
            (f"不晚于{due}汇总", f"aggregated by {due}"),
            (f"{world.today}汇总", f"aggregated on {world.today}"),
        )


@command(
    "publish-monthly-plan",
    zh="发布月度培训班期计划",
    en="Publish the monthly plan",
    kind=MONTHLY_PLAN,
    roles=("COUNTY_HR", "CITY_HR", "COUNTY_CLERK", "CITY_CENTRE"),
)
class PublishMonthlyPlan(Command):
    """City and counties publish the plans for workers and enterprises to choose from."""

    level: Literal["CITY", "COUNTY"]
    county_code: CountyCode
    month: Month
    channel: Literal["WEBSITE", "WECHAT", "OTHER"]
    url: Url
    content_sha256: Digest

    def facts(self, world: World) -> Iterator[New]:
        """Record the publication."""
        yield New(
            MONTHLY_PLAN,
            aggregate_id(self.county_code, self.month),
            MonthlyPlanPublished(
                level=self.level,
                county_code=self.county_code,
                month=self.month,
                channel=self.channel,
                url=self.url,
                content_sha256=self.content_sha256,
            ),
            county=self.county_code if self.level == "COUNTY" else "",
        )


@lifecycle(PublishMonthlyPlan)
def aggregated_before_published(c: PublishMonthlyPlan, world: World) -> Iterator[Unmet]:
    """A county publishes what it aggregated; the city publishes what counties reported."""
    if c.level == "CITY" and world.caller.role in ("COUNTY_HR", "COUNTY_CLERK"):
        yield unmet(
            ("县区发布本县区的计划", "a county's own plan"), ("市级", "the city's"), "level"
        )
    plan = world.state(MONTHLY_PLAN, aggregate_id(c.county_code, c.month))
    if c.level == "COUNTY" and plan.aggregated_on is None:
        yield unmet(("先汇总再发布", "aggregated first"), ("尚未汇总", "not aggregated yet"))


@flag("PLN-03", PublishMonthlyPlan)
def published_on_an_official_site(c: PublishMonthlyPlan, world: World) -> Iterator[Unmet]:
    """A website is the authority's own; while none is on the city's list, none is doubted."""
    hosts = world.law.official_hosts(c.county_code, world.today)
    host = urlsplit(c.url).hostname or ""
    if c.channel == "WEBSITE" and hosts and host not in hosts:
        yield unmet(
            ("官方网站", "an official website"),
            ("不在官方网站名单内", "it is on no list"),
            where="url",
        )
