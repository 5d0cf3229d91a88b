from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from aggregates.archive.facts import ArchiveChecked
from aggregates.decisions import Granted
from aggregates.entitlement.facts import EntitlementReleased
from aggregates.ids import ClassId, InspectionId
from aggregates.inspection.facts import InspectionConducted
from aggregates.inspection.state import INSPECTION
from aggregates.law.in_force import Waiver
from aggregates.subsidy_claim.commands import ResolvedClaim
from aggregates.subsidy_claim.facts import AuditReportIssued, MeetingResolved
from aggregates.training_class.facts import (
    AttendanceSheetSealed,
    ClassFilingApproved,
    ClassFilingSubmitted,
    ClassStarted,
    RecordingRegistered,
    SessionHeld,
    TeachingCompleted,
)
from aggregates.training_class.form import RequiredHours
from tests.aggregates.claim_commands import report, resolve
from tests.aggregates.claim_stories import (
    Story,
    a_reported_claim,
    a_reviewed_claim,
    a_twice_reviewed_claim,
    altered,
    claim_in,
)
from tests.aggregates.claims import (
    BUREAU,
    CLAIM,
    CLAIM_LAW,
    LISTS,
    MET,
    REPORTED,
    REPORTER,
    TRAINING_FEN,
    matched,
)
from tests.aggregates.harness import COUNTY, Happened, Outcome, given, happened, moment, official
from tests.aggregates.institution.samples import SCHOOL
from tests.aggregates.stories import told, without
from tests.aggregates.training_class.samples import CLASS, INSPECTORS, law, waiver

VISIT = InspectionId(UUID(int=0x1A59))
LITTLE = RequiredHours(total=20, practice_bp=0)


def visited(**changes: Any) -> Happened:  # noqa: ANN401 - fields of the fact
    fields: dict[str, Any] = {
        "inspection_id": VISIT,
        "class_id": CLASS,
        "institution_id": SCHOOL,
        "county_code": COUNTY,
        "inspection_type": "REGULAR",
        "mode": "ONSITE",
        "session_no": 3,
        "starts_at": moment("2024-03-05 09:00"),
        "ends_at": moment("2024-03-05 10:00"),
        "inspectors": INSPECTORS,
        "headcount": 3,
        "roster_expected": 3,
        "instructor_seen": True,
        "course_as_planned": True,
        "place_ok": True,
        "recording_ok": True,
        "counts_for_del05": True,
        **changes,
    }
    return happened("2024-03-05", INSPECTION, VISIT, InspectionConducted(**fields))


def supervised(*more: Happened) -> Story:
    return (*altered(a_twice_reviewed_claim(), ClassFilingApproved, supervision="PROCESS"), *more)


