"""Timetables: which session is held when, where and by whom, so that nobody is in two places."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, count
from typing import Any, Final, Literal

from ledger.simulation.bodies import Body, Lecturer, Room
from ledger.simulation.chance import Chance
from ledger.simulation.courses import Course
from ledger.simulation.days import DAY, days, is_holiday, is_workday, moment

Pattern = Literal["FULL", "MORNINGS", "EVENINGS", "WEEKENDS"]
Part = Literal["AM", "PM", "EVE"]
HOURS: Final = 4
"""Class hours of a half day: 180 minutes of teaching within 195."""
TIMES: Final[dict[Part, tuple[tuple[int, int], tuple[int, int]]]] = {
    "AM": ((8, 30), (11, 45)),
    "PM": ((14, 0), (17, 15)),
    "EVE": ((18, 30), (21, 45)),
}
PARTS: Final[dict[Pattern, tuple[Part, ...]]] = {
    "FULL": ("AM", "PM"),
    "MORNINGS": ("AM",),
    "EVENINGS": ("EVE",),
    "WEEKENDS": ("AM", "PM"),
}
_SATURDAY = 5
_DAYS_MAX = 150


@dataclass(frozen=True, slots=True)
class Session:
    """One session as planned.

    Attributes:
        number: Its number, from 1.
        on: Its day.
        part: Its half day.
        kind: Theory or practice.
        course: What is taught.
        lecturer: Who teaches.
        room: Where; None for an on-line session.
    """

    number: int
    on: date
    part: Part
    kind: Literal["THEORY", "PRACTICE"]
    course: str
    lecturer: Lecturer
    room: Room | None

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return moment(self.on, *TIMES[self.part][0])

    @property
    def ends_at(self) -> datetime:
        """When it ends."""
        return moment(self.on, *TIMES[self.part][1])

    @property
    def online(self) -> bool:
        """Whether it is held on line."""
        return self.room is None

    def row(self) -> dict[str, Any]:
        """Return its row of the timetable."""
        return {
            "session_no": self.number,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "hours": HOURS,
            **self.what(),
        }

    def what(self) -> dict[str, Any]:
        """Return what, by whom and where, as timetable and record of a session have it."""
        room = self.room
        return {
            "kind": self.kind,
            "mode": "ONLINE" if room is None else "OFFLINE",
            "course": self.course,
            "instructor_id": self.lecturer.instructor_id,
            "site_id": None if room is None else room.site_id,
            "room_id": None if room is None else room.room_id,
        }


def runs_on(pattern: Pattern, day: date) -> bool:
    """Say whether a class of a pattern has sessions on a day."""
    if pattern == "WEEKENDS":
        return day.weekday() >= _SATURDAY and not is_holiday(day) and not is_workday(day)
    return is_workday(day)


def first_day(pattern: Pattern, wanted: date) -> date:
    """Return the first day from one on that fits a pattern, else the last one of the same year."""
    ends = date(wanted.year, 12, 31)
    later = (day for day in days(wanted, ends) if runs_on(pattern, day))
    before = (day for day in (wanted - n * DAY for n in count(1)) if runs_on(pattern, day))
    return next(chain(later, before))


def _halves(pattern: Pattern, start: date) -> Iterator[tuple[date, Part]]:
    day = start
    while day - start < _DAYS_MAX * DAY:
        if runs_on(pattern, day):
            for part in PARTS[pattern]:
                yield day, part
        day += DAY


def kinds(course: Course) -> list[Literal["THEORY", "PRACTICE"]]:
    """Return the kinds of the sessions of a course: theory first, then in turn with practice."""
    theory, practice = course.theory // HOURS, course.practice // HOURS
    found: list[Literal["THEORY", "PRACTICE"]] = []
    while theory or practice:
        if theory and (not practice or len(found) % 3 == 0 or len(found) == 1):
            found.append("THEORY")
            theory -= 1
        else:
            found.append("PRACTICE")
            practice -= 1
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a timetable is made for.

    Attributes:
        body: Who trains.
        course: What.
        pattern: When in the week.
        start: The first day.
        heads: How many the rooms must hold.
        online: How many sessions of theory are held on line.
        site_id: At which site.
    """

    body: Body
    course: Course
    pattern: Pattern
    start: date
    heads: int
    online: int = 0
    site_id: str = "S1"


def timetable(wanted: Wanted, chance: Chance) -> tuple[Session, ...]:
    """Make a timetable out of what is free, and take it.

    Raises:
        ValueError: rooms or lecturers are busy for months.
    """
    body = wanted.body
    staff = chance.sample(body.lecturers, len(body.lecturers))
    left = kinds(wanted.course)
    online = wanted.online
    found: list[Session] = []
    for day, part in _halves(wanted.pattern, wanted.start):
        if not left:
            return tuple(found)
        kind = left[0]
        remote = kind == "THEORY" and online > 0 and len(found) > 0
        made = _session(wanted, staff, len(found) + 1, (day, part), kind, remote=remote)
        if made is None:
            continue
        found.append(made)
        left.pop(0)
        online -= remote
    if left:
        raise ValueError("no free rooms or lecturers for months")
    return tuple(found)


def _session(
    wanted: Wanted,
    staff: Sequence[Lecturer],
    number: int,
    slot: tuple[date, Part],
    kind: Literal["THEORY", "PRACTICE"],
    *,
    remote: bool,
) -> Session | None:
    body = wanted.body
    # Two teach a class as a rule, one for theory and one for practice; others stand in.
    order = staff if kind == "THEORY" else (*staff[1:], staff[0])
    lecturer = next((one for one in order if body.free(slot, one.instructor_id)), None)
    if lecturer is None:
        return None
    room = None
    if not remote:
        rooms = body.rooms_for(kind, wanted.heads, wanted.site_id)
        room = next((one for one in rooms if body.free(slot, one.camera_id)), None)
        if room is None:
            return None
        body.take(slot, room.camera_id)
    body.take(slot, lecturer.instructor_id)
    day, part = slot
    module = (number + 1) // 2
    word = "理论" if kind == "THEORY" else "实操"
    course = f"{wanted.course.name}·{word}模块{module}"
    return Session(number, day, part, kind, course, lecturer, room)


def alternatives(session: Session, body: Body) -> Iterator[Lecturer]:
    """Yield who else could teach a session."""
    for one in body.lecturers:
        if one != session.lecturer and body.free((session.on, session.part), one.instructor_id):
            yield one


__all__ = [
    "HOURS",
    "TIMES",
    "Pattern",
    "Session",
    "Wanted",
    "alternatives",
    "kinds",
    "runs_on",
    "timetable",
]
