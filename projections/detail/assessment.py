"""Assessments of a class and how many candidates each has."""

from collections.abc import Iterator

from aggregates.assessment.facts import AssessmentApplied
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for an assessment applied for."""
    fact = read.fact
    if isinstance(fact, AssessmentApplied):
        yield read.recorded_on, fact.class_id, fact.assessment_id, len(set(fact.candidates))


ASSESSMENT = Part(
    name="assessment",
    columns={
        "class_id": "uuid not null",
        "assessment_id": "uuid not null",
        "candidates": "integer not null",
    },
    facts=(AssessmentApplied,),
    rows=rows,
    indexes=("class_id",),
)
