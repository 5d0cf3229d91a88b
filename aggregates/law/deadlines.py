"""Until when something may be done: one function for each deadline of the law.

Deadlines are judged on local dates of the recorded time, never on a date that somebody typed.
Each answer names the rule, the last day, the calendar it was counted with and how. While the
calendar of a year is not published the answer is provisional: it then grants, and never refuses.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Literal, Protocol

from aggregates.language import Message
from aggregates.law.festivals import CalendarRangeError
from aggregates.law.workdays import Bracket, Counted, CountMode, WorkCalendar

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The one zone of all local dates: +08:00, no daylight saving."""
FILING_WORKDAYS = 5
"""Working days between the filing and the start of training (17号 三(二))."""
CHANGE_WORKDAYS = 1
"""Working days between the report of a change and the session (17号 三(三))."""
NOTICE_DAYS = 2
"""Calendar days between telling the trainees and the session (DB37 6.4.8)."""
_MONTHS_A_YEAR = 12

ClaimMode = Literal["PERSON", "AGENCY", "ENTERPRISE"]
_CLAIM_RULE: dict[ClaimMode, str] = {
    "PERSON": "CLM-03",
    "AGENCY": "CLM-07",
    "ENTERPRISE": "CLM-05",
}


def local_date(instant: datetime) -> date:
    """Return the date of an instant in Shanghai.

    Raises:
        ValueError: the instant has no offset.
    """
    if instant.tzinfo is None:
        raise ValueError("expected an instant with an offset, found a naive one")
    return instant.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """Return the instant at which a local day is over: 24:00, the next day's midnight."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Return the corresponding day some months later (Civil Code 202).

    Where the month has no such day, its last day.

    Raises:
        CalendarRangeError: the result lies beyond the year 9999.
    """
    index = day.year * _MONTHS_A_YEAR + day.month - 1 + months
    year, month = index // _MONTHS_A_YEAR, index % _MONTHS_A_YEAR + 1
    if not date.min.year <= year <= date.max.year:
        raise CalendarRangeError(day)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


class LawInForce(Protocol):
    """What a deadline needs of the law: the working days and the city's parameters."""

    @property
    def calendar(self) -> WorkCalendar:
        """The published working days."""

    def parameter(self, name: str, on: date, *, county: str = "") -> object:
        """Return the value of a parameter on a day, None where the city has not set it."""


class CalendarStatus(StrEnum):
    """Whether a deadline rests on published calendars."""

    FINAL = "FINAL"
    PROVISIONAL = "PROVISIONAL"


class Timeliness(StrEnum):
    """What a deadline says of a day."""

    IN_TIME = "IN_TIME"
    LATE = "LATE"
    UNCERTAIN = "UNCERTAIN"
    """The calendar is not published yet: record it, let a person confirm, refuse nothing."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a period, and how it was found.

    Attributes:
        rule: The id of the rule.
        last: The last day in time; None where the law sets no deadline. While provisional: the
            day if there are as few working days as there can be.
        explanation: How it was counted, for people.
        calendar_version: The calendar it was counted with; empty where none was needed.
        status: Whether it rests on published calendars.
        skipped: The days of rest passed over, ascending.
        added: The weekend days of work counted, ascending.
        optimistic: While provisional, the day if there are as many working days as there can be.
    """

    rule: str
    last: date | None
    explanation: Message
    calendar_version: str = ""
    status: CalendarStatus = CalendarStatus.FINAL
    skipped: tuple[date, ...] = ()
    added: tuple[date, ...] = ()
    optimistic: date | None = None

    @property
    def closes_at(self) -> datetime | None:
        """The instant at which the last day is over (24:00); from it on it is too late."""
        return None if self.last is None else end_of_day(self.last)

    def judge(self, on: date) -> Timeliness:
        """Say whether what was recorded on a local date was in time."""
        if self.last is None or on <= min(self.last, self.optimistic or self.last):
            return Timeliness.IN_TIME
        if self.status is CalendarStatus.PROVISIONAL:
            return Timeliness.UNCERTAIN
        return Timeliness.LATE


def filing_deadline(
    planned_start: date, law: LawInForce, *, on: date | None = None, county: str = ""
) -> Deadline:
    """Return the last day for filing a class (FIL-01): 5 working days before its planned start.

    Args:
        planned_start: The first day of training as planned.
        law: The law in force.
        on: The day whose parameters count; by default the planned start.
        county: The county whose own parameters count.

    Raises:
        CalendarRangeError: the start lies outside 2008 to 2099; so do all functions below.
    """
    mode = _mode("FIL-01", law, on or planned_start, county)
    counted = law.calendar.minus_workdays(planned_start, FILING_WORKDAYS, mode)
    base = _backwards(Message("计划开班日", "planned start"), planned_start, FILING_WORKDAYS, mode)
    return _deadline("FIL-01", counted, base)


