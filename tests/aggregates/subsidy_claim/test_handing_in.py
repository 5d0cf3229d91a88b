from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from aggregates.entitlement.facts import EntitlementReleased, EntitlementReserved
from aggregates.facts import encode
from aggregates.ids import ClaimId, ClassId, InstitutionId
from aggregates.sealed import Account, Matchable
from aggregates.subsidy_claim.commands import RefuseClaim, ResubmitClaim, ReturnClaim
from aggregates.subsidy_claim.facts import (
    ClaimAccepted,
    ClaimRefused,
    ClaimResubmitted,
    ClaimReturned,
    ClaimSubmitted,
)
from aggregates.subsidy_claim.parts import CERT_NO_CHARS_MAX, ITEMS_MAX
from aggregates.training_class.facts import ClaimFiled, Ground, TeachingCompleted
from aggregates.training_class.state import TRAINING_CLASS
from tests.aggregates.claim_commands import accept_claim, initial_review, submit_claim
from tests.aggregates.claim_stories import (
    Story,
    a_claimable_class,
    a_resolved_claim,
    a_reviewed_claim,
    a_submitted_claim,
    accepting,
    an_accepted_claim,
    claim_in,
    handed_in,
    submitting,
)
from tests.aggregates.claims import (
    ACCEPTED,
    CLAIM,
    CLAIM_LAW,
    CLERK,
    INITIAL,
    PACKAGE,
    REVIEWED,
    SUBMITTED,
    TRAINING_FEN,
    cert_no,
    certified,
    item,
    items,
    payee,
    prose,
)
from tests.aggregates.harness import given, moment
from tests.aggregates.institution.samples import DOC, SCHOOL
from tests.aggregates.stories import told, without
from tests.aggregates.training_class.samples import CLASS, law, person

ELSEWHERE = InstitutionId(UUID(int=0x5D))
REASONS = (Ground(rule_id="CLM-06", text=prose()),)
REPLACED = "cd" * 32


def claims_known(story: Story) -> tuple[ClaimId, ...]:
    known: tuple[ClaimId, ...] = given(*story).loaded()[TRAINING_CLASS.name(CLASS)].state.claims
    return known


def test_a_submission_restates_class_heads_and_amount() -> None:
    fact = submitting(a_claimable_class()).fact(ClaimSubmitted)
    assert (fact.institution_id, fact.training_type) == (SCHOOL, "EMPLOYMENT_SKILL")
    assert (fact.heads, fact.amount_fen) == (3, 3 * TRAINING_FEN)
    assert fact.submitted_at == moment(SUBMITTED)


def test_an_id_is_made_where_none_is_chosen() -> None:
    answer = submitting(a_claimable_class(), submit_claim(claim_id=None))
    new, told_to_class = answer.granted()
    assert new.id == answer.fact(ClaimSubmitted).claim_id
    assert (told_to_class.id, answer.fact(ClaimFiled).claim_id) == (CLASS, new.id)


def test_a_class_knows_a_claim_from_its_submission_on_and_learns_of_it_once() -> None:
    submitted = handed_in(a_claimable_class())
    assert claims_known(submitted) == (CLAIM,)
    assert claims_known(an_accepted_claim()) == (CLAIM,)
    unaware = without(submitted, ClaimFiled)
    accepted = told(unaware, accept_claim(), ACCEPTED, under=CLAIM_LAW, by=CLERK)
    assert (claims_known(unaware), claims_known(accepted)) == ((), (CLAIM,))


def test_a_claim_full_of_faults_is_recorded_all_the_same() -> None:
    bare = without(a_claimable_class(), type(certified(0).fact), TeachingCompleted)
    rows = (item(0, amount_fen=9_999_999), *items()[1:])
    answer = submitting(bare, submit_claim(items=rows, level="3"))
    assert {"ELG-19", "ELG-25"} <= answer.findings()
    answer.granted()


@pytest.mark.parametrize(
    "changes",
    [
        {"items": ()},
        {"items": (item(0), item(1, item_no=1))},
        {"items": (item(0, amount_fen=0),)},
        {"class_id": ClassId(UUID(int=1))},
        {"applicant_institution_id": None},
        {"applicant_person_id": person(0)},
        {"mode": "PERSON"},
    ],
)
def test_a_misshapen_claim_is_no_claim(changes: dict[str, Any]) -> None:
    submitting(a_claimable_class(), submit_claim(**changes)).then_refused("LIFECYCLE")


def test_a_claim_is_submitted_once() -> None:
    submitting(a_submitted_claim()).then_refused("LIFECYCLE")


