"""The classes of a county's year: what, where, when and with whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from aggregates.ids import ClassId
from aggregates.law.deadlines import ClaimMode
from ledger.simulation.bodies import CAPACITY, Body
from ledger.simulation.chance import Chance
from ledger.simulation.classes import ClassPlan, Pool, Seat
from ledger.simulation.courses import ONLINE_SESSIONS, Course
from ledger.simulation.days import DAY, in_office, last_day, minus, plus
from ledger.simulation.naming import Naming
from ledger.simulation.projects import Project
from ledger.simulation.scales import RATES, Scale
from ledger.simulation.timetables import Pattern, Session, Wanted, first_day, timetable

MONTHS: Final = (
    (1, 3),
    (2, 3),
    (3, 9),
    (4, 11),
    (5, 11),
    (6, 10),
    (7, 9),
    (8, 9),
    (9, 12),
    (10, 12),
    (11, 8),
    (12, 3),
)
"""How many classes start in which month."""
KINDS: Final[tuple[tuple[tuple[str, ClaimMode], int], ...]] = (
    (("EMPLOYMENT_SKILL", "AGENCY"), 56),
    (("SPECIAL_ABILITY", "AGENCY"), 14),
    (("IN_POST_SKILL", "ENTERPRISE"), 13),
    (("PROJECT", "AGENCY"), 7),
    (("ENTREPRENEURSHIP", "AGENCY"), 6),
    (("EMPLOYMENT_SKILL", "PERSON"), 4),
)
FIRST: Final[tuple[tuple[str, ClaimMode], ...]] = (
    ("EMPLOYMENT_SKILL", "AGENCY"),
    ("PROJECT", "AGENCY"),
    ("IN_POST_SKILL", "ENTERPRISE"),
    ("EMPLOYMENT_SKILL", "PERSON"),
)
"""The first classes of a year, so that the smallest world has one of every kind."""
PATTERNS: Final[tuple[tuple[Pattern, int], ...]] = (
    ("FULL", 62),
    ("MORNINGS", 12),
    ("EVENINGS", 12),
    ("WEEKENDS", 14),
)
HEADS: Final[dict[str, tuple[int, int, int, int]]] = {
    "EMPLOYMENT_SKILL": (46, 6, 24, 60),
    "SPECIAL_ABILITY": (46, 6, 24, 60),
    "IN_POST_SKILL": (46, 18, 16, 110),
    "PROJECT": (52, 12, 30, 90),
    "ENTREPRENEURSHIP": (30, 3, 22, 36),
    "PERSON": (19, 3, 12, 26),
}
"""Mean, deviation, least and most heads of a class."""
_AHEAD = ((5, 36), (6, 22), (7, 16), (8, 16), (9, 10))
"""Working days between filing and start; five is the least that the law allows."""
_SHARE_ABSENT = 5
_SURCHARGE_BP = 12_000
_WHOLE_BP = 10_000
_SURCHARGED_BP = 2_500
_UNPLANNED_BP = 500
_EARLIEST = 12
_REJECTED_FROM = 20
_MAIN_SITE_BP = 7_000
_BENEFIT_BP = 400
"""How many of the unemployed draw benefit while they train."""
_INELIGIBLE_BP = RATES.ineligible * 4
"""One head in four is of the category that a pension excludes from."""


@dataclass(frozen=True, slots=True)
class Slot:
    """When a class shall start and what it shall be."""

    start: date
    kind: str
    mode: ClaimMode


SEATS_FEW = 8
"""Nobody leaves a class of so few, or nobody would be left to see through it."""


class Year:
    """Plans the classes of one county and year."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a year is planned from
        self,
        naming: Naming,
        scale: Scale,
        county: str,
        year: int,
        bodies: Sequence[Body],
        pool: Pool,
        projects: Sequence[Project],
    ) -> None:
        """Begin."""
        self._naming = naming
        self._scale = scale
        self._county = county
        self._year = year
        self._bodies = bodies
        self._pool = pool
        self._projects = projects
        self._chance = Chance(naming.seed, "year", county, year)

    def classes(self) -> list[ClassPlan]:
        """Return the classes in the order of their starts."""
        slots = sorted(self._slots(), key=lambda slot: slot.start)
        found = [self._class(number, slot) for number, slot in enumerate(slots, start=1)]
        self._trouble(found)
        return found

    def _trouble(self, plans: Sequence[ClassPlan]) -> None:
        """Choose whose filing is late, returned or rejected; each happens to one at least."""
        left = list(plans)
        for rate, name in (
            (RATES.late_filing, "late"),
            (RATES.returned_filing, "returned"),
            (RATES.rejected_filing, "rejected"),
        ):
            if name == "rejected" and len(plans) < _REJECTED_FROM:
                continue
            for one in self._chance.sample(left, max(1, len(plans) * rate // _WHOLE_BP)):
                setattr(one, name, True)
                left.remove(one)

    def _slots(self) -> list[Slot]:
        found = []
        for at in range(self._scale.classes):
            kind, mode = FIRST[at] if at < len(FIRST) else self._chance.weighted(KINDS)
            found.append(Slot(self._start(at), kind, mode))
        return found

    def _start(self, at: int) -> date:
        month = self._chance.weighted(MONTHS)
        if self._scale.classes <= len(FIRST):
            month = 3 + at  # early enough for all of them to be paid within the year
        day = self._chance.randrange(last_day(self._year, month).day) + 1
        first = plus(date(self._year, month, 1), _AHEAD[-1][0])
        if not self._chance.happens(_UNPLANNED_BP):
            # Filed once the plan of the month was reported, as a rule.
            return max(date(self._year, month, day), first)
        return max(date(self._year, month, day), date(self._year, 1, 1) + _EARLIEST * DAY)

    def _class(self, number: int, slot: Slot) -> ClassPlan:
        chance = Chance(self._naming.seed, "class", self._county, self._year, number)
        project = self._project(slot, chance)
        body, course = (
            self._who(slot, chance) if project is None else (project.body, project.course)
        )
        heads = self._heads(slot, chance)
        pattern = "FULL" if project else chance.weighted(PATTERNS)
        start = first_day(pattern, slot.start)
        main = len(body.sites()) == 1 or heads > CAPACITY or chance.happens(_MAIN_SITE_BP)
        wanted = Wanted(
            body=body,
            course=course,
            pattern=pattern,
            start=start,
            heads=heads,
            online=ONLINE_SESSIONS.get(course.skill, 0),
            site_id="S1" if main else "S2",
        )
        sessions = timetable(wanted, chance)
        filed = in_office(minus(sessions[0].on, chance.weighted(_AHEAD)), chance)
        class_id = ClassId(self._naming.at(filed, "class", self._county, self._year, number))
        dates = (sessions[0].on, sessions[-1].on)
        seats = self._pool.seats(class_id, course, heads, dates, body)
        plan = ClassPlan(
            number=number,
            class_id=class_id,
            filing_no=f"{self._county}-{self._year}-{number:04}",
            body=body,
            course=course,
            mode=slot.mode,
            sessions=sessions,
            seats=seats,
            filed_at=filed,
            county=self._county,
            fee_fen=course.standard_fen,
            project_id=None if project is None else project.project_id,
        )
        self._fates(plan, chance)
        return plan

    def _project(self, slot: Slot, chance: Chance) -> Project | None:
        if slot.kind != "PROJECT":
            return None
        return chance.choice(self._projects)

    def _who(self, slot: Slot, chance: Chance) -> tuple[Body, Course]:
        """Return a body and a course of the kind asked for; some body has one of each."""
        found = [
            (body, course)
            for body in self._bodies
            for course in body.courses
            if course.training_type == slot.kind
            and (slot.mode != "PERSON" or course.certificate != "COMPLETION")
        ]
        return chance.choice(found) if found else self._who(Slot(slot.start, *FIRST[0]), chance)

    def _heads(self, slot: Slot, chance: Chance) -> int:
        mean, deviation, least, most = HEADS["PERSON" if slot.mode == "PERSON" else slot.kind]
        if self._scale.heads < least:
            return self._scale.heads + chance.randrange(-2, 3)
        return min(most, max(least, round(chance.gauss(mean, deviation))))

    def _fates(self, plan: ClassPlan, chance: Chance) -> None:
        """Say of everybody in a class what becomes of him or her, and what he or she pays."""
        if plan.mode == "PERSON":
            paid = plan.fee_fen
        elif plan.agreed and chance.happens(_SURCHARGED_BP):
            plan.fee_fen = plan.course.standard_fen * _SURCHARGE_BP // _WHOLE_BP
            paid = plan.fee_fen - plan.course.standard_fen
        else:
            paid = 0
        for seat in plan.seats:
            seat.fee_fen = paid
            _attendance(seat, plan.sessions, chance)
            if len(plan.seats) > SEATS_FEW and chance.happens(RATES.withdrawn):
                half = plan.sessions[len(plan.sessions) // 3]
                seat.leaves_on, seat.passed = half.on, False
            elif chance.happens(RATES.failed):
                seat.failed = True
                seat.passed = chance.happens(RATES.retaken)
            elif plan.mode == "AGENCY" and len(seat.person.attended) == 1:
                category = seat.person.category
                seat.ineligible = category == "CATCH_ALL" and chance.happens(_INELIGIBLE_BP)
                seat.benefit = category == "UNEMP" and chance.happens(_BENEFIT_BP)
                # Whoever a register reports on goes to no further class.
                seat.person.settled = seat.ineligible or seat.benefit


def number_items(plans: Sequence[ClassPlan]) -> None:
    """Give classes their numbers in their bodies' plans of the month."""
    counted: dict[tuple[str, int, int], int] = {}
    for plan in sorted(plans, key=lambda one: one.start):
        key = (plan.body.uscc, plan.start.year, plan.start.month)
        counted[key] = plan.item_no = counted.get(key, 0) + 1


def _attendance(seat: Seat, sessions: Sequence[Session], chance: Chance) -> None:
    """Let somebody miss a session now and then, never more than a fifth of them."""
    missed = [one.number for one in sessions if chance.happens(RATES.absent)]
    seat.absent = frozenset(missed[: len(sessions) // _SHARE_ABSENT])
    late = (one.number for one in sessions if chance.happens(RATES.late_to_class))
    seat.late = frozenset(late) - seat.absent
