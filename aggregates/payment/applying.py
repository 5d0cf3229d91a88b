"""What may be asked to bring cleared items to finance, and how finance answers (17号 五)."""

from collections.abc import Iterator
from typing import Literal

from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.facts import Code, Count
from aggregates.fund_account.facts import Year
from aggregates.fund_account.moving import Book, released, reserved
from aggregates.fund_account.state import FUND_ACCOUNT, account_of
from aggregates.ids import ClaimId, PaymentId, PublicityId
from aggregates.law.catalogues import Fund
from aggregates.payment.facts import FundingApplicationDecided, FundingApplicationSubmitted
from aggregates.payment.state import PAYMENT, Payment, payment_of
from aggregates.publicity.facts import EXCEPTIONS_MAX, ItemRef
from aggregates.publicity.publishing import batch_claim
from aggregates.publicity.state import PUBLICITY, Objection, Publicity
from aggregates.sealed import FreeText, Personal
from aggregates.subsidy_claim.items import Item
from aggregates.subsidy_claim.staging import Reason, movable, staged
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from aggregates.subsidy_claim.wording import yuan
from aggregates.training_class.reach import in_reach

Lines = dict[ClaimId, tuple[Item, ...]]


@command(
    "submit-funding-application",
    zh="提交资金申请",
    en="Submit a funding application",
    kind=PAYMENT,
    roles=("COUNTY_HR", "CITY_HR", "COUNTY_CLERK", "CITY_CENTRE"),
)
class SubmitFundingApplication(Command):
    """What a publicity cleared is applied for, once for each fund that pays.

    Attributes:
        year: The budget year; this year, where none is given.
        round: 2 and more for what is cleared only after an earlier application.
    """

    publicity_id: PublicityId
    fund: Fund
    application_no: Code
    year: Year | None = None
    round: Count = 1
    to: Literal["FINANCE", "AUTHORISED_HR"] = "FINANCE"

    def book(self, world: World) -> Book:
        """Return the account that pays."""
        county = world.state(PUBLICITY, self.publicity_id).county or world.city
        return Book(county, self.fund, self.year or world.today.year)

    @property
    def payment_id(self) -> PaymentId:
        """The application's id."""
        return payment_of(self.publicity_id, self.fund, self.round)

    def facts(self, world: World) -> Iterator[New]:
        """Record the application, reserve the money, move the items."""
        book, lines = self.book(world), applied_for(self, world)
        claims = tuple(batch_claim(claim_id, items, world) for claim_id, items in lines.items())
        fact = FundingApplicationSubmitted(
            payment_id=self.payment_id,
            application_no=self.application_no,
            publicity_id=self.publicity_id,
            county_code=book.county,
            fund=self.fund,
            year=book.year,
            fund_account_id=book.id,
            round=self.round,
            claims=claims,
            excluded_items=_excluded(self, world)[:EXCEPTIONS_MAX],
            heads=sum(one.heads for one in claims),
            amount_fen=sum(one.amount_fen for one in claims),
            to=self.to,
            submitted_by=world.caller.person,
        )
        yield New(PAYMENT, self.payment_id, fact, county=book.county)
        amounts = {one.claim_id: one.amount_fen for one in claims}
        yield reserved(book, self.payment_id, self.application_no, amounts, world)
        why = Reason(self.publicity_id, self.payment_id, self.fund, book.id)
        for claim_id, items in lines.items():
            yield from staged(claim_id, items, "FUNDING_APPLIED", why, world)


def applied_for(c: SubmitFundingApplication, world: World) -> Lines:
    """Return the cleared items of the batch that the fund pays, claim by claim."""
    batch = world.state(PUBLICITY, c.publicity_id)
    claims = world.states(SUBSIDY_CLAIM, batch.claims)
    found = {
        ClaimId(claim_id): tuple(
            item
            for item in movable(claim, "FUNDING_APPLIED", world, fund=c.fund)
            if item.publicity_id in (c.publicity_id, None)
        )
        for claim_id, claim in claims.items()
    }
    return {claim_id: items for claim_id, items in found.items() if items}


