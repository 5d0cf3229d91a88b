"""What the facts of an assessment add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from aggregates.assessment.facts import (
    AssessmentApplied,
    AssessmentApproved,
    AssessmentHeld,
    AssessmentResultRecorded,
)
from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import ClassId, EnrolmentId, InstitutionId, OfficialId

_NO_RESULTS: Mapping[EnrolmentId, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Assessment:
    """An assessment.

    Attributes:
        status: APPLIED, APPROVED, HELD; empty before.
        class_id: The class whose trainees it assesses.
        institution_id: Who trains.
        county: The county of the class.
        route: By which way it assesses.
        body_id: Who assesses.
        occupation: What is assessed.
        level: At which level.
        candidates: Who was entered.
        applied_on: Local date of the application's record.
        approver: Who agreed.
        held_at: When it took place.
        present: Who came.
        results: PASS or FAIL by candidate; of retakes the last.
    """

    status: str = ""
    class_id: ClassId | None = None
    institution_id: InstitutionId | None = None
    county: str = ""
    route: str = ""
    body_id: InstitutionId | None = None
    occupation: str = ""
    level: str = ""
    candidates: frozenset[EnrolmentId] = frozenset()
    applied_on: date | None = None
    approver: OfficialId | None = None
    held_at: datetime | None = None
    present: frozenset[EnrolmentId] = frozenset()
    results: Mapping[EnrolmentId, str] = field(default_factory=lambda: _NO_RESULTS)

    def passed(self, enrolment_id: EnrolmentId) -> bool:
        """Say whether a candidate passed."""
        return self.results.get(enrolment_id) == "PASS"

    @property
    def complete(self) -> bool:
        """Whether every candidate has a result."""
        return bool(self.candidates) and self.candidates <= self.results.keys()


def evolve(one: Assessment, fact: Fact, at: Recorded) -> Assessment:
    """Return the assessment after one more fact."""
    match fact:
        case AssessmentApplied():
            return replace(
                one,
                status="APPLIED",
                class_id=fact.class_id,
                institution_id=fact.institution_id,
                county=fact.county_code,
                route=fact.route,
                body_id=fact.body_id,
                occupation=fact.occupation,
                level=fact.level,
                candidates=frozenset(fact.candidates),
                applied_on=at.on,
            )
        case AssessmentApproved():
            return replace(one, status="APPROVED", approver=fact.approver)
        case AssessmentHeld():
            return replace(
                one, status="HELD", held_at=fact.held_at, present=frozenset(fact.present)
            )
        case AssessmentResultRecorded():
            results = {**one.results, fact.enrolment_id: fact.result}
            return replace(one, results=MappingProxyType(results))
        case _:
            return one


ASSESSMENT = stream("assessment", Assessment(), evolve)
