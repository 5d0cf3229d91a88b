"""What the facts of a class add up to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import (
    AssessmentId,
    ClaimId,
    ClassId,
    EnrolmentId,
    InstitutionId,
    OfficialId,
    PersonId,
    derived_id,
)
from aggregates.law.deadlines import local_date
from aggregates.training_class.facts import (
    AssessmentAppliedFor,
    AttendanceSheetSealed,
    ClaimFiled,
    ClassClosed,
    ClassFilingApproved,
    ClassFilingRejected,
    ClassFilingResubmitted,
    ClassFilingReturned,
    ClassFilingSubmitted,
    ClassStarted,
    DeliveredHours,
    RecordingRegistered,
    RosterChanged,
    ScheduleChangeReported,
    SessionHeld,
    TeachingCompleted,
    TraineesNotifiedOfChange,
)
from aggregates.training_class.form import Filing, RequiredHours, RosterRow
from aggregates.training_class.timetable import (
    NO_SESSIONS,
    Timetable,
    applied,
    dates_told,
    timetable_of,
)

ATTENDED = frozenset({"PRESENT", "LATE", "EARLY"})
"""What counts as having attended a session."""
STARTED = frozenset({"RUNNING", "TAUGHT", "CLOSED"})
APPROVED = STARTED | {"APPROVED"}
_WHOLE_BP = 10_000
ENROLMENTS_HELD = 65_536
"""How many derived ids of enrolments are kept; each sheet asks for those of its whole roster."""

_NOBODY: Mapping[PersonId, RosterRow] = MappingProxyType({})
_NO_CHANGES: Mapping[str, tuple[date, ...]] = MappingProxyType({})
_NOTHING_HELD: Mapping[int, SessionHeld] = MappingProxyType({})
_NO_SHEETS: Mapping[int, frozenset[EnrolmentId]] = MappingProxyType({})
_NO_PARTS: Mapping[int, frozenset[int]] = MappingProxyType({})
_NO_RECORDINGS: Mapping[int, tuple[tuple[datetime, datetime], ...]] = MappingProxyType({})


@lru_cache(maxsize=ENROLMENTS_HELD)
def enrolment_of(class_id: ClassId, person_id: PersonId) -> EnrolmentId:
    """Return the id of a person's enrolment in a class."""
    return EnrolmentId(derived_id("enrolment", class_id, person_id))


