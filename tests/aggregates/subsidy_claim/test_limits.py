from datetime import date
from typing import Any
from uuid import UUID

import pytest

from aggregates.enrolment.facts import TraineeEnrolled
from aggregates.entitlement.facts import EntitlementReleased
from aggregates.entitlement.state import ENTITLEMENT
from aggregates.ids import ClaimId
from aggregates.subsidy_claim.commands import SubmitClaim
from aggregates.subsidy_claim.facts import ClaimAccepted
from aggregates.trainee.facts import TraineeCategoryConfirmed
from aggregates.training_class.form import Contract
from tests.aggregates.claim_commands import submit_claim
from tests.aggregates.claim_stories import (
    a_claimable_class,
    accepting,
    altered,
    filed_with,
    submitting,
)
from tests.aggregates.claims import (
    ASSESSMENT_FEN,
    LISTS,
    OTHER_CLASS,
    certified,
    item,
    matched,
    reserved,
)
from tests.aggregates.harness import Happened, happened
from tests.aggregates.institution.samples import COOK
from tests.aggregates.training_class.samples import category, law, person, roster

EMPLOYER = "91371502MA3N00002X"
SAME: dict[str, Any] = {"occupation": COOK.code, "level": COOK.level}
EARLY, LATER = date(2024, 1, 10), date(2024, 11, 20)


def three_places(number: int = 0, year: int = 2024) -> list[Happened]:
    return [reserved(number, date(year, month, 5), claim=month) for month in (1, 2, 11)]


@pytest.mark.rule("ELG-07")
def test_a_third_subsidy_in_a_year_is_granted() -> None:
    accepting((*a_claimable_class(), *three_places()[:2])).granted()


@pytest.mark.rule("ELG-07")
def test_a_fourth_subsidy_in_a_year_is_found_and_refused() -> None:
    story = (*a_claimable_class(), *three_places())
    assert submitting(story).findings() == {"ELG-07"}
    accepting(story).then_refused("ELG-07")


@pytest.mark.rule("ELG-07")
def test_the_calendar_year_of_the_certificate_counts() -> None:
    accepting((*a_claimable_class(), *three_places(year=2023))).granted()
    rolling = law(LISTS, {"annual_cap_year_basis": "ROLLING_12M"})
    spread = [reserved(0, date(2023, month, 5), claim=month) for month in (4, 5, 11)]
    story = (*a_claimable_class(), *spread)
    accepting(story).granted()
    accepting(story, under=rolling).then_refused("ELG-07")


@pytest.mark.rule("ELG-07")
def test_assessments_and_released_places_do_not_count() -> None:
    assessed = reserved(0, EARLY, claim=1, kind="ASSESSMENT")
    released = EntitlementReleased(
        person_id=person(0),
        claim_id=ClaimId(UUID(int=0xC0000 + 2)),
        item_no=1,
        class_id=OTHER_CLASS,
        county_code="371522",
        kind="TRAINING",
        reason="REFUSED",
    )
    gone = happened("2024-03-26", ENTITLEMENT, person(0), released)
    accepting((*a_claimable_class(), assessed, *three_places(), gone)).granted()


@pytest.mark.rule("ELG-07")
def test_subsidies_that_a_register_reports_count_and_are_told_as_a_number_of_heads() -> None:
    told = matched(0, source="PRIOR_SUBSIDY", valid_from=EARLY)
    story = (*a_claimable_class(), *three_places()[:2], told)
    answer = accepting(story)
    answer.then_refused("ELG-07")
    finding = submitting(story).granted()[0].fact.findings[0]
    assert "1人" in finding.detail
    assert "项" not in finding.detail.split("实为")[1]


@pytest.mark.rule("ELG-07")
def test_a_cap_of_one_fund_alone_is_only_shown() -> None:
    under = law(LISTS, {"annual_cap_all_funds": False})
    answer = accepting((*a_claimable_class(), *three_places()), under=under)
    assert answer.findings() == {"ELG-07"}
    answer.granted()


@pytest.mark.rule("ELG-08")
@pytest.mark.parametrize(
    ("on", "again"),
    [
        (date(2023, 3, 17), False),
        (date(2023, 3, 18), True),
        (date(2025, 3, 18), True),
        (date(2025, 3, 19), False),
    ],
)
def test_an_occupation_and_level_is_not_repeated_within_a_year_back_or_forward(
    on: date, *, again: bool
) -> None:
    answer = accepting((*a_claimable_class(), reserved(0, on, **SAME)))
    if again:
        answer.then_refused("ELG-08")
    else:
        answer.granted()