def test_an_institution_does_not_claim_for_another() -> None:
    scene = given(*a_claimable_class(), law=CLAIM_LAW)
    answer = scene.when(submit_claim(), now=SUBMITTED, channel="outer", institution=ELSEWHERE)
    answer.then_refused("LIFECYCLE")
    own = scene.when(submit_claim(), now=SUBMITTED, channel="outer", institution=SCHOOL)
    own.granted()


def test_a_claim_of_three_hundred_items_fits_into_an_entry_with_its_findings() -> None:
    numbers = [n % 3 for n in range(ITEMS_MAX)]
    long = "X" * CERT_NO_CHARS_MAX
    rows = tuple(item(n, item_no=at + 1, cert_no=long) for at, n in enumerate(numbers))
    fact = submitting(a_claimable_class(), submit_claim(items=rows)).fact(ClaimSubmitted)
    assert fact.findings
    assert len(msgspec.json.encode(encode(fact))) < 64_000


def test_an_accepted_claim_reserves_a_place_for_every_item() -> None:
    answer = accepting(a_claimable_class())
    places = [n.fact for n in answer.granted() if isinstance(n.fact, EntitlementReserved)]
    assert [one.person_id for one in places] == [person(0), person(1), person(2)]
    assert {(one.year, one.certified_on, one.basis) for one in places} == {
        (2024, date(2024, 3, 18), "CALENDAR")
    }
    assert answer.fact(ClaimAccepted).clock.due_on == date(2024, 5, 20)


def test_a_claim_is_not_accepted_before_its_class_was_taught() -> None:
    accepting(without(a_claimable_class(), TeachingCompleted)).then_refused("LIFECYCLE")


def test_a_claim_is_accepted_once_and_only_if_it_exists() -> None:
    given(*an_accepted_claim(), law=CLAIM_LAW).when(accept_claim(), now=ACCEPTED).then_refused(
        "LIFECYCLE"
    )
    given(law=CLAIM_LAW).when(accept_claim(), now=ACCEPTED).then_refused("LIFECYCLE")


def test_history_without_a_claim_is_accepted_as_a_fact() -> None:
    answer = given(law=CLAIM_LAW).when(accept_claim(), now=ACCEPTED, as_facts=True)
    assert answer.fact(ClaimAccepted).heads == 0
    assert "LIFECYCLE" in answer.findings()


def returned(story: Story, now: str = "2024-04-05") -> Story:
    back = ReturnClaim(claim_id=CLAIM, reasons=REASONS, fix_by=date(2024, 5, 31))
    return told(story, back, now, under=CLAIM_LAW, by=CLERK)


def resubmit(**changes: Any) -> ResubmitClaim:  # noqa: ANN401 - fields of the command
    return ResubmitClaim(
        **{
            "claim_id": CLAIM,
            "items": items(),
            "payee": payee(),
            "package_sha256": REPLACED,
            **changes,
        }
    )


def test_a_returned_claim_keeps_its_places_and_comes_back_whole() -> None:
    story = returned(an_accepted_claim())
    assert claim_in(story).status == "RETURNED"
    answer = given(*story, law=CLAIM_LAW).when(
        resubmit(), now="2024-05-06", channel="outer", role="INST_CLERK"
    )
    fact = answer.fact(ClaimResubmitted)
    assert fact.first_submitted_on == date(2024, 4, 1)
    assert fact.changed == ()
    assert len(answer.granted()) == 1


def test_a_resubmission_names_what_changed_and_frees_what_it_leaves_out() -> None:
    other: Matchable[Account] = Matchable("0" * 42 + "Q", "0" * 21 + "Q")
    rows = (item(0), item(1, cert_no=cert_no(2)))
    again = resubmit(items=rows, payee=payee(account=other))
    answer = given(*returned(an_accepted_claim()), law=CLAIM_LAW).when(again, now="2024-05-06")
    assert answer.fact(ClaimResubmitted).changed == ("ITEMS", "PAYEE")
    freed = [n.fact for n in answer.granted() if isinstance(n.fact, EntitlementReleased)]
    assert [(one.item_no, one.reason) for one in freed] == [(2, "DROPPED"), (3, "DROPPED")]


@pytest.mark.rule("CLM-07")
def test_the_deadline_is_judged_on_the_first_submission() -> None:
    under = law(
        {kind: lists[0].entries for kind, lists in CLAIM_LAW.catalogues.items()},
        {"claim_deadline.AGENCY": 2},
    )
    story = returned(a_submitted_claim())
    story = told(story, resubmit(), "2024-08-01", under=under, channel="outer")
    again = accept_claim(package_sha256=REPLACED)
    answer = given(*story, law=under).when(again, now="2024-08-02", by=CLERK)
    assert answer.fact(ClaimAccepted).submitted_on == date(2024, 4, 1)


