"""Visits to a site, and what it is then fit for."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from aggregates.ids import ClassId
from aggregates.institution.facts import InstitutionSiteVerified
from aggregates.institution.parts import FireProof
from aggregates.institution.sites import VerifySite
from aggregates.institution.state import INSTITUTION
from tests.aggregates.harness import COUNTY, Happened, Outcome, given, happened, moment, official
from tests.aggregates.institution.samples import COOK, DOC, SCHOOL, registered, site

CLASS = ClassId(UUID(int=0xC1A55))
FIELDS: dict[str, Any] = {
    "institution_id": SCHOOL,
    "site_id": "S1",
    "county_code": COUNTY,
    "purpose": "FIRST_TASK_PRE",
    "occupations": (COOK,),
    "verifiers": (official(1), official(2)),
    "verified_at": moment("2023-08-10 10:00"),
    "result": "PASS",
}
IN_CLASS: dict[str, Any] = {
    "purpose": "FIRST_TASK_IN_CLASS",
    "class_id": CLASS,
    "occupations": (),
    "attendance_checked": True,
    "delivery_checked": True,
}


def verify(*story: Happened, **changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    scene = given(*(story or (registered(), site())))
    command = VerifySite(**{**FIELDS, **changes})
    return scene.when(command, now="2023-08-10 11:00", role="INSPECTOR")


def verified(number: int, **changes: Any) -> Happened:  # noqa: ANN401 - fields of the fact
    fields = {**FIELDS, "verification_id": UUID(int=number), **changes}
    return happened("2023-08-10", INSTITUTION, SCHOOL, InstitutionSiteVerified(**fields))


@pytest.mark.rule("FIL-03")
@pytest.mark.rule("FIL-09")
def test_a_visit_by_two_is_recorded_without_findings() -> None:
    answer = verify()
    assert answer.fact(InstitutionSiteVerified).verifiers == (official(1), official(2))
    assert answer.findings() == set()


@pytest.mark.rule("FIL-03")
def test_a_visit_by_one_person_named_twice_leaves_a_finding() -> None:
    assert verify(verifiers=(official(1), official(1))).findings() == {"FIL-03"}


@pytest.mark.rule("FIL-03")
def test_a_visit_during_the_class_looks_at_attendance_and_at_the_teaching() -> None:
    assert verify(**IN_CLASS).findings() == set()
    assert verify(**{**IN_CLASS, "delivery_checked": False}).findings() == {"FIL-03"}


@pytest.mark.rule("FIL-09")
def test_a_site_found_fit_without_fire_acceptance_leaves_a_finding() -> None:
    ended = FireProof(doc_no="1号", sha256=DOC, valid_to=date(2023, 8, 9))
    answer = verify(registered(), site(fire_proof=ended))
    answer.granted()
    assert answer.findings() == {"FIL-09"}


@pytest.mark.rule("FIL-09")
def test_a_site_is_fit_for_what_a_visit_found_until_another_finds_otherwise() -> None:
    def fit(*story: Happened) -> bool:
        held = given(registered(), site(), *story).loaded()[INSTITUTION.name(SCHOOL)].state
        found: bool = held.site("S1").fit_for(COOK.code, COOK.level)
        return found

    assert not fit()
    assert fit(verified(1))
    assert fit(verified(1), site(theory_area_m2=310))
    assert not fit(verified(1, result="FAIL"))
    assert not fit(verified(1), verified(2, purpose="ROUTINE", result="FAIL"))


@pytest.mark.rule("FIL-03")
def test_the_state_knows_the_visits_before_and_during_the_first_task() -> None:
    name = INSTITUTION.name(SCHOOL)
    before = given(registered(), site(), verified(1)).loaded()[name].state
    assert before.verified_before_first_task(COUNTY) is not None
    assert before.verified_before_first_task("371503") is None
    assert before.verified_before_first_task() is not None
    assert before.verified_in_class(CLASS) is None
    during = given(registered(), site(), verified(2, **IN_CLASS)).loaded()[name].state
    assert during.verified_before_first_task(COUNTY) is None
    visit = during.verified_in_class(CLASS)
    assert visit is not None
    assert len(visit.verifiers) == 2
    half = given(registered(), site(), verified(3, **{**IN_CLASS, "attendance_checked": False}))
    assert half.loaded()[name].state.verified_in_class(CLASS) is None


def test_a_visit_is_to_a_registered_site_in_the_past_and_of_a_class_only_during_one() -> None:
    verify(registered()).then_refused("LIFECYCLE")
    verify(verified_at=moment("2023-08-10 11:01")).then_refused("LIFECYCLE")
    verify(class_id=CLASS).then_refused("LIFECYCLE")
    verify(purpose="FIRST_TASK_IN_CLASS").then_refused("LIFECYCLE")
