"""What a fact of the service itself is about: one thing, by the one id that is given."""

from uuid import UUID

from aggregates.facts import links, record
from aggregates.ids import (
    AssessmentId,
    ClaimId,
    ClassId,
    EnrolmentId,
    InspectionId,
    InstitutionId,
    InstructorId,
    OfficialId,
    PaymentId,
    PersonId,
    PlanId,
    ProjectId,
    PublicityId,
)


@record
class Subject:
    """One thing. Typed ids instead of a kind beside an id, so that the trail can follow it."""

    class_id: ClassId | None = None
    institution_id: InstitutionId | None = None
    instructor_id: InstructorId | None = None
    person_id: PersonId | None = None
    enrolment_id: EnrolmentId | None = None
    inspection_id: InspectionId | None = None
    assessment_id: AssessmentId | None = None
    claim_id: ClaimId | None = None
    publicity_id: PublicityId | None = None
    payment_id: PaymentId | None = None
    project_id: ProjectId | None = None
    plan_id: PlanId | None = None
    official_id: OfficialId | None = None

    @property
    def given(self) -> tuple[tuple[str, UUID], ...]:
        """Kind and id of everything given; a sound subject has exactly one."""
        return tuple(links(self))

    @property
    def story(self) -> UUID | None:
        """The class or claim whose story it belongs to, if it is one."""
        return self.class_id or self.claim_id
