"""A class from its filing to its certificates, fact by fact, as a lawful county records it.

Each step is a method with the liberties that a test may take. What follows, from the claim to the
payment, is ``money.py``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from aggregates.assessment.facts import AssessmentApplied, AssessmentResultRecorded
from aggregates.certificate.facts import CertificateIssued
from aggregates.enrolment.facts import TraineeEnrolled
from aggregates.inspection.facts import InspectionConducted
from aggregates.institution.facts import InstitutionRegistered
from aggregates.institution.parts import BasicAccount
from aggregates.training_class.facts import (
    AttendanceSheetSealed,
    ClassFilingApproved,
    ClassFilingSubmitted,
    ClassStarted,
    Clock,
    DeliveredHours,
    RecordingRegistered,
    SessionHeld,
    SheetRow,
    TeachingCompleted,
)
from aggregates.training_class.form import Filing, Hours, RequiredHours, RosterRow, TimetableRow
from tests.projections.entries import (
    OFFICIAL,
    Log,
    at,
    digest,
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
        institution_id=one,  # type: ignore[arg-type] # ids of tests are of any kind
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
class Story:
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
    sessions: int = 14
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

    def write(self, one: UUID, fact: Any, on: datetime | None = None) -> int:  # noqa: ANN401
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

    def approve(self, on: datetime | None = None, *, regime: Any = "R3") -> int:  # noqa: ANN401
        """Approve it, five days ahead unless told otherwise."""
        return self.write(
            self.one,
            ClassFilingApproved(
                **self.about,
                approver=OFFICIAL,
                supervising_org="371502-HR",
                supervision="ORDINARY",
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

    def start(self, *, regime: Any = "R3") -> int:  # noqa: ANN401
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

    def hold(self, number: int, **changed: Any) -> int:  # noqa: ANN401 - the fields of a session
        """Hold a session as planned, but for what a test changes."""
        row = self.timetable[number - 1]
        told: dict[str, Any] = {
            "session_no": number,
            "actual_start": row.starts_at,
            "actual_end": row.ends_at,
            "hours": row.hours,
            "kind": row.kind,
            "mode": row.mode,
            "course": row.course,
            "instructor_id": row.instructor_id,
            "site_id": row.site_id,
            "room_id": row.room_id,
        } | changed
        return self.write(self.one, SessionHeld(**self.about, **told), told["actual_end"])

    def sheet(self, number: int) -> int:
        """Seal the sheet of a session; everybody was there."""
        rows = tuple(
            SheetRow(enrolment_id=one, status="PRESENT", method="FACE") for one in self.enrolments
        )
        fact = AttendanceSheetSealed(
            **self.about,
            session_no=number,
            entries=rows,
            present=len(rows),
            sheet_sha256=digest("sheet", self.number, number),
            sealed_by=OFFICIAL,
        )
        return self.write(self.one, fact)

    def record(self, number: int) -> int:
        """Register the recording of a session."""
        row = self.timetable[number - 1]
        fact = RecordingRegistered(
            **self.about,
            camera_id="C1",
            session_nos=(number,),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            storage_ref=f"nvr/{number}",
            sha256=digest("recording", self.number, number),
        )
        return self.write(self.one, fact)

    def teach(self, numbers: Iterable[int] | None = None) -> None:
        """Hold sessions, each with sheet and recording; all of them by default."""
        for number in numbers or range(1, self.sessions + 1):
            self.hold(number)
            self.sheet(number)
            self.record(number)

    def complete(self, *, required: RequiredHours = REQUIRED) -> int:
        """Complete the teaching."""
        nothing = DeliveredHours(total=0, theory=0, practice=0, online=0)
        fact = TeachingCompleted(
            **self.about,
            actual_end=self.last,
            sessions=self.sessions,
            hours_delivered=nothing,
            hours_backed=nothing,
            attendance_rate_bp=10_000,
            heads=self.heads,
            completed=self.heads,
            required=required,
        )
        return self.write(self.one, fact, self.last)

    def inspect(self, inspectors: int = 2) -> int:
        """Have it inspected."""
        one = some_id("inspection", self.number, len(self.log.entries))
        row = self.timetable[0]
        fact = InspectionConducted(
            **self.about,
            inspection_id=one,
            inspection_type="REGULAR",
            mode="ONSITE",
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            inspectors=tuple(some_id("inspector", n) for n in range(inspectors)),
            counts_for_del05=inspectors > 1,
        )
        return self.write(one, fact, row.ends_at)

    def assess(self, failing: int = 0) -> None:
        """Assess everybody; the last ``failing`` of them fail."""
        one = some_id("assessment", self.number)
        about = {**self.about, "assessment_id": one}
        applied = AssessmentApplied(
            **about,
            route="OWN",
            body_id=self.institution,
            occupation="4-10-01-05",
            level="5",
            planned_at=self.last + DAY,
            candidates=tuple(self.enrolments),
        )
        self.write(one, applied)
        for n, (person, enrolment) in enumerate(
            zip(self.people, self.enrolments, strict=True), start=1
        ):
            fact = AssessmentResultRecorded(
                **about,
                enrolment_id=enrolment,
                person_id=person,
                result="FAIL" if n > self.heads - failing else "PASS",
            )
            self.write(one, fact, self.last + DAY)

    def cert_no(self, person: UUID) -> str:
        """Return the number of a person's certificate."""
        return f"P{some_id('certificate', self.number, person).hex[:20]}"

    def certify(self, **changed: Any) -> None:  # noqa: ANN401 - the fields of a certificate
        """Issue everybody's certificate two days after the end."""
        for person, enrolment in zip(self.people, self.enrolments, strict=True):
            one = some_id("certificate", self.cert_no(person))
            told: dict[str, Any] = {
                "occupation": "4-10-01-05",
                "level": "5",
                "issued_on": (self.last + 2 * DAY).date(),
            } | changed
            fact = CertificateIssued(
                **self.about,
                certificate_id=one,
                cert_no=self.cert_no(person),
                certificate_type="COMPLETION",
                person_id=person,
                enrolment_id=enrolment,
                issuer="惠明职业培训学校",
                attended_hours=56,
                attended_bp=10_000,
                **told,
            )
            self.write(one, fact, self.last + 2 * DAY)

    def run(self) -> "Story":
        """Tell everything up to the certificates."""
        self.file()
        self.approve()
        self.enrol()
        self.start()
        self.inspect()
        self.teach()
        self.complete()
        self.assess()
        self.certify()
        return self
