"""A class as the plan knows it, and who sits in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from aggregates.ids import AssessmentId, ClaimId, ClassId, EnrolmentId, InspectionId, ProjectId
from aggregates.law.deadlines import ClaimMode
from aggregates.training_class.state import enrolment_of
from ledger.simulation.bodies import Body
from ledger.simulation.chance import Chance
from ledger.simulation.courses import PLATFORM, Course, categories
from ledger.simulation.days import DAY
from ledger.simulation.people import Attended, People, Person
from ledger.simulation.timetables import HOURS, Session

CLASSES_A_YEAR = 3
"""How often one person may be subsidised in a year."""
_TRIES = 6
_RETURNING_BP = 1_300
"""How many of the heads have been in another class of the year."""
_PAUSE = 7 * DAY
_GRADUATE_FOR = 365 * DAY
"""How long somebody who left school ten months before is still a graduate of late (ELG-10)."""


@dataclass(slots=True)
class Seat:
    """Somebody in a class.

    Attributes:
        person: Who.
        enrolment_id: The enrolment.
        fee_fen: What the person paid.
        absent: Sessions missed.
        late: Sessions to which the person came late.
        leaves_on: The day on which the person left the class, if so.
        failed: Whether the person failed at first.
        passed: Whether the person passed, at first or in the retake.
        ineligible: Whether it turns out that the person may not be subsidised.
        benefit: Whether the person draws unemployment benefit meanwhile.
        cert_no: The number of the certificate, once there is one.
        certified_on: The date on it.
    """

    person: Person
    enrolment_id: EnrolmentId
    fee_fen: int = 0
    absent: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()
    leaves_on: date | None = None
    failed: bool = False
    passed: bool = True
    ineligible: bool = False
    benefit: bool = False
    cert_no: str = ""
    certified_on: date | None = None

    def attends(self, session: Session) -> bool:
        """Say whether the person was in a session."""
        return session.number not in self.absent and not self.gone(session.on)

    def gone(self, on: date) -> bool:
        """Say whether the person had left by a day."""
        return self.leaves_on is not None and self.leaves_on <= on


@dataclass(frozen=True, slots=True)
class Paper:
    """The dates on the papers of a filing that is brought in late.

    Attributes:
        declared_on: The date on the filing form.
        scanned_at: When the scans say that they were made.
    """

    declared_on: date
    scanned_at: datetime


@dataclass(slots=True)
class ClassPlan:
    """A class from its filing to its closure.

    Attributes:
        number: Its number in county and year, from 1.
        class_id: Its id.
        filing_no: The number of its filing.
        body: Who trains.
        course: What.
        mode: How it is claimed.
        sessions: The timetable as filed.
        seats: Who sits in it.
        filed_at: When it is filed.
        county: Where.
        fee_fen: What the training costs a head.
        item_no: Its number in the body's plan of the month.
        project_id: The project, for a project class.
        joint_with: The class with which it is taught together.
        waivers: The waivers that it is granted before its filing: rule and ground.
        paper: What its papers say, where it comes in late.
        late: Whether it is tried to be filed too late first.
        returned: Whether its filing is given back once.
        rejected: Whether the bureau does not agree to it.
        change_bp: How often its sessions are changed in time, if otherwise than usual.
        changed: The sessions that were.
        approved_at: When the bureau agrees; None where it does not.
        held: The sessions as they were really held, by number.
        inspection_id: The regular inspection that its claims rely on, if it needs one.
        assessment_id: Its assessment, once applied for.
        taught_at: When its teaching was completed.
        certified_at: When the last certificate was recorded.
        claims: Its claims.
        paid_heads: For how many it was paid.
    """

    number: int
    class_id: ClassId
    filing_no: str
    body: Body
    course: Course
    mode: ClaimMode
    sessions: tuple[Session, ...]
    seats: list[Seat]
    filed_at: datetime
    county: str
    fee_fen: int
    item_no: int = 0
    project_id: ProjectId | None = None
    joint_with: ClassId | None = None
    waivers: tuple[tuple[str, str], ...] = ()
    paper: Paper | None = None
    late: bool = False
    returned: bool = False
    rejected: bool = False
    change_bp: int = 0
    changed: list[int] = field(default_factory=list)
    approved_at: datetime | None = None
    held: dict[int, Session] = field(default_factory=dict)
    inspection_id: InspectionId | None = None
    assessment_id: AssessmentId | None = None
    taught_at: datetime | None = None
    certified_at: datetime | None = None
    claims: list[ClaimId] = field(default_factory=list)
    paid_heads: int = 0

    @property
    def start(self) -> date:
        """The first day of training as planned."""
        return self.sessions[0].on

    @property
    def end(self) -> date:
        """The last day of training as planned."""
        return self.sessions[-1].on

    @property
    def agreed(self) -> bool:
        """Whether each trainee signs an agreement that the body claims the subsidy (C-37)."""
        return self.mode == "AGENCY" and self.project_id is None

    def present(self, session: Session) -> list[Seat]:
        """Return who was in a session."""
        return [seat for seat in self.seats if seat.attends(session)]

    def staying(self) -> list[Seat]:
        """Return who did not leave."""
        return [seat for seat in self.seats if seat.leaves_on is None]

    def filing(self, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Return the filing as its data, with some members changed."""
        course = self.course
        online = sum(HOURS for one in self.sessions if one.online)
        return {
            "filing_no": self.filing_no,
            "plan_item": self.item_no or None,
            "project_id": self.project_id,
            "scheme": "IN_POST" if self.body.employs else None,
            "training_type": course.training_type,
            "occupation": course.code,
            "level": course.level,
            "standard_code": f"GZB-{course.code}",
            "planned_start": self.start,
            "planned_end": self.end,
            "hours": {
                "total": course.hours,
                "theory": course.theory,
                "practice": course.practice,
                "online": online,
            },
            "timetable": [self._row(one) for one in self.sessions],
            "roster": [self._head(seat) for seat in self.seats],
            "class_head": {"id": self.body.class_head, "employment": "FULL"},
            "textbooks": [
                {"title": f"{course.name}教程", "isbn": "978-7-000-00000-0", "level": course.level}
            ],
            "platform_id": PLATFORM if online else None,
            "assessment_route": course.route,
            "planned_assessment_on": self.end + 3 * DAY,
            "fee_per_head_fen": self.fee_fen,
            "claim_mode": self.mode,
        } | changed

    def _row(self, session: Session) -> dict[str, Any]:
        return session.row() | {"joint_with": self.joint_with}

    def _head(self, seat: Seat) -> dict[str, Any]:
        person = seat.person
        return {
            "person_id": person.person_id,
            "category": person.category,
            "employer": person.employer,
        }


