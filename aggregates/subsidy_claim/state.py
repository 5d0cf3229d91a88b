"""What the facts of a claim add up to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import (
    ClassId,
    InstitutionId,
    OfficialId,
    PersonId,
    ProjectId,
)
from aggregates.law.catalogues import Fund, TrainingType
from aggregates.law.deadlines import ClaimMode
from aggregates.subsidy_claim.facts import (
    AuditReportIssued,
    ClaimAccepted,
    ClaimInitialReviewed,
    ClaimItemDisallowed,
    ClaimItemsHeld,
    ClaimItemsReleased,
    ClaimRefused,
    ClaimResubmitted,
    ClaimReturned,
    ClaimSecondReviewed,
    ClaimStageReached,
    ClaimSubmitted,
    FundSourceAssigned,
    MeetingResolved,
)
from aggregates.subsidy_claim.items import (
    NO_ITEMS,
    STAGES,
    Item,
    Items,
    carried,
    released,
)
from aggregates.subsidy_claim.parts import ClaimDoc, PayeeAccount, PlaceBasis

REVIEWED = ("INITIAL_REVIEWED", "SECOND_REVIEWED", "REPORTED", *STAGES, "HELD")
"""The steps at which the first review has passed."""
SETTLED = frozenset({"REFUSED", "DISALLOWED", "PAID"})
"""The steps at which nothing is open any more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim.

    Attributes:
        status: SUBMITTED, ACCEPTED, RETURNED, REFUSED, INITIAL_REVIEWED, SECOND_REVIEWED,
            REPORTED; from the meeting on the earliest stage of what moves, HELD where nothing
            does, DISALLOWED where nothing is left; empty before the first fact.
        mode: PERSON, ENTERPRISE or AGENCY.
        class_id: The class.
        institution_id: Who trained.
        county: Where it is claimed.
        place_basis: Why a person claims there.
        person_id: Who claims in mode PERSON.
        applicant_id: Who claims otherwise.
        project_id: The project of the class.
        training_type: The training type of the class.
        occupation: What was learnt.
        level: At which level.
        regime: The legal regime of the class.
        items: The items by number.
        payee: Where the money shall go.
        docs: The papers handed in.
        package_sha256: Digest of the package last handed in.
        submitted_on: Local date of the first submission; deadlines are judged on it.
        accepted_on: Local date of the acceptance last recorded.
        reviewers: Everybody who reviewed it, at any time.
        initial_reviewer: Who reviewed first, in the present round.
        opinion: What the last review said.
        report_no: The audit report; empty before.
        resolved_on: The day of the meeting that approved.
        paid_on: The day of its last payment.
    """

    status: str = ""
    mode: ClaimMode = "AGENCY"
    class_id: ClassId | None = None
    institution_id: InstitutionId | None = None
    county: str = ""
    place_basis: PlaceBasis | None = None
    person_id: PersonId | None = None
    applicant_id: InstitutionId | None = None
    project_id: ProjectId | None = None
    training_type: TrainingType | None = None
    occupation: str = ""
    level: str = ""
    regime: str = "R3"
    items: Items = field(default_factory=lambda: NO_ITEMS)
    payee: PayeeAccount | None = None
    docs: tuple[ClaimDoc, ...] = ()
    package_sha256: str = ""
    submitted_on: date | None = None
    accepted_on: date | None = None
    reviewers: frozenset[OfficialId] = frozenset()
    initial_reviewer: OfficialId | None = None
    opinion: str = ""
    report_no: str = ""
    resolved_on: date | None = None
    paid_on: date | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing of it is open: refused, or every item paid or disallowed."""
        return self.status in SETTLED

    def live(self) -> tuple[Item, ...]:
        """Return the items that are not disallowed."""
        return tuple(one for one in self.items.values() if one.live)

    def at(self, stage: str, *, fund: str = "") -> tuple[Item, ...]:
        """Return the items free to go on from a stage, of one fund or of all."""
        return tuple(
            one
            for one in self.items.values()
            if one.free and one.stage == stage and fund in ("", one.fund)
        )


def _with(claim: Claim, changed: Mapping[int, Item]) -> Claim:
    """Return a claim with items changed, and the status that follows from them."""
    made = replace(claim, items=MappingProxyType({**claim.items, **changed}))
    return replace(made, status=_status(made))


def _status(claim: Claim) -> str:
    live = claim.live()
    if claim.status in ("", "REFUSED"):
        return claim.status
    if not live:
        return "DISALLOWED"
    if claim.status not in (*STAGES, "HELD"):
        return claim.status
    moving = [one for one in live if one.free and one.stage not in ("HELD", "PAID")]
    if moving:
        return min((one.stage or STAGES[0] for one in moving), key=STAGES.index)
    return "PAID" if all(one.stage == "PAID" for one in live) else "HELD"


def _handed_in(
    claim: Claim, fact: ClaimSubmitted | ClaimResubmitted, at: Recorded, same: Items
) -> Claim:
    return replace(
        claim,
        status="SUBMITTED",
        mode=fact.mode,
        class_id=fact.class_id,
        institution_id=fact.institution_id,
        county=fact.county_code,
        place_basis=fact.place_basis,
        occupation=fact.occupation,
        level=fact.level,
        items=MappingProxyType(
            {row.item_no: same.get(row.item_no, Item(row, row.amount_fen)) for row in fact.items}
        ),
        payee=fact.payee,
        docs=fact.docs,
        package_sha256=fact.package_sha256,
        submitted_on=claim.submitted_on or at.on,
        initial_reviewer=None,
        opinion="",
    )


