from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.enrolment.facts import AgencyClaimAgreementSigned, TraineeEnrolled
from aggregates.ids import InstitutionId
from aggregates.law.parameters import NOTICE, PolicySet
from aggregates.project.facts import ProjectRegistered
from aggregates.project.state import PROJECT
from aggregates.subsidy_claim.facts import ClaimAccepted
from aggregates.subsidy_claim.parts import ClaimDoc
from aggregates.training_class.facts import ClassFilingApproved, ClassStarted
from tests.aggregates.claim_commands import (
    accept_claim,
    in_person,
    submit_claim,
)
from tests.aggregates.claim_stories import (
    Story,
    a_claimable_class,
    a_submitted_claim,
    accepting,
    altered,
    filed_with,
    submitting,
)
from tests.aggregates.claims import (
    ACCEPTED,
    CLAIM_LAW,
    CLERK,
    LISTS,
    SUBMITTED,
    certified,
    item,
    items,
)
from tests.aggregates.harness import Happened, given, happened
from tests.aggregates.institution.samples import DOC, SCHOOL, USCC
from tests.aggregates.stories import without
from tests.aggregates.training_class.samples import PROJECT_ID, law, roster, waiver

OTHER_COUNTY = "371522"


def having_paid(fee_fen: int, charged_fen: int = 120_000) -> tuple[Happened, ...]:
    return altered(
        a_claimable_class(), TraineeEnrolled, fee_paid_fen=fee_fen, fee_charged_fen=charged_fen
    )


def as_project(*more: Happened, custody: bool = False) -> tuple[Happened, ...]:
    project = ProjectRegistered(
        project_id=PROJECT_ID,
        family="TARGET_GROUP",
        buyer="市人社局",
        supplier_id=SCHOOL,
        target_group=("RURAL",),
        custody_scheme=custody,
        heads=100,
        amount_fen=12_000_000,
        fund="SPECIAL_ACCOUNT",
        valid_from=date(2024, 1, 1),
        valid_to=date(2024, 12, 31),
    )
    story = (*a_claimable_class(), happened("2024-01-05", PROJECT, PROJECT_ID, project), *more)
    return filed_with(story, training_type="PROJECT", project_id=PROJECT_ID)


@pytest.mark.rule("CLM-01")
def test_a_claim_that_came_from_outside_bears_no_finding() -> None:
    assert submitting(a_claimable_class()).findings() == set()


@pytest.mark.rule("CLM-01")
def test_a_claim_typed_in_inside_is_recorded_with_a_finding() -> None:
    answer = given(*a_claimable_class(), law=CLAIM_LAW).when(submit_claim(), now=SUBMITTED)
    assert answer.findings() == {"CLM-01"}


@pytest.mark.rule("CLM-01")
def test_a_package_that_changed_on_its_way_is_not_accepted() -> None:
    scene = given(*a_submitted_claim(), law=CLAIM_LAW)
    command = accept_claim(package_sha256="00" * 32)
    scene.when(command, now=ACCEPTED, by=CLERK).then_refused("CLM-01")


@pytest.mark.rule("CLM-01")
def test_a_claim_is_not_accepted_on_the_outer_network() -> None:
    scene = given(*a_submitted_claim(), law=CLAIM_LAW)
    scene.when(accept_claim(), now=ACCEPTED, channel="outer").then_refused("CLM-01")


@pytest.mark.rule("CLM-02")
def test_a_claim_in_each_mode_is_accepted() -> None:
    assert accepting(a_claimable_class()).fact(ClaimAccepted).heads == 3
    paid = filed_with(having_paid(120_000), claim_mode="PERSON")
    assert accepting(paid, in_person()).fact(ClaimAccepted).mode == "PERSON"
    enterprise = submit_claim(mode="ENTERPRISE")
    assert accepting(of_own_staff(), enterprise).fact(ClaimAccepted).mode == "ENTERPRISE"


@pytest.mark.rule("CLM-02")
def test_more_items_than_the_city_allows_are_found_and_refused() -> None:
    under = law(LISTS, {"claim_items_max": 2})
    assert submitting(a_claimable_class(), under=under).findings() == {"CLM-02"}
    accepting(a_claimable_class(), under=under).then_refused("CLM-02")


