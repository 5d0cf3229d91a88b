"""Who may be registered, with which premises, and who may be filed with a county."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.ids import derived_id
from aggregates.institution.commands import FileInstitutionInCounty, RegisterInstitution
from aggregates.institution.facts import InstitutionFiledInCounty, InstitutionRegistered
from aggregates.institution.parts import Camera, FireProof, Room, SelfEvaluation
from aggregates.institution.sites import RegisterSite
from aggregates.institution.state import INSTITUTION
from aggregates.institution.uscc import is_sound
from tests.aggregates.harness import COUNTY, Happened, Outcome, given
from tests.aggregates.institution.samples import (
    COOK,
    DOC,
    SCHOOL,
    USCC,
    listed,
    premises,
    registered,
    registration,
    site,
)
from tests.aggregates.stories import verified
from tests.aggregates.training_class.circumstances import suspension


def register(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    command = RegisterInstitution(**registration(**changes))
    return given().when(command, now="2023-07-20")


@pytest.mark.rule("INS-01")
def test_a_licensed_body_is_registered_under_an_id_that_follows_from_its_code() -> None:
    answer = register(institution_id=None)
    fact = answer.fact(InstitutionRegistered)
    assert fact.institution_id == derived_id("institution", USCC)
    assert answer.findings() == set()


@pytest.mark.rule("INS-01")
def test_a_body_without_a_licence_is_refused() -> None:
    register(licence_no=None).then_refused("INS-01")


@pytest.mark.rule("INS-01")
def test_a_licence_is_valid_on_its_last_day_and_not_after() -> None:
    register(licence_valid_to=date(2023, 7, 20)).granted()
    register(licence_valid_to=date(2023, 7, 19)).then_refused("INS-01")


@pytest.mark.rule("INS-01")
def test_an_employer_needs_no_licence_to_train() -> None:
    register(kind="EMPLOYER", licence_no=None, hr_filing_no="HR-1").granted()


@pytest.mark.rule("INS-01")
def test_a_credit_code_with_a_wrong_check_character_is_refused() -> None:
    wrong = USCC[:-1] + ("1" if USCC[-1] != "1" else "2")
    register(uscc=wrong).then_refused("INS-01")


@pytest.mark.parametrize("code", ["91110000802100433B", "914403001922038216"])
def test_published_credit_codes_are_sound(code: str) -> None:
    assert is_sound(code)


def test_a_body_is_registered_once() -> None:
    command = RegisterInstitution(**registration())
    given(registered()).when(command, now="2023-08-01").then_refused("LIFECYCLE")


def register_site(*story: Any, **changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    return given(*(story or (registered(),))).when(
        RegisterSite(**premises(**changes)), now="2023-07-21"
    )


@pytest.mark.rule("INS-14")
@pytest.mark.rule("DEL-23")
def test_a_site_with_fire_proof_and_monitoring_is_registered_without_findings() -> None:
    answer = register_site()
    assert len(answer.granted()) == 1
    assert answer.findings() == set()


@pytest.mark.rule("INS-14")
def test_a_site_without_valid_fire_acceptance_is_refused() -> None:
    ended = FireProof(doc_no="1号", sha256=DOC, valid_to=date(2023, 7, 20))
    register_site(fire_proof=ended).then_refused("INS-14")
    register_site(fire_proof=None).then_refused("INS-14")


@pytest.mark.rule("INS-14")
def test_a_fire_acceptance_without_end_suffices() -> None:
    register_site(fire_proof=FireProof(doc_no="1号", sha256=DOC)).granted()


@pytest.mark.rule("DEL-23")
def test_a_camera_without_sound_leaves_a_finding() -> None:
    mute = Camera(camera_id="C1", room_id="T1", audio=False, video=True, online=True)
    heard = Camera(camera_id="C2", room_id="P1", audio=True, video=True, online=True)
    answer = register_site(cameras=(mute, heard))
    answer.granted()
    assert answer.findings() == {"DEL-23"}


@pytest.mark.rule("FIL-19")
def test_a_teaching_point_in_a_village_is_a_site_like_any_other() -> None:
    village = register_site(registered(), site(), site_id="V1", type="TEACHING_POINT")
    village.granted()
    scene = given(registered(), site(), site(site_id="V1", type="TEACHING_POINT"))
    held = scene.loaded()[INSTITUTION.name(SCHOOL)].state
    assert held.site("V1").type == "TEACHING_POINT"


def test_a_site_of_nobody_or_with_a_camera_nowhere_is_refused() -> None:
    given().when(RegisterSite(**premises()), now="2023-07-21").then_refused("LIFECYCLE")
    lost = Camera(camera_id="C9", room_id="X9", audio=True, video=True, online=True)
    register_site(cameras=(lost,)).then_refused("LIFECYCLE")


def test_a_room_cannot_be_named_twice() -> None:
    twice = Room(room_id="T1", capacity=10, use="THEORY")
    register_site(rooms=(twice, twice), cameras=()).then_refused("LIFECYCLE")


def filing(**changes: Any) -> FileInstitutionInCounty:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "institution_id": SCHOOL,
        "county_code": COUNTY,
        "valid_from": date(2023, 9, 1),
        "responsible_org": "371502-HR",
        "mutual_selection_doc": DOC,
        **changes,
    }
    return FileInstitutionInCounty(**fields)


@pytest.mark.rule("INS-04")
@pytest.mark.rule("INS-44")
def test_a_listed_institution_is_filed_with_the_county_that_answers_for_it() -> None:
    fact = given(registered(), listed()).when(filing(), now="2023-08-20")
    filed = fact.fact(InstitutionFiledInCounty)
    assert filed.responsible_org == "371502-HR"


@pytest.mark.rule("INS-04")
def test_an_institution_outside_the_list_is_not_filed() -> None:
    given(registered()).when(filing(), now="2023-08-20").then_refused("INS-04")
    online = given(registered(), listed("线上"))
    online.when(filing(), now="2023-08-20").then_refused("INS-04")


@pytest.mark.rule("INS-04")
def test_a_filing_that_begins_after_the_listing_ended_is_refused() -> None:
    late = filing(valid_from=date(2025, 8, 1))
    given(registered(), listed()).when(late, now="2025-07-20").then_refused("INS-04")


def test_a_filing_cannot_end_before_it_begins() -> None:
    backwards = filing(valid_to=date(2023, 8, 31))
    given(registered(), listed()).when(backwards, now="2023-08-20").then_refused("LIFECYCLE")


def test_history_is_brought_in_with_what_it_breaks() -> None:
    command = RegisterInstitution(**registration(licence_no=None))
    answer = given().when(command, now="2023-07-20", as_facts=True)
    assert {one.rule for one in answer.fact(InstitutionRegistered).findings} == {"INS-01"}


def test_the_state_answers_what_class_filing_asks() -> None:
    fact = InstitutionFiledInCounty(
        institution_id=SCHOOL,
        county_code=COUNTY,
        valid_from=date(2023, 9, 1),
        valid_to=date(2023, 12, 31),
        responsible_org="371502-HR",
        mutual_selection_doc=DOC,
    )
    filed = replace(registered(), fact=fact)
    held = given(registered(), listed(), filed, site()).loaded()[INSTITUTION.name(SCHOOL)].state
    assert held.filed_in(COUNTY, date(2023, 12, 31)) is not None
    assert held.filed_in(COUNTY, date(2024, 1, 1)) is None
    assert held.filed_in("371503", date(2023, 12, 31)) is None
    assert held.status(date(2023, 9, 1)) == "LISTED"
    assert held.status(date(2025, 8, 1)) == "REGISTERED"
    assert held.licensed_for("4-03-02-01")
    assert not held.licensed_for("9-99-99-99")
    assert held.site("S1").monitored("T1")
    assert not held.site("S1").monitored("O1")
    assert held.site("S1").capacity("T1") == 60
    assert held.site("S1").stations("4-03-02-01") == 25
    assert held.site("S1").stations("SYB") is None
    assert not held.site("S1").fit_for("4-03-02-01", "5")


def test_an_employer_evaluates_its_staff_until_the_certificate_ends() -> None:
    own = SelfEvaluation(cert_no="ZP-1", valid_to=date(2024, 6, 30))
    employer = registered(kind="EMPLOYER", hr_filing_no="HR-1", self_evaluation=own)
    held = given(employer).loaded()[INSTITUTION.name(SCHOOL)].state
    assert held.self_evaluates(date(2024, 6, 30))
    assert not held.self_evaluates(date(2024, 7, 1))


def test_a_suspended_institution_is_not_filed_with_a_county() -> None:
    scene = given(registered(), listed(), suspension(valid_from=date(2023, 8, 1)))
    scene.when(filing(), now="2023-08-20").then_refused("LIFECYCLE")
    elsewhere = suspension(valid_from=date(2023, 8, 1), scope="COUNTY", county_code="371522")
    assert given(registered(), listed(), elsewhere).when(filing(), now="2023-08-20").granted()


@pytest.mark.rule("FIL-09")
def test_a_site_that_moved_is_found_fit_anew() -> None:
    def fit(*story: Happened) -> bool:
        held = given(*story).loaded()[INSTITUTION.name(SCHOOL)].state.site("S1")
        return bool(held.fit_for(COOK.code, COOK.level))

    here = (registered(), site(), verified())
    assert fit(*here)
    assert fit(*here, site("2023-09-01", theory_area_m2=500))
    assert not fit(*here, site("2023-09-01", address="东昌府区另一条路2号"))
