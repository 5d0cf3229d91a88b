"""What a class filing (开班备案) consists of, and the rows that later facts restate."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from aggregates.facts import BasisPoints, Code, Count, Digest, Fen, Instant, Title, record
from aggregates.ids import ClassId, InstructorId, OfficialId, PersonId, ProjectId
from aggregates.law.catalogues import Fund, PersonCategory, Route, TrainingType
from aggregates.sealed import Restricted

SessionKind = Literal["THEORY", "PRACTICE"]
SessionMode = Literal["OFFLINE", "ONLINE"]
ClaimMode = Literal["PERSON", "AGENCY", "ENTERPRISE"]
Scheme = Literal["PRE_JOB", "IN_POST", "APPRENTICESHIP"]
ScanKind = Literal[
    "FILING_FORM",
    "ROSTER",
    "TEACHING_PLAN",
    "SYLLABUS",
    "LECTURERS",
    "RESOURCES",
    "ASSESSMENT_PLAN",
    "PLEDGE",
    "EMERGENCY_PLAN",
    "OTHER",
]
"""What is scanned with a filing (开班申请材料), after 人社厅发〔2022〕15号 and DB37 6."""

TIMETABLE_MAX = 100
"""Sessions of one class at most, so that a filing fits into one entry."""


@record
class Hours:
    """Class hours (课时) as filed.

    Attributes:
        minutes_per_hour: How long a class hour is; the law says 45.
    """

    total: Count
    theory: Count
    practice: Count
    online: Count = 0
    minutes_per_hour: Count = 45


@record
class RequiredHours:
    """What the law asks of a class's hours: the occupation's standard, else the general rule.

    Attributes:
        total: Class hours at least.
        practice_bp: Share of practice at least.
        online_bp: Share of on-line hours at most; None where none is set, or it is waived.
        by_standard: Whether the occupation has a class-hour standard of its own (FIL-10).
    """

    total: Count
    practice_bp: BasisPoints
    online_bp: BasisPoints | None = None
    by_standard: bool = False


@record
class TimetableRow:
    """One session of the timetable (课程表).

    Attributes:
        site_id: The registered site; None for an on-line session.
        joint_with: The class with which it is held together (合班), if any.
    """

    session_no: Count
    starts_at: Instant
    ends_at: Instant
    hours: Count
    kind: SessionKind
    mode: SessionMode
    course: Title
    instructor_id: InstructorId
    site_id: Code | None = None
    room_id: Code | None = None
    joint_with: ClassId | None = None


@record
class Contract:
    """A labour contract (ELG-12)."""

    signed_on: date
    term_months: Count


@record
class RosterRow:
    """One head of the roster (花名册).

    Attributes:
        employer: The credit code of the employer, where an enterprise trains.
    """

    person_id: PersonId
    category: Restricted[PersonCategory]
    employer: Code | None = None
    contract: Contract | None = None


@record
class ClassHead:
    """The class head (班主任) or counsellor, by account."""

    id: OfficialId
    employment: Literal["FULL", "PART"]


@record
class Textbook:
    """A textbook; a self-written one needs a filing number (INS-21)."""

    title: Title
    isbn: Code | None = None
    self_written: bool = False
    filing_no: Code | None = None
    level: Code | None = None


@record
class Scan:
    """A scanned paper, and when its file says that it was made."""

    kind: ScanKind
    sha256: Digest
    created_at: Instant | None = None


@record
class Filing:
    """The whole of a class filing.

    Attributes:
        filing_no: The number of the filing.
        plan_item: Item of the institution's plan of the month of ``planned_start``.
        standard_code: The standard that the curriculum follows (FIL-11).
        planned_start: First day of training.
        planned_end: Last day of training.
        need_analysis_doc: Analysis of what the trainees need (FIL-21).
        declared_on: The date on the paper; it decides nothing.
    """

    filing_no: Code
    plan_item: Count | None = None
    project_id: ProjectId | None = None
    scheme: Scheme | None = None
    training_type: TrainingType
    occupation: Code
    level: Code
    standard_code: Code | None = None
    planned_start: date
    planned_end: date
    hours: Hours
    timetable: Annotated[tuple[TimetableRow, ...], Meta(max_length=TIMETABLE_MAX)]
    roster: tuple[RosterRow, ...]
    class_head: ClassHead | None = None
    textbooks: tuple[Textbook, ...] = ()
    platform_id: Code | None = None
    assessment_route: Route | None = None
    planned_assessment_on: date | None = None
    need_analysis_doc: Digest | None = None
    declared_on: date | None = None
    fee_per_head_fen: Fen = 0
    claim_mode: ClaimMode
    scans: tuple[Scan, ...] = ()
    fund_intent: Fund | None = None


@record
class SessionDetails:
    """A session before or after a change, as far as it is known.

    All fields are filled wherever the timetable is known; they are optional for history that
    comes in without its timetable.
    """

    starts_at: Instant | None = None
    ends_at: Instant | None = None
    hours: Count | None = None
    kind: SessionKind | None = None
    mode: SessionMode | None = None
    course: Title | None = None
    instructor_id: InstructorId | None = None
    site_id: Code | None = None
    room_id: Code | None = None
    joint_with: ClassId | None = None


ChangeField = Literal[
    "TIME", "PLACE", "ROOM", "INSTRUCTOR", "HOURS", "COURSE", "KIND", "MODE", "JOINT"
]


@record
class SessionChange:
    """What a report changes in one session.

    Attributes:
        kind: Whether the session is altered, cancelled or added.
        fields: What is altered; empty for a session cancelled or added.
        old: The whole session before, by the timetable as reported so far.
        new: The whole session after; None for one that is cancelled.
    """

    session_no: Count
    change: Literal["ALTER", "CANCEL", "ADD"]
    fields: tuple[ChangeField, ...] = ()
    old: SessionDetails | None = None
    new: SessionDetails | None = None
