"""The story of an assessment (17号 三(四)): applied for, approved, held, results by head."""

from typing import Annotated, Literal

from msgspec import Meta

from aggregates.facts import Code, CountyCode, Digest, Fact, Instant, Title, fact
from aggregates.ids import (
    AssessmentId,
    ClassId,
    EnrolmentId,
    InstitutionId,
    OfficialId,
    PersonId,
)
from aggregates.law.catalogues import Route

CANDIDATES_MAX = 600
Candidates = Annotated[tuple[EnrolmentId, ...], Meta(max_length=CANDIDATES_MAX)]
Tenths = Annotated[int, Meta(ge=0, le=2000)]
"""A score in tenths of a point."""


@fact("assessment.applied.v1")
class AssessmentApplied(Fact):
    """An assessment was applied for.

    Attributes:
        route: By which way the occupation is assessed; OWN is the institution's own test.
        body_id: Who assesses.
        own_reason_doc: Why no other route is open, for OWN (ASM-03).
    """

    assessment_id: AssessmentId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    route: Route
    body_id: InstitutionId
    occupation: Code
    level: Code
    planned_at: Instant
    candidates: Candidates
    own_reason_doc: Digest | None = None
    catalogue_version: str = ""


@fact("assessment.approved.v1")
class AssessmentApproved(Fact):
    """The authority agreed to an assessment."""

    assessment_id: AssessmentId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    approver: OfficialId


@fact("assessment.held.v1")
class AssessmentHeld(Fact):
    """An assessment took place.

    Attributes:
        held_at: When it began.
        venue: The place's address.
        review_doc: The review of theses or designs, where they are asked for (ASM-05).
    """

    assessment_id: AssessmentId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    held_at: Instant
    venue: Title
    examiners: tuple[OfficialId, ...]
    present: Candidates
    paper_ref: Code | None = None
    review_doc: Digest | None = None


@fact("assessment.result-recorded.v1")
class AssessmentResultRecorded(Fact):
    """A candidate's result was recorded.

    Attributes:
        theory_tenths: Score in theory, in tenths of a point; None where it was not scored.
        practice_tenths: Score in practice, likewise.
        retake: Whether it was a retake (补考).
    """

    assessment_id: AssessmentId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    enrolment_id: EnrolmentId
    person_id: PersonId
    theory_tenths: Tenths | None = None
    practice_tenths: Tenths | None = None
    result: Literal["PASS", "FAIL"]
    retake: bool = False
