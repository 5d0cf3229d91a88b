"""What the facts of a fund account add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.fund_account.facts import (
    FundAmountReserved,
    FundBudgetAllocated,
    FundReservationReleased,
)
from aggregates.ids import FundAccountId, PaymentId, derived_id
from aggregates.law.catalogues import Fund

_NOTHING: Mapping[PaymentId, "Reservation"] = MappingProxyType({})


def account_of(county_code: str, fund: str, year: int) -> FundAccountId:
    """Return the id of the account of a county, a fund and a year."""
    return FundAccountId(derived_id("fund-account", county_code, fund, year))


@dataclass(frozen=True, slots=True)
class Reservation:
    """What is reserved for one funding application, payments of it included."""

    application_no: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class FundAccount:
    """The money of one county, one fund and one year.

    Attributes:
        county: The county; empty before the first fact.
        fund: The fund.
        year: The year.
        allocated_fen: What was allocated.
        reserved_fen: What is reserved, paid amounts included.
        reservations: The reservations by payment.
    """

    county: str = ""
    fund: Fund = "OTHER"
    year: int = 0
    allocated_fen: int = 0
    reserved_fen: int = 0
    reservations: Mapping[PaymentId, Reservation] = field(default_factory=lambda: _NOTHING)

    @property
    def available_fen(self) -> int:
        """What may still be reserved; below zero only in history that came in as facts."""
        return self.allocated_fen - self.reserved_fen


def evolve(one: FundAccount, fact: Fact, at: Recorded) -> FundAccount:
    """Return the account after one more fact."""
    match fact:
        case FundBudgetAllocated():
            return replace(
                one,
                county=fact.county_code,
                fund=fact.fund,
                year=fact.year,
                allocated_fen=fact.allocated_fen,
            )
        case FundAmountReserved():
            return _moved(one, fact, fact.amount_fen)
        case FundReservationReleased():
            return _moved(one, fact, -fact.amount_fen)
        case _:
            return one


def _moved(
    one: FundAccount, fact: FundAmountReserved | FundReservationReleased, by_fen: int
) -> FundAccount:
    before = one.reservations.get(fact.payment_id)
    amount = (0 if before is None else before.amount_fen) + by_fen
    held = {**one.reservations, fact.payment_id: Reservation(fact.application_no, amount)}
    if amount <= 0:
        held.pop(fact.payment_id)
    return replace(
        one,
        county=fact.county_code,
        fund=fact.fund,
        year=fact.year,
        reserved_fen=fact.reserved_fen,
        reservations=MappingProxyType(held),
    )


FUND_ACCOUNT = stream("fund-account", FundAccount(), evolve)
