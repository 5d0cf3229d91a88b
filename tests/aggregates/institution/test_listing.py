"""How an institution enters the city's catalogue."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.institution.facts import InstitutionListed, InstitutionSelectionApplied
from aggregates.institution.listing import SELECTION_STEPS, ListInstitution
from aggregates.institution.selection import ApplyForSelection
from aggregates.institution.state import INSTITUTION
from aggregates.law.catalogues import CatalogueVersion, InstitutionListing
from aggregates.law.in_force import Law
from tests.aggregates.harness import Outcome, given
from tests.aggregates.institution.samples import (
    COOK,
    COURSE,
    SCHOOL,
    applied,
    conditions,
    evaluated,
    listed,
    registered,
    site,
    staff,
    steps,
)

SKILLS = (registered(), site(), applied("就业技能", COOK, call="ZJ-1"), *staff("FULL", "PART"))
COURSES = (
    registered(),
    site(),
    applied("创业", COURSE, call=None),
    *staff("FULL", "PART", course=True),
)
COURSE_EVALUATION: dict[str, Any] = {
    "category": "创业",
    "method": "ASSESSMENT",
    "evaluator_level": "CITY",
    "occupations": (COURSE,),
    "steps": steps(*SELECTION_STEPS),
}
CATALOGUE = Law(
    catalogues={
        "INSTITUTION": (
            CatalogueVersion(
                "INSTITUTION",
                "2023-1",
                date(2023, 8, 1),
                (
                    InstitutionListing(
                        institution_id=SCHOOL, category="创业", occupations=(COURSE,)
                    ),
                ),
            ),
        )
    }
)


def command(**changes: Any) -> ListInstitution:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "institution_id": SCHOOL,
        "catalogue_version": "2023-1",
        "category": "就业技能",
        "occupations": (COOK,),
        "valid_from": date(2023, 8, 1),
        "valid_to": date(2025, 7, 31),
        **changes,
    }
    return ListInstitution(**fields)


def list_it(*story: Any, law: Law | None = None, **changes: Any) -> Outcome:  # noqa: ANN401 - any value fits here
    return given(*story, law=law).when(command(**changes), now="2023-08-01", role="CITY_CENTRE")


def list_course(law: Law | None = CATALOGUE, **changes: Any) -> Outcome:  # noqa: ANN401 - any value fits here
    story = (*COURSES, evaluated(**{**COURSE_EVALUATION, **changes}))
    return list_it(*story, law=law, category="创业", occupations=(COURSE,))


@pytest.mark.rule("INS-03")
@pytest.mark.rule("INS-13")
def test_a_third_party_review_of_a_public_call_leads_to_the_list() -> None:
    answer = list_it(*SKILLS, evaluated())
    fact = answer.fact(InstitutionListed)
    assert fact.evaluation_id is not None
    assert answer.findings() == set()


@pytest.mark.rule("INS-02")
@pytest.mark.rule("INS-23")
@pytest.mark.rule("INS-24")
@pytest.mark.rule("INS-40")
def test_an_assessment_by_the_city_leads_an_entrepreneurship_institution_to_the_list() -> None:
    answer = list_course()
    answer.granted()
    assert answer.findings() == set()


@pytest.mark.rule("INS-02")
def test_an_entrepreneurship_institution_that_a_county_assessed_is_not_listed() -> None:
    list_course(evaluator_level="COUNTY").then_refused("INS-02")
    list_course(method="PROCUREMENT").then_refused("INS-02")


@pytest.mark.rule("INS-03")
def test_without_a_third_party_or_a_call_no_skill_institution_is_listed() -> None:
    own = evaluated(method="ASSESSMENT", evaluator_level="CITY")
    list_it(*SKILLS, own).then_refused("INS-03")
    no_call = (registered(), site(), applied("就业技能", COOK, call=None), *staff("FULL", "PART"))
    list_it(*no_call, evaluated()).then_refused("INS-03")


@pytest.mark.rule("INS-05")
def test_an_online_institution_is_listed_by_procurement_only() -> None:
    story = (registered(), applied("线上", COOK, call=None), evaluated(category="线上"))
    list_it(*story, category="线上").then_refused("INS-05")
    list_it(*story, category="线上", procurement_ref="LCZC-2023-7").granted()


@pytest.mark.rule("INS-06")
def test_a_special_scheme_is_listed_by_procurement_only() -> None:
    story = (registered(), applied("专项", COOK, call=None), evaluated(category="专项"))
    list_it(*story, category="专项").then_refused("INS-06")
    list_it(*story, category="专项", procurement_ref="LCZC-2023-8").granted()


@pytest.mark.rule("INS-09")
def test_an_employer_neither_applies_nor_is_listed() -> None:
    employer = registered(kind="EMPLOYER", hr_filing_no="HR-1")
    ask = ApplyForSelection(institution_id=SCHOOL, category="就业技能", occupations=(COOK,))
    given(employer).when(ask, now="2023-07-24").then_refused("INS-09")
    story = (employer, site(), applied("就业技能", COOK, call="ZJ-1"), evaluated())
    list_it(*story).then_refused("INS-09")


@pytest.mark.rule("INS-09")
def test_a_training_body_applies() -> None:
    ask = ApplyForSelection(institution_id=SCHOOL, category="就业技能", occupations=(COOK,))
    answer = given(registered()).when(ask, now="2023-07-24")
    assert answer.fact(InstitutionSelectionApplied).category == "就业技能"


def test_only_a_registered_body_applies_and_for_some_occupation() -> None:
    ask = ApplyForSelection(institution_id=SCHOOL, category="就业技能", occupations=(COOK,))
    given().when(ask, now="2023-07-24").then_refused("LIFECYCLE")
    nothing = ApplyForSelection(institution_id=SCHOOL, category="就业技能", occupations=())
    given(registered()).when(nothing, now="2023-07-24").then_refused("LIFECYCLE")


@pytest.mark.rule("INS-13")
def test_an_attestation_that_ended_since_the_evaluation_stands_against_the_list() -> None:
    ended = tuple(
        replace(one, valid_to=date(2023, 7, 31)) if one.code == "SOCIAL_INSURANCE" else one
        for one in conditions()
    )
    list_it(*SKILLS, evaluated(conditions=ended)).then_refused("INS-13")


@pytest.mark.rule("INS-23")
def test_a_course_with_one_certified_lecturer_is_not_listed() -> None:
    story = (
        registered(),
        site(),
        applied("创业", COURSE, call=None),
        *staff("FULL", course=True),
        evaluated(**COURSE_EVALUATION),
    )
    answer = list_it(*story, law=CATALOGUE, category="创业", occupations=(COURSE,))
    answer.then_refused("INS-23")


@pytest.mark.rule("INS-24")
def test_a_missing_step_of_the_selection_is_a_finding_and_no_bar() -> None:
    short = list_course(steps=steps("CALL", "APPLICATION", "REVIEW"))
    short.granted()
    assert short.findings() == {"INS-24"}
    turned = list_course(steps=steps(*reversed(SELECTION_STEPS)))
    assert turned.findings() == {"INS-24"}


@pytest.mark.rule("INS-24")
def test_signing_is_never_a_condition_of_the_list() -> None:
    assert "CONTRACT" not in SELECTION_STEPS
    assert list_course(steps=steps(*SELECTION_STEPS)).findings() == set()


@pytest.mark.rule("INS-40")
def test_an_entrepreneurship_institution_outside_the_published_list_leaves_a_finding() -> None:
    assert list_course(law=None).findings() == {"INS-40"}


def test_who_failed_or_was_not_evaluated_is_not_listed() -> None:
    list_it(*SKILLS).then_refused("LIFECYCLE")
    list_it(*SKILLS, evaluated(result="FAIL")).then_refused("LIFECYCLE")


def test_only_what_was_evaluated_is_listed() -> None:
    list_it(*SKILLS, evaluated(), occupations=(COURSE,)).then_refused("LIFECYCLE")


def test_a_new_application_sets_the_old_evaluation_aside() -> None:
    again = replace(applied("就业技能", COOK, call="ZJ-2"))
    list_it(*SKILLS, evaluated(), again).then_refused("LIFECYCLE")


def test_the_status_follows_the_steps_of_the_selection() -> None:
    name, day = INSTITUTION.name(SCHOOL), date(2023, 8, 1)
    story = [*SKILLS, evaluated(), listed()]
    found = []
    for count in (0, 1, 3, len(story) - 1, len(story)):
        held = given(*story[:count]).loaded().get(name)
        found.append("" if held is None else held.state.status(day))
    assert found == ["", "REGISTERED", "APPLIED", "EVALUATED", "LISTED"]
