"""A fund never promises or pays more than it has, whatever is asked in whatever order."""

from functools import cache
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from aggregates.decisions import Granted, Recorded
from aggregates.fund_account.state import FUND_ACCOUNT, FundAccount, account_of
from aggregates.ids import ClaimId, ClassId, PublicityId
from aggregates.payment.commands import (
    ConfirmPayment,
    DecideFundingApplication,
    OrderDisbursement,
    SubmitFundingApplication,
)
from aggregates.payment.state import PAYMENT, Payment, payment_of
from aggregates.publicity.facts import BatchClaim, PublicityClosed, PublicityStarted
from aggregates.publicity.state import PUBLICITY
from aggregates.subsidy_claim.commands import DisallowItem
from aggregates.subsidy_claim.facts import ClaimStageReached, ClaimSubmitted, FundSourceAssigned
from aggregates.subsidy_claim.items import total_of
from aggregates.subsidy_claim.parts import Disallowal, FundShare
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from tests.aggregates.claim_commands import allocate
from tests.aggregates.claim_stories import Story
from tests.aggregates.claims import BUREAU, CLAIM_LAW, CLERK, FINANCE, PACKAGE, item, payee
from tests.aggregates.harness import COUNTY, Happened, given, happened, moment
from tests.aggregates.institution.samples import SCHOOL, account, line, registered

NOW = "2024-06-03"
CLAIMS = 3
ITEM_FEN = 1_000
DUE_FEN = 2 * ITEM_FEN
ACCOUNT = account_of(COUNTY, "SPECIAL_ACCOUNT", 2024)


def claim_id(number: int) -> ClaimId:
    return ClaimId(UUID(int=0xC1D00 + number))


def batch_id(number: int) -> PublicityId:
    return PublicityId(UUID(int=0x9BD00 + number))


def payment_id(number: int) -> Any:  # noqa: ANN401 - a payment's id
    return payment_of(batch_id(number), "SPECIAL_ACCOUNT")


def published(batch: PublicityId, claim: BatchClaim) -> tuple[PublicityStarted, PublicityClosed]:
    """Return how a batch of one claim was started and closed."""
    listed: dict[str, Any] = {
        "publicity_id": batch,
        "county_code": COUNTY,
        "claims": (claim,),
        "heads": 2,
        "amount_fen": DUE_FEN,
    }
    started = PublicityStarted(
        persons_shown=False,
        list_sha256=PACKAGE,
        url="https://www.dongchangfu.gov.cn/1",
        published_at=moment("2024-04-12"),
        closes_at=moment("2024-04-20"),
        last_day=moment("2024-04-19").date(),
        contact=line(9),
        calendar_version="w1",
        calendar_status="FINAL",
        started_by=BUREAU,
        **listed,
    )
    closed = PublicityClosed(closed_at=moment("2024-04-20"), closed_by=BUREAU, **listed)
    return started, closed


@cache
def cleared(number: int) -> Story:
    """Tell of a claim of two items that was cleared, in a batch of its own."""
    claim, batch = claim_id(number), batch_id(number)
    of: dict[str, Any] = {
        "claim_id": claim,
        "class_id": ClassId(UUID(int=0xC1A55)),
        "institution_id": SCHOOL,
    }
    rows = (item(0, item_no=1, amount_fen=ITEM_FEN), item(1, item_no=2, amount_fen=ITEM_FEN))
    share = FundShare(fund="SPECIAL_ACCOUNT", items=(1, 2), heads=2, amount_fen=DUE_FEN)
    submitted = ClaimSubmitted(
        mode="AGENCY",
        county_code=COUNTY,
        applicant_institution_id=SCHOOL,
        occupation="4-03-02-01",
        level="5",
        items=rows,
        heads=2,
        amount_fen=DUE_FEN,
        payee=payee(),
        package_sha256=PACKAGE,
        submitted_at=moment("2024-04-01"),
        **of,
    )
    funded = FundSourceAssigned(
        county_code=COUNTY, funds=(share,), balances=(), assigned_by=CLERK, **of
    )
    stage = ClaimStageReached(
        county_code=COUNTY,
        stage="CLEARED",
        items=(1, 2),
        heads=2,
        amount_fen=DUE_FEN,
        publicity_id=batch,
        **of,
    )
    started, closed = published(batch, BatchClaim(heads=2, amount_fen=DUE_FEN, **of))
    return (
        happened("2024-04-01", SUBSIDY_CLAIM, claim, submitted),
        happened("2024-04-03", SUBSIDY_CLAIM, claim, funded),
        happened("2024-04-12", PUBLICITY, batch, started),
        happened("2024-04-20", PUBLICITY, batch, closed),
        happened("2024-04-20", SUBSIDY_CLAIM, claim, stage),
    )