def schedule_change_deadline(
    sessions: Iterable[date], law: LawInForce, *, on: date | None = None, county: str = ""
) -> Deadline:
    """Return the last day for reporting a change of timetable to the bureau (DEL-01).

    Args:
        sessions: The dates of all sessions touched, the old and the new ones; not empty.
        law: The law in force.
        on: The day whose parameters count; by default the earliest session.
        county: The county whose own parameters count.
    """
    first = min(sessions)
    mode = _mode("DEL-01", law, on or first, county)
    counted = law.calendar.minus_workdays(first, CHANGE_WORKDAYS, mode)
    base = _backwards(Message("最早一次课", "earliest session"), first, CHANGE_WORKDAYS, mode)
    return _deadline("DEL-01", counted, base)


def trainee_notice_deadline(sessions: Iterable[date]) -> Deadline:
    """Return the last day for telling the trainees of a change (DEL-02): 2 calendar days before.

    Args:
        sessions: The dates of all sessions touched, the old and the new ones; not empty.
    """
    first = min(sessions)
    told = Message(
        f"最早一次课{first}前{NOTICE_DAYS}天（日历日）",
        f"{NOTICE_DAYS} calendar days before the earliest session, {first}",
    )
    return Deadline("DEL-02", first - timedelta(days=NOTICE_DAYS), told)


def publicity_deadline(
    published: date, law: LawInForce, *, on: date | None = None, county: str = ""
) -> Deadline:
    """Return the last day of a publicity (CLM-10); it closes at ``closes_at``, the day's end.

    Args:
        published: The local date of publication.
        law: The law in force.
        on: The day whose parameters count; by default the day of publication.
        county: The county whose own parameters count.
    """
    day = on or published
    n = _whole(law.parameter("publicity_days", day, county=county)) or 0
    mode = _mode("CLM-10", law, day, county)
    counted = law.calendar.plus_workdays(published, n, mode)
    zh, en = _MODES[mode]
    base = Message(
        f"公示日{published}后第{n}个工作日（{zh}）",
        f"working day {n} after publication on {published} ({en})",
    )
    return _deadline("CLM-10", counted, base)


def claim_deadline(
    mode: ClaimMode,
    clock_start: date,
    law: LawInForce,
    *,
    extended_to: date | None = None,
    on: date | None = None,
    county: str = "",
) -> Deadline:
    """Return the last day for a claim (CLM-03, CLM-07; CLM-05 sets none).

    Months from the certificate; a last day that is a day of rest moves to the next working day
    (Civil Code 202 and 203).

    Args:
        mode: The claim mode.
        clock_start: The certificate date, or what ``claim_clock_start`` names instead.
        law: The law in force.
        extended_to: The last day by a granted extension (GrantClaimExtension), if any.
        on: The day whose parameters count; by default ``clock_start``.
        county: The county whose own parameters count.
    """
    rule = _CLAIM_RULE[mode]
    months = _whole(law.parameter(f"claim_deadline.{mode}", on or clock_start, county=county))
    if months is None:
        none = Message("本方式未规定申报期限", "this claim mode has no deadline")
        return Deadline(rule, None, none)
    ends = add_months(clock_start, months)
    base = Message(
        f"自{clock_start}起{months}个月，至{ends}届满",
        f"{months} months from {clock_start}, ending {ends}",
    )
    found = _deadline(rule, law.calendar.move203(ends), base)
    return found if extended_to is None else _extended(found, extended_to)


def monthly_plan_deadline(
    month: str, law: LawInForce, *, on: date | None = None, county: str = ""
) -> Deadline:
    """Return the last day for reporting the plan of a month (PLN-01): the eve of the month.

    Args:
        month: The month planned, ``YYYY-MM``.
        law: The law in force.
        on: The day whose parameters count; by default the eve of the month.
        county: The county whose own parameters count.

    Raises:
        ValueError: ``month`` is not a month.
    """
    first = date.fromisoformat(f"{month}-01")
    eve = first - timedelta(days=1)
    if law.parameter("plan_deadline_basis", on or eve, county=county) == "LAST_WORKDAY":
        base = Message(f"{month}上月最后一个工作日", f"last working day before {month}")
        return _deadline("PLN-01", law.calendar.minus_workdays(first, 1), base)
    told = Message(f"{month}上月最后一日", f"last calendar day before {month}")
    return Deadline("PLN-01", eve, told)


