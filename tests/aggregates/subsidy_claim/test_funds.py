from datetime import date
from typing import Any

import pytest

from aggregates.decisions import Refused
from aggregates.enrolment.facts import TraineeEnrolled
from aggregates.institution.facts import InstitutionRegistered
from aggregates.law.catalogues import CategoryScope
from aggregates.subsidy_claim.commands import AssignFundSource, FundChoice
from aggregates.subsidy_claim.facts import FundSourceAssigned
from aggregates.subsidy_claim.funding import FUNDS
from tests.aggregates.claim_commands import accept_claim, assign_fund, initial_review, submit_claim
from tests.aggregates.claim_stories import (
    Story,
    a_claimable_class,
    a_funded_claim,
    altered,
    an_accepted_claim,
    filed_with,
)
from tests.aggregates.claims import (
    ACCEPTED,
    AMOUNTS,
    ASSESSMENT_FEN,
    CLAIM,
    CLAIM_LAW,
    CLERK,
    FUNDED,
    INITIAL,
    LISTS,
    LIVING_FEN,
    REVIEWED,
    SUBMITTED,
    TRAINING_FEN,
    item,
    matched,
    standards,
)
from tests.aggregates.harness import Happened, Outcome, given
from tests.aggregates.stories import told
from tests.aggregates.training_class.samples import category, law

FULL = {**LISTS, **standards({**AMOUNTS, "LIVING_ALLOWANCE": LIVING_FEN})}
FULL_LAW = law(FULL)


def assigning(
    command: AssignFundSource,
    *more: Happened,
    story: Story | None = None,
    under: Any = CLAIM_LAW,  # noqa: ANN401 - a law
) -> Outcome:
    scene = given(*(story or an_accepted_claim()), *more, law=under)
    return scene.when(command, now=FUNDED, by=CLERK, role="COUNTY_CLERK")


def split(**funds: tuple[int, ...]) -> AssignFundSource:
    choices = tuple(FundChoice(fund=fund, items=funds[fund]) for fund in FUNDS if fund in funds)
    return AssignFundSource(claim_id=CLAIM, choices=choices)


def accepted_with(*rows: Any) -> Story:  # noqa: ANN401 - items
    story = told(
        a_claimable_class(), submit_claim(items=rows), SUBMITTED, under=FULL_LAW, channel="outer"
    )
    return told(story, accept_claim(), ACCEPTED, under=FULL_LAW, by=CLERK)


@pytest.mark.rule("ELG-23")
def test_every_item_gets_one_fund_with_its_share() -> None:
    answer = assigning(split(SPECIAL_ACCOUNT=(1, 2), OTHER=(3,)))
    shares = answer.fact(FundSourceAssigned).funds
    assert [(s.fund, s.heads, s.amount_fen) for s in shares] == [
        ("SPECIAL_ACCOUNT", 2, 2 * TRAINING_FEN),
        ("OTHER", 1, TRAINING_FEN),
    ]


@pytest.mark.rule("ELG-23")
@pytest.mark.parametrize(
    "command",
    [
        split(SPECIAL_ACCOUNT=(1, 2)),
        split(SPECIAL_ACCOUNT=(1, 2, 3), EMPLOYMENT=(3,)),
        split(SPECIAL_ACCOUNT=(1, 2, 3, 4)),
    ],
)
def test_an_item_with_no_fund_or_two_or_that_is_none_is_refused(command: AssignFundSource) -> None:
    assigning(command).then_refused("ELG-23")


@pytest.mark.rule("ELG-23")
def test_no_claim_leaves_the_first_review_without_funds() -> None:
    scene = given(*an_accepted_claim(), law=CLAIM_LAW)
    scene.when(initial_review(), now=REVIEWED, by=INITIAL).then_refused("ELG-23")


def test_funds_are_assigned_after_the_acceptance() -> None:
    given(*a_claimable_class(), law=CLAIM_LAW).when(assign_fund(), now=FUNDED).then_refused(
        "LIFECYCLE"
    )


@pytest.mark.rule("ELG-03")
def test_another_fund_beside_a_special_account_with_money_is_a_finding() -> None:
    answer = assigning(assign_fund("EMPLOYMENT"))
    assert answer.findings() == {"ELG-03"}
    left = {b.fund: b.available_fen for b in answer.fact(FundSourceAssigned).balances}
    assert left["SPECIAL_ACCOUNT"] == 100_000_000
    assert left["UI"] == 0


@pytest.mark.rule("ELG-03")
def test_another_fund_where_the_special_account_is_empty_is_not() -> None:
    empty = tuple(one for one in an_accepted_claim() if one.kind.prefix != "fund-account")
    assert assigning(assign_fund("EMPLOYMENT"), story=empty).findings() == set()
    assert assigning(assign_fund()).findings() == set()


def insured(number: int = 0, begins: date = date(2024, 3, 12)) -> Happened:
    return matched(number, source="UI_BENEFIT", valid_from=begins, valid_to=date(2024, 6, 30))


@pytest.mark.rule("ELG-04")
def test_who_drew_unemployment_benefit_while_training_is_paid_by_insurance() -> None:
    assigning(assign_fund(), insured()).then_refused("ELG-04")
    assigning(split(UI=(1,), SPECIAL_ACCOUNT=(2, 3)), insured()).granted()


