"""The story of a class (17号 三).

It is filed five working days ahead, perhaps returned and filed again, approved or rejected; it
starts, is taught session by session with sheet and recording, its timetable changing only by
report; its teaching is completed, and when archive and claims are settled it is closed.
"""

from datetime import date
from typing import Literal

from aggregates.facts import (
    Code,
    Count,
    CountyCode,
    Digest,
    Fact,
    Fen,
    Instant,
    fact,
    record,
)
from aggregates.ids import (
    AssessmentId,
    ClaimId,
    ClassId,
    InstitutionId,
    OfficialId,
    PersonId,
)
from aggregates.law.catalogues import TrainingType
from aggregates.law.deadlines import ClaimMode
from aggregates.sealed import FreeText, Personal
from aggregates.training_class.facts_delivery import (
    AttendanceSheetSealed,
    DeliveredHours,
    RecordingRegistered,
    SessionHeld,
    SheetRow,
    SheetRows,
    TeachingCompleted,
)
from aggregates.training_class.form import Filing, RequiredHours, RosterRow, SessionChange

Supervision = Literal["PROCESS", "ORDINARY"]
CalendarStanding = Literal["FINAL", "PROVISIONAL"]


@record
class Clock:
    """How a deadline stood when something was recorded.

    Attributes:
        due_on: The last day in time.
        calendar_version: The calendar it was counted with.
        status: Provisional while the calendar of a year is not published.
        waiver_id: The waiver that let it pass, if one did.
    """

    due_on: date
    calendar_version: str = ""
    status: CalendarStanding = "FINAL"
    waiver_id: Code | None = None


@fact("training-class.filing-submitted.v1")
class ClassFilingSubmitted(Fact):
    """A class was filed.

    Attributes:
        filing: The filing; of a long roster its first rows.
        heads: The whole roster, rows that follow included.
        clock: Until when it had to be filed (FIL-01).
        required: What the law asks of its hours.
        catalogue_version: The institution catalogue it was held against; empty for none.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    filing: Filing
    heads: Count
    clock: Clock
    required: RequiredHours
    catalogue_version: str = ""


FilingPart = Literal[
    "START",
    "TIMETABLE",
    "SITE",
    "INSTRUCTOR",
    "ROSTER",
    "HOURS",
    "TEXTBOOKS",
    "SCANS",
    "ASSESSMENT",
    "OTHER",
]


@fact("training-class.filing-resubmitted.v1")
class ClassFilingResubmitted(Fact):
    """A returned filing was handed in again, restated whole.

    Attributes:
        changed: The parts that differ from the filing before.
        clock_restarted: Whether the filing period counted from this submission.
        judged_on: The day on which the filing counts as submitted.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    filing: Filing
    heads: Count
    clock: Clock
    required: RequiredHours
    changed: tuple[FilingPart, ...]
    clock_restarted: bool
    judged_on: date
    catalogue_version: str = ""


@record
class Ground:
    """A rule that a filing does not keep, and what its reader wrote to it."""

    rule_id: Code
    text: Personal[FreeText] | None = None


@fact("training-class.filing-returned.v1")
class ClassFilingReturned(Fact):
    """A filing was given back to be corrected."""

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    reasons: tuple[Ground, ...]
    reviewer: OfficialId


@record
class Check:
    """A rule that the approver looked at."""

    rule_id: Code
    result: Literal["PASS", "FAIL", "NOT_APPLICABLE"]


@fact("training-class.filing-approved.v1")
class ClassFilingApproved(Fact):
    """The bureau agreed to a class (17号 三(二)).

    Attributes:
        supervising_org: The one authority that supervises it (DEL-20).
        supervision: Whether it is a class under process supervision (DEL-05).
        valid_start_from: The first day on which it may start.
        heads: The roster as approved.
        first_task: Whether it is the institution's first class in its scope (FIL-03).
        standard_fen: The subsidy standard a head in force, if there is one.
        committed_fen: Heads times standard.
        policy_version: The policy book as it stood.
        catalogue_version: The institution catalogue in force; empty for none.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    approver: OfficialId
    supervising_org: Code
    supervision: Supervision
    opinion: Personal[FreeText] | None = None
    checks: tuple[Check, ...] = ()
    valid_start_from: date
    heads: Count
    training_type: TrainingType | None = None
    first_task: bool
    standard_fen: Fen | None = None
    committed_fen: Fen = 0
    regime: Code
    policy_version: str
    catalogue_version: str = ""


@fact("training-class.filing-rejected.v1")
class ClassFilingRejected(Fact):
    """The bureau did not agree to a class."""

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    approver: OfficialId
    reasons: tuple[Ground, ...]


@fact("training-class.started.v1")
class ClassStarted(Fact):
    """A class started.

    Attributes:
        actual_start: When it really began.
        present: Heads present at the first session.
        heads: The roster on that day.
        reminder_sent_at: When the trainees were reminded (FIL-18).
        materials_issued: To how many heads timetable and materials were given (DEL-15).
        set_up_at: When the site, or the platform's instructions, stood ready (FIL-23).
        regime: The legal regime from here on (TRN-01).
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    actual_start: Instant
    first_session_no: Count
    present: Count
    heads: Count
    reminder_sent_at: Instant | None = None
    materials_issued: Count | None = None
    set_up_at: Instant | None = None
    regime: Code


