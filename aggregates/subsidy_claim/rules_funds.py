"""Which fund may pay for whom (17号 一, 72号 三): asked at the choice and at the first review."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps

from aggregates.decisions import Unmet, World, flag, hard
from aggregates.ids import EnrolmentId
from aggregates.institution.state import INSTITUTION
from aggregates.law.catalogues import Fund
from aggregates.subsidy_claim.accepting import case_of_claim
from aggregates.subsidy_claim.case import Case, Head
from aggregates.subsidy_claim.funding import AssignFundSource, balances_of, funds_chosen
from aggregates.subsidy_claim.reviewing import InitialReview, case_after
from aggregates.subsidy_claim.rules_modes import ENTERPRISE_SCHEMES
from aggregates.subsidy_claim.rules_scope import category_of
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from aggregates.subsidy_claim.wording import about_heads, about_items, yuan

Paid = list[tuple[Head, Fund]]
"""Heads of a claim, each with the fund that pays or shall pay."""
FundRule = Callable[[Paid, Case, World], Iterator[Unmet]]
Matrix = Mapping[str, frozenset[str]]
SCHOOLS = frozenset({"COLLEGE", "VOCATIONAL", "TECHNICIAN"})
"""Bodies that are lawfully established without a training licence."""
OPEN_GROUPS = frozenset({"EMPLOYMENT_SKILL", "SPECIAL_ABILITY", "ENTREPRENEURSHIP"})
"""The training of 72号 一(一) and (三): groups, graduates, students, and for skills everybody."""
OTHERS_THAN_INSURANCE = frozenset({"EMPLOYMENT", "SPECIAL_ACCOUNT"})
"""The funds that unemployment insurance excludes (72号 三(二))."""


def _chosen(c: AssignFundSource, case: Case) -> Paid:
    chosen = funds_chosen(c)
    return [(head, fund) for head in case.heads for fund in chosen.get(head.number, [])]


def _assigned(case: Case, world: World) -> Paid:
    claim_id = case.asked.claim_id
    held = {} if claim_id is None else world.state(SUBSIDY_CLAIM, claim_id).items
    funds = {no: item.fund for no, item in held.items()}
    return [(h, fund) for h in case.heads if (fund := funds.get(h.number)) is not None]


def asked_of_funds(rule_id: str) -> Callable[[FundRule], FundRule]:
    """Let the choice of funds bear a rule, and the first review ask it again.

    Registers may have answered since, other claims may have come, items may have gone.
    """

    def bear(rule: FundRule) -> FundRule:
        @wraps(rule)
        def choose(c: AssignFundSource, world: World) -> Iterator[Unmet]:
            case = case_of_claim(c.claim_id, world)
            yield from rule(_chosen(c, case), case, world)

        @wraps(rule)
        def review(c: InitialReview, world: World) -> Iterator[Unmet]:
            if c.result == "PASS":
                case = case_after(c, world)
                yield from rule(_assigned(case, world), case, world)

        hard(rule_id, AssignFundSource)(choose)
        hard(rule_id, InitialReview)(review)
        return rule

    return bear


@flag("ELG-03", AssignFundSource)
def special_account_goes_first(c: AssignFundSource, world: World) -> Iterator[Unmet]:
    """A special account that still has money pays first what it may pay."""
    case = case_of_claim(c.claim_id, world)
    left = balances_of(case.asked.county, world)["SPECIAL_ACCOUNT"].available_fen
    others = [
        head.number
        for head, fund in _chosen(c, case)
        if fund in ("EMPLOYMENT", "OTHER") and fit_for_special_account(head, case)
    ]
    if left > 0:
        yield from about_items(
            others,
            (
                f"专账结余{yuan(left)}元，优先使用专账资金",
                f"the special account first, {yuan(left)} yuan are left",
            ),
            ("使用其他资金", "use another fund"),
        )


def fit_for_special_account(head: Head, case: Case) -> bool:
    """Say whether 72号 一 covers an item, which is all that the special account may pay (ELG-24).

    Groups, graduates, students and everybody able to work for employment-skill training, groups
    for entrepreneurship; enterprises for pre-job and apprenticeship training; projects.
    """
    if head.row.kind == "LIVING_ALLOWANCE":
        return False
    kind, category = case.training.training_type, category_of(head, case)
    if kind == "PROJECT" or case.scheme in ENTERPRISE_SCHEMES:
        return True
    if category in ("CUSTODY", "EMPLOYEE") or kind not in OPEN_GROUPS:
        return False
    return category != "CATCH_ALL" or kind != "ENTREPRENEURSHIP"


@asked_of_funds("ELG-24")
def special_account_pays_its_own(paid: Paid, case: Case, world: World) -> Iterator[Unmet]:
    """The special account pays what 72号 一 names and nothing else."""
    del world
    outside = {
        head.row.person_id
        for head, fund in paid
        if fund == "SPECIAL_ACCOUNT" and not fit_for_special_account(head, case)
    }
    yield from about_heads(
        len(outside),
        ("专账资金支出范围（72号第一条）", "what 72号 一 names"),
        ("不在范围内", "are outside it"),
    )


@asked_of_funds("ELG-01")
def fund_is_open_to_the_category(paid: Paid, case: Case, world: World) -> Iterator[Unmet]:
    """A fund pays for the categories of persons that the city has opened it to, once it has."""
    yield from _shut([(h, fund) for h, fund in paid if fund != "EMPLOYMENT"], case, world)


@asked_of_funds("ELG-02")
def employment_fund_is_open_to_the_category(
    paid: Paid, case: Case, world: World
) -> Iterator[Unmet]:
    """So does the employment fund, by its own rules as the city put them down (C-17)."""
    yield from _shut([(h, fund) for h, fund in paid if fund == "EMPLOYMENT"], case, world)


def _shut(paid: Paid, case: Case, world: World) -> Iterator[Unmet]:
    matrix = world.law.parameter("category_fund_matrix", world.today, county=case.asked.county)
    shut = set()
    for head, fund in paid:
        category = category_of(head, case)
        if category is not None and not _open(category, fund, matrix, world):
            shut.add(head.row.person_id)
    yield from about_heads(
        len(shut), ("资金渠道适用的人员类别", "a category that the fund pays"), ("不适用", "not so")
    )


def _open(category: str, fund: Fund, matrix: Matrix | None, world: World) -> bool:
    row = None if matrix is None else matrix.get(category)
    if row is not None:
        return fund in row
    scope = world.law.scope(category, world.today)
    return scope is None or fund in scope.funds


@asked_of_funds("ELG-04")
def benefit_drawers_are_paid_by_insurance(paid: Paid, case: Case, world: World) -> Iterator[Unmet]:
    """Who draws unemployment benefit while training is paid from unemployment insurance alone."""
    del world
    wrong = {
        head.row.person_id
        for head, fund in paid
        if fund != "UI"
        and head.row.kind != "LIVING_ALLOWANCE"
        and head.trainee.draws_unemployment_benefit(case.starts_on, case.ends_on)
    }
    yield from about_heads(
        len(wrong),
        ("由失业保险基金列支", "paid from unemployment insurance"),
        ("使用其他资金", "not so"),
    )


def _funds_of_others(paid: Paid, case: Case, world: World) -> dict[EnrolmentId, set[str]]:
    """Return the funds from which other claims pay for the same enrolments."""
    places = {
        (place.claim_id, place.item_no): place.enrolment_id
        for head, _ in paid
        for place in head.entitlement.places.values()
        if place.enrolment_id == head.row.enrolment_id and place.claim_id != case.asked.claim_id
    }
    claims = world.states(SUBSIDY_CLAIM, dict.fromkeys(claim_id for claim_id, _ in places))
    found: dict[EnrolmentId, set[str]] = {}
    for (claim_id, item_no), enrolment_id in places.items():
        item = claims[claim_id].items.get(item_no)
        if item is not None and item.live and item.fund is not None:
            found.setdefault(enrolment_id, set()).add(item.fund)
    return found


@asked_of_funds("ELG-05")
def insurance_money_stands_alone(paid: Paid, case: Case, world: World) -> Iterator[Unmet]:
    """An enrolment paid from unemployment insurance gets nothing from the other two funds.

    Not in this claim, and not in another one: training and assessment may be claimed apart.
    """
    funds = _funds_of_others(paid, case, world)
    for head, fund in paid:
        funds.setdefault(head.row.enrolment_id, set()).add(fund)
    mixed = sum("UI" in held and bool(held & OTHERS_THAN_INSURANCE) for held in funds.values())
    yield from about_heads(
        mixed,
        ("失业保险基金与其他资金不同时享受", "unemployment insurance and nothing beside it"),
        ("同时使用", "have both"),
    )


@asked_of_funds("ELG-31")
def insurance_money_goes_to_lawful_bodies(paid: Paid, case: Case, world: World) -> Iterator[Unmet]:
    """Unemployment insurance pays for training by a lawful body, and for an assessment once."""
    insured = [head for head, fund in paid if fund == "UI"]
    body = case.training.institution_id
    if insured and body is not None:
        held = world.state(INSTITUTION, body)
        if not (held.licensed(case.starts_on) or held.kind in SCHOOLS):
            yield from about_items(
                (head.number for head in insured),
                ("依法设立的职业培训机构", "a training body lawfully established"),
                ("开班时无有效许可", "by one without a licence at the start"),
            )
    mode = world.law.parameter("ui_assessment_mode", world.today, county=case.asked.county)
    if mode == "ONE_ITEM_WITH_FEE":
        fees = [head.number for head in insured if head.row.kind == "ASSESSMENT"]
        yield from about_items(
            fees,
            ("培训补贴已含鉴定费，不另列支", "no assessment item beside the training one"),
            ("另列鉴定补贴", "ask for one"),
        )
    trained = {head.row.enrolment_id for head in insured}
    elsewhere = [
        head.number
        for head, fund in paid
        if head.row.kind == "ASSESSMENT" and fund == "OTHER" and head.row.enrolment_id in trained
    ]
    yield from about_items(
        elsewhere,
        (
            "鉴定费由失业保险基金列支，不由其他资金重复列支",
            "the fee paid by the insurance, if at all",
        ),
        ("使用其他资金", "use another fund"),
    )
