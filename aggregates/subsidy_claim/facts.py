"""The story of a claim (17号 五): 材料审核、会议研究、官网公示、提交申请、资金拨付.

It is submitted on the outer network and accepted on the inner one, perhaps returned and handed in
again, or refused; its items get the fund that pays; two people review it one after the other; a
report goes to the meeting; then publicity and payment write here which stage the items reached.
"""

from datetime import date
from typing import Literal

from aggregates.facts import Code, Count, CountyCode, Digest, Fact, Fen, Instant, fact
from aggregates.ids import (
    ClaimId,
    ClassId,
    EnrolmentId,
    FundAccountId,
    InspectionId,
    InstitutionId,
    OfficialId,
    PaymentId,
    PersonId,
    ProjectId,
    PublicityId,
)
from aggregates.law.catalogues import Fund, ItemKind, TrainingType
from aggregates.law.deadlines import ClaimMode
from aggregates.sealed import FreeText, Personal
from aggregates.subsidy_claim.parts import (
    Attendance,
    ClaimDoc,
    ClaimItems,
    FundBalance,
    FundShare,
    HoldGround,
    MeetingDecision,
    MeetingKind,
    PayeeAccount,
    PlaceBasis,
    ReviewResult,
    Stage,
)
from aggregates.training_class.facts import Clock, Ground


@fact("subsidy-claim.submitted.v1")
class ClaimSubmitted(Fact):
    """A claim for one class came in from the outer network.

    Attributes:
        institution_id: Who trained.
        county_code: Where it is claimed.
        place_basis: Why a person claims there (ELG-20).
        applicant_person_id: Who claims in mode PERSON.
        applicant_institution_id: Who claims otherwise: the training body or the employer.
        project_id: The project that the class belongs to, if any (C-37).
        heads: Persons among the items.
        amount_fen: What the items ask for together.
        package_sha256: Digest of the signed package that crosses to the inner network (CLM-01).
        submitted_at: When the ledger received it; deadlines are judged on this.
        outer_receipt: The number of the outer door's receipt.
        declared_on: The date on the form; it decides nothing.
        regime: The legal regime of the class.
    """

    claim_id: ClaimId
    mode: ClaimMode
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    place_basis: PlaceBasis | None = None
    applicant_person_id: PersonId | None = None
    applicant_institution_id: InstitutionId | None = None
    project_id: ProjectId | None = None
    training_type: TrainingType | None = None
    occupation: Code
    level: Code
    items: ClaimItems
    heads: Count
    amount_fen: Fen
    payee: PayeeAccount
    docs: tuple[ClaimDoc, ...] = ()
    package_sha256: Digest
    submitted_at: Instant
    outer_receipt: Code | None = None
    declared_on: date | None = None
    regime: Code = "R3"


@fact("subsidy-claim.resubmitted.v1")
class ClaimResubmitted(Fact):
    """A returned claim was handed in again, restated whole.

    Attributes:
        changed: The parts that differ from before.
        first_submitted_on: The local date of the first submission, on which deadlines are judged.
    """

    claim_id: ClaimId
    mode: ClaimMode
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    place_basis: PlaceBasis | None = None
    occupation: Code
    level: Code
    items: ClaimItems
    heads: Count
    amount_fen: Fen
    payee: PayeeAccount
    docs: tuple[ClaimDoc, ...] = ()
    package_sha256: Digest
    changed: tuple[Literal["ITEMS", "PAYEE", "DOCS", "PLACE"], ...]
    first_submitted_on: date
    submitted_at: Instant
    outer_receipt: Code | None = None


@fact("subsidy-claim.accepted.v1")
class ClaimAccepted(Fact):
    """A claim was accepted on the inner network; its entitlements are reserved with it.

    Attributes:
        accepted_at: When the ledger recorded the acceptance.
        package_sha256: Digest of the package as it arrived.
        submitted_on: The local date of the first submission.
        clock: Until when it could be submitted; None where the law sets no deadline (CLM-05).
        policy_version: The policy book as it stood.
    """

    claim_id: ClaimId
    mode: ClaimMode
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    occupation: Code
    level: Code
    heads: Count
    amount_fen: Fen
    accepted_by: OfficialId
    accepted_at: Instant
    package_sha256: Digest
    submitted_on: date
    clock: Clock | None = None
    policy_version: str


@fact("subsidy-claim.returned.v1")
class ClaimReturned(Fact):
    """A claim was given back to be corrected.

    ``stage`` is the step it stood at, ``fix_by`` the day until which it shall come back.
    """

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    reasons: tuple[Ground, ...]
    stage: Code
    fix_by: date | None = None
    returned_by: OfficialId


@fact("subsidy-claim.refused.v1")
class ClaimRefused(Fact):
    """A claim was refused, with reasons, by a person, and served.

    ``remedy`` says which remedies the notice names (行政复议、行政诉讼).
    """

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    reasons: tuple[Ground, ...]
    stage: Code
    heads: Count
    amount_fen: Fen
    decided_by: OfficialId
    notice_doc: Digest
    served_at: Instant
    remedy: Literal["RECONSIDERATION", "LITIGATION", "BOTH"]