def retention_deadline(
    closed_on: date,
    last_money_on: date | None,
    law: LawInForce,
    *,
    on: date | None = None,
    county: str = "",
) -> Deadline:
    """Return the last day on which a class's archive must still be kept (ARC-01).

    Args:
        closed_on: The local date on which the class was closed.
        last_money_on: The local date of the last payment or recovery, if any.
        law: The law in force.
        on: The day whose parameters count; by default the day the period runs from.
        county: The county whose own parameters count.
    """
    runs_from = max(closed_on, last_money_on or closed_on)
    years = _whole(law.parameter("retention_years", on or runs_from, county=county)) or 0
    told = Message(
        f"自{runs_from}（班期结束与最后收付款较晚者）起保存{years}年",
        f"{years} years from {runs_from}, the later of closure and last money moved",
    )
    return Deadline("ARC-01", add_months(runs_from, years * _MONTHS_A_YEAR), told)


_MODES: dict[CountMode, tuple[str, str]] = {
    CountMode.EVENT_EXCLUDED: ("当日不计入", "that day not counted"),
    CountMode.CLEAR_DAYS: ("间隔整工作日", "whole working days between"),
    CountMode.EVENT_INCLUDED: ("当日计入", "that day counted"),
}


def _mode(rule: str, law: LawInForce, on: date, county: str) -> CountMode:
    return CountMode(str(law.parameter(f"workday_count_mode.{rule}", on, county=county)))


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _backwards(what: Message, day: date, n: int, mode: CountMode) -> Message:
    zh, en = _MODES[mode]
    return Message(
        f"{what.zh}{day}前第{n}个工作日（{zh}）",
        f"working day {n} before the {what.en}, {day} ({en})",
    )


def _deadline(rule: str, counted: Counted | Bracket, base: Message) -> Deadline:
    """Return the deadline that was counted out, explained after the words of ``base``."""
    if isinstance(counted, Counted):
        told = _explain(base, counted)
        version = counted.calendar_version
        return Deadline(
            rule, counted.day, told, version, skipped=counted.skipped, added=counted.added
        )
    few, many = counted.pessimistic, counted.optimistic
    years = "、".join(str(year) for year in counted.unknown_years)
    told = Message(
        f"{base.zh}：{years}年放假安排尚未公布，"
        f"按工作日最少计为{few.day}，按最多计为{many.day}，须人工确认",
        f"{base.en}: the calendar of {years.replace('、', ', ')} is not published; "
        f"{few.day} with the fewest working days, {many.day} with the most; to be confirmed",
    )
    return Deadline(
        rule,
        few.day,
        told,
        few.calendar_version,
        CalendarStatus.PROVISIONAL,
        few.skipped,
        few.added,
        many.day,
    )


def _explain(base: Message, counted: Counted) -> Message:
    zh, en = f"{base.zh}：{counted.day}", f"{base.en}: {counted.day}"
    if counted.skipped:
        zh += f"；跳过休息日{_spans(counted.skipped, '至', '、')}"
        en += f"; days of rest skipped: {_spans(counted.skipped, ' to ', ', ')}"
    if counted.added:
        zh += f"；计入调休上班日{_spans(counted.added, '至', '、')}"
        en += f"; make-up working days counted: {_spans(counted.added, ' to ', ', ')}"
    return Message(zh, en)


def _spans(days: tuple[date, ...], to: str, comma: str) -> str:
    """Return ascending days as text, runs of neighbours drawn together."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return comma.join(str(r[0]) if len(r) == 1 else f"{r[0]}{to}{r[-1]}" for r in runs)


def _extended(found: Deadline, to: date) -> Deadline:
    """Return a deadline after an extension; one that shortens the period changes nothing."""
    last = max(found.last or to, to)
    optimistic = None if found.optimistic is None else max(found.optimistic, to)
    told = Message(
        f"{found.explanation.zh}；经同意延期至{to}",
        f"{found.explanation.en}; extended to {to} by consent",
    )
    decided = optimistic is None or optimistic == last
    return Deadline(
        found.rule,
        last,
        told,
        found.calendar_version,
        CalendarStatus.FINAL if decided else found.status,
        found.skipped,
        found.added,
        None if decided else optimistic,
    )
