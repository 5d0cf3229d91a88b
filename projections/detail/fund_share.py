"""Which fund pays how much of a claim; of several assignments the last one counts."""

from collections.abc import Iterator

from aggregates.subsidy_claim.facts import FundSourceAssigned
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each fund."""
    fact = read.fact
    if isinstance(fact, FundSourceAssigned):
        for share in fact.funds:
            yield (
                read.recorded_on,
                fact.claim_id,
                fact.class_id,
                share.fund,
                share.heads,
                share.amount_fen,
            )


FUND_SHARE = Part(
    name="fund_share",
    columns={
        "claim_id": "uuid not null",
        "class_id": "uuid not null",
        "fund": "text not null",
        "heads": "integer not null",
        "amount_fen": "bigint not null",
    },
    facts=(FundSourceAssigned,),
    rows=rows,
    indexes=("class_id",),
)