class Pool:
    """The people of a county who go to classes."""

    def __init__(self, people: People, seed: str, county: str) -> None:
        """Begin with nobody."""
        self._people = people
        self._chance = Chance(seed, "pool", county)
        self._known: list[Person] = []

    def seats(
        self, class_id: ClassId, course: Course, heads: int, dates: tuple[date, date], body: Body
    ) -> list[Seat]:
        """Return the heads of a class: most of them new, some who have been in another one."""
        found: dict[str, Person] = {}
        while len(found) < heads:
            person = self._one(course, dates, body, found)
            found[person.id_number] = person
        for person in found.values():
            person.attended.append(Attended(course.code, course.level, *dates))
        return [Seat(one, enrolment_of(class_id, one.person_id)) for one in found.values()]

    def _one(
        self, course: Course, dates: tuple[date, date], body: Body, taken: dict[str, Person]
    ) -> Person:
        chance = self._chance
        employer = body.uscc if body.employs else None
        if self._known and chance.happens(_RETURNING_BP):
            for _ in range(_TRIES):
                person = chance.choice(self._known)
                fits = person.employer == employer and person.id_number not in taken
                if fits and _may_attend(person, course, dates):
                    return person
        category = chance.weighted(categories(course))
        made = self._people.make(category, dates[0], employer=employer)
        self._known.append(made)
        return made


def _may_attend(person: Person, course: Course, dates: tuple[date, date]) -> bool:
    """Say whether somebody may lawfully go to one more class."""
    begins, ends = dates
    fits = any(category == person.category for category, _ in categories(course))
    if person.settled or len(person.attended) >= CLASSES_A_YEAR or not fits:
        return False
    first = min((held.starts_on for held in person.attended), default=begins)
    if person.category == "GRAD_2Y" and begins > first + _GRADUATE_FOR:
        return False
    return all(
        (held.occupation, held.level) != course.skill
        and (held.ends_on + _PAUSE < begins or ends + _PAUSE < held.starts_on)
        for held in person.attended
    )


def numbered(seats: Sequence[Seat]) -> Iterator[tuple[int, Seat]]:
    """Yield seats with their numbers, from 1."""
    return enumerate(seats, start=1)