@pytest.mark.rule("CLM-02")
def test_a_person_claims_for_nobody_else() -> None:
    both = (item(0), item(1))
    story = filed_with(having_paid(120_000), claim_mode="PERSON")
    accepting(story, in_person(items=both)).then_refused("CLM-02")


@pytest.mark.rule("CLM-02")
def test_another_body_does_not_claim_as_the_agency_of_a_class() -> None:
    other = InstitutionId(PROJECT_ID)
    command = submit_claim(applicant_institution_id=other)
    accepting(a_claimable_class(), command).then_refused("CLM-02")


@pytest.mark.rule("CLM-02")
def test_another_mode_than_was_filed_is_a_finding_alone() -> None:
    answer = accepting(filed_with(a_claimable_class(), claim_mode="PERSON"))
    assert answer.fact(ClaimAccepted).findings[0].rule == "CLM-02"


@pytest.mark.rule("CLM-03")
@pytest.mark.parametrize(
    ("issued", "submitted", "late"),
    [
        (date(2024, 3, 18), "2024-09-18", False),
        (date(2024, 3, 18), "2024-09-19", True),
        (date(2023, 8, 31), "2024-02-29", False),
        (date(2023, 8, 17), "2024-02-18", False),
        (date(2023, 8, 17), "2024-02-19", True),
    ],
)
def test_a_person_claims_within_six_months(issued: date, submitted: str, *, late: bool) -> None:
    story = filed_with((*having_paid(120_000), certified(0, issued)), claim_mode="PERSON")
    answer = accepting(story, in_person(), now=submitted)
    if late:
        answer.then_refused("CLM-03")
    else:
        answer.granted()


@pytest.mark.rule("CLM-03")
def test_a_completion_certificate_is_not_enough_for_a_person() -> None:
    completion = certified(0, certificate_type="COMPLETION")
    story = filed_with((*having_paid(120_000), completion), claim_mode="PERSON")
    accepting(story, in_person()).then_refused("CLM-03")


@pytest.mark.rule("CLM-07")
def test_a_completion_certificate_is_enough_for_an_agency() -> None:
    completion = [certified(n, certificate_type="COMPLETION") for n in range(3)]
    accepting((*a_claimable_class(), *completion)).granted()


@pytest.mark.rule("CLM-04")
def test_a_person_who_paid_nothing_does_not_claim_in_person() -> None:
    story = filed_with(a_claimable_class(), claim_mode="PERSON")
    accepting(story, in_person()).then_refused("CLM-04")


@pytest.mark.rule("CLM-04")
def test_a_person_who_paid_a_fee_claims_in_person() -> None:
    story = filed_with(having_paid(1), claim_mode="PERSON")
    accepting(story, in_person()).granted()


def of_own_staff(employer: str | None = USCC) -> Story:
    return filed_with(
        a_claimable_class(), claim_mode="ENTERPRISE", roster=roster(3, employer=employer)
    )


def from_enterprise(**changes: Any) -> Any:  # noqa: ANN401 - fields of the command
    return submit_claim(mode="ENTERPRISE", **changes)


@pytest.mark.rule("CLM-05")
def test_an_enterprise_claims_where_the_class_was_opened() -> None:
    accepting(of_own_staff(), from_enterprise(), now="2025-11-03").granted()


@pytest.mark.rule("CLM-05")
@pytest.mark.parametrize("employer", [None, "91371502MA3N00002X"])
def test_an_enterprise_claims_for_its_own_staff_alone(employer: str | None) -> None:
    assert submitting(of_own_staff(employer), from_enterprise()).findings() == {"CLM-05"}
    accepting(of_own_staff(employer), from_enterprise()).then_refused("CLM-05")
    nobody = from_enterprise(applicant_institution_id=InstitutionId(PROJECT_ID))
    accepting(of_own_staff(employer), nobody).then_refused("CLM-05")


@pytest.mark.rule("CLM-05")
def test_an_enterprise_does_not_claim_elsewhere() -> None:
    answer = submitting(of_own_staff(), from_enterprise(county_code=OTHER_COUNTY))
    assert answer.findings() == {"CLM-05"}


@pytest.mark.rule("CLM-05")
def test_an_enterprise_claims_within_the_time_that_the_city_has_set() -> None:
    story = of_own_staff()
    under = law(LISTS, {"claim_deadline.ENTERPRISE": 12})
    accepting(story, from_enterprise(), now="2025-03-18", under=under).granted()
    accepting(story, from_enterprise(), now="2025-03-19", under=under).then_refused("CLM-05")


