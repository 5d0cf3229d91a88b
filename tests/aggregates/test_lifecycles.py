"""Every step in every state: classes and claims go only the ways that their life cycles know.

A step is open in a state where it is granted; in every other state it is refused, by the life
cycle or by the order of the steps of a claim (CLM-08).
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from aggregates.decisions import Command, Granted
from aggregates.enrolment.commands import EnrolTrainee
from aggregates.payment.commands import RecordPaymentFailure
from aggregates.publicity.commands import ClosePublicity
from aggregates.subsidy_claim.commands import (
    DisallowItem,
    HoldItems,
    RefuseClaim,
    ResubmitClaim,
    ReturnClaim,
)
from aggregates.subsidy_claim.parts import Disallowal
from aggregates.training_class.commands import (
    ChangeRoster,
    CloseClass,
    CompleteTeaching,
    RejectClassFiling,
    ReportScheduleChange,
    ResubmitClassFiling,
    ReturnClassFiling,
)
from aggregates.training_class.facts import ClassClosed, ClassTotals, Ground
from aggregates.training_class.scheduling import NewDetails
from aggregates.training_class.state import TRAINING_CLASS
from tests.aggregates.claim_commands import (
    accept_claim,
    apply_for,
    assign_fund,
    confirm,
    decide,
    initial_review,
    order,
    publish,
    report,
    resolve,
    second_review,
    submit_claim,
)
from tests.aggregates.claim_stories import (
    a_claimable_class,
    a_cleared_claim,
    a_funded_claim,
    a_paid_claim,
    a_published_claim,
    a_reported_claim,
    a_resolved_claim,
    a_reviewed_claim,
    a_submitted_claim,
    a_twice_reviewed_claim,
    an_applied_claim,
    an_approved_claim,
    an_ordered_claim,
)
from tests.aggregates.claims import (
    BATCH,
    CLAIM,
    CLAIM_LAW,
    CLERK,
    PACKAGE,
    PAYMENT_ID,
    items,
    payee,
)
from tests.aggregates.harness import COUNTY, Happened, Outcome, given, happened, moment, official
from tests.aggregates.institution.samples import DOC, SCHOOL
from tests.aggregates.stories import (
    a_filed_class,
    a_held_class,
    a_running_class,
    a_taught_class,
    an_approved_class,
    ready_to_file,
    told,
)
from tests.aggregates.training_class.samples import (
    APPROVER,
    CLASS,
    END,
    HEAD,
    LAW,
    START,
    approve,
    enrol,
    filing,
    person,
    record_session,
    register_recording,
    seal_sheet,
    session_times,
    sheet_rows,
    start,
    submit,
)

Story = tuple[Happened, ...]
States = Mapping[str, Callable[[], Story]]
SOMEBODY_ELSE = official(40)
"""Who did none of the steps before, so that nothing but the step itself decides."""
BY_ORDER = {"LIFECYCLE", "CLM-08", "FIL-02"}
"""The rules by which a step is refused because of the state."""
UNKNOWN_RULE = (Ground(rule_id="FIL-99"),)


# Classes

RETURN_FILING = ReturnClassFiling(class_id=CLASS, reasons=(Ground(rule_id="FIL-05"),))
REJECT_FILING = RejectClassFiling(class_id=CLASS, reasons=(Ground(rule_id="FIL-09"),))
ANOTHER_SESSION = record_session(
    1, session_no=15, actual_start=session_times(1)[0], actual_end=session_times(1)[1]
)
CHANGE = ReportScheduleChange(
    class_id=CLASS,
    change_no="BG-1",
    sessions=(
        NewDetails(
            session_no=13,
            starts_at=moment("2024-03-20 08:30"),
            ends_at=moment("2024-03-20 11:30"),
        ),
    ),
    written_doc=DOC,
)


def a_returned_class() -> Story:
    return told(a_filed_class(), RETURN_FILING, "2024-02-21", by=APPROVER)


def a_rejected_class() -> Story:
    return told(a_filed_class(), REJECT_FILING, "2024-02-21", by=APPROVER)


def a_closed_class() -> Story:
    closed = ClassClosed(
        class_id=CLASS,
        institution_id=SCHOOL,
        county_code=COUNTY,
        closed_at=moment("2024-08-20"),
        totals=ClassTotals(enrolled=12, completed=12, passed=12, claimed=0, paid=0),
    )
    return (*a_taught_class(), happened("2024-08-20", TRAINING_CLASS, CLASS, closed))


CLASSES: States = {
    "NONE": ready_to_file,
    "FILED": a_filed_class,
    "RETURNED": a_returned_class,
    "REJECTED": a_rejected_class,
    "APPROVED": an_approved_class,
    "RUNNING": a_running_class,
    "HELD": a_held_class,
    "TAUGHT": a_taught_class,
    "CLOSED": a_closed_class,
}
"""Stories by state; HELD is RUNNING with every session held."""
EVER_FILED = "FILED RETURNED REJECTED APPROVED"
CLASS_STEPS: list[tuple[Command, str, str]] = [
    (submit(), "2024-02-23", "NONE"),
    (ResubmitClassFiling(class_id=CLASS, filing=filing()), "2024-02-23", "RETURNED"),
    (RETURN_FILING, "2024-02-23", "FILED"),
    (REJECT_FILING, "2024-02-23", "FILED"),
    (approve(), "2024-02-23", "FILED"),
    (start(), f"{START} 09:00", "APPROVED"),
    (CHANGE, "2024-03-01", "APPROVED RUNNING HELD TAUGHT CLOSED"),
    (
        ChangeRoster(class_id=CLASS, removed=(person(0),)),
        "2024-03-01",
        "APPROVED RUNNING HELD",
    ),
    (enrol(0), "2024-02-26", "FILED RETURNED APPROVED"),
    (ANOTHER_SESSION, f"{START} 18:00", f"{EVER_FILED} RUNNING HELD"),
    (
        seal_sheet(15, entries=sheet_rows(1)),
        f"{START} 18:00",
        f"{EVER_FILED} RUNNING HELD TAUGHT",
    ),
    (register_recording(1), f"{START} 18:00", f"{EVER_FILED} RUNNING HELD TAUGHT"),
    (CompleteTeaching(class_id=CLASS), f"{END} 17:30", "HELD"),
]


# Claims

REASONS = (Ground(rule_id="CLM-06"),)
RETURN = ReturnClaim(claim_id=CLAIM, reasons=REASONS)
REFUSE = RefuseClaim(
    claim_id=CLAIM, reasons=REASONS, notice_doc=DOC, served_at=moment("2024-04-02")
)
HOLD = HoldItems(claim_id=CLAIM, items=(1,), ground="VERIFICATION")
DISALLOW = DisallowItem(
    claim_id=CLAIM, disallowal=Disallowal(item_no=1, rule_id="ELG-18", amount_fen=100)
)


def a_returned_claim() -> Story:
    return told(a_submitted_claim(), RETURN, "2024-04-02", under=CLAIM_LAW, by=CLERK)


def a_refused_claim() -> Story:
    return told(a_submitted_claim(), REFUSE, "2024-04-02", under=CLAIM_LAW, by=CLERK)


CLAIMS: States = {
    "NONE": a_claimable_class,
    "SUBMITTED": a_submitted_claim,
    "RETURNED": a_returned_claim,
    "REFUSED": a_refused_claim,
    "ACCEPTED": a_funded_claim,
    "INITIAL_REVIEWED": a_reviewed_claim,
    "SECOND_REVIEWED": a_twice_reviewed_claim,
    "REPORTED": a_reported_claim,
    "RESOLVED": a_resolved_claim,
    "IN_PUBLICITY": a_published_claim,
    "CLEARED": a_cleared_claim,
    "FUNDING_APPLIED": an_applied_claim,
    "FUNDING_APPROVED": an_approved_claim,
    "ORDERED": an_ordered_claim,
    "PAID": a_paid_claim,
}
BEFORE_THE_MEETING = "SUBMITTED ACCEPTED INITIAL_REVIEWED SECOND_REVIEWED REPORTED"
BEFORE_THE_ORDER = (
    f"{BEFORE_THE_MEETING} RETURNED RESOLVED IN_PUBLICITY CLEARED FUNDING_APPLIED FUNDING_APPROVED"
)
FAILED = RecordPaymentFailure(
    payment_id=PAYMENT_ID,
    order_no="ZF-1",
    reason="ACCOUNT_CLOSED",
    failed_at=moment("2024-04-24"),
)
AGAIN = ResubmitClaim(claim_id=CLAIM, items=items(), payee=payee(), package_sha256=PACKAGE)
CLAIM_STEPS: list[tuple[Command, str, str]] = [
    (submit_claim(), "INST_CLERK", "NONE"),
    (AGAIN, "INST_CLERK", "RETURNED"),
    (accept_claim(), "COUNTY_HR", "SUBMITTED"),
    (RETURN, "COUNTY_HR", BEFORE_THE_MEETING),
    (REFUSE, "COUNTY_HR", BEFORE_THE_MEETING),
    (assign_fund(), "COUNTY_HR", "ACCEPTED"),
    (initial_review(), "COUNTY_HR", "ACCEPTED"),
    (second_review(), "COUNTY_HR", "INITIAL_REVIEWED"),
    (report(), "COUNTY_HR", "SECOND_REVIEWED"),
    (resolve(), "COUNTY_HR", "REPORTED"),
    (publish(), "COUNTY_HR", "RESOLVED"),
    (ClosePublicity(publicity_id=BATCH), "COUNTY_HR", "IN_PUBLICITY"),
    (apply_for(), "COUNTY_HR", "CLEARED"),
    (decide(), "FINANCE", "FUNDING_APPLIED"),
    (order(), "FINANCE", "FUNDING_APPROVED"),
    (confirm(), "FINANCE", "ORDERED"),
    (FAILED, "FINANCE", "ORDERED"),
    (HOLD, "COUNTY_HR", f"{BEFORE_THE_ORDER} ORDERED"),
    (DISALLOW, "COUNTY_HR", BEFORE_THE_ORDER),
]


def name(one: Any) -> str:  # noqa: ANN401 - a command, or another part of a case
    return type(one).__name__ if isinstance(one, Command) else ""


def held_against(wanted: str, states: States, ask: Callable[[Story], Outcome]) -> None:
    """Assert that a step is granted in the wanted states and refused for its order elsewhere."""
    answers = {state: ask(story()).answer for state, story in states.items()}
    granted = {state for state, answer in answers.items() if isinstance(answer, Granted)}
    assert granted == set(wanted.split())
    for state, answer in answers.items():
        if not isinstance(answer, Granted):
            assert BY_ORDER & {one.rule for one in answer.broken}, state


@pytest.mark.parametrize(("command", "now", "wanted"), CLASS_STEPS, ids=name)
def test_a_class_takes_a_step_only_from_the_states_that_lead_there(
    command: Command, now: str, wanted: str
) -> None:
    by = HEAD if not isinstance(command, EnrolTrainee) else SOMEBODY_ELSE

    def ask(story: Story) -> Outcome:
        return given(*story, law=LAW).when(command, now=now, by=by)

    held_against(wanted, CLASSES, ask)


def test_a_class_that_was_closed_is_not_closed_again() -> None:
    answer = given(*a_closed_class(), law=LAW).when(CloseClass(class_id=CLASS), now="2024-09-01")
    answer.then_refused_among_others("LIFECYCLE")


@pytest.mark.rule("CLM-08")
@pytest.mark.parametrize(("command", "role", "wanted"), CLAIM_STEPS, ids=name)
def test_a_claim_takes_a_step_only_from_the_states_that_lead_there(
    command: Command, role: str, wanted: str
) -> None:
    channel: Any = "outer" if role == "INST_CLERK" else "inner"

    def ask(story: Story) -> Outcome:
        scene = given(*story, law=CLAIM_LAW)
        return scene.when(command, now="2024-04-26", by=SOMEBODY_ELSE, role=role, channel=channel)

    held_against(wanted, CLAIMS, ask)


@pytest.mark.parametrize(
    ("command", "story"),
    [
        (ReturnClassFiling(class_id=CLASS, reasons=UNKNOWN_RULE), a_filed_class),
        (RejectClassFiling(class_id=CLASS, reasons=UNKNOWN_RULE), a_filed_class),
        (ReturnClaim(claim_id=CLAIM, reasons=UNKNOWN_RULE), a_submitted_claim),
        (
            RefuseClaim(
                claim_id=CLAIM, reasons=UNKNOWN_RULE, notice_doc=DOC, served_at=moment("2024-04-02")
            ),
            a_submitted_claim,
        ),
        (HoldItems(claim_id=CLAIM, items=(1,), ground="RULE", rule_id="FIL-99"), a_funded_claim),
        (
            DisallowItem(
                claim_id=CLAIM, disallowal=Disallowal(item_no=1, rule_id="FIL-99", amount_fen=100)
            ),
            a_funded_claim,
        ),
    ],
    ids=name,
)
def test_a_decision_against_somebody_cites_a_rule_that_there_is(
    command: Command, story: Callable[[], Story]
) -> None:
    scene = given(*story(), law=CLAIM_LAW)
    scene.when(command, now="2024-04-04", by=SOMEBODY_ELSE).then_refused("LIFECYCLE")


def test_a_session_is_told_once_it_has_begun() -> None:
    scene = given(*a_running_class(), law=LAW)
    begun = session_times(1)[0]
    early, on_time = f"{START} 00:01", f"{begun:%Y-%m-%d %H:%M}"
    scene.when(record_session(1), now=early, by=HEAD).then_refused("LIFECYCLE")
    scene.when(record_session(1), now=on_time, by=HEAD).granted()
