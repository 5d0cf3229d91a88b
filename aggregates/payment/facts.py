"""The story of a funding application (17号 五): submitted, decided, ordered, paid or failed.

A closed publicity is applied for once for each fund that pays; the finance bureau, or the HR
bureau that it authorised, orders the disbursements payee by payee and confirms each one. Where a
bank cannot pay, the money stays reserved, and what the order was for is ordered anew.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from aggregates.facts import Code, Count, CountyCode, Fact, Fen, Instant, fact, record
from aggregates.fund_account.facts import Year
from aggregates.ids import (
    ClaimId,
    ClassId,
    FundAccountId,
    InstitutionId,
    OfficialId,
    PaymentId,
    PersonId,
    PublicityId,
)
from aggregates.law.catalogues import Fund
from aggregates.law.deadlines import ClaimMode
from aggregates.publicity.facts import BatchClaims, ItemRefs
from aggregates.sealed import Account, FreeText, Matchable, Personal, PlainText
from aggregates.subsidy_claim.parts import AccountType

ORDER_CLAIMS_MAX = 40
"""Claims of one order, so that it fits into one entry with all its item numbers."""


@fact("payment.funding-application-submitted.v1")
class FundingApplicationSubmitted(Fact):
    """The un-objected items of a publicity were submitted to finance.

    Attributes:
        round: Which application of this publicity to this fund it is, from 1.
        claims: What of each claim is applied for.
        excluded_items: Items of this fund that are held.
        to: The finance bureau, or the HR bureau that it authorised.
    """

    payment_id: PaymentId
    application_no: Code
    publicity_id: PublicityId
    county_code: CountyCode
    fund: Fund
    year: Year
    fund_account_id: FundAccountId
    round: Count
    claims: BatchClaims
    excluded_items: ItemRefs = ()
    heads: Count
    amount_fen: Fen
    to: Literal["FINANCE", "AUTHORISED_HR"]
    submitted_by: OfficialId


@fact("payment.funding-application-decided.v1")
class FundingApplicationDecided(Fact):
    """Finance approved an application, or gave it back.

    Attributes:
        claims: What of each claim is approved, or goes back.
        amount_fen: What was approved; 0 where it was given back.
    """

    payment_id: PaymentId
    application_no: Code
    county_code: CountyCode
    fund: Fund
    year: Year
    decision: Literal["APPROVED", "RETURNED"]
    claims: BatchClaims
    amount_fen: Fen
    reason: Personal[FreeText] | None = None
    decided_by: OfficialId


@record
class OrderLine:
    """What of a claim an order pays."""

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    items: tuple[Count, ...]
    heads: Count
    amount_fen: Fen


OrderLines = Annotated[tuple[OrderLine, ...], Meta(max_length=ORDER_CLAIMS_MAX)]


@fact("payment.disbursement-ordered.v1")
class DisbursementOrdered(Fact):
    """Money was ordered to one payee (CLM-12).

    Attributes:
        payee_person_id: Who is paid in mode PERSON.
        payee_institution_id: Who is paid otherwise.
    """

    payment_id: PaymentId
    order_no: Code
    county_code: CountyCode
    fund: Fund
    year: Year
    mode: ClaimMode
    payee_person_id: PersonId | None = None
    payee_institution_id: InstitutionId | None = None
    account_type: AccountType
    account: Matchable[Account]
    holder: Personal[PlainText]
    lines: OrderLines
    heads: Count
    amount_fen: Fen
    ordered_by: OfficialId


@fact("payment.disbursement-paid.v1")
class DisbursementPaid(Fact):
    """The bank paid an order.

    Attributes:
        bank_ref: The bank's reference.
        paid_at: When, as the bank says.
        paid_on: The local date of that.
    """

    payment_id: PaymentId
    order_no: Code
    publicity_id: PublicityId
    county_code: CountyCode
    fund: Fund
    year: Year
    payee_person_id: PersonId | None = None
    payee_institution_id: InstitutionId | None = None
    bank_ref: Code
    paid_at: Instant
    paid_on: date
    lines: OrderLines
    heads: Count
    amount_fen: Fen
    confirmed_by: OfficialId


FailureReason = Literal[
    "ACCOUNT_CLOSED", "ACCOUNT_WRONG", "HOLDER_DIFFERS", "ACCOUNT_FROZEN", "BANK_FAULT", "OTHER"
]
"""Why a bank did not pay (退票): the account, its holder, or the bank itself."""


@fact("payment.disbursement-failed.v1")
class DisbursementFailed(Fact):
    """The bank could not pay an order; nothing of it was paid, and its money stays reserved.

    Attributes:
        reason: Why, as the bank says.
        bank_ref: The bank's reference, if it gave one.
        failed_at: When, as the bank says.
        lines: What of each claim waits for another order.
        amount_fen: What was not paid.
    """

    payment_id: PaymentId
    order_no: Code
    publicity_id: PublicityId
    county_code: CountyCode
    fund: Fund
    year: Year
    payee_person_id: PersonId | None = None
    payee_institution_id: InstitutionId | None = None
    reason: FailureReason
    bank_ref: Code | None = None
    failed_at: Instant
    lines: OrderLines
    heads: Count
    amount_fen: Fen
    recorded_by: OfficialId
