"""What happens while a class is taught: sessions, attendance sheets, recordings.

These are facts. None is refused but what is of no class, or would be told a second time: whatever
does not fit is recorded with a finding.
"""

from collections.abc import Iterator
from datetime import date

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.facts import Code, Count, Digest, Instant, Title
from aggregates.ids import ClassId, InstructorId, OfficialId
from aggregates.law.deadlines import SHANGHAI
from aggregates.training_class.facts import (
    AttendanceSheetSealed,
    RecordingRegistered,
    SessionHeld,
    SheetRows,
)
from aggregates.training_class.form import SessionKind, SessionMode
from aggregates.training_class.reach import STATUS_ZH, class_is_known, of_class, whose
from aggregates.training_class.state import ATTENDED, TRAINING_CLASS

TEACHERS = ("INST_CLERK", "INST_HEAD", "CLASS_HEAD", "INSTRUCTOR", "EMPLOYER", "PLATFORM")


@command(
    "record-session",
    zh="登记课次",
    en="Record a session that was held",
    kind=TRAINING_CLASS,
    roles=TEACHERS,
)
class RecordSession(Command):
    """A session was held: when, where, by whom, what."""

    class_id: ClassId
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

    def facts(self, world: World) -> Iterator[New]:
        """Record the session."""
        yield of_class(self.class_id, self.held(world), world)

    def held(self, world: World) -> SessionHeld:
        """Return the session as it is recorded."""
        institution_id, county = whose(self.class_id, world)
        return SessionHeld(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            session_no=self.session_no,
            actual_start=self.actual_start,
            actual_end=self.actual_end,
            hours=self.hours,
            kind=self.kind,
            mode=self.mode,
            course=self.course,
            instructor_id=self.instructor_id,
            site_id=self.site_id,
            room_id=self.room_id,
            joint_with=self.joint_with,
            head_on_duty=self.head_on_duty,
        )


@command(
    "seal-attendance",
    zh="封存考勤表",
    en="Seal an attendance sheet",
    kind=TRAINING_CLASS,
    roles=("INST_CLERK", "INST_HEAD", "CLASS_HEAD", "EMPLOYER"),
)
class SealAttendance(Command):
    """The attendance of a session is sealed; a long sheet in parts.

    Attributes:
        unlisted_present: Heads present who are on no roster.
    """

    class_id: ClassId
    session_no: Count
    entries: SheetRows
    part: Count = 1
    of: Count = 1
    unlisted_present: Count = 0
    sheet_sha256: Digest

    def facts(self, world: World) -> Iterator[New]:
        """Record the sheet."""
        institution_id, county = whose(self.class_id, world)
        fact = AttendanceSheetSealed(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            session_no=self.session_no,
            entries=self.entries,
            part=self.part,
            of=self.of,
            unlisted_present=self.unlisted_present,
            present=self.attended,
            sheet_sha256=self.sheet_sha256,
            sealed_by=world.caller.person,
        )
        yield of_class(self.class_id, fact, world)

    @property
    def attended(self) -> int:
        """How many heads of this part attended."""
        return sum(row.status in ATTENDED for row in self.entries)


@command(
    "register-recording",
    zh="登记录像",
    en="Register a recording",
    kind=TRAINING_CLASS,
    roles=("INST_CLERK", "INST_HEAD", "CLASS_HEAD", "EMPLOYER", "PLATFORM"),
)
class RegisterRecording(Command):
    """A recording with sound and picture is registered; the file itself stays where it is."""

    class_id: ClassId
    camera_id: Code
    session_nos: tuple[Count, ...]
    starts_at: Instant
    ends_at: Instant
    storage_ref: Code
    sha256: Digest
    retention_to: date | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record where the recording lies and what it covers."""
        institution_id, county = whose(self.class_id, world)
        fact = RecordingRegistered(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            camera_id=self.camera_id,
            session_nos=self.session_nos,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            storage_ref=self.storage_ref,
            sha256=self.sha256,
            retention_to=self.retention_to,
        )
        yield of_class(self.class_id, fact, world)


Delivery = RecordSession | SealAttendance | RegisterRecording


@lifecycle(RecordSession, SealAttendance, RegisterRecording)
def class_is_still_taught(c: Delivery, world: World) -> Iterator[Unmet]:
    """Sessions are told until the teaching is completed, their proofs until the class is closed.

    Training that nobody agreed to is told as well; it happened, and FIL-02 names it.
    """
    yield from class_is_known(c.class_id, world)
    status = world.state(TRAINING_CLASS, c.class_id).status
    over = ("TAUGHT", "CLOSED") if isinstance(c, RecordSession) else ("CLOSED",)
    if status in over:
        yield unmet(
            ("教学尚未结束", "a class that is still taught")
            if isinstance(c, RecordSession)
            else ("尚未结班", "a class that is not closed"),
            (STATUS_ZH[status], status),
        )


@lifecycle(RecordSession)
def session_lies_in_the_past(c: RecordSession, world: World) -> Iterator[Unmet]:
    """What was held has begun, and it ended after it began."""
    if c.actual_start > world.now:
        now, begun = (
            f"{one.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for one in (world.now, c.actual_start)
        )
        yield unmet((f"不晚于{now}", f"not after {now}"), (begun, begun), where="actual_start")
    if c.actual_end <= c.actual_start:
        yield unmet(
            ("结束晚于开始", "an end after the beginning"), ("不是", "it is not"), "actual_end"
        )


@lifecycle(RecordSession)
def session_was_not_told_before(c: RecordSession, world: World) -> Iterator[Unmet]:
    """A session is told once: what was held is not held otherwise afterwards."""
    if c.session_no in world.state(TRAINING_CLASS, c.class_id).held:
        yield unmet(
            ("尚未登记的课次", "a session not recorded before"),
            (f"第{c.session_no}次已登记", f"session {c.session_no} is on record"),
            where="session_no",
        )


@lifecycle(SealAttendance)
def sheet_is_not_sealed_yet(c: SealAttendance, world: World) -> Iterator[Unmet]:
    """What is sealed stays as it is: no second sheet makes more of a session attended."""
    sealed = world.state(TRAINING_CLASS, c.class_id).sealed.get(c.session_no, frozenset())
    if c.part in sealed:
        yield unmet(
            ("尚未封存的考勤表", "a sheet not sealed before"),
            (f"第{c.session_no}次课第{c.part}部分已封存", f"part {c.part} is sealed"),
            where="part",
        )


@lifecycle(SealAttendance)
def part_is_one_of_its_parts(c: SealAttendance, world: World) -> Iterator[Unmet]:
    """A sheet has parts from 1 to as many as it says, and each head once."""
    if not 1 <= c.part <= c.of:
        yield unmet((f"1至{c.of}", f"1 to {c.of}"), (f"{c.part}", f"{c.part}"), where="part")
    if len({row.enrolment_id for row in c.entries}) < len(c.entries):
        yield unmet(("每人一行", "each head once"), ("重复", "one twice"), where="entries")


@lifecycle(RegisterRecording)
def recording_has_a_span(c: RegisterRecording, world: World) -> Iterator[Unmet]:
    """A recording ends after it begins, and is of some session."""
    if c.ends_at <= c.starts_at:
        yield unmet(
            ("结束晚于开始", "an end after the beginning"), ("不是", "it is not"), "ends_at"
        )
    if not c.session_nos:
        yield unmet(("所录课次", "the sessions recorded"), ("未填", "none"), where="session_nos")
