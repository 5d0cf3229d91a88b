"""A training body as tests know it: registered, with premises, lecturers and an application."""

from datetime import date
from typing import Any
from uuid import UUID

from aggregates.ids import InstitutionId, InstructorId
from aggregates.institution.facts import (
    InstitutionEvaluated,
    InstitutionListed,
    InstitutionRegistered,
    InstitutionSelectionApplied,
    TrainingSiteRegistered,
)
from aggregates.institution.parts import (
    BasicAccount,
    Camera,
    Condition,
    CourseMaterial,
    FireProof,
    Indicator,
    Room,
    SelectionStep,
    Workstation,
)
from aggregates.institution.rules_evaluation import BASIC_CONDITIONS, SYSTEMS
from aggregates.institution.selection import EvaluateInstitution
from aggregates.institution.state import INSTITUTION
from aggregates.institution.uscc import check_character
from aggregates.instructor.facts import InstructorEngaged, InstructorRegistered, Qualification
from aggregates.instructor.state import INSTRUCTOR
from aggregates.law.catalogues import ListingCategory, Occupation
from aggregates.sealed import Account, IdNumber, Matchable, Name, Personal, Phone, PlainText
from tests.aggregates.harness import COUNTY, Happened, happened

SCHOOL = InstitutionId(UUID(int=0x5C))
COOK = Occupation(code="4-03-02-01", level="5")
COURSE = Occupation(code="SYB", level="-")
DOC = "d0" * 32
LECTURERS = tuple(InstructorId(UUID(int=0x1EC0 + n)) for n in range(4))
_BODY = "91371502MA3N0000X"
USCC = _BODY + check_character(_BODY)
OTHER_CONDITIONS = (
    "MANAGEMENT_INFORMATION_SYSTEM",
    "PRACTICE_SAFETY",
    "EQUIPMENT_WORKING",
    "SAFETY_EQUIPMENT",
    "ARCHIVE_RULES",
    "INTERNAL_SUPERVISION",
    "DATA_STATISTICS",
    "FOLLOW_UP_SERVICES",
    "COURSE_PREMISES",
)


def commitment(number: int) -> str:
    """Return the n-th commitment of a story."""
    return f"{number:042d}A"


def name(number: int = 1) -> Personal[Name]:
    """Return a sealed name."""
    return Personal(commitment(number))


def line(number: int = 2) -> Personal[PlainText]:
    """Return a sealed line."""
    return Personal(commitment(number))


def id_number(number: int) -> Matchable[IdNumber]:
    """Return the sealed ID number of the n-th person of a story."""
    return Matchable(commitment(number), f"{number:021d}A")


def phone(number: int = 3) -> Matchable[Phone]:
    """Return a sealed telephone number."""
    return Matchable(commitment(number), f"{number:021d}A")


def account(number: int = 4) -> BasicAccount:
    """Return a basic account."""
    held: Matchable[Account] = Matchable(commitment(number), f"{number:021d}A")
    return BasicAccount(bank="聊城农商银行", account=held, holder=line(5))


