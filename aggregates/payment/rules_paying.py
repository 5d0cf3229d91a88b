"""What orders, payments and failures must keep: order, amount, account, who may not pay."""

from collections.abc import Iterator

from aggregates.decisions import Unmet, World, flag, hard, lifecycle, unmet
from aggregates.institution.state import INSTITUTION
from aggregates.law.deadlines import ClaimMode, local_date
from aggregates.payment.applying import touches
from aggregates.payment.facts import ORDER_CLAIMS_MAX
from aggregates.payment.paying import (
    ConfirmPayment,
    OrderDisbursement,
    RecordPaymentFailure,
    first_claim,
    payable,
)
from aggregates.payment.state import PAYMENT, Order, Payment
from aggregates.publicity.state import PUBLICITY
from aggregates.sealed import Account, Matchable
from aggregates.subsidy_claim.items import total_of
from aggregates.subsidy_claim.parts import AccountType
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM, Claim
from aggregates.subsidy_claim.wording import yuan
from aggregates.training_class.reach import in_reach


@lifecycle(OrderDisbursement)
def order_is_sound(c: OrderDisbursement, world: World) -> Iterator[Unmet]:
    """An order has a number of its own and names claims of one payee, each once."""
    one = world.state(PAYMENT, c.payment_id)
    if not one.status:
        yield unmet(("资金申请", "a funding application"), ("没有这份申请", "no such application"))
        return
    yield from in_reach(None, one.county, world)
    if c.order_no in one.orders:
        yield unmet(("新的指令编号", "a new number"), ("编号已有", "taken"), where="order_no")
    if not 0 < len(set(c.claim_ids)) == len(c.claim_ids) <= ORDER_CLAIMS_MAX:
        yield unmet(
            (
                f"1至{ORDER_CLAIMS_MAX}份申报，每份一次",
                f"1 to {ORDER_CLAIMS_MAX} claims, each once",
            ),
            (f"{len(c.claim_ids)}份", f"{len(c.claim_ids)}, or some twice"),
            where="claim_ids",
        )
    held = world.states(SUBSIDY_CLAIM, c.claim_ids).values()
    if len({(claim.mode, claim.person_id, claim.applicant_id) for claim in held}) > 1:
        yield unmet(
            ("同一收款方的申报", "claims of one payee"),
            ("收款方不同", "their payees differ"),
            where="claim_ids",
        )


@hard("CLM-08", OrderDisbursement)
def approved_before_ordered(c: OrderDisbursement, world: World) -> Iterator[Unmet]:
    """The order follows finance's approval, for items that wait for it."""
    one = world.state(PAYMENT, c.payment_id)
    if one.status != "APPROVED":
        yield unmet(("已批准的资金申请", "an application that was approved"), (one.status,) * 2)
    lines = payable(c, world)
    for at, claim_id in enumerate(c.claim_ids):
        if one.status == "APPROVED" and claim_id not in lines:
            yield unmet(
                ("有待拨付的项目", "items that wait for payment"),
                ("没有", "none"),
                where=f"claim_ids[{at}]",
            )


@hard("CLM-11", OrderDisbursement)
def no_more_than_was_cleared(c: OrderDisbursement, world: World) -> Iterator[Unmet]:
    """An order is for exactly what was published without objection and approved."""
    cleared = sum(total_of(items) for items in payable(c, world).values())
    if c.amount_fen != cleared:
        yield unmet(
            (f"公示无异议的{yuan(cleared)}元", f"{yuan(cleared)} yuan, as cleared"),
            (f"{yuan(c.amount_fen)}元", f"{yuan(c.amount_fen)} yuan"),
            where="amount_fen",
        )


@flag("CLM-11", OrderDisbursement)
def late_objections_are_still_seen(c: OrderDisbursement, world: World) -> Iterator[Unmet]:
    """Whoever pays sees the late objections that nobody answered yet."""
    one = world.state(PAYMENT, c.payment_id)
    if one.publicity_id is None:
        return
    batch, lines = world.state(PUBLICITY, one.publicity_id), payable(c, world)
    for objection in batch.open_objections(in_window=False):
        if touches(objection, batch, lines):
            yield unmet(
                ("没有未处理的逾期异议", "no late objection that is open"),
                (f"逾期异议{objection.number}未处理", f"late objection {objection.number} is open"),
            )


@hard("CLM-12", OrderDisbursement)
def paid_into_the_registered_account(c: OrderDisbursement, world: World) -> Iterator[Unmet]:
    """A body is paid into its basic account, a person into the own social-security-card account.

    The account is compared by token with the one that the body registered or the person claimed
    with; an enterprise's account is its basic one unless the city says otherwise (C-06).
    """
    claim = first_claim(c, world)
    allowed = _account_type(claim.mode, claim.county, world)
    if c.account_type != allowed:
        yield unmet((allowed, allowed), (c.account_type, c.account_type), where="account_type")
    registered = _registered(claim, allowed, world)
    if registered is None or not registered.same_as(c.account):
        yield unmet(
            ("登记的收款账户", "the account that is registered"),
            ("没有登记" if registered is None else "其他账户", "none, or another account"),
            where="account",
        )
    if claim.mode == "PERSON" and claim.institution_id is not None:
        basic = world.state(INSTITUTION, claim.institution_id).basic_account
        if basic is not None and basic.same_as(c.account):
            yield unmet(
                ("申请者本人账户", "the applicant's own account"),
                ("承训机构账户", "the training body's"),
                where="account",
            )


def _account_type(mode: ClaimMode, county: str, world: World) -> AccountType:
    if mode == "PERSON":
        return "SSC"
    general = world.law.parameter("enterprise_payee_account", world.today, county=county)
    return "GENERAL" if mode == "ENTERPRISE" and general == "GENERAL" else "BASIC"


