"""Names of things: one type per kind, so that a reference says what it points to.

Every id is a UUID. Things that come into being get a time-ordered one (RFC 9562, version 7)
from the ledger; things that must be found again from what they are (a person's entitlement, a
fund account of one county, fund and year) get a derived one (version 8).
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NewType
from uuid import UUID

InstitutionId = NewType("InstitutionId", UUID)
InstructorId = NewType("InstructorId", UUID)
ProjectId = NewType("ProjectId", UUID)
PlanId = NewType("PlanId", UUID)
ClassId = NewType("ClassId", UUID)
PersonId = NewType("PersonId", UUID)
EnrolmentId = NewType("EnrolmentId", UUID)
InspectionId = NewType("InspectionId", UUID)
AssessmentId = NewType("AssessmentId", UUID)
CertificateId = NewType("CertificateId", UUID)
ClaimId = NewType("ClaimId", UUID)
PublicityId = NewType("PublicityId", UUID)
FundAccountId = NewType("FundAccountId", UUID)
PaymentId = NewType("PaymentId", UUID)
SignalId = NewType("SignalId", UUID)
OfficialId = NewType("OfficialId", UUID)

LINK_KINDS: Mapping[Any, str] = {
    InstitutionId: "institution",
    InstructorId: "instructor",
    ProjectId: "project",
    PlanId: "plan",
    ClassId: "class",
    PersonId: "person",
    EnrolmentId: "enrolment",
    InspectionId: "inspection",
    AssessmentId: "assessment",
    CertificateId: "certificate",
    ClaimId: "claim",
    PublicityId: "publicity",
    FundAccountId: "fund-account",
    PaymentId: "payment",
    SignalId: "signal",
    OfficialId: "official",
}
"""The word under which the trail files a reference of each type."""

STREAM_KINDS: Mapping[str, str] = {
    "institution": "institution",
    "instructor": "instructor",
    "project": "project",
    "monthly-plan": "plan",
    "training-class": "class",
    "trainee": "person",
    "enrolment": "enrolment",
    "inspection": "inspection",
    "assessment": "assessment",
    "certificate": "certificate",
    "subsidy-claim": "claim",
    "publicity": "publicity",
    "fund-account": "fund-account",
    "entitlement": "person",
    "payment": "payment",
    "archive": "class",
    "risk-signal": "signal",
}
"""The word under which the trail files the stream that an entry belongs to, by stream prefix."""

_V8 = 8
_UUID_BYTES = 16


def uuid_v8(digest: bytes) -> UUID:
    """Return the version-8 UUID (RFC 9562, section 5.8) made of the first 16 bytes of ``digest``.

    Raises:
        ValueError: ``digest`` has fewer than 16 bytes.
    """
    if len(digest) < _UUID_BYTES:
        raise ValueError(f"expected at least {_UUID_BYTES} bytes, found {len(digest)}")
    raw = bytearray(digest[:_UUID_BYTES])
    raw[6] = (raw[6] & 0x0F) | (_V8 << 4)
    raw[8] = (raw[8] & 0x3F) | 0x80
    return UUID(bytes=bytes(raw))


def derived_id(kind: str, *parts: object) -> UUID:
    """Return the one id of the thing of ``kind`` that ``parts`` name.

    The same kind and parts give the same id on every machine. Not for secrets: whoever knows
    the parts can compute it, so a person's id is made by the vault with a key instead.
    """
    text = "\x1f".join((kind, *(str(part) for part in parts)))
    return uuid_v8(sha256(text.encode()).digest())
