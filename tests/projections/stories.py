"""A class from its filing to its certificates, fact by fact, as a lawful county records it.

Each step is a method with the liberties that a test may take. What follows, from the claim to the
payment, is ``money.py``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aggregates.assessment.facts import AssessmentApplied, AssessmentResultRecorded
from aggregates.certificate.facts import CertificateIssued
from aggregates.inspection.facts import InspectionConducted
from aggregates.training_class.facts import (
    AssessmentAppliedFor,
    AttendanceSheetSealed,
    DeliveredHours,
    RecordingRegistered,
    SessionHeld,
    SheetRow,
    TeachingCompleted,
)
from aggregates.training_class.form import (
    RequiredHours,
)
from tests.projections.entries import (
    OFFICIAL,
    digest,
    some_id,
)
from tests.projections.filings import DAY, REQUIRED, Filed


@dataclass
class Story(Filed):
    """One class of its own log, told as far as its certificates."""

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
        self.write(self.about["class_id"], AssessmentAppliedFor(**about))
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
                "attended_bp": 10_000,
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
