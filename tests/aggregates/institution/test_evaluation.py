"""What an evaluation must show before it can be passed."""

from dataclasses import replace
from typing import Any

import pytest

from aggregates.institution.facts import InstitutionEvaluated
from aggregates.institution.parts import CourseMaterial, FireProof, Room
from aggregates.institution.rules_evaluation import BASIC_CONDITIONS, PERIODIC_STEPS, SYSTEMS
from aggregates.institution.state import INSTITUTION
from aggregates.law.in_force import Law
from aggregates.law.parameters import PolicySet
from tests.aggregates.harness import Outcome, given, happened, moment
from tests.aggregates.institution.samples import (
    COOK,
    COURSE,
    DOC,
    LECTURERS,
    SCHOOL,
    applied,
    conditions,
    evaluate,
    lecturer,
    listed,
    premises,
    qualification,
    registered,
    site,
    staff,
    steps,
)

PLACE = applied("就业技能", COOK, call="ZJ-2023-1")
SCENE = given(registered(), site(), PLACE, *staff("FULL", "PART"))
COURSES = given(
    registered(), site(), applied("创业", COURSE, call=None), *staff("FULL", "PART", course=True)
)


def ask(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    return SCENE.when(evaluate(**changes), now="2023-07-28", role="CITY_CENTRE")


def on_site(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the site
    scene = given(registered(), site(**changes), PLACE, *staff("FULL", "PART"))
    return scene.when(evaluate(), now="2023-07-28", role="CITY_CENTRE")


def course(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    asked = evaluate(
        **{
            "category": "创业",
            "method": "ASSESSMENT",
            "evaluator_level": "CITY",
            "occupations": (COURSE,),
            **changes,
        }
    )
    return COURSES.when(asked, now="2023-07-28", role="CITY_CENTRE")


KEPT = [
    "INS-13",
    "INS-14",
    "INS-15",
    "INS-16",
    "INS-18",
    "INS-19",
    "INS-22",
    "INS-30",
    "INS-31",
    "INS-32",
    "INS-33",
    "INS-34",
    "INS-42",
    "ARC-08",
]


@pytest.mark.parametrize("rule", [pytest.param(r, marks=pytest.mark.rule(r)) for r in KEPT])
def test_an_institution_that_lacks_nothing_passes(rule: str) -> None:
    answer = ask()
    assert answer.fact(InstitutionEvaluated).result == "PASS"
    assert rule not in answer.findings()
    assert answer.findings() == set()


@pytest.mark.rule("INS-35")
@pytest.mark.rule("INS-36")
@pytest.mark.rule("INS-45")
def test_an_entrepreneurship_institution_that_lacks_nothing_passes() -> None:
    answer = course()
    answer.granted()
    assert answer.findings() == set()


@pytest.mark.parametrize("code", BASIC_CONDITIONS)
@pytest.mark.rule("INS-13")
def test_each_of_the_eight_basic_conditions_is_required(code: str) -> None:
    ask(conditions=conditions(code)).then_refused("INS-13")


@pytest.mark.rule("INS-13")
def test_an_attestation_that_has_ended_does_not_count() -> None:
    ended = tuple(
        replace(one, valid_to=moment("2023-07-27").date()) if one.code == "STAFF" else one
        for one in conditions()
    )
    ask(conditions=ended).then_refused("INS-13")


@pytest.mark.rule("INS-13")
def test_a_licence_that_has_ended_since_registration_is_no_licence() -> None:
    scene = given(
        registered(licence_valid_to=moment("2023-07-27").date()),
        site(),
        PLACE,
        *staff("FULL", "PART"),
    )
    scene.when(evaluate(), now="2023-07-28", role="CITY_CENTRE").then_refused("INS-13")


@pytest.mark.rule("INS-14")
def test_a_site_whose_fire_acceptance_ended_stands_against_passing() -> None:
    ended = FireProof(doc_no="1号", sha256=DOC, valid_to=moment("2023-07-27").date())
    on_site(fire_proof=ended).then_refused("INS-14")


@pytest.mark.rule("INS-15")
def test_299_square_metres_for_theory_are_too_few_and_300_suffice() -> None:
    on_site(theory_area_m2=299).then_refused("INS-15")
    on_site(theory_area_m2=300).granted()


@pytest.mark.rule("INS-18")
def test_a_classroom_without_a_camera_stands_against_passing() -> None:
    on_site(cameras=premises()["cameras"][:1]).then_refused("INS-18")


@pytest.mark.rule("INS-18")
def test_the_city_may_ask_for_more_cameras() -> None:
    policy = PolicySet(
        "监控", "1", "CITY", moment("2023-07-01").date(), None, {"cameras_per_room": 2}
    )
    scene = given(registered(), site(), PLACE, *staff("FULL", "PART"), law=Law(policies=(policy,)))
    scene.when(evaluate(), now="2023-07-28", role="CITY_CENTRE").then_refused("INS-18")


@pytest.mark.rule("INS-19")
def test_a_quarter_of_the_lecturers_is_full_time_or_it_is_refused() -> None:
    four = given(registered(), site(), PLACE, *staff("FULL", "PART", "PART", "PART"))
    four.when(evaluate(instructor_ids=LECTURERS), now="2023-07-28", role="CITY_CENTRE").granted()
    none = given(registered(), site(), PLACE, *staff("PART", "PART"))
    none.when(evaluate(), now="2023-07-28", role="CITY_CENTRE").then_refused("INS-19")


@pytest.mark.rule("INS-19")
def test_one_lecturer_named_twice_is_one_lecturer() -> None:
    ask(instructor_ids=(LECTURERS[0], LECTURERS[0])).then_refused("INS-19")


@pytest.mark.rule("INS-19")
def test_a_lecturer_whom_nobody_engages_does_not_count() -> None:
    ask(instructor_ids=(LECTURERS[0], LECTURERS[3])).then_refused("INS-19")


@pytest.mark.rule("INS-19")
def test_two_theory_lecturers_leave_practice_uncovered() -> None:
    theory = qualification(role="THEORY")
    scene = given(
        registered(),
        site(),
        PLACE,
        *lecturer(0, "FULL", theory),
        *lecturer(1, "FULL", theory),
    )
    scene.when(evaluate(), now="2023-07-28", role="CITY_CENTRE").then_refused("INS-19")


@pytest.mark.rule("INS-19")
def test_the_city_may_ask_for_two_lecturers_for_each_role() -> None:
    policy = PolicySet(
        "师资", "1", "CITY", moment("2023-07-01").date(), None, {"two_per_role": True}
    )
    law = Law(policies=(policy,))
    both = given(registered(), site(), PLACE, *staff("FULL", "PART"), law=law)
    both.when(evaluate(), now="2023-07-28", role="CITY_CENTRE").granted()
    split = given(
        registered(),
        site(),
        PLACE,
        *lecturer(0, "FULL", qualification(role="THEORY")),
        *lecturer(1, "FULL", qualification(role="PRACTICE")),
        law=law,
    )
    split.when(evaluate(), now="2023-07-28", role="CITY_CENTRE").then_refused("INS-19")


@pytest.mark.parametrize("code", SYSTEMS)
@pytest.mark.rule("INS-22")
def test_each_of_the_eleven_management_systems_is_required(code: str) -> None:
    ask(conditions=conditions(code)).then_refused("INS-22")


@pytest.mark.parametrize("use", ["OFFICE", "THEORY", "PRACTICE"])
@pytest.mark.rule("INS-31")
def test_office_theory_and_practice_premises_are_all_required(use: str) -> None:
    rooms = tuple(
        replace(room, use="BOARDING") if room.use == use else room for room in premises()["rooms"]
    )
    assert all(isinstance(room, Room) for room in rooms)
    on_site(rooms=rooms).then_refused("INS-31")


@pytest.mark.rule("INS-34")
def test_a_syllabus_that_is_missing_stands_against_passing() -> None:
    without = CourseMaterial(occupation=COOK.code, level=COOK.level, plan=DOC, textbook=DOC)
    ask(materials=(without,)).then_refused("INS-34")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        pytest.param(rule, code, marks=pytest.mark.rule(rule))
        for rule, code in (
            ("INS-16", "PRACTICE_SAFETY"),
            ("INS-33", "EQUIPMENT_WORKING"),
            ("INS-42", "SAFETY_EQUIPMENT"),
            ("ARC-08", "ARCHIVE_RULES"),
        )
    ],
)
def test_what_the_standard_only_flags_is_passed_with_a_finding(rule: str, code: str) -> None:
    answer = ask(conditions=conditions(code))
    assert answer.fact(InstitutionEvaluated).result == "PASS"
    assert answer.findings() == {rule}


@pytest.mark.rule("INS-30")
def test_an_institution_without_managers_leaves_a_finding() -> None:
    assert ask(managers=0).findings() == {"INS-30"}


@pytest.mark.rule("INS-32")
def test_boarding_is_looked_at_only_where_trainees_board() -> None:
    assert ask(boarding=False).findings() == set()
    assert ask(boarding=True).findings() == {"INS-32"}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        pytest.param(rule, code, marks=pytest.mark.rule(rule))
        for rule, code in (
            ("INS-35", "INTERNAL_SUPERVISION"),
            ("INS-35", "DATA_STATISTICS"),
            ("INS-45", "COURSE_PREMISES"),
        )
    ],
)
def test_entrepreneurship_has_conditions_of_its_own(rule: str, code: str) -> None:
    course(conditions=conditions(code)).then_refused(rule)
    ask(conditions=conditions(code)).granted()