@pytest.mark.rule("ELG-08")
def test_another_level_or_an_assessment_is_no_repeat() -> None:
    other_level = reserved(0, EARLY, claim=1, **{**SAME, "level": "4"})
    assessed = reserved(0, EARLY, claim=2, kind="ASSESSMENT", **SAME)
    accepting((*a_claimable_class(), other_level, assessed)).granted()


@pytest.mark.rule("ELG-08")
def test_a_repeat_window_of_the_calendar_year_looks_at_the_year() -> None:
    story = (*a_claimable_class(), reserved(0, date(2023, 12, 31), **SAME))
    accepting(story).then_refused("ELG-08")
    year = law(LISTS, {"repeat_window": "CALENDAR_YEAR"})
    accepting(story, under=year).granted()


@pytest.mark.rule("ELG-08")
def test_a_repeat_that_a_register_reports_is_refused() -> None:
    told = matched(1, source="PRIOR_SUBSIDY", valid_from=EARLY, **SAME)
    accepting((*a_claimable_class(), told)).then_refused("ELG-08")
    other = matched(1, source="PRIOR_SUBSIDY", valid_from=EARLY, occupation="9-99", level="5")
    accepting((*a_claimable_class(), other)).granted()


EMPLOYER = "91371502MA3N00002X"


def enterprise(scheme: str, *more: Happened) -> tuple[Happened, ...]:
    rows = roster(
        3, employer=EMPLOYER, contract=Contract(signed_on=date(2024, 1, 2), term_months=24)
    )
    return filed_with((*a_claimable_class(), *more), scheme=scheme, roster=rows)


def had(scheme: str, employer: str = EMPLOYER) -> Happened:
    return reserved(0, date(2020, 5, 5), scheme=scheme, employer=employer)


@pytest.mark.rule("ELG-13")
@pytest.mark.parametrize("scheme", ["PRE_JOB", "APPRENTICESHIP"])
def test_an_employee_is_subsidised_once_for_an_employer_and_scheme(scheme: str) -> None:
    accepting(enterprise(scheme)).granted()
    accepting(enterprise(scheme, had(scheme))).then_refused("ELG-13")


@pytest.mark.rule("ELG-13")
def test_another_employer_or_scheme_is_another_matter() -> None:
    accepting(enterprise("PRE_JOB", had("PRE_JOB", "91371502MA3N00003X"))).granted()
    accepting(enterprise("PRE_JOB", had("APPRENTICESHIP"))).granted()


@pytest.mark.rule("ELG-13")
def test_in_post_training_may_be_subsidised_again() -> None:
    accepting(enterprise("IN_POST", had("IN_POST"))).granted()


def studying(number: int = 0, **changes: Any) -> Happened:  # noqa: ANN401 - fields of the match
    fields: dict[str, Any] = {
        "source": "SCHOOL_ROLL",
        "valid_from": date(2022, 9, 1),
        "valid_to": date(2026, 6, 30),
        "school_kind": "HIGHER",
        "full_time": True,
        **changes,
    }
    return matched(number, **fields)


@pytest.mark.rule("ELG-15")
def test_a_student_is_subsidised_three_times_in_the_whole_time_at_school() -> None:
    years = [reserved(0, date(year, 10, 5), claim=year) for year in (2022, 2023, 2025)]
    accepting((*a_claimable_class(), studying(), *years[:2])).granted()
    accepting((*a_claimable_class(), studying(), *years)).then_refused("ELG-15")
    accepting((*a_claimable_class(), *years)).granted()


@pytest.mark.rule("ELG-15")
def test_what_a_student_received_before_school_does_not_count() -> None:
    years = [reserved(0, date(year, 8, 5), claim=year) for year in (2020, 2021, 2022)]
    accepting((*a_claimable_class(), studying(), *years)).granted()


@pytest.mark.rule("ELG-15")
def test_students_take_skill_and_entrepreneurship_training_alone() -> None:
    story = (*a_claimable_class(), studying())
    answer = accepting(filed_with(story, training_type="IN_POST_SKILL"))
    answer.then_refused("ELG-01", "ELG-15")


@pytest.mark.rule("ELG-15")
@pytest.mark.parametrize(
    ("changes", "outside"),
    [
        ({}, False),
        ({"full_time": False}, True),
        ({"school_kind": "SECONDARY"}, True),
    ],
)
def test_a_student_is_one_of_full_time_higher_education(
    changes: dict[str, Any], *, outside: bool
) -> None:
    story = altered(a_claimable_class(), TraineeEnrolled, category=category(0, "STUDENT"))
    answer = accepting((*story, *(studying(n, **changes) for n in range(3))))
    if outside:
        answer.then_refused("ELG-15")
    else:
        answer.granted()


