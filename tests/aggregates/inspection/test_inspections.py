"""Inspections: planned in secret, conducted by two together, closed with a result."""

from typing import Any
from uuid import UUID

import pytest

from aggregates.ids import InspectionId
from aggregates.inspection.commands import ConductInspection, PlanInspection
from aggregates.inspection.concluding import (
    ON_THE_SPOT,
    CloseInspection,
    RecordInspectionFinding,
)
from aggregates.inspection.facts import (
    InspectionClosed,
    InspectionConducted,
    InspectionFindingRecorded,
    InspectionPlanned,
)
from aggregates.inspection.state import INSPECTION, Inspection
from aggregates.sealed import FreeText, Personal
from tests.aggregates.harness import (
    COUNTY,
    Happened,
    Outcome,
    given,
    moment,
)
from tests.aggregates.institution.samples import (
    SCHOOL,
    commitment,
    registered,
)
from tests.aggregates.stories import (
    a_filed_class,
    a_held_class,
    a_running_class,
    a_taught_class,
    told,
)
from tests.aggregates.training_class.samples import (
    APPROVED_ON,
    APPROVER,
    CLASS,
    END,
    HEAD,
    INSPECTORS,
    LAW,
    START,
    approve,
    start,
)

ONE = InspectionId(UUID(int=0x1259))
NOW = "2024-03-06 17:00"


def conduct(**changes: Any) -> ConductInspection:  # noqa: ANN401 - fields of the command
    """Return the command to record a regular inspection of Wednesday afternoon."""
    fields: dict[str, Any] = {
        "inspection_id": ONE,
        "class_id": CLASS,
        "institution_id": SCHOOL,
        "county_code": COUNTY,
        "inspection_type": "REGULAR",
        "mode": "ONSITE",
        "session_no": 6,
        "starts_at": moment("2024-03-06 14:30"),
        "ends_at": moment("2024-03-06 15:10"),
        "inspectors": INSPECTORS,
        "headcount": 12,
        "roster_expected": 12,
        "instructor_seen": True,
        "course_as_planned": True,
        "place_ok": True,
        "recording_ok": True,
        **changes,
    }
    return ConductInspection(**fields)


def supervised() -> tuple[Happened, ...]:
    """Tell of a running class under process supervision."""
    approved = told(a_filed_class(), approve(supervision="PROCESS"), APPROVED_ON, by=APPROVER)
    return told(approved, start(), f"{START} 09:00", by=HEAD)


def ask(
    *more: Happened,
    story: tuple[Happened, ...] | None = None,
    now: str = NOW,
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    """Return the answer to an inspection of the class."""
    held = supervised() if story is None else story
    return given(*held, *more, law=LAW).when(
        conduct(**changes), now=now, by=INSPECTORS[0], role="INSPECTOR"
    )


@pytest.mark.rule("DEL-05")
@pytest.mark.rule("DEL-21")
def test_two_inspectors_who_look_at_attendance_and_delivery_during_the_class_count() -> None:
    answer = ask()
    assert answer.fact(InspectionConducted).counts_for_del05
    assert not answer.findings()
    assert answer.granted()[0].about == CLASS


@pytest.mark.rule("DEL-05")
@pytest.mark.parametrize(
    "changes",
    [
        {"inspectors": INSPECTORS[:1]},
        {"inspectors": (INSPECTORS[0], INSPECTORS[0])},
        {"starts_at": moment("2024-03-03 14:30")},
        {"inspectors": (INSPECTORS[0], HEAD)},
        {"class_id": None},
    ],
    ids=["alone", "one twice", "before the class", "its own class head", "no class"],
)
def test_a_regular_inspection_that_lacks_something_is_recorded_and_does_not_count(
    changes: dict[str, Any],
) -> None:
    answer = ask(**changes)
    assert "DEL-05" in answer.findings()
    assert not answer.fact(InspectionConducted).counts_for_del05


@pytest.mark.rule("DEL-05")
def test_a_class_that_is_over_can_no_longer_be_inspected() -> None:
    answer = ask(
        story=a_taught_class(),
        now="2024-03-14",
        starts_at=moment("2024-03-13 14:30"),
        ends_at=moment("2024-03-13 15:00"),
    )
    assert "DEL-05" in answer.findings()
    assert not answer.fact(InspectionConducted).counts_for_del05


@pytest.mark.rule("DEL-05")
def test_one_inspector_may_make_an_irregular_check_which_counts_for_nothing_else() -> None:
    answer = ask(inspection_type="RANDOM", inspectors=INSPECTORS[:1])
    assert "DEL-05" not in answer.findings()
    assert not answer.fact(InspectionConducted).counts_for_del05


@pytest.mark.rule("DEL-21")
@pytest.mark.parametrize(
    "changes",
    [{"headcount": None}, {"roster_expected": None}, {"instructor_seen": None}, {"place_ok": None}],
)
def test_an_inspection_of_attendance_or_delivery_alone_does_not_count(
    changes: dict[str, Any],
) -> None:
    answer = ask(**changes)
    assert "DEL-21" in answer.findings()
    assert not answer.fact(InspectionConducted).counts_for_del05


@pytest.mark.rule("DEL-21")
def test_an_irregular_check_of_an_ordinary_class_need_not_look_at_everything() -> None:
    check: dict[str, Any] = {"inspection_type": "RANDOM", "headcount": None}
    assert "DEL-21" not in ask(story=a_running_class(), **check).findings()
    assert "DEL-21" in ask(**check).findings()


@pytest.mark.rule("DEL-09")
def test_fewer_heads_than_the_sheet_says_are_told_but_for_a_few() -> None:
    story = a_held_class(6)
    assert "DEL-09" not in ask(story=story, headcount=10).findings()
    assert "DEL-09" in ask(story=story, headcount=9).findings()
    assert "DEL-09" in ask(story=story, not_on_roster=1).findings()


def test_what_is_inspected_exists_and_an_inspection_is_recorded_once() -> None:
    ask(story=()).then_refused("LIFECYCLE")
    ask(county_code="371521").then_refused("LIFECYCLE")
    ask(ends_at=moment("2024-03-06 14:00")).then_refused("LIFECYCLE")
    ask(now="2024-03-05").then_refused("LIFECYCLE")
    ask(inspectors=()).then_refused("LIFECYCLE")
    ask(story=told(supervised(), conduct(), NOW)).then_refused("LIFECYCLE")


def plan(**changes: Any) -> PlanInspection:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "institution_id": SCHOOL,
        "county_code": COUNTY,
        "inspection_type": "REGULAR",
        "mode": "ONSITE",
        "inspectors": INSPECTORS,
        "due_on": END,
        **changes,
    }
    return PlanInspection(**fields)


