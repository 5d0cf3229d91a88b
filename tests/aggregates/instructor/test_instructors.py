"""The registry of lecturers, and who engages them."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from aggregates.ids import InstitutionId
from aggregates.instructor.commands import EngageInstructor, RegisterInstructor
from aggregates.instructor.facts import InstructorEngaged, InstructorRegistered
from aggregates.instructor.state import INSTRUCTOR, Instructor
from aggregates.sealed import Restricted
from tests.aggregates.harness import COUNTY, Happened, Outcome, given, happened
from tests.aggregates.institution.samples import (
    COOK,
    COURSE,
    LECTURERS,
    SCHOOL,
    USCC,
    commitment,
    id_number,
    lecturer,
    name,
    qualification,
    registered,
)

ONE = LECTURERS[0]
OTHER = InstitutionId(UUID(int=7))
DAY = date(2024, 3, 1)


def registration(**changes: Any) -> RegisterInstructor:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "instructor_id": ONE,
        "county_code": COUNTY,
        "name": name(20),
        "id_number": id_number(20),
        "qualifications": (qualification(),),
        "photo": Restricted(commitment(30), "ab" * 32),
        **changes,
    }
    return RegisterInstructor(**fields)


def engagement(**changes: Any) -> EngageInstructor:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "instructor_id": ONE,
        "institution_id": SCHOOL,
        "employment": "FULL",
        "valid_from": DAY,
        "employer_of_social_insurance": USCC,
        **changes,
    }
    return EngageInstructor(**fields)


def known(**changes: Any) -> Happened:  # noqa: ANN401 - fields of the registration
    command = registration(**changes)
    fact = given().when(command, now="2024-02-01").fact(InstructorRegistered)
    return happened("2024-02-01", INSTRUCTOR, ONE, fact)


def engage(*story: Happened, **changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    scene = given(registered(), *(story or (known(),)))
    return scene.when(engagement(**changes), now="2024-03-01", role="INST_CLERK")


def state(*story: Happened) -> Instructor:
    held = given(*story).loaded()[INSTRUCTOR.name(ONE)].state
    assert isinstance(held, Instructor)
    return held


@pytest.mark.rule("INS-11")
def test_a_lecturer_with_qualifications_enters_the_registry_without_findings() -> None:
    answer = given().when(registration(), now="2024-02-01")
    assert answer.fact(InstructorRegistered).county_code == COUNTY
    assert answer.findings() == set()


@pytest.mark.rule("INS-11")
def test_a_record_without_qualifications_leaves_a_finding() -> None:
    answer = given().when(registration(qualifications=()), now="2024-02-01")
    answer.granted()
    assert answer.findings() == {"INS-11"}


def test_a_registration_is_renewed_for_the_same_person_only() -> None:
    scene = given(known())
    scene.when(registration(qualifications=()), now="2024-05-01").granted()
    other = registration(id_number=id_number(99))
    scene.when(other, now="2024-05-01").then_refused("LIFECYCLE")


@pytest.mark.rule("INS-19")
@pytest.mark.rule("INS-20")
def test_a_qualified_lecturer_insured_by_the_school_is_engaged_without_findings() -> None:
    answer = engage()
    assert answer.fact(InstructorEngaged).employment == "FULL"
    assert answer.findings() == set()


@pytest.mark.rule("INS-20")
def test_a_lecturer_whose_qualification_has_ended_is_engaged_with_a_finding() -> None:
    ended = known(qualifications=(qualification(valid_to=date(2024, 2, 29)),))
    answer = engage(ended)
    answer.granted()
    assert answer.findings() == {"INS-20"}


@pytest.mark.rule("INS-19")
def test_full_time_in_two_places_leaves_a_finding() -> None:
    elsewhere = InstructorEngaged(
        instructor_id=ONE,
        institution_id=OTHER,
        employment="FULL",
        valid_from=date(2023, 1, 1),
    )
    busy = happened("2024-02-02", INSTRUCTOR, ONE, elsewhere)
    assert engage(known(), busy).findings() == {"INS-19"}
    assert engage(known(), busy, employment="PART").findings() == set()


@pytest.mark.rule("INS-19")
def test_full_time_but_insured_by_another_leaves_a_finding() -> None:
    assert engage(employer_of_social_insurance="91371500X").findings() == {"INS-19"}
    assert engage(employer_of_social_insurance=None).findings() == set()


def test_only_the_registered_are_engaged_and_not_backwards() -> None:
    given(registered()).when(engagement(), now="2024-03-01").then_refused("LIFECYCLE")
    given(known()).when(engagement(), now="2024-03-01").then_refused("LIFECYCLE")
    engage(valid_to=date(2024, 2, 29)).then_refused("LIFECYCLE")


def test_a_qualification_counts_for_its_occupation_role_and_time() -> None:
    held = state(
        known(
            qualifications=(
                qualification(role="THEORY", valid_to=date(2024, 6, 30)),
                qualification(role="PRACTICE", valid_to=None),
            )
        )
    )
    assert held.roles(COOK.code, date(2024, 6, 30)) == {"THEORY", "PRACTICE"}
    assert held.roles(COOK.code, date(2024, 7, 1)) == {"PRACTICE"}
    assert held.qualified(COOK.code, date(2024, 7, 1))
    assert not held.qualified(COOK.code, date(2024, 7, 1), "THEORY")
    assert not held.qualified("9-99-99-99", DAY)
    assert state(known()).roles(COOK.code, DAY) == {"THEORY", "PRACTICE"}


@pytest.mark.rule("INS-23")
def test_only_the_courses_own_certificate_makes_a_course_lecturer() -> None:
    own = qualification(type="ENTREPRENEURSHIP_LECTURER", occupation=COURSE.code)
    other = qualification(type="TEACHER", occupation=COURSE.code)
    assert state(known(qualifications=(own,))).certified_for_course(COURSE.code, DAY)
    assert not state(known(qualifications=(other,))).certified_for_course(COURSE.code, DAY)
    assert not state(known(qualifications=(own,))).certified_for_course("IYB", DAY)


def test_a_new_engagement_by_the_same_school_ends_the_one_before() -> None:
    first, second = lecturer(0, "FULL")
    again = InstructorEngaged(
        instructor_id=ONE, institution_id=SCHOOL, employment="PART", valid_from=DAY
    )
    held = state(first, second, happened("2024-03-01", INSTRUCTOR, ONE, again))
    now = held.engaged(SCHOOL, DAY)
    assert now is not None
    assert now.employment == "PART"
    before = held.engaged(SCHOOL, date(2024, 2, 29))
    assert before is not None
    assert before.employment == "FULL"
    assert held.engaged(OTHER, DAY) is None
