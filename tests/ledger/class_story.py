"""The story of one class as facts, from filing to payment, brought to one of several ends."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from aggregates.assessment.facts import AssessmentApplied, AssessmentHeld, AssessmentResultRecorded
from aggregates.certificate.facts import CertificateIssued
from aggregates.enrolment.facts import TraineeEnrolled
from aggregates.facts import Finding
from aggregates.ids import (
    AssessmentId,
    CertificateId,
    ClaimId,
    ClassId,
    EnrolmentId,
    FundAccountId,
    InspectionId,
    InstitutionId,
    InstructorId,
    PersonId,
    derived_id,
)
from aggregates.inspection.facts import InspectionConducted
from aggregates.law.catalogues import PersonCategory
from aggregates.sealed import FreeText, IdNumber, Name, Phone
from aggregates.sealed.id_number import check_character
from aggregates.trainee.facts import TraineeIdentityVerified
from aggregates.training_class.facts import (
    AssessmentAppliedFor,
    AttendanceSheetSealed,
    ClassFilingApproved,
    ClassFilingReturned,
    ClassFilingSubmitted,
    ClassStarted,
    Clock,
    DeliveredHours,
    Ground,
    RecordingRegistered,
    ScheduleChangeReported,
    SessionHeld,
    SheetRow,
    TeachingCompleted,
)
from aggregates.training_class.form import (
    Filing,
    Hours,
    RequiredHours,
    RosterRow,
    SessionChange,
    SessionDetails,
    TimetableRow,
)
from tests.ledger.small_world import Writer, digest, official, on

End = Literal["FILED", "RETURNED", "RUNNING", "ASSESSED", "CLAIMED", "PAID"]
STANDARD_FEN = 120_000
SESSIONS = 4
FUND_ACCOUNT = FundAccountId(derived_id("fund-account", "371502", "EMPLOYMENT", 2024))


@dataclass(frozen=True)
class Trainee:
    """Somebody in a class."""

    person: PersonId
    enrolment: EnrolmentId
    id_number: str
    name: str


@dataclass
class Story:
    """One class; each method tells the next part of it."""

    writer: Writer
    number: int
    institution: InstitutionId
    county: str
    heads: int = 4

    def __post_init__(self) -> None:
        self.id = ClassId(derived_id("class", self.number))
        self.claim = ClaimId(derived_id("claim", self.number))
        self.start = date(2024, 1 + self.number % 9, 2 + self.number % 20)
        self.filing_no = f"BA-{self.county}-2024-{self.number:04d}"
        self.writer.now = max(self.writer.now, on(self.start) - timedelta(days=12))
        self.trainees = [self._trainee(n) for n in range(self.heads)]
        self.positions: dict[str, int] = {}

    def _trainee(self, n: int) -> Trainee:
        body = f"379901{1970 + n:04d}0101{self.number * 10 + n:03d}"
        number = body + check_character(body)
        enrolment = EnrolmentId(derived_id("enrolment", self.number, n))
        return Trainee(self.writer.person(number), enrolment, number, "张王李赵"[n % 4] + "小明")

    @property
    def amount(self) -> int:
        return STANDARD_FEN * self.heads

    def of(self) -> dict[str, object]:
        return {"class_id": self.id, "institution_id": self.institution, "county_code": self.county}

    def put(
        self, prefix: str, one: UUID, fact: object, by: str = "INST_CLERK", **more: object
    ) -> None:
        self.writer.put(prefix, one, fact, by=by, county=self.county, about=self.id, **more)  # type: ignore[arg-type]  # a fact

    def file(self, *findings: Finding) -> None:
        row = TimetableRow(
            session_no=1,
            starts_at=on(self.start, 9),
            ends_at=on(self.start, 12),
            hours=4,
            kind="THEORY",
            mode="OFFLINE",
            course="职业道德",
            instructor_id=InstructorId(derived_id("instructor", 1)),
            site_id="S1",
            room_id="R1",
        )
        roster = tuple(
            RosterRow(
                person_id=one.person,
                category=self.writer.restricted(PersonCategory, "RURAL"),
            )
            for one in self.trainees
        )
        filing = Filing(
            filing_no=self.filing_no,
            plan_item=1,
            training_type="EMPLOYMENT_SKILL" if self.number % 3 else "SPECIAL_ABILITY",
            occupation=("4-10-01-05", "4-03-02-01", "6-18-02-04")[self.number % 3],
            level="5",
            planned_start=self.start,
            planned_end=self.start + timedelta(days=20),
            hours=Hours(total=56, theory=20, practice=36),
            timetable=(row,),
            roster=roster,
            claim_mode="AGENCY",
        )
        submitted = ClassFilingSubmitted(
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            filing=filing,
            heads=self.heads,
            clock=Clock(due_on=self.start - timedelta(days=7)),
            required=RequiredHours(total=56, practice_bp=6_000),
            findings=findings,
        )
        self.put("training-class", self.id, submitted, channel="outer")

    def return_filing(self) -> None:
        reason = self.writer.personal(FreeText, "课程表缺少教室")
        returned = ClassFilingReturned(
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            reasons=(Ground(rule_id="FIL-05", text=reason),),
            reviewer=official("COUNTY_CLERK"),
        )
        self.put("training-class", self.id, returned, by="COUNTY_CLERK")

    def approve(self) -> None:
        approved = ClassFilingApproved(
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            approver=official("COUNTY_HR"),
            supervising_org=f"{self.county}-HR",
            supervision="PROCESS",
            opinion=self.writer.personal(FreeText, "同意开班"),
            valid_start_from=self.start,
            heads=self.heads,
            first_task=False,
            standard_fen=STANDARD_FEN,
            committed_fen=self.amount,
            regime="R3",
            policy_version="17号/1",
        )
        self.put("training-class", self.id, approved, by="COUNTY_HR")

    def enrol(self) -> None:
        for n, one in enumerate(self.trainees):
            self.put(
                "trainee",
                one.person,
                TraineeIdentityVerified(
                    person_id=one.person,
                    id_number=self.writer.matchable(IdNumber, one.id_number),
                    name=self.writer.personal(Name, one.name),
                    method="ID_CARD",
                    source="公安比对",
                    result="MATCH",
                    verified_at=self.writer.now,
                ),
            )
            enrolled = TraineeEnrolled(
                enrolment_id=one.enrolment,
                person_id=one.person,
                **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
                category=self.writer.restricted(PersonCategory, "RURAL"),
                phone=self.writer.matchable(Phone, f"1540000{self.number:02d}{n:02d}"),
                fee_charged_fen=STANDARD_FEN,
                fee_paid_fen=0,
                policy_notice_ack=True,
            )
            self.put("enrolment", one.enrolment, enrolled, channel="outer")

    def teach(self) -> None:
        self.writer.now = max(self.writer.now, on(self.start, 8))
        started = ClassStarted(
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            actual_start=on(self.start),
            first_session_no=1,
            present=self.heads,
            heads=self.heads,
            regime="R3",
        )
        self.put("training-class", self.id, started)
        for n in range(1, SESSIONS + 1):
            self._session(n)
        self._inspect()
        self._change()
        hours = DeliveredHours(total=56, theory=20, practice=36, online=0)
        completed = TeachingCompleted(
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            actual_end=on(self.start + timedelta(days=20), 17),
            sessions=SESSIONS,
            hours_delivered=hours,
            hours_backed=hours,
            attendance_rate_bp=9_650,
            heads=self.heads,
            completed=self.heads,
            required=RequiredHours(total=56, practice_bp=6_000),
        )
        self.writer.now = max(self.writer.now, on(self.start + timedelta(days=20), 18))
        self.put("training-class", self.id, completed)

    def _session(self, n: int) -> None:
        starts = on(self.start + timedelta(days=n - 1))
        held = SessionHeld(
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            session_no=n,
            actual_start=starts,
            actual_end=starts + timedelta(hours=3),
            hours=4,
            kind="PRACTICE",
            mode="OFFLINE",
            course="实操训练",
            instructor_id=InstructorId(derived_id("instructor", 1)),
            site_id="S1",
            room_id="R1",
        )
        self.put("training-class", self.id, held)
        sheet = AttendanceSheetSealed(
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            session_no=n,
            entries=tuple(
                SheetRow(enrolment_id=one.enrolment, status="PRESENT", method="FACE")
                for one in self.trainees
            ),
            present=self.heads,
            sheet_sha256=digest(self.id, "sheet", n),
            sealed_by=official("CLASS_HEAD"),
        )
        self.put("training-class", self.id, sheet, by="CLASS_HEAD", channel="device")
        recording = RecordingRegistered(
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            camera_id="CAM-1",
            session_nos=(n,),
            starts_at=starts,
            ends_at=starts + timedelta(hours=3),
            storage_ref=f"NVR-{n}",
            sha256=digest(self.id, "recording", n),
        )
        self.put("training-class", self.id, recording, channel="device")

    def _inspect(self) -> None:
        one = InspectionId(derived_id("inspection", self.number))
        conducted = InspectionConducted(
            inspection_id=one,
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            inspection_type="REGULAR",
            mode="ONSITE",
            session_no=2,
            starts_at=on(self.start + timedelta(days=1)),
            ends_at=on(self.start + timedelta(days=1), 11),
            inspectors=(official("INSPECTOR"), official("INSPECTOR 2")),
            headcount=self.heads,
            roster_expected=self.heads,
            instructor_seen=True,
            place_ok=True,
            counts_for_del05=True,
        )
        self.put("inspection", one, conducted, by="INSPECTOR")

    def _change(self) -> None:
        starts = on(self.start + timedelta(days=3))
        moved = SessionChange(
            session_no=4,
            change="ALTER",
            fields=("TIME", "ROOM"),
            old=SessionDetails(starts_at=starts, room_id="R1"),
            new=SessionDetails(starts_at=starts + timedelta(hours=5), room_id="R2"),
        )
        changed = ScheduleChangeReported(
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            change_no="1",
            items=(moved,),
            reason=self.writer.personal(FreeText, "教室停电"),
            reported_at=self.writer.now,
            in_time_bureau=False,
            working_days_ahead=0,
            timetable_version=2,
            findings=(
                Finding(rule="DEL-01", detail="items[0]：应为提前1个工作日报备；实为提前0个工作日"),
            ),
        )
        self.put("training-class", self.id, changed)

    def assess(self) -> None:
        one = AssessmentId(derived_id("assessment", self.number))
        candidates = tuple(trainee.enrolment for trainee in self.trainees)
        body = InstitutionId(derived_id("institution", "assessors"))
        applied = AssessmentApplied(
            assessment_id=one,
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            route="SKILL_LEVEL",
            body_id=body,
            occupation="4-10-01-05",
            level="5",
            planned_at=self.writer.now,
            candidates=candidates,
        )
        self.put("assessment", one, applied)
        known = AssessmentAppliedFor(assessment_id=one, **self.of())  # type: ignore[arg-type]  # as above
        self.put("training-class", self.id, known)
        held = AssessmentHeld(
            assessment_id=one,
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            held_at=self.writer.now,
            venue="第一考点",
            examiners=(official("examiner"),),
            present=candidates,
        )
        self.put("assessment", one, held, by="ASSESSOR", channel="api")
        for n, trainee in enumerate(self.trainees):
            self._result(one, trainee, n)

    def _result(self, assessment: AssessmentId, trainee: Trainee, n: int) -> None:
        result = AssessmentResultRecorded(
            assessment_id=assessment,
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            enrolment_id=trainee.enrolment,
            person_id=trainee.person,
            theory_tenths=780 + n,
            practice_tenths=820 + n,
            result="PASS",
        )
        self.put("assessment", assessment, result, by="ASSESSOR", channel="api")
        cert_no = f"S{self.number:04d}{n:02d}"
        one = CertificateId(derived_id("certificate", cert_no))
        issued = CertificateIssued(
            certificate_id=one,
            cert_no=cert_no,
            certificate_type="SKILL_LEVEL",
            person_id=trainee.person,
            enrolment_id=trainee.enrolment,
            **self.of(),  # type: ignore[arg-type]  # the ids every fact restates
            occupation="4-10-01-05",
            level="5",
            issued_on=self.start + timedelta(days=25),
            issuer="第一考评机构",
            attended_hours=54,
            attended_bp=9_600,
        )
        self.put("certificate", one, issued, by="ASSESSOR", channel="api")
