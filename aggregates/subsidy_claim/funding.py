"""Which fund pays which item (17号 一); the rules that answer stand in ``rules_funds``."""

from collections.abc import Iterator
from typing import get_args

from aggregates.decisions import Command, New, Unmet, World, command, hard, lifecycle
from aggregates.facts import record
from aggregates.fund_account.state import FUND_ACCOUNT, FundAccount, account_of
from aggregates.ids import ClaimId
from aggregates.law.catalogues import Fund
from aggregates.sealed import FreeText, Personal
from aggregates.subsidy_claim.facts import FundSourceAssigned
from aggregates.subsidy_claim.items import Item, heads_of, total_of
from aggregates.subsidy_claim.parts import FundBalance, FundShare
from aggregates.subsidy_claim.reach import claim_is_known, of_claim, taking, whose
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from aggregates.subsidy_claim.wording import about_items

FUNDS: tuple[Fund, ...] = get_args(Fund)


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


def unfunded(items: tuple[Item, ...]) -> list[int]:
    """Return the numbers of items that no fund pays yet."""
    return [one.row.item_no for one in items if one.fund is None]
