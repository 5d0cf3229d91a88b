"""What the class ledger must say, folded fact by fact in plain Python."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from aggregates.assessment.facts import AssessmentApplied, AssessmentResultRecorded
from aggregates.certificate.facts import CertificateIssued
from aggregates.enrolment.facts import TraineeEnrolled, TraineeWithdrawn
from aggregates.inspection.facts import InspectionConducted
from aggregates.institution.facts import InstitutionRegistered
from aggregates.law.deadlines import local_date
from aggregates.payment.facts import DisbursementPaid
from aggregates.publicity.facts import ObjectionLodged, PublicityStarted
from aggregates.subsidy_claim.facts import (
    ClaimResubmitted,
    ClaimStageReached,
    ClaimSubmitted,
    FundSourceAssigned,
    MeetingResolved,
)
from aggregates.training_class.facts import (
    ClassClosed,
    ClassFilingApproved,
    ClassFilingRejected,
    ClassFilingResubmitted,
    ClassFilingReturned,
    ClassFilingSubmitted,
    ClassStarted,
    ScheduleChangeReported,
    TeachingCompleted,
)
from tests.projections.entries import Written

STATUS: dict[type, str] = {
    ClassFilingSubmitted: "FILED",
    ClassFilingResubmitted: "FILED",
    ClassFilingReturned: "RETURNED",
    ClassFilingRejected: "REJECTED",
    ClassFilingApproved: "APPROVED",
    ClassStarted: "RUNNING",
    TeachingCompleted: "TAUGHT",
    ClassClosed: "CLOSED",
}


class Told:
    """One class while it is being told."""

    def __init__(self) -> None:
        self.filed: Any = None
        self.filed_on: list[date] = []
        self.days: dict[str, list[date]] = defaultdict(list)
        self.status = "UNKNOWN"
        self.standard: int | None = None
        self.heads = 0
        self.passed: set[UUID] = set()
        self.candidates: dict[UUID, int] = defaultdict(int)
        self.results: dict[UUID, set[UUID]] = defaultdict(set)
        self.certified: set[UUID] = set()
        self.inspectors: list[int] = []
        self.changes = 0
        self.claims: dict[UUID, Any] = {}
        self.resolved: dict[UUID, MeetingResolved] = {}
        self.funds: dict[UUID, set[str]] = {}
        self.shown: list[ClaimStageReached] = []
        self.listed: list[tuple[date, date]] = []
        self.objections = 0
        self.paid: list[Any] = []

    def assessed(self) -> bool:
        """Say whether every assessment has a result for every candidate."""
        named = self.candidates.keys() | self.results.keys()
        return bool(named) and all(
            one in self.candidates and len(self.results[one]) >= self.candidates[one]
            for one in named
        )

    def publicised(self) -> int:
        """Return what was published, what was published again left out."""
        return sum(
            one.amount_fen
            for n, one in enumerate(self.shown)
            if not any(
                earlier.claim_id == one.claim_id and set(earlier.items) >= set(one.items)
                for earlier in self.shown[:n]
            )
        )

    def row(self, class_id: UUID, names: dict[UUID, str]) -> dict[str, Any]:
        """Return the row that the model must have."""
        fact = self.filed
        filing = fact.filing if fact else None
        hours = filing.hours if filing else None
        approved = [one for one in self.resolved.values() if one.decision == "APPROVE"]
        ended = self.status == "TAUGHT" and self.assessed()
        month = f"{filing.planned_start:%Y-%m}" if filing and filing.plan_item else None
        return {
            "class_id": class_id,
            "filing_no": filing and filing.filing_no,
            "county": fact and fact.county_code,
            "institution_id": fact and fact.institution_id,
            "institution": names.get(fact.institution_id) if fact else None,
            "training_type": filing and filing.training_type,
            "occupation": filing and filing.occupation,
            "level": filing and filing.level,
            "plan_month": month,
            "filed_on": min(self.filed_on, default=None),
            "approved_on": max(self.days["APPROVED"], default=None),
            "started_on": max(self.days["RUNNING"], default=None),
            "ended_on": max(self.days["TAUGHT"], default=None),
            "hours_total": hours and hours.total,
            "hours_theory": hours and hours.theory,
            "hours_practice": hours and hours.practice,
            "hours_online": hours.online if hours else None,
            "heads_filed": fact and fact.heads,
            "heads_trained": max(self.heads, 0),
            "heads_passed": len(self.passed),
            "heads_certified": len(self.certified),
            "heads_claimed": sum(one.heads for one in self.claims.values()),
            "heads_approved": sum(one.heads for one in approved),
            "heads_paid": sum(one.heads for one in self.paid),
            "inspections": len(self.inspectors),
            "inspections_double": sum(one > 1 for one in self.inspectors),
            "changes": self.changes,
            "standard_fen": self.standard,
            "claimed_fen": sum(one.amount_fen for one in self.claims.values()),
            "approved_fen": sum(one.amount_fen for one in approved),
            "publicised_fen": self.publicised(),
            "paid_fen": sum(one.amount_fen for one in self.paid),
            "recovered_fen": 0,
            "fund": ",".join(sorted(set().union(*self.funds.values()))) or None,
            "publicised_from": min((one for one, _ in self.listed), default=None),
            "publicised_to": max((one for _, one in self.listed), default=None),
            "objections": self.objections,
            "status": "ASSESSED" if ended else self.status,
        }


def class_ledger(entries: Iterable[Written]) -> dict[UUID, dict[str, Any]]:
    """Return the class ledger by class."""
    found: dict[UUID, Told] = defaultdict(Told)
    names: dict[UUID, str] = {}
    for one in entries:
        if isinstance(one.fact, InstitutionRegistered):
            names[one.fact.institution_id] = one.fact.name
        _of_class(found, one)
        _of_people(found, one.fact)
        _of_money(found, one.fact)
    return {class_id: told.row(class_id, names) for class_id, told in found.items()}


def _of_class(found: dict[UUID, Told], one: Written) -> None:
    fact: Any = one.fact
    status = STATUS.get(type(fact))
    if status is None:
        if isinstance(fact, ScheduleChangeReported):
            found[fact.class_id].changes += 1
        return
    told = found[fact.class_id]
    told.status = status
    if isinstance(fact, ClassFilingSubmitted | ClassFilingResubmitted):
        told.filed = fact
        declared = fact.filing.declared_on if one.channel == "migration" else None
        told.filed_on.append(declared or one.recorded_on)
    elif isinstance(fact, ClassFilingApproved):
        told.standard = fact.standard_fen
        told.days[status].append(one.recorded_on)
    elif isinstance(fact, ClassStarted):
        told.days[status].append(local_date(fact.actual_start))
    elif isinstance(fact, TeachingCompleted):
        told.days[status].append(local_date(fact.actual_end))


def _of_people(found: dict[UUID, Told], fact: Any) -> None:  # noqa: ANN401 - any fact
    match fact:
        case TraineeEnrolled():
            found[fact.class_id].heads += 1
        case TraineeWithdrawn():
            found[fact.class_id].heads -= 1
        case AssessmentApplied():
            held = found[fact.class_id].candidates
            held[fact.assessment_id] = max(held[fact.assessment_id], len(set(fact.candidates)))
        case AssessmentResultRecorded():
            found[fact.class_id].results[fact.assessment_id].add(fact.enrolment_id)
            if fact.result == "PASS":
                found[fact.class_id].passed.add(fact.enrolment_id)
        case CertificateIssued():
            found[fact.class_id].certified.add(fact.enrolment_id)
        case InspectionConducted() if fact.class_id is not None:
            found[fact.class_id].inspectors.append(len(set(fact.inspectors)))
        case _:
            pass


def _of_money(found: dict[UUID, Told], fact: Any) -> None:  # noqa: ANN401 - any fact
    match fact:
        case ClaimSubmitted() | ClaimResubmitted():
            found[fact.class_id].claims[fact.claim_id] = fact
        case MeetingResolved():
            if fact.decision != "DEFER":
                found[fact.class_id].resolved[fact.claim_id] = fact
        case FundSourceAssigned():
            found[fact.class_id].funds[fact.claim_id] = {one.fund for one in fact.funds}
        case ClaimStageReached(stage="IN_PUBLICITY"):
            found[fact.class_id].shown.append(fact)
        case _:
            _of_many(found, fact)


def _of_many(found: dict[UUID, Told], fact: Any) -> None:  # noqa: ANN401 - any fact
    match fact:
        case PublicityStarted():
            for claim in fact.claims:
                day = local_date(fact.published_at)
                found[claim.class_id].listed.append((day, fact.last_day))
        case ObjectionLodged():
            for class_id in set(fact.class_ids):
                found[class_id].objections += 1
        case DisbursementPaid():
            for line in fact.lines:
                found[line.class_id].paid.append(line)
        case _:
            pass
