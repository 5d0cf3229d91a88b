"""Assessments: by the route of the catalogue, before the class ends, with a result for each."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from aggregates.assessment.commands import (
    ApplyAssessment,
    ApproveAssessment,
    HoldAssessment,
    RecordResult,
)
from aggregates.assessment.facts import (
    AssessmentApplied,
    AssessmentApproved,
    AssessmentHeld,
    AssessmentResultRecorded,
)
from aggregates.assessment.state import ASSESSMENT as ASSESSMENTS
from aggregates.assessment.state import Assessment
from aggregates.ids import InstitutionId
from aggregates.institution.parts import SelfEvaluation
from aggregates.law.catalogues import OccupationRoute, Route
from aggregates.law.in_force import Law
from tests.aggregates.harness import (
    Happened,
    Outcome,
    given,
    moment,
    official,
)
from tests.aggregates.institution.samples import (
    COOK,
    DOC,
    SCHOOL,
    registered,
)
from tests.aggregates.stories import (
    a_filed_class,
    a_running_class,
    a_taught_class,
    told,
)
from tests.aggregates.training_class.samples import (
    APPROVER,
    ASSESSMENT,
    BODY,
    CLASS,
    HEADS,
    LAW,
    enrolment,
    law,
    person,
)

NOW = "2024-03-11"
ELSEWHERE = InstitutionId(UUID(int=0xE15E))


def apply(**changes: Any) -> ApplyAssessment:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "assessment_id": ASSESSMENT,
        "class_id": CLASS,
        "route": "SKILL_LEVEL",
        "body_id": BODY,
        "planned_at": moment("2024-03-15"),
        "candidates": tuple(enrolment(number) for number in range(HEADS)),
        **changes,
    }
    return ApplyAssessment(**fields)


def routes(*open_routes: Route) -> Law:
    """Return the law with these routes open to the occupation."""
    one = OccupationRoute(occupation=COOK.code, level=COOK.level, routes=open_routes)
    return law(lists={"OCCUPATION_ROUTE": (one,)})


def ask(
    *more: Happened,
    under: Law = LAW,
    now: str = NOW,
    story: tuple[Happened, ...] | None = None,
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    """Return the answer to an application."""
    held = a_running_class() if story is None else story
    return given(*held, *more, law=under).when(apply(**changes), now=now, role="INST_CLERK")


@pytest.mark.rule("ASM-02")
def test_an_application_by_the_catalogues_route_restates_what_is_assessed() -> None:
    answer = ask()
    fact = answer.fact(AssessmentApplied)
    assert (fact.occupation, fact.level, fact.catalogue_version) == (COOK.code, "5", "v1")
    assert not answer.findings()


@pytest.mark.rule("ASM-01")
@pytest.mark.parametrize("first", ["QUALIFICATION", "SPECIAL_ABILITY"])
def test_listed_occupations_take_the_assessment_of_their_list(first: Route) -> None:
    assert ask(under=routes(first), route=first).granted()
    ask(under=routes(first)).then_refused("ASM-01")
    ask(under=routes("SKILL_LEVEL"), route=first).then_refused("ASM-01")


@pytest.mark.rule("ASM-01")
def test_a_listed_assessment_is_held_by_a_listed_body() -> None:
    ask(under=routes("QUALIFICATION"), route="QUALIFICATION", body_id=SCHOOL).then_refused("ASM-01")


@pytest.mark.rule("ASM-02")
def test_a_skill_level_is_evaluated_by_a_listed_body_where_the_city_can() -> None:
    ask(body_id=SCHOOL).then_refused("ASM-02")
    ask(under=routes()).then_refused("ASM-02")


EMPLOYER: dict[str, Any] = {
    "kind": "EMPLOYER",
    "hr_filing_no": "企备371502001",
    "self_evaluation": SelfEvaluation(cert_no="ZZ-1"),
}


@pytest.mark.rule("ASM-02")
def test_an_employer_that_is_qualified_evaluates_its_own_staff() -> None:
    both = routes("SKILL_LEVEL", "ENTERPRISE_SELF")
    own: dict[str, Any] = {"route": "ENTERPRISE_SELF", "body_id": SCHOOL, "under": both}
    employer = (registered(**EMPLOYER), *a_running_class()[1:])
    assert ask(story=employer, **own).granted()
    ask(**own).then_refused("ASM-02")
    ask(story=employer, **{**own, "body_id": BODY}).then_refused("ASM-02")


@pytest.mark.rule("ASM-03")
def test_the_institutions_own_test_is_the_last_resort() -> None:
    own: dict[str, Any] = {"route": "OWN", "body_id": SCHOOL, "own_reason_doc": DOC}
    ask(**own).then_refused("ASM-03")
    assert ask(under=routes(), **own).granted()
    assert ask(under=routes("OWN"), **own).granted()
    ask(under=routes(), **{**own, "body_id": BODY}).then_refused("ASM-03")


@pytest.mark.rule("ASM-04")
def test_an_application_comes_before_the_class_ends() -> None:
    assert "ASM-04" not in ask(now="2024-03-12 23:00").findings()
    assert "ASM-04" in ask(now="2024-03-13").findings()
    assert "ASM-04" in ask(story=a_taught_class(), now="2024-03-12 18:00").findings()
    assert ask(now="2024-03-13").granted()


def test_candidates_are_heads_of_a_class_that_was_approved() -> None:
    ask(candidates=()).then_refused("LIFECYCLE")
    ask(candidates=(enrolment(0), enrolment(0))).then_refused("LIFECYCLE")
    ask(candidates=(enrolment(77),)).then_refused("LIFECYCLE")
    ask(story=a_filed_class()).then_refused("LIFECYCLE")
    ask(story=()).then_refused("LIFECYCLE")
    ask(story=told(a_running_class(), apply(), NOW)).then_refused("LIFECYCLE")


APPLIED = told(a_taught_class(), apply(), "2024-03-12 18:00")
APPROVED = told(APPLIED, ApproveAssessment(assessment_id=ASSESSMENT), "2024-03-13", by=APPROVER)


def hold(**changes: Any) -> HoldAssessment:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "assessment_id": ASSESSMENT,
        "held_at": moment("2024-03-15"),
        "venue": "东昌府区某路9号",
        "examiners": (official(20), official(21)),
        "present": tuple(enrolment(number) for number in range(11)),
        **changes,
    }
    return HoldAssessment(**fields)


HELD = told(APPROVED, hold(), "2024-03-15 17:00")


def test_consent_is_given_to_what_was_applied_for() -> None:
    command = ApproveAssessment(assessment_id=ASSESSMENT)
    fact = given(*APPLIED, law=LAW).when(command, now="2024-03-13", by=APPROVER)
    assert fact.fact(AssessmentApproved).approver == APPROVER
    given(*APPROVED, law=LAW).when(command, now="2024-03-13").then_refused("LIFECYCLE")
    given(law=LAW).when(command, now="2024-03-13").then_refused("LIFECYCLE")


@pytest.mark.rule("ASM-06")
def test_what_takes_place_was_approved_and_is_recorded_afterwards() -> None:
    def answer(story: tuple[Happened, ...], now: str = "2024-03-15", **changes: Any) -> Outcome:  # noqa: ANN401 - any value fits here
        return given(*story, law=LAW).when(hold(**changes), now=now, role="ASSESSOR")

    assert len(answer(APPROVED).fact(AssessmentHeld).present) == 11
    answer(APPLIED).then_refused("LIFECYCLE")
    answer(APPROVED, now="2024-03-14").then_refused("LIFECYCLE")
    answer(APPROVED, present=(enrolment(77),)).then_refused("LIFECYCLE")
    answer(APPROVED, examiners=()).then_refused("LIFECYCLE")


def test_the_body_that_assesses_is_in_reach_though_it_is_not_the_one_that_trained() -> None:
    for body, granted in ((BODY, True), (SCHOOL, True), (ELSEWHERE, False)):
        answer = given(*APPROVED, law=LAW).when(
            hold(), now="2024-03-15", role="ASSESSOR", institution=body
        )
        assert (not hasattr(answer.answer, "broken")) is granted


def result(number: int = 0, **changes: Any) -> RecordResult:  # noqa: ANN401 - fields
    fields: dict[str, Any] = {
        "assessment_id": ASSESSMENT,
        "enrolment_id": enrolment(number),
        "theory_tenths": 855,
        "practice_tenths": 900,
        "result": "PASS",
        **changes,
    }
    return RecordResult(**fields)


def score(command: RecordResult, story: tuple[Happened, ...] = HELD) -> Outcome:
    return given(*story, law=LAW).when(command, now="2024-03-18", role="ASSESSOR")


@pytest.mark.rule("CRT-01")
def test_a_result_is_of_a_candidate_and_names_the_person() -> None:
    fact = score(result()).fact(AssessmentResultRecorded)
    assert (fact.person_id, fact.theory_tenths, fact.retake) == (person(0), 855, False)


@pytest.mark.rule("CRT-01")
def test_whoever_did_not_come_cannot_pass() -> None:
    score(result(11)).then_refused("LIFECYCLE")
    assert score(result(11, result="FAIL")).granted()


@pytest.mark.rule("CRT-01")
def test_a_second_result_is_of_a_retake_after_a_failure() -> None:
    failed = told(HELD, result(result="FAIL"), "2024-03-18")
    score(result(), failed).then_refused("LIFECYCLE")
    assert score(result(retake=True), failed).granted()
    passed = told(HELD, result(), "2024-03-18")
    score(result(result="FAIL", retake=True), passed).then_refused("LIFECYCLE")


def test_a_result_needs_an_assessment_that_was_held() -> None:
    score(result(), APPROVED).then_refused("LIFECYCLE")
    score(replace(result(), enrolment_id=enrolment(77))).then_refused("LIFECYCLE")


def test_an_assessment_is_complete_with_a_result_for_each_candidate() -> None:
    story = HELD
    for number in range(HEADS):
        state = given(*story).loaded()[ASSESSMENTS.name(ASSESSMENT)].state
        assert isinstance(state, Assessment)
        assert not state.complete
        story = told(story, result(number, result="FAIL" if number > 9 else "PASS"), "2024-03-18")
    state = given(*story).loaded()[ASSESSMENTS.name(ASSESSMENT)].state
    assert state.complete
    assert state.passed(enrolment(9))
    assert not state.passed(enrolment(10))


def test_history_of_an_unknown_assessment_is_recorded_with_a_finding() -> None:
    for command in (ApproveAssessment(assessment_id=ASSESSMENT), hold(), result(), apply()):
        answer = given(law=LAW).when(command, now="2024-03-18", as_facts=True)
        assert answer.granted()
        assert "LIFECYCLE" in answer.findings()


@pytest.mark.rule("CRT-01")
def test_nobody_retakes_what_was_not_failed() -> None:
    score(result(11, retake=True)).then_refused("LIFECYCLE")
    absent = told(HELD, result(11, result="FAIL"), "2024-03-18")
    assert score(result(11, retake=True), absent).granted()
