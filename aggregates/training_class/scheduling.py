"""What may be asked when a timetable changes: report it to the bureau, tell the trainees."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Literal

from aggregates.decisions import Command, New, Unmet, World, command, flag, lifecycle, unmet
from aggregates.facts import Code, Count, Digest, Instant, Title, record
from aggregates.ids import ClassId, InstructorId
from aggregates.language import Message
from aggregates.law.clauses import clause
from aggregates.law.deadlines import (
    CalendarStatus,
    Deadline,
    Timeliness,
    schedule_change_deadline,
    trainee_notice_deadline,
)
from aggregates.law.festivals import CalendarRangeError
from aggregates.law.regimes import binds
from aggregates.law.workdays import UnknownYearError
from aggregates.sealed import FreeText, Personal
from aggregates.training_class.facts import (
    Clock,
    ScheduleChangeReported,
    TraineesNotifiedOfChange,
)
from aggregates.training_class.form import (
    SessionChange,
    SessionDetails,
    SessionKind,
    SessionMode,
)
from aggregates.training_class.reach import class_is_known, of_class, whose
from aggregates.training_class.state import TRAINING_CLASS
from aggregates.training_class.timetable import dates_touched, differing, with_details

CHANGEABLE = ("APPROVED", "RUNNING", "TAUGHT", "CLOSED")
"""Steps at which a report is recorded; one that comes after the teaching is late, not refused.

