"""Which fund pays which item, and the rules that answer (17号 一, 72号 三)."""

from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle
from aggregates.facts import record
from aggregates.fund_account.state import FUND_ACCOUNT, FundAccount, account_of
from aggregates.ids import ClaimId
from aggregates.institution.state import INSTITUTION
from aggregates.law.catalogues import Fund
from aggregates.sealed import FreeText, Personal
from aggregates.subsidy_claim.accepting import case_of_claim
from aggregates.subsidy_claim.case import Case, Head
from aggregates.subsidy_claim.facts import FundSourceAssigned
from aggregates.subsidy_claim.items import Item, heads_of, total_of
from aggregates.subsidy_claim.parts import FundBalance, FundShare
from aggregates.subsidy_claim.reach import claim_is_known, of_claim, taking, whose
from aggregates.subsidy_claim.rules_modes import ENTERPRISE_SCHEMES
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from aggregates.subsidy_claim.wording import about_heads, about_items, yuan

Matrix = Mapping[str, frozenset[str]]
FUNDS: tuple[Fund, ...] = get_args(Fund)
SCHOOLS = frozenset({"COLLEGE", "VOCATIONAL", "TECHNICIAN"})
"""Bodies that are lawfully established without a training licence."""
OPEN_GROUPS = frozenset({"EMPLOYMENT_SKILL", "SPECIAL_ABILITY", "ENTREPRENEURSHIP"})
"""The training of 72号 一(一) and (三): groups, graduates, students, and for skills everybody."""


@record
class FundChoice:
    """The numbers of the items that one fund pays."""

    fund: Fund
    items: tuple[int, ...]


@command(
    "assign-fund-source",
    zh="确定资金渠道",
    en="Assign the fund of each item",
    kind=SUBSIDY_CLAIM,
    roles=("COUNTY_CLERK", "COUNTY_REVIEWER", "CITY_CENTRE"),
)
class AssignFundSource(Command):
    """Each item of an accepted claim gets the one fund that pays it.

    Attributes:
        reason: Why the special account is not used first, where it has money (ELG-03).
    """

    claim_id: ClaimId
    choices: tuple[FundChoice, ...]
    reason: Personal[FreeText] | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the funds and what each of them still had."""
        one = world.state(SUBSIDY_CLAIM, self.claim_id)
        of = whose(self.claim_id, world)
        shares = []
        for choice in self.choices:
            items = [one.items[no] for no in choice.items if no in one.items]
            shares.append(
                FundShare(
                    fund=choice.fund,
                    items=choice.items,
                    heads=heads_of(items),
                    amount_fen=total_of(items),
                )
            )
        balances = balances_of(of.county, world)
        fact = FundSourceAssigned(
            claim_id=self.claim_id,
            class_id=of.class_id,
            institution_id=of.institution_id,
            county_code=of.county,
            funds=tuple(shares),
            balances=tuple(
                FundBalance(fund=fund, available_fen=max(0, held.available_fen))
                for fund, held in balances.items()
            ),
            reason=self.reason,
            assigned_by=world.caller.person,
        )
        yield of_claim(self.claim_id, fact, world)
        yield from taking(self.claim_id, total_of(one.live()), world)


def balances_of(county: str, world: World) -> dict[Fund, FundAccount]:
    """Return a county's accounts of this year by fund."""
    ids = {fund: account_of(county, fund, world.today.year) for fund in FUNDS}
    held = world.states(FUND_ACCOUNT, ids.values())
    return {fund: held[one] for fund, one in ids.items()}


def funds_chosen(c: AssignFundSource) -> dict[int, list[Fund]]:
    """Return the funds that a command names for each item."""
    found: dict[int, list[Fund]] = {}
    for choice in c.choices:
        for no in choice.items:
            found.setdefault(no, []).append(choice.fund)
    return found


def _paid_by(c: AssignFundSource, case: Case) -> list[tuple[Head, Fund]]:
    chosen = funds_chosen(c)
    return [(head, fund) for head in case.heads for fund in chosen.get(head.number, [])]


@lifecycle(AssignFundSource)
def claim_is_accepted(c: AssignFundSource, world: World) -> Iterator[Unmet]:
    """Funds are assigned between acceptance and first review."""
    yield from claim_is_known(c.claim_id, world, "ACCEPTED")


@hard("ELG-23", AssignFundSource)
def one_fund_for_each_item(c: AssignFundSource, world: World) -> Iterator[Unmet]:
    """Every live item names exactly one of the four kinds of money."""
    one = world.state(SUBSIDY_CLAIM, c.claim_id)
    chosen = funds_chosen(c)
    live = {item.row.item_no for item in one.live()}
    yield from about_items(
        live - chosen.keys(),
        ("每项一个资金渠道", "one fund for each item"),
        ("未确定", "have none"),
    )
    yield from about_items(
        (no for no, funds in chosen.items() if len(funds) > 1),
        ("每项一个资金渠道", "one fund for each item"),
        ("有多个", "have several"),
    )
    yield from about_items(
        chosen.keys() - live, ("本申报的有效项目", "live items"), ("不是", "are none")
    )


