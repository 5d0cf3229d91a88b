"""One duty while it is being told, in plain Python: when it was kept, when it is due by the law."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from aggregates.law.deadlines import CalendarStatus, local_date, monthly_plan_deadline
from aggregates.law.in_force import Law
from aggregates.law.workdays import Counted
from tests.projections.entries import Written

DAY = timedelta(days=1)
RENEWED = ("ELG-21", "SUP-24")


class Event(NamedTuple):
    """What one fact does to a duty."""

    step: str
    at: datetime
    on: date | None = None
    fen: int = 0
    items: frozenset[int] = frozenset()
    hold: str = ""


@dataclass
class Owed:
    """One duty while it is being told."""

    rule: str
    kind: str
    subject: UUID
    county: str
    ref: str
    class_id: UUID | None
    institution: UUID | None
    opened: Written | None = None
    owed_by: str = ""
    org: str | None = None
    starts: date = date.min
    parameter: str | None = None
    told: date | None = None
    fen: int = 0
    events: list[Event] = field(default_factory=list)

    def open(self, one: Written, owed_by: str, starts: date | None = None, **more: Any) -> None:  # noqa: ANN401 - fields
        """Open it, or anew if it is renewed."""
        if one.channel in ("migration", "import"):
            return
        if self.opened is not None and self.rule not in RENEWED:
            return
        if self.rule in RENEWED:
            self.events.clear()
        self.opened, self.owed_by, self.starts = one, owed_by, starts or one.recorded_on
        self.org, self.parameter = more.get("org"), more.get("parameter")
        self.told, self.fen = more.get("told"), more.get("fen", 0)

    def kept_at(self) -> datetime | None:
        """Return when it was kept."""
        if self.rule != "ELG-21":
            return min((e.at for e in self.events if e.step == "KEPT"), default=None)
        paid = 0
        for one in self.events:
            if one.step == "SETTLED":
                paid += one.fen
                if paid >= self.fen:
                    return one.at
        return None

    def class_end(self) -> date | None:
        """Return the last day of a class: as filed last, or moved since, or when it was over."""
        days: list[date] = []
        over: list[date] = []
        for one in self.events:
            if one.on is None:
                continue
            if one.step == "FILED":
                days.clear()
            if one.step in ("FILED", "MOVED"):
                days.append(one.on)
            if one.step == "OVER":
                over.append(one.on)
        return min([*([max(days)] if days else []), *over], default=None)

    def holds(self) -> list[tuple[date, date | None]]:
        """Return from when to when each single item was held."""
        found: list[tuple[date, date | None]] = []
        for n, one in enumerate(self.events):
            for item in one.items if one.step == "HELD" else ():
                ends = (
                    local_date(e.at)
                    for e in self.events[n + 1 :]
                    if item in e.items
                    and (e.step == "SETTLED" or (e.step == "FREED" and e.hold == one.hold))
                )
                found.append((local_date(one.at), next(ends, None)))
        return found

    def due(self, law: Law, days: int | None) -> tuple[date | None, bool]:
        """Return the last day, and whether it was counted by a calendar."""
        if self.rule in ("PLN-01", "PLN-02"):
            return self._planned(law, days)
        if self.rule == "CLM-11" and days is not None:
            result = law.calendar.plus_workdays(self.starts, days)
            known = isinstance(result, Counted) and _known(law, self.starts, result.day)
            return (result.day if known and isinstance(result, Counted) else None), True
        if self.rule == "DEL-02":
            return self.starts, False
        if self.rule == "DEL-05":
            return self.class_end(), False
        return None if days is None else self.starts + (days + self.held(days)) * DAY, False

    def _planned(self, law: Law, days: int | None) -> tuple[date | None, bool]:
        eve = self.starts - DAY
        counted = law.parameter("plan_deadline_basis", eve, county=self.county) == "LAST_WORKDAY"
        found = monthly_plan_deadline(f"{self.starts:%Y-%m}", law, county=self.county)
        assert found.last is not None
        final = found.status is CalendarStatus.FINAL
        if counted and not (final and _known(law, self.starts, found.last)):
            return None, True
        if self.rule == "PLN-01":
            return found.last, counted
        return None if days is None else found.last + days * DAY, counted

    def held(self, days: int | None) -> int:
        """Return for how many days a payment was held up that began while it was due."""
        if self.rule != "ELG-21":
            return 0
        spent = {
            first + n * DAY
            for first, last in self.holds()
            if last is not None and (days is None or first <= self.starts + days * DAY)
            for n in range((last - first).days)
        }
        return len(spent)


def _known(law: Law, *days: date) -> bool:
    return {one.year for one in days} <= law.calendar.years.keys()


class Records:
    """What was recorded of misses and of days that moved."""

    def __init__(self) -> None:
        self.missed: dict[tuple[UUID, str, str, date], Written] = {}
        self.moved: dict[tuple[UUID, str, str, date, date], Written] = {}

    def latest(self, one: Owed) -> date | None:
        """Return the day of the miss of a duty that was recorded last."""
        found = [
            (held.position, due)
            for (subject, rule, ref, due), held in self.missed.items()
            if (subject, rule, ref) == (one.subject, one.rule, one.ref)
        ]
        position, due = max(found, default=(0, None))
        assert one.opened is not None
        stale = one.rule in RENEWED and position <= one.opened.position
        return None if stale else due

    def of(self, one: Owed, due: date | None) -> Written | None:
        """Return the record of a miss of a duty on a day; older ones told of all refs alike."""
        if due is None:
            return None
        assert one.opened is not None
        found = [self.missed.get((one.subject, one.rule, ref, due)) for ref in (one.ref, "")]
        told = [
            held
            for held in found
            if held is not None and (one.rule not in RENEWED or held.position > one.opened.position)
        ]
        return max(told, key=lambda held: held.recorded_at, default=None)

    def move(self, one: Owed, told: date, due: date) -> Written | None:
        """Return the record that a duty falls on another day than was told."""
        found = [self.moved.get((one.subject, one.rule, ref, told, due)) for ref in (one.ref, "")]
        return max(filter(None, found), key=lambda held: held.recorded_at, default=None)
