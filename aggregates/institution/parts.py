"""The parts that the facts of an institution are made of."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from aggregates.facts import BasisPoints, Code, Count, Digest, Title, record
from aggregates.sealed import Account, IdNumber, Matchable, Name, Personal, PlainText

InstitutionKind = Literal[
    "COLLEGE",
    "VOCATIONAL",
    "TECHNICIAN",
    "TRAINING_ORG",
    "ENTERPRISE_CENTRE",
    "PUBLIC_BASE",
    "ONLINE",
    "EMPLOYER",
    "ASSESSMENT_BODY",
]
Uscc = Annotated[str, Meta(pattern="^[0-9A-HJ-NP-RT-UW-Y]{18}$")]
"""A unified social credit code of GB 32100."""
NegativeItem = Annotated[str, Meta(pattern="^NL-[1-6]\\.[1-9]$")]
"""An item of the negative list (annex 3)."""


@record
class BasicAccount:
    """The basic account of an institution, the only one that money goes to (CLM-12)."""

    bank: Title
    account: Matchable[Account]
    holder: Personal[PlainText]


@record
class Shareholder:
    """Who owns a part: a person, or an organisation by its credit code."""

    name: Personal[Name] | None = None
    id_number: Matchable[IdNumber] | None = None
    uscc: Uscc | None = None
    share_bp: BasisPoints


@record
class SelfEvaluation:
    """An employer's right to evaluate its own staff (17号 二(一)5)."""

    cert_no: Code
    valid_to: date | None = None


@record
class Room:
    """A room of a site and what it is used for."""

    room_id: Code
    capacity: Count
    use: Literal["OFFICE", "THEORY", "PRACTICE", "BOARDING"]


@record
class Workstation:
    """How many work-stations (工位) a site has for an occupation."""

    occupation: Code
    count: Count


@record
class FireProof:
    """The proof of a site's fire acceptance (消防验收证明材料); it may be without end."""

    doc_no: Code
    sha256: Digest
    valid_to: date | None = None


@record
class Camera:
    """A camera of a room, and what it gives: picture, sound, and both on line."""

    camera_id: Code
    room_id: Code
    audio: bool
    video: bool
    online: bool


@record
class Device:
    """A device that signs in or records."""

    device_id: Code
    kind: Literal["FACE_TERMINAL", "FINGERPRINT", "CARD", "TABLET", "OTHER"]


@record
class Place:
    """Where a site lies, in millionths of a degree (WGS 84)."""

    lat_e6: Annotated[int, Meta(ge=-90_000_000, le=90_000_000)]
    lon_e6: Annotated[int, Meta(ge=-180_000_000, le=180_000_000)]


@record
class Document:
    """A document that was handed in."""

    kind: Code
    sha256: Digest


Method = Literal["ASSESSMENT", "THIRD_PARTY_REVIEW", "PROCUREMENT", "PERIODIC"]
Level = Literal["CITY", "COUNTY", "THIRD_PARTY"]
ConditionCode = Literal[
    "LICENCE",
    "EQUIPMENT",
    "STAFF",
    "SOCIAL_INSURANCE",
    "STANDING",
    "EMERGENCY_PLAN",
    "NO_VIOLATIONS",
    "OTHER_BY_AUTHORITY",
    "SYSTEM_CHARTER",
    "SYSTEM_ADMINISTRATION",
    "SYSTEM_TEACHING",
    "SYSTEM_LECTURERS",
    "SYSTEM_TRAINEES",
    "SYSTEM_FINANCE",
    "SYSTEM_HEALTH",
    "SYSTEM_FIRE",
    "SYSTEM_SAFETY",
    "SYSTEM_EPIDEMIC",
    "SYSTEM_EQUIPMENT",
    "MANAGEMENT_INFORMATION_SYSTEM",
    "PRACTICE_SAFETY",
    "BOARDING_COMPLIANT",
    "EQUIPMENT_WORKING",
    "SAFETY_EQUIPMENT",
    "ARCHIVE_RULES",
    "INTERNAL_SUPERVISION",
    "DATA_STATISTICS",
    "FOLLOW_UP_SERVICES",
    "COURSE_PREMISES",
]
"""What an evaluation attests: DB37 5.1 (eight), 5.6 (eleven), 5.2 to 5.4, 17号 六, 马兰花 四."""


@record
class Condition:
    """One condition that was looked at; an attestation may end on a day."""

    code: ConditionCode
    ok: bool
    doc: Digest | None = None
    valid_to: date | None = None


@record
class Indicator:
    """One indicator of an evaluation and its score, in hundredths of a point."""

    code: Code
    score_e2: Count


@record
class SelectionStep:
    """A step of selection or evaluation: what, when, and the document that shows it."""

    step: Literal["NOTICE", "CALL", "APPLICATION", "REVIEW", "PUBLICITY", "PUBLICATION", "CONTRACT"]
    on: date
    doc: Digest | None = None


@record
class CourseMaterial:
    """What stands ready for an occupation: plan, syllabus and textbook (DB37 5.5.1)."""

    occupation: Code
    level: Code
    plan: Digest | None = None
    syllabus: Digest | None = None
    textbook: Digest | None = None


Purpose = Literal["FIRST_TASK_PRE", "FIRST_TASK_IN_CLASS", "LISTING", "ROUTINE"]


Scope = Literal["ALL", "COUNTY", "OCCUPATION"]
