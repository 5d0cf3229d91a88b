"""Items that were taken off a claim, or cut: what is left of each."""

from collections.abc import Iterator

from aggregates.subsidy_claim.facts import ClaimItemDisallowed
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for an item."""
    fact = read.fact
    if isinstance(fact, ClaimItemDisallowed):
        yield (
            read.recorded_on,
            fact.claim_id,
            fact.class_id,
            fact.item_no,
            fact.amount_fen,
            fact.remaining_fen,
        )


DISALLOWED = Part(
    name="disallowed",
    columns={
        "claim_id": "uuid not null",
        "class_id": "uuid not null",
        "item_no": "integer not null",
        "amount_fen": "bigint not null",
        "remaining_fen": "bigint not null",
    },
    facts=(ClaimItemDisallowed,),
    rows=rows,
    indexes=("claim_id",),
)
