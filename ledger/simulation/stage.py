"""What a plot is played on: a county with its bodies, its people and a year."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from aggregates.ids import InstitutionId
from ledger.simulation.bodies import Body
from ledger.simulation.classes import ClassPlan, Paper
from ledger.simulation.courses import Course
from ledger.simulation.crafting import Crafting, Made, Past
from ledger.simulation.days import at_or_after, moment, plus
from ledger.simulation.lives import Lives
from ledger.simulation.naming import Naming
from ledger.simulation.offices import Office
from ledger.simulation.people import Person
from ledger.simulation.script import Kind, Label, Script

_ROUND = timedelta(days=14)
CLOSES_AFTER = 5
"""Working days after the meeting from which on history comes in with the second delivery."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A county and a year, for plots.

    Attributes:
        script: The script of the world.
        naming: Its names.
        office: The county's offices.
        assessor: The body that assesses.
        body: The body that trains in the plots.
        crafting: Makes classes and people.
        year: The year.
        heads: How many heads a class of a plot has.
        number: Which round of plots it is, from 1; a later one is played some weeks later.
    """

    script: Script
    naming: Naming
    office: Office
    assessor: InstitutionId
    body: Body
    crafting: Crafting
    year: int
    heads: int
    number: int = 1

    @property
    def course(self) -> Course:
        """What the body teaches in 24 class hours."""
        return next(one for one in self.body.courses if one.training_type == "SPECIAL_ABILITY")

    def lives(self, script: Script | None = None, office: Office | None = None) -> Lives:
        """Return what writes whole classes, into the world or into a past."""
        return Lives(script or self.script, self.naming, office or self.office, self.assessor)

    def on(self, month: int, day: int, *, years_ago: int = 0) -> date:
        """Return the first working day from a date on."""
        later = (self.number - 1) * _ROUND
        return at_or_after(date(self.year - years_ago, month, day) + later)

    def make(
        self,
        start: date,
        course: Course | None = None,
        *,
        people: Sequence[Person] | None = None,
        online: int = 0,
        ahead: int | None = None,
    ) -> ClassPlan:
        """Make a class of the stage's body; without people, with new ones."""
        taught = course or self.course
        seated = people or self.crafting.people(taught, self.heads, start)
        made = Made(self.body, taught, start, seated, online)
        return self.crafting.make(made if ahead is None else replace(made, ahead=ahead))

    def history(
        self,
        start: date,
        course: Course | None = None,
        *,
        people: Sequence[Person] | None = None,
        online: int = 0,
    ) -> ClassPlan:
        """Make a class of before the ledger, whose papers were in time."""
        plan = self.make(start, course, people=people, online=online)
        plan.paper = Paper(plan.filed_at.date(), plan.filed_at)
        return plan

    def past(self, at: datetime, meeting: date | None = None, *, later: int = 8) -> Past:
        """Return a past that comes in at a moment, what followed a publicity some days later.

        Args:
            at: When it comes in.
            meeting: The meeting, if there was one.
            later: How many working days later the rest comes in.
        """
        past = Past()
        past.brought_in(at)
        if meeting is not None:
            since = moment(plus(meeting, CLOSES_AFTER), 0)
            past.brought_in(at + (plus(at.date(), later) - at.date()), since=since)
        return past

    def label(
        self,
        rule: Kind,
        variant: str,
        subjects: Sequence[tuple[str, str]],
        why: str,
        *,
        planted: bool,
    ) -> None:
        """Note what was played."""
        self.script.label(Label(rule, variant, planted, tuple(subjects), why))


def of_class(plan: ClassPlan) -> tuple[tuple[str, str], ...]:
    """Return a class as the subject of a label."""
    return (("class", str(plan.class_id)),)
