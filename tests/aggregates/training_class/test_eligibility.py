"""Who may be trained at public expense, asked before the bureau agrees to a class."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.decisions import Caller, Granted, World, decide
from aggregates.law.catalogues import CategoryScope
from aggregates.law.in_force import Law
from aggregates.sealed import Restricted
from aggregates.trainee.facts import (
    CategoryBasis,
    ExternalMatch,
    ExternalMatchRecorded,
    TraineeCategoryConfirmed,
)
from aggregates.trainee.state import TRAINEE
from aggregates.training_class.state import TRAINING_CLASS
from tests.aggregates.harness import (
    COUNTY,
    Happened,
    Outcome,
    given,
    happened,
    moment,
)
from tests.aggregates.institution.samples import (
    DOC,
    commitment,
)
from tests.aggregates.stories import (
    a_filed_class,
    ready_to_file,
    told,
    without,
)
from tests.aggregates.training_class.circumstances import (
    project,
)
from tests.aggregates.training_class.samples import (
    APPROVED_ON,
    APPROVER,
    CLASS,
    FILED_ON,
    FILER,
    HEADS,
    LAW,
    PROJECT_ID,
    approve,
    category,
    law,
    person,
    roster,
    submit,
)


def match(number: int = 0, **fields: Any) -> Happened:  # noqa: ANN401 - fields of the match
    """Say what another register told of the n-th trainee."""
    fact = ExternalMatchRecorded(
        person_id=person(number),
        match=Restricted(commitment(5000 + number), ExternalMatch(**fields)),
        as_of=date(2024, 2, 20),
        batch_sha256=DOC,
    )
    return happened("2024-02-21", TRAINEE, person(number), fact)


def confirmed(number: int, value: Any, basis: CategoryBasis | None = None) -> Happened:  # noqa: ANN401 - any value fits here
    """Say that the n-th trainee's category was confirmed anew."""
    fact = TraineeCategoryConfirmed(
        person_id=person(number),
        category=category(number, value),
        basis=None if basis is None else Restricted(commitment(6000 + number), basis),
        proof_doc=DOC,
        as_of=date(2024, 1, 31),
    )
    return happened("2024-02-10", TRAINEE, person(number), fact)


def approval(
    value: Any = "RURAL",  # noqa: ANN401 - any category
    *more: Happened,
    kind: str = "EMPLOYMENT_SKILL",
    under: Law = LAW,
    **changes: Any,  # noqa: ANN401 - fields of the filing
) -> Outcome:
    """Return the answer to the approval of a class whose first head is of a category."""
    rows = (*roster(1, value), *roster(HEADS)[1:])
    story = (*ready_to_file(), confirmed(0, value))
    command = submit(roster=rows, training_type=kind, **changes)
    filed = told(story, command, FILED_ON, under=LAW, by=FILER, as_facts=True)
    return given(*filed, *more, law=under).when(
        approve(), now=APPROVED_ON, by=APPROVER, as_facts=kind == "ENTREPRENEURSHIP"
    )


KEY_GROUPS = ["POV", "POV_CHILD", "SCHOOL_LEAVER", "UNEMP", "HARD_EMP", "VETERAN", "DISABLED"]


@pytest.mark.rule("ELG-09")
@pytest.mark.parametrize("value", KEY_GROUPS)
def test_the_key_groups_may_learn_a_skill(value: str) -> None:
    assert approval(value).granted()


@pytest.mark.rule("ELG-09")
def test_staff_in_their_posts_are_no_key_group() -> None:
    approval("EMPLOYEE").then_refused("ELG-09")


@pytest.mark.rule("ELG-09")
def test_key_groups_are_not_trained_in_posts_that_they_do_not_have() -> None:
    approval("UNEMP", kind="IN_POST_SKILL").then_refused("ELG-09")