def test_a_plan_is_a_sealed_fact_for_inspectors() -> None:
    answer = given(*supervised(), law=LAW).when(plan(), now="2024-03-05", role="COUNTY_HR")
    (new,) = answer.granted()
    assert new.sealed_for == "INSPECTOR"
    assert answer.fact(InspectionPlanned).inspectors == INSPECTORS
    given(law=LAW).when(plan(), now="2024-03-05").then_refused("LIFECYCLE")


def test_an_inspection_is_open_only_once_it_was_conducted() -> None:
    (new,) = given(*supervised(), law=LAW).when(conduct(), now=NOW, role="INSPECTOR").granted()
    assert new.sealed_for == ""


CONDUCTED = told(supervised(), conduct(), NOW)


def find(code: str = "NL-4.4", **changes: Any) -> RecordInspectionFinding:  # noqa: ANN401 - any value fits here
    words: Personal[FreeText] = Personal(commitment(7000))
    fields: dict[str, Any] = {
        "inspection_id": ONE,
        "code": code,
        "severity": "HIGH",
        "description": words,
        **changes,
    }
    return RecordInspectionFinding(**fields)


def test_findings_are_numbered_and_cite_the_negative_list_or_a_rule() -> None:
    story = told(CONDUCTED, find(), NOW, by=INSPECTORS[0])
    answer = given(*story, law=LAW).when(find("DEL-08"), now=NOW, by=INSPECTORS[1])
    fact = answer.fact(InspectionFindingRecorded)
    assert (fact.finding_no, fact.code, fact.recorded_by) == (2, "DEL-08", INSPECTORS[1])
    given(*CONDUCTED, law=LAW).when(find("NL-9.9"), now=NOW).then_refused("LIFECYCLE")


@pytest.mark.rule("INS-16")
@pytest.mark.rule("INS-27")
@pytest.mark.rule("INS-28")
@pytest.mark.rule("INS-32")
@pytest.mark.rule("INS-33")
@pytest.mark.rule("INS-38")
@pytest.mark.rule("INS-42")
@pytest.mark.rule("PLN-09")
@pytest.mark.rule("DEL-09")
@pytest.mark.parametrize("rule", ON_THE_SPOT)
def test_a_finding_that_cites_a_rule_is_a_breach_of_it(rule: str) -> None:
    answer = given(*CONDUCTED, law=LAW).when(find(rule), now=NOW)
    assert answer.findings() == {rule}
    assert answer.fact(InspectionFindingRecorded).findings[0].rule == rule


@pytest.mark.rule("INS-39")
def test_the_rule_on_colleges_is_about_colleges_alone() -> None:
    assert not given(*CONDUCTED, law=LAW).when(find("INS-39"), now=NOW).findings()
    college = (registered(kind="COLLEGE"), *CONDUCTED[1:])
    assert "INS-39" in given(*college, law=LAW).when(find("INS-39"), now=NOW).findings()


def close(*more: Happened, **changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {"inspection_id": ONE, "result": "NORMAL", **changes}
    return given(*CONDUCTED, *more, law=LAW).when(CloseInspection(**fields), now="2024-03-08")


def test_an_inspection_is_closed_with_a_result_that_its_findings_bear_out() -> None:
    assert close().fact(InspectionClosed).result == "NORMAL"
    close(result="NEGATIVE_ITEM").then_refused("LIFECYCLE")
    found = told(CONDUCTED, find(), NOW)[len(CONDUCTED) :]
    assert close(*found, result="NEGATIVE_ITEM").granted()
    close(*found).then_refused("LIFECYCLE")


def test_nothing_follows_a_closed_inspection_or_one_that_was_not_conducted() -> None:
    done = told(CONDUCTED, CloseInspection(inspection_id=ONE, result="RECTIFY"), NOW)
    given(*done, law=LAW).when(find(), now=NOW).then_refused("LIFECYCLE")
    given(*supervised(), law=LAW).when(find(), now=NOW).then_refused("LIFECYCLE")
    held = given(*done).loaded()[INSPECTION.name(ONE)].state
    assert isinstance(held, Inspection)
    assert (held.status, held.result) == ("CLOSED", "RECTIFY")


@pytest.mark.rule("SUP-09")
def test_the_result_of_a_double_random_inspection_is_public() -> None:
    drawn = told(supervised(), conduct(inspection_type="DOUBLE_RANDOM"), NOW)

    def answer(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
        fields: dict[str, Any] = {"inspection_id": ONE, "result": "NORMAL", **changes}
        return given(*drawn, law=LAW).when(CloseInspection(**fields), now="2024-03-08")

    assert "SUP-09" in answer().findings()
    assert "SUP-09" not in answer(published_url="https://www.dongchangfu.gov.cn/1").findings()
    assert "SUP-09" not in close().findings()
