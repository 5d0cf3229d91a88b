"""What the facts of a certificate, or of a batch of numbers, add up to."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from aggregates.certificate.facts import (
    CertificateDelivered,
    CertificateIssued,
    CertificateNumbersAllocated,
)
from aggregates.certificate.numbers import Span
from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import (
    AssessmentId,
    CertificateId,
    ClassId,
    EnrolmentId,
    InstitutionId,
    PersonId,
    derived_id,
)


def certificate_of(cert_no: str) -> CertificateId:
    """Return the id of the certificate with a number."""
    return CertificateId(derived_id("certificate", cert_no))


def batch_of(county_code: str, batch_no: str) -> CertificateId:
    """Return the id of a county's batch of certificate numbers."""
    return CertificateId(derived_id("certificate-batch", county_code, batch_no))


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, or a batch of numbers for the certificates of a class.

    Attributes:
        span: The numbers of a batch; None for a certificate.
        cert_no: The number of a certificate; empty while it is not issued, and for a batch.
        certificate_type: QUALIFICATION, SPECIAL_ABILITY, SKILL_LEVEL or COMPLETION.
        person_id: Whose it is.
        enrolment_id: By which enrolment it was earned.
        class_id: The class, of a certificate as of a batch.
        institution_id: Who trained.
        county: The county of the class.
        training_type: The training type of the class.
        occupation: What it certifies.
        level: At which level.
        issued_on: The date on the certificate.
        assessment_id: The assessment that was passed, if it names one.
        attended_bp: The share of the hours taught that the person attended.
        delivered_at: When it was handed over, if it was.
    """

    span: Span | None = None
    cert_no: str = ""
    certificate_type: str = ""
    person_id: PersonId | None = None
    enrolment_id: EnrolmentId | None = None
    class_id: ClassId | None = None
    institution_id: InstitutionId | None = None
    county: str = ""
    training_type: str = ""
    occupation: str = ""
    level: str = ""
    issued_on: date | None = None
    assessment_id: AssessmentId | None = None
    attended_bp: int = 0
    delivered_at: datetime | None = None

    @property
    def issued(self) -> bool:
        """Whether it is a certificate that was issued."""
        return self.issued_on is not None


def evolve(one: Certificate, fact: Fact, at: Recorded) -> Certificate:
    """Return the certificate or batch after one more fact."""
    match fact:
        case CertificateNumbersAllocated():
            return replace(
                one,
                span=Span(fact.from_no, fact.to_no),
                class_id=fact.class_id,
                institution_id=fact.institution_id,
                county=fact.county_code,
            )
        case CertificateIssued():
            return replace(
                one,
                cert_no=fact.cert_no,
                certificate_type=fact.certificate_type,
                person_id=fact.person_id,
                enrolment_id=fact.enrolment_id,
                class_id=fact.class_id,
                institution_id=fact.institution_id,
                county=fact.county_code,
                training_type=fact.training_type or "",
                occupation=fact.occupation,
                level=fact.level,
                issued_on=fact.issued_on,
                assessment_id=fact.assessment_id,
                attended_bp=fact.attended_bp,
            )
        case CertificateDelivered():
            return replace(one, delivered_at=fact.delivered_at)
        case _:
            return one


CERTIFICATE = stream("certificate", Certificate(), evolve)