def reporting(
    story: Story | None = None,
    under: Any = CLAIM_LAW,  # noqa: ANN401 - a law
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    scene = given(*(a_twice_reviewed_claim() if story is None else story), law=under)
    return scene.when(report(**changes), now=REPORTED, by=REPORTER)


@pytest.mark.rule("CLM-08")
def test_a_report_follows_both_reviews() -> None:
    fact = reporting().fact(AuditReportIssued)
    assert (fact.heads, fact.amount_fen, fact.inspection_id) == (3, 3 * TRAINING_FEN, None)
    reporting(a_reviewed_claim()).then_refused("CLM-08")


@pytest.mark.rule("DEL-05")
def test_an_ordinary_class_needs_no_inspection() -> None:
    assert reporting().findings() == set()


@pytest.mark.rule("DEL-05")
@pytest.mark.rule("DEL-21")
def test_a_class_under_process_supervision_is_reported_with_its_inspection() -> None:
    fact = reporting(supervised(visited()), inspection_id=VISIT).fact(AuditReportIssued)
    assert fact.inspection_id == VISIT


@pytest.mark.rule("DEL-05")
@pytest.mark.parametrize(
    "changes",
    [
        {"inspectors": INSPECTORS[:1], "counts_for_del05": False},
        {"inspection_type": "RANDOM", "counts_for_del05": False},
        {"class_id": ClassId(UUID(int=7))},
    ],
)
def test_an_inspection_alone_or_of_another_kind_or_class_does_not_count(
    changes: dict[str, Any],
) -> None:
    answer = reporting(supervised(visited(**changes)), inspection_id=VISIT)
    answer.then_refused_among_others("DEL-05")


@pytest.mark.rule("DEL-05")
def test_without_an_inspection_it_is_not_reported() -> None:
    reporting(supervised()).then_refused("DEL-05")
    reporting(supervised(visited())).then_refused("DEL-05")


@pytest.mark.rule("DEL-21")
def test_an_inspection_that_looked_at_one_part_alone_does_not_count() -> None:
    half = supervised(visited(counts_for_del05=False, headcount=None))
    reporting(half, inspection_id=VISIT).then_refused("DEL-21")


@pytest.mark.rule("DEL-05")
@pytest.mark.parametrize("subject", [CLASS, CLAIM, SCHOOL])
def test_the_meetings_waiver_stands_for_the_inspection(subject: UUID) -> None:
    waived = law(LISTS, waivers=[waiver("DEL-05", subject)])
    assert reporting(supervised(), under=waived).fact(AuditReportIssued).waiver_id == "W-1"


@pytest.mark.rule("DEL-05")
def test_a_waiver_that_has_ended_does_not() -> None:
    over = law(LISTS, waivers=[Waiver("DEL-05", CLASS, date(2024, 4, 9), "W-1")])
    reporting(supervised(), under=over).then_refused("DEL-05")


@for_all(
    process=st.booleans(),
    named=st.booleans(),
    inspectors=st.integers(1, 3),
    counts=st.booleans(),
    waived=st.booleans(),
)
def test_a_supervised_class_never_gets_a_report_without_inspection_or_waiver(
    *, process: bool, named: bool, inspectors: int, counts: bool, waived: bool
) -> None:
    both = counts and inspectors > 1
    visit = visited(
        inspectors=tuple(official(30 + n) for n in range(inspectors)), counts_for_del05=both
    )
    supervision = "PROCESS" if process else "ORDINARY"
    story = altered(a_twice_reviewed_claim(), ClassFilingApproved, supervision=supervision)
    under = law(LISTS, waivers=[waiver("DEL-05", CLASS)] if waived else [])
    answer = reporting((*story, visit), under, inspection_id=VISIT if named else None)
    lawful = not process or waived or (named and both)
    assert isinstance(answer.answer, Granted) is lawful


@pytest.mark.rule("FIL-03")
def test_the_claims_of_a_first_class_wait_for_the_visit_or_its_waiver() -> None:
    waits = altered(a_twice_reviewed_claim(), TeachingCompleted, awaits_visit=True)
    reporting(waits).then_refused("FIL-03")
    reporting(waits, law(LISTS, waivers=[waiver("FIL-03", CLASS)])).granted()
    reporting().granted()


@pytest.mark.rule("DEL-03")
def test_a_session_recorded_too_little_stops_the_report() -> None:
    unrecorded = without(a_twice_reviewed_claim(), RecordingRegistered)
    reporting(unrecorded).then_refused("DEL-03", "FIL-10")
    reporting(unrecorded, law(LISTS, waivers=[waiver("DEL-03", CLASS)])).granted()
    reporting(unrecorded, law(LISTS, {"min_recording_coverage": 0})).then_refused("FIL-10")


@pytest.mark.rule("DEL-03")
def test_sessions_on_line_need_no_recording() -> None:
    unrecorded = without(a_twice_reviewed_claim(), RecordingRegistered)
    online = altered(unrecorded, SessionHeld, mode="ONLINE")
    reporting(altered(online, ClassFilingSubmitted, required=LITTLE)).granted()


@pytest.mark.rule("FIL-10")
def test_hours_that_do_not_count_make_a_claim_wait() -> None:
    story = a_twice_reviewed_claim()
    short = altered(story, SessionHeld, hours=3)
    reporting(short).then_refused("FIL-10")
    reporting(short, law(LISTS, waivers=[waiver("FIL-12", CLASS)])).granted()
    reporting(without(story, AttendanceSheetSealed)).then_refused("FIL-10")
    on_line = altered(story, SessionHeld, mode="ONLINE", kind="PRACTICE")
    reporting(on_line).then_refused("FIL-10")


@pytest.mark.rule("FIL-10")
def test_hours_by_the_standard_wait_for_no_other_waiver() -> None:
    standard = RequiredHours(total=60, practice_bp=0, by_standard=True)
    story = altered(a_twice_reviewed_claim(), ClassFilingSubmitted, required=standard)
    reporting(story, law(LISTS, waivers=[waiver("FIL-12", CLASS)])).then_refused("FIL-10")
    enough = replace(standard, total=56)
    reporting(altered(story, ClassFilingSubmitted, required=enough)).granted()


@pytest.mark.rule("FIL-10")
def test_the_hours_of_a_class_of_before_the_notice_stop_no_claim() -> None:
    short = altered(a_twice_reviewed_claim(), SessionHeld, hours=3)
    reporting(altered(short, ClassStarted, regime="R1")).granted()


@pytest.mark.rule("DEL-03")
def test_a_class_without_any_session_on_record_is_reported_with_a_finding() -> None:
    answer = reporting(without(a_twice_reviewed_claim(), SessionHeld))
    assert answer.findings() == {"DEL-03"}
    answer.granted()


@pytest.mark.rule("ARC-02")
def test_a_claim_waits_until_the_training_part_of_the_archive_was_checked() -> None:
    unchecked = without(a_twice_reviewed_claim(), ArchiveChecked)
    reporting(unchecked).then_refused("ARC-02")
    lacking = altered(a_twice_reviewed_claim(), ArchiveChecked, complete=False)
    reporting(lacking).then_refused("ARC-02")
    off = law(LISTS, {"claim_requires_checked_archive": False})
    reporting(unchecked, off).granted()


def resolving(
    decision: str = "APPROVE",
    story: Story | None = None,
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    scene = given(*(a_reported_claim() if story is None else story), law=CLAIM_LAW)
    return scene.when(resolve(decision, **changes), now=MET, by=BUREAU)


@pytest.mark.rule("CLM-08")
def test_the_meeting_follows_the_report() -> None:
    fact = resolving().fact(MeetingResolved)
    assert (fact.decision, fact.amount_fen, fact.minutes_no) == (
        "APPROVE",
        3 * TRAINING_FEN,
        "DZ-2024-7",
    )
    resolving(story=a_twice_reviewed_claim()).then_refused("CLM-08")


def test_what_the_meeting_rejects_frees_its_places() -> None:
    answer = resolving("REJECT")
    assert answer.fact(MeetingResolved).amount_fen == 0
    freed = [n.fact for n in answer.granted() if isinstance(n.fact, EntitlementReleased)]
    assert len(freed) == 3
    story = told(a_reported_claim(), resolve("REJECT"), MET, under=CLAIM_LAW, by=BUREAU)
    assert claim_in(story).status == "REFUSED"


def test_what_the_meeting_puts_off_waits_and_can_be_resolved_later() -> None:
    story = told(a_reported_claim(), resolve("DEFER"), MET, under=CLAIM_LAW, by=BUREAU)
    assert claim_in(story).status == "REPORTED"
    resolving(story=story).granted()


@pytest.mark.rule("ELG-07")
def test_the_yearly_cap_is_asked_once_more_at_the_meeting() -> None:
    three = [
        matched(0, source="PRIOR_SUBSIDY", valid_from=date(2024, month, 2)) for month in (1, 2, 3)
    ]
    story = (*a_reported_claim(), *three)
    resolving(story=story).then_refused("ELG-07")
    resolving("REJECT", story=story).granted()


@pytest.mark.parametrize(
    "changes",
    [
        {"claims": ()},
        {"claims": (ResolvedClaim(claim_id=CLAIM, decision="APPROVE"),) * 2},
        {"held_on": date(2024, 4, 12)},
        {"attendees": ()},
        {
            "attendees": (BUREAU,),
            "claims": (ResolvedClaim(claim_id=CLAIM, decision="APPROVE", recused=(BUREAU,)),),
        },
    ],
)
def test_a_meeting_was_held_by_somebody_about_something(changes: dict[str, Any]) -> None:
    resolving(**changes).then_refused("LIFECYCLE")
