"""What the facts of a funding application add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import (
    ClaimId,
    FundAccountId,
    InstitutionId,
    PaymentId,
    PersonId,
    PublicityId,
    derived_id,
)
from aggregates.law.catalogues import Fund
from aggregates.payment.facts import (
    DisbursementFailed,
    DisbursementOrdered,
    DisbursementPaid,
    FundingApplicationDecided,
    FundingApplicationSubmitted,
    OrderLine,
)
from aggregates.publicity.facts import BatchClaim


def payment_of(publicity_id: PublicityId, fund: str, number: int = 1) -> PaymentId:
    """Return the id of the n-th application of a publicity to a fund."""
    return PaymentId(derived_id("payment", publicity_id, fund, number))


@dataclass(frozen=True, slots=True)
class Order:
    """A disbursement that was ordered.

    Attributes:
        lines: What of each claim it pays.
        amount_fen: How much it is.
        person_id: Who is paid, in mode PERSON.
        institution_id: Who is paid otherwise.
        paid: Whether the bank paid it.
        failed: Whether the bank could not pay it.
    """

    lines: tuple[OrderLine, ...]
    amount_fen: int
    person_id: PersonId | None
    institution_id: InstitutionId | None
    paid: bool = False
    failed: bool = False


_NO_CLAIMS: Mapping[ClaimId, BatchClaim] = MappingProxyType({})
_NO_ORDERS: Mapping[str, Order] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Payment:
    """A funding application with its orders.

    Attributes:
        status: SUBMITTED, APPROVED or RETURNED; empty before the first fact.
        county: The county.
        application_no: Its number.
        publicity_id: The publicity that it follows.
        fund: The fund that pays.
        year: The budget year.
        account_id: The fund account.
        to: FINANCE or AUTHORISED_HR.
        claims: What of each claim was applied for.
        amount_fen: How much was applied for.
        orders: The orders by number.
    """

    status: str = ""
    county: str = ""
    application_no: str = ""
    publicity_id: PublicityId | None = None
    fund: Fund = "OTHER"
    year: int = 0
    account_id: FundAccountId | None = None
    to: str = "FINANCE"
    claims: Mapping[ClaimId, BatchClaim] = field(default_factory=lambda: _NO_CLAIMS)
    amount_fen: int = 0
    orders: Mapping[str, Order] = field(default_factory=lambda: _NO_ORDERS)

    @property
    def ordered_fen(self) -> int:
        """What was ordered so far, what banks could not pay left out."""
        return sum(one.amount_fen for one in self.orders.values() if not one.failed)

    @property
    def paid_fen(self) -> int:
        """What was paid so far."""
        return sum(one.amount_fen for one in self.orders.values() if one.paid)


def evolve(one: Payment, fact: Fact, at: Recorded) -> Payment:
    """Return the application after one more fact."""
    match fact:
        case FundingApplicationSubmitted():
            return replace(
                one,
                status="SUBMITTED",
                county=fact.county_code,
                application_no=fact.application_no,
                publicity_id=fact.publicity_id,
                fund=fact.fund,
                year=fact.year,
                account_id=fact.fund_account_id,
                to=fact.to,
                claims=MappingProxyType({claim.claim_id: claim for claim in fact.claims}),
                amount_fen=fact.amount_fen,
            )
        case FundingApplicationDecided():
            return replace(one, status=fact.decision)
        case DisbursementOrdered():
            made = Order(
                fact.lines, fact.amount_fen, fact.payee_person_id, fact.payee_institution_id
            )
            return replace(one, orders=MappingProxyType({**one.orders, fact.order_no: made}))
        case DisbursementPaid():
            paid = replace(_order(one, fact), amount_fen=fact.amount_fen, paid=True)
            return replace(one, orders=MappingProxyType({**one.orders, fact.order_no: paid}))
        case DisbursementFailed():
            failed = replace(_order(one, fact), failed=True)
            return replace(one, orders=MappingProxyType({**one.orders, fact.order_no: failed}))
        case _:
            return one


def _order(one: Payment, fact: DisbursementPaid | DisbursementFailed) -> Order:
    """Return the order that a bank answers, as the answer tells it where history has none."""
    return one.orders.get(fact.order_no) or Order(
        fact.lines, fact.amount_fen, fact.payee_person_id, fact.payee_institution_id
    )


PAYMENT = stream("payment", Payment(), evolve)
