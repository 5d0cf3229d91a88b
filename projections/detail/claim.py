"""Claims as handed in, each submission whole; of several the last one counts."""

from collections.abc import Iterator

from aggregates.subsidy_claim.facts import ClaimResubmitted, ClaimSubmitted
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a submission."""
    fact = read.fact
    if isinstance(fact, ClaimSubmitted | ClaimResubmitted):
        yield (
            read.recorded_on,
            fact.claim_id,
            fact.class_id,
            fact.county_code,
            fact.mode,
            fact.heads,
            fact.amount_fen,
        )


CLAIM = Part(
    name="claim",
    columns={
        "claim_id": "uuid not null",
        "class_id": "uuid not null",
        "county": "text not null",
        "mode": "text not null",
        "heads": "integer not null",
        "amount_fen": "bigint not null",
    },
    facts=(ClaimSubmitted, ClaimResubmitted),
    rows=rows,
    indexes=("class_id", "claim_id"),
)
