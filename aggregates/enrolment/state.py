"""What the facts of an enrolment add up to."""

from dataclasses import dataclass, replace
from datetime import date

from aggregates.decisions import Recorded, stream
from aggregates.enrolment.facts import (
    AgencyClaimAgreementSigned,
    TraineeEnrolled,
    TraineeWithdrawn,
)
from aggregates.facts import Fact
from aggregates.ids import ClassId, EnrolmentId, InstitutionId, PersonId
from aggregates.law.catalogues import PersonCategory
from aggregates.sealed import Matchable, Phone


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One person in one class.

    Attributes:
        enrolment_id: Its id; None before the first fact.
        class_id: The class.
        person_id: The person.
        institution_id: Who trains.
        county: The county of the class.
        category: The category by which the person joined; None where the vault did not give it.
        phone: The person's telephone.
        fee_charged_fen: What training costs a head.
        fee_paid_fen: What was paid for this head.
        policy_notice_ack: Whether the person was told the policy.
        enrolled_on: Local date of the record.
        agreement_on: Local date on which the agency agreement was recorded, if it was.
        agreement_doc: The digest of that agreement.
        agreement_in_time: Whether it was recorded before the point that the city names (FIL-07).
        withdrawn_on: The day of leaving, if the person left.
    """

    enrolment_id: EnrolmentId | None = None
    class_id: ClassId | None = None
    person_id: PersonId | None = None
    institution_id: InstitutionId | None = None
    county: str = ""
    category: PersonCategory | None = None
    phone: Matchable[Phone] | None = None
    fee_charged_fen: int = 0
    fee_paid_fen: int = 0
    policy_notice_ack: bool = False
    enrolled_on: date | None = None
    agreement_on: date | None = None
    agreement_doc: str | None = None
    agreement_in_time: bool = False
    withdrawn_on: date | None = None

    @property
    def enrolled(self) -> bool:
        """Whether the person joined and did not leave."""
        return self.enrolled_on is not None and self.withdrawn_on is None


def evolve(one: Enrolment, fact: Fact, at: Recorded) -> Enrolment:
    """Return the enrolment after one more fact."""
    match fact:
        case TraineeEnrolled():
            return replace(
                one,
                enrolment_id=fact.enrolment_id,
                class_id=fact.class_id,
                person_id=fact.person_id,
                institution_id=fact.institution_id,
                county=fact.county_code,
                category=fact.category.value,
                phone=fact.phone,
                fee_charged_fen=fact.fee_charged_fen,
                fee_paid_fen=fact.fee_paid_fen,
                policy_notice_ack=fact.policy_notice_ack,
                enrolled_on=at.on,
                withdrawn_on=None,
            )
        case AgencyClaimAgreementSigned():
            return replace(
                one,
                agreement_on=at.on,
                agreement_doc=fact.doc_sha256,
                agreement_in_time=fact.in_time,
            )
        case TraineeWithdrawn():
            return replace(one, withdrawn_on=fact.withdrawn_on)
        case _:
            return one


ENROLMENT = stream("enrolment", Enrolment(), evolve)
