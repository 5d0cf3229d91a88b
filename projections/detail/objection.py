"""Objections, class by class: lodged, accepted, dismissed, decided."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from aggregates.law.deadlines import local_date
from aggregates.publicity.facts import (
    ObjectionAccepted,
    ObjectionDecided,
    ObjectionDismissed,
    ObjectionLodged,
)
from projections.part import Part, Read, Row


def _step(read: Read) -> tuple[str, date, UUID | None]:
    match read.fact:
        case ObjectionLodged() as fact:
            return "LODGED", local_date(fact.lodged_at), fact.target.claim_id
        case ObjectionAccepted():
            return "ACCEPTED", read.recorded_on, None
        case ObjectionDismissed():
            return "DISMISSED", read.recorded_on, None
        case _:
            return "DECIDED", read.recorded_on, None


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each class that an objection concerns."""
    fact = read.fact
    if isinstance(
        fact, ObjectionLodged | ObjectionAccepted | ObjectionDismissed | ObjectionDecided
    ):
        step, on, claim_id = _step(read)
        for class_id in dict.fromkeys(fact.class_ids):
            yield on, fact.publicity_id, fact.objection_no, class_id, step, claim_id


OBJECTION = Part(
    name="objection",
    columns={
        "publicity_id": "uuid not null",
        "objection_no": "text not null",
        "class_id": "uuid not null",
        "step": "text not null",
        "claim_id": "uuid",
    },
    facts=(ObjectionLodged, ObjectionAccepted, ObjectionDismissed, ObjectionDecided),
    rows=rows,
    indexes=("class_id", "publicity_id"),
)