def test_only_a_returned_claim_is_handed_in_again() -> None:
    scene = given(*a_submitted_claim(), law=CLAIM_LAW)
    scene.when(resubmit(), now="2024-05-06").then_refused("LIFECYCLE")


def test_a_claim_accepted_again_reserves_only_what_is_new() -> None:
    story = told(
        returned(an_accepted_claim()), resubmit(), "2024-05-06", under=CLAIM_LAW, channel="outer"
    )
    answer = given(*story, law=CLAIM_LAW).when(
        accept_claim(package_sha256=REPLACED), now="2024-05-07", by=CLERK
    )
    assert [type(new.fact) for new in answer.granted()] == [ClaimAccepted]


def test_a_returned_claim_is_reviewed_anew_and_remembers_its_reviewers() -> None:
    story = returned(a_reviewed_claim(), "2024-04-09")
    story = told(story, resubmit(), "2024-04-10", under=CLAIM_LAW, channel="outer")
    one = claim_in(story)
    assert (one.status, one.initial_reviewer) == ("SUBMITTED", None)
    assert one.reviewers == {INITIAL}
    given(*story, law=CLAIM_LAW).when(
        initial_review(), now=REVIEWED, by=INITIAL
    ).then_refused_among_others("CLM-08")


def refuse(**changes: Any) -> RefuseClaim:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "claim_id": CLAIM,
        "reasons": REASONS,
        "notice_doc": DOC,
        "served_at": moment("2024-04-08"),
        **changes,
    }
    return RefuseClaim(**fields)


def test_a_refused_claim_frees_its_places_and_is_the_end() -> None:
    answer = given(*an_accepted_claim(), law=CLAIM_LAW).when(refuse(), now="2024-04-08", by=CLERK)
    assert answer.fact(ClaimRefused).stage == "ACCEPTED"
    freed = [n.fact for n in answer.granted() if isinstance(n.fact, EntitlementReleased)]
    assert len(freed) == 3
    story = told(an_accepted_claim(), refuse(), "2024-04-08", under=CLAIM_LAW, by=CLERK)
    assert claim_in(story).settled
    again = given(*story, law=CLAIM_LAW)
    again.when(refuse(), now="2024-04-09").then_refused("LIFECYCLE")


def test_a_person_refused_once_may_claim_again() -> None:
    story = told(an_accepted_claim(), refuse(), "2024-04-08", under=CLAIM_LAW, by=CLERK)
    second = submit_claim(claim_id=ClaimId(UUID(int=0xC1A9)))
    story = told(story, second, "2024-04-09", under=CLAIM_LAW, channel="outer")
    accept = accept_claim(claim_id=second.claim_id, package_sha256=PACKAGE)
    given(*story, law=CLAIM_LAW).when(accept, now="2024-04-10", by=CLERK).granted()


@pytest.mark.rule("ELG-20")
def test_what_another_claim_asks_for_already_is_refused() -> None:
    second = submit_claim(claim_id=ClaimId(UUID(int=0xC1A9)))
    story = told(an_accepted_claim(), second, "2024-04-09", under=CLAIM_LAW, channel="outer")
    accept = accept_claim(claim_id=second.claim_id, package_sha256=PACKAGE)
    answer = given(*story, law=CLAIM_LAW).when(accept, now="2024-04-10", by=CLERK)
    answer.then_refused("ELG-20", "ELG-08")


@pytest.mark.parametrize("command", [refuse(reasons=()), ReturnClaim(claim_id=CLAIM, reasons=())])
def test_nothing_is_returned_or_refused_without_reasons(
    command: RefuseClaim | ReturnClaim,
) -> None:
    scene = given(*an_accepted_claim(), law=CLAIM_LAW)
    scene.when(command, now="2024-04-08").then_refused("LIFECYCLE")


def test_after_the_meeting_nothing_is_returned() -> None:
    back = ReturnClaim(claim_id=CLAIM, reasons=REASONS)
    scene = given(*a_resolved_claim(), law=CLAIM_LAW)
    scene.when(back, now="2024-04-12").then_refused("LIFECYCLE")


def test_a_return_says_where_the_claim_stood() -> None:
    back = ReturnClaim(claim_id=CLAIM, reasons=REASONS)
    scene = given(*a_reviewed_claim(), law=CLAIM_LAW)
    fact = scene.when(back, now="2024-04-12", by=CLERK).fact(ClaimReturned)
    assert (fact.stage, fact.returned_by, fact.class_id) == ("INITIAL_REVIEWED", CLERK, CLASS)
