"""Entitlements of persons: reserved with a claim, used by its payment, or released."""

from collections.abc import Iterator
from typing import Any

from aggregates.entitlement.facts import (
    EntitlementReleased,
    EntitlementReserved,
    EntitlementUsed,
)
from projections.part import Part, Read, Row

_NOTHING: tuple[Any, ...] = (None, None, None, None, None)


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for what happened to an entitlement."""
    fact = read.fact
    if isinstance(fact, EntitlementReserved):
        on, step, amount = read.recorded_on, "RESERVED", fact.amount_fen
        told: tuple[Any, ...] = (
            fact.enrolment_id,
            fact.occupation,
            fact.level,
            fact.year,
            fact.certified_on,
        )
    elif isinstance(fact, EntitlementUsed):
        on, step, amount, told = fact.paid_on, "USED", fact.amount_fen, _NOTHING
    elif isinstance(fact, EntitlementReleased):
        on, step, amount, told = read.recorded_on, "RELEASED", 0, _NOTHING
    else:
        return
    yield (
        on,
        fact.person_id,
        fact.claim_id,
        fact.item_no,
        fact.class_id,
        fact.county_code,
        fact.kind,
        step,
        amount,
        *told,
    )


ENTITLEMENT = Part(
    name="entitlement",
    columns={
        "person_id": "uuid not null",
        "claim_id": "uuid not null",
        "item_no": "integer not null",
        "class_id": "uuid not null",
        "county": "text not null",
        "kind": "text not null",
        "step": "text not null",
        "amount_fen": "bigint not null",
        "enrolment_id": "uuid",
        "occupation": "text",
        "level": "text",
        "year": "integer",
        "certified_on": "date",
    },
    facts=(EntitlementReserved, EntitlementUsed, EntitlementReleased),
    rows=rows,
    indexes=("person_id",),
)
