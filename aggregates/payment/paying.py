"""What may be asked to pay what finance approved: order it, confirm it, or say that it failed."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from aggregates.decisions import Command, New, World, command
from aggregates.entitlement.facts import EntitlementUsed
from aggregates.entitlement.placing import of_person
from aggregates.facts import Code, Fen, Instant
from aggregates.ids import ClaimId, PaymentId
from aggregates.law.deadlines import local_date
from aggregates.payment.applying import Lines, reason_of
from aggregates.payment.facts import (
    DisbursementFailed,
    DisbursementOrdered,
    DisbursementPaid,
    FailureReason,
    OrderLine,
)
from aggregates.payment.state import PAYMENT, Order
from aggregates.sealed import Account, Matchable, Personal, PlainText
from aggregates.subsidy_claim.items import Item, heads_of, numbers_of, total_of
from aggregates.subsidy_claim.parts import AccountType
from aggregates.subsidy_claim.reach import whose
from aggregates.subsidy_claim.staging import movable, staged
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM, Claim

PAYING = ("FINANCE", "HR_PAYER")


@command(
    "order-disbursement",
    zh="下达拨付指令",
    en="Order a disbursement",
    kind=PAYMENT,
    roles=PAYING,
)
class OrderDisbursement(Command):
    """One payee is paid for one or more claims of an approved application.

    Attributes:
        claim_ids: The claims, all of the payee.
        account_type: What kind of account it is.
        account: The account, which must be the registered one (CLM-12).
        amount_fen: How much; what was cleared of the claims, no more.
    """

    payment_id: PaymentId
    order_no: Code
    claim_ids: tuple[ClaimId, ...]
    account_type: AccountType
    account: Matchable[Account]
    holder: Personal[PlainText]
    amount_fen: Fen

    @property
    def own_id(self) -> UUID:
        """Whose account and name it bears: the claim's, since an application has many payees."""
        return self.claim_ids[0] if self.claim_ids else self.payment_id

    def facts(self, world: World) -> Iterator[New]:
        """Record the order, and move the items."""
        one = world.state(PAYMENT, self.payment_id)
        lines = payable(self, world)
        claim = first_claim(self, world)
        rows = tuple(_line(claim_id, items, world) for claim_id, items in lines.items())
        fact = DisbursementOrdered(
            payment_id=self.payment_id,
            order_no=self.order_no,
            county_code=one.county or world.city,
            fund=one.fund,
            year=one.year or world.today.year,
            mode=claim.mode,
            payee_person_id=claim.person_id,
            payee_institution_id=claim.applicant_id,
            account_type=self.account_type,
            account=self.account,
            holder=self.holder,
            lines=rows,
            heads=sum(row.heads for row in rows),
            amount_fen=self.amount_fen,
            ordered_by=world.caller.person,
        )
        yield New(PAYMENT, self.payment_id, fact, county=one.county)
        why = reason_of(self.payment_id, one)
        for claim_id, items in lines.items():
            yield from staged(claim_id, items, "ORDERED", why, world)


def _line(claim_id: ClaimId, items: tuple[Item, ...], world: World) -> OrderLine:
    of = whose(claim_id, world)
    return OrderLine(
        claim_id=claim_id,
        class_id=of.class_id,
        institution_id=of.institution_id,
        items=numbers_of(items),
        heads=heads_of(items),
        amount_fen=total_of(items),
    )


def first_claim(c: OrderDisbursement, world: World) -> Claim:
    """Return the first claim of an order; the others have the same payee."""
    held = world.states(SUBSIDY_CLAIM, c.claim_ids)
    return next(iter(held.values()), SUBSIDY_CLAIM.empty)


def payable(c: OrderDisbursement, world: World) -> Lines:
    """Return the approved items of the claims of an order, those held left out."""
    one = world.state(PAYMENT, c.payment_id)
    claims = world.states(SUBSIDY_CLAIM, c.claim_ids)
    found = {
        ClaimId(claim_id): movable(claim, "ORDERED", world, fund=one.fund, payment_id=c.payment_id)
        for claim_id, claim in claims.items()
    }
    return {claim_id: items for claim_id, items in found.items() if items}


