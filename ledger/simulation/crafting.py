"""Single classes made for a purpose, lived for real or brought in later as history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from aggregates.decisions import Channel
from aggregates.ids import ClassId
from aggregates.law.catalogues import PersonCategory
from aggregates.law.deadlines import ClaimMode
from aggregates.training_class.state import enrolment_of
from ledger.simulation.bodies import Body
from ledger.simulation.chance import Chance
from ledger.simulation.classes import ClassPlan, Seat
from ledger.simulation.courses import Course, categories
from ledger.simulation.days import in_office, minus
from ledger.simulation.naming import Naming
from ledger.simulation.offices import as_history
from ledger.simulation.people import People, Person
from ledger.simulation.script import Script
from ledger.simulation.timetables import Pattern, Wanted, timetable

FILED_AHEAD = 6
"""Working days between filing and start of a class that is made."""
_STEP = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Made:
    """What a class is made of.

    Attributes:
        body: Who trains.
        course: What.
        start: The first day, a working day.
        people: Who sits in it.
        online: How many sessions of theory are on line.
        mode: How it is claimed.
        pattern: When in the week.
        ahead: Working days between filing and start.
    """

    body: Body
    course: Course
    start: date
    people: Sequence[Person]
    online: int = 0
    mode: ClaimMode = "AGENCY"
    pattern: Pattern = "FULL"
    ahead: int = FILED_AHEAD


class Crafting:
    """Makes classes of one county, and people for them."""

    def __init__(self, naming: Naming, county: str, people: People, first_number: int) -> None:
        """Begin; the classes get the numbers from ``first_number`` on."""
        self._naming = naming
        self._county = county
        self._people = people
        self._number = first_number

    def people(self, course: Course, count: int, on: date) -> list[Person]:
        """Make people who may go to a course."""
        chance = Chance(self._naming.seed, "crafted", self._county, self._number, on)
        found = [self._people.make(self._category(course, chance), on) for _ in range(count)]
        for one in found:
            one.settled = True
        return found

    def _category(self, course: Course, chance: Chance) -> PersonCategory:
        # No graduates: how long ago they left school would matter a year later.
        able = [(one, weight) for one, weight in categories(course) if one not in _TIMED]
        return chance.weighted(able)

    def make(self, made: Made) -> ClassPlan:
        """Make a class in which everybody passes."""
        number, self._number = self._number, self._number + 1
        chance = Chance(self._naming.seed, "made", self._county, number)
        wanted = Wanted(
            made.body, made.course, made.pattern, made.start, len(made.people), made.online
        )
        sessions = timetable(wanted, chance)
        filed = in_office(minus(sessions[0].on, made.ahead), chance)
        class_id = ClassId(self._naming.at(filed, "made class", self._county, number))
        return ClassPlan(
            number=number,
            class_id=class_id,
            filing_no=f"{self._county}-{made.start.year}-{number:04}",
            body=made.body,
            course=made.course,
            mode=made.mode,
            sessions=sessions,
            seats=[Seat(one, enrolment_of(class_id, one.person_id)) for one in made.people],
            filed_at=filed,
            county=self._county,
            fee_fen=made.course.standard_fen,
        )

    def joined(self, plan: ClassPlan, people: Sequence[Person]) -> ClassPlan:
        """Return a class that is taught together with another one, as both say."""
        number, self._number = self._number, self._number + 1
        class_id = ClassId(self._naming.at(plan.filed_at, "made class", self._county, number))
        seats = [Seat(one, enrolment_of(class_id, one.person_id)) for one in people]
        made = replace(
            plan,
            number=number,
            class_id=class_id,
            filing_no=f"{self._county}-{plan.start.year}-{number:04}",
            seats=seats,
            joint_with=plan.class_id,
            held={},
            changed=[],
            claims=[],
        )
        plan.joint_with = class_id
        return made


_TIMED = frozenset({"GRAD_2Y", "SCHOOL_LEAVER", "STUDENT"})


@dataclass(slots=True)
class Past(Script):
    """A script of what was lived before, to be brought in as facts later.

    Attributes:
        moments: From which lived moment on what was lived comes in when; ascending.
    """

    moments: list[tuple[datetime, datetime]] = field(default_factory=list)

    def brought_in(self, at: datetime, *, since: datetime | None = None) -> None:
        """Say when to bring in what was lived since a moment, or all."""
        self.moments.append((since or datetime.min.replace(tzinfo=at.tzinfo), at))

    def replay(self, into: Script, channel: Channel = "migration") -> None:
        """Put everything into another script as facts, in the order in which it was lived."""
        steps = sorted(self.planned, key=lambda one: one.at)
        counted: dict[datetime, int] = {}
        for one in steps:
            at = max(entry for since, entry in self.moments if since <= one.at)
            counted[at] = counted.get(at, 0) + 1
            into.ask(
                at + counted[at] * _STEP,
                as_history(one.caller),
                one.ask.command,
                one.ask.data,
                channel=channel,
                as_facts=True,
            )

    def drop(self, command: str, **data: Any) -> None:  # noqa: ANN401 - JSON
        """Leave out the commands of a name whose data hold some values."""
        self.planned = [
            one
            for one in self.planned
            if one.ask.command != command or not _holds(one.ask.data, data.items())
        ]


def _holds(data: Any, wanted: Iterable[tuple[str, Any]]) -> bool:  # noqa: ANN401 - JSON
    return all(data.get(name) == value for name, value in wanted)
