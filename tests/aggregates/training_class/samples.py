"""A class as tests know it: its law, its people, its filing, and commands asked of it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from aggregates.enrolment.commands import EnrolTrainee
from aggregates.ids import (
    AssessmentId,
    ClassId,
    EnrolmentId,
    InstitutionId,
    PersonId,
    ProjectId,
)
from aggregates.law.catalogues import (
    AssessmentBody,
    CatalogueVersion,
    ClassHourStandard,
    InstitutionListing,
    OccupationRoute,
    OfficialSite,
    OnlinePlatform,
    SubsidyStandard,
)
from aggregates.law.in_force import Law, Waiver
from aggregates.law.parameters import PolicySet
from aggregates.law.seed_calendar import seed_years
from aggregates.law.workdays import calendar_of
from aggregates.sealed import Matchable, Phone, Restricted, token_id
from aggregates.trainee.facts import TraineeCategoryConfirmed, TraineeIdentityVerified
from aggregates.trainee.state import TRAINEE
from aggregates.training_class.commands import (
    ApproveClassFiling,
    RecordSession,
    RegisterRecording,
    SealAttendance,
    StartClass,
    SubmitClassFiling,
)
from aggregates.training_class.facts import SheetRow
from aggregates.training_class.form import (
    ClassHead,
    Filing,
    Hours,
    RosterRow,
    Scan,
    Textbook,
    TimetableRow,
)
from aggregates.training_class.state import enrolment_of
from tests.aggregates.harness import (
    COUNTY,
    Happened,
    happened,
    moment,
    official,
)
from tests.aggregates.institution.samples import (
    COOK,
    DOC,
    LECTURERS,
    SCHOOL,
    commitment,
    id_number,
    name,
)

CLASS = ClassId(UUID(int=0xC1A55))
BODY = InstitutionId(UUID(int=0xB0D1))
"""The assessment body of the occupation."""
PROJECT_ID = ProjectId(UUID(int=0x9601))
ASSESSMENT = AssessmentId(UUID(int=0xA55E))
FILER, APPROVER, HEAD = official(1), official(2), official(5)
INSPECTORS = (official(3), official(4))
COUNTY_BUREAU = "371502-HR"
HEADS = 12
START = date(2024, 3, 4)
"""A Monday; 2024-02-26 is the last day for filing."""
END = date(2024, 3, 12)
FILED_ON, APPROVED_ON = "2024-02-20", "2024-02-23"
HOURS_A_SESSION = 4
SESSIONS = 14
THEORY_SESSIONS = 5
PLATFORM = "SD-LEARN"

STANDARD_LISTS: Mapping[str, tuple[object, ...]] = {
    "INSTITUTION": (
        InstitutionListing(institution_id=SCHOOL, category="就业技能", occupations=(COOK,)),
    ),
    "SUBSIDY_STANDARD": tuple(
        SubsidyStandard(
            occupation=COOK.code,
            level=COOK.level,
            training_type=kind,
            kind="TRAINING",
            amount_fen=120_000,
        )
        for kind in ("EMPLOYMENT_SKILL", "IN_POST_SKILL", "PROJECT")
    ),
    "OCCUPATION_ROUTE": (
        OccupationRoute(occupation=COOK.code, level=COOK.level, routes=("SKILL_LEVEL",)),
    ),
    "ASSESSMENT_BODY": (AssessmentBody(body_id=BODY, occupations=(COOK,)),),
    "ONLINE_PLATFORM": (
        OnlinePlatform(platform_id=PLATFORM, name="山东某学习平台", status="RECOMMENDED"),
    ),
    "OFFICIAL_SITE": (OfficialSite(county=COUNTY, host="www.dongchangfu.gov.cn"),),
}


def law(
    lists: Mapping[str, tuple[object, ...]] | None = None,
    parameters: Mapping[str, object] | None = None,
    waivers: Iterable[Waiver] = (),
) -> Law:
    """Return the law of the stories, with other lists, parameters or waivers."""
    held = {**STANDARD_LISTS, **(lists or {})}
    versions: dict[str, Any] = {
        kind: (CatalogueVersion(kind, "v1", date(2023, 1, 1), entries),)  # type: ignore[arg-type]  # wrong on purpose
        for kind, entries in held.items()
    }
    policies = (
        PolicySet("P", "1", "CITY", date(2023, 1, 1), None, parameters)
        if parameters is not None
        else None
    )
    return Law(
        policies=() if policies is None else (policies,),
        calendar=calendar_of(seed_years()),
        catalogues=versions,
        waivers={(one.rule, one.subject): (one,) for one in waivers},
        version="p1.c1.w1",
    )


LAW = law()


def waiver(rule: str, subject: UUID = SCHOOL) -> Waiver:
    """Return a waiver of a rule for the school, or another subject."""
    return Waiver(rule, subject, date(2024, 12, 31), "W-1")


def person(number: int) -> PersonId:
    """Return the id of the n-th trainee."""
    return PersonId(token_id(id_number(1000 + number)))


def enrolment(number: int) -> EnrolmentId:
    """Return the enrolment of the n-th trainee in the class."""
    return enrolment_of(CLASS, person(number))


def phone(number: int) -> Matchable[Phone]:
    """Return the telephone of the n-th trainee."""
    return Matchable(commitment(3000 + number), f"{3000 + number:021d}A")


def category(number: int, value: Any = "RURAL") -> Restricted[Any]:  # noqa: ANN401 - any category
    """Return the sealed category of the n-th trainee."""
    return Restricted(commitment(4000 + number), value)


def a_trainee(number: int, value: Any = "RURAL") -> tuple[Happened, ...]:  # noqa: ANN401 - any value fits here
    """Say that the n-th trainee was identified, and belongs to a category."""
    one = person(number)
    identified = TraineeIdentityVerified(
        person_id=one,
        id_number=id_number(1000 + number),
        name=name(2000 + number),
        method="ID_CARD",
        source="公安人口库",
        result="MATCH",
        verified_at=moment("2024-02-01"),
    )
    confirmed = TraineeCategoryConfirmed(
        person_id=one,
        category=category(number, value),
        proof_doc=DOC,
        as_of=date(2024, 1, 31),
    )
    return (
        happened("2024-02-01", TRAINEE, one, identified),
        happened("2024-02-02", TRAINEE, one, confirmed),
    )


def trainees(count: int = HEADS, value: Any = "RURAL") -> tuple[Happened, ...]:  # noqa: ANN401 - any value fits here
    """Say that trainees were identified and confirmed."""
    return tuple(fact for number in range(count) for fact in a_trainee(number, value))


def roster(count: int = HEADS, value: Any = "RURAL", **changes: Any) -> tuple[RosterRow, ...]:  # noqa: ANN401 - any value fits here
    """Return a roster of the first trainees."""
    return tuple(
        RosterRow(person_id=person(number), category=category(number, value), **changes)
        for number in range(count)
    )


def session_times(number: int) -> tuple[datetime, datetime]:
    """Return when the n-th session, from 1, begins and ends: two half-days a day."""
    day, half = divmod(number - 1, 2)
    on = START + timedelta(days=day if day < 5 else day + 2)
    begins = moment(f"{on} {'08:30' if half == 0 else '14:00'}")
    return begins, begins + timedelta(minutes=45 * HOURS_A_SESSION)


def timetable_row(number: int, **changes: Any) -> TimetableRow:  # noqa: ANN401 - fields
    """Return the n-th session: theory first, then practice."""
    begins, ends = session_times(number)
    theory = number <= THEORY_SESSIONS
    fields: dict[str, Any] = {
        "session_no": number,
        "starts_at": begins,
        "ends_at": ends,
        "hours": HOURS_A_SESSION,
        "kind": "THEORY" if theory else "PRACTICE",
        "mode": "OFFLINE",
        "course": "营养与卫生" if theory else "热菜制作",
        "instructor_id": LECTURERS[0],
        "site_id": "S1",
        "room_id": "T1" if theory else "P1",
        **changes,
    }
    return TimetableRow(**fields)


def timetable(count: int = SESSIONS) -> tuple[TimetableRow, ...]:
    """Return a timetable of half-days."""
    return tuple(timetable_row(number) for number in range(1, count + 1))


def hours_of(rows: Iterable[TimetableRow]) -> Hours:
    """Return the hours that a timetable adds up to."""
    held = list(rows)
    return Hours(
        total=sum(r.hours for r in held),
        theory=sum(r.hours for r in held if r.kind == "THEORY"),
        practice=sum(r.hours for r in held if r.kind == "PRACTICE"),
        online=sum(r.hours for r in held if r.mode == "ONLINE"),
    )


SCANS = tuple(
    Scan(kind=kind, sha256=DOC)
    for kind in (
        "FILING_FORM",
        "TEACHING_PLAN",
        "SYLLABUS",
        "LECTURERS",
        "RESOURCES",
        "EMERGENCY_PLAN",
    )
)


def filing(**changes: Any) -> Filing:  # noqa: ANN401 - fields of the record
    """Return a filing that lacks nothing; its hours follow its timetable."""
    rows = changes.get("timetable", timetable())
    fields: dict[str, Any] = {
        "filing_no": "BA-2024-001",
        "training_type": "EMPLOYMENT_SKILL",
        "occupation": COOK.code,
        "level": COOK.level,
        "standard_code": "GZB-4-03-02-01",
        "planned_start": START,
        "planned_end": END,
        "hours": hours_of(rows),
        "timetable": rows,
        "roster": roster(),
        "class_head": ClassHead(id=HEAD, employment="FULL"),
        "textbooks": (Textbook(title="中式烹调师（五级）", isbn="9787516700000", level="5"),),
        "assessment_route": "SKILL_LEVEL",
        "planned_assessment_on": date(2024, 3, 15),
        "need_analysis_doc": DOC,
        "claim_mode": "AGENCY",
        "scans": SCANS,
        **changes,
    }
    return Filing(**fields)


def submit(**changes: Any) -> SubmitClassFiling:  # noqa: ANN401 - fields of the filing
    """Return the command to file the class; fields of the filing may differ."""
    return SubmitClassFiling(
        class_id=CLASS, institution_id=SCHOOL, county_code=COUNTY, filing=filing(**changes)
    )


def approve(**changes: Any) -> ApproveClassFiling:  # noqa: ANN401 - fields of the command
    """Return the command to approve the class."""
    return ApproveClassFiling(**{"class_id": CLASS, "supervising_org": COUNTY_BUREAU, **changes})


def start(**changes: Any) -> StartClass:  # noqa: ANN401 - fields of the command
    """Return the command to start the class."""
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "actual_start": session_times(1)[0],
        "first_session_no": 1,
        "present": HEADS,
        "reminder_sent_at": moment("2024-03-02"),
        "materials_issued": HEADS,
        "set_up_at": moment("2024-03-03"),
        **changes,
    }
    return StartClass(**fields)


def enrol(number: int, **changes: Any) -> EnrolTrainee:  # noqa: ANN401 - fields of the command
    """Return the command to enrol the n-th trainee."""
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "person_id": person(number),
        "category": category(number),
        "phone": phone(number),
        "fee_charged_fen": 120_000,
        "fee_paid_fen": 0,
        "policy_notice_ack": True,
        **changes,
    }
    return EnrolTrainee(**fields)


def record_session(number: int, **changes: Any) -> RecordSession:  # noqa: ANN401 - fields
    """Return the command to record the n-th session as planned."""
    row = timetable_row(number)
    fields: dict[str, Any] = {
        "class_id": CLASS,
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
        "head_on_duty": HEAD,
        **changes,
    }
    return RecordSession(**fields)


def sheet_rows(number: int, heads: int = HEADS, absent: Iterable[int] = ()) -> tuple[SheetRow, ...]:
    """Return the rows of the n-th session's sheet."""
    begins, ends = session_times(number)
    gone = frozenset(absent)
    return tuple(
        SheetRow(
            enrolment_id=enrolment(head),
            status="ABSENT" if head in gone else "PRESENT",
            in_at=None if head in gone else begins,
            out_at=None if head in gone else ends,
            method="FACE",
            device_id="D-1",
        )
        for head in range(heads)
    )


def seal_sheet(number: int, **changes: Any) -> SealAttendance:  # noqa: ANN401 - fields
    """Return the command to seal the n-th session's sheet, everybody there."""
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "session_no": number,
        "entries": sheet_rows(number),
        "sheet_sha256": DOC,
        **changes,
    }
    return SealAttendance(**fields)


def register_recording(number: int, **changes: Any) -> RegisterRecording:  # noqa: ANN401 - any value fits here
    """Return the command to register a recording of the whole n-th session."""
    row = timetable_row(number)
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "camera_id": f"C-{row.room_id}",
        "session_nos": (number,),
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "storage_ref": f"nas/2024/{number}.mp4",
        "sha256": DOC,
        **changes,
    }
    return RegisterRecording(**fields)


def standard_of_hours(total: int, practice_bp: int) -> dict[str, tuple[object, ...]]:
    """Return the list of class-hour standards with one for the occupation of the stories."""
    one = ClassHourStandard(
        occupation=COOK.code, level=COOK.level, total=total, practice_bp=practice_bp
    )
    return {"CLASS_HOUR_STANDARD": (one,)}
