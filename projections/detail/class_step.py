"""The steps of a class's life, one row each: which, on what day, under which regime."""

from collections.abc import Iterator
from datetime import date

from aggregates.ids import ClassId
from aggregates.law.deadlines import local_date
from aggregates.training_class.facts import (
    ClassClosed,
    ClassFilingApproved,
    ClassFilingRejected,
    ClassFilingResubmitted,
    ClassFilingReturned,
    ClassFilingSubmitted,
    ClassStarted,
    TeachingCompleted,
)
from projections.part import Part, Read, Row

Step = tuple[ClassId, str, date, str | None]


def _step(read: Read) -> Step | None:  # noqa: PLR0911 - one answer for each fact
    match read.fact:
        case ClassFilingSubmitted() | ClassFilingResubmitted() as fact:
            return fact.class_id, "FILED", fact.filing.declared_on or read.recorded_on, None
        case ClassFilingReturned() as fact:
            return fact.class_id, "RETURNED", read.recorded_on, None
        case ClassFilingRejected() as fact:
            return fact.class_id, "REJECTED", read.recorded_on, None
        case ClassFilingApproved() as fact:
            return fact.class_id, "APPROVED", read.recorded_on, fact.regime
        case ClassStarted() as fact:
            return fact.class_id, "RUNNING", local_date(fact.actual_start), fact.regime
        case TeachingCompleted() as fact:
            return fact.class_id, "TAUGHT", local_date(fact.actual_end), None
        case ClassClosed() as fact:
            return fact.class_id, "CLOSED", local_date(fact.closed_at), None
        case _:
            return None


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a step."""
    step = _step(read)
    if step is not None:
        class_id, name, on, regime = step
        yield on, class_id, name, read.recorded_on, read.recorded_at, regime, read.channel


CLASS_STEP = Part(
    name="class_step",
    columns={
        "class_id": "uuid not null",
        "step": "text not null",
        "recorded_on": "date not null",
        "recorded_at": "timestamptz not null",
        "regime": "text",
        "channel": "text not null",
    },
    facts=(
        ClassFilingSubmitted,
        ClassFilingResubmitted,
        ClassFilingReturned,
        ClassFilingRejected,
        ClassFilingApproved,
        ClassStarted,
        TeachingCompleted,
        ClassClosed,
    ),
    rows=rows,
    indexes=("class_id",),
)
