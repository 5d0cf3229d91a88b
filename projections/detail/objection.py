"""Objections, class by class: lodged, accepted, dismissed, decided."""

from collections.abc import Iterator
from typing import Any

from aggregates.law.deadlines import local_date
from aggregates.publicity.facts import (
    ObjectionAccepted,
    ObjectionDecided,
    ObjectionDismissed,
    ObjectionLodged,
)
from projections.part import Part, Read, Row

_ENDS = {
    ObjectionAccepted.TYPE: "ACCEPTED",
    ObjectionDismissed.TYPE: "DISMISSED",
    ObjectionDecided.TYPE: "DECIDED",
}


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each class that an objection concerns."""
    fact = read.fact
    if isinstance(fact, ObjectionLodged):
        target = fact.target
        on = local_date(fact.lodged_at)
        told: tuple[Any, ...] = (fact.in_window, "LODGED", target.claim_id, list(target.items))
    elif isinstance(fact, ObjectionAccepted | ObjectionDismissed | ObjectionDecided):
        on, told = read.recorded_on, (None, _ENDS[fact.TYPE], None, [])
    else:
        return
    for class_id in dict.fromkeys(fact.class_ids):
        yield on, fact.publicity_id, fact.objection_no, class_id, *told


OBJECTION = Part(
    name="objection",
    columns={
        "publicity_id": "uuid not null",
        "objection_no": "text not null",
        "class_id": "uuid not null",
        "in_window": "boolean",
        "step": "text not null",
        "of_claim": "uuid",
        "of_items": "integer[] not null",
    },
    facts=(ObjectionLodged, ObjectionAccepted, ObjectionDismissed, ObjectionDecided),
    rows=rows,
    indexes=("class_id",),
)
