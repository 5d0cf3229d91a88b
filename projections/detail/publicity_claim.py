"""Publicity batches claim by claim: published with how much, closed with how much cleared."""

from collections.abc import Iterator

from aggregates.law.deadlines import local_date
from aggregates.publicity.facts import PublicityClosed, PublicityStarted
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each claim of a batch that started or closed."""
    fact = read.fact
    if isinstance(fact, PublicityStarted):
        step, at, last_day = "STARTED", fact.published_at, fact.last_day
    elif isinstance(fact, PublicityClosed):
        step, at, last_day = "CLOSED", fact.closed_at, None
    else:
        return
    on = local_date(at)
    for one in fact.claims:
        yield (
            on,
            fact.publicity_id,
            one.claim_id,
            one.class_id,
            step,
            on,
            last_day,
            one.heads,
            one.amount_fen,
        )


PUBLICITY_CLAIM = Part(
    name="publicity_claim",
    columns={
        "publicity_id": "uuid not null",
        "claim_id": "uuid not null",
        "class_id": "uuid not null",
        "step": "text not null",
        "step_on": "date not null",
        "last_day": "date",
        "heads": "integer not null",
        "amount_fen": "bigint not null",
    },
    facts=(PublicityStarted, PublicityClosed),
    rows=rows,
    indexes=("class_id", "claim_id"),
)
