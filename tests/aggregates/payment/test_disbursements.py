from typing import Any

import pytest

from aggregates.entitlement.facts import EntitlementUsed
from aggregates.fund_account.state import FUND_ACCOUNT, FundAccount
from aggregates.ids import OfficialId
from aggregates.payment.commands import RecordPaymentFailure
from aggregates.payment.facts import DisbursementFailed, DisbursementOrdered, DisbursementPaid
from aggregates.payment.state import PAYMENT, Payment
from aggregates.publicity.facts import ObjectionLodged, Objector, Target
from aggregates.publicity.state import PUBLICITY
from aggregates.subsidy_claim.commands import HoldItems
from aggregates.subsidy_claim.facts import ClaimAccepted, ClaimSubmitted
from tests.aggregates.claim_commands import confirm, order
from tests.aggregates.claim_stories import (
    Story,
    a_paid_claim,
    altered,
    an_applied_claim,
    an_approved_claim,
    an_ordered_claim,
    claim_in,
)
from tests.aggregates.claims import (
    BATCH,
    CLAIM,
    CLAIM_LAW,
    FINANCE,
    HANDLER,
    INITIAL,
    LISTS,
    ORDERED,
    OTHER_CLAIM,
    PAID,
    PAYMENT_ID,
    SECOND,
    TRAINING_FEN,
    own_card,
    payee,
    prose,
)
from tests.aggregates.harness import COUNTY, Happened, Outcome, given, happened, moment
from tests.aggregates.institution.samples import account
from tests.aggregates.stories import told
from tests.aggregates.training_class.samples import CLASS, law, person

DUE = 3 * TRAINING_FEN


