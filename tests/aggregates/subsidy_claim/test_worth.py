from datetime import date
from typing import Any

import pytest

from aggregates.enrolment.facts import TraineeEnrolled, TraineeWithdrawn
from aggregates.enrolment.state import ENROLMENT
from aggregates.ids import ClassId
from aggregates.law.in_force import Law
from aggregates.subsidy_claim.commands import SubmitClaim
from aggregates.training_class.facts import ClassFilingApproved
from aggregates.training_class.form import Contract
from tests.aggregates.claim_commands import submit_claim
from tests.aggregates.claim_stories import (
    a_claimable_class,
    accepting,
    altered,
    filed_with,
    submitting,
)
from tests.aggregates.claims import (
    ASSESSMENT_FEN,
    LISTS,
    LIVING_FEN,
    TRAINING_FEN,
    cert_no,
    certified,
    item,
    items,
    matched,
    standards,
)
from tests.aggregates.harness import COUNTY, Happened, happened
from tests.aggregates.institution.samples import SCHOOL
from tests.aggregates.stories import without
from tests.aggregates.training_class.samples import CLASS, enrolment, law, person, roster

EMPLOYER = "91371502MA3N00002X"
SOUND = Contract(signed_on=date(2023, 9, 4), term_months=12)


def by_enterprise(scheme: str, **changes: Any) -> tuple[Happened, ...]:  # noqa: ANN401 - fields
    return filed_with(a_claimable_class(), scheme=scheme, roster=roster(3, **changes))


@pytest.mark.rule("ELG-12")
@pytest.mark.parametrize(
    ("contract", "sound"),
    [
        (SOUND, True),
        (Contract(signed_on=date(2023, 3, 4), term_months=12), True),
        (Contract(signed_on=date(2023, 3, 3), term_months=12), False),
        (Contract(signed_on=date(2023, 9, 4), term_months=11), False),
        (Contract(signed_on=date(2024, 3, 5), term_months=12), False),
        (None, False),
    ],
)
def test_pre_job_training_rests_on_a_contract_of_a_year_signed_within_the_year(
    contract: Contract | None, *, sound: bool
) -> None:
    answer = accepting(by_enterprise("PRE_JOB", employer=EMPLOYER, contract=contract))
    if sound:
        answer.granted()
    else:
        answer.then_refused("ELG-12")


@pytest.mark.rule("ELG-12")
def test_other_training_needs_no_contract() -> None:
    accepting(by_enterprise("IN_POST", employer=EMPLOYER)).granted()


@pytest.mark.rule("ELG-14")
def test_apprentices_are_in_service_by_contract_or_social_insurance() -> None:
    accepting(by_enterprise("APPRENTICESHIP", employer=EMPLOYER, contract=SOUND)).granted()
    insured = [
        matched(n, source="SOCIAL_INSURANCE", valid_from=date(2024, 1, 1), employer_uscc=EMPLOYER)
        for n in range(3)
    ]
    accepting((*by_enterprise("APPRENTICESHIP", employer=EMPLOYER), *insured)).granted()


@pytest.mark.rule("ELG-14")
def test_apprentices_who_are_in_no_service_are_refused() -> None:
    accepting(by_enterprise("APPRENTICESHIP")).then_refused("ELG-13", "ELG-14")
    accepting(by_enterprise("APPRENTICESHIP", employer=EMPLOYER)).then_refused("ELG-14")


def asking(amount_fen: int, kind: Any = "TRAINING") -> SubmitClaim:  # noqa: ANN401 - a kind
    return submit_claim(items=(item(0, kind, amount_fen=amount_fen),))


@pytest.mark.rule("ELG-19")
def test_the_standard_itself_is_granted_and_a_fen_more_is_refused() -> None:
    accepting(a_claimable_class(), asking(TRAINING_FEN)).granted()
    accepting(a_claimable_class(), asking(TRAINING_FEN + 1)).then_refused("ELG-19")


@pytest.mark.rule("ELG-19")
def test_without_a_standard_nothing_is_paid() -> None:
    bare = law({**LISTS, "SUBSIDY_STANDARD": ()})
    accepting(a_claimable_class(), under=bare).then_refused("ELG-19")