def _excluded(c: SubmitFundingApplication, world: World) -> tuple[ItemRef, ...]:
    batch = world.state(PUBLICITY, c.publicity_id)
    claims = world.states(SUBSIDY_CLAIM, batch.claims)
    return tuple(
        ItemRef(claim_id=ClaimId(claim_id), item_no=item.row.item_no)
        for claim_id, claim in claims.items()
        for item in claim.live()
        if item.holds
        and (item.fund, item.publicity_id) == (c.fund, c.publicity_id)
        and item.stage in ("HELD", "CLEARED")
    )


@command(
    "decide-funding-application",
    zh="审批资金申请",
    en="Decide a funding application",
    kind=PAYMENT,
    roles=("FINANCE", "HR_PAYER"),
)
class DecideFundingApplication(Command):
    """Finance, or the HR bureau that it authorised, approves an application or gives it back."""

    payment_id: PaymentId
    decision: Literal["APPROVED", "RETURNED"]
    reason: Personal[FreeText] | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the decision; what is given back is cleared again and frees its money."""
        one = world.state(PAYMENT, self.payment_id)
        approved = self.decision == "APPROVED"
        lines = in_application(self.payment_id, one, world)
        claims = tuple(batch_claim(claim_id, items, world) for claim_id, items in lines.items())
        amount = sum(claim.amount_fen for claim in claims)
        fact = FundingApplicationDecided(
            payment_id=self.payment_id,
            application_no=one.application_no or "-",
            county_code=one.county or world.city,
            fund=one.fund,
            year=one.year or world.today.year,
            decision=self.decision,
            claims=claims,
            amount_fen=amount if approved else 0,
            reason=self.reason,
            decided_by=world.caller.person,
        )
        yield New(PAYMENT, self.payment_id, fact, county=one.county)
        why = reason_of(self.payment_id, one)
        for claim_id, items in lines.items():
            if approved:
                yield from staged(claim_id, items, "FUNDING_APPROVED", why, world)
            else:
                back = Reason(why.publicity_id)
                yield from staged(claim_id, items, "CLEARED", back, world)
        if not approved and one.account_id is not None:
            yield from released(one.account_id, self.payment_id, amount, "RETURNED", world)


def reason_of(payment_id: PaymentId, one: Payment) -> Reason:
    """Return what moves the items of an application."""
    publicity_id = one.publicity_id or PublicityId(payment_id)
    return Reason(publicity_id, payment_id, one.fund, one.account_id)


def in_application(payment_id: PaymentId, one: Payment, world: World) -> Lines:
    """Return the live items that wait in an application, held or not, claim by claim."""
    claims = world.states(SUBSIDY_CLAIM, one.claims)
    found = {
        ClaimId(claim_id): tuple(
            item
            for item in claim.live()
            if item.payment_id == payment_id and item.stage == "FUNDING_APPLIED"
        )
        for claim_id, claim in claims.items()
    }
    return {claim_id: items for claim_id, items in found.items() if items}


@lifecycle(SubmitFundingApplication)
def application_is_new(c: SubmitFundingApplication, world: World) -> Iterator[Unmet]:
    """A publicity of the county is applied for once a fund and round; a returned one again."""
    batch = world.state(PUBLICITY, c.publicity_id)
    if not batch.status:
        yield unmet(("已发布的公示", "a publicity"), ("没有这个批次", "no such batch"))
        return
    yield from in_reach(None, batch.county, world)
    if world.state(PAYMENT, c.payment_id).status not in ("", "RETURNED"):
        yield unmet(
            ("每批公示每项资金申请一次", "one application for each fund"),
            ("已申请", "it was applied for"),
            where="round",
        )
    if not c.round:
        yield unmet(("从1起", "1 or more"), ("0", "0"), where="round")


@hard("CLM-08", SubmitFundingApplication)
def closed_before_applied_for(c: SubmitFundingApplication, world: World) -> Iterator[Unmet]:
    """The application follows the close of the publicity, for what it cleared."""
    batch = world.state(PUBLICITY, c.publicity_id)
    if batch.status != "CLOSED":
        yield unmet(("公示已结束", "a publicity that is closed"), ("公示中", "open"))
    elif not applied_for(c, world):
        yield unmet(("公示无异议的项目", "items that were cleared"), ("没有", "none"), where="fund")


@hard("CLM-11", SubmitFundingApplication)
def nothing_objected_to_is_applied_for(
    c: SubmitFundingApplication, world: World
) -> Iterator[Unmet]:
    """No objection is open on what is applied for."""
    batch, lines = world.state(PUBLICITY, c.publicity_id), applied_for(c, world)
    for one in batch.open_objections(in_window=True):
        if touches(one, batch, lines):
            yield unmet(
                ("异议已处理", "objections that are answered"),
                (f"异议{one.number}未处理", f"objection {one.number} is open"),
            )


@flag("CLM-11", SubmitFundingApplication)
def late_objections_are_seen(c: SubmitFundingApplication, world: World) -> Iterator[Unmet]:
    """A late objection stops nothing, but finance sees it until the payment."""
    batch, lines = world.state(PUBLICITY, c.publicity_id), applied_for(c, world)
    for one in batch.open_objections(in_window=False):
        if touches(one, batch, lines):
            yield unmet(
                ("没有未处理的逾期异议", "no late objection that is open"),
                (f"逾期异议{one.number}未处理", f"late objection {one.number} is open"),
            )


def touches(one: Objection, batch: Publicity, lines: Lines) -> bool:
    """Say whether an objection is about any of some items of a batch."""
    return any(
        one.concerns(item.row.item_no)
        for claim in batch.claims.values()
        if one.touches(claim)
        for item in lines.get(claim.claim_id, ())
    )


@hard("ELG-22", SubmitFundingApplication)
def money_is_there(c: SubmitFundingApplication, world: World) -> Iterator[Unmet]:
    """The fund of the county and year has what is applied for."""
    amount = sum(item.amount_fen for items in applied_for(c, world).values() for item in items)
    left = world.state(FUND_ACCOUNT, c.book(world).id).available_fen
    if amount > left:
        yield unmet(
            (f"不超过可用资金{yuan(max(left, 0))}元", f"{yuan(max(left, 0))} yuan, which are left"),
            (f"申请{yuan(amount)}元", f"{yuan(amount)} yuan"),
            where="fund",
        )


@flag("ELG-03", SubmitFundingApplication)
def special_account_was_used_first(c: SubmitFundingApplication, world: World) -> Iterator[Unmet]:
    """Where another fund is applied for while the special account has money, that is shown."""
    book = c.book(world)
    if c.fund in ("SPECIAL_ACCOUNT", "UI"):
        return
    special = account_of(book.county, "SPECIAL_ACCOUNT", book.year)
    left = world.state(FUND_ACCOUNT, special).available_fen
    if left > 0:
        yield unmet(
            ("优先使用专账资金", "the special account first"),
            (f"专账结余{yuan(left)}元", f"{yuan(left)} yuan are left in it"),
            where="fund",
        )


@lifecycle(DecideFundingApplication)
def application_waits(c: DecideFundingApplication, world: World) -> Iterator[Unmet]:
    """Only an application that waits is decided, by the one that it was made to."""
    one = world.state(PAYMENT, c.payment_id)
    if one.status != "SUBMITTED":
        yield unmet(
            ("待审批的资金申请", "an application that waits"),
            (one.status or "没有这份申请", one.status or "no such application"),
        )
        return
    yield from in_reach(None, one.county, world)
    role = "HR_PAYER" if one.to == "AUTHORISED_HR" else "FINANCE"
    if world.caller.role in ("FINANCE", "HR_PAYER") and world.caller.role != role:
        yield unmet((f"由{role}审批", f"decided by {role}"), (world.caller.role,) * 2)
