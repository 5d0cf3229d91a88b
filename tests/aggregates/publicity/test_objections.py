from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.entitlement.facts import EntitlementReleased
from aggregates.fund_account.facts import FundReservationReleased
from aggregates.ids import InstitutionId, OfficialId
from aggregates.publicity.commands import (
    AcceptObjection,
    ClosePublicity,
    DecideObjection,
    DismissObjection,
    LodgeObjection,
)
from aggregates.publicity.facts import (
    Cut,
    ObjectionAccepted,
    ObjectionDecided,
    ObjectionDismissed,
    ObjectionLodged,
    Objector,
    PublicityClosed,
    Target,
)
from aggregates.subsidy_claim.facts import ClaimItemDisallowed, ClaimItemsHeld, ClaimItemsReleased
from tests.aggregates.claim_commands import publish
from tests.aggregates.claim_stories import (
    Story,
    a_cleared_claim,
    a_published_claim,
    an_applied_claim,
    claim_in,
)
from tests.aggregates.claims import (
    BATCH,
    CLAIM,
    CLAIM_LAW,
    CLOSED,
    HANDLER,
    INITIAL,
    LISTS,
    NEXT,
    PAYMENT_ID,
    SECOND,
    TRAINING_FEN,
    prose,
)
from tests.aggregates.harness import Outcome, given, moment
from tests.aggregates.institution.samples import SCHOOL, line, name
from tests.aggregates.stories import told
from tests.aggregates.training_class.samples import CLASS, law

NOW = "2024-04-16"
ON_TWO = Target(claim_id=CLAIM, items=(2,))


def lodge(target: Target = ON_TWO, **changes: Any) -> LodgeObjection:  # noqa: ANN401 - fields
    return LodgeObjection(
        **{
            "publicity_id": BATCH,
            "target": target,
            "content": prose(),
            "objector": Objector(kind="NAMED", name=name(), contact=line()),
            "channel": "WEBSITE",
            **changes,
        }
    )


ACCEPT = AcceptObjection(publicity_id=BATCH, objection_no="1")
REPLIED = moment("2024-04-15")
DISMISS = DismissObjection(
    publicity_id=BATCH, objection_no="1", reason=prose(71), replied_at=REPLIED
)
CLOSE = ClosePublicity(publicity_id=BATCH)