Before the bureau agreed there is no timetable to be departed from: the filing itself is changed.
"""


@record
class NewDetails:
    """What becomes of one session; what is left out stays as it was.

    Attributes:
        cancelled: It is not held at all.
    """

    session_no: Count
    cancelled: bool = False
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


@command(
    "report-schedule-change",
    zh="报备课程调整",
    en="Report a change of timetable",
    kind=TRAINING_CLASS,
    roles=("INST_CLERK", "INST_HEAD", "CLASS_HEAD", "EMPLOYER"),
)
class ReportScheduleChange(Command):
    """A change is reported to the bureau in writing (17号 三(三)); it is never refused."""

    class_id: ClassId
    change_no: Code
    sessions: tuple[NewDetails, ...]
    reason: Personal[FreeText] | None = None
    written_doc: Digest | None = None
    declared_on: date | None = None

    def items(self, world: World) -> tuple[SessionChange, ...]:
        """Return the changes with the sessions before and after, whole."""
        known = world.state(TRAINING_CLASS, self.class_id).timetable
        return tuple(_item(one, known) for one in self.sessions)

    def facts(self, world: World) -> Iterator[New]:
        """Record the report, and whether it came in time."""
        one = world.state(TRAINING_CLASS, self.class_id)
        institution_id, county = whose(self.class_id, world)
        items = self.items(world)
        found = _due(self, world)
        fact = ScheduleChangeReported(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            change_no=self.change_no,
            items=items,
            reason=self.reason,
            written_doc=self.written_doc,
            reported_at=world.now,
            declared_on=self.declared_on,
            in_time_bureau=_in_time(self, world),
            working_days_ahead=_ahead(dates_touched(items), world),
            clock=None if found is None else _clock(found),
            timetable_version=max(1, one.timetable_version) + 1,
        )
        yield of_class(self.class_id, fact, world)


def _item(asked: NewDetails, known: Mapping[int, SessionDetails]) -> SessionChange:
    old = known.get(asked.session_no)
    if asked.cancelled:
        return SessionChange(session_no=asked.session_no, change="CANCEL", old=old)
    given = {
        name: value
        for name in SessionDetails.__dataclass_fields__
        if (value := getattr(asked, name)) is not None
    }
    if old is None:
        new = SessionDetails(**given)
        return SessionChange(session_no=asked.session_no, change="ADD", new=new)
    new = with_details(old, given)
    return SessionChange(
        session_no=asked.session_no,
        change="ALTER",
        fields=differing(old, new),
        old=old,
        new=new,
    )


def _due(c: ReportScheduleChange, world: World) -> Deadline | None:
    """Return the last day for the report; None where no session touched has a known time."""
    days = dates_touched(c.items(world))
    if not days:
        return None
    county = world.state(TRAINING_CLASS, c.class_id).county
    try:
        return schedule_change_deadline(days, world.law, on=world.today, county=county)
    except CalendarRangeError:
        return None


def _clock(found: Deadline) -> Clock:
    assert found.last is not None  # noqa: S101 - this deadline always has a last day
    return Clock(
        due_on=found.last,
        calendar_version=found.calendar_version,
        status="FINAL" if found.status is CalendarStatus.FINAL else "PROVISIONAL",
    )


def _in_time(c: ReportScheduleChange, world: World) -> bool:
    """Say whether a report makes a change lawful: in writing, and not late by the calendar."""
    found = _due(c, world)
    late = found is None or found.judge(world.today) is Timeliness.LATE
    return c.written_doc is not None and not late


def _ahead(days: tuple[date, ...], world: World) -> int | None:
    """Return the working days from today until the day before the first session touched.

    A report on Wednesday for Thursday is one working day ahead. None where a calendar is missing.
    """
    if not days:
        return None
    counted, day = 0, days[0]
    try:
        while day > world.today:
            day -= timedelta(days=1)
            counted += world.law.calendar.is_workday(day)
    except UnknownYearError:
        return None
    return counted


def _bound(rule_id: str, class_id: ClassId, days: tuple[date, ...], world: World) -> bool:
    one = world.state(TRAINING_CLASS, class_id)
    return binds(clause(rule_id).document, one.regime, days[0] if days else None)


@lifecycle(ReportScheduleChange)
def change_is_of_a_class(c: ReportScheduleChange, world: World) -> Iterator[Unmet]:
    """A report is about sessions of a class that was filed, each once, under a new number."""
    yield from class_is_known(c.class_id, world, *CHANGEABLE)
    one = world.state(TRAINING_CLASS, c.class_id)
    if c.change_no in one.changes:
        yield unmet(
            ("新的变更编号", "a new number of the change"), ("已用", "taken"), where="change_no"
        )
    if not c.sessions or len({s.session_no for s in c.sessions}) < len(c.sessions):
        yield unmet(
            ("至少一个课次，且不重复", "one session or more, each once"),
            ("没有或重复", "none, or one twice"),
            where="sessions",
        )
    for at, item in enumerate(c.items(world)):
        where = f"sessions[{at}]"
        if item.change == "ALTER" and not item.fields:
            yield unmet(("有变更的内容", "something that changes"), ("没有", "nothing"), where)
        if item.change == "CANCEL" and item.old is None:
            yield unmet(("课程表中的课次", "a session of the timetable"), ("没有", "none"), where)
        if item.change == "ADD" and (item.new is None or item.new.starts_at is None):
            yield unmet(("新增课次的时间", "the time of an added session"), ("未填", "none"), where)


@flag("DEL-01", ReportScheduleChange)
def change_is_reported_a_working_day_ahead(
    c: ReportScheduleChange, world: World
) -> Iterator[Unmet]:
    """A change is reported in writing a working day before the earliest session it touches.

    Late or unwritten it is recorded all the same, and is no lawful change.
    """
    days = dates_touched(c.items(world))
    if not _bound("DEL-01", c.class_id, days, world):
        return
    if c.written_doc is None:
        yield unmet(("书面报备", "a report in writing"), ("没有", "none"), where="written_doc")
    found = _due(c, world)
    if found is None or found.judge(world.today) is Timeliness.IN_TIME:
        return
    yield Unmet(
        expected=Message(f"不晚于{found.last}报备", f"reported by {found.last}"),
        found=Message(
            f"{world.today}报备；{found.explanation.zh}",
            f"reported on {world.today}; {found.explanation.en}",
        ),
    )


@command(
    "notify-trainees-of-change",
    zh="告知学员课程调整",
    en="Tell the trainees of a change",
    kind=TRAINING_CLASS,
    roles=("INST_CLERK", "INST_HEAD", "CLASS_HEAD", "EMPLOYER"),
)
class NotifyTraineesOfChange(Command):
    """The trainees are told of a change (DB37 6.4.8)."""

    class_id: ClassId
    change_no: Code
    channel: Literal["SMS", "WECHAT", "APP", "PHONE", "IN_PERSON", "NOTICE", "OTHER"]
    notified_at: Instant
    count: Count

    def facts(self, world: World) -> Iterator[New]:
        """Record the notice, and whether it was recorded in time."""
        one = world.state(TRAINING_CLASS, self.class_id)
        institution_id, county = whose(self.class_id, world)
        days = one.changes.get(self.change_no, ())
        found = trainee_notice_deadline(days).last if days else None
        known = self.change_no in one.changes
        fact = TraineesNotifiedOfChange(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            change_no=self.change_no,
            channel=self.channel,
            notified_at=self.notified_at,
            count=self.count,
            heads=one.heads,
            in_time_trainees=known and (found is None or world.today <= found),
            due_on=found,
        )
        yield of_class(self.class_id, fact, world)


@lifecycle(NotifyTraineesOfChange)
def change_was_reported(c: NotifyTraineesOfChange, world: World) -> Iterator[Unmet]:
    """The notice is of a change that was reported."""
    yield from class_is_known(c.class_id, world)
    if c.change_no not in world.state(TRAINING_CLASS, c.class_id).changes:
        yield unmet(
            ("已报备的变更", "a change that was reported"), ("没有", "none"), where="change_no"
        )


@flag("DEL-02", NotifyTraineesOfChange)
def trainees_are_told_two_days_ahead(c: NotifyTraineesOfChange, world: World) -> Iterator[Unmet]:
    """Everybody is told of another time or place two calendar days before the session."""
    one = world.state(TRAINING_CLASS, c.class_id)
    days = one.changes.get(c.change_no, ())
    if not days or not _bound("DEL-02", c.class_id, days, world):
        return
    found = trainee_notice_deadline(days)
    if found.judge(world.today) is Timeliness.LATE:
        yield unmet(
            (f"不晚于{found.last}告知", f"told by {found.last}"),
            (f"{world.today}记录", f"recorded on {world.today}"),
        )
    if c.count < one.heads:
        yield unmet(
            (f"告知{one.heads}名学员", f"{one.heads} trainees told"),
            (f"{c.count}名", f"{c.count}"),
            where="count",
        )