def _registered(claim: Claim, kind: AccountType, world: World) -> Matchable[Account] | None:
    """Return the account that may be paid into."""
    if kind == "BASIC" and claim.applicant_id is not None:
        return world.state(INSTITUTION, claim.applicant_id).basic_account
    payee = claim.payee
    return payee.account if payee is not None and payee.type == kind else None


def _reviewed_it(claims: list[Claim], world: World) -> Iterator[Unmet]:
    if any(world.caller.person in claim.reviewers for claim in claims):
        yield unmet(
            ("未审核过该申报的人员拨付", "a payer who reviewed none of the claims"),
            ("审核过其中的申报", "a reviewer of one of them"),
        )


@hard("CLM-12", OrderDisbursement)
def payer_is_no_reviewer(c: OrderDisbursement, world: World) -> Iterator[Unmet]:
    """Who orders the money reviewed none of the claims."""
    yield from _reviewed_it(list(world.states(SUBSIDY_CLAIM, c.claim_ids).values()), world)


Answered = ConfirmPayment | RecordPaymentFailure


def _order_of(c: Answered, world: World) -> tuple[Payment, Order | None]:
    one = world.state(PAYMENT, c.payment_id)
    return one, one.orders.get(c.order_no)


@lifecycle(ConfirmPayment, RecordPaymentFailure)
def order_waits_for_the_bank(c: Answered, world: World) -> Iterator[Unmet]:
    """A bank's answer is recorded once, for an order of the county, and not before it came."""
    one, order = _order_of(c, world)
    if not one.status:
        yield unmet(("资金申请", "a funding application"), ("没有这份申请", "no such application"))
        return
    yield from in_reach(None, one.county, world)
    if order is not None and order.paid:
        yield unmet(("未确认的拨付", "a payment not confirmed yet"), ("已确认", "it was confirmed"))
    if order is not None and order.failed:
        yield unmet(
            ("未失败的拨付指令", "an order that did not fail"),
            ("已登记失败，须另行下达", "it failed; another order is needed"),
            where="order_no",
        )
    if isinstance(c, ConfirmPayment):
        field, when = "paid_at", c.paid_at
    else:
        field, when = "failed_at", c.failed_at
    if local_date(when) > world.today:
        yield unmet(
            (f"不晚于{world.today}", f"by {world.today}"), (str(local_date(when)),) * 2, where=field
        )


@hard("CLM-08", ConfirmPayment, RecordPaymentFailure)
def ordered_before_paid(c: Answered, world: World) -> Iterator[Unmet]:
    """The payment, or its failure, follows its order."""
    _, order = _order_of(c, world)
    if order is None:
        yield unmet(
            ("已下达的拨付指令", "an order"), ("没有这个指令", "no such order"), where="order_no"
        )


@hard("CLM-12", ConfirmPayment)
def paid_what_was_ordered(c: ConfirmPayment, world: World) -> Iterator[Unmet]:
    """The bank paid exactly what was ordered."""
    _, order = _order_of(c, world)
    if order is not None and c.amount_fen != order.amount_fen:
        yield unmet(
            (f"指令金额{yuan(order.amount_fen)}元", f"{yuan(order.amount_fen)} yuan, as ordered"),
            (f"{yuan(c.amount_fen)}元", f"{yuan(c.amount_fen)} yuan"),
            where="amount_fen",
        )


@hard("CLM-12", ConfirmPayment)
def confirmer_is_no_reviewer(c: ConfirmPayment, world: World) -> Iterator[Unmet]:
    """Nor did who confirms the payment review any of them."""
    _, order = _order_of(c, world)
    ids = () if order is None else [line.claim_id for line in order.lines]
    yield from _reviewed_it(list(world.states(SUBSIDY_CLAIM, ids).values()), world)


@flag("CLM-12", RecordPaymentFailure)
def whoever_records_a_failure_is_no_reviewer(
    c: RecordPaymentFailure, world: World
) -> Iterator[Unmet]:
    """A failure grants nothing: it is recorded whoever says so, and a reviewer is shown."""
    _, order = _order_of(c, world)
    ids = () if order is None else [line.claim_id for line in order.lines]
    yield from _reviewed_it(list(world.states(SUBSIDY_CLAIM, ids).values()), world)


@flag("ELG-21", ConfirmPayment)
def paid_in_time(c: ConfirmPayment, world: World) -> Iterator[Unmet]:
    """The authority pays within the time that the city has set, from the acceptance on."""
    one, order = _order_of(c, world)
    days = world.law.parameter("sla_claim_days", world.today, county=one.county)
    if order is None or days is None:
        return
    claims = world.states(SUBSIDY_CLAIM, [line.claim_id for line in order.lines]).values()
    taken = [(world.today - claim.accepted_on).days for claim in claims if claim.accepted_on]
    if max(taken, default=0) > days:
        yield unmet(
            (f"受理后{days}日内拨付", f"paid within {days} days of the acceptance"),
            (f"{max(taken)}日", f"after {max(taken)} days"),
        )


@flag("CLM-11", ConfirmPayment)
def nothing_held_was_paid(c: ConfirmPayment, world: World) -> Iterator[Unmet]:
    """What came to be held after the order and was paid all the same is shown."""
    _, order = _order_of(c, world)
    lines = {} if order is None else {line.claim_id: line.items for line in order.lines}
    claims = world.states(SUBSIDY_CLAIM, lines)
    held = sum(
        bool(claims[claim_id].items[no].holds)
        for claim_id, numbers in lines.items()
        for no in numbers
        if no in claims[claim_id].items
    )
    if held:
        yield unmet(
            ("没有暂缓的项目", "no item that is held"), (f"{held}项暂缓", f"{held} are held")
        )