@pytest.mark.rule("ELG-16")
def test_a_student_never_repeats_an_occupation_and_level_at_school() -> None:
    earlier = reserved(0, date(2022, 10, 5), **SAME)
    accepting((*a_claimable_class(), earlier)).granted()
    accepting((*a_claimable_class(), studying(), earlier)).then_refused("ELG-16")


@pytest.mark.rule("ELG-16")
def test_a_student_may_repeat_what_was_learnt_before_school() -> None:
    earlier = reserved(0, date(2021, 10, 5), **SAME)
    accepting((*a_claimable_class(), studying(), earlier)).granted()


def assessed(number: int = 0) -> SubmitClaim:
    both = (
        item(number, item_no=1),
        item(number, "ASSESSMENT", item_no=2, amount_fen=ASSESSMENT_FEN),
    )
    return submit_claim(items=both)


@pytest.mark.rule("ELG-18")
def test_the_assessment_of_a_first_certificate_is_subsidised() -> None:
    answer = accepting(a_claimable_class(), assessed())
    assert answer.fact(ClaimAccepted).amount_fen == 140_000


@pytest.mark.rule("ELG-18")
def test_a_second_assessment_of_an_occupation_and_level_is_refused() -> None:
    before = reserved(0, date(2019, 5, 5), kind="ASSESSMENT", **SAME)
    accepting((*a_claimable_class(), before), assessed()).then_refused("ELG-18")


@pytest.mark.rule("ELG-18")
def test_a_certificate_from_before_the_ledger_counts_as_the_first() -> None:
    earlier = matched(0, source="CERT_REGISTRY", valid_from=date(2019, 5, 5), **SAME)
    accepting((*a_claimable_class(), earlier), assessed()).then_refused("ELG-18")
    itself = matched(0, source="CERT_REGISTRY", valid_from=date(2024, 3, 18), **SAME)
    accepting((*a_claimable_class(), itself), assessed()).granted()


@pytest.mark.rule("ELG-18")
def test_no_assessment_is_paid_for_a_completion_certificate() -> None:
    story = (*a_claimable_class(), certified(0, certificate_type="COMPLETION"))
    accepting(story, assessed()).then_refused("ELG-18")


def test_what_registers_say_of_a_person_is_never_told_with_the_item() -> None:
    story = (*a_claimable_class(), studying(2, full_time=True), reserved(2, EARLY, claim=7))
    story = (*story, *[reserved(2, date(2023, month, 5), claim=month) for month in (1, 5)])
    answer = submitting(story)
    assert answer.findings() == {"ELG-15"}
    for new in answer.granted():
        for finding in new.fact.findings:
            assert "第3项" not in finding.detail


@pytest.mark.rule("ELG-15")
def test_training_that_began_at_school_counts_though_its_certificate_came_later() -> None:
    left = studying(valid_to=date(2024, 3, 10))
    earlier = [reserved(0, date(year, 10, 5), claim=year) for year in (2022, 2023)]
    accepting((*a_claimable_class(), left, *earlier)).granted()
    third = reserved(0, date(2023, 5, 5), claim=9)
    accepting((*a_claimable_class(), left, *earlier, third)).then_refused("ELG-15")


@pytest.mark.rule("ELG-13")
def test_pre_job_training_names_the_employer_of_each_head() -> None:
    sound = Contract(signed_on=date(2023, 9, 4), term_months=12)
    nobodys = filed_with(a_claimable_class(), scheme="PRE_JOB", roster=roster(3, contract=sound))
    accepting(nobodys).then_refused("ELG-13")


@pytest.mark.rule("ELG-13")
@pytest.mark.rule("ELG-26")
def test_apprenticeship_is_of_its_scheme_though_the_filing_does_not_say_it_twice() -> None:
    sound = Contract(signed_on=date(2023, 9, 4), term_months=12)
    rows = roster(3, employer=EMPLOYER, contract=sound)
    story = filed_with(
        altered(a_claimable_class(), TraineeCategoryConfirmed, category=category(0, "EMPLOYEE")),
        training_type="APPRENTICESHIP",
        roster=rows,
    )
    accepting(story).granted()
    once = reserved(0, date(2020, 5, 5), employer=EMPLOYER, scheme="APPRENTICESHIP")
    accepting((*story, once)).then_refused("ELG-13")
