from datetime import date
from typing import Any

import pytest

from aggregates.entitlement.facts import EntitlementReleased
from aggregates.ids import OfficialId
from aggregates.subsidy_claim.facts import (
    ClaimInitialReviewed,
    ClaimItemDisallowed,
    ClaimSecondReviewed,
)
from aggregates.subsidy_claim.parts import Disallowal
from tests.aggregates.claim_commands import initial_review, second_review
from tests.aggregates.claim_stories import (
    Story,
    a_funded_claim,
    a_reviewed_claim,
    an_accepted_claim,
    claim_in,
)
from tests.aggregates.claims import (
    CLAIM_LAW,
    INITIAL,
    LISTS,
    REVIEWED,
    REVIEWED_AGAIN,
    SECOND,
    TRAINING_FEN,
    matched,
    prose,
)
from tests.aggregates.harness import Happened, Outcome, given
from tests.aggregates.institution.samples import COOK
from tests.aggregates.stories import told
from tests.aggregates.training_class.samples import APPROVER, law


def reviewing(
    *more: Happened,
    by: OfficialId = INITIAL,
    under: Any = CLAIM_LAW,  # noqa: ANN401 - a law
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    scene = given(*a_funded_claim(), *more, law=under)
    return scene.when(initial_review(**changes), now=REVIEWED, by=by)


def reviewing_again(
    by: OfficialId = SECOND,
    under: Any = CLAIM_LAW,  # noqa: ANN401 - a law
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    scene = given(*a_reviewed_claim(), law=under)
    return scene.when(second_review(**changes), now=REVIEWED_AGAIN, by=by)


@pytest.mark.rule("CLM-08")
@pytest.mark.rule("CLM-14")
def test_two_reviews_by_two_people_move_a_claim_on() -> None:
    first = reviewing().fact(ClaimInitialReviewed)
    assert (first.reviewer, first.heads, first.amount_fen) == (INITIAL, 3, 3 * TRAINING_FEN)
    second = reviewing_again().fact(ClaimSecondReviewed)
    assert (second.reviewer, second.initial_reviewer) == (SECOND, INITIAL)
    assert not first.findings
    assert not second.findings


@pytest.mark.rule("CLM-08")
def test_no_review_comes_before_its_predecessor_or_twice() -> None:
    accepted = given(*an_accepted_claim(), law=CLAIM_LAW)
    accepted.when(second_review(), now=REVIEWED, by=SECOND).then_refused("CLM-08")
    again = given(*a_reviewed_claim(), law=CLAIM_LAW)
    again.when(initial_review(), now=REVIEWED_AGAIN, by=INITIAL).then_refused("CLM-08")


@pytest.mark.rule("CLM-09")
def test_the_first_reviewer_does_not_review_again() -> None:
    reviewing_again(by=INITIAL).then_refused("CLM-09")


@pytest.mark.rule("CLM-09")
def test_a_city_may_let_one_person_review_twice_with_a_finding() -> None:
    answer = reviewing_again(by=INITIAL, under=law(LISTS, {"sod_review": "FLAG"}))
    assert answer.findings() == {"CLM-09"}
    answer.granted()


@pytest.mark.rule("CLM-09")
@pytest.mark.parametrize(("asked", "found"), [("FLAG", {"CLM-09"}), ("OFF", set())])
def test_whoever_approved_the_class_reviews_it_with_a_finding_by_default(
    asked: str, found: set[str]
) -> None:
    under = law(LISTS, {"reviewer_not_filing_approver": asked})
    assert reviewing(by=APPROVER, under=under).findings() == found
    if asked == "FLAG":
        assert reviewing(by=APPROVER).findings() == found


@pytest.mark.rule("CLM-09")
def test_a_city_may_refuse_the_approver_as_reviewer() -> None:
    under = law(LISTS, {"reviewer_not_filing_approver": "HARD"})
    reviewing(by=APPROVER, under=under).then_refused("CLM-09")


@pytest.mark.rule("CLM-14")
def test_a_review_without_an_archived_paper_is_a_finding() -> None:
    assert reviewing(docs=()).findings() == {"CLM-14"}
    assert reviewing_again(docs=()).findings() == {"CLM-14"}


def cut(no: int, amount: int = TRAINING_FEN) -> Disallowal:
    return Disallowal(item_no=no, rule_id="ELG-07", amount_fen=amount, text=prose())


def test_a_review_takes_items_off_and_frees_their_places() -> None:
    answer = reviewing(disallow=(cut(2), cut(3, 1)))
    review = answer.fact(ClaimInitialReviewed)
    assert (review.heads, review.amount_fen) == (2, 2 * TRAINING_FEN - 1)
    assert review.disallowed == (2, 3)
    cuts = [n.fact for n in answer.granted() if isinstance(n.fact, ClaimItemDisallowed)]
    assert [(one.item_no, one.remaining_fen) for one in cuts] == [(2, 0), (3, TRAINING_FEN - 1)]
    assert answer.fact(EntitlementReleased).item_no == 2


def test_a_review_does_not_pass_when_it_takes_everything_off() -> None:
    reviewing(disallow=(cut(1), cut(2), cut(3))).then_refused("LIFECYCLE")


@pytest.mark.parametrize("rows", [(cut(9),), (cut(1), cut(1)), (cut(1, TRAINING_FEN + 1),)])
def test_a_review_takes_off_only_what_is_there(rows: tuple[Disallowal, ...]) -> None:
    reviewing(disallow=rows).then_refused("LIFECYCLE")


def test_a_review_that_does_not_pass_leaves_the_claim_where_it_is() -> None:
    story: Story = told(
        a_funded_claim(), initial_review(result="REFUSE"), REVIEWED, under=CLAIM_LAW, by=INITIAL
    )
    one = claim_in(story)
    assert (one.status, one.opinion, one.initial_reviewer) == ("ACCEPTED", "REFUSE", None)
    assert INITIAL in one.reviewers


def prior(number: int, month: int, **more: Any) -> Happened:  # noqa: ANN401 - fields of the match
    return matched(number, source="PRIOR_SUBSIDY", valid_from=date(2024, month, 2), **more)


@pytest.mark.rule("ELG-07")
def test_what_registers_report_after_the_acceptance_stops_the_review_until_it_is_cut() -> None:
    three = [prior(0, month) for month in (1, 2, 3)]
    reviewing(*three).then_refused("ELG-07")
    reviewing(*three, disallow=(cut(1),)).granted()


@pytest.mark.rule("ELG-08")
def test_so_does_a_repeat() -> None:
    again = prior(1, 2, occupation=COOK.code, level=COOK.level)
    reviewing(again).then_refused("ELG-08")
    reviewing(again, disallow=(cut(2),)).granted()
