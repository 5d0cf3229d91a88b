"""The story of a fund account (17号 一): money allocated, reserved for payments, released.

What was paid stays reserved, so that the balance is always what was allocated less what is
reserved; the payment's own stream says what of it was paid.
"""

from typing import Annotated, Literal

from msgspec import Meta

from aggregates.facts import Code, CountyCode, Digest, Fact, Fen, fact
from aggregates.ids import ClaimId, FundAccountId, PaymentId
from aggregates.law.catalogues import Fund

Year = Annotated[int, Meta(ge=2000, le=2100)]

ReleaseReason = Literal["RETURNED", "REMOVED", "PAYMENT_FAILED"]
"""The application came back, an item was taken off it, the bank could not pay."""


@fact("fund-account.budget-allocated.v1")
class FundBudgetAllocated(Fact):
    """Money was allocated; what was allocated before stays.

    Attributes:
        doc_sha256: The budget document.
        allocated_fen: Everything allocated from here on.
    """

    fund_account_id: FundAccountId
    county_code: CountyCode
    fund: Fund
    year: Year
    amount_fen: Fen
    doc_sha256: Digest
    allocated_fen: Fen


@fact("fund-account.amount-reserved.v1")
class FundAmountReserved(Fact):
    """Money was reserved for a funding application.

    Attributes:
        reserved_fen: Everything reserved from here on, paid amounts included.
    """

    fund_account_id: FundAccountId
    county_code: CountyCode
    fund: Fund
    year: Year
    payment_id: PaymentId
    application_no: Code
    claim_ids: tuple[ClaimId, ...]
    amount_fen: Fen
    reserved_fen: Fen


@fact("fund-account.reservation-released.v1")
class FundReservationReleased(Fact):
    """A reservation ended without a payment.

    Attributes:
        reserved_fen: Everything reserved from here on.
    """

    fund_account_id: FundAccountId
    county_code: CountyCode
    fund: Fund
    year: Year
    payment_id: PaymentId
    application_no: Code
    amount_fen: Fen
    reason: ReleaseReason
    reserved_fen: Fen
