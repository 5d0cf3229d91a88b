"""The items of claims as handed in: for whom, on which certificate, how much."""

from collections.abc import Iterator

from aggregates.subsidy_claim.facts import ClaimResubmitted, ClaimSubmitted
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each item of a submission."""
    fact = read.fact
    if not isinstance(fact, ClaimSubmitted | ClaimResubmitted):
        return
    on = read.recorded_on
    for item in fact.items:
        yield (
            on,
            fact.claim_id,
            fact.class_id,
            item.item_no,
            item.person_id,
            item.enrolment_id,
            item.cert_no,
            item.kind,
            item.amount_fen,
        )


CLAIM_ITEM = Part(
    name="claim_item",
    columns={
        "claim_id": "uuid not null",
        "class_id": "uuid not null",
        "item_no": "integer not null",
        "person_id": "uuid not null",
        "enrolment_id": "uuid not null",
        "cert_no": "text",
        "kind": "text not null",
        "amount_fen": "bigint not null",
    },
    facts=(ClaimSubmitted, ClaimResubmitted),
    rows=rows,
    indexes=("claim_id",),
)
