"""A class as far as its start: filed, approved, its trainees enrolled, its timetable changed."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from aggregates.enrolment.facts import TraineeEnrolled, TraineeWithdrawn
from aggregates.institution.facts import InstitutionRegistered
from aggregates.institution.parts import BasicAccount
from aggregates.training_class.facts import (
    ClassFilingApproved,
    ClassFilingRejected,
    ClassFilingResubmitted,
    ClassFilingReturned,
    ClassFilingSubmitted,
    ClassStarted,
    Clock,
    Ground,
    ScheduleChangeReported,
)
from aggregates.training_class.form import (
    Filing,
    Hours,
    RequiredHours,
    RosterRow,
    SessionChange,
    TimetableRow,
)
from aggregates.training_class.timetable import details_of, with_details
from tests.projections.entries import (
    OFFICIAL,
    Log,
    at,
    matchable,
    personal,
    restricted,
    some_id,
)

INSTITUTION = some_id("institution", 1)
INSTRUCTOR = some_id("instructor", 1)
COUNTY = "371502"
HOURS_A_SESSION = 4
STANDARD_FEN = 100_000
REQUIRED = RequiredHours(total=56, practice_bp=6_000, online_bp=4_000)
DAY = timedelta(days=1)


def register_institution(log: Log, one: UUID = INSTITUTION, name: str = "惠明职业培训学校") -> None:
    """Record an institution's registration."""
    fact = InstitutionRegistered(
        institution_id=one,  # type: ignore[arg-type]  # ids of tests are of any kind
        uscc="91371500MA3C00000X",
        name=name,
        kind="TRAINING_ORG",
        legal_rep=personal("legal", one),
        county_code=COUNTY,
        address="东昌路1号",
        contact=personal("contact", one),
        phone=matchable("phone", one),
        basic_account=BasicAccount(
            bank="聊城银行", account=matchable("account", one), holder=personal("holder", one)
        ),
    )
    log.write(one, fact)


