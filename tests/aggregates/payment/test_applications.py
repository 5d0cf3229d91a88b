from dataclasses import replace
from typing import Any

import pytest

from aggregates.fund_account.facts import FundAmountReserved, FundReservationReleased
from aggregates.fund_account.state import FUND_ACCOUNT, FundAccount, account_of
from aggregates.payment.commands import DecideFundingApplication
from aggregates.payment.facts import FundingApplicationDecided, FundingApplicationSubmitted
from aggregates.payment.state import payment_of
from aggregates.publicity.commands import ClosePublicity, DismissObjection, LodgeObjection
from aggregates.publicity.facts import ObjectionLodged, Objector, Target
from aggregates.publicity.state import PUBLICITY
from aggregates.subsidy_claim.commands import HoldItems, ReleaseItems
from aggregates.subsidy_claim.facts import ClaimStageReached, FundSourceAssigned
from tests.aggregates.claim_commands import apply_for, decide
from tests.aggregates.claim_stories import (
    Story,
    a_cleared_claim,
    a_published_claim,
    an_applied_claim,
    claim_in,
)
from tests.aggregates.claims import (
    APPLIED,
    APPROVED,
    BATCH,
    BUREAU,
    CLAIM,
    CLAIM_LAW,
    CLOSED,
    FINANCE,
    HANDLER,
    PAYMENT_ID,
    TRAINING_FEN,
    budget,
    prose,
)
from tests.aggregates.harness import COUNTY, Happened, Outcome, given, happened, moment
from tests.aggregates.stories import told
from tests.aggregates.training_class.samples import CLASS

ACCOUNT = account_of(COUNTY, "SPECIAL_ACCOUNT", 2024)
DUE = 3 * TRAINING_FEN


