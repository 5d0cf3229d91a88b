"""Who is claimed for is asked again: heads join after the approval, registers answer after it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.law.catalogues import CategoryScope
from aggregates.project.facts import ProjectRegistered
from aggregates.project.state import PROJECT
from aggregates.sealed import Restricted
from aggregates.trainee.facts import CategoryBasis, TraineeCategoryConfirmed
from aggregates.trainee.state import TRAINEE
from tests.aggregates.claim_stories import (
    Story,
    a_claimable_class,
    accepting,
    filed_with,
    submitting,
)
from tests.aggregates.claims import LISTS, matched
from tests.aggregates.harness import Happened, happened
from tests.aggregates.institution.samples import DOC, SCHOOL, commitment
from tests.aggregates.stories import without
from tests.aggregates.training_class.samples import PROJECT_ID, category, law, person


def confirmed(
    value: Any,  # noqa: ANN401 - any category
    when: str = "2024-02-10",
    basis: CategoryBasis | None = None,
    **changes: Any,  # noqa: ANN401 - fields of the fact
) -> Happened:
    """Say that the first trainee's category was confirmed."""
    fields: dict[str, Any] = {
        "person_id": person(0),
        "category": category(0, value),
        "basis": None if basis is None else Restricted(commitment(6100), basis),
        "proof_doc": DOC,
        "as_of": date.fromisoformat(when),
        **changes,
    }
    return happened(when, TRAINEE, person(0), TraineeCategoryConfirmed(**fields))


def claimable(*more: Happened) -> Story:
    return (*a_claimable_class(), *more)


@pytest.mark.rule("ELG-01")
def test_a_head_whose_category_nobody_confirmed_is_found_and_not_accepted() -> None:
    story = without(a_claimable_class(), TraineeCategoryConfirmed)
    assert submitting(story).findings() == {"ELG-01"}
    accepting(story).then_refused("ELG-01")


@pytest.mark.rule("ELG-01")
@pytest.mark.parametrize("value", ["EMPLOYEE", "CUSTODY"])
def test_a_category_that_the_training_is_not_open_to_is_not_accepted(value: str) -> None:
    accepting(claimable(confirmed(value))).then_refused("ELG-01")


@pytest.mark.rule("ELG-01")
def test_the_lists_of_the_approval_count() -> None:
    rural = CategoryScope(
        category="RURAL", training_types=("EMPLOYMENT_SKILL",), funds=("SPECIAL_ACCOUNT",)
    )
    accepting(claimable(), under=law({**LISTS, "PERSON_CATEGORY": (rural,)})).granted()
    shut = replace(rural, training_types=("ENTREPRENEURSHIP",))
    under = law({**LISTS, "PERSON_CATEGORY": (shut,)})
    accepting(claimable(), under=under).then_refused("ELG-01")


@pytest.mark.rule("ELG-01")
@pytest.mark.rule("ELG-11")
def test_a_pension_that_shows_after_the_approval_stops_the_catch_all_alone() -> None:
    pension = matched(0, source="PENSION", valid_from=date(2024, 1, 1), pension_type="EMPLOYEE")
    accepting(claimable(pension)).granted()
    accepting(claimable(confirmed("CATCH_ALL"))).granted()
    accepting(claimable(confirmed("CATCH_ALL"), pension)).then_refused("ELG-01")
    everyone = law(LISTS, {"pension_exclusion_scope": "ALL_CATEGORIES"})
    accepting(claimable(pension), under=everyone).then_refused("ELG-01")


@pytest.mark.rule("ELG-01")
@pytest.mark.rule("ELG-10")
@pytest.mark.parametrize(("left", "within"), [(date(2022, 3, 4), True), (date(2022, 3, 3), False)])
def test_graduates_start_within_two_years_of_leaving_school(left: date, *, within: bool) -> None:
    graduate = confirmed("GRAD_2Y", basis=CategoryBasis(basis_on=left))
    answer = accepting(claimable(graduate))
    if within:
        answer.granted()
    else:
        answer.then_refused("ELG-01")
    at_work = matched(0, source="SOCIAL_INSURANCE", valid_from=date(2024, 1, 1), employer_uscc="X")
    accepting(claimable(graduate, at_work)).then_refused("ELG-01")


@pytest.mark.rule("ELG-01")
@pytest.mark.rule("ELG-17")
def test_who_was_in_custody_is_claimed_for_in_a_project_for_it_alone() -> None:
    held = matched(
        0,
        source="CUSTODY",
        valid_from=date(2023, 1, 1),
        custody_kind="PRISON",
        sentence_ends=date(2026, 3, 3),
    )
    accepting(claimable(held)).then_refused("ELG-01")
    accepting(in_project(held, custody=True)).granted()
    accepting(in_project(held)).then_refused("ELG-01")
    longer = matched(
        0,
        source="CUSTODY",
        valid_from=date(2023, 1, 1),
        custody_kind="PRISON",
        sentence_ends=date(2026, 3, 4),
    )
    accepting(in_project(longer, custody=True)).then_refused("ELG-01")


@pytest.mark.rule("ELG-01")
@pytest.mark.rule("INS-06")
def test_a_project_is_for_its_target_group() -> None:
    accepting(in_project()).granted()
    accepting(in_project(confirmed("VETERAN"))).then_refused("ELG-01")


def in_project(*more: Happened, custody: bool = False) -> Story:
    project = ProjectRegistered(
        project_id=PROJECT_ID,
        family="TARGET_GROUP",
        buyer="市人社局",
        supplier_id=SCHOOL,
        target_group=("RURAL", "CUSTODY"),
        custody_scheme=custody,
        heads=100,
        amount_fen=12_000_000,
        fund="SPECIAL_ACCOUNT",
        valid_from=date(2024, 1, 1),
        valid_to=date(2024, 12, 31),
    )
    told = happened("2024-01-05", PROJECT, PROJECT_ID, project)
    return filed_with(claimable(told, *more), training_type="PROJECT", project_id=PROJECT_ID)


@pytest.mark.rule("ELG-01")
def test_what_somebody_becomes_afterwards_changes_nothing() -> None:
    later = confirmed("EMPLOYEE", "2024-03-20")
    accepting(claimable(later)).granted()


@pytest.mark.rule("ELG-01")
def test_a_proof_that_ended_before_the_class_began_proves_nothing() -> None:
    story = without(a_claimable_class(), TraineeCategoryConfirmed)
    others = [replace_person(confirmed("RURAL"), n) for n in (1, 2)]
    ended = confirmed("RURAL", valid_to=date(2024, 3, 3))
    accepting((*story, *others, ended)).then_refused("ELG-01")
    holds = confirmed("RURAL", valid_to=date(2024, 3, 4))
    accepting((*story, *others, holds)).granted()


def replace_person(one: Happened, number: int) -> Happened:
    changed = replace(one.fact, person_id=person(number))  # type: ignore[call-arg]  # a confirmation
    return replace(one, id=person(number), fact=changed)
