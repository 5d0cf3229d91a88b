"""A class is filed five working days ahead, by the ledger's clock (FIL-01)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from aggregates.decisions import Declaration
from aggregates.law.seed_calendar import seed_years
from aggregates.law.workdays import calendar_of
from aggregates.training_class.commands import (
    ResubmitClassFiling,
    ReturnClassFiling,
    SubmitClassFiling,
)
from aggregates.training_class.facts import (
    ClassFilingResubmitted,
    ClassFilingReturned,
    ClassFilingSubmitted,
    Ground,
)
from aggregates.training_class.form import Filing
from tests.aggregates.harness import (
    COUNTY,
    Outcome,
    given,
)
from tests.aggregates.stories import (
    a_filed_class,
    file_class,
    told,
)
from tests.aggregates.training_class.samples import (
    APPROVER,
    CLASS,
    FILER,
    LAW,
    START,
    filing,
    law,
    roster,
    session_times,
    timetable_row,
    waiver,
)


def moved_to(start: date, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a filing
    """Return the fields of a filing whose sessions begin on another day."""
    shift = start - START
    rows = tuple(
        timetable_row(
            number,
            starts_at=session_times(number)[0] + shift,
            ends_at=session_times(number)[1] + shift,
        )
        for number in range(1, 15)
    )
    ends = max(row.ends_at for row in rows).date()
    return {
        "planned_start": start,
        "planned_end": ends,
        "planned_assessment_on": ends,
        "timetable": rows,
        **changes,
    }


@pytest.mark.rule("FIL-01")
@pytest.mark.parametrize(
    ("start", "last"),
    [
        (date(2024, 2, 19), "2024-02-06"),
        (date(2024, 5, 6), "2024-04-25"),
        (date(2025, 7, 7), "2025-06-30"),
    ],
)
def test_the_last_working_day_is_in_time_and_the_next_day_is_late(start: date, last: str) -> None:
    day_after = date.fromisoformat(last) + timedelta(days=1)
    fields = moved_to(start)
    fact = file_class(now=f"{last} 23:59", **fields).fact(ClassFilingSubmitted)
    assert fact.clock.due_on == date.fromisoformat(last)
    assert fact.clock.status == "FINAL"
    file_class(now=f"{day_after} 00:00", **fields).then_refused("FIL-01")


@pytest.mark.rule("FIL-01")
def test_a_filing_four_working_days_ahead_is_refused_and_says_what_was_expected() -> None:
    answer = file_class(now="2024-02-27").answer
    (broken,) = answer.broken  # type: ignore[union-attr]  # it is a refusal
    assert broken.rule == "FIL-01"
    assert "2024-02-26" in broken.what.expected.zh
    assert "2024-02-27" in broken.what.found.en


@pytest.mark.rule("FIL-01")
def test_a_date_on_paper_never_makes_a_late_filing_timely() -> None:
    late = file_class(now="2024-02-27", declared_on=date(2024, 2, 20))
    late.then_refused("FIL-01")


@pytest.mark.rule("FIL-01")
def test_a_late_filing_passes_by_a_waiver_that_the_entry_names() -> None:
    fact = file_class(now="2024-02-27", under=law(waivers=[waiver("FIL-01")]))
    assert fact.fact(ClassFilingSubmitted).clock.waiver_id == "W-1"
    of_class = law(waivers=[waiver("FIL-01", CLASS)])
    assert file_class(now="2024-02-27", under=of_class).granted()
    other_rule = law(waivers=[waiver("FIL-13")])
    file_class(now="2024-02-27", under=other_rule).then_refused("FIL-01")


@pytest.mark.rule("FIL-01")
def test_while_a_calendar_is_missing_a_filing_is_recorded_and_never_refused() -> None:
    unpublished = replace(LAW, calendar=calendar_of(y for y in seed_years() if y.year < 2024))
    answer = file_class(now="2024-02-01", under=unpublished, **moved_to(date(2024, 2, 19)))
    assert answer.fact(ClassFilingSubmitted).clock.status == "PROVISIONAL"
    assert "FIL-01" in answer.findings()


@pytest.mark.rule("FIL-01")
def test_a_missing_calendar_that_cannot_change_the_answer_refuses_like_any_other() -> None:
    unpublished = replace(LAW, calendar=calendar_of(y for y in seed_years() if y.year < 2024))
    file_class(now="2024-02-27", under=unpublished).then_refused("FIL-01")
    assert file_class(now="2024-02-26", under=unpublished).granted()


@pytest.mark.rule("FIL-01")
def test_a_start_that_no_calendar_can_reach_is_refused_rather_than_failing() -> None:
    file_class(**moved_to(date(2150, 3, 2))).then_refused_among_others("FIL-01")


@pytest.mark.rule("FIL-01")
def test_history_is_recorded_though_late_and_does_not_look_timely() -> None:
    answer = file_class(now="2024-09-01", as_facts=True)
    assert "FIL-01" in answer.findings()
    assert answer.fact(ClassFilingSubmitted).clock.due_on == date(2024, 2, 26)


@pytest.mark.rule("TRN-01")
def test_a_class_before_the_notice_is_not_held_to_the_five_days() -> None:
    before = file_class(now="2023-05-05", **moved_to(date(2023, 5, 8)), as_facts=True)
    assert "FIL-01" not in before.findings()
    assert before.granted()[0].regime == "R1"
    after = file_class(now="2024-02-20")
    assert after.granted()[0].regime == "R3"


RETURN = ReturnClassFiling(class_id=CLASS, reasons=(Ground(rule_id="FIL-05"),))


def resubmit(new: Filing, now: str, mode: str | None = None) -> Outcome:
    """Return the answer to a filing that was returned on the 22nd and comes again."""
    under = law(parameters={} if mode is None else {"filing_clock_on_resubmission": mode})
    story = told(a_filed_class(), RETURN, "2024-02-22", by=APPROVER)
    command = ResubmitClassFiling(class_id=CLASS, filing=new)
    return given(*story, law=under).when(command, now=now, by=FILER, role="INST_CLERK")


SCANS_ALONE = replace(filing(), scans=(*filing().scans, filing().scans[0]))
OTHER_ROOM = replace(
    filing(), timetable=tuple(replace(r, room_id="P1") for r in filing().timetable)
)


@pytest.mark.rule("FIL-01")
def test_corrected_papers_keep_the_clock_of_the_first_submission() -> None:
    fact = resubmit(SCANS_ALONE, "2024-02-28").fact(ClassFilingResubmitted)
    assert fact.changed == ("SCANS",)
    assert not fact.clock_restarted
    assert fact.judged_on == date(2024, 2, 20)


@pytest.mark.rule("FIL-01")
def test_another_site_room_lecturer_roster_or_time_restarts_the_clock() -> None:
    resubmit(OTHER_ROOM, "2024-02-28").then_refused("FIL-01")
    fact = resubmit(OTHER_ROOM, "2024-02-26").fact(ClassFilingResubmitted)
    assert fact.changed == ("SITE",)
    assert fact.clock_restarted
    shorter = replace(filing(), roster=roster(11))
    assert resubmit(shorter, "2024-02-26").fact(ClassFilingResubmitted).changed == ("ROSTER",)
    resubmit(shorter, "2024-02-27").then_refused("FIL-01")


@pytest.mark.rule("FIL-01")
def test_a_city_may_always_restart_the_clock_or_never() -> None:
    resubmit(SCANS_ALONE, "2024-02-28", "RESTART").then_refused("FIL-01")
    kept = resubmit(OTHER_ROOM, "2024-02-28", "KEEP_FIRST").fact(ClassFilingResubmitted)
    assert not kept.clock_restarted


def test_only_a_returned_filing_is_resubmitted_and_only_an_open_one_returned() -> None:
    command = ResubmitClassFiling(class_id=CLASS, filing=filing())
    given(*a_filed_class(), law=LAW).when(command, now="2024-02-21").then_refused("LIFECYCLE")
    given(law=LAW).when(command, now="2024-02-21").then_refused("LIFECYCLE")
    given(law=LAW).when(RETURN, now="2024-02-21").then_refused("LIFECYCLE")
    no_reason = ReturnClassFiling(class_id=CLASS, reasons=())
    given(*a_filed_class(), law=LAW).when(no_reason, now="2024-02-21").then_refused("LIFECYCLE")


def test_a_return_names_its_rules_and_its_reviewer() -> None:
    fact = given(*a_filed_class(), law=LAW).when(RETURN, now="2024-02-21", by=APPROVER)
    returned = fact.fact(ClassFilingReturned)
    assert returned.reviewer == APPROVER
    assert returned.reasons[0].rule_id == "FIL-05"
    assert returned.county_code == COUNTY


def test_a_class_is_filed_once() -> None:
    file_class(*a_filed_class()[-1:]).then_refused("LIFECYCLE")


def test_a_resubmission_keeps_every_rule_of_a_submission() -> None:
    def rules(declared: Declaration) -> set[tuple[str, str, str]]:
        asked = (rule for rule in declared.rules if rule.kind != "LIFECYCLE")
        return {(rule.id, rule.kind, rule.ask.__name__) for rule in asked}  # type: ignore[attr-defined]  # wrong on purpose

    again = rules(ResubmitClassFiling.DECLARATION)
    assert again == rules(SubmitClassFiling.DECLARATION)
    assert len(again) > 25


def test_a_resubmission_is_refused_for_whatever_it_still_lacks() -> None:
    lacking = replace(filing(), class_head=None, roster=roster(61), standard_code=None)
    answer = resubmit(lacking, "2024-02-23")
    answer.then_refused("FIL-17", "FIL-08", "FIL-11", "FIL-04")


@pytest.mark.rule("FIL-01")
@pytest.mark.rule("TRN-01")
def test_a_start_in_the_past_is_no_way_into_an_older_law() -> None:
    fields = moved_to(date(2023, 3, 6))
    file_class(now="2024-02-20", **fields).then_refused_among_others("FIL-01")
    history = file_class(now="2024-02-20", as_facts=True, **fields)
    assert "FIL-01" not in history.findings()
