"""The bodies of a county: who trains, who employs, who assesses; premises and lecturers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from aggregates.decisions import Caller
from aggregates.ids import InstitutionId, InstructorId, OfficialId, derived_id
from aggregates.institution.uscc import check_character
from ledger.simulation.chance import Chance
from ledger.simulation.courses import ABILITIES, IN_POST, SKILLS, STARTING, Course
from ledger.simulation.days import moment
from ledger.simulation.naming import Naming, account
from ledger.simulation.offices import at_body
from ledger.simulation.people import ACCOUNTS, REGION, People, Person

Slot = tuple[date, str]
"""A half day: the date and AM, PM or EVE."""
Kind = Literal["TRAINING_ORG", "VOCATIONAL", "TECHNICIAN", "EMPLOYER", "ASSESSMENT_BODY"]

LECTURERS: Final = 6
FULL_TIME: Final = 3
CAPACITY: Final = 60
LARGE: Final = 120
"""Heads that the largest room of a body holds; in-post and project classes may be that large."""
STATIONS: Final = 30
COURSES_MIN, COURSES_MAX = 3, 5
_NAMES = [
    "启航",
    "德润",
    "匠心",
    "鲁西",
    "东昌",
    "明德",
    "致远",
    "博学",
    "惠民",
    "新程",
    "博艺",
    "天工",
    "弘毅",
    "润泽",
    "正源",
    "同创",
]
_STAFF_NAMES = ["甲辰机械", "乙巳铸锻", "丙午重工", "丁未食品", "戊申纺织", "己酉车身"]


@dataclass(frozen=True, slots=True)
class Lecturer:
    """Somebody who teaches; the account is that of the person."""

    instructor_id: InstructorId
    person: Person
    full_time: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A room of a site."""

    site_id: str
    room_id: str
    use: Literal["OFFICE", "THEORY", "PRACTICE"]
    capacity: int

    @property
    def camera_id(self) -> str:
        """The camera that hangs in it."""
        return f"CAM-{self.site_id}-{self.room_id}"


@dataclass(slots=True)
class Body:
    """A body as the plan knows it.

    Attributes:
        number: Its number in the county, from 1.
        institution_id: Its id.
        uscc: Its credit code.
        name: Its name, which says that it is simulated.
        kind: What it is.
        county: Where it is.
        courses: What it is to train.
        rooms: The rooms of all its sites.
        lecturers: Who teaches there.
        account: Its basic account.
        phone: Its telephone.
        busy: What is taken of rooms and lecturers, by half day.
        visited_at: When the first of its classes was visited.
    """

    number: int
    institution_id: InstitutionId
    uscc: str
    name: str
    kind: Kind
    county: str
    courses: tuple[Course, ...]
    rooms: tuple[Room, ...]
    lecturers: tuple[Lecturer, ...]
    account: str
    phone: str
    busy: set[tuple[Slot, str]] = field(default_factory=set)
    visited_at: datetime | None = None

    @property
    def employs(self) -> bool:
        """Whether it is an employer that trains its own staff."""
        return self.kind == "EMPLOYER"

    def caller(self, role: str = "INST_CLERK") -> Caller:
        """Return somebody who works there."""
        if self.employs and role == "INST_CLERK":
            role = "EMPLOYER"
        return at_body(self.institution_id, self.county, self.uscc, role)

    @property
    def class_head(self) -> OfficialId:
        """The class head, who is full time."""
        return account(str(self.institution_id), "CLASS_HEAD")

    def sites(self) -> tuple[str, ...]:
        """Return its sites in order."""
        return tuple(dict.fromkeys(room.site_id for room in self.rooms))

    def rooms_for(self, use: str, heads: int, site_id: str) -> Iterator[Room]:
        """Yield the rooms of a site that hold so many heads."""
        for room in self.rooms:
            if (room.use, room.site_id) == (use, site_id) and room.capacity >= heads:
                yield room

    def take(self, slot: Slot, *names: object) -> bool:
        """Take rooms or lecturers for a half day; say whether all of them were free."""
        wanted = [(slot, str(name)) for name in names]
        if any(one in self.busy for one in wanted):
            return False
        self.busy.update(wanted)
        return True

    def free(self, slot: Slot, name: object) -> bool:
        """Say whether a room or lecturer is free in a half day."""
        return (slot, str(name)) not in self.busy


