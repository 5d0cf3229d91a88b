"""Trainees: who they are, to which category they belong, what other registers say."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.facts import encode, links
from aggregates.law.catalogues import CategoryScope
from aggregates.law.in_force import Law
from aggregates.sealed import Restricted
from aggregates.trainee.commands import (
    ConfirmTraineeCategory,
    RecordExternalMatch,
    VerifyIdentity,
    person_of,
)
from aggregates.trainee.facts import (
    CategoryBasis,
    ExternalMatch,
    ExternalMatchRecorded,
    TraineeCategoryConfirmed,
    TraineeIdentityVerified,
)
from aggregates.trainee.state import TRAINEE, Trainee
from tests.aggregates.harness import (
    Happened,
    Outcome,
    given,
    happened,
    moment,
)
from tests.aggregates.institution.samples import (
    DOC,
    commitment,
    id_number,
    name,
)
from tests.aggregates.stories import (
    told,
)
from tests.aggregates.training_class.samples import (
    LAW,
    a_trainee,
    category,
    law,
    person,
)

NOW = "2024-02-05"


def verify(**changes: Any) -> VerifyIdentity:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "id_number": id_number(1000),
        "name": name(2000),
        "method": "FACE",
        "source": "公安人口库",
        "result": "MATCH",
        "verified_at": moment("2024-02-05 08:00"),
        **changes,
    }
    return VerifyIdentity(**fields)


def trainee(*story: Happened) -> Trainee:
    held = given(*story).loaded()[TRAINEE.name(person(0))].state
    assert isinstance(held, Trainee)
    return held


@pytest.mark.rule("FIL-04")
def test_the_id_of_a_person_follows_from_the_id_number() -> None:
    answer = given().when(verify(), now=NOW)
    assert answer.fact(TraineeIdentityVerified).person_id == person_of(id_number(1000)) == person(0)
    assert answer.granted()[0].id == person(0)
    assert not answer.findings()


@pytest.mark.rule("FIL-04")
def test_a_comparison_that_failed_is_recorded_and_verifies_nobody() -> None:
    answer = given(*a_trainee(0)).when(verify(result="MISMATCH"), now=NOW)
    assert "FIL-04" in answer.findings()
    after = told(a_trainee(0), verify(result="MISMATCH"), NOW)
    assert trainee(*a_trainee(0)).verified
    assert not trainee(*after).verified


def test_a_comparison_is_recorded_after_it_was_made() -> None:
    given().when(verify(verified_at=moment("2024-02-06")), now=NOW).then_refused("LIFECYCLE")


IDENTIFIED = a_trainee(0)[:1]


def confirm(
    value: Any = "RURAL",  # noqa: ANN401 - any category
    basis: CategoryBasis | None = None,
    *more: Happened,
    under: Law = LAW,
    story: tuple[Happened, ...] = IDENTIFIED,
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    """Return the answer to the confirmation of a category."""
    fields: dict[str, Any] = {
        "person_id": person(0),
        "category": category(0, value),
        "basis": None if basis is None else Restricted(commitment(6000), basis),
        "proof_doc": DOC,
        "as_of": date(2024, 1, 31),
        **changes,
    }
    return given(*story, *more, law=under).when(ConfirmTraineeCategory(**fields), now=NOW)


@pytest.mark.rule("ELG-09")
def test_a_category_is_of_the_published_list() -> None:
    assert confirm("RURAL").fact(TraineeCategoryConfirmed).list_version == ""
    rural = CategoryScope(
        category="RURAL", training_types=("EMPLOYMENT_SKILL",), funds=("EMPLOYMENT",)
    )
    published = law(lists={"PERSON_CATEGORY": (rural,)})
    assert confirm("RURAL", under=published).fact(TraineeCategoryConfirmed).list_version == "v1"
    confirm("VETERAN", under=published).then_refused("ELG-09")


@pytest.mark.rule("ELG-10")
def test_graduates_are_confirmed_with_the_day_of_leaving_school() -> None:
    confirm("GRAD_2Y").then_refused("ELG-10")
    assert confirm("GRAD_2Y", CategoryBasis(basis_on=date(2023, 6, 30))).granted()
    left = match(source="SCHOOL_ROLL", graduated_on=date(2023, 6, 30))
    assert confirm("GRAD_2Y", None, left).granted()


PENSION: dict[str, Any] = {
    "source": "PENSION",
    "valid_from": date(2023, 1, 1),
    "pension_type": "EMPLOYEE",
}


@pytest.mark.rule("ELG-11")
def test_the_catch_all_is_closed_to_those_with_an_employee_pension() -> None:
    confirm("CATCH_ALL", None, match(**PENSION)).then_refused("ELG-11")
    assert confirm("CATCH_ALL").granted()
    assert confirm("DISABLED", None, match(**PENSION)).granted()


@pytest.mark.rule("ELG-15")
def test_students_are_of_full_time_higher_education() -> None:
    confirm("STUDENT").then_refused("ELG-15")
    assert confirm("STUDENT", CategoryBasis(school_kind="HIGHER")).granted()
    confirm("STUDENT", CategoryBasis(school_kind="SECONDARY")).then_refused("ELG-15")
    part_time = match(
        source="SCHOOL_ROLL",
        valid_from=date(2022, 9, 1),
        school_kind="HIGHER",
        full_time=False,
    )
    confirm("STUDENT", None, part_time).then_refused("ELG-15")


def test_a_category_is_of_a_known_person_and_of_the_past() -> None:
    confirm(story=()).then_refused("LIFECYCLE")
    confirm(as_of=date(2024, 2, 6)).then_refused("LIFECYCLE")
    confirm(valid_to=date(2024, 1, 30)).then_refused("LIFECYCLE")


def match(**fields: Any) -> Happened:  # noqa: ANN401 - fields of the match
    fact = ExternalMatchRecorded(
        person_id=person(0),
        match=Restricted(commitment(5000), ExternalMatch(**fields)),
        as_of=date(2024, 1, 31),
        batch_sha256=DOC,
    )
    return happened("2024-02-03", TRAINEE, person(0), fact)


def test_what_a_register_says_stands_in_an_entry_as_a_commitment_alone() -> None:
    command = RecordExternalMatch(
        person_id=person(0),
        match=Restricted(commitment(5000), ExternalMatch(**PENSION)),
        as_of=date(2024, 1, 31),
        batch_sha256=DOC,
    )
    answer = given(*IDENTIFIED).when(command, now=NOW)
    data = encode(answer.fact(ExternalMatchRecorded))
    assert data["match"] == commitment(5000)
    assert set(data) == {"findings", "person_id", "match", "as_of", "batch_sha256"}
    assert list(links(answer.fact(ExternalMatchRecorded))) == [("person", person(0))]
    given().when(command, now=NOW).then_refused("LIFECYCLE")
    future = replace(command, as_of=date(2024, 2, 6))
    given(*IDENTIFIED).when(future, now=NOW).then_refused("LIFECYCLE")


def test_a_register_that_knows_nothing_takes_back_what_it_said() -> None:
    drawing = trainee(*IDENTIFIED, match(**PENSION))
    assert drawing.draws_employee_pension(date(2024, 3, 4))
    assert not drawing.draws_employee_pension(date(2022, 12, 31))
    taken_back = trainee(*IDENTIFIED, match(**PENSION), match(source="PENSION"))
    assert not taken_back.draws_employee_pension(date(2024, 3, 4))
    other = trainee(*IDENTIFIED, match(**PENSION), match(source="DEATH"))
    assert other.draws_employee_pension(date(2024, 3, 4))


@pytest.mark.rule("ELG-04")
def test_a_benefit_that_touches_the_class_is_seen() -> None:
    spell = match(source="UI_BENEFIT", valid_from=date(2024, 3, 10), valid_to=date(2024, 4, 10))
    one = trainee(*IDENTIFIED, spell)
    assert one.draws_unemployment_benefit(date(2024, 3, 4), date(2024, 3, 12))
    assert not one.draws_unemployment_benefit(date(2024, 3, 4), date(2024, 3, 9))
    assert not one.draws_unemployment_benefit(date(2024, 4, 11), date(2024, 4, 20))


def test_a_day_of_death_and_a_school_are_read_from_their_registers() -> None:
    died = match(source="DEATH", valid_from=date(2024, 2, 1))
    student = match(source="SCHOOL_ROLL", valid_from=date(2022, 9, 1), school_kind="HIGHER")
    one = trainee(*IDENTIFIED, died, student)
    assert one.died_on == date(2024, 2, 1)
    school = one.studies(date(2024, 3, 4))
    assert school is not None
    assert school.school_kind == "HIGHER"
    assert one.studies(date(2022, 8, 31)) is None
