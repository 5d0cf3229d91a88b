"""What is recorded while a class is taught: sessions, sheets, recordings, and their sum."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

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
    record,
)
from aggregates.ids import ClassId, EnrolmentId, InstitutionId, InstructorId, OfficialId
from aggregates.sealed import Restricted
from aggregates.training_class.form import RequiredHours, SessionKind, SessionMode

SHEET_ROWS_MAX = 150
"""Rows of one part of an attendance sheet."""


@fact("training-class.session-held.v1")
class SessionHeld(Fact):
    """A session was held.

    Attributes:
        head_on_duty: The class head on duty, by account; None where nobody was.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    session_no: Count
    actual_start: Instant
    actual_end: Instant
    hours: Count
    kind: SessionKind
    mode: SessionMode
    course: Title
    instructor_id: InstructorId
    site_id: Code | None = None
    room_id: Code | None = None
    joint_with: ClassId | None = None
    head_on_duty: OfficialId | None = None


AttendanceStatus = Literal["PRESENT", "LATE", "EARLY", "ABSENT", "LEAVE"]


@record
class SheetRow:
    """One head on an attendance sheet.

    Attributes:
        face_score: Likeness in ten-thousandths, where a face was compared.
        geo: Latitude and longitude in millionths of a degree, ``lat,lon``.
        capture_digest: Digest of the captured image, which stays on the device.
    """

    enrolment_id: EnrolmentId
    status: AttendanceStatus
    in_at: Instant | None = None
    out_at: Instant | None = None
    method: Literal["FACE", "CARD", "PAPER", "QR"]
    device_id: Code | None = None
    face_score: Restricted[int] | None = None
    geo: Restricted[str] | None = None
    capture_digest: Restricted[str] | None = None


SheetRows = Annotated[tuple[SheetRow, ...], Meta(max_length=SHEET_ROWS_MAX)]


@fact("training-class.attendance-sheet-sealed.v1")
class AttendanceSheetSealed(Fact):
    """The attendance sheet of a session was sealed, or one part of a long one.

    Attributes:
        part: Which part, from 1.
        of: How many parts there are.
        unlisted_present: Heads present who are on no roster.
        present: Heads of this part who attended: present, late or early away.
        sheet_sha256: Digest of the sheet.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    session_no: Count
    entries: SheetRows
    part: Count = 1
    of: Count = 1
    unlisted_present: Count = 0
    present: Count
    sheet_sha256: Digest
    sealed_by: OfficialId


@fact("training-class.recording-registered.v1")
class RecordingRegistered(Fact):
    """A recording with sound and picture was registered; one file may cover many sessions."""

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    camera_id: Code
    session_nos: tuple[Count, ...]
    starts_at: Instant
    ends_at: Instant
    storage_ref: Code
    sha256: Digest
    retention_to: date | None = None


@record
class DeliveredHours:
    """Class hours that were taught."""

    total: Count
    theory: Count
    practice: Count
    online: Count


@fact("training-class.teaching-completed.v1")
class TeachingCompleted(Fact):
    """The teaching of a class was completed.

    Attributes:
        actual_end: When the last session ended.
        hours_delivered: Hours of the sessions held.
        hours_backed: Those of them with a sheet and, off line, a recording (DEL-03, DEL-04).
        attendance_rate_bp: Hours attended of hours due, all heads together.
        heads: The roster on that day.
        completed: Heads who are neither withdrawn nor removed.
        required: What the law asks of the hours.
        awaits_visit: The visit during the first class is missing, so claims wait (FIL-03).
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    actual_end: Instant
    sessions: Count
    hours_delivered: DeliveredHours
    hours_backed: DeliveredHours
    attendance_rate_bp: BasisPoints
    heads: Count
    completed: Count
    required: RequiredHours
    awaits_visit: bool = False
