"""Disbursements claim by claim: ordered, and paid by the bank, or not."""

from collections.abc import Iterator

from aggregates.law.deadlines import local_date
from aggregates.payment.facts import DisbursementFailed, DisbursementOrdered, DisbursementPaid
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each claim that an order, a payment or a failure is for."""
    fact = read.fact
    if isinstance(fact, DisbursementPaid):
        step, on, publicity_id = "PAID", fact.paid_on, fact.publicity_id
    elif isinstance(fact, DisbursementOrdered):
        step, on, publicity_id = "ORDERED", read.recorded_on, None
    elif isinstance(fact, DisbursementFailed):
        step, on, publicity_id = "FAILED", local_date(fact.failed_at), fact.publicity_id
    else:
        return
    for line in fact.lines:
        yield (
            on,
            fact.payment_id,
            fact.order_no,
            line.claim_id,
            line.class_id,
            step,
            fact.county_code,
            fact.fund,
            fact.year,
            list(line.items),
            line.heads,
            line.amount_fen,
            publicity_id,
            read.channel,
        )


PAYMENT = Part(
    name="payment",
    columns={
        "payment_id": "uuid not null",
        "order_no": "text not null",
        "claim_id": "uuid not null",
        "class_id": "uuid not null",
        "step": "text not null",
        "county": "text not null",
        "fund": "text not null",
        "year": "integer not null",
        "items": "integer[] not null",
        "heads": "integer not null",
        "amount_fen": "bigint not null",
        "publicity_id": "uuid",
        "channel": "text not null",
    },
    facts=(DisbursementOrdered, DisbursementPaid, DisbursementFailed),
    rows=rows,
    indexes=("class_id", "claim_id"),
)