@pytest.mark.rule("ELG-19")
def test_the_standard_of_the_approval_counts_unless_the_city_takes_the_starts() -> None:
    later = changed_on(date(2024, 3, 1), TRAINING_FEN // 2)
    accepting(a_claimable_class(), under=later).granted()
    by_start = changed_on(
        date(2024, 3, 1), TRAINING_FEN // 2, {"transition.standard_basis": "START_DATE"}
    )
    accepting(a_claimable_class(), under=by_start).then_refused("ELG-19")


def changed_on(day: date, amount_fen: int, parameters: dict[str, Any] | None = None) -> Law:
    before = law(LISTS, parameters)
    lists = standards({"TRAINING": amount_fen})["SUBSIDY_STANDARD"]
    (old,) = before.catalogues["SUBSIDY_STANDARD"]
    new = type(old)("SUBSIDY_STANDARD", "v2", day, lists)
    return type(before)(
        policies=before.policies,
        calendar=before.calendar,
        catalogues={**before.catalogues, "SUBSIDY_STANDARD": (old, new)},
        version="p1.c2.w1",
    )


@pytest.mark.rule("ELG-29")
def test_an_assessment_has_a_standard_of_its_own() -> None:
    accepting(a_claimable_class(), asking(ASSESSMENT_FEN, "ASSESSMENT")).granted()
    over = asking(ASSESSMENT_FEN + 1, "ASSESSMENT")
    accepting(a_claimable_class(), over).then_refused("ELG-29")


@pytest.mark.rule("ELG-30")
def test_a_living_allowance_exists_only_where_it_is_provided_for() -> None:
    asked = asking(LIVING_FEN, "LIVING_ALLOWANCE")
    accepting(a_claimable_class(), asked).then_refused("ELG-30")
    provided = law(
        {**LISTS, **standards({"TRAINING": TRAINING_FEN, "LIVING_ALLOWANCE": LIVING_FEN})}
    )
    accepting(a_claimable_class(), asked, under=provided).granted()


@pytest.mark.rule("ELG-25")
def test_an_item_without_a_certificate_is_found_and_refused() -> None:
    bare = without(a_claimable_class(), type(certified(0).fact))
    assert submitting(bare).findings() == {"ELG-25"}
    accepting(bare).then_refused("ELG-25")
    none = submit_claim(items=(item(0, cert_no=None),))
    accepting(a_claimable_class(), none).then_refused("ELG-25")


@pytest.mark.rule("ELG-25")
def test_each_of_the_four_certificates_is_enough() -> None:
    for kind in ("QUALIFICATION", "SKILL_LEVEL", "SPECIAL_ABILITY", "COMPLETION"):
        accepting((*a_claimable_class(), certified(0, certificate_type=kind))).granted()


@pytest.mark.rule("ELG-25")
def test_somebody_elses_certificate_is_not_enough() -> None:
    borrowed = submit_claim(items=(item(0, cert_no=cert_no(1)),))
    accepting(a_claimable_class(), borrowed).then_refused("ELG-25")


@pytest.mark.rule("ELG-25")
@pytest.mark.parametrize("changes", [{"occupation": "6-99-01-01"}, {"level": "4"}])
def test_a_certificate_of_another_occupation_or_level_is_not_enough(
    changes: dict[str, Any],
) -> None:
    accepting((*a_claimable_class(), certified(0, **changes))).then_refused("ELG-25")


@pytest.mark.rule("ELG-25")
def test_a_claim_for_another_occupation_than_the_class_taught_is_refused() -> None:
    answer = submitting(a_claimable_class(), submit_claim(level="4"))
    assert "ELG-25" in answer.findings()


@pytest.mark.rule("ELG-25")
def test_who_left_the_class_or_was_never_in_it_gets_nothing() -> None:
    left = TraineeWithdrawn(
        enrolment_id=enrolment(0),
        class_id=CLASS,
        person_id=person(0),
        institution_id=SCHOOL,
        county_code=COUNTY,
        withdrawn_on=date(2024, 3, 6),
    )
    gone = happened("2024-03-06", ENROLMENT, enrolment(0), left)
    accepting((*a_claimable_class(), gone)).then_refused("ELG-25")
    away = altered(a_claimable_class(), TraineeEnrolled, class_id=ClassId(enrolment(0)))
    accepting(away).then_refused("ELG-25")


def test_every_broken_rule_is_named_at_once_with_its_items() -> None:
    story = altered(a_claimable_class(), TraineeEnrolled, fee_paid_fen=9)
    rows = (item(0, amount_fen=TRAINING_FEN + 1), *items()[1:])
    answer = accepting((*story, certified(1, level="4")), submit_claim(items=rows))
    answer.then_refused("CLM-06", "ELG-19", "ELG-25")


def test_the_standard_at_the_approval_needs_no_approval_in_history() -> None:
    accepting(without(a_claimable_class(), ClassFilingApproved)).granted()
