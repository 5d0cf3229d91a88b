"""A filing states time, place, people, courses, lecturers, equipment and assessment."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest

from aggregates.facts import encode
from aggregates.ids import PlanId, derived_id
from aggregates.monthly_plan.facts import MonthlyPlanSubmitted, PlanItem
from aggregates.monthly_plan.state import MONTHLY_PLAN
from aggregates.training_class.facts import ClassFilingSubmitted
from aggregates.training_class.filing import ROWS_A_FACT
from aggregates.training_class.form import ClaimMode, Contract, Hours, ScanKind, Textbook
from aggregates.training_class.rules_filing import CLAIM_MODES
from tests.aggregates.harness import (
    COUNTY,
    Happened,
    given,
    happened,
)
from tests.aggregates.institution.samples import (
    COOK,
    SCHOOL,
)
from tests.aggregates.stories import (
    file_class,
    ready_to_file,
)
from tests.aggregates.training_class.samples import (
    CLASS,
    END,
    LAW,
    SCANS,
    START,
    law,
    roster,
    submit,
    timetable,
    timetable_row,
    waiver,
)


@pytest.mark.rule("FIL-05")
def test_a_complete_filing_is_recorded_whole() -> None:
    fact = file_class().fact(ClassFilingSubmitted)
    assert fact.class_id == CLASS
    assert fact.heads == 12
    assert len(fact.filing.roster) == 12
    assert fact.filing.hours == Hours(total=56, theory=20, practice=36, online=0)
    assert fact.catalogue_version == "v1"


MISSING: dict[str, dict[str, Any]] = {
    "time: an end before the beginning": {"planned_end": START - timedelta(days=1)},
    "time: no timetable": {"timetable": ()},
    "time: a session after the end": {"planned_end": END - timedelta(days=1)},
    "time: a number twice": {"timetable": (*timetable()[:13], timetable_row(13))},
    "place: no room": {"timetable": (timetable_row(1, room_id=None), *timetable()[1:])},
    "people: nobody": {"roster": ()},
    "people: one twice": {"roster": (*roster(), *roster(1))},
    "courses: hours that do not add up": {"hours": Hours(total=60, theory=20, practice=40)},
    "lecturers: no papers": {"scans": tuple(s for s in SCANS if s.kind != "LECTURERS")},
    "equipment: no papers": {"scans": tuple(s for s in SCANS if s.kind != "RESOURCES")},
    "assessment: no route": {"assessment_route": None},
    "assessment: no date": {"planned_assessment_on": None},
}


@pytest.mark.rule("FIL-05")
@pytest.mark.parametrize("block", MISSING)
def test_a_filing_that_lacks_a_block_is_refused(block: str) -> None:
    file_class(**MISSING[block]).then_refused_among_others("FIL-05")


@pytest.mark.rule("FIL-05")
def test_a_session_that_ends_before_it_begins_is_refused() -> None:
    row = timetable_row(1)
    back = replace(row, ends_at=row.starts_at - timedelta(minutes=1))
    file_class(timetable=(back, *timetable()[1:])).then_refused_among_others("FIL-05")


@pytest.mark.rule("INS-34")
@pytest.mark.parametrize("kind", ["TEACHING_PLAN", "SYLLABUS"])
def test_plan_and_syllabus_are_handed_in(kind: ScanKind) -> None:
    lacking = tuple(scan for scan in SCANS if scan.kind != kind)
    file_class(scans=lacking).then_refused("INS-34")


@pytest.mark.rule("INS-34")
def test_there_is_a_textbook() -> None:
    file_class(textbooks=()).then_refused("INS-34")


def book(**changes: Any) -> tuple[Textbook, ...]:  # noqa: ANN401 - fields of the record
    return (Textbook(**{"title": "烹调", "isbn": "9787516700000", "level": "5", **changes}),)


@pytest.mark.rule("INS-21")
def test_a_self_written_textbook_has_a_filing_number() -> None:
    own = {"self_written": True, "isbn": None}
    file_class(textbooks=book(**own)).then_refused("INS-21")
    assert file_class(textbooks=book(**own, filing_no="聊教材备1号")).granted()


@pytest.mark.rule("FIL-11")
def test_standard_and_genuine_textbooks_are_named() -> None:
    file_class(standard_code=None).then_refused("FIL-11")
    file_class(textbooks=book(isbn=None)).then_refused("FIL-11")
    assert "FIL-11" not in file_class().findings()


@pytest.mark.rule("FIL-11")
def test_where_standards_lag_behind_a_waiver_lets_a_class_follow_none() -> None:
    lagging = law(waivers=[waiver("FIL-12")])
    assert file_class(standard_code=None, under=lagging).granted()


@pytest.mark.rule("FIL-21")
def test_needs_are_analysed_and_the_assessment_follows_the_teaching() -> None:
    assert "FIL-21" in file_class(need_analysis_doc=None).findings()
    early = file_class(planned_assessment_on=END - timedelta(days=1))
    assert "FIL-21" in early.findings()
    assert "FIL-21" not in file_class(planned_assessment_on=END).findings()


@pytest.mark.rule("FIL-22")
def test_textbooks_are_of_the_level_of_the_class() -> None:
    assert "FIL-22" in file_class(textbooks=book(level="4")).findings()
    assert "FIL-22" not in file_class().findings()


@pytest.mark.rule("DEL-11")
def test_a_filing_without_an_emergency_plan_carries_a_finding() -> None:
    lacking = tuple(scan for scan in SCANS if scan.kind != "EMERGENCY_PLAN")
    assert "DEL-11" in file_class(scans=lacking).findings()
    assert "DEL-11" not in file_class().findings()


@pytest.mark.rule("CLM-02")
def test_there_are_three_ways_to_claim_and_no_fourth() -> None:
    assert set(CLAIM_MODES) == set(get_args(ClaimMode))
    for mode in CLAIM_MODES:
        assert "CLM-02" not in file_class(claim_mode=mode).findings()
    file_class(claim_mode="VOUCHER").then_refused("CLM-02")
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert("VOUCHER", ClaimMode)


def plan(**changes: Any) -> Happened:  # noqa: ANN401 - fields of the item
    fields: dict[str, Any] = {
        "item_no": 1,
        "training_type": "EMPLOYMENT_SKILL",
        "occupation": COOK.code,
        "level": COOK.level,
        "planned_start": date(2024, 3, 4),
        "heads": 12,
        "site_id": "S1",
        **changes,
    }
    one = PlanId(derived_id("monthly-plan", SCHOOL, COUNTY, "2024-03"))
    fact = MonthlyPlanSubmitted(
        plan_id=one,
        institution_id=SCHOOL,
        county_code=COUNTY,
        month="2024-03",
        items=(PlanItem(**fields),),
    )
    return happened("2024-02-18", MONTHLY_PLAN, one, fact)


@pytest.mark.rule("PLN-01")
def test_a_class_outside_the_plan_of_its_month_carries_a_finding_and_is_no_less_lawful() -> None:
    assert "PLN-01" not in file_class(plan(), plan_item=1).findings()
    assert "PLN-01" in file_class(plan(), plan_item=2).findings()
    assert "PLN-01" in file_class(plan(level="4"), plan_item=1).findings()
    assert "PLN-01" in file_class().findings()
    assert file_class().granted()


def test_a_long_roster_follows_in_more_facts_of_the_same_decision() -> None:
    rows = roster(310, employer="x")
    answer = given(*ready_to_file(310), law=LAW).when(
        submit(roster=rows, training_type="IN_POST_SKILL"), now="2024-02-20"
    )
    facts = [new.fact for new in answer.granted()]
    assert [type(fact).__name__ for fact in facts] == [
        "ClassFilingSubmitted",
        "RosterChanged",
        "RosterChanged",
    ]
    carried = [*facts[0].filing.roster, *facts[1].added, *facts[2].added]  # type: ignore[attr-defined]  # wrong on purpose
    assert [row.person_id for row in carried] == [row.person_id for row in rows]
    assert facts[0].heads == 310  # type: ignore[attr-defined]  # wrong on purpose
    assert [facts[1].heads, facts[2].heads] == [300, 310]  # type: ignore[attr-defined]  # wrong on purpose
    assert {facts[1].phase, facts[2].phase} == {"FILING"}  # type: ignore[attr-defined]  # wrong on purpose


def test_the_largest_filing_fits_into_an_entry() -> None:
    contract = Contract(signed_on=date(2024, 1, 1), term_months=36)
    rows = roster(ROWS_A_FACT, employer="91371502MA3N00000X", contract=contract)
    sessions = tuple(
        timetable_row(1, session_no=number, course="中式烹调师综合技能实训", joint_with=UUID(int=1))
        for number in range(1, 101)
    )
    answer = given().when(submit(roster=rows, timetable=sessions), now="2024-02-20", as_facts=True)
    body = msgspec.json.encode(encode(answer.fact(ClassFilingSubmitted)))
    assert len(body) < 65_535 - 1_500
