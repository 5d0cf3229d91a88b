"""Who stands on a filing: real names, not too many, a class head, contracts, own staff."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.institution.parts import SelfEvaluation
from aggregates.trainee.facts import TraineeIdentityVerified
from aggregates.training_class.facts import ClassFilingSubmitted
from aggregates.training_class.form import ClassHead, Contract
from tests.aggregates.harness import (
    Outcome,
    given,
)
from tests.aggregates.institution.samples import (
    USCC,
    registered,
    site,
    staff,
)
from tests.aggregates.stories import (
    a_listed_institution,
    file_class,
    verified,
)
from tests.aggregates.training_class.samples import (
    FILED_ON,
    HEAD,
    LAW,
    PROJECT_ID,
    a_trainee,
    law,
    roster,
    submit,
    trainees,
)

EMPLOYED: dict[str, Any] = {
    "kind": "EMPLOYER",
    "licence_no": None,
    "hr_filing_no": "企备371502001",
    "self_evaluation": SelfEvaluation(cert_no="ZZ-1", valid_to=date(2025, 12, 31)),
}


@pytest.mark.rule("FIL-04")
def test_everybody_on_a_roster_was_verified() -> None:
    assert "FIL-04" not in file_class().findings()
    story = [*a_listed_institution(), *trainees(11)]
    answer = given(*story, law=LAW).when(submit(), now=FILED_ON)
    answer.then_refused("FIL-04")
    (broken,) = answer.answer.broken  # type: ignore[union-attr]  # it is a refusal
    assert broken.what.where == "filing.roster[11]"


@pytest.mark.rule("FIL-04")
def test_a_failed_comparison_is_no_verification() -> None:
    (identified, _) = a_trainee(3)
    assert isinstance(identified.fact, TraineeIdentityVerified)
    failed = replace(identified, fact=replace(identified.fact, result="MISMATCH"))
    file_class(failed).then_refused("FIL-04")


@pytest.mark.rule("FIL-08")
def test_an_employment_skill_class_has_sixty_heads_at_most() -> None:
    file_class(roster=roster(61)).then_refused("FIL-08")
    assert file_class(roster=roster(60)).fact(ClassFilingSubmitted).heads == 60


@pytest.mark.rule("FIL-08")
def test_more_than_fifty_heads_are_told_and_not_refused() -> None:
    assert "FIL-08" in file_class(roster=roster(51)).findings()
    assert "FIL-08" not in file_class(roster=roster(50)).findings()


@pytest.mark.rule("FIL-08")
@pytest.mark.parametrize("kind", ["IN_POST_SKILL", "PROJECT", "ENTREPRENEURSHIP"])
def test_the_cap_is_for_employment_skill_classes_alone(kind: Any) -> None:  # noqa: ANN401 - any value fits here
    answer = file_class(roster=roster(75), training_type=kind, as_facts=True)
    assert "FIL-08" not in answer.findings()


@pytest.mark.rule("FIL-08")
def test_a_large_special_ability_class_is_told_unless_it_is_in_post_or_of_a_project() -> None:
    kind: dict[str, Any] = {"training_type": "SPECIAL_ABILITY", "as_facts": True}
    assert "FIL-08" in file_class(roster=roster(61), **kind).findings()
    assert "FIL-08" not in file_class(roster=roster(60), **kind).findings()
    assert "FIL-08" not in file_class(roster=roster(61), scheme="IN_POST", **kind).findings()
    of_project = file_class(roster=roster(61), project_id=PROJECT_ID, **kind)
    assert "FIL-08" not in of_project.findings()


@pytest.mark.rule("FIL-08")
def test_a_city_may_cap_other_types_as_well() -> None:
    capped = law(parameters={"class_size_max.SPECIAL_ABILITY": 40})
    kind: dict[str, Any] = {"training_type": "SPECIAL_ABILITY", "under": capped}
    file_class(roster=roster(41), **kind).then_refused("FIL-08")
    assert file_class(roster=roster(40), **kind).granted()


@pytest.mark.rule("FIL-17")
def test_a_class_has_a_class_head_who_is_full_time() -> None:
    file_class(class_head=None).then_refused("FIL-17")
    file_class(class_head=ClassHead(id=HEAD, employment="PART")).then_refused("FIL-17")
    assert "FIL-17" not in file_class().findings()


def pre_job(contract: Contract | None) -> Outcome:
    rows = roster(contract=contract)
    return file_class(roster=rows, scheme="PRE_JOB", training_type="IN_POST_SKILL")


@pytest.mark.rule("ELG-12")
@pytest.mark.parametrize(
    ("signed_on", "months"),
    [(date(2024, 1, 1), 12), (date(2023, 3, 4), 24), (date(2024, 3, 4), 36)],
)
def test_pre_job_training_follows_a_contract_of_a_year_within_a_year(
    signed_on: date, months: int
) -> None:
    assert pre_job(Contract(signed_on=signed_on, term_months=months)).granted()


@pytest.mark.rule("ELG-12")
@pytest.mark.parametrize(
    ("signed_on", "months"),
    [(date(2024, 1, 1), 11), (date(2023, 3, 3), 24), (date(2024, 3, 5), 36)],
)
def test_a_short_old_or_future_contract_is_refused(signed_on: date, months: int) -> None:
    pre_job(Contract(signed_on=signed_on, term_months=months)).then_refused("ELG-12")


@pytest.mark.rule("ELG-12")
def test_pre_job_training_without_a_contract_is_refused_and_other_training_needs_none() -> None:
    pre_job(None).then_refused("ELG-12")
    assert file_class().granted()


def by_employer(**changes: Any) -> Outcome:  # noqa: ANN401 - registration and filing
    """Return the answer to a filing of an employer, registered last."""
    own = {**EMPLOYED, **changes.pop("registration", {})}
    fields = {
        "training_type": "IN_POST_SKILL",
        "roster": roster(employer=USCC),
        "under": law(lists={"INSTITUTION": ()}),
        **changes,
    }
    visited = (site(), *staff("PART"), verified())
    return file_class(registered(**own), *visited, **fields)


@pytest.mark.rule("INS-08")
@pytest.mark.rule("INS-09")
def test_an_employer_files_for_its_own_staff_without_being_listed() -> None:
    assert by_employer().granted()


@pytest.mark.rule("INS-08")
def test_an_employer_whose_qualification_is_lacking_or_over_is_refused() -> None:
    over = SelfEvaluation(cert_no="ZZ-1", valid_to=date(2024, 2, 19))
    by_employer(registration={"self_evaluation": over}).then_refused("INS-08")
    by_employer(registration={"hr_filing_no": None}).then_refused("INS-08")


@pytest.mark.rule("INS-08")
def test_an_employer_trains_nobody_elses_staff_and_only_in_their_posts() -> None:
    by_employer(roster=roster(employer="91371500MA3N111111")).then_refused("INS-08")
    by_employer(training_type="EMPLOYMENT_SKILL").then_refused("INS-08")


@pytest.mark.rule("INS-08")
def test_an_employer_files_in_its_own_county() -> None:
    by_employer(registration={"county_code": "371521"}).then_refused("INS-08")


@pytest.mark.rule("INS-07")
def test_a_training_body_that_is_not_listed_is_refused() -> None:
    file_class(under=law(lists={"INSTITUTION": ()})).then_refused("INS-07")


def test_nobody_files_who_was_never_registered() -> None:
    given(*trainees(), law=LAW).when(submit(), now=FILED_ON).then_refused("LIFECYCLE")