@pytest.mark.rule("CLM-06")
@pytest.mark.parametrize(("fee", "charged"), [(0, 120_000), (30_000, 150_000)])
def test_an_agency_that_took_the_difference_alone_claims(fee: int, charged: int) -> None:
    accepting(having_paid(fee, charged)).granted()


@pytest.mark.rule("CLM-06")
@pytest.mark.parametrize(("fee", "charged"), [(1, 120_000), (30_001, 150_000), (1, 50_000)])
def test_an_agency_that_took_more_than_the_difference_does_not(fee: int, charged: int) -> None:
    assert submitting(having_paid(fee, charged)).findings() == {"CLM-06"}
    accepting(having_paid(fee, charged)).then_refused("CLM-06")


CITY_FIXED = {"claim_deadline.AGENCY": 2}


@pytest.mark.rule("CLM-07")
@pytest.mark.parametrize(
    ("issued", "last", "after"),
    [
        (date(2023, 12, 31), "2024-02-29", "2024-03-01"),
        (date(2023, 7, 31), "2023-10-07", "2023-10-08"),
        (date(2025, 8, 3), "2025-10-09", "2025-10-10"),
    ],
)
def test_an_agency_claims_within_two_months_once_the_city_fixed_them(
    issued: date, last: str, after: str
) -> None:
    story = (*a_claimable_class(), *(certified(n, issued) for n in range(3)))
    under = law(LISTS, CITY_FIXED)
    accepting(story, now=last, under=under).granted()
    accepting(story, now=after, under=under).then_refused("CLM-07")


@pytest.mark.rule("CLM-07")
def test_while_the_city_has_not_fixed_the_period_a_late_agency_claim_is_a_finding() -> None:
    answer = accepting(a_claimable_class(), now="2024-06-03")
    assert answer.findings() == {"CLM-07"}
    answer.granted()


@pytest.mark.rule("CLM-07")
def test_the_notices_own_two_months_fix_nothing_for_they_are_months_as_a_rule() -> None:
    notice = PolicySet(NOTICE, "2023-07-12", "CITY", date(2023, 7, 12), None, CITY_FIXED)
    under = replace(CLAIM_LAW, policies=(notice,))
    answer = accepting(a_claimable_class(), now="2024-06-03", under=under)
    assert answer.findings() == {"CLM-07"}
    answer.granted()


@pytest.mark.rule("CLM-07")
def test_a_late_agency_claim_with_consent_is_in_time() -> None:
    under = law(LISTS, CITY_FIXED, [waiver("CLM-07")])
    assert accepting(a_claimable_class(), now="2024-06-03", under=under).findings() == set()


@pytest.mark.rule("CLM-07")
def test_a_period_that_runs_from_the_delivery_does_not_run_without_one() -> None:
    under = law(LISTS, {**CITY_FIXED, "claim_clock_start": "DELIVERED"})
    assert accepting(a_claimable_class(), now="2024-06-03", under=under).findings() == set()


@pytest.mark.rule("FIL-07")
def test_an_agency_does_not_claim_for_heads_without_an_agreement() -> None:
    unsigned = without(a_claimable_class(), AgencyClaimAgreementSigned)
    assert submitting(unsigned).findings() == {"FIL-07"}
    accepting(unsigned).then_refused("FIL-07")


@pytest.mark.rule("FIL-07")
def test_an_agreement_signed_late_is_a_finding_alone() -> None:
    late = altered(a_claimable_class(), AgencyClaimAgreementSigned, in_time=False)
    answer = accepting(late)
    assert answer.findings() == {"FIL-07"}
    answer.granted()


@pytest.mark.rule("FIL-07")
@pytest.mark.rule("CLM-06")
def test_a_project_bought_as_a_whole_needs_neither_agreements_nor_fees() -> None:
    story = without(as_project(), AgencyClaimAgreementSigned)
    story = altered(story, TraineeEnrolled, fee_paid_fen=99_999)
    accepting(story).granted()


@pytest.mark.rule("FIL-07")
def test_a_city_may_ask_for_agreements_in_projects_too() -> None:
    story = without(as_project(), AgencyClaimAgreementSigned)
    under = law(LISTS, {"project_claim_mode": "AGENCY"})
    accepting(story, under=under).then_refused("FIL-07")


