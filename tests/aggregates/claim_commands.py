"""The commands of a claim's story, ready to be asked; fields of each may differ."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from aggregates.fund_account.commands import AllocateBudget
from aggregates.law.catalogues import Fund
from aggregates.payment.commands import (
    ConfirmPayment,
    DecideFundingApplication,
    OrderDisbursement,
    SubmitFundingApplication,
)
from aggregates.publicity.commands import StartPublicity
from aggregates.subsidy_claim.commands import (
    AcceptClaim,
    AssignFundSource,
    FundChoice,
    InitialReview,
    IssueAuditReport,
    ResolvedClaim,
    ResolveMeeting,
    SecondReview,
    SubmitClaim,
)
from tests.aggregates.claims import (
    BATCH,
    BUREAU,
    CLAIM,
    HEADS,
    PACKAGE,
    PAID,
    PAYMENT_ID,
    TRAINING_FEN,
    item,
    items,
    own_card,
    payee,
)
from tests.aggregates.harness import (
    COUNTY,
    moment,
    official,
)
from tests.aggregates.institution.samples import COOK, DOC, SCHOOL, account, line
from tests.aggregates.training_class.samples import (
    CLASS,
    person,
)


def submit_claim(**changes: Any) -> SubmitClaim:  # noqa: ANN401 - fields of the command
    """Return the command with which the school claims for the class."""
    fields: dict[str, Any] = {
        "claim_id": CLAIM,
        "mode": "AGENCY",
        "class_id": CLASS,
        "county_code": COUNTY,
        "applicant_institution_id": SCHOOL,
        "occupation": COOK.code,
        "level": COOK.level,
        "items": items(),
        "payee": payee(),
        "package_sha256": PACKAGE,
        "outer_receipt": "W-20240401-1",
        **changes,
    }
    return SubmitClaim(**fields)


def in_person(number: int = 0, **changes: Any) -> SubmitClaim:  # noqa: ANN401 - likewise
    """Return the command with which the n-th trainee claims in person."""
    return submit_claim(
        **{
            "mode": "PERSON",
            "place_basis": "TRAINING",
            "applicant_person_id": person(number),
            "applicant_institution_id": None,
            "items": (item(number, item_no=1),),
            "payee": payee(type="SSC", account=own_card(number)),
            **changes,
        }
    )


def accept_claim(**changes: Any) -> AcceptClaim:  # noqa: ANN401 - fields of the command
    """Return the command to accept the claim."""
    return AcceptClaim(**{"claim_id": CLAIM, "package_sha256": PACKAGE, **changes})


def assign_fund(
    fund: Fund = "SPECIAL_ACCOUNT", numbers: Iterable[int] = (1, 2, 3)
) -> AssignFundSource:
    """Return the command to let one fund pay all items."""
    return AssignFundSource(claim_id=CLAIM, choices=(FundChoice(fund=fund, items=tuple(numbers)),))


def initial_review(**changes: Any) -> InitialReview:  # noqa: ANN401 - fields of the command
    """Return the command of the first review."""
    return InitialReview(**{"claim_id": CLAIM, "result": "PASS", "docs": (DOC,), **changes})


def second_review(**changes: Any) -> SecondReview:  # noqa: ANN401 - fields of the command
    """Return the command of the second review."""
    return SecondReview(**{"claim_id": CLAIM, "result": "PASS", "docs": (DOC,), **changes})


def report(**changes: Any) -> IssueAuditReport:  # noqa: ANN401 - fields of the command
    """Return the command to issue the audit report."""
    return IssueAuditReport(
        **{"claim_id": CLAIM, "report_no": "SH-2024-1", "doc_sha256": DOC, **changes}
    )


def resolve(
    decision: Any = "APPROVE",  # noqa: ANN401 - one of the decisions
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> ResolveMeeting:
    """Return the command to record what the meeting resolved."""
    fields: dict[str, Any] = {
        "meeting": "PARTY_GROUP",
        "held_on": date(2024, 4, 11),
        "minutes_no": "DZ-2024-7",
        "attendees": (BUREAU, official(18)),
        "doc_sha256": DOC,
        "claims": (ResolvedClaim(claim_id=CLAIM, decision=decision),),
        **changes,
    }
    return ResolveMeeting(**fields)


def publish(**changes: Any) -> StartPublicity:  # noqa: ANN401 - fields of the command
    """Return the command to publish the claim."""
    fields: dict[str, Any] = {
        "publicity_id": BATCH,
        "county_code": COUNTY,
        "claim_ids": (CLAIM,),
        "persons_shown": True,
        "list_sha256": "cd" * 32,
        "url": "https://www.dongchangfu.gov.cn/gs/2024-1.html",
        "contact": line(9),
        **changes,
    }
    return StartPublicity(**fields)


def order(**changes: Any) -> OrderDisbursement:  # noqa: ANN401 - fields of the command
    """Return the command to order the payment to the school."""
    fields: dict[str, Any] = {
        "payment_id": PAYMENT_ID,
        "order_no": "ZF-1",
        "claim_ids": (CLAIM,),
        "account_type": "BASIC",
        "account": account().account,
        "holder": line(8),
        "amount_fen": HEADS * TRAINING_FEN,
        **changes,
    }
    return OrderDisbursement(**fields)


def confirm(**changes: Any) -> ConfirmPayment:  # noqa: ANN401 - fields of the command
    """Return the command to confirm the payment."""
    fields: dict[str, Any] = {
        "payment_id": PAYMENT_ID,
        "order_no": "ZF-1",
        "bank_ref": "GK-1",
        "paid_at": moment(PAID),
        "amount_fen": HEADS * TRAINING_FEN,
        **changes,
    }
    return ConfirmPayment(**fields)


def apply_for(**changes: Any) -> SubmitFundingApplication:  # noqa: ANN401 - fields of the command
    """Return the command to apply for what was cleared."""
    return SubmitFundingApplication(
        **{
            "publicity_id": BATCH,
            "fund": "SPECIAL_ACCOUNT",
            "application_no": "ZJ-2024-1",
            **changes,
        }
    )


def decide(decision: Any = "APPROVED") -> DecideFundingApplication:  # noqa: ANN401 - a decision
    """Return the command of finance's answer."""
    return DecideFundingApplication(payment_id=PAYMENT_ID, decision=decision)


def allocate(amount_fen: int, fund: Fund = "SPECIAL_ACCOUNT") -> AllocateBudget:
    """Return the command to allocate money to a fund of the county."""
    return AllocateBudget(
        county_code=COUNTY, fund=fund, year=2024, amount_fen=amount_fen, doc_sha256=DOC
    )