def decision(
    result: Any = "NOT_UPHELD",  # noqa: ANN401 - one of the results
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> DecideObjection:
    return DecideObjection(
        **{
            "publicity_id": BATCH,
            "objection_no": "1",
            "result": result,
            "explanation": prose(72),
            "replied_at": REPLIED,
            **changes,
        }
    )


UPHELD = decision(
    "UPHELD",
    effect="REMOVE_ITEM",
    cuts=(Cut(claim_id=CLAIM, item_no=2, amount_fen=TRAINING_FEN),),
)


def after(story: Story, *commands: Any, now: str = NOW) -> Story:  # noqa: ANN401 - commands
    for command in commands:
        late = CLOSED if isinstance(command, ClosePublicity) else now
        story = told(story, command, late, under=CLAIM_LAW, by=HANDLER)
    return story


def asking(
    command: Any,  # noqa: ANN401 - a command
    *before: Any,  # noqa: ANN401 - commands
    story: Story | None = None,
    by: Any = HANDLER,  # noqa: ANN401 - an official
    now: str = NOW,
) -> Outcome:
    told_so_far = after(a_published_claim() if story is None else story, *before)
    return given(*told_so_far, law=CLAIM_LAW).when(command, now=now, by=by)


def stages(story: Story) -> dict[int, str]:
    return {no: item.stage for no, item in claim_in(story).items.items() if item.live}


@pytest.mark.rule("CLM-11")
def test_an_objection_in_time_names_the_classes_that_it_concerns() -> None:
    fact = asking(lodge()).fact(ObjectionLodged)
    assert (fact.objection_no, fact.in_window, fact.class_ids) == ("1", True, (CLASS,))


@pytest.mark.rule("CLM-11")
@pytest.mark.parametrize(
    ("now", "in_time"),
    [("2024-04-12", True), ("2024-04-19 23:59", True), ("2024-04-20 00:00", False)],
)
def test_an_objection_is_in_time_until_the_last_day_is_over(now: str, *, in_time: bool) -> None:
    assert asking(lodge(), now=now).fact(ObjectionLodged).in_window is in_time


def test_a_late_objection_is_recorded_too() -> None:
    answer = asking(lodge(), story=a_cleared_claim(), now="2024-05-06")
    assert answer.fact(ObjectionLodged).in_window is False


def test_one_objects_to_what_was_published_and_an_anonymous_one_gives_no_name() -> None:
    asking(lodge(), story=()).then_refused("LIFECYCLE")
    hidden = Objector(kind="ANONYMOUS", name=name())
    asking(lodge(objector=hidden)).then_refused("LIFECYCLE")
    asking(lodge(objector=Objector(kind="ANONYMOUS"))).granted()
    asking(lodge(objection_no="1"), lodge()).then_refused("LIFECYCLE")


def test_an_accepted_objection_holds_what_it_is_about_and_the_rest_proceeds() -> None:
    answer = asking(ACCEPT, lodge())
    assert answer.fact(ObjectionAccepted).items_held[0].items == (2,)
    held = answer.fact(ClaimItemsHeld)
    assert (held.items, held.ground, held.publicity_id) == ((2,), "OBJECTION", BATCH)
    story = after(a_published_claim(), lodge(), ACCEPT, CLOSE)
    assert stages(story) == {1: "CLEARED", 2: "HELD", 3: "CLEARED"}


@pytest.mark.parametrize(
    ("target", "held"),
    [
        (Target(claim_id=CLAIM), (1, 2, 3)),
        (Target(institution_id=SCHOOL), (1, 2, 3)),
        (Target(), (1, 2, 3)),
        (Target(institution_id=InstitutionId(BATCH)), ()),
    ],
)
def test_an_objection_is_about_a_claim_an_institution_or_the_whole_list(
    target: Target, held: tuple[int, ...]
) -> None:
    answer = asking(ACCEPT, lodge(target))
    facts = [new.fact for new in answer.granted() if isinstance(new.fact, ClaimItemsHeld)]
    assert tuple(no for one in facts for no in one.items) == held
    assert len(answer.fact(ObjectionAccepted).items_held) == len(facts)


@pytest.mark.rule("CLM-11")
def test_an_objection_that_nobody_took_up_holds_its_items_at_the_close() -> None:
    story = after(a_published_claim(), lodge())
    answer = given(*story, law=CLAIM_LAW).when(CLOSE, now=CLOSED, by=HANDLER)
    assert [one.item_no for one in answer.fact(PublicityClosed).held_items] == [2]
    assert answer.fact(ClaimItemsHeld).hold_no == f"{BATCH}/1"
    assert stages(after(story, CLOSE)) == {1: "CLEARED", 2: "HELD", 3: "CLEARED"}


@pytest.mark.rule("CLM-11")
def test_a_dismissed_objection_lets_go_what_the_close_held() -> None:
    story = after(a_published_claim(), lodge(), CLOSE)
    answer = asking(DISMISS, story=story, now="2024-04-22")
    assert answer.fact(ObjectionDismissed).dismissed_by == HANDLER
    assert answer.fact(ClaimItemsReleased).items == (2,)
    story = after(story, DISMISS, now="2024-04-22")
    assert stages(story) == {1: "CLEARED", 2: "CLEARED", 3: "CLEARED"}


@pytest.mark.rule("CLM-11")
@pytest.mark.parametrize("reviewer", [INITIAL, SECOND])
def test_no_reviewer_of_the_claim_dismisses_or_decides(reviewer: OfficialId) -> None:
    asking(DISMISS, lodge(), by=reviewer).then_refused("CLM-11")
    asking(decision(), lodge(), ACCEPT, by=reviewer).then_refused("CLM-11")
    asking(decision(), lodge(), ACCEPT).granted()


@pytest.mark.parametrize(
    "answer",
    [
        (replace(DISMISS, replied_at=None),),
        (ACCEPT, decision(replied_at=None)),
        (ACCEPT, decision(replied_at=moment("2024-04-17"))),
    ],
)
def test_an_objection_by_name_ends_with_a_reply_that_was_given(answer: tuple[Any, ...]) -> None:
    *before, last = answer
    asking(last, lodge(), *before).then_refused("LIFECYCLE")


def test_nobody_waits_for_a_reply_who_gave_no_name() -> None:
    unnamed = lodge(objector=Objector(kind="ANONYMOUS"))
    asking(replace(DISMISS, replied_at=None), unnamed).granted()


@pytest.mark.rule("CLM-11")
def test_an_objection_about_nothing_on_the_list_is_no_reviewers_to_dismiss_either() -> None:
    nothing = Target(institution_id=InstitutionId(BATCH))
    asking(DISMISS, lodge(nothing), by=INITIAL).then_refused("CLM-11")
    asking(DISMISS, lodge(nothing)).granted()


def test_an_objection_not_upheld_lets_the_items_go_on() -> None:
    answer = asking(decision(), lodge(), ACCEPT)
    assert answer.fact(ObjectionDecided).result == "NOT_UPHELD"
    assert answer.fact(ClaimItemsReleased).items == (2,)
    story = after(a_published_claim(), lodge(), ACCEPT, decision(), CLOSE)
    assert set(stages(story).values()) == {"CLEARED"}
    story = after(a_published_claim(), lodge(), ACCEPT, CLOSE, decision())
    assert set(stages(story).values()) == {"CLEARED"}


def test_an_upheld_objection_removes_the_item_and_frees_its_place() -> None:
    answer = asking(UPHELD, lodge(), ACCEPT)
    assert answer.fact(ClaimItemDisallowed).rule_id == "CLM-11"
    assert answer.fact(EntitlementReleased).reason == "OBJECTION"
    story = after(a_published_claim(), lodge(), ACCEPT, UPHELD, CLOSE)
    assert stages(story) == {1: "CLEARED", 3: "CLEARED"}


def test_a_partly_upheld_objection_reduces_the_item_and_lets_it_go_on() -> None:
    less = decision(
        "PARTLY", effect="REDUCE", cuts=(Cut(claim_id=CLAIM, item_no=2, amount_fen=20_000),)
    )
    answer = asking(less, lodge(), ACCEPT)
    assert answer.fact(ClaimItemsReleased).amount_fen == TRAINING_FEN - 20_000
    story = after(a_published_claim(), lodge(), ACCEPT, less, CLOSE)
    assert claim_in(story).items[2].amount_fen == TRAINING_FEN - 20_000
    assert set(stages(story).values()) == {"CLEARED"}


def test_what_is_to_be_published_anew_waits_for_another_batch() -> None:
    again = decision("UPHELD", effect="REPUBLISH")
    story = after(a_published_claim(), lodge(), ACCEPT, CLOSE, again)
    assert stages(story) == {1: "CLEARED", 2: "RESOLVED", 3: "CLEARED"}
    story = after(story, publish(publicity_id=NEXT), now="2024-04-22")
    assert stages(story) == {1: "CLEARED", 2: "IN_PUBLICITY", 3: "CLEARED"}


@pytest.mark.parametrize(
    "command",
    [
        decision("NOT_UPHELD", effect="REMOVE_ITEM"),
        decision("UPHELD"),
        decision("UPHELD", effect="REDUCE"),
        decision("UPHELD", effect="REPUBLISH", cuts=UPHELD.cuts),
        decision(
            "UPHELD",
            effect="REMOVE_ITEM",
            cuts=(Cut(claim_id=CLAIM, item_no=1, amount_fen=TRAINING_FEN),),
        ),
        decision(
            "UPHELD",
            effect="REDUCE",
            cuts=(Cut(claim_id=CLAIM, item_no=2, amount_fen=TRAINING_FEN + 1),),
        ),
    ],
)
def test_an_effect_fits_the_result_and_the_items_held(command: DecideObjection) -> None:
    asking(command, lodge(), ACCEPT).then_refused("LIFECYCLE")


def test_an_objection_is_taken_up_once_and_decided_after_that() -> None:
    asking(ACCEPT).then_refused("LIFECYCLE")
    asking(ACCEPT, lodge(), ACCEPT).then_refused("LIFECYCLE")
    asking(DISMISS, lodge(), ACCEPT).then_refused("LIFECYCLE")
    asking(decision(), lodge()).then_refused("LIFECYCLE")
    asking(decision(), lodge(), ACCEPT, decision()).then_refused("LIFECYCLE")


def test_the_day_of_the_decision_follows_the_time_that_the_city_has_set() -> None:
    assert asking(ACCEPT, lodge()).fact(ObjectionAccepted).due_on is None
    story = after(a_published_claim(), lodge())
    five = law(LISTS, {"objection_decide_days": 5})
    answer = given(*story, law=five).when(ACCEPT, now="2024-04-28", by=HANDLER)
    assert answer.fact(ObjectionAccepted).due_on == date(2024, 5, 8)


def test_a_late_objection_can_still_hold_what_was_applied_for_and_frees_the_money() -> None:
    story = after(an_applied_claim(), lodge(), ACCEPT, now="2024-04-23")
    assert claim_in(story).items[2].payment_id == PAYMENT_ID
    again = decision("UPHELD", effect="REPUBLISH")
    asking(again, story=story, now="2024-04-23").then_refused("LIFECYCLE")
    answer = asking(UPHELD, story=story, now="2024-04-23")
    assert answer.fact(FundReservationReleased).amount_fen == TRAINING_FEN