def _submitted(claim: Claim, fact: ClaimSubmitted, at: Recorded) -> Claim:
    made = _handed_in(claim, fact, at, NO_ITEMS)
    return replace(
        made,
        person_id=fact.applicant_person_id,
        applicant_id=fact.applicant_institution_id,
        project_id=fact.project_id,
        training_type=fact.training_type,
        regime=fact.regime,
    )


def _resubmitted(claim: Claim, fact: ClaimResubmitted, at: Recorded) -> Claim:
    return _handed_in(claim, fact, at, carried(claim.items, fact.items))


def _accepted(claim: Claim, fact: ClaimAccepted, at: Recorded) -> Claim:
    items = {no: replace(one, reserved=one.live) for no, one in claim.items.items()}
    return replace(
        claim,
        status="ACCEPTED",
        mode=fact.mode,
        class_id=fact.class_id,
        institution_id=fact.institution_id,
        county=fact.county_code,
        items=MappingProxyType(items),
        submitted_on=claim.submitted_on or fact.submitted_on,
        accepted_on=at.on,
    )


def _returned(claim: Claim, fact: ClaimReturned, at: Recorded) -> Claim:
    return replace(claim, status="RETURNED", initial_reviewer=None, opinion="")


def _unreserved(items: Items) -> Items:
    return MappingProxyType({no: replace(one, reserved=False) for no, one in items.items()})


def _refused(claim: Claim, fact: ClaimRefused, at: Recorded) -> Claim:
    return replace(claim, status="REFUSED", items=_unreserved(claim.items))


def _funded(claim: Claim, fact: FundSourceAssigned, at: Recorded) -> Claim:
    funds: dict[int, Fund] = {no: share.fund for share in fact.funds for no in share.items}
    changed = {
        no: replace(claim.items[no], fund=fund) for no, fund in funds.items() if no in claim.items
    }
    return _with(claim, changed)


def _reviewed_first(claim: Claim, fact: ClaimInitialReviewed, at: Recorded) -> Claim:
    passed = fact.result == "PASS"
    return replace(
        claim,
        status="INITIAL_REVIEWED" if passed else claim.status,
        initial_reviewer=fact.reviewer if passed else claim.initial_reviewer,
        reviewers=claim.reviewers | {fact.reviewer},
        opinion=fact.result,
    )


def _reviewed_again(claim: Claim, fact: ClaimSecondReviewed, at: Recorded) -> Claim:
    return replace(
        claim,
        status="SECOND_REVIEWED" if fact.result == "PASS" else claim.status,
        reviewers=claim.reviewers | {fact.reviewer},
        opinion=fact.result,
    )


def _cut(claim: Claim, fact: ClaimItemDisallowed, at: Recorded) -> Claim:
    held = claim.items.get(fact.item_no)
    if held is None:
        return claim
    left = replace(held, amount_fen=fact.remaining_fen)
    return _with(claim, {fact.item_no: left if left.live else replace(left, reserved=False)})


def _held(claim: Claim, fact: ClaimItemsHeld, at: Recorded) -> Claim:
    hold = (fact.ground, fact.hold_no)
    changed = {
        no: replace(claim.items[no], holds=claim.items[no].holds | {hold})
        for no in fact.items
        if no in claim.items
    }
    return _with(claim, changed)


def _released(claim: Claim, fact: ClaimItemsReleased, at: Recorded) -> Claim:
    hold = (fact.ground, fact.hold_no)
    changed = {no: released(claim.items[no], hold) for no in fact.items if no in claim.items}
    return _with(claim, changed)


def _reported(claim: Claim, fact: AuditReportIssued, at: Recorded) -> Claim:
    return replace(claim, status="REPORTED", report_no=fact.report_no)


def _resolved(claim: Claim, fact: MeetingResolved, at: Recorded) -> Claim:
    if fact.decision == "DEFER":
        return claim
    if fact.decision == "REJECT":
        return replace(claim, status="REFUSED", items=_unreserved(claim.items))
    staged = {
        no: replace(one, stage="RESOLVED")
        for no, one in claim.items.items()
        if one.live and not one.stage
    }
    return _with(replace(claim, status="RESOLVED", resolved_on=fact.held_on), staged)


def _staged(claim: Claim, fact: ClaimStageReached, at: Recorded) -> Claim:
    changed = {
        no: replace(
            claim.items[no],
            stage=fact.stage,
            publicity_id=fact.publicity_id,
            payment_id=fact.payment_id,
            account_id=fact.fund_account_id,
        )
        for no in fact.items
        if no in claim.items
    }
    made = replace(
        claim,
        status=claim.status if claim.status in (*STAGES, "HELD") else "RESOLVED",
        paid_on=max(filter(None, (claim.paid_on, fact.paid_on)), default=None),
    )
    return _with(made, changed)


_STEPS: Mapping[type[Fact], Callable[[Claim, Any, Recorded], Claim]] = {
    ClaimSubmitted: _submitted,
    ClaimResubmitted: _resubmitted,
    ClaimAccepted: _accepted,
    ClaimReturned: _returned,
    ClaimRefused: _refused,
    FundSourceAssigned: _funded,
    ClaimInitialReviewed: _reviewed_first,
    ClaimSecondReviewed: _reviewed_again,
    ClaimItemDisallowed: _cut,
    ClaimItemsHeld: _held,
    ClaimItemsReleased: _released,
    AuditReportIssued: _reported,
    MeetingResolved: _resolved,
    ClaimStageReached: _staged,
}


def evolve(claim: Claim, fact: Fact, at: Recorded) -> Claim:
    """Return the claim after one more fact."""
    step = _STEPS.get(type(fact))
    return claim if step is None else step(claim, fact, at)


SUBSIDY_CLAIM = stream("subsidy-claim", Claim(), evolve)
"""Claims, one stream each."""
