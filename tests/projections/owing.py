"""What opens, keeps, holds up and moves duties, fact by fact."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from aggregates.certificate.facts import CertificateDelivered
from aggregates.institution.facts import InstitutionListed
from aggregates.law.catalogues import InstitutionListing, Occupation
from aggregates.law.deadlines import end_of_day
from aggregates.law.seed_calendar import seed_years
from aggregates.monthly_plan.commands import aggregate_id, plan_id
from aggregates.monthly_plan.facts import (
    MonthlyPlanPublished,
    MonthlyPlansAggregated,
    MonthlyPlanSubmitted,
    PlanItem,
    PlanTotals,
)
from aggregates.policy_book.entries import digest_of
from aggregates.policy_book.facts import (
    CatalogueVersionPublished,
    PolicySetPublished,
    Setting,
    WorkCalendarYearPublished,
)
from aggregates.publicity.facts import ObjectionAccepted, ObjectionDecided
from aggregates.subject import Subject
from aggregates.subsidy_claim.facts import ClaimItemsHeld, ClaimItemsReleased
from aggregates.system.facts import DeadlineMissed, DeadlineRecomputed
from aggregates.training_class.facts import TraineesNotifiedOfChange
from aggregates.world import CITY, policy_book_id
from tests.projections.entries import OFFICIAL, Log, digest, personal, some_id
from tests.projections.filings import COUNTY, INSTITUTION, STANDARD_FEN
from tests.projections.money import Money
from tests.projections.stories import Story

BOOK = policy_book_id()
COOK = Occupation(code="4-10-01-05", level="5")
CITY_DAYS: Mapping[str, int] = {
    "plan_aggregate_deadline": 5,
    "sla_certificate_delivery_days": 30,
    "sla_claim_days": 90,
    "objection_decide_days": 10,
}
YEARS = {one.year: one for one in seed_years()}


def publish(  # noqa: PLR0913 - the fields of a set
    log: Log,
    settings: Mapping[str, Any] = CITY_DAYS,
    *,
    policy: str = "P1",
    precedence: Any = "CITY",  # noqa: ANN401 - a word of a list
    county: str | None = None,
    since: date = date(2024, 1, 1),
    until: date | None = None,
    supersedes: tuple[str, ...] = (),
) -> int:
    """Publish a set of parameters."""
    fact = PolicySetPublished(
        policy_id=policy,
        version=str(len(log.entries)),
        doc_no=policy,
        title="若干参数",
        precedence=precedence,
        county_code=county,
        effective_from=since,
        effective_to=until,
        parameters=tuple(Setting(name=name, value=value) for name, value in settings.items()),
        supersedes=supersedes,
    )
    return log.write(BOOK, fact, county=county or "")


def calendar(log: Log, year: int = 2024, *, without: tuple[date, ...] = ()) -> int:
    """Publish the calendar of a year, some of its days of rest left out."""
    held = YEARS[year]
    fact = WorkCalendarYearPublished(
        year=year,
        holidays=tuple(sorted(held.holidays - set(without))),
        makeup_workdays=tuple(sorted(held.makeup_workdays)),
        source_doc=held.source_doc,
        source_sha256=held.source_sha256,
        second_checker=OFFICIAL,
    )
    return log.write(BOOK, fact, county="")


def plan(
    log: Log,
    month: str,
    *,
    on: datetime | None = None,
    institution: Any = INSTITUTION,  # noqa: ANN401 - ids of tests are of any kind
    classes: int = 1,
) -> int:
    """Report the plan of a month."""
    one = plan_id(institution, COUNTY, month)
    items = tuple(
        PlanItem(
            item_no=n,
            training_type="EMPLOYMENT_SKILL",
            occupation="4-10-01-05",
            level="5",
            planned_start=date.fromisoformat(f"{month}-15"),
            heads=40,
            site_id="S1",
        )
        for n in range(1, classes + 1)
    )
    fact = MonthlyPlanSubmitted(
        plan_id=one, institution_id=institution, county_code=COUNTY, month=month, items=items
    )
    return log.write(one, fact, on=on)


def aggregate(log: Log, month: str, *, on: datetime | None = None) -> int:
    """Aggregate the plans of a month."""
    fact = MonthlyPlansAggregated(
        county_code=COUNTY,
        month=month,
        plan_ids=(),
        totals=PlanTotals(plans=1, classes=1, heads=40),
        reported_to_city_at=on or log.now,
    )
    return log.write(aggregate_id(COUNTY, month), fact, on=on)


def notify(story: Story, change_no: str, *, on: datetime | None = None) -> int:
    """Tell the trainees of a change."""
    fact = TraineesNotifiedOfChange(
        **story.about,
        change_no=change_no,
        channel="SMS",
        notified_at=on or story.log.now,
        count=story.heads,
        heads=story.heads,
        in_time_trainees=True,
    )
    return story.write(story.one, fact, on)


def deliver(story: Story, number: int = 0, *, on: datetime | None = None) -> int:
    """Hand a trainee the certificate."""
    person = story.people[number]
    one = some_id("certificate", story.cert_no(person))
    fact = CertificateDelivered(
        **story.about,
        certificate_id=one,
        cert_no=story.cert_no(person),
        person_id=person,
        enrolment_id=story.enrolments[number],
        delivered_at=on or story.log.now,
        receipt_sha256=digest("receipt", one),
    )
    return story.write(one, fact, on)


def hold(money: Money, *items: int, number: str = "1", on: datetime | None = None) -> int:
    """Hold items of a claim back."""
    fact = ClaimItemsHeld(
        **money.about,
        items=items,
        heads=len(items),
        amount_fen=STANDARD_FEN * len(items),
        hold_no=number,
        ground="VERIFICATION",
        held_by=OFFICIAL,
    )
    return money.write(fact, on)


def free(money: Money, *items: int, number: str = "1", on: datetime | None = None) -> int:
    """Let items of a claim go."""
    fact = ClaimItemsReleased(
        **money.about,
        items=items,
        heads=len(items),
        amount_fen=STANDARD_FEN * len(items),
        hold_no=number,
        ground="VERIFICATION",
        released_by=OFFICIAL,
    )
    return money.write(fact, on)


def look_into(
    money: Money, number: int = 1, *, due_on: date | None = None, on: datetime | None = None
) -> int:
    """Accept an objection."""
    fact = ObjectionAccepted(
        publicity_id=money.publicity_id,
        county_code=COUNTY,
        objection_no=f"YY-{number}",
        class_ids=(money.story.one,),
        handler=some_id("judge"),
        due_on=due_on,
        items_held=(),
    )
    return money.story.write(money.publicity_id, fact, on)


def decide(money: Money, number: int = 1, *, on: datetime | None = None) -> int:
    """Decide an objection."""
    fact = ObjectionDecided(
        publicity_id=money.publicity_id,
        county_code=COUNTY,
        objection_no=f"YY-{number}",
        class_ids=(money.story.one,),
        result="NOT_UPHELD",
        explanation=personal("explanation"),
        effect="NONE",
        decided_by=some_id("judge"),
    )
    return money.story.write(money.publicity_id, fact, on)


def miss(
    log: Log,
    rule_id: str,
    due: date,
    subject: Subject,
    on: datetime | None = None,
    *,
    ref: str | None = None,
) -> int:
    """Record that a duty was missed."""
    fact = DeadlineMissed(
        duty_rule_id=rule_id,
        responsible_org=COUNTY,
        county_code=COUNTY,
        due_at=end_of_day(due),
        subject=subject,
        ref=ref,
    )
    return log.write(_one(log), fact, on=on or end_of_day(due), channel="timer")


def recompute(log: Log, rule_id: str, old: date, new: date, subject: Subject) -> int:
    """Record that a deadline falls on another day."""
    fact = DeadlineRecomputed(
        rule_id=rule_id, subject=subject, county_code=COUNTY, old_due_on=old, new_due_on=new
    )
    return log.write(_one(log), fact, channel="timer")


def _one(log: Log) -> UUID:
    one: UUID = some_id("record", len(log.entries))
    return one


def later(day: date, days: int) -> date:
    """Return a day some calendar days later."""
    return day + timedelta(days=days)


def publish_plan(log: Log, month: str, level: Any = "COUNTY", *, on: datetime | None = None) -> int:  # noqa: ANN401 - a level
    """Publish the plans of a month."""
    county = COUNTY if level == "COUNTY" else CITY
    fact = MonthlyPlanPublished(
        level=level,
        county_code=county,
        month=month,
        channel="WECHAT",
        url="https://www.dongchangfu.gov.cn/jh.html",
        content_sha256=digest("plans", month),
    )
    return log.write(aggregate_id(county, month), fact, on=on, county=county)


def list_body(log: Log, category: Any = "就业技能", *, on: datetime | None = None) -> int:  # noqa: ANN401 - a category
    """Take the body into the city's catalogue."""
    fact = InstitutionListed(
        institution_id=INSTITUTION,
        catalogue_version="ML-1",
        category=category,
        occupations=(COOK,),
        valid_from=date(2024, 1, 1),
    )
    return log.write(INSTITUTION, fact, on=on)


def publish_catalogue(log: Log, *categories: Any, on: datetime | None = None) -> int:  # noqa: ANN401 - categories
    """Publish the catalogue of institutions, the body in it under some categories."""
    rows = tuple(
        InstitutionListing(institution_id=INSTITUTION, category=one, occupations=(COOK,))
        for one in categories
    )
    fact = CatalogueVersionPublished(
        catalogue="INSTITUTION",
        version=f"ML-{len(log.entries)}",
        entries_hash=digest_of(rows),
        part=1,
        parts=1,
        effective_from=date(2024, 1, 1),
        published_url="https://www.liaocheng.gov.cn/ml.html",
        institutions=rows,
    )
    return log.write(BOOK, fact, on=on, county="")