@dataclass(frozen=True, slots=True)
class TrainingClass:
    """A class.

    Attributes:
        status: FILED, RETURNED, REJECTED, APPROVED, RUNNING, TAUGHT or CLOSED; empty before.
        institution_id: Who trains.
        county: The county in which it was filed.
        filing: The filing as last handed in.
        roster: The heads by person, as changed since.
        required: What the law asks of its hours.
        filed_on: Local date of the first submission.
        judged_on: The day on which the filing counts as submitted (FIL-01).
        filed_by: Who handed the filing in last.
        approved_at: When the approval was recorded.
        approver: Who approved.
        supervising_org: The authority that supervises it.
        supervision: ``PROCESS`` or ``ORDINARY``; empty before the approval.
        first_task: Whether it is the institution's first class in its scope.
        valid_start_from: The first day on which it may start.
        standard_fen: The standard a head at the approval.
        policy_version: The policy book at the approval.
        regime: The legal regime.
        started_at: When it really began.
        timetable: The sessions as reported so far.
        timely: The sessions after the changes that were reported in time; only these are lawful.
        timetable_version: 1 as filed, one more with each report.
        changes: By the number of each report, the dates of the sessions of which it changes time
            or place; none for a report that changes neither.
        notified: The reports of which the trainees were told.
        held: The sessions held.
        present: Who attended, by session; a session stands here once a sheet is in.
        sealed: The parts of its sheet that are sealed, by session.
        recordings: The spans recorded, by session.
        ended_at: When the teaching was completed.
        delivered: The hours taught, once it is completed.
        awaits_visit: The visit during the first class is missing (FIL-03).
        assessments: Every assessment that was applied for.
        claims: Every claim that was handed in for it, whatever became of it.
        closed_on: Local date of the closure.
    """

    status: str = ""
    institution_id: InstitutionId | None = None
    county: str = ""
    filing: Filing | None = None
    roster: Mapping[PersonId, RosterRow] = field(default_factory=lambda: _NOBODY)
    required: RequiredHours | None = None
    filed_on: date | None = None
    judged_on: date | None = None
    filed_by: OfficialId | None = None
    approved_at: datetime | None = None
    approver: OfficialId | None = None
    supervising_org: str = ""
    supervision: str = ""
    first_task: bool = False
    valid_start_from: date | None = None
    standard_fen: int | None = None
    policy_version: str = ""
    regime: str = "R3"
    started_at: datetime | None = None
    timetable: Timetable = field(default_factory=lambda: NO_SESSIONS)
    timely: Timetable = field(default_factory=lambda: NO_SESSIONS)
    timetable_version: int = 0
    changes: Mapping[str, tuple[date, ...]] = field(default_factory=lambda: _NO_CHANGES)
    notified: frozenset[str] = frozenset()
    held: Mapping[int, SessionHeld] = field(default_factory=lambda: _NOTHING_HELD)
    present: Mapping[int, frozenset[EnrolmentId]] = field(default_factory=lambda: _NO_SHEETS)
    sealed: Mapping[int, frozenset[int]] = field(default_factory=lambda: _NO_PARTS)
    recordings: Mapping[int, tuple[tuple[datetime, datetime], ...]] = field(
        default_factory=lambda: _NO_RECORDINGS
    )
    ended_at: datetime | None = None
    delivered: DeliveredHours | None = None
    awaits_visit: bool = False
    assessments: tuple[AssessmentId, ...] = ()
    claims: tuple[ClaimId, ...] = ()
    closed_on: date | None = None

    @property
    def heads(self) -> int:
        """How many heads the roster has."""
        return len(self.roster)

    @property
    def training_type(self) -> str:
        """The training type; empty before the filing."""
        return "" if self.filing is None else self.filing.training_type

    @property
    def approved(self) -> bool:
        """Whether the bureau agreed to it."""
        return self.status in APPROVED

    @property
    def taught(self) -> bool:
        """Whether its teaching was completed."""
        return self.status in ("TAUGHT", "CLOSED")

    @property
    def started_on(self) -> date | None:
        """The local date on which it really began."""
        return None if self.started_at is None else local_date(self.started_at)

    @property
    def starts_on(self) -> date | None:
        """The first day: the real one, else the one planned."""
        planned = None if self.filing is None else self.filing.planned_start
        return self.started_on or planned

    @property
    def ends_on(self) -> date | None:
        """The last day: the real one, else that of the timetable as changed."""
        if self.ended_at is not None:
            return local_date(self.ended_at)
        planned = [] if self.filing is None else [self.filing.planned_end]
        if self.timetable:
            planned = [local_date(s.ends_at) for s in self.timetable.values() if s.ends_at]
        return max(planned, default=None)

    def attended_hours(self, enrolment_id: EnrolmentId) -> int:
        """Return the class hours that a head attended, of the sessions held."""
        return sum(
            self.held[number].hours
            for number, present in self.present.items()
            if enrolment_id in present and number in self.held
        )

    def attended_bp(self, enrolment_id: EnrolmentId) -> int:
        """Return the share of the hours taught that a head attended, in ten-thousandths."""
        taught = sum(one.hours for one in self.held.values())
        return self.attended_hours(enrolment_id) * _WHOLE_BP // taught if taught else 0

    def coverage_bp(self, session_no: int) -> int:
        """Return how much of a session held was recorded, in ten-thousandths (DEL-03)."""
        held = self.held.get(session_no)
        if held is None or held.actual_end <= held.actual_start:
            return 0
        seconds, reached = 0, held.actual_start
        for begun, ended in sorted(self.recordings.get(session_no, ())):
            begins, ends = max(begun, reached), min(ended, held.actual_end)
            if ends > begins:
                seconds += int((ends - begins).total_seconds())
                reached = ends
        return seconds * _WHOLE_BP // int((held.actual_end - held.actual_start).total_seconds())

    def backed(self, session_no: int) -> bool:
        """Say whether a session held has a sheet and, off line, any recording (DEL-03, DEL-04)."""
        held = self.held.get(session_no)
        if held is None:
            return False
        return held.mode == "ONLINE" or (
            session_no in self.present and session_no in self.recordings
        )

    def counts(self, session_no: int, *, unrecorded: bool = False) -> bool:
        """Say whether the hours of a session count for a claim (DEL-03, DEL-04, FIL-14).

        Args:
            session_no: The session.
            unrecorded: Whether one without a recording counts, because that was waived.
        """
        held = self.held.get(session_no)
        if held is None or (held.mode == "ONLINE" and held.kind == "PRACTICE"):
            return False
        return self.backed(session_no) or (unrecorded and session_no in self.present)


def hours_of(sessions: Iterable[SessionHeld]) -> DeliveredHours:
    """Return the class hours of sessions held, in all and by kind."""
    held = list(sessions)
    return DeliveredHours(
        total=sum(one.hours for one in held),
        theory=sum(one.hours for one in held if one.kind == "THEORY"),
        practice=sum(one.hours for one in held if one.kind == "PRACTICE"),
        online=sum(one.hours for one in held if one.mode == "ONLINE"),
    )


def _filed(
    one: TrainingClass, fact: ClassFilingSubmitted | ClassFilingResubmitted, at: Recorded
) -> TrainingClass:
    sessions = timetable_of(fact.filing.timetable)
    return replace(
        one,
        status="FILED",
        institution_id=fact.institution_id,
        county=fact.county_code,
        filing=fact.filing,
        roster=MappingProxyType({row.person_id: row for row in fact.filing.roster}),
        required=fact.required,
        filed_on=one.filed_on or at.on,
        filed_by=at.actor,
        judged_on=fact.judged_on if isinstance(fact, ClassFilingResubmitted) else at.on,
        timetable=sessions,
        timely=sessions,
        timetable_version=1,
    )