@fact("subsidy-claim.fund-source-assigned.v1")
class FundSourceAssigned(Fact):
    """Every item of a claim got the one fund that pays it (ELG-23).

    Attributes:
        funds: The items by fund.
        balances: What the funds of the county still had.
        reason: Why the special account was not used first (ELG-03).
    """

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    funds: tuple[FundShare, ...]
    balances: tuple[FundBalance, ...]
    reason: Personal[FreeText] | None = None
    assigned_by: OfficialId


@fact("subsidy-claim.initial-reviewed.v1")
class ClaimInitialReviewed(Fact):
    """The material was reviewed for the first time (初审).

    Attributes:
        result: PASS moves the claim on; RETURN and REFUSE are the reviewer's opinion.
        heads: Persons whose items stand after the review.
        amount_fen: What those items come to.
        disallowed: The items that the review took off or cut.
        docs: The archived papers of the review (CLM-14).
    """

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    reviewer: OfficialId
    result: ReviewResult
    heads: Count
    amount_fen: Fen
    disallowed: tuple[Count, ...] = ()
    opinion: Personal[FreeText] | None = None
    docs: tuple[Digest, ...] = ()


@fact("subsidy-claim.second-reviewed.v1")
class ClaimSecondReviewed(Fact):
    """The material was reviewed for the second time (复核), by another person.

    ``initial_reviewer`` reviewed first; all else is as in the initial review.
    """

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    reviewer: OfficialId
    initial_reviewer: OfficialId | None = None
    result: ReviewResult
    heads: Count
    amount_fen: Fen
    disallowed: tuple[Count, ...] = ()
    opinion: Personal[FreeText] | None = None
    docs: tuple[Digest, ...] = ()


@fact("subsidy-claim.item-disallowed.v1")
class ClaimItemDisallowed(Fact):
    """An item was taken off a claim, or cut.

    Attributes:
        rule_id: The rule that it does not keep.
        amount_fen: How much was taken off.
        remaining_fen: What of the item is left; 0 ends it.
        stage: The step at which that happened.
        told_at: When the claimant was told.
    """

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    item_no: Count
    person_id: PersonId
    enrolment_id: EnrolmentId
    kind: ItemKind
    rule_id: Code
    text: Personal[FreeText] | None = None
    amount_fen: Fen
    remaining_fen: Fen
    stage: Code
    told_at: Instant | None = None
    decided_by: OfficialId


@fact("subsidy-claim.items-held.v1")
class ClaimItemsHeld(Fact):
    """Items were held back; the rest of the claim goes on.

    Attributes:
        hold_no: What the release names: a rule's id, an objection's number, a number of its own.
        ground: VERIFICATION says no more, so that no clue is hinted at.
        review_by: When the hold is looked at again at the latest.
    """

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    items: tuple[Count, ...]
    heads: Count
    amount_fen: Fen
    hold_no: Code
    ground: HoldGround
    rule_id: Code | None = None
    publicity_id: PublicityId | None = None
    held_by: OfficialId
    review_by: date | None = None


@fact("subsidy-claim.items-released.v1")
class ClaimItemsReleased(Fact):
    """A hold of items ended."""

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    items: tuple[Count, ...]
    heads: Count
    amount_fen: Fen
    hold_no: Code
    ground: HoldGround
    publicity_id: PublicityId | None = None
    reason: Personal[FreeText] | None = None
    released_by: OfficialId


@fact("subsidy-claim.audit-report-issued.v1")
class AuditReportIssued(Fact):
    """The report of both reviews went to the meeting (审核报告).

    Attributes:
        inspection_id: The inspection that a class under process supervision needs (DEL-05).
        waiver_id: The waiver of the meeting that stands for it.
        doc_sha256: The report.
    """

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    report_no: Code
    heads: Count
    amount_fen: Fen
    doc_sha256: Digest
    inspection_id: InspectionId | None = None
    waiver_id: Code | None = None
    issued_by: OfficialId


@fact("subsidy-claim.meeting-resolved.v1")
class MeetingResolved(Fact):
    """The party-group or office meeting resolved on a claim (党组会、办公会).

    Attributes:
        held_on: The day of the meeting.
        minutes_no: The number of its minutes.
        amount_fen: What was approved; 0 unless the decision is APPROVE.
        doc_sha256: The minutes.
    """

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    meeting: MeetingKind
    held_on: date
    minutes_no: Code
    attendance: Attendance
    decision: MeetingDecision
    heads: Count
    amount_fen: Fen
    doc_sha256: Digest


@fact("subsidy-claim.stage-reached.v1")
class ClaimStageReached(Fact):
    """Items of a claim reached a stage of publicity or payment; written by those commands.

    Attributes:
        stage: Where the items stand from here on.
        items: Their numbers.
        heads: Persons among them.
        amount_fen: What they come to.
        publicity_id: The publicity that they are or were in.
        payment_id: The funding application, from FUNDING_APPLIED on.
        fund: The fund, from FUNDING_APPLIED on.
        fund_account_id: The account on which the money is reserved.
        paid_on: The day of the payment, for PAID.
    """

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    stage: Stage
    items: tuple[Count, ...]
    heads: Count
    amount_fen: Fen
    publicity_id: PublicityId
    payment_id: PaymentId | None = None
    fund: Fund | None = None
    fund_account_id: FundAccountId | None = None
    paid_on: date | None = None
