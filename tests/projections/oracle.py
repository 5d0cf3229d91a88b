"""What every read model must say, folded fact by fact in plain Python: slow, and easy to read.

Each function takes entries and returns the rows as PostgreSQL gives them, by key.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from aggregates.archive.facts import (
    ArchiveChecked,
    ArchiveDestroyed,
    ArchiveDestructionApproved,
    ArchiveDocumentFiled,
    ArchiveDocumentStored,
    ArchiveProduced,
    ArchiveSealed,
    HoldReleased,
    RetentionExtended,
)
from aggregates.entitlement.facts import (
    EntitlementReleased,
    EntitlementReserved,
    EntitlementUsed,
)
from aggregates.facts import links
from aggregates.fund_account.facts import (
    FundAmountReserved,
    FundBudgetAllocated,
    FundReservationReleased,
)
from aggregates.fund_account.state import account_of
from aggregates.ids import STREAM_KINDS
from aggregates.law.deadlines import add_months, local_date
from aggregates.payment.facts import DisbursementPaid
from aggregates.risk_signal.facts import RiskSignalRaised
from aggregates.training_class.facts import (
    ClassClosed,
    ClassFilingResubmitted,
    ClassFilingSubmitted,
)
from projections.detail.link import CODES
from tests.projections.entries import Written

UNTOLD = ("occupation", "level", "year", "certified_on")
"""What only a reservation tells."""
Row = dict[str, Any]
Rows = Mapping[Any, Row]
Entries = Iterable[Written]


def trail(entries: Entries) -> Rows:
    """Return every reference once for each entry."""
    found: dict[Any, Row] = {}
    for one in entries:
        prefix, _, text = one.stream.partition("/")
        told = set(links(one.fact))
        if one.actor is not None:
            told.add(("official", one.actor))
        if prefix in STREAM_KINDS:
            told.add((STREAM_KINDS[prefix], UUID(text)))
        for kind, thing in told:
            row = {"kind": CODES[kind], "id": thing, "position": one.position}
            found[tuple(row.values())] = row
    return found


def entitlements(entries: Entries) -> Rows:
    """Return items by person, claim and number: what the last fact of each kind says."""
    found: dict[Any, Row] = {}
    for one in entries:
        fact = one.fact
        if not isinstance(fact, EntitlementReserved | EntitlementUsed | EntitlementReleased):
            continue
        key = (fact.person_id, fact.claim_id, fact.item_no)
        row = found.setdefault(
            key,
            dict.fromkeys((*UNTOLD, "reserved_fen", "used_fen", "used_on")),
        )
        row.update(
            person_id=fact.person_id,
            claim_id=fact.claim_id,
            item_no=fact.item_no,
            class_id=fact.class_id,
            county=fact.county_code,
            kind=fact.kind,
        )
        if isinstance(fact, EntitlementReserved):
            row.update(
                occupation=fact.occupation,
                level=fact.level,
                year=fact.year,
                certified_on=fact.certified_on,
                reserved_fen=fact.amount_fen,
                state="RESERVED",
            )
        elif isinstance(fact, EntitlementUsed):
            latest = max(filter(None, (row["used_on"], fact.paid_on)))
            row.update(used_fen=fact.amount_fen, used_on=latest, state="USED")
        else:
            row.update(state="RELEASED")
    return found


def funds(entries: Entries) -> Rows:
    """Return the books by account."""
    found: dict[Any, Row] = {}

    def book(one: Any, fact: Any) -> Row:  # noqa: ANN401 - four facts that bear the same
        return found.setdefault(
            one,
            {
                "fund_account_id": one,
                "county": fact.county_code,
                "fund": fact.fund,
                "year": fact.year,
                "allocated_fen": 0,
                "reserved_fen": 0,
                "released_fen": 0,
                "paid_fen": 0,
            },
        )

    for one in entries:
        fact = one.fact
        match fact:
            case FundBudgetAllocated():
                book(fact.fund_account_id, fact)["allocated_fen"] += fact.amount_fen
            case FundAmountReserved():
                book(fact.fund_account_id, fact)["reserved_fen"] += fact.amount_fen
            case FundReservationReleased():
                book(fact.fund_account_id, fact)["released_fen"] += fact.amount_fen
            case DisbursementPaid():
                account = account_of(fact.county_code, fact.fund, fact.year)
                book(account, fact)["paid_fen"] += fact.amount_fen
            case _:
                pass
    for row in found.values():
        bound = max(row["reserved_fen"] - row["released_fen"], row["paid_fen"])
        row["balance_fen"] = row["allocated_fen"] - bound
    return found


def risk(entries: Entries) -> Rows:
    """Return signals by id."""
    found: dict[Any, Row] = {}
    for one in entries:
        fact = one.fact
        if isinstance(fact, RiskSignalRaised):
            ((kind, subject),) = fact.subject.given
            found[fact.signal_id] = {
                "signal_id": fact.signal_id,
                "rule_id": fact.rule_id,
                "rule_version": fact.rule_version,
                "severity": fact.severity,
                "subject_kind": kind,
                "subject_id": subject,
                "county": fact.county_code,
                "starts_on": fact.window.starts_on,
                "ends_on": fact.window.ends_on,
                "read_to": fact.position,
                "evidence": list(fact.evidence),
                "params": [f"{m.name}={m.value}" for m in fact.params],
                "found": [f"{m.name}={m.value}" for m in fact.values],
                "raised_at": one.recorded_at,
                "state": "OPEN",
            }
    return found


REQUIRED = ["LECTURER_FORM", "SATISFACTION_SURVEY", "TRAINEE_FORMS", "TRAINING_PLAN"]


class Dossier:
    """The archive of one class while it is being told."""

    def __init__(self) -> None:
        self.filed: ClassFilingSubmitted | ClassFilingResubmitted | None = None
        self.documents: list[ArchiveDocumentFiled] = []
        self.steps: list[tuple[date, ArchiveChecked | ArchiveSealed]] = []
        self.ended: list[date] = []
        self.stored: set[str] = set()
        self.holds: dict[str, date | None] = {}
        self.produced = 0
        self.approvers = 0
        self.destroyed: date | None = None

    @property
    def known(self) -> bool:
        """Whether the model has a row for it."""
        return bool(self.filed or self.documents or self.steps)

    def checked(self, part: str) -> date | None:
        """Return when a part was last found complete."""
        days = [
            day
            for day, fact in self.steps
            if isinstance(fact, ArchiveChecked) and fact.part == part and fact.complete
        ]
        return max(days, default=None)

    def _teller(self) -> Any:  # noqa: ANN401 - three facts that bear the same
        """Return a fact that says which institution and county it is of."""
        if self.filed is not None:
            return self.filed
        return self.documents[-1] if self.documents else self.steps[-1][1]

    def row(self, class_id: UUID) -> Row:
        """Return the row that the model must have."""
        media: dict[str, set[str]] = defaultdict(set)
        for one in self.documents:
            media[one.kind] |= {"PAPER", "ELECTRONIC"} if one.medium == "BOTH" else {one.medium}
        whole = {kind for kind, held in media.items() if len(held) > 1}
        last = self.steps[-1][1] if self.steps else None
        required = sorted(c.kind for c in last.checklist if c.required) if last else REQUIRED
        sealed = next((f for _, f in reversed(self.steps) if isinstance(f, ArchiveSealed)), None)
        sealings = [day for day, fact in self.steps if isinstance(fact, ArchiveSealed)]
        begins = max([sealed.retention_from, *self.ended]) if sealed else None
        years = sealed.retention_to.year - sealed.retention_from.year if sealed else 0
        training, final = self.checked("TRAINING"), self.checked("FINAL")
        teller = self._teller()
        return {
            "class_id": class_id,
            "filing_no": self.filed.filing.filing_no if self.filed else None,
            "institution_id": teller.institution_id,
            "county": teller.county_code,
            "documents": len(self.documents),
            "pages": sum(one.pages for one in self.documents),
            "present": sorted(media),
            "required": required,
            "missing": sorted(set(required) - whole),
            "training_checked_on": training,
            "final_checked_on": final,
            "sealed_on": max(sealings, default=None),
            "manifest_sha256": sealed.manifest_sha256 if sealed else None,
            "retention_from": begins,
            "retention_to": add_months(begins, 12 * years) if begins else None,
            "unstored": len(
                {d.sha256 for d in self.documents if d.medium != "PAPER"} - self.stored
            ),
            "holds": sorted(self.holds),
            "held_until": None
            if None in self.holds.values()
            else max((one for one in self.holds.values() if one), default=None),
            "produced": self.produced,
            "approvers": self.approvers,
            "destroyed_on": self.destroyed,
            "state": "DESTROYED"
            if self.destroyed
            else "SEALED"
            if sealed
            else "FINAL_CHECKED"
            if final
            else "TRAINING_CHECKED"
            if training
            else "COLLECTING",
        }


def archive(entries: Entries) -> Rows:
    """Return archives by class."""
    found: dict[UUID, Dossier] = defaultdict(Dossier)
    for one in entries:
        fact = one.fact
        match fact:
            case ClassFilingSubmitted() | ClassFilingResubmitted():
                found[fact.class_id].filed = fact
            case ArchiveDocumentFiled():
                found[fact.class_id].documents.append(fact)
            case ArchiveChecked() | ArchiveSealed():
                found[fact.class_id].steps.append((one.recorded_on, fact))
            case ClassClosed():
                found[fact.class_id].ended.append(local_date(fact.closed_at))
            case DisbursementPaid():
                for line in fact.lines:
                    found[line.class_id].ended.append(fact.paid_on)
            case _:
                later(found, one)
    return {one: dossier.row(one) for one, dossier in found.items() if dossier.known}


def later(found: dict[UUID, Dossier], one: Written) -> None:
    """Take what comes once papers lie in an archive."""
    fact = one.fact
    match fact:
        case ArchiveDocumentStored():
            found[fact.class_id].stored.add(fact.sha256)
        case RetentionExtended():
            found[fact.class_id].holds[fact.hold_no] = fact.held_until
        case HoldReleased():
            found[fact.class_id].holds.pop(fact.hold_no, None)
        case ArchiveProduced():
            found[fact.class_id].produced += 1
        case ArchiveDestructionApproved():
            found[fact.class_id].approvers = len(fact.approvers)
        case ArchiveDestroyed():
            found[fact.class_id].approvers = len(fact.approvers)
            found[fact.class_id].destroyed = one.recorded_on
        case _:
            pass
