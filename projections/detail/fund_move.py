"""The books of the funds: allocated, reserved, released, paid."""

from collections.abc import Iterator

from aggregates.fund_account.facts import (
    FundAmountReserved,
    FundBudgetAllocated,
    FundReservationReleased,
)
from aggregates.fund_account.state import account_of
from aggregates.payment.facts import DisbursementPaid
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a movement."""
    fact = read.fact
    on, payment_id = read.recorded_on, None
    match fact:
        case FundBudgetAllocated():
            step, account = "ALLOCATED", fact.fund_account_id
        case FundAmountReserved():
            step, account, payment_id = "RESERVED", fact.fund_account_id, fact.payment_id
        case FundReservationReleased():
            step, account, payment_id = "RELEASED", fact.fund_account_id, fact.payment_id
        case DisbursementPaid():
            account = account_of(fact.county_code, fact.fund, fact.year)
            on, step, payment_id = fact.paid_on, "PAID", fact.payment_id
        case _:
            return
    yield (
        on,
        account,
        fact.county_code,
        fact.fund,
        fact.year,
        step,
        fact.amount_fen,
        payment_id,
    )


FUND_MOVE = Part(
    name="fund_move",
    columns={
        "fund_account_id": "uuid not null",
        "county": "text not null",
        "fund": "text not null",
        "year": "integer not null",
        "step": "text not null",
        "amount_fen": "bigint not null",
        "payment_id": "uuid",
    },
    facts=(FundBudgetAllocated, FundAmountReserved, FundReservationReleased, DisbursementPaid),
    rows=rows,
    indexes=("fund_account_id",),
)
