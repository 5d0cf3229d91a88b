"""The stages of publicity and payment that items of a claim reached."""

from collections.abc import Iterator

from aggregates.subsidy_claim.facts import ClaimStageReached
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a stage."""
    fact = read.fact
    if isinstance(fact, ClaimStageReached):
        yield (
            fact.paid_on or read.recorded_on,
            fact.claim_id,
            fact.class_id,
            fact.stage,
            list(fact.items),
            fact.heads,
            fact.amount_fen,
            fact.publicity_id,
            fact.payment_id,
        )


CLAIM_STAGE = Part(
    name="claim_stage",
    columns={
        "claim_id": "uuid not null",
        "class_id": "uuid not null",
        "stage": "text not null",
        "items": "integer[] not null",
        "heads": "integer not null",
        "amount_fen": "bigint not null",
        "publicity_id": "uuid not null",
        "payment_id": "uuid",
    },
    facts=(ClaimStageReached,),
    rows=rows,
    indexes=("class_id", "claim_id"),
)
