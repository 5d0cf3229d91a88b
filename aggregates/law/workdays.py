"""Working days: which days are, how they are counted, and what is answered for an unknown year.

A working day is Monday to Friday and no published holiday, or a published make-up day (调休上班).
The calendar of each year is a published fact; a day in a year without one is never guessed:
the count then comes as a bracket, from the fewest working days there can be to the most.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from aggregates.language import Message
from aggregates.law.festivals import (
    FESTIVALS,
    SATURDAY,
    CalendarRangeError,
    may_work,
    statutory_days,
    surely_works,
)

_DIGEST_CHARACTERS = 12
_DAY = timedelta(days=1)


class CountMode(StrEnum):
    """How a period of working days is counted (parameter ``workday_count_mode.{deadline}``)."""

    EVENT_EXCLUDED = "EVENT_EXCLUDED"
    """The day of the event is not counted (Civil Code 201)."""
    CLEAR_DAYS = "CLEAR_DAYS"
    """So many whole working days lie between the two dates: one step more."""
    EVENT_INCLUDED = "EVENT_INCLUDED"
    """The day of the event, if a working day, is the first one counted."""


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """The published calendar of one year.

    Attributes:
        year: The year.
        holidays: Its days of rest by arrangement; they may include weekend days.
        makeup_workdays: Its weekend days of work.
        source_doc: The document that arranges them.
        source_sha256: The digest of what they were taken from, in hexadecimal.
    """

    year: int
    holidays: frozenset[date]
    makeup_workdays: frozenset[date]
    source_doc: str
    source_sha256: str

    def is_workday(self, day: date) -> bool:
        """Say whether a day of this year is a working day."""
        return day in self.makeup_workdays or (
            day.weekday() < SATURDAY and day not in self.holidays
        )


class UnknownYearError(LookupError):
    """The year of a date has no published calendar.

    Attributes:
        year: The year.
    """

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(f"no working-day calendar is published for {year}")


@dataclass(frozen=True, slots=True)
class Counted:
    """A date that was counted out, and how.

    Attributes:
        day: The result.
        skipped: Every day of rest that was passed over, ascending.
        added: Every weekend day of work that was counted, ascending.
        calendar_version: The version of the calendar that was used.
    """

    day: date
    skipped: tuple[date, ...]
    added: tuple[date, ...]
    calendar_version: str


@dataclass(frozen=True, slots=True)
class Bracket:
    """The two ends between which a date must lie while a year's calendar is not published.

    Attributes:
        pessimistic: The date if there are as few working days as there can be.
        optimistic: The date if there are as many.
        unknown_years: The years whose calendar is missing, ascending.
    """

    pessimistic: Counted
    optimistic: Counted
    unknown_years: tuple[int, ...]


_Works = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class _Walked:
    day: date
    skipped: tuple[date, ...]
    added: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The published calendars of all years, as the policy book holds them.

    Attributes:
        years: The published years.
        version: The version that answers and deadlines name.
    """

    years: Mapping[int, CalendarYear]
    version: str

    def knows(self, year: int) -> bool:
        """Say whether the calendar of ``year`` is published."""
        return year in self.years

    def is_workday(self, day: date) -> bool:
        """Say whether ``day`` is a working day.

        Raises:
            UnknownYearError: the calendar of the year is not published.
        """
        if day.year not in self.years:
            raise UnknownYearError(day.year)
        return self.years[day.year].is_workday(day)

    def minus_workdays(
        self, day: date, n: int, mode: CountMode = CountMode.EVENT_EXCLUDED
    ) -> Counted | Bracket:
        """Return the ``n``-th working day before ``day``.

        Raises:
            ValueError: ``n`` is negative.
            CalendarRangeError: the count leaves the years about which anything is known.
        """
        return self._both(lambda works: self._walk(day, n, -_DAY, mode, works))

    def plus_workdays(
        self, day: date, n: int, mode: CountMode = CountMode.EVENT_EXCLUDED
    ) -> Counted | Bracket:
        """Return the ``n``-th working day after ``day``.

        Raises:
            ValueError: ``n`` is negative.
            CalendarRangeError: the count leaves the years about which anything is known.
        """
        return self._both(lambda works: self._walk(day, n, _DAY, mode, works))

    def move203(self, day: date) -> Counted | Bracket:
        """Return ``day``, or the next working day if it is a legal day of rest (Civil Code 203).

        Raises:
            CalendarRangeError: the move leaves the years about which anything is known.
        """

        def moved(works: _Works) -> _Walked:
            if works(day):
                return _Walked(day, (), ())
            walked = self._step(day, 1, _DAY, works)
            return _Walked(walked.day, (day, *walked.skipped), walked.added)

        return self._both(moved)

    def _both(self, walk: Callable[[_Works], _Walked]) -> Counted | Bracket:
        """Walk with the published calendars; where one is missing, with both ends of the bracket.

        Two ends that meet decide: then no arrangement of the year can change the answer.
        """
        unknown: set[int] = set()
        fewest = walk(self._asking(surely_works, unknown))
        most = fewest if not unknown else walk(self._asking(may_work, unknown))
        if fewest.day == most.day:
            return self._counted(fewest)
        return Bracket(self._counted(fewest), self._counted(most), tuple(sorted(unknown)))

    def _asking(self, guess: _Works, unknown: set[int]) -> _Works:
        def works(day: date) -> bool:
            held = self.years.get(day.year)
            if held is not None:
                return held.is_workday(day)
            unknown.add(day.year)
            return guess(day)

        return works

    def _walk(self, day: date, n: int, step: timedelta, mode: CountMode, works: _Works) -> _Walked:
        if n < 0:
            raise ValueError(f"expected a number of days not below 0, found {n}")
        if mode is CountMode.CLEAR_DAYS:
            n += 1
        elif mode is CountMode.EVENT_INCLUDED and n > 0 and works(day):
            n -= 1
        return self._step(day, n, step, works)

    def _step(self, day: date, n: int, step: timedelta, works: _Works) -> _Walked:
        skipped: list[date] = []
        added: list[date] = []
        while n > 0:
            day = _next(day, step)
            if not works(day):
                skipped.append(day)
                continue
            n -= 1
            if day.weekday() >= SATURDAY:
                added.append(day)
        return _Walked(day, tuple(sorted(skipped)), tuple(sorted(added)))

    def _counted(self, walked: _Walked) -> Counted:
        return Counted(walked.day, walked.skipped, walked.added, self.version)


