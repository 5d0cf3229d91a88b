"""The story of certificates (17号 三(五)): numbers allocated, certificates issued, delivered.

The bureau allocates the numbers of 培训合格证书 in batches, each a stream of its own; every
certificate has the stream that its number derives.
"""

from datetime import date
from typing import Literal

from aggregates.facts import (
    BasisPoints,
    Code,
    Count,
    CountyCode,
    Digest,
    Fact,
    Instant,
    Title,
    fact,
)
from aggregates.ids import (
    AssessmentId,
    CertificateId,
    ClassId,
    EnrolmentId,
    InstitutionId,
    OfficialId,
    PersonId,
)
from aggregates.law.catalogues import TrainingType

CertificateType = Literal["QUALIFICATION", "SPECIAL_ABILITY", "SKILL_LEVEL", "COMPLETION"]
"""国家职业资格、专项职业能力、职业技能等级、培训合格."""


@fact("certificate.numbers-allocated.v1")
class CertificateNumbersAllocated(Fact):
    """The bureau gave a class the numbers of its 培训合格证书 (CRT-02).

    Attributes:
        batch_id: The stream of the batch.
        from_no: The first number.
        to_no: The last number; both differ only in their last digits.
        count: How many numbers that is.
    """

    batch_id: CertificateId
    batch_no: Code
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    from_no: Code
    to_no: Code
    count: Count
    allocated_by: OfficialId


@fact("certificate.issued.v1")
class CertificateIssued(Fact):
    """A certificate was issued.

    Attributes:
        certificate_id: The stream, derived from the number.
        issuer: The body that issued it.
        attended_hours: Class hours that the person attended.
        attended_bp: Those of the hours taught: shown to the reviewer (CRT-01).
        assessment_id: The assessment that was passed.
        batch_id: The batch its number is from, for 培训合格证书.
    """

    certificate_id: CertificateId
    cert_no: Code
    certificate_type: CertificateType
    person_id: PersonId
    enrolment_id: EnrolmentId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    training_type: TrainingType | None = None
    occupation: Code
    level: Code
    issued_on: date
    issuer: Title
    scan_sha256: Digest | None = None
    assessment_id: AssessmentId | None = None
    batch_id: CertificateId | None = None
    attended_hours: Count
    attended_bp: BasisPoints


@fact("certificate.delivered.v1")
class CertificateDelivered(Fact):
    """A certificate was handed to the trainee in person (CRT-03).

    Attributes:
        delivered_at: When, as the receipt says.
        receipt_sha256: The receipt with the trainee's signature.
    """

    certificate_id: CertificateId
    cert_no: Code
    person_id: PersonId
    enrolment_id: EnrolmentId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    delivered_at: Instant
    receipt_sha256: Digest