def credit_code(kind: str, region: int, number: int) -> str:
    """Return a unified social credit code of the region that does not exist."""
    prefix = {"EMPLOYER": "91", "ASSESSMENT_BODY": "12"}.get(kind, "52")
    body = f"{prefix}{REGION}{region:02}MJ{number:07}"
    return body + check_character(body)


class Bodies:
    """Makes the bodies of one county."""

    def __init__(
        self, naming: Naming, county: tuple[str, str], region: int, people: People
    ) -> None:
        """Begin.

        Args:
            naming: The names of the world.
            county: The county's code and name.
            region: Its number.
            people: Where lecturers come from.
        """
        self._naming = naming
        self._county, self._title = county
        self._region = region
        self._people = people
        self._chance = Chance(naming.seed, "bodies", self._county)

    def trainer(self, number: int, on: date, courses: Sequence[Course] = ()) -> Body:
        """Make a body that trains; without courses it draws some."""
        kinds: tuple[Kind, ...] = ("TRAINING_ORG", "TRAINING_ORG", "VOCATIONAL", "TECHNICIAN")
        kind = kinds[number % len(kinds)]
        word = {"TRAINING_ORG": "职业培训学校", "VOCATIONAL": "职业中等专业学校"}.get(
            kind, "技工学校"
        )
        name = f"{self._title}{_NAMES[number % len(_NAMES)]}{word}（模拟）"
        held = tuple(courses) or self._drawn(number)
        sites = ("S1", "S2") if number % 3 == 1 else ("S1",)
        return self._make(number, kind, name, held, sites, on)

    def employer(self, number: int, on: date) -> Body:
        """Make an employer that trains its own staff."""
        name = f"{self._title}{_STAFF_NAMES[number % len(_STAFF_NAMES)]}有限公司（模拟）"
        return self._make(500 + number, "EMPLOYER", name, IN_POST, ("S1",), on)

    def assessor(self, number: int, on: date) -> Body:
        """Make a body that assesses and trains nobody."""
        name = f"{self._title}职业技能评价中心{number}号（模拟）"
        return self._make(900 + number, "ASSESSMENT_BODY", name, (), (), on)

    def _drawn(self, number: int) -> tuple[Course, ...]:
        chance = self._chance
        count = chance.randrange(COURSES_MIN, COURSES_MAX + 1)
        # In turn, so that a county has a body for every occupation.
        first = number * 2 % len(SKILLS)
        skills = [SKILLS[(first + at) % len(SKILLS)] for at in range(count - 1)]
        ability = ABILITIES[number % len(ABILITIES)]
        business = (STARTING,) if number % 4 == 0 else ()
        return (*skills, ability, *business)

    def _make(
        self,
        number: int,
        kind: Kind,
        name: str,
        courses: tuple[Course, ...],
        sites: tuple[str, ...],
        on: date,
    ) -> Body:
        uscc = credit_code(kind, self._region, number)
        lecturers = tuple(
            self._lecturer(number, at, on) for at in range(LECTURERS if courses else 0)
        )
        rooms = tuple(room for site_id in sites for room in _rooms(site_id))
        return Body(
            number=number,
            institution_id=InstitutionId(derived_id("institution", uscc)),
            uscc=uscc,
            name=name,
            kind=kind,
            county=self._county,
            courses=courses,
            rooms=rooms,
            lecturers=lecturers,
            account=f"{ACCOUNTS}88{self._region:02}{number:08}",
            phone=f"154{90 + self._region % 10}{number:06}",
        )

    def _lecturer(self, body: int, at: int, on: date) -> Lecturer:
        person = self._people.make("EMPLOYEE", on)
        one = self._naming.at(moment(on, 8), "instructor", self._county, body, at)
        return Lecturer(InstructorId(one), person, at < FULL_TIME)


def _rooms(site_id: str) -> Iterator[Room]:
    yield Room(site_id, "A01", "OFFICE", 10)
    yield Room(site_id, "T01", "THEORY", LARGE if site_id == "S1" else CAPACITY)
    yield Room(site_id, "T02", "THEORY", CAPACITY)
    yield Room(site_id, "P01", "PRACTICE", LARGE if site_id == "S1" else CAPACITY)
    yield Room(site_id, "P02", "PRACTICE", CAPACITY)