@pytest.mark.rule("ELG-09")
def test_a_published_list_goes_before_the_text() -> None:
    wider = CategoryScope(
        category="EMPLOYEE", training_types=("EMPLOYMENT_SKILL",), funds=("EMPLOYMENT",)
    )
    rural = CategoryScope(
        category="RURAL", training_types=("EMPLOYMENT_SKILL",), funds=("EMPLOYMENT",)
    )
    under = law(lists={"PERSON_CATEGORY": (wider, rural)})
    assert approval("EMPLOYEE", under=under).granted()
    approval("VETERAN", under=under).then_refused("ELG-09")


@pytest.mark.rule("ELG-09")
def test_a_category_is_confirmed_and_holds_at_the_start() -> None:
    unconfirmed = without(a_filed_class(), TraineeCategoryConfirmed)
    answer = given(*unconfirmed, law=LAW).when(approve(), now=APPROVED_ON, by=APPROVER)
    answer.then_refused("ELG-09")
    over = TraineeCategoryConfirmed(
        person_id=person(0),
        category=category(0),
        proof_doc=DOC,
        as_of=date(2024, 1, 31),
        valid_to=date(2024, 3, 3),
    )
    late = happened("2024-02-11", TRAINEE, person(0), over)
    approval("RURAL", late).then_refused("ELG-09")


@pytest.mark.rule("ELG-09")
def test_a_category_other_than_the_confirmed_one_is_told() -> None:
    assert "ELG-09" in approval("VETERAN", confirmed(0, "UNEMP")).findings()
    assert "ELG-09" not in approval("VETERAN").findings()


@pytest.mark.rule("ELG-09")
def test_categories_that_cannot_be_read_are_told_and_never_refused() -> None:
    filed = {**given(*a_filed_class(), law=LAW).loaded()}
    name = TRAINING_CLASS.name(CLASS)
    one = filed[name].state
    closed = {row.person_id: replace(row, category=category(0, None)) for row in roster()}
    filed[name] = replace(filed[name], state=replace(one, roster=closed))
    world = World(
        now=moment(APPROVED_ON),
        caller=Caller(person=APPROVER, role="COUNTY_HR", county=COUNTY),
        loaded=filed,
        new_id=lambda: CLASS,
    )
    answer = decide(approve(), world)
    assert isinstance(answer, Granted)
    assert "ELG-09" in {one.rule for one in answer.findings}


GRADUATED = CategoryBasis(basis_on=date(2022, 3, 4), school_kind="HIGHER")


@pytest.mark.rule("ELG-10")
def test_graduates_start_within_two_years_of_leaving_school() -> None:
    assert approval("GRAD_2Y", confirmed(0, "GRAD_2Y", GRADUATED)).granted()
    earlier = CategoryBasis(basis_on=date(2022, 3, 3))
    approval("GRAD_2Y", confirmed(0, "GRAD_2Y", earlier)).then_refused("ELG-10")


@pytest.mark.rule("ELG-10")
def test_the_school_register_goes_before_the_proof() -> None:
    told_so = match(source="SCHOOL_ROLL", graduated_on=date(2021, 6, 30))
    approval("GRAD_2Y", confirmed(0, "GRAD_2Y", GRADUATED), told_so).then_refused("ELG-10")


@pytest.mark.rule("ELG-10")
def test_graduates_who_are_employed_at_the_start_are_refused() -> None:
    at_work = match(
        source="SOCIAL_INSURANCE", valid_from=date(2023, 9, 1), employer_uscc="91371500MA3N000002"
    )
    story = (confirmed(0, "GRAD_2Y", GRADUATED), at_work)
    approval("GRAD_2Y", *story).then_refused("ELG-10")
    assert approval("RURAL", at_work).granted()


@pytest.mark.rule("ELG-10")
def test_an_unknown_day_of_leaving_school_is_told() -> None:
    assert "ELG-10" in approval("GRAD_2Y").findings()


PENSION: dict[str, Any] = {
    "source": "PENSION",
    "valid_from": date(2023, 1, 1),
    "pension_type": "EMPLOYEE",
}