def applying(
    story: Story | None = None,
    *more: Happened,
    as_facts: bool = False,
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    scene = given(*(a_cleared_claim() if story is None else story), *more, law=CLAIM_LAW)
    return scene.when(apply_for(**changes), now=APPLIED, by=BUREAU, as_facts=as_facts)


def deciding(
    decision: str = "APPROVED", story: Story | None = None, role: str = "FINANCE"
) -> Outcome:
    scene = given(*(an_applied_claim() if story is None else story), law=CLAIM_LAW)
    return scene.when(decide(decision), now=APPROVED, by=FINANCE, role=role)


def then(story: Story, command: Any, now: str = APPLIED) -> Story:  # noqa: ANN401 - a command
    return told(story, command, now, under=CLAIM_LAW, by=HANDLER)


def account_in(story: Story) -> FundAccount:
    state: FundAccount = given(*story).loaded()[FUND_ACCOUNT.name(ACCOUNT)].state
    return state


def with_budget(amount_fen: int) -> Story:
    return (
        *(one for one in a_cleared_claim() if one.kind.prefix != "fund-account"),
        budget(amount_fen=amount_fen),
    )


@pytest.mark.rule("CLM-08")
@pytest.mark.rule("CLM-11")
def test_what_was_cleared_is_applied_for_and_its_money_reserved() -> None:
    answer = applying()
    fact = answer.fact(FundingApplicationSubmitted)
    assert (fact.payment_id, fact.amount_fen, fact.year) == (PAYMENT_ID, DUE, 2024)
    held = answer.fact(FundAmountReserved)
    assert (held.amount_fen, held.reserved_fen, held.claim_ids) == (DUE, DUE, (CLAIM,))
    stage = answer.fact(ClaimStageReached)
    assert (stage.stage, stage.fund_account_id) == ("FUNDING_APPLIED", ACCOUNT)
    assert answer.findings() == set()


@pytest.mark.rule("CLM-08")
def test_nothing_is_applied_for_before_the_publicity_closed() -> None:
    applying(a_published_claim()).then_refused("CLM-08")


@pytest.mark.rule("CLM-08")
def test_where_no_item_of_the_fund_was_cleared_there_is_nothing_to_apply_for() -> None:
    applying(None, budget("OTHER"), fund="OTHER").then_refused_among_others("CLM-08")


def test_a_publicity_is_applied_for_once_a_fund() -> None:
    applying(an_applied_claim()).then_refused("LIFECYCLE")
    applying(()).then_refused("LIFECYCLE")
    applying(round=0).then_refused("LIFECYCLE")


def test_what_is_cleared_later_has_a_round_of_its_own() -> None:
    hold = HoldItems(claim_id=CLAIM, items=(3,), ground="RULE", rule_id="DEL-03")
    free = ReleaseItems(claim_id=CLAIM, items=(3,), ground="RULE", hold_no="DEL-03")
    story = then(then(then(a_cleared_claim(), hold), apply_for()), free)
    first = [one.fact for one in story if isinstance(one.fact, FundingApplicationSubmitted)]
    assert [ref.item_no for ref in first[0].excluded_items] == [3]
    second = applying(story, round=2).fact(FundingApplicationSubmitted)
    assert second.payment_id == payment_of(BATCH, "SPECIAL_ACCOUNT", 2)
    assert (second.heads, second.amount_fen) == (1, TRAINING_FEN)
    applying(an_applied_claim(), round=2).then_refused("CLM-08")


def objected(*, in_window: bool) -> Happened:
    fact = ObjectionLodged(
        publicity_id=BATCH,
        county_code=COUNTY,
        objection_no="1",
        target=Target(claim_id=CLAIM, items=(2,)),
        class_ids=(CLASS,),
        content=prose(),
        objector=Objector(kind="ANONYMOUS"),
        channel="PHONE",
        lodged_at=moment("2024-04-16"),
        in_window=in_window,
    )
    return happened("2024-04-16", PUBLICITY, BATCH, fact)


@pytest.mark.rule("CLM-11")
def test_nothing_is_applied_for_while_an_objection_to_it_is_open() -> None:
    applying(None, objected(in_window=True)).then_refused("CLM-11")
    history = applying(None, objected(in_window=True), as_facts=True)
    assert history.findings() == {"CLM-11"}
    assert history.fact(FundingApplicationSubmitted).amount_fen == DUE


@pytest.mark.rule("CLM-11")
def test_a_late_objection_stops_nothing_but_is_seen() -> None:
    answer = applying(None, objected(in_window=False))
    assert answer.findings() == {"CLM-11"}
    answer.granted()


@pytest.mark.rule("CLM-11")
def test_an_objection_to_other_items_or_one_that_was_answered_is_no_obstacle() -> None:
    lodge = LodgeObjection(
        publicity_id=BATCH,
        target=Target(claim_id=CLAIM, items=(2,)),
        content=prose(),
        objector=Objector(kind="ANONYMOUS"),
        channel="PHONE",
    )
    story = then(a_published_claim(), lodge, "2024-04-16")
    story = then(story, ClosePublicity(publicity_id=BATCH), CLOSED)
    rest = applying(story)
    assert rest.fact(FundingApplicationSubmitted).amount_fen == 2 * TRAINING_FEN
    assert rest.findings() == set()
    dismiss = DismissObjection(publicity_id=BATCH, objection_no="1", reason=prose())
    assert applying(then(story, dismiss)).fact(FundingApplicationSubmitted).amount_fen == DUE


@pytest.mark.rule("ELG-22")
def test_no_more_is_applied_for_than_the_fund_has() -> None:
    applying(with_budget(DUE)).granted()
    applying(with_budget(DUE - 1)).then_refused("ELG-22")
    applying(None, year=2025).then_refused("ELG-22")


@pytest.mark.rule("ELG-03")
def test_another_fund_is_applied_for_with_a_finding_while_the_special_account_has_money() -> None:
    other = tuple(
        Happened(one.kind, one.id, _other(one.fact), one.recorded) for one in a_cleared_claim()
    )
    answer = applying(other, budget("OTHER"), fund="OTHER")
    assert answer.findings() == {"ELG-03"}
    empty = tuple(one for one in other if one.kind.prefix != "fund-account")
    assert applying(empty, budget("OTHER"), fund="OTHER").findings() == set()


def _other(fact: Any) -> Any:  # noqa: ANN401 - any fact
    if isinstance(fact, FundSourceAssigned):
        return replace(fact, funds=tuple(replace(share, fund="OTHER") for share in fact.funds))
    return fact


def test_an_approved_application_waits_for_its_orders() -> None:
    answer = deciding()
    assert answer.fact(FundingApplicationDecided).amount_fen == DUE
    assert answer.fact(ClaimStageReached).stage == "FUNDING_APPROVED"


def test_a_returned_application_frees_the_money_and_may_come_again() -> None:
    answer = deciding("RETURNED")
    assert answer.fact(FundingApplicationDecided).amount_fen == 0
    freed = answer.fact(FundReservationReleased)
    assert (freed.amount_fen, freed.reserved_fen, freed.reason) == (DUE, 0, "RETURNED")
    story = told(an_applied_claim(), decide("RETURNED"), APPROVED, under=CLAIM_LAW, by=FINANCE)
    assert claim_in(story).status == "CLEARED"
    assert account_in(story).available_fen == 100_000_000
    assert applying(story).fact(FundingApplicationSubmitted).amount_fen == DUE


def test_an_application_is_decided_once_by_the_one_it_was_made_to() -> None:
    deciding(story=()).then_refused("LIFECYCLE")
    story = told(an_applied_claim(), decide(), APPROVED, under=CLAIM_LAW, by=FINANCE)
    deciding(story=story).then_refused("LIFECYCLE")
    deciding(role="HR_PAYER").then_refused("LIFECYCLE")
    authorised = then(a_cleared_claim(), apply_for(to="AUTHORISED_HR"))
    deciding(story=authorised).then_refused("LIFECYCLE")
    deciding(story=authorised, role="HR_PAYER").granted()


def test_history_of_an_unknown_application_is_decided_as_a_fact() -> None:
    command = DecideFundingApplication(payment_id=PAYMENT_ID, decision="APPROVED")
    answer = given(law=CLAIM_LAW).when(command, now=APPROVED, as_facts=True)
    assert answer.findings() == {"LIFECYCLE"}
    assert answer.fact(FundingApplicationDecided).amount_fen == 0