@pytest.mark.rule("INS-36")
def test_entrepreneurship_without_follow_up_service_leaves_a_finding() -> None:
    assert course(conditions=conditions("FOLLOW_UP_SERVICES")).findings() == {"INS-36"}


def test_a_failed_evaluation_is_recorded_whatever_it_shows() -> None:
    answer = ask(result="FAIL", conditions=(), materials=(), instructor_ids=())
    assert answer.fact(InstitutionEvaluated).result == "FAIL"
    assert answer.findings() == set()


def test_nobody_evaluates_in_anothers_name() -> None:
    county = SCENE.when(evaluate(), now="2023-07-28", role="COUNTY_HR")
    county.then_refused("LIFECYCLE")
    expert = SCENE.when(evaluate(), now="2023-07-28", role="THIRD_PARTY")
    expert.granted()
    pretender = evaluate(evaluator_level="CITY")
    SCENE.when(pretender, now="2023-07-28", role="THIRD_PARTY").then_refused("LIFECYCLE")


def test_only_an_application_is_evaluated_and_only_what_it_named() -> None:
    given(registered(), site()).when(evaluate(), now="2023-07-28", role="CITY_CENTRE").then_refused(
        "LIFECYCLE"
    )
    ask(occupations=(COURSE,)).then_refused("LIFECYCLE")


