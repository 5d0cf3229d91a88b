"""Working days and waivers: who may publish and grant, and what then counts."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from aggregates.ids import ClassId, InstitutionId
from aggregates.law.deadlines import filing_deadline
from aggregates.law.workdays import Bracket
from aggregates.policy_book.commands import GROUNDS, GrantWaiver, PublishWorkCalendar
from aggregates.policy_book.facts import WaiverGranted, WorkCalendarYearPublished
from aggregates.sealed import Personal
from aggregates.training_class.facts import ClassFilingApproved
from aggregates.training_class.state import TRAINING_CLASS
from tests.aggregates.harness import COUNTY, SOMEBODY, Outcome, given, happened, official
from tests.aggregates.policy_book.samples import CHECKER, DOC, book, published, seeded

CLASS = ClassId(UUID(int=0xC1A55))
NEW_YEAR = date(2027, 1, 1)
STATUTORY_2027 = (
    NEW_YEAR,
    *(date(2027, 2, day) for day in (5, 6, 7, 8)),
    date(2027, 4, 5),
    *(date(2027, 5, day) for day in (1, 2, 3, 4, 5)),
    date(2027, 6, 9),
    date(2027, 9, 15),
    *(date(2027, 10, day) for day in (1, 2, 3, 4, 5)),
)


def calendar(**changes: Any) -> PublishWorkCalendar:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "year": 2027,
        "holidays": STATUTORY_2027,
        "makeup_workdays": (date(2027, 10, 9),),
        "source_doc": "国办发明电〔2026〕1号",
        "source_sha256": DOC,
        "second_checker": CHECKER,
        **changes,
    }
    return PublishWorkCalendar(**fields)


def publish(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    return seeded().when(calendar(**changes), now="2026-11-10", role="CITY_HR", by=SOMEBODY)


def test_a_checked_calendar_ends_the_uncertainty_about_its_year() -> None:
    assert isinstance(book(seeded()).law.calendar.plus_workdays(date(2027, 1, 29), 5), Bracket)
    fact = publish().fact(WorkCalendarYearPublished)
    law = book(seeded(fact)).law
    assert law.version == "p1.c0.w9"
    assert not isinstance(law.calendar.plus_workdays(date(2027, 1, 29), 5), Bracket)
    assert law.calendar.is_workday(date(2027, 10, 9))


def test_a_calendar_that_nobody_else_checked_is_refused() -> None:
    publish(second_checker=SOMEBODY).then_refused("LIFECYCLE")


def test_a_calendar_with_a_contradiction_is_refused() -> None:
    publish(makeup_workdays=(NEW_YEAR,)).then_refused("LIFECYCLE")
    publish(holidays=STATUTORY_2027[1:]).then_refused("LIFECYCLE")
    publish(year=2028).then_refused("LIFECYCLE")


def test_a_year_is_published_once() -> None:
    again = publish(year=2026)
    again.then_refused("LIFECYCLE")


@pytest.mark.rule("FIL-01")
def test_deadlines_are_counted_with_the_published_days() -> None:
    deadline = filing_deadline(date(2024, 2, 19), book(seeded()).law)
    assert deadline.last == date(2024, 2, 6)


def waiver(**changes: Any) -> GrantWaiver:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "waiver_id": "HM-2024-1",
        "rule_id": "FIL-01",
        "ground": "EMERGENCY",
        "class_id": CLASS,
        "county_code": COUNTY,
        "reason": Personal(f"{7:042d}A"),
        "approver": official(3),
        "doc_no": "聊人社批〔2024〕1号",
        "doc": DOC,
        "valid_to": date(2024, 3, 31),
        **changes,
    }
    return GrantWaiver(**fields)


def grant(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    return seeded().when(waiver(**changes), now="2024-03-01")


LAWFUL = [(rule, ground) for rule, grounds in GROUNDS.items() for ground in grounds]
UNLAWFUL = (
    ("FIL-01", "MEETING", "FIL-01"),
    ("FIL-03", "EMERGENCY", "FIL-03"),
    ("FIL-10", "EMERGENCY", "FIL-12"),
    ("FIL-11", "CITY_RULE", "FIL-12"),
    ("FIL-12", "MEETING", "FIL-12"),
    ("FIL-13", "NO_STANDARD", "FIL-13"),
    ("DEL-03", "EMERGENCY", "DEL-03"),
    ("DEL-05", "CITY_RULE", "DEL-05"),
)


@pytest.mark.parametrize(
    ("rule", "ground"),
    [pytest.param(rule, ground, marks=pytest.mark.rule(rule)) for rule, ground in LAWFUL],
)
def test_a_rule_is_waived_for_one_class_until_a_day(rule: str, ground: str) -> None:
    fact = grant(rule_id=rule, ground=ground).fact(WaiverGranted)
    law = book(seeded(fact)).law
    held = law.waived(rule, CLASS, date(2024, 3, 31), COUNTY)
    assert held is not None
    assert held.waiver_id == "HM-2024-1"
    assert law.waived(rule, CLASS, date(2024, 4, 1), COUNTY) is None
    assert law.waived(rule, UUID(int=1), date(2024, 3, 31), COUNTY) is None
    assert law.waived("FIL-17", CLASS, date(2024, 3, 31), COUNTY) is None


@pytest.mark.parametrize(
    ("rule", "ground", "broken"),
    [pytest.param(*one, marks=pytest.mark.rule(one[2])) for one in UNLAWFUL],
)
def test_a_waiver_on_a_ground_that_the_law_does_not_know_is_refused(
    rule: str, ground: str, broken: str
) -> None:
    grant(rule_id=rule, ground=ground).then_refused(broken)


@pytest.mark.rule("FIL-14")
def test_practice_on_line_is_never_waived() -> None:
    grant(rule_id="FIL-14").then_refused("LIFECYCLE")


def test_a_waiver_names_one_subject_a_new_number_and_a_day_to_come() -> None:
    grant(institution_id=InstitutionId(UUID(int=2))).then_refused("LIFECYCLE")
    grant(class_id=None).then_refused("LIFECYCLE")
    grant(valid_to=date(2024, 2, 29)).then_refused("LIFECYCLE")
    fact = grant().fact(WaiverGranted)
    seeded(fact).when(waiver(), now="2024-03-02").then_refused("LIFECYCLE")


def test_a_county_waives_in_its_own_name_for_its_own_classes() -> None:
    grant(county_code=None).then_refused("LIFECYCLE")
    for county, refused in ((COUNTY, False), ("371503", True)):
        approved = ClassFilingApproved(
            class_id=CLASS,
            institution_id=InstitutionId(UUID(int=1)),
            county_code=county,
            approver=official(4),
            supervising_org="HR",
            supervision="ORDINARY",
            valid_start_from=date(2024, 3, 11),
            heads=40,
            first_task=False,
            regime="R3",
            policy_version="p1.c0.w8",
        )
        story = happened("2024-02-26", TRAINING_CLASS, CLASS, approved)
        answer = seeded().and_given(story).when(waiver(), now="2024-03-01")
        if refused:
            answer.then_refused("LIFECYCLE")
        else:
            answer.granted()


def test_an_institution_can_be_the_subject_of_a_waiver() -> None:
    school = InstitutionId(UUID(int=0x5C))
    fact = grant(rule_id="FIL-03", ground="MEETING", class_id=None, institution_id=school).fact(
        WaiverGranted
    )
    law = book(given(*published(fact))).law
    assert law.waived("FIL-03", school, date(2024, 3, 1), COUNTY) is not None


def test_a_countys_waiver_for_an_institution_is_not_heard_in_another_county() -> None:
    school = InstitutionId(UUID(int=0x5C))
    fact = grant(rule_id="FIL-13", ground="CITY_RULE", class_id=None, institution_id=school).fact(
        WaiverGranted
    )
    held = book(given(*published(fact))).law
    assert held.waived("FIL-13", school, date(2024, 3, 1), "371522") is None
    whole = replace(fact, county_code=None)
    held = book(given(*published(whole))).law
    assert held.waived("FIL-13", school, date(2024, 3, 1), "371522") is not None