@dataclass
class Filed:
    """One class of its own log.

    Attributes:
        log: Where its facts are written.
        number: Tells it from other classes.
        first: The first day of training.
        heads: How many trainees.
        sessions: How many half-days; the first two of five are theory.
        channel: By which way its facts come.
    """

    log: Log
    number: int = 1
    first: date = date(2024, 3, 4)
    heads: int = 3
    sessions: int = 15
    channel: str = "inner"
    institution: Any = INSTITUTION
    people: tuple[Any, ...] = ()
    timetable: tuple[TimetableRow, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Draw up the timetable."""
        self.one = some_id("class", self.number)
        self.about: dict[str, Any] = {
            "class_id": self.one,
            "institution_id": self.institution,
            "county_code": COUNTY,
        }
        self.people = self.people or tuple(
            some_id("person", self.number, n) for n in range(self.heads)
        )
        self.enrolments = [some_id("enrolment", self.number, one) for one in self.people]
        self.timetable = tuple(self._planned(n) for n in range(1, self.sessions + 1))
        self.last = self.timetable[-1].ends_at

    def _planned(self, number: int) -> TimetableRow:
        starts = at(self.first + DAY * ((number - 1) // 2), 8 if number % 2 else 14)
        return TimetableRow(
            session_no=number,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=45 * HOURS_A_SESSION),
            hours=HOURS_A_SESSION,
            kind="THEORY" if number % 5 in (1, 2) else "PRACTICE",
            mode="OFFLINE",
            course=f"第{number}讲",
            instructor_id=INSTRUCTOR,
            site_id="S1",
            room_id="R1",
        )

    def write(self, one: UUID, fact: Any, on: datetime | None = None) -> int:  # noqa: ANN401 - a word of a list
        """Record a fact by the channel of this story."""
        return self.log.write(one, fact, on=on, channel=self.channel)

    def filing(self, **changed: Any) -> Filing:  # noqa: ANN401 - the fields of a filing
        """Return the filing, with what a test changes."""
        practice = sum(one.hours for one in self.timetable if one.kind == "PRACTICE")
        total = sum(one.hours for one in self.timetable)
        told: dict[str, Any] = {
            "filing_no": f"BQ{self.first:%y%m}-{self.number:05d}",
            "training_type": "EMPLOYMENT_SKILL",
            "occupation": "4-10-01-05",
            "level": "5",
            "planned_start": self.first,
            "planned_end": self.last.date(),
            "hours": Hours(total=total, theory=total - practice, practice=practice),
            "timetable": self.timetable,
            "roster": tuple(
                RosterRow(person_id=one, category=restricted("category", one))
                for one in self.people
            ),
            "claim_mode": "AGENCY",
        }
        return Filing(**(told | changed))

    def file(
        self,
        on: datetime | None = None,
        *,
        due_on: date | None = None,
        required: RequiredHours = REQUIRED,
        **changed: Any,  # noqa: ANN401 - the fields of a filing
    ) -> int:
        """File it, ten days ahead unless told otherwise."""
        return self.write(
            self.one,
            ClassFilingSubmitted(
                **self.about,
                filing=self.filing(**changed),
                heads=self.heads,
                clock=Clock(due_on=due_on or self.first - 7 * DAY),
                required=required,
            ),
            on or at(self.first - 10 * DAY),
        )

    def send_back(self) -> int:
        """Return the filing to be corrected."""
        fact = ClassFilingReturned(
            **self.about, reasons=(Ground(rule_id="FIL-05"),), reviewer=OFFICIAL
        )
        return self.write(self.one, fact)

    def refile(self, **changed: Any) -> int:  # noqa: ANN401 - the fields of a filing
        """Hand the filing in again."""
        fact = ClassFilingResubmitted(
            **self.about,
            filing=self.filing(**changed),
            heads=self.heads,
            clock=Clock(due_on=self.first - 7 * DAY),
            required=REQUIRED,
            changed=("OTHER",),
            clock_restarted=False,
            judged_on=self.first - 10 * DAY,
        )
        return self.write(self.one, fact)

    def approve(
        self,
        on: datetime | None = None,
        *,
        regime: Any = "R3",  # noqa: ANN401 - a word of a list
        supervision: Any = "ORDINARY",  # noqa: ANN401 - likewise
    ) -> int:
        """Approve it, five days ahead unless told otherwise."""
        return self.write(
            self.one,
            ClassFilingApproved(
                **self.about,
                approver=OFFICIAL,
                supervising_org="371502-HR",
                supervision=supervision,
                valid_start_from=self.first,
                heads=self.heads,
                training_type="EMPLOYMENT_SKILL",
                first_task=False,
                standard_fen=STANDARD_FEN,
                committed_fen=STANDARD_FEN * self.heads,
                regime=regime,
                policy_version="1",
            ),
            on or at(self.first - 5 * DAY),
        )

    def reject(self) -> int:
        """Do not agree to it."""
        fact = ClassFilingRejected(
            **self.about, approver=OFFICIAL, reasons=(Ground(rule_id="FIL-10"),)
        )
        return self.write(self.one, fact)

    def enrol(self) -> None:
        """Enrol everybody."""
        for one, enrolment in zip(self.people, self.enrolments, strict=True):
            fact = TraineeEnrolled(
                **self.about,
                enrolment_id=enrolment,
                person_id=one,
                category=restricted("category", one),
                phone=matchable("phone", one),
                fee_charged_fen=STANDARD_FEN,
                fee_paid_fen=0,
                policy_notice_ack=True,
            )
            self.write(enrolment, fact)

    def withdraw(self, number: int = 0) -> int:
        """Let a trainee leave."""
        fact = TraineeWithdrawn(
            **self.about,
            enrolment_id=self.enrolments[number],
            person_id=self.people[number],
            withdrawn_on=self.first,
        )
        return self.write(self.enrolments[number], fact)

    def start(self, *, regime: Any = "R3") -> int:  # noqa: ANN401 - a word of a list
        """Start it as planned."""
        begun = self.timetable[0].starts_at
        fact = ClassStarted(
            **self.about,
            actual_start=begun,
            first_session_no=1,
            present=self.heads,
            heads=self.heads,
            regime=regime,
        )
        return self.write(self.one, fact, begun)

    def reschedule(
        self,
        number: int,
        *,
        in_time: bool = True,
        change: Any = "ALTER",  # noqa: ANN401 - a kind of change
        fields: tuple[Any, ...] = (),
        on: datetime | None = None,
        **new: Any,  # noqa: ANN401 - the details of a session
    ) -> int:
        """Report that a session changes, two days ahead unless told otherwise."""
        row = self.timetable[(number - 1) % self.sessions]
        old = details_of(row)
        item = SessionChange(
            session_no=number,
            change=change,
            fields=fields,
            old=None if change == "ADD" else old,
            new=None if change == "CANCEL" else with_details(old, new),
        )
        reported = on or row.starts_at - 2 * DAY
        fact = ScheduleChangeReported(
            **self.about,
            change_no=f"TK-{len(self.log.entries)}",
            items=(item,),
            reported_at=reported,
            in_time_bureau=in_time,
            timetable_version=2,
        )
        return self.write(self.one, fact, reported)