def test_an_application_is_evaluated_once() -> None:
    failed = SCENE.when(evaluate(result="FAIL"), now="2023-07-28", role="CITY_CENTRE").fact(
        InstitutionEvaluated
    )
    after = SCENE.and_given(happened("2023-07-28", INSTITUTION, SCHOOL, failed))
    after.when(evaluate(), now="2023-07-29", role="CITY_CENTRE").then_refused("LIFECYCLE")
    anew = after.and_given(applied("就业技能", COOK, call="ZJ-2023-2"))
    assert anew.when(evaluate(), now="2023-07-29", role="CITY_CENTRE").granted()


def periodic(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    fields = {"method": "PERIODIC", "steps": steps(*PERIODIC_STEPS), **changes}
    return SCENE.and_given(listed()).when(evaluate(**fields), now="2024-07-28", role="CITY_CENTRE")


@pytest.mark.rule("INS-41")
@pytest.mark.rule("INS-37")
def test_a_periodic_evaluation_with_five_steps_and_indicators_has_no_findings() -> None:
    answer = periodic()
    assert answer.fact(InstitutionEvaluated).indicators
    assert answer.findings() == set()


@pytest.mark.rule("INS-41")
def test_a_periodic_evaluation_that_skips_a_step_leaves_a_finding() -> None:
    skipped = steps("NOTICE", "APPLICATION", "REVIEW", "PUBLICATION")
    assert periodic(steps=skipped).findings() == {"INS-41"}
    assert periodic(steps=steps(*reversed(PERIODIC_STEPS))).findings() == {"INS-41"}


@pytest.mark.rule("INS-41")
@pytest.mark.rule("INS-37")
def test_a_periodic_evaluation_without_indicators_leaves_a_finding() -> None:
    assert periodic(indicators=()).findings() == {"INS-41"}


def test_only_who_is_listed_is_evaluated_periodically() -> None:
    ask(method="PERIODIC").then_refused("LIFECYCLE")