def _next(day: date, step: timedelta) -> date:
    try:
        return day + step
    except OverflowError:
        raise CalendarRangeError(day) from None


def calendar_of(years: Iterable[CalendarYear]) -> WorkCalendar:
    """Return the calendar of ``years``; its version follows from their days alone.

    The same days give the same version on every machine, whatever the order. Of two calendars
    of one year the later one counts.
    """
    held = {one.year: one for one in years}
    lines = [
        f"{kind} {day}\n"
        for year in sorted(held)
        for kind, days in (("rest", held[year].holidays), ("work", held[year].makeup_workdays))
        for day in sorted(days)
    ]
    digest = sha256("".join(lines).encode()).hexdigest()[:_DIGEST_CHARACTERS]
    span = f"{min(held)}-{max(held)}" if held else "none"
    return WorkCalendar(held, f"{span}.{digest}")


def calendar_faults(
    year: int, holidays: Iterable[date], makeup_workdays: Iterable[date]
) -> tuple[Message, ...]:
    """Return what cannot be right in a year's calendar before it is published; nothing if sound.

    Every day belongs to the year, no day rests and works, make-up days are weekend days, and
    every statutory day on a weekday rests.
    """
    rest, work = set(holidays), set(makeup_workdays)
    told: list[Message] = []

    def tell(days: Iterable[date], zh: str, en: str) -> None:
        listed = "、".join(str(day) for day in sorted(days))
        if listed:
            told.append(Message(f"{zh}：{listed}", f"{en}: {listed.replace('、', ', ')}"))

    tell((d for d in rest | work if d.year != year), f"不属于{year}年", f"not in {year}")
    tell(rest & work, "既放假又上班", "both a day of rest and of work")
    tell((d for d in work if d.weekday() < SATURDAY), "调休上班日不是周末", "not a weekend day")
    if year not in FESTIVALS:
        return (*told, CalendarRangeError(date(max(year, 1), 1, 1)).message)
    statutory = statutory_days(year)
    tell(work & set(statutory), "法定节日上班", "a statutory day of rest that works")
    missing = {d for d in statutory if d.weekday() < SATURDAY} - rest
    tell(missing, "缺少法定节日", "a statutory day of rest is missing")
    return tuple(told)