def ordering(
    story: Story | None = None,
    *more: Happened,
    by: Any = FINANCE,  # noqa: ANN401 - an official
    under: Any = CLAIM_LAW,  # noqa: ANN401 - a law
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    scene = given(*(an_approved_claim() if story is None else story), *more, law=under)
    return scene.when(order(**changes), now=ORDERED, by=by, role="FINANCE")


def confirming(
    story: Story | None = None,
    by: Any = FINANCE,  # noqa: ANN401 - an official
    under: Any = CLAIM_LAW,  # noqa: ANN401 - a law
    now: str = PAID,
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    scene = given(*(an_ordered_claim() if story is None else story), law=under)
    return scene.when(confirm(**changes), now=now, by=by, role="FINANCE")


@pytest.mark.rule("CLM-08")
@pytest.mark.rule("CLM-11")
@pytest.mark.rule("CLM-12")
def test_an_approved_claim_is_ordered_to_the_basic_account() -> None:
    fact = ordering().fact(DisbursementOrdered)
    assert (fact.mode, fact.amount_fen, fact.heads) == ("AGENCY", DUE, 3)
    assert [(one.claim_id, one.items) for one in fact.lines] == [(CLAIM, (1, 2, 3))]


@pytest.mark.rule("CLM-08")
def test_nothing_is_ordered_before_it_is_approved_or_twice() -> None:
    ordering(an_applied_claim()).then_refused_among_others("CLM-08")
    again = ordering(an_ordered_claim(), order_no="ZF-2")
    again.then_refused("CLM-08", "CLM-11")


@pytest.mark.rule("CLM-11")
@pytest.mark.parametrize("amount", [DUE + 1, DUE - 1, 0])
def test_an_order_is_for_exactly_what_was_cleared(amount: int) -> None:
    ordering(amount_fen=amount).then_refused("CLM-11")


@pytest.mark.rule("CLM-11")
def test_a_held_item_is_not_ordered() -> None:
    hold = HoldItems(claim_id=CLAIM, items=(1,), ground="VERIFICATION")
    story = told(an_approved_claim(), hold, ORDERED, under=CLAIM_LAW)
    ordering(story).then_refused("CLM-11")
    fact = ordering(story, amount_fen=2 * TRAINING_FEN).fact(DisbursementOrdered)
    assert fact.lines[0].items == (2, 3)


@pytest.mark.rule("CLM-12")
@pytest.mark.parametrize(
    "changes",
    [
        {"account_type": "SSC"},
        {"account_type": "GENERAL"},
        {"account": own_card()},
        {"account": account(99).account},
    ],
)
def test_an_agency_is_paid_into_its_registered_basic_account_alone(changes: dict[str, Any]) -> None:
    ordering(**changes).then_refused("CLM-12")


def personal(**changes: Any) -> Story:  # noqa: ANN401 - fields of the fact
    return altered(
        an_approved_claim(),
        ClaimSubmitted,
        **{
            "mode": "PERSON",
            "applicant_person_id": person(0),
            "applicant_institution_id": None,
            "payee": payee(type="SSC", account=own_card()),
            **changes,
        },
    )


@pytest.mark.rule("CLM-12")
def test_a_person_is_paid_into_the_own_social_security_card_account() -> None:
    story = accepted_in_person(personal())
    fact = ordering(story, account_type="SSC", account=own_card()).fact(DisbursementOrdered)
    assert (fact.payee_person_id, fact.payee_institution_id) == (person(0), None)


def accepted_in_person(story: Story) -> Story:
    return altered(story, ClaimAccepted, mode="PERSON")


@pytest.mark.rule("CLM-12")
def test_a_person_is_paid_into_no_other_account() -> None:
    story = accepted_in_person(personal())
    ordering(story, account_type="SSC", account=own_card(1)).then_refused("CLM-12")
    ordering(story, account_type="BASIC", account=own_card()).then_refused("CLM-12")
    schools = payee(type="SSC", account=account().account)
    theirs = accepted_in_person(personal(payee=schools))
    ordering(theirs, account_type="SSC").then_refused("CLM-12")


def by_enterprise(**changes: Any) -> Story:  # noqa: ANN401 - fields of the payee
    story = altered(an_approved_claim(), ClaimSubmitted, mode="ENTERPRISE", payee=payee(**changes))
    return altered(story, ClaimAccepted, mode="ENTERPRISE")


@pytest.mark.rule("CLM-12")
def test_an_enterprise_is_paid_into_its_basic_account_unless_the_city_says_otherwise() -> None:
    ordering(by_enterprise()).granted()
    general = law(LISTS, {"enterprise_payee_account": "GENERAL"})
    ordering(by_enterprise(), under=general).then_refused("CLM-12")
    other = account(98).account
    story = by_enterprise(type="GENERAL", account=other)
    ordering(story, under=general, account_type="GENERAL", account=other).granted()


@pytest.mark.rule("CLM-12")
@pytest.mark.parametrize("reviewer", [INITIAL, SECOND])
def test_no_reviewer_orders_or_confirms_the_payment(reviewer: OfficialId) -> None:
    ordering(by=reviewer).then_refused("CLM-12")
    confirming(by=reviewer).then_refused("CLM-12")


@pytest.mark.parametrize(
    "changes",
    [{"claim_ids": ()}, {"claim_ids": (CLAIM, CLAIM)}, {"claim_ids": (CLAIM, OTHER_CLAIM)}],
)
def test_an_order_names_claims_of_one_payee_each_once(changes: dict[str, Any]) -> None:
    ordering(**changes).then_refused("LIFECYCLE")


def test_an_order_has_a_number_of_its_own() -> None:
    ordering(an_ordered_claim()).then_refused("LIFECYCLE")
    ordering(()).then_refused("LIFECYCLE")


@pytest.mark.rule("CLM-11")
def test_whoever_pays_sees_a_late_objection() -> None:
    late = ObjectionLodged(
        publicity_id=BATCH,
        county_code=COUNTY,
        objection_no="1",
        target=Target(claim_id=CLAIM),
        class_ids=(CLASS,),
        content=prose(),
        objector=Objector(kind="ANONYMOUS"),
        channel="PHONE",
        lodged_at=moment("2024-04-23"),
        in_window=False,
    )
    answer = ordering(None, happened("2024-04-23", PUBLICITY, BATCH, late))
    assert answer.findings() == {"CLM-11"}
    answer.granted()


@pytest.mark.rule("CLM-08")
def test_a_payment_uses_up_every_item_and_settles_the_claim() -> None:
    answer = confirming()
    fact = answer.fact(DisbursementPaid)
    assert (fact.amount_fen, fact.bank_ref, fact.publicity_id) == (DUE, "GK-1", BATCH)
    used = [n.fact for n in answer.granted() if isinstance(n.fact, EntitlementUsed)]
    assert [(one.person_id, one.amount_fen) for one in used] == [
        (person(number), TRAINING_FEN) for number in range(3)
    ]
    one = claim_in(a_paid_claim())
    assert (one.status, one.settled) == ("PAID", True)
    assert one.paid_on == fact.paid_on


@pytest.mark.rule("CLM-08")
def test_nothing_is_paid_without_an_order() -> None:
    confirming(an_approved_claim()).then_refused("CLM-08")


@pytest.mark.rule("CLM-12")
@pytest.mark.parametrize("amount", [DUE + 1, DUE - 1])
def test_a_payment_is_of_what_was_ordered(amount: int) -> None:
    confirming(amount_fen=amount).then_refused("CLM-12")


def test_a_payment_is_confirmed_once_and_not_before_it_was_made() -> None:
    confirming(a_paid_claim()).then_refused("LIFECYCLE")
    confirming(paid_at=moment("2024-04-26")).then_refused("LIFECYCLE")


@pytest.mark.rule("ELG-21")
def test_a_payment_later_than_the_city_allows_itself_is_a_finding() -> None:
    month = law(LISTS, {"sla_claim_days": 23})
    assert confirming(under=month).findings() == set()
    assert confirming(under=month, now="2024-04-26").findings() == {"ELG-21"}
    assert confirming(now="2024-12-31").findings() == set()


@pytest.mark.rule("CLM-11")
def test_what_came_to_be_held_after_the_order_and_was_paid_is_shown() -> None:
    hold = HoldItems(claim_id=CLAIM, items=(1,), ground="VERIFICATION")
    story = told(an_ordered_claim(), hold, ORDERED, under=CLAIM_LAW, by=HANDLER)
    answer = confirming(story)
    assert answer.findings() == {"CLM-11"}
    answer.granted()


def failure(**changes: Any) -> RecordPaymentFailure:  # noqa: ANN401 - fields of the command
    return RecordPaymentFailure(
        **{
            "payment_id": PAYMENT_ID,
            "order_no": "ZF-1",
            "reason": "ACCOUNT_CLOSED",
            "failed_at": moment(ORDERED),
            **changes,
        }
    )


def failing(
    story: Story | None = None,
    by: Any = FINANCE,  # noqa: ANN401 - an official
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    scene = given(*(an_ordered_claim() if story is None else story), law=CLAIM_LAW)
    return scene.when(failure(**changes), now=PAID, by=by, role="FINANCE")


def a_failed_claim() -> Story:
    return told(an_ordered_claim(), failure(), PAID, under=CLAIM_LAW, by=FINANCE, role="FINANCE")


@pytest.mark.rule("CLM-08")
def test_what_a_bank_could_not_pay_is_not_paid_and_waits_for_another_order() -> None:
    answer = failing()
    fact = answer.fact(DisbursementFailed)
    assert (fact.amount_fen, fact.heads, fact.reason) == (DUE, 3, "ACCOUNT_CLOSED")
    assert not [new for new in answer.granted() if isinstance(new.fact, EntitlementUsed)]
    one = claim_in(a_failed_claim())
    assert (one.status, one.settled, one.paid_on) == ("FUNDING_APPROVED", False, None)
    ordering(a_failed_claim(), order_no="ZF-2").granted()


def test_the_money_of_a_failed_order_stays_reserved_and_is_spent_once() -> None:
    approved, failed = a_book_of(an_approved_claim()), a_book_of(a_failed_claim())
    assert failed.reserved_fen == approved.reserved_fen > 0
    again = told(
        a_failed_claim(), order(order_no="ZF-2"), PAID, under=CLAIM_LAW, by=FINANCE, role="FINANCE"
    )
    answer = confirming(again, order_no="ZF-2")
    assert answer.fact(DisbursementPaid).amount_fen == DUE
    paid = payment_in(
        told(again, confirm(order_no="ZF-2"), PAID, under=CLAIM_LAW, by=FINANCE, role="FINANCE")
    )
    assert (paid.ordered_fen, paid.paid_fen) == (DUE, DUE)


def a_book_of(story: Story) -> FundAccount:
    state = FUND_ACCOUNT.empty
    for one in story:
        if one.kind is FUND_ACCOUNT:
            state = FUND_ACCOUNT.evolve(state, one.fact, one.recorded)
    return state


def payment_in(story: Story) -> Payment:
    state = PAYMENT.empty
    for one in story:
        if one.kind is PAYMENT:
            state = PAYMENT.evolve(state, one.fact, one.recorded)
    return state


@pytest.mark.rule("CLM-12")
def test_another_order_after_a_failure_goes_to_the_registered_account_as_any() -> None:
    ordering(a_failed_claim(), order_no="ZF-2", account=own_card()).then_refused("CLM-12")
    ordering(a_failed_claim()).then_refused("LIFECYCLE")  # under a number of its own


def test_a_bank_answers_an_order_once() -> None:
    failing(a_failed_claim()).then_refused("LIFECYCLE")
    failing(a_paid_claim()).then_refused("LIFECYCLE")
    confirming(a_failed_claim()).then_refused("LIFECYCLE")
    failing(failed_at=moment("2024-12-31")).then_refused("LIFECYCLE")


@pytest.mark.rule("CLM-08")
def test_nothing_fails_that_was_not_ordered() -> None:
    failing(an_approved_claim()).then_refused("CLM-08")


@pytest.mark.rule("CLM-12")
def test_a_failure_is_recorded_whoever_says_so_and_a_reviewer_is_shown() -> None:
    answer = failing(by=INITIAL)
    assert answer.findings() == {"CLM-12"}
    answer.granted()


@pytest.mark.rule("CLM-11")
def test_what_came_to_be_held_before_the_failure_is_not_ordered_again() -> None:
    hold = HoldItems(claim_id=CLAIM, items=(1,), ground="VERIFICATION")
    story = told(an_ordered_claim(), hold, ORDERED, under=CLAIM_LAW, by=HANDLER)
    story = told(story, failure(), PAID, under=CLAIM_LAW, by=FINANCE, role="FINANCE")
    ordering(story, order_no="ZF-2").then_refused("CLM-11")
    again = ordering(story, order_no="ZF-2", amount_fen=2 * TRAINING_FEN)
    assert again.fact(DisbursementOrdered).lines[0].items == (2, 3)
