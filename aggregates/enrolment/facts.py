"""The story of one person in one class: enrolled, perhaps an agency agreement, perhaps away."""

from datetime import date
from typing import Literal

from aggregates.facts import Code, CountyCode, Digest, Fact, Fen, Instant, fact
from aggregates.ids import ClassId, EnrolmentId, InstitutionId, PersonId
from aggregates.law.catalogues import PersonCategory
from aggregates.sealed import FreeText, Matchable, Personal, Phone, Restricted


@fact("enrolment.trainee-enrolled.v1")
class TraineeEnrolled(Fact):
    """A person joined a class.

    Attributes:
        phone: The person's telephone; the same one for many people is a doubt.
        fee_charged_fen: What training costs a head.
        fee_paid_fen: What this person, or the employer, paid.
        policy_notice_ack: The person was told the policy and says so (PLN-09).
        voucher_no: The electronic training voucher, if one was used.
        channel: Enrolled on the spot or over the network (PLN-10).
        interview_doc: The short interview of entrepreneurship classes (FIL-20).
        course_fit_doc: Why the course suits the person, for the same (FIL-24).
    """

    enrolment_id: EnrolmentId
    class_id: ClassId
    person_id: PersonId
    institution_id: InstitutionId
    county_code: CountyCode
    category: Restricted[PersonCategory]
    phone: Matchable[Phone]
    fee_charged_fen: Fen
    fee_paid_fen: Fen
    policy_notice_ack: bool
    voucher_no: Code | None = None
    channel: Literal["ONSITE", "ONLINE"] = "ONSITE"
    interview_doc: Digest | None = None
    course_fit_doc: Digest | None = None


@fact("enrolment.agency-claim-agreement-signed.v1")
class AgencyClaimAgreementSigned(Fact):
    """Trainee and institution agreed that it claims the subsidy (《代领补贴协议书》, FIL-07).

    Attributes:
        signed_at: When it is said to have been signed.
        in_time: Whether it was recorded before the point that the city names.
    """

    enrolment_id: EnrolmentId
    class_id: ClassId
    person_id: PersonId
    institution_id: InstitutionId
    county_code: CountyCode
    doc_sha256: Digest
    signed_at: Instant
    in_time: bool


@fact("enrolment.trainee-withdrawn.v1")
class TraineeWithdrawn(Fact):
    """A person left a class before its end."""

    enrolment_id: EnrolmentId
    class_id: ClassId
    person_id: PersonId
    institution_id: InstitutionId
    county_code: CountyCode
    withdrawn_on: date
    reason: Personal[FreeText] | None = None