def due(story: Story, number: int) -> int:
    """Return what may be ordered of a claim, or was ordered."""
    loaded = given(*story).loaded()
    claim = loaded[SUBSIDY_CLAIM.name(claim_id(number))].state
    approved = total_of(claim.at("FUNDING_APPROVED"))
    return approved or total_of(claim.at("ORDERED"))


def command(step: str, number: int, amount: int) -> Any:  # noqa: ANN401 - a command
    payment = payment_id(number)
    match step:
        case "allocate":
            return allocate(amount)
        case "apply":
            return SubmitFundingApplication(
                publicity_id=batch_id(number), fund="SPECIAL_ACCOUNT", application_no=f"ZJ-{number}"
            )
        case "approve" | "return":
            decision: Any = "APPROVED" if step == "approve" else "RETURNED"
            return DecideFundingApplication(payment_id=payment, decision=decision)
        case "order":
            return OrderDisbursement(
                payment_id=payment,
                order_no="ZF-1",
                claim_ids=(claim_id(number),),
                account_type="BASIC",
                account=account().account,
                holder=line(8),
                amount_fen=amount,
            )
        case "pay":
            return ConfirmPayment(
                payment_id=payment,
                order_no="ZF-1",
                bank_ref="GK-1",
                paid_at=moment(NOW),
                amount_fen=amount,
            )
        case _:
            row = Disallowal(item_no=1, rule_id="ELG-25", amount_fen=min(amount, ITEM_FEN))
            return DisallowItem(claim_id=claim_id(number), disallowal=row)


def then(story: Story, asked: Any) -> Story:  # noqa: ANN401 - a command
    answer = given(*story, law=CLAIM_LAW).when(asked, now=NOW, by=FINANCE, role="FINANCE").answer
    if not isinstance(answer, Granted):
        return story
    record = Recorded(moment(NOW), FINANCE)
    return (*story, *(Happened(new.kind, new.id, new.fact, record) for new in answer.facts))


STEPS = st.tuples(
    st.sampled_from(["next", "next", "next", "order", "pay", "allocate", "return", "disallow"]),
    st.integers(0, CLAIMS - 1),
    st.sampled_from([0, 0, 0, 1, -1, 400]),
)
"""What is asked, about which claim, and how far the amount is off."""


def following(story: Story, number: int) -> str:
    """Return the step that the law has in store for a claim."""
    payment = payment_in(story, number)
    if payment.status == "APPROVED":
        return "pay" if payment.orders else "order"
    return "approve" if payment.status == "SUBMITTED" else "apply"


def payment_in(story: Story, number: int) -> Payment:
    held = given(*story).loaded().get(PAYMENT.name(payment_id(number)))
    payment: Payment = PAYMENT.empty if held is None else held.state
    return payment


def start(amount_fen: int = 5_000) -> Story:
    story: Story = (registered(), *(one for n in range(CLAIMS) for one in cleared(n)))
    return then(story, allocate(amount_fen))


@pytest.mark.rule("ELG-22")
@settings(max_examples=40)
@for_all(st.lists(STEPS, min_size=8, max_size=25))
def test_no_order_of_commands_reserves_or_pays_more_than_was_allocated(
    steps: list[tuple[str, int, int]],
) -> None:
    story = start()
    for asked, number, off in steps:
        step = following(story, number) if asked == "next" else asked
        amount = due(story, number) if step in ("order", "pay") else ITEM_FEN
        story = then(story, command(step, number, max(0, amount + off)))
    held: FundAccount = given(*story).loaded()[FUND_ACCOUNT.name(ACCOUNT)].state
    paid = 0
    for number in range(CLAIMS):
        payment = payment_in(story, number)
        reserved = held.reservations.get(payment_id(number))
        assert payment.paid_fen <= payment.ordered_fen
        assert payment.ordered_fen <= (reserved.amount_fen if reserved else 0)
        paid += payment.paid_fen
    assert held.available_fen >= 0
    assert held.reserved_fen == sum(one.amount_fen for one in held.reservations.values())
    assert paid <= held.reserved_fen


@pytest.mark.rule("ELG-22")
def test_the_account_carries_two_applications_of_three_and_the_third_once_one_came_back() -> None:
    story = start(5_000)
    for number in range(3):
        story = then(story, command("apply", number, 0))
    applied = [one for one in story if one.kind is PAYMENT]
    assert len(applied) == 2
    story = then(story, command("return", 0, 0))
    assert len([one for one in then(story, command("apply", 2, 0)) if one.kind is PAYMENT]) == 4


@pytest.mark.rule("ELG-22")
def test_two_applications_that_race_for_the_last_money_meet_in_the_account() -> None:
    story = start(DUE_FEN)
    name = FUND_ACCOUNT.name(ACCOUNT)
    for number in range(2):
        answer = given(*story, law=CLAIM_LAW).when(command("apply", number, 0), now=NOW).answer
        assert isinstance(answer, Granted)
        assert answer.read[name] == 1
        assert name in {new.kind.name(new.id) for new in answer.facts}
