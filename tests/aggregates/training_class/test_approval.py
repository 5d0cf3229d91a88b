"""The bureau agrees to a class, or not: what must hold, and what the answer records."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.fund_account.facts import FundBudgetAllocated
from aggregates.fund_account.state import FUND_ACCOUNT, account_of
from aggregates.institution.facts import InstitutionSiteVerified
from aggregates.law.in_force import Law
from aggregates.trainee.facts import TraineeIdentityVerified
from aggregates.training_class.commands import RejectClassFiling
from aggregates.training_class.facts import (
    Check,
    ClassFilingApproved,
    ClassFilingRejected,
    ClassFilingSubmitted,
    Ground,
)
from tests.aggregates.harness import (
    COUNTY,
    Happened,
    Outcome,
    given,
    happened,
)
from tests.aggregates.institution.samples import (
    COOK,
    DOC,
    registered,
    site,
)
from tests.aggregates.stories import (
    a_filed_class,
    an_approved_class,
    ready_to_file,
    told,
    verified,
    without,
)
from tests.aggregates.training_class.circumstances import (
    project,
    suspension,
)
from tests.aggregates.training_class.samples import (
    APPROVED_ON,
    APPROVER,
    BODY,
    CLASS,
    COUNTY_BUREAU,
    FILED_ON,
    FILER,
    HEADS,
    LAW,
    PROJECT_ID,
    START,
    approve,
    law,
    person,
    roster,
    submit,
    waiver,
)


def ask(
    *more: Happened,
    now: str = APPROVED_ON,
    under: Law = LAW,
    story: tuple[Happened, ...] | None = None,
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    """Return the answer to an approval, after more has happened."""
    held = a_filed_class() if story is None else story
    return given(*held, *more, law=under).when(approve(**changes), now=now, by=APPROVER)


def filed_with(
    *more: Happened,
    under: Law = LAW,
    heads: int = HEADS,
    **changes: Any,  # noqa: ANN401 - fields of the filing
) -> tuple[Happened, ...]:
    """Tell of a class filed with other fields."""
    story = (*ready_to_file(heads), *more)
    command = submit(**{"roster": roster(heads), **changes})
    return told(story, command, FILED_ON, under=under, by=FILER)


@pytest.mark.rule("DEL-20")
def test_an_approval_records_who_agreed_on_what() -> None:
    checks = (Check(rule_id="FIL-03", result="PASS"),)
    fact = ask(checks=checks).fact(ClassFilingApproved)
    assert fact.approver == APPROVER
    assert fact.supervising_org == COUNTY_BUREAU
    assert fact.supervision == "ORDINARY"
    assert fact.valid_start_from == START
    assert (fact.heads, fact.standard_fen, fact.committed_fen) == (12, 120_000, 1_440_000)
    assert (fact.policy_version, fact.catalogue_version) == ("p1.c1.w1", "v1")
    assert (fact.regime, fact.first_task) == ("R3", True)
    assert fact.checks == checks


def test_a_filing_is_answered_once_and_never_by_whoever_filed_it() -> None:
    ask(story=an_approved_class()).then_refused("LIFECYCLE")
    answer = given(*a_filed_class(), law=LAW).when(approve(), now=APPROVED_ON, by=FILER)
    answer.then_refused("LIFECYCLE")
    given(law=LAW).when(approve(), now=APPROVED_ON).then_refused("LIFECYCLE")


def test_another_countys_class_is_out_of_reach() -> None:
    elsewhere = [
        replace(one, fact=replace(one.fact, county_code="371521"))
        if isinstance(one.fact, ClassFilingSubmitted)
        else one
        for one in a_filed_class()
    ]
    ask(story=tuple(elsewhere)).then_refused("LIFECYCLE")


def test_a_rejection_gives_reasons() -> None:
    command = RejectClassFiling(class_id=CLASS, reasons=(Ground(rule_id="FIL-09"),))
    fact = given(*a_filed_class(), law=LAW).when(command, now=APPROVED_ON, by=APPROVER)
    assert fact.fact(ClassFilingRejected).reasons[0].rule_id == "FIL-09"
    silent = RejectClassFiling(class_id=CLASS, reasons=())
    given(*a_filed_class(), law=LAW).when(silent, now=APPROVED_ON).then_refused("LIFECYCLE")


@pytest.mark.rule("FIL-02")
def test_an_approval_after_the_planned_start_moves_the_start() -> None:
    answer = ask(now="2024-03-06")
    assert "FIL-02" in answer.findings()
    assert answer.fact(ClassFilingApproved).valid_start_from == date(2024, 3, 6)
    assert "FIL-02" not in ask(now=str(START)).findings()


@pytest.mark.rule("FIL-03")
def test_a_first_task_needs_a_site_visit_before_it() -> None:
    unvisited = without(a_filed_class(), InstitutionSiteVerified)
    ask(story=unvisited).then_refused("FIL-03")
    elsewhere = verified(county_code="371521")
    ask(elsewhere, story=unvisited).then_refused("FIL-03")
    failed = verified(result="FAIL")
    ask(failed, story=unvisited).then_refused("FIL-03")
    assert ask(verified("FIRST_TASK_PRE", "2024-02-22"), story=unvisited).granted()


@pytest.mark.rule("FIL-03")
def test_a_first_task_may_count_for_the_whole_city_or_be_waived() -> None:
    unvisited = without(a_filed_class(), InstitutionSiteVerified)
    citywide = law(parameters={"first_task_scope": "CITY"})
    elsewhere = verified(county_code="371521")
    assert ask(elsewhere, story=unvisited, under=citywide).granted()
    waived = law(waivers=[waiver("FIL-03", CLASS)])
    assert ask(story=unvisited, under=waived).granted()


@pytest.mark.rule("FIL-03")
def test_a_visited_first_class_makes_the_next_one_no_first_task() -> None:
    looked: dict[str, Any] = {"attendance_checked": True, "delivery_checked": True}
    before = verified("FIRST_TASK_IN_CLASS", "2023-10-10", **looked)
    assert not ask(before).fact(ClassFilingApproved).first_task
    half = verified("FIRST_TASK_IN_CLASS", "2023-10-10", attendance_checked=True)
    assert ask(half).fact(ClassFilingApproved).first_task
    elsewhere = verified("FIRST_TASK_IN_CLASS", "2023-10-10", county_code="371521", **looked)
    assert ask(elsewhere).fact(ClassFilingApproved).first_task
    citywide = law(parameters={"first_task_scope": "CITY"})
    assert not ask(elsewhere, under=citywide).fact(ClassFilingApproved).first_task


@pytest.mark.rule("FIL-04")
def test_nobody_unverified_stands_on_an_approved_roster() -> None:
    story = [
        replace(one, fact=replace(one.fact, result="MISMATCH"))
        if isinstance(one.fact, TraineeIdentityVerified) and one.fact.person_id == person(2)
        else one
        for one in a_filed_class()
    ]
    ask(story=tuple(story)).then_refused("FIL-04")


@pytest.mark.rule("INS-07")
def test_a_body_that_left_the_catalogue_is_not_approved() -> None:
    ask(under=law(lists={"INSTITUTION": ()})).then_refused("INS-07")


@pytest.mark.rule("INS-12")
def test_a_body_suspended_since_the_filing_is_not_approved() -> None:
    ask(suspension()).then_refused("INS-12")


@pytest.mark.rule("INS-29")
def test_an_occupation_outside_the_licence_is_refused() -> None:
    assert ask().granted()
    narrower = registered(licence_scope=("6-02-03-01",))
    story = (narrower, *a_filed_class()[1:])
    ask(story=story).then_refused("INS-29")


@pytest.mark.rule("INS-29")
def test_a_licence_lasts_until_the_class_is_over() -> None:
    story = (registered(licence_valid_to=date(2024, 3, 11)), *a_filed_class()[1:])
    ask(story=story).then_refused("INS-29")
    unbounded = (registered(licence_scope=()), *a_filed_class()[1:])
    assert ask(story=unbounded).granted()


@pytest.mark.rule("INS-17")
def test_heads_fit_the_work_stations_where_the_city_says_how_many_each() -> None:
    one_each = law(parameters={"heads_per_station": 1})
    thirty = filed_with(heads=30)
    ask(story=thirty, under=one_each).then_refused("INS-17")
    assert ask(story=thirty, under=law(parameters={"heads_per_station": 2})).granted()
    assert "INS-17" not in ask(story=thirty).findings()


@pytest.mark.rule("INS-17")
def test_without_the_citys_ratio_missing_stations_are_only_told() -> None:
    none = site("2024-01-05", workstations=())
    assert "INS-17" in ask(none).findings()


@pytest.mark.rule("ELG-32")
def test_an_occupation_without_a_standard_is_told() -> None:
    answer = ask(under=law(lists={"SUBSIDY_STANDARD": ()}))
    assert "ELG-32" in answer.findings()
    fact = answer.fact(ClassFilingApproved)
    assert (fact.standard_fen, fact.committed_fen) == (None, 0)
    assert "ELG-32" not in ask().findings()


def budget(amount_fen: int) -> Happened:
    account = account_of(COUNTY, "EMPLOYMENT", 2024)
    fact = FundBudgetAllocated(
        fund_account_id=account,
        county_code=COUNTY,
        fund="EMPLOYMENT",
        year=2024,
        amount_fen=amount_fen,
        doc_sha256=DOC,
        allocated_fen=amount_fen,
    )
    return happened("2024-01-10", FUND_ACCOUNT, account, fact)


@pytest.mark.rule("ELG-22")
def test_a_class_that_costs_more_than_the_fund_has_is_told() -> None:
    story = filed_with(fund_intent="EMPLOYMENT")
    assert "ELG-22" in ask(budget(1_439_999), story=story).findings()
    assert "ELG-22" not in ask(budget(1_440_000), story=story).findings()
    assert "ELG-22" in ask(story=story).findings()


def of_project(cites: Any = PROJECT_ID, **changes: Any) -> Outcome:  # noqa: ANN401 - of the project
    """Return the answer to the approval of a project class."""
    story = filed_with(training_type="PROJECT", project_id=cites)
    return ask(project(**changes), story=story)


@pytest.mark.rule("ELG-28")
@pytest.mark.rule("DEL-05")
def test_a_project_class_is_under_process_supervision_by_its_type() -> None:
    fact = of_project().fact(ClassFilingApproved)
    assert fact.supervision == "PROCESS"
    assert ask().fact(ClassFilingApproved).supervision == "ORDINARY"
    assert ask(supervision="PROCESS").fact(ClassFilingApproved).supervision == "PROCESS"


@pytest.mark.rule("DEL-05")
def test_a_city_may_put_other_types_under_process_supervision() -> None:
    more = law(parameters={"process_supervised_types": ["PROJECT", "EMPLOYMENT_SKILL"]})
    assert ask(under=more).fact(ClassFilingApproved).supervision == "PROCESS"


@pytest.mark.rule("ELG-28")
@pytest.mark.parametrize(
    "changes",
    [
        {"cites": None},
        {"valid_to": date(2024, 3, 3)},
        {"supplier_id": BODY},
        {"occupations": (replace(COOK, level="4"),)},
        {"heads": 11},
    ],
)
def test_a_project_class_cites_an_active_project_of_its_own(changes: dict[str, Any]) -> None:
    of_project(**changes).then_refused("ELG-28")


@pytest.mark.rule("INS-06")
def test_a_project_was_procured_and_trains_its_target_group() -> None:
    of_project(procurement_ref=None).then_refused("INS-06")
    answer = of_project(target_group=("VETERAN",))
    answer.then_refused("INS-06")
    (broken,) = answer.answer.broken  # type: ignore[union-attr]  # it is a refusal
    assert "12" in broken.what.found.en
    assert broken.what.where == "roster"


@pytest.mark.rule("DEL-20")
def test_a_project_class_has_the_supervisor_of_its_project() -> None:
    assert "DEL-20" not in of_project().findings()
    assert "DEL-20" in of_project(supervising_org="371500-HR").findings()


@pytest.mark.rule("TRN-02")
def test_a_class_approved_before_the_notice_and_not_started_keeps_its_standards() -> None:
    answer = ask(now="2023-07-11", story=a_filed_class())
    assert answer.fact(ClassFilingApproved).regime == "R2"