@flag("ELG-03", AssignFundSource)
def special_account_goes_first(c: AssignFundSource, world: World) -> Iterator[Unmet]:
    """A special account that still has money pays first what it may pay."""
    case = case_of_claim(c.claim_id, world)
    left = balances_of(case.asked.county, world)["SPECIAL_ACCOUNT"].available_fen
    others = [
        head.number
        for head, fund in _paid_by(c, case)
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
    kind, category = case.training.training_type, head.enrolment.category
    if kind == "PROJECT" or case.scheme in ENTERPRISE_SCHEMES or kind == "APPRENTICESHIP":
        return True
    if category in ("CUSTODY", "EMPLOYEE") or kind not in OPEN_GROUPS:
        return False
    return category != "CATCH_ALL" or kind != "ENTREPRENEURSHIP"


@hard("ELG-24", AssignFundSource)
def special_account_pays_its_own(c: AssignFundSource, world: World) -> Iterator[Unmet]:
    """The special account pays what 72号 一 names and nothing else."""
    case = case_of_claim(c.claim_id, world)
    outside = [
        head
        for head, fund in _paid_by(c, case)
        if fund == "SPECIAL_ACCOUNT" and not fit_for_special_account(head, case)
    ]
    yield from about_heads(
        len({head.row.person_id for head in outside}),
        ("专账资金支出范围（72号第一条）", "what 72号 一 names"),
        ("不在范围内", "are outside it"),
    )


@hard("ELG-01", AssignFundSource)
def fund_is_open_to_the_category(c: AssignFundSource, world: World) -> Iterator[Unmet]:
    """A fund pays for the categories of persons that the city has opened it to, once it has."""
    yield from _shut(c, world, lambda fund: fund != "EMPLOYMENT")


@hard("ELG-02", AssignFundSource)
def employment_fund_is_open_to_the_category(c: AssignFundSource, world: World) -> Iterator[Unmet]:
    """So does the employment fund, by its own rules as the city put them down (C-17)."""
    yield from _shut(c, world, lambda fund: fund == "EMPLOYMENT")


def _shut(c: AssignFundSource, world: World, meant: Callable[[Fund], bool]) -> Iterator[Unmet]:
    case = case_of_claim(c.claim_id, world)
    matrix = world.law.parameter("category_fund_matrix", world.today, county=case.asked.county)
    shut = set()
    for head, fund in _paid_by(c, case):
        category = head.enrolment.category
        if meant(fund) and category is not None and not _open(category, fund, matrix, world):
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


@hard("ELG-04", AssignFundSource)
def benefit_drawers_are_paid_by_insurance(c: AssignFundSource, world: World) -> Iterator[Unmet]:
    """Who draws unemployment benefit while training is paid from unemployment insurance alone."""
    case = case_of_claim(c.claim_id, world)
    wrong = {
        head.row.person_id for head, fund in _paid_by(c, case) if wrongly_paid(head, fund, case)
    }
    yield from about_heads(
        len(wrong),
        ("由失业保险基金列支", "paid from unemployment insurance"),
        ("使用其他资金", "not so"),
    )


def wrongly_paid(head: Head, fund: str | None, case: Case) -> bool:
    """Say whether another fund pays for somebody who drew unemployment benefit (ELG-04)."""
    if fund in (None, "UI") or head.row.kind == "LIVING_ALLOWANCE":
        return False
    return head.trainee.draws_unemployment_benefit(case.starts_on, case.ends_on)


@hard("ELG-05", AssignFundSource)
def insurance_money_stands_alone(c: AssignFundSource, world: World) -> Iterator[Unmet]:
    """An enrolment paid from unemployment insurance gets nothing from the other two funds."""
    case = case_of_claim(c.claim_id, world)
    funds: dict[object, set[Fund]] = {}
    for head, fund in _paid_by(c, case):
        funds.setdefault(head.row.enrolment_id, set()).add(fund)
    mixed = sum(
        "UI" in held and bool(held & {"EMPLOYMENT", "SPECIAL_ACCOUNT"}) for held in funds.values()
    )
    yield from about_heads(
        mixed,
        ("失业保险基金与其他资金不同时享受", "unemployment insurance and nothing beside it"),
        ("同时使用", "have both"),
    )


@hard("ELG-31", AssignFundSource)
def insurance_money_goes_to_lawful_bodies(c: AssignFundSource, world: World) -> Iterator[Unmet]:
    """Unemployment insurance pays for training by a lawful body, and for an assessment once."""
    case = case_of_claim(c.claim_id, world)
    insured = [head for head, fund in _paid_by(c, case) if fund == "UI"]
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


def unfunded(items: tuple[Item, ...]) -> list[int]:
    """Return the numbers of items that no fund pays yet."""
    return [one.row.item_no for one in items if one.fund is None]