@pytest.mark.rule("ELG-04")
def test_a_benefit_after_the_class_does_not_matter() -> None:
    assigning(assign_fund(), insured(begins=date(2024, 3, 13))).granted()


@pytest.mark.rule("ELG-04")
def test_a_benefit_that_a_register_reports_after_the_funds_were_assigned_stops_the_review() -> None:
    scene = given(*a_funded_claim(), insured(), law=CLAIM_LAW)
    scene.when(initial_review(), now=REVIEWED, by=INITIAL).then_refused("ELG-04")
    returned = scene.when(initial_review(result="RETURN"), now=REVIEWED, by=INITIAL)
    returned.granted()


def both_kinds() -> Story:
    return accepted_with(item(0), item(0, "ASSESSMENT", item_no=2, amount_fen=ASSESSMENT_FEN))


@pytest.mark.rule("ELG-05")
def test_insurance_and_another_fund_never_pay_one_enrolment() -> None:
    mixed = split(UI=(1,), SPECIAL_ACCOUNT=(2,))
    assigning(mixed, story=both_kinds(), under=FULL_LAW).then_refused("ELG-05")


@pytest.mark.rule("ELG-05")
@pytest.mark.rule("ELG-31")
def test_insurance_pays_training_and_assessment_both() -> None:
    assigning(assign_fund("UI", (1, 2)), story=both_kinds(), under=FULL_LAW).granted()


@pytest.mark.rule("ELG-31")
def test_where_the_training_item_covers_the_fee_no_assessment_is_paid_beside_it() -> None:
    one_item = law(FULL, {"ui_assessment_mode": "ONE_ITEM_WITH_FEE"})
    command = assign_fund("UI", (1, 2))
    assigning(command, story=both_kinds(), under=one_item).then_refused("ELG-31")


@pytest.mark.rule("ELG-31")
def test_insurance_pays_no_body_whose_licence_had_run_out() -> None:
    lapsed = altered(an_accepted_claim(), InstitutionRegistered, licence_valid_to=date(2024, 3, 3))
    assigning(assign_fund("UI"), story=lapsed).then_refused("ELG-31")
    college = altered(lapsed, InstitutionRegistered, kind="COLLEGE")
    assigning(assign_fund("UI"), story=college).granted()


@pytest.mark.rule("ELG-24")
@pytest.mark.parametrize(
    ("who", "training", "fits"),
    [
        ("RURAL", "EMPLOYMENT_SKILL", True),
        ("STUDENT", "ENTREPRENEURSHIP", True),
        ("CATCH_ALL", "EMPLOYMENT_SKILL", True),
        ("CATCH_ALL", "ENTREPRENEURSHIP", False),
        ("EMPLOYEE", "IN_POST_SKILL", False),
        ("EMPLOYEE", "APPRENTICESHIP", True),
        ("CUSTODY", "EMPLOYMENT_SKILL", False),
        ("CUSTODY", "PROJECT", True),
    ],
)
def test_the_special_account_pays_what_the_province_names(
    who: str, training: str, *, fits: bool
) -> None:
    story = filed_with(an_accepted_claim(), training_type=training)
    story = altered(story, TraineeEnrolled, category=category(0, who))
    answer = assigning(assign_fund(), story=story)
    if fits:
        answer.granted()
    else:
        answer.then_refused("ELG-24")


@pytest.mark.rule("ELG-24")
def test_the_special_account_pays_no_living_allowance() -> None:
    story = accepted_with(item(0), item(0, "LIVING_ALLOWANCE", item_no=2, amount_fen=LIVING_FEN))
    assigning(assign_fund(numbers=(1, 2)), story=story, under=FULL_LAW).then_refused("ELG-24")
    lawful = split(SPECIAL_ACCOUNT=(1,), EMPLOYMENT=(2,))
    assert assigning(lawful, story=story, under=FULL_LAW).findings() == set()


@pytest.mark.rule("ELG-01")
@pytest.mark.rule("ELG-02")
def test_a_fund_pays_for_the_categories_that_the_city_opened_it_to() -> None:
    matrix = law(LISTS, {"category_fund_matrix": {"RURAL": ["SPECIAL_ACCOUNT"]}})
    assigning(assign_fund(), under=matrix).granted()
    assigning(assign_fund("OTHER"), under=matrix).then_refused("ELG-01")
    assigning(assign_fund("EMPLOYMENT"), under=matrix).then_refused("ELG-02")


@pytest.mark.rule("ELG-01")
@pytest.mark.rule("ELG-02")
def test_without_a_matrix_the_published_list_of_categories_counts_if_there_is_one() -> None:
    scope = CategoryScope(
        category="RURAL", training_types=("EMPLOYMENT_SKILL",), funds=("EMPLOYMENT",)
    )
    listed = law({**LISTS, "PERSON_CATEGORY": (scope,)})
    assigning(assign_fund(), under=listed).then_refused("ELG-01")
    assigning(assign_fund("EMPLOYMENT"), under=listed).granted()
    assigning(assign_fund("OTHER")).granted()


def test_what_registers_say_is_not_told_with_the_item() -> None:
    answer = assigning(assign_fund(), insured(2))
    assert isinstance(answer.answer, Refused)
    broken = answer.answer.broken
    assert [one.what.where for one in broken] == ["items"]
    assert all("项" not in one.what.found.zh for one in broken)
