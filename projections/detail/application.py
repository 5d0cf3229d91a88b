"""Funding applications claim by claim: submitted, approved, given back."""

from collections.abc import Iterator

from aggregates.payment.facts import FundingApplicationDecided, FundingApplicationSubmitted
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each claim of an application submitted or decided."""
    fact = read.fact
    if isinstance(fact, FundingApplicationSubmitted):
        step = "SUBMITTED"
    elif isinstance(fact, FundingApplicationDecided):
        step = fact.decision
    else:
        return
    for one in fact.claims:
        yield (
            read.recorded_on,
            fact.payment_id,
            one.claim_id,
            one.class_id,
            step,
            one.heads,
            one.amount_fen,
        )


APPLICATION = Part(
    name="application",
    columns={
        "payment_id": "uuid not null",
        "claim_id": "uuid not null",
        "class_id": "uuid not null",
        "step": "text not null",
        "heads": "integer not null",
        "amount_fen": "bigint not null",
    },
    facts=(FundingApplicationSubmitted, FundingApplicationDecided),
    rows=rows,
    indexes=("claim_id",),
)