def registration(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of the fact
    """Return the fields of a registration."""
    return {
        "institution_id": SCHOOL,
        "uscc": USCC,
        "name": "聊城市某某职业培训学校",
        "kind": "TRAINING_ORG",
        "legal_rep": name(),
        "licence_no": "人社民3715024000001号",
        "licence_scope": (COOK.code, COURSE.code),
        "licence_valid_to": date(2026, 12, 31),
        "county_code": COUNTY,
        "address": "东昌府区某路1号",
        "contact": line(),
        "phone": phone(),
        "basic_account": account(),
        **changes,
    }


def registered(when: str = "2023-07-20", **changes: Any) -> Happened:  # noqa: ANN401 - likewise
    """Say that the school was registered."""
    return happened(when, INSTITUTION, SCHOOL, InstitutionRegistered(**registration(**changes)))


def premises(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of the fact
    """Return the fields of a site that lacks nothing."""
    rooms = (
        Room(room_id="O1", capacity=6, use="OFFICE"),
        Room(room_id="T1", capacity=60, use="THEORY"),
        Room(room_id="P1", capacity=50, use="PRACTICE"),
    )
    cameras = tuple(
        Camera(camera_id=f"C-{room}", room_id=room, audio=True, video=True, online=True)
        for room in ("T1", "P1")
    )
    return {
        "institution_id": SCHOOL,
        "site_id": "S1",
        "county_code": COUNTY,
        "address": "东昌府区某路1号",
        "theory_area_m2": 320,
        "practice_area_m2": 400,
        "rooms": rooms,
        "workstations": (Workstation(occupation=COOK.code, count=25),),
        "fire_proof": FireProof(doc_no="聊消验〔2022〕1号", sha256=DOC, valid_to=date(2026, 6, 30)),
        "cameras": cameras,
        "tenure": "OWNED",
        "type": "MAIN",
        **changes,
    }


def site(when: str = "2023-07-21", **changes: Any) -> Happened:  # noqa: ANN401 - likewise
    """Say that the school's site was registered."""
    return happened(when, INSTITUTION, SCHOOL, TrainingSiteRegistered(**premises(**changes)))


def applied(category: ListingCategory, *occupations: Occupation, call: str | None) -> Happened:
    """Say that the school applied for a category."""
    fact = InstitutionSelectionApplied(
        institution_id=SCHOOL, call_id=call, category=category, occupations=occupations
    )
    return happened("2023-07-24", INSTITUTION, SCHOOL, fact)


def qualification(**changes: Any) -> Qualification:  # noqa: ANN401 - fields of the record
    """Return a qualification to teach cooking in both roles."""
    fields: dict[str, Any] = {
        "type": "SKILL_LEVEL",
        "occupation": COOK.code,
        "level": "3",
        "cert_no": line(6),
        "valid_to": date(2027, 1, 1),
        "role": "BOTH",
        **changes,
    }
    return Qualification(**fields)


def lecturer(number: int, employment: str, *held: Qualification) -> tuple[Happened, Happened]:
    """Say that the n-th lecturer was registered and engaged by the school."""
    one = LECTURERS[number]
    person = InstructorRegistered(
        instructor_id=one,
        county_code=COUNTY,
        name=name(20 + number),
        id_number=id_number(20 + number),
        qualifications=held or (qualification(),),
    )
    job: dict[str, Any] = {"employment": employment}
    engaged = InstructorEngaged(
        instructor_id=one, institution_id=SCHOOL, valid_from=date(2023, 1, 1), **job
    )
    return (
        happened("2023-07-20", INSTRUCTOR, one, person),
        happened("2023-07-20", INSTRUCTOR, one, engaged),
    )


def staff(*employments: str, course: bool = False) -> tuple[Happened, ...]:
    """Say that the school engages lecturers, of cooking or of the entrepreneurship course."""
    taught = (
        qualification(type="ENTREPRENEURSHIP_LECTURER", occupation=COURSE.code, level="-")
        if course
        else qualification()
    )
    return tuple(
        fact
        for number, employment in enumerate(employments)
        for fact in lecturer(number, employment, taught)
    )


def conditions(*without: str) -> tuple[Condition, ...]:
    """Return every condition attested but those named."""
    codes: tuple[Any, ...] = (*BASIC_CONDITIONS, *SYSTEMS, *OTHER_CONDITIONS)
    return tuple(Condition(code=code, ok=True, doc=DOC) for code in codes if code not in without)


def steps(*names: str) -> tuple[SelectionStep, ...]:
    """Return steps of a selection, a day after the other."""
    taken: tuple[Any, ...] = names
    return tuple(
        SelectionStep(step=step, on=date(2023, 7, 1 + at), doc=DOC) for at, step in enumerate(taken)
    )


def evaluation(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of the command
    """Return the fields of an evaluation that can be passed."""
    return {
        "institution_id": SCHOOL,
        "category": "就业技能",
        "method": "THIRD_PARTY_REVIEW",
        "evaluator": "山东某评估有限公司",
        "evaluator_level": "THIRD_PARTY",
        "occupations": (COOK,),
        "indicators": (Indicator(code="A1", score_e2=9250),),
        "conditions": conditions(),
        "materials": tuple(
            CourseMaterial(
                occupation=one.code, level=one.level, plan=DOC, syllabus=DOC, textbook=DOC
            )
            for one in (COOK, COURSE)
        ),
        "instructor_ids": LECTURERS[:2],
        "managers": 2,
        "result": "PASS",
        "report_doc": DOC,
        **changes,
    }


def evaluate(**changes: Any) -> EvaluateInstitution:  # noqa: ANN401 - likewise
    """Return the command to record that evaluation."""
    return EvaluateInstitution(**evaluation(**changes))


def evaluated(**changes: Any) -> Happened:  # noqa: ANN401 - likewise
    """Say that the school was evaluated."""
    fields = {"evaluation_id": UUID(int=0xE7A1), **evaluation(**changes)}
    return happened("2023-07-28", INSTITUTION, SCHOOL, InstitutionEvaluated(**fields))


def listed(category: ListingCategory = "就业技能", **changes: Any) -> Happened:  # noqa: ANN401 - any value fits here
    """Say that the school was listed."""
    fields: dict[str, Any] = {
        "institution_id": SCHOOL,
        "catalogue_version": "2023-1",
        "category": category,
        "occupations": (COOK,),
        "valid_from": date(2023, 8, 1),
        "valid_to": date(2025, 7, 31),
        **changes,
    }
    return happened("2023-08-01", INSTITUTION, SCHOOL, InstitutionListed(**fields))
