"""Projects: bought as a whole, for a target group, from who may train."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from aggregates.ids import ProjectId
from aggregates.project.commands import RegisterProject
from aggregates.project.facts import ProjectRegistered
from aggregates.project.state import PROJECT, Project
from tests.aggregates.harness import COUNTY, Outcome, given, happened
from tests.aggregates.institution.samples import COOK, DOC, SCHOOL, registered

ONE = ProjectId(UUID(int=0x9601))


def command(**changes: Any) -> RegisterProject:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "project_id": ONE,
        "county_code": COUNTY,
        "family": "TARGET_GROUP",
        "buyer": "东昌府区人力资源和社会保障局、财政局",
        "supplier_id": SCHOOL,
        "supervising_org": "371502-HR",
        "procurement_ref": "LCZC-2024-11",
        "contract_doc": DOC,
        "target_group": ("RURAL", "UNEMP"),
        "occupations": (COOK,),
        "heads": 200,
        "amount_fen": 24_000_000,
        "fund": "SPECIAL_ACCOUNT",
        "valid_from": date(2024, 1, 1),
        "valid_to": date(2024, 12, 31),
        **changes,
    }
    return RegisterProject(**fields)


def register(kind: str = "TRAINING_ORG", **changes: Any) -> Outcome:  # noqa: ANN401 - fields
    return given(registered(kind=kind)).when(command(**changes), now="2023-12-20")


@pytest.mark.rule("INS-06")
@pytest.mark.rule("ELG-28")
@pytest.mark.rule("ELG-17")
@pytest.mark.rule("DEL-20")
def test_a_project_bought_by_contract_for_a_target_group_has_no_findings() -> None:
    answer = register()
    assert answer.fact(ProjectRegistered).target_group == ("RURAL", "UNEMP")
    assert answer.findings() == set()


@pytest.mark.rule("INS-06")
def test_a_project_without_procurement_or_target_group_is_refused() -> None:
    register(procurement_ref=None).then_refused("INS-06")
    register(target_group=()).then_refused("INS-06")


@pytest.mark.rule("ELG-28")
def test_a_project_is_bought_whole_by_contract_from_who_trains() -> None:
    register(contract_doc=None).then_refused("ELG-28")
    register(heads=0).then_refused("ELG-28")
    register(amount_fen=0).then_refused("ELG-28")
    register("ASSESSMENT_BODY").then_refused("ELG-28")
    given().when(command(), now="2023-12-20").then_refused("ELG-28")
    register("EMPLOYER").granted()


@pytest.mark.rule("ELG-17")
def test_people_in_custody_are_trained_only_in_a_scheme_for_them() -> None:
    custody: dict[str, Any] = {"target_group": ("CUSTODY",), "custody_scheme": True}
    register(**custody).granted()
    register(target_group=("CUSTODY",)).then_refused("ELG-17")
    register(custody_scheme=True).then_refused("ELG-17")
    register(**custody, family="LOCAL_INDUSTRY").then_refused("ELG-17")


@pytest.mark.rule("DEL-20")
def test_a_project_that_nobody_supervises_leaves_a_finding() -> None:
    answer = register(supervising_org=None)
    answer.granted()
    assert answer.findings() == {"DEL-20"}


def test_a_project_is_registered_once_and_forwards() -> None:
    fact = register().fact(ProjectRegistered)
    scene = given(registered(), happened("2023-12-20", PROJECT, ONE, fact))
    scene.when(command(), now="2023-12-21").then_refused("LIFECYCLE")
    register(valid_to=date(2023, 12, 31)).then_refused("LIFECYCLE")
    register(county_code=None).then_refused("LIFECYCLE")


def test_a_project_without_an_id_gets_a_fresh_one() -> None:
    answer = register(project_id=None)
    assert answer.granted()[0].id == answer.fact(ProjectRegistered).project_id


@pytest.mark.rule("ELG-32")
def test_a_project_is_active_in_its_period_for_its_occupations() -> None:
    fact = register().fact(ProjectRegistered)
    held = given(happened("2023-12-20", PROJECT, ONE, fact)).loaded()[PROJECT.name(ONE)].state
    assert isinstance(held, Project)
    assert held.active(date(2024, 1, 1))
    assert held.active(date(2024, 12, 31))
    assert not held.active(date(2025, 1, 1))
    assert held.covers(COOK.code, COOK.level)
    assert not held.covers("SYB", "-")
    assert held.supplier_id == SCHOOL
    assert not Project().active(date(2024, 1, 1))