@command(
    "confirm-payment",
    zh="确认拨付到账",
    en="Confirm a payment",
    kind=PAYMENT,
    roles=PAYING,
)
class ConfirmPayment(Command):
    """The bank paid an order.

    Attributes:
        bank_ref: The bank's reference.
        paid_at: When, as the bank says.
        amount_fen: How much, as the bank says.
    """

    payment_id: PaymentId
    order_no: Code
    bank_ref: Code
    paid_at: Instant
    amount_fen: Fen

    def facts(self, world: World) -> Iterator[New]:
        """Record the payment; each item of it is used up for its person."""
        one = world.state(PAYMENT, self.payment_id)
        order = one.orders.get(self.order_no) or Order((), 0, None, None)
        why = reason_of(self.payment_id, one)
        fact = DisbursementPaid(
            payment_id=self.payment_id,
            order_no=self.order_no,
            publicity_id=why.publicity_id,
            county_code=one.county or world.city,
            fund=one.fund,
            year=one.year or world.today.year,
            payee_person_id=order.person_id,
            payee_institution_id=order.institution_id,
            bank_ref=self.bank_ref,
            paid_at=self.paid_at,
            paid_on=local_date(self.paid_at),
            lines=order.lines,
            heads=sum(line.heads for line in order.lines),
            amount_fen=self.amount_fen,
            confirmed_by=world.caller.person,
        )
        yield New(PAYMENT, self.payment_id, fact, county=one.county)
        claims = world.states(SUBSIDY_CLAIM, [line.claim_id for line in order.lines])
        for line in order.lines:
            items = _ordered(claims[line.claim_id], line)
            yield from staged(
                line.claim_id, items, "PAID", replace(why, paid_on=fact.paid_on), world
            )
            for item in items:
                yield _used(self.payment_id, line.claim_id, item, fact, world)


@command(
    "record-payment-failure",
    zh="登记拨付失败",
    en="Record a failed payment",
    kind=PAYMENT,
    roles=PAYING,
)
class RecordPaymentFailure(Command):
    """The bank could not pay an order; what it was for waits for another one.

    Attributes:
        reason: Why, as the bank says.
        bank_ref: The bank's reference, if it gave one.
        failed_at: When, as the bank says.
    """

    payment_id: PaymentId
    order_no: Code
    reason: FailureReason
    bank_ref: Code | None = None
    failed_at: Instant

    def facts(self, world: World) -> Iterator[New]:
        """Record the failure; its items are approved again, and their money stays reserved."""
        one = world.state(PAYMENT, self.payment_id)
        order = one.orders.get(self.order_no) or Order((), 0, None, None)
        why = reason_of(self.payment_id, one)
        fact = DisbursementFailed(
            payment_id=self.payment_id,
            order_no=self.order_no,
            publicity_id=why.publicity_id,
            county_code=one.county or world.city,
            fund=one.fund,
            year=one.year or world.today.year,
            payee_person_id=order.person_id,
            payee_institution_id=order.institution_id,
            reason=self.reason,
            bank_ref=self.bank_ref,
            failed_at=self.failed_at,
            lines=order.lines,
            heads=sum(line.heads for line in order.lines),
            amount_fen=order.amount_fen,
            recorded_by=world.caller.person,
        )
        yield New(PAYMENT, self.payment_id, fact, county=one.county)
        claims = world.states(SUBSIDY_CLAIM, [line.claim_id for line in order.lines])
        for line in order.lines:
            back = [one for one in _ordered(claims[line.claim_id], line) if one.stage == "ORDERED"]
            yield from staged(line.claim_id, back, "FUNDING_APPROVED", why, world)


def _ordered(claim: Claim, line: OrderLine) -> tuple[Item, ...]:
    return tuple(claim.items[no] for no in line.items if no in claim.items)


def _used(
    payment_id: PaymentId, claim_id: ClaimId, item: Item, paid: DisbursementPaid, world: World
) -> New:
    of = whose(claim_id, world)
    fact = EntitlementUsed(
        person_id=item.row.person_id,
        claim_id=claim_id,
        item_no=item.row.item_no,
        class_id=of.class_id,
        county_code=of.county,
        kind=item.row.kind,
        amount_fen=item.amount_fen,
        paid_on=paid.paid_on,
        payment_id=payment_id,
    )
    return of_person(fact, world.state(SUBSIDY_CLAIM, claim_id).regime)