@pytest.mark.rule("ELG-28")
def test_a_claim_beyond_the_contract_of_a_project_is_refused() -> None:
    small = altered(as_project(), ProjectRegistered, amount_fen=3 * 120_000 - 1, heads=2)
    accepting(small).then_refused("ELG-28")
    exact = altered(as_project(), ProjectRegistered, amount_fen=3 * 120_000, heads=3)
    accepting(exact).granted()


PROOF = ClaimDoc(kind="PLACE_PROOF", sha256=DOC)


@pytest.mark.rule("ELG-20")
@pytest.mark.parametrize(
    "changes",
    [
        {"place_basis": "TRAINING"},
        {"place_basis": "HUJI", "docs": (PROOF,)},
        {"place_basis": "RESIDENCE", "docs": (PROOF,)},
        {"place_basis": "WORK", "docs": (PROOF,)},
    ],
)
def test_a_person_claims_in_one_of_four_places(changes: dict[str, Any]) -> None:
    story = filed_with(having_paid(120_000), claim_mode="PERSON")
    accepting(story, in_person(**changes)).granted()


@pytest.mark.rule("ELG-20")
@pytest.mark.parametrize(
    "changes",
    [
        {"place_basis": None},
        {"place_basis": "HUJI"},
        {"place_basis": "TRAINING", "county_code": OTHER_COUNTY},
    ],
)
def test_a_person_does_not_claim_anywhere_else(changes: dict[str, Any]) -> None:
    story = filed_with(having_paid(120_000), claim_mode="PERSON")
    assert submitting(story, in_person(**changes)).findings() == {"ELG-20"}


@pytest.mark.rule("ELG-20")
def test_an_agency_claims_in_the_county_of_the_class() -> None:
    answer = submitting(a_claimable_class(), submit_claim(county_code=OTHER_COUNTY))
    assert answer.findings() == {"ELG-20"}
    assert submitting(a_claimable_class()).findings() == set()


@pytest.mark.rule("ELG-20")
def test_a_city_may_let_agencies_claim_where_they_have_their_seat() -> None:
    under = law(LISTS, {"agency_claim_place": "INSTITUTION_COUNTY"})
    assert submitting(a_claimable_class(), under=under).findings() == set()
    away = submit_claim(county_code=OTHER_COUNTY)
    assert submitting(a_claimable_class(), away, under=under).findings() == {"ELG-20"}


@pytest.mark.rule("ELG-20")
def test_the_same_training_is_not_claimed_twice_in_one_claim() -> None:
    twice = (*items(2), item(1, item_no=9))
    answer = submitting(a_claimable_class(), submit_claim(items=twice))
    assert answer.findings() == {"ELG-20", "ELG-08"}


@pytest.mark.rule("ELG-26")
@pytest.mark.parametrize("scheme", ["PRE_JOB", "APPRENTICESHIP"])
def test_the_subsidy_of_enterprise_training_is_not_a_persons(scheme: str) -> None:
    story = filed_with(having_paid(120_000), claim_mode="PERSON", scheme=scheme)
    accepting(story, in_person()).then_refused_among_others("ELG-26")


@pytest.mark.rule("ELG-26")
def test_in_post_training_may_be_claimed_in_person() -> None:
    story = filed_with(having_paid(120_000), claim_mode="PERSON", scheme="IN_POST")
    accepting(story, in_person()).granted()


def test_rules_of_the_notice_do_not_bind_a_class_that_started_before_it() -> None:
    old = altered(having_paid(120_000), ClassStarted, regime="R1")
    old = altered(old, ClassFilingApproved, regime="R1")
    answer = submitting(filed_with(old, claim_mode="AGENCY"))
    assert "CLM-06" not in answer.findings()


def test_policy_sets_of_another_county_do_not_reach_a_claim() -> None:
    away = PolicySet(
        "Q", "1", "COUNTY", date(2023, 1, 1), None, {"claim_items_max": 2}, OTHER_COUNTY
    )
    under = type(CLAIM_LAW)(
        policies=(away,), calendar=CLAIM_LAW.calendar, catalogues=CLAIM_LAW.catalogues
    )
    assert submitting(a_claimable_class(), under=under).findings() == set()
