"""Published sets of parameters, as far as duties ask for them: each set whole, in its rank.

A set that holds none of these parameters is kept as well: it may replace one that does.
"""

from collections.abc import Iterator

from aggregates.law.parameters import PRECEDENCE, faults
from aggregates.policy_book.facts import PolicySetPublished
from aggregates.policy_book.settings import values_of
from projections.part import Part, Read, Row

ASKED = (
    "plan_deadline_basis",
    "plan_aggregate_deadline",
    "sla_certificate_delivery_days",
    "sla_claim_days",
    "sla_listing_update_days",
    "sla_step_days",
    "objection_decide_days",
)
"""The parameters, and families of parameters, that duties ask for."""


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a set; what is unfit in history counts for nothing."""
    fact = read.fact
    if not isinstance(fact, PolicySetPublished):
        return
    held = {
        name: str(value)
        for name, value in values_of(fact.parameters).items()
        if name.partition(".")[0] in ASKED and not faults({name: value}, fact.precedence)
    }
    yield (
        read.recorded_on,
        fact.policy_id,
        PRECEDENCE.index(fact.precedence),
        fact.county_code or "",
        fact.effective_from,
        fact.effective_to,
        list(fact.supersedes),
        list(held),
        list(held.values()),
    )


POLICY_SET = Part(
    name="policy_set",
    columns={
        "policy": "text not null",
        "rank": "integer not null",
        "county": "text not null",
        "effective_from": "date not null",
        "effective_to": "date",
        "supersedes": "text[] not null",
        "names": "text[] not null",
        "told": "text[] not null",
    },
    facts=(PolicySetPublished,),
    rows=rows,
)