@pytest.mark.rule("ELG-11")
def test_a_monthly_employee_pension_excludes_from_the_catch_all() -> None:
    approval("CATCH_ALL", match(**PENSION)).then_refused("ELG-11")
    assert approval("CATCH_ALL").granted()
    resident = {**PENSION, "pension_type": "RESIDENT"}
    assert approval("CATCH_ALL", match(**resident)).granted()


@pytest.mark.rule("ELG-11")
def test_a_pension_that_begins_after_the_start_excludes_nobody() -> None:
    later = {**PENSION, "valid_from": date(2024, 3, 5)}
    assert approval("CATCH_ALL", match(**later)).granted()


@pytest.mark.rule("ELG-11")
def test_a_pension_of_a_named_group_is_told_unless_the_city_refuses_it() -> None:
    answer = approval("DISABLED", match(**PENSION))
    assert "ELG-11" in answer.findings()
    everyone = law(parameters={"pension_exclusion_scope": "ALL_CATEGORIES"})
    approval("DISABLED", match(**PENSION), under=everyone).then_refused("ELG-11")


@pytest.mark.rule("ELG-11")
def test_the_catch_all_is_for_skills_and_not_for_entrepreneurship() -> None:
    answer = approval("CATCH_ALL", kind="ENTREPRENEURSHIP")
    assert "ELG-11" in answer.findings()


@pytest.mark.rule("ELG-11")
def test_no_entry_says_which_head_draws_a_pension() -> None:
    answer = approval("CATCH_ALL", match(**PENSION)).answer
    (broken,) = answer.broken  # type: ignore[union-attr]  # it is a refusal
    assert broken.what.where == "roster"
    assert broken.what.found.zh == "1人不符合"


PRISON: dict[str, Any] = {
    "source": "CUSTODY",
    "valid_from": date(2022, 1, 1),
    "custody_kind": "PRISON",
    "sentence_ends": date(2026, 3, 3),
}


def in_project(*more: Happened, custody_scheme: bool = True) -> Outcome:
    """Return the answer to the approval of a project class with a head in custody."""
    for_them = project(custody_scheme=custody_scheme, target_group=("RURAL", "CUSTODY"))
    return approval("CUSTODY", for_them, *more, kind="PROJECT", project_id=PROJECT_ID)


@pytest.mark.rule("ELG-17")
def test_prisoners_with_under_two_years_left_are_trained_in_projects_for_them() -> None:
    assert in_project(match(**PRISON)).granted()
    long = {**PRISON, "sentence_ends": date(2026, 3, 4)}
    in_project(match(**long)).then_refused("ELG-17")


@pytest.mark.rule("ELG-17")
def test_people_in_compulsory_rehabilitation_are_trained_whatever_their_term() -> None:
    rehab: dict[str, Any] = {
        "source": "CUSTODY",
        "valid_from": date(2023, 6, 1),
        "custody_kind": "REHAB",
    }
    assert in_project(match(**rehab)).granted()


@pytest.mark.rule("ELG-17")
def test_custody_outside_such_a_project_is_refused() -> None:
    approval("CUSTODY").then_refused_among_others("ELG-17")
    approval("RURAL", match(**PRISON)).then_refused("ELG-17")
    in_project(match(**PRISON), custody_scheme=False).then_refused("ELG-17")


@pytest.mark.rule("ELG-17")
def test_an_unknown_sentence_is_told() -> None:
    unknown = {**PRISON, "sentence_ends": None}
    answer = in_project(match(**unknown))
    assert "ELG-17" in answer.findings()
    assert answer.granted()


@pytest.mark.rule("ELG-17")
def test_a_head_in_custody_whose_term_is_over_by_the_start_is_like_any_other() -> None:
    free = {**PRISON, "valid_to": date(2024, 3, 3)}
    assert approval("RURAL", match(**free)).granted()


@pytest.mark.rule("ELG-15")
def test_full_time_students_may_learn_a_skill() -> None:
    assert approval("STUDENT").granted()
    approval("STUDENT", kind="IN_POST_SKILL").then_refused("ELG-09")
