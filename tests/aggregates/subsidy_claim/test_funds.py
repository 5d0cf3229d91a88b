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
from aggregates.trainee.facts import TraineeCategoryConfirmed
from aggregates.trainee.state import TRAINEE
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
    OTHER_CLAIM,
    REVIEWED,
    SUBMITTED,
    TRAINING_FEN,
    item,
    matched,
    standards,
)
from tests.aggregates.harness import Happened, Outcome, given, happened
from tests.aggregates.institution.samples import DOC
from tests.aggregates.stories import told
from tests.aggregates.training_class.samples import category, law, person

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
    story = altered(story, TraineeCategoryConfirmed, category=category(0, who))
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


def reviewing(*more: Happened, fund: Any = "SPECIAL_ACCOUNT", under: Any = CLAIM_LAW) -> Outcome:  # noqa: ANN401 - a fund, a law
    story = told(an_accepted_claim(), assign_fund(fund), FUNDED, under=CLAIM_LAW, by=CLERK)
    scene = given(*story, *more, law=under)
    return scene.when(initial_review(), now=REVIEWED, by=INITIAL, role="COUNTY_CLERK")


@pytest.mark.rule("ELG-01")
@pytest.mark.rule("ELG-02")
@pytest.mark.rule("ELG-24")
def test_the_first_review_asks_again_whether_the_fund_may_pay() -> None:
    reviewing().granted()
    matrix = law(LISTS, {"category_fund_matrix": {"RURAL": ["UI"]}})
    reviewing(under=matrix).then_refused("ELG-01")
    reviewing(fund="EMPLOYMENT", under=matrix).then_refused("ELG-02")
    became = [
        happened(
            "2024-04-04",
            TRAINEE,
            person(0),
            TraineeCategoryConfirmed(
                person_id=person(0),
                category=category(0, "EMPLOYEE"),
                proof_doc=DOC,
                as_of=date(2024, 3, 1),
            ),
        )
    ]
    reviewing(*became).then_refused("ELG-24")


@pytest.mark.rule("ELG-31")
def test_the_first_review_asks_again_whether_the_body_is_lawful() -> None:
    story = told(an_accepted_claim(), assign_fund("UI"), FUNDED, under=CLAIM_LAW, by=CLERK)
    unlicensed = altered(story, InstitutionRegistered, licence_no=None)
    scene = given(*unlicensed, law=CLAIM_LAW)
    answer = scene.when(initial_review(), now=REVIEWED, by=INITIAL, role="COUNTY_CLERK")
    answer.then_refused("ELG-31")


def two_claims(first: Any, second: Any) -> Outcome:  # noqa: ANN401 - funds
    """Claim training and assessment of one enrolment apart, each from its fund."""
    story = told(accepted_with(item(0)), split(**{first: (1,)}), FUNDED, under=FULL_LAW, by=CLERK)
    fee = item(0, "ASSESSMENT", item_no=1, amount_fen=ASSESSMENT_FEN)
    apart = submit_claim(claim_id=OTHER_CLAIM, items=(fee,))
    story = told(story, apart, FUNDED, under=FULL_LAW, channel="outer")
    story = told(story, accept_claim(claim_id=OTHER_CLAIM), FUNDED, under=FULL_LAW, by=CLERK)
    choice = FundChoice(fund=second, items=(1,))
    scene = given(*story, law=FULL_LAW)
    command = AssignFundSource(claim_id=OTHER_CLAIM, choices=(choice,))
    return scene.when(command, now=FUNDED, by=CLERK, role="COUNTY_CLERK")


@pytest.mark.rule("ELG-05")
def test_insurance_money_stands_alone_over_all_claims_for_one_enrolment() -> None:
    two_claims("UI", "UI").granted()
    two_claims("SPECIAL_ACCOUNT", "EMPLOYMENT").granted()
    two_claims("UI", "EMPLOYMENT").then_refused("ELG-05")
    two_claims("SPECIAL_ACCOUNT", "UI").then_refused("ELG-05")


@pytest.mark.rule("ELG-31")
def test_the_fee_is_not_paid_from_other_money_beside_the_insurance() -> None:
    story = accepted_with(item(0), item(0, "ASSESSMENT", item_no=2, amount_fen=ASSESSMENT_FEN))
    beside = split(UI=(1,), OTHER=(2,))
    assigning(beside, story=story, under=FULL_LAW).then_refused("ELG-31")
