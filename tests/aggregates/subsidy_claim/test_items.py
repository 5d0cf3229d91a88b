from typing import Any

import pytest

from aggregates.entitlement.facts import EntitlementReleased
from aggregates.fund_account.facts import FundReservationReleased
from aggregates.fund_account.state import FUND_ACCOUNT, account_of
from aggregates.subsidy_claim.commands import DisallowItem, HoldItems, ReleaseItems
from aggregates.subsidy_claim.facts import ClaimItemDisallowed, ClaimItemsHeld
from aggregates.subsidy_claim.parts import Disallowal
from tests.aggregates.claim_stories import (
    Story,
    a_cleared_claim,
    a_paid_claim,
    a_resolved_claim,
    a_submitted_claim,
    an_accepted_claim,
    an_applied_claim,
    an_ordered_claim,
    claim_in,
)
from tests.aggregates.claims import CLAIM, CLAIM_LAW, CLERK, TRAINING_FEN, prose
from tests.aggregates.harness import COUNTY, Outcome, given, moment
from tests.aggregates.stories import told

NOW = "2024-05-06"


def disallow(no: int = 1, amount: int = TRAINING_FEN) -> DisallowItem:
    row = Disallowal(item_no=no, rule_id="DEL-03", amount_fen=amount, text=prose())
    return DisallowItem(claim_id=CLAIM, disallowal=row, told_at=moment(NOW))


def asking(story: Story, command: Any) -> Outcome:  # noqa: ANN401 - a command
    return given(*story, law=CLAIM_LAW).when(command, now=NOW, by=CLERK)


def after(story: Story, *commands: Any) -> Story:  # noqa: ANN401 - commands
    for command in commands:
        story = told(story, command, NOW, under=CLAIM_LAW, by=CLERK)
    return story


def hold(*numbers: int, **changes: Any) -> HoldItems:  # noqa: ANN401 - fields of the command
    return HoldItems(
        **{
            "claim_id": CLAIM,
            "items": numbers,
            "ground": "RULE",
            "rule_id": "DEL-03",
            **changes,
        }
    )


def release(*numbers: int, hold_no: str = "DEL-03") -> ReleaseItems:
    return ReleaseItems(claim_id=CLAIM, items=numbers, ground="RULE", hold_no=hold_no)


def test_a_disallowed_item_frees_its_place_and_leaves_the_rest() -> None:
    answer = asking(an_accepted_claim(), disallow())
    fact = answer.fact(ClaimItemDisallowed)
    assert (fact.stage, fact.remaining_fen) == ("ACCEPTED", 0)
    assert answer.fact(EntitlementReleased).reason == "DISALLOWED"
    one = claim_in(after(an_accepted_claim(), disallow()))
    assert (one.status, len(one.live())) == ("ACCEPTED", 2)


def test_a_cut_item_keeps_its_place() -> None:
    answer = asking(an_accepted_claim(), disallow(amount=1))
    assert [type(new.fact) for new in answer.granted()] == [ClaimItemDisallowed]


def test_before_the_acceptance_there_is_no_place_to_free() -> None:
    answer = asking(a_submitted_claim(), disallow())
    assert [type(new.fact) for new in answer.granted()] == [ClaimItemDisallowed]


def test_a_claim_of_which_nothing_is_left_is_settled() -> None:
    one = claim_in(after(an_accepted_claim(), disallow(1), disallow(2), disallow(3)))
    assert (one.status, one.settled) == ("DISALLOWED", True)


def test_an_item_disallowed_after_the_application_frees_the_money() -> None:
    answer = asking(an_applied_claim(), disallow())
    freed = answer.fact(FundReservationReleased)
    assert (freed.amount_fen, freed.reason) == (TRAINING_FEN, "REMOVED")
    story = after(an_applied_claim(), disallow())
    account = given(*story).loaded()[FUND_ACCOUNT.name(account_of(COUNTY, "SPECIAL_ACCOUNT", 2024))]
    assert account.state.reserved_fen == 2 * TRAINING_FEN


@pytest.mark.parametrize(
    ("story", "command"),
    [
        (an_accepted_claim, disallow(9)),
        (an_accepted_claim, disallow(amount=TRAINING_FEN + 1)),
        (an_accepted_claim, disallow(amount=0)),
        (an_ordered_claim, disallow()),
        (a_paid_claim, disallow()),
        (an_accepted_claim, hold(9)),
        (an_accepted_claim, hold()),
        (an_accepted_claim, hold(1, rule_id=None)),
        (an_accepted_claim, hold(1, ground="VERIFICATION")),
        (a_paid_claim, hold(1)),
        (an_accepted_claim, release(1)),
        (an_accepted_claim, release()),
    ],
)
def test_what_is_not_there_or_is_paid_is_neither_cut_nor_held_nor_released(
    story: Any,  # noqa: ANN401 - a story
    command: Any,  # noqa: ANN401 - a command
) -> None:
    asking(story(), command).then_refused("LIFECYCLE")


def test_held_items_wait_while_the_rest_goes_on() -> None:
    fact = asking(an_accepted_claim(), hold(1, 2)).fact(ClaimItemsHeld)
    assert (fact.items, fact.heads, fact.hold_no) == ((1, 2), 2, "DEL-03")
    one = claim_in(after(a_cleared_claim(), hold(1)))
    assert one.status == "CLEARED"
    assert [item.row.item_no for item in one.at("CLEARED")] == [2, 3]


def test_a_claim_with_everything_held_is_held() -> None:
    story = after(a_cleared_claim(), hold(1, 2, 3))
    assert claim_in(story).status == "HELD"
    assert claim_in(after(story, release(1))).status == "CLEARED"


def test_an_item_held_twice_is_free_after_both_holds_ended() -> None:
    story = after(a_resolved_claim(), hold(1), hold(1, rule_id="FIL-03"), release(1))
    assert [item.row.item_no for item in claim_in(story).at("RESOLVED")] == [2, 3]
    story = after(story, release(1, hold_no="FIL-03"))
    assert len(claim_in(story).at("RESOLVED")) == 3


def test_a_hold_for_verification_says_no_more() -> None:
    quiet = hold(1, ground="VERIFICATION", rule_id=None, hold_no="V-1")
    fact = asking(an_accepted_claim(), quiet).fact(ClaimItemsHeld)
    assert (fact.ground, fact.rule_id, fact.hold_no) == ("VERIFICATION", None, "V-1")