@fact("training-class.schedule-change-reported.v1")
class ScheduleChangeReported(Fact):
    """A change of the timetable was reported to the bureau (DEL-01).

    Attributes:
        reported_at: When the ledger learned it.
        declared_on: The date on the paper; it decides nothing.
        in_time_bureau: Whether it came a working day ahead; only then is it a lawful change.
        working_days_ahead: Working days between report and session; None where unknown.
        timetable_version: The version of the timetable from here on; the filing's is 1.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    change_no: Code
    items: tuple[SessionChange, ...]
    reason: Personal[FreeText] | None = None
    written_doc: Digest | None = None
    reported_at: Instant
    declared_on: date | None = None
    in_time_bureau: bool
    working_days_ahead: Count | None = None
    clock: Clock | None = None
    timetable_version: Count


@fact("training-class.trainees-notified-of-change.v1")
class TraineesNotifiedOfChange(Fact):
    """The trainees were told of a change (DEL-02).

    Attributes:
        notified_at: When they are said to have been told.
        count: How many were told.
        heads: How many there were to tell.
        in_time_trainees: Whether that was recorded two days ahead.
        due_on: The last day in time; None where the change is unknown.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    change_no: Code
    channel: Literal["SMS", "WECHAT", "APP", "PHONE", "IN_PERSON", "NOTICE", "OTHER"]
    notified_at: Instant
    count: Count
    heads: Count
    in_time_trainees: bool
    due_on: date | None = None


RosterPhase = Literal["FILING", "BEFORE_START", "AFTER_START"]


@fact("training-class.roster-changed.v1")
class RosterChanged(Fact):
    """Heads were added to the roster or taken off it.

    Attributes:
        phase: FILING for the rest of a long filing, else before or after the start.
        heads: The roster from here on.
        approver: Who agreed, where somebody had to.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    added: tuple[RosterRow, ...] = ()
    removed: tuple[PersonId, ...] = ()
    reason: Personal[FreeText] | None = None
    phase: RosterPhase
    heads: Count
    approver: OfficialId | None = None


@fact("training-class.assessment-applied.v1")
class AssessmentAppliedFor(Fact):
    """An assessment of the class was applied for: written with the application, once for each.

    By these facts a class knows its assessments, all of them, when it is closed.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    assessment_id: AssessmentId


@fact("training-class.claim-filed.v1")
class ClaimFiled(Fact):
    """A subsidy is claimed for the class: written with the claim, once for each.

    By these facts a class knows its claims, all of them, when it is closed and its archive sealed.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    claim_id: ClaimId
    mode: ClaimMode


@record
class ClassTotals:
    """What became of the heads of a class."""

    enrolled: Count
    completed: Count
    passed: Count
    claimed: Count
    paid: Count


@fact("training-class.closed.v1")
class ClassClosed(Fact):
    """A class was closed; its retention runs from here or from the last money moved (ARC-01).

    Attributes:
        assessment_ids: The assessments whose results it rests on.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    closed_at: Instant
    totals: ClassTotals
    assessment_ids: tuple[AssessmentId, ...] = ()


__all__ = [
    "AssessmentAppliedFor",
    "AttendanceSheetSealed",
    "CalendarStanding",
    "Check",
    "ClaimFiled",
    "ClassClosed",
    "ClassFilingApproved",
    "ClassFilingRejected",
    "ClassFilingResubmitted",
    "ClassFilingReturned",
    "ClassFilingSubmitted",
    "ClassStarted",
    "ClassTotals",
    "Clock",
    "DeliveredHours",
    "FilingPart",
    "Ground",
    "RecordingRegistered",
    "RosterChanged",
    "RosterPhase",
    "ScheduleChangeReported",
    "SessionHeld",
    "SheetRow",
    "SheetRows",
    "Supervision",
    "TeachingCompleted",
    "TraineesNotifiedOfChange",
]
