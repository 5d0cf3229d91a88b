"""What claims and payments write to fund accounts: money reserved, reservations released."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aggregates.decisions import New, World
from aggregates.fund_account.facts import (
    FundAmountReserved,
    FundReservationReleased,
    ReleaseReason,
)
from aggregates.fund_account.state import FUND_ACCOUNT, account_of
from aggregates.ids import ClaimId, FundAccountId, PaymentId
from aggregates.law.catalogues import Fund


@dataclass(frozen=True, slots=True)
class Book:
    """A fund account by what it is for."""

    county: str
    fund: Fund
    year: int

    @property
    def id(self) -> FundAccountId:
        """The account's id."""
        return account_of(self.county, self.fund, self.year)


def reserved(
    book: Book,
    payment_id: PaymentId,
    application_no: str,
    amounts: Mapping[ClaimId, int],
    world: World,
) -> New:
    """Return the fact that money was reserved for the claims of an application, in fen."""
    before = world.state(FUND_ACCOUNT, book.id)
    amount = sum(amounts.values())
    fact = FundAmountReserved(
        fund_account_id=book.id,
        county_code=book.county,
        fund=book.fund,
        year=book.year,
        payment_id=payment_id,
        application_no=application_no,
        claim_ids=tuple(amounts),
        amount_fen=amount,
        reserved_fen=before.reserved_fen + amount,
    )
    return New(FUND_ACCOUNT, book.id, fact, county=book.county)


def released(
    account_id: FundAccountId,
    payment_id: PaymentId,
    amount_fen: int,
    reason: ReleaseReason,
    world: World,
) -> Iterator[New]:
    """Yield the fact that a reservation, or a part of it, ended; nothing where there is none."""
    before = world.state(FUND_ACCOUNT, account_id)
    held = before.reservations.get(payment_id)
    if held is None or not amount_fen:
        return
    amount = min(amount_fen, held.amount_fen)
    fact = FundReservationReleased(
        fund_account_id=account_id,
        county_code=before.county,
        fund=before.fund,
        year=before.year,
        payment_id=payment_id,
        application_no=held.application_no,
        amount_fen=amount,
        reason=reason,
        reserved_fen=before.reserved_fen - amount,
    )
    yield New(FUND_ACCOUNT, account_id, fact, county=before.county)