def _approved(one: TrainingClass, fact: ClassFilingApproved, at: Recorded) -> TrainingClass:
    return replace(
        one,
        status="APPROVED",
        institution_id=fact.institution_id,
        county=fact.county_code,
        approved_at=at.time,
        approver=fact.approver,
        supervising_org=fact.supervising_org,
        supervision=fact.supervision,
        first_task=fact.first_task,
        valid_start_from=fact.valid_start_from,
        standard_fen=fact.standard_fen,
        policy_version=fact.policy_version,
        regime=fact.regime,
    )


def _roster_changed(one: TrainingClass, fact: RosterChanged, at: Recorded) -> TrainingClass:
    gone = frozenset(fact.removed)
    held = {person: row for person, row in one.roster.items() if person not in gone}
    held.update((row.person_id, row) for row in fact.added)
    return replace(one, roster=MappingProxyType(held))


def _rescheduled(one: TrainingClass, fact: ScheduleChangeReported, at: Recorded) -> TrainingClass:
    return replace(
        one,
        timetable=applied(one.timetable, fact.items),
        timely=applied(one.timely, fact.items) if fact.in_time_bureau else one.timely,
        timetable_version=fact.timetable_version,
        changes=MappingProxyType({**one.changes, fact.change_no: dates_told(fact.items)}),
    )


def _recorded(one: TrainingClass, fact: RecordingRegistered, at: Recorded) -> TrainingClass:
    span = (fact.starts_at, fact.ends_at)
    held = dict(one.recordings)
    for number in fact.session_nos:
        held[number] = (*held.get(number, ()), span)
    return replace(one, recordings=MappingProxyType(held))


def _attended(one: TrainingClass, fact: AttendanceSheetSealed, at: Recorded) -> TrainingClass:
    there = frozenset(row.enrolment_id for row in fact.entries if row.status in ATTENDED)
    before = one.present.get(fact.session_no, frozenset())
    present = {**one.present, fact.session_no: before | there}
    parts = one.sealed.get(fact.session_no, frozenset()) | {fact.part}
    sealed = {**one.sealed, fact.session_no: parts}
    return replace(one, present=MappingProxyType(present), sealed=MappingProxyType(sealed))


def _returned(one: TrainingClass, fact: ClassFilingReturned, at: Recorded) -> TrainingClass:
    return replace(one, status="RETURNED")


def _rejected(one: TrainingClass, fact: ClassFilingRejected, at: Recorded) -> TrainingClass:
    return replace(one, status="REJECTED")


def _started(one: TrainingClass, fact: ClassStarted, at: Recorded) -> TrainingClass:
    return replace(one, status="RUNNING", started_at=fact.actual_start, regime=fact.regime)


def _notified(one: TrainingClass, fact: TraineesNotifiedOfChange, at: Recorded) -> TrainingClass:
    return replace(one, notified=one.notified | {fact.change_no})


def _held(one: TrainingClass, fact: SessionHeld, at: Recorded) -> TrainingClass:
    return replace(one, held=MappingProxyType({**one.held, fact.session_no: fact}))


def _completed(one: TrainingClass, fact: TeachingCompleted, at: Recorded) -> TrainingClass:
    return replace(
        one,
        status="TAUGHT",
        ended_at=fact.actual_end,
        delivered=fact.hours_delivered,
        awaits_visit=fact.awaits_visit,
    )


def _to_be_assessed(one: TrainingClass, fact: AssessmentAppliedFor, at: Recorded) -> TrainingClass:
    return replace(one, assessments=(*one.assessments, fact.assessment_id))


def _claimed(one: TrainingClass, fact: ClaimFiled, at: Recorded) -> TrainingClass:
    return replace(one, claims=(*one.claims, fact.claim_id))


def _closed(one: TrainingClass, fact: ClassClosed, at: Recorded) -> TrainingClass:
    return replace(one, status="CLOSED", closed_on=at.on)


_STEPS: Mapping[type[Fact], Callable[[TrainingClass, Any, Recorded], TrainingClass]] = {
    ClassFilingSubmitted: _filed,
    ClassFilingResubmitted: _filed,
    ClassFilingReturned: _returned,
    ClassFilingRejected: _rejected,
    ClassFilingApproved: _approved,
    RosterChanged: _roster_changed,
    ClassStarted: _started,
    ScheduleChangeReported: _rescheduled,
    TraineesNotifiedOfChange: _notified,
    SessionHeld: _held,
    AttendanceSheetSealed: _attended,
    RecordingRegistered: _recorded,
    TeachingCompleted: _completed,
    AssessmentAppliedFor: _to_be_assessed,
    ClaimFiled: _claimed,
    ClassClosed: _closed,
}


def evolve(one: TrainingClass, fact: Fact, at: Recorded) -> TrainingClass:
    """Return the class after one more fact."""
    step = _STEPS.get(type(fact))
    return one if step is None else step(one, fact, at)


TRAINING_CLASS = stream("training-class", TrainingClass(), evolve)
