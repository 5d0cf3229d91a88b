"""What comes after and beside a class: its archive, doubts, refusals, the books of a fund."""

from datetime import date, timedelta
from hashlib import sha256

from aggregates.access.facts import CommandRefused, Reason
from aggregates.archive.facts import (
    ArchiveChecked,
    ArchiveDocumentFiled,
    ArchiveSealed,
    ChecklistRow,
    RequiredKind,
)
from aggregates.facts import Fen
from aggregates.fund_account.facts import FundAmountReserved, FundBudgetAllocated
from aggregates.ids import FundAccountId, PaymentId, SignalId, derived_id
from aggregates.risk_signal.facts import Measure, RiskSignalRaised, Severity, Window
from aggregates.sealed import Payload
from aggregates.subject import Subject
from aggregates.training_class.facts import ClassClosed, ClassTotals
from tests.ledger.class_story import Story
from tests.ledger.small_world import EAST, Writer, digest, official

REQUIRED: tuple[RequiredKind, ...] = (
    "TRAINING_PLAN",
    "LECTURER_FORM",
    "TRAINEE_FORMS",
    "SATISFACTION_SURVEY",
)
FUND_ACCOUNT = FundAccountId(derived_id("fund-account", EAST, "EMPLOYMENT", 2024))


def archive(story: Story, *, whole: bool) -> None:
    """File documents; all of them, check and seal, or all but one."""
    filed = REQUIRED if whole else REQUIRED[:-1]
    for kind in filed:
        document = ArchiveDocumentFiled(
            **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
            kind=kind,
            sha256=digest(story.id, kind),
            medium="BOTH",
            paper_location="A-3-12",
            pages=12,
            filed_by=official("INST_CLERK"),
        )
        story.put("archive", story.id, document)
    rows = tuple(
        ChecklistRow(
            kind=kind,
            required=True,
            documents=int(kind in filed),
            both_media=kind in filed,
            ok=kind in filed,
        )
        for kind in REQUIRED
    )
    checked = ArchiveChecked(
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        part="TRAINING",
        checklist=rows,
        complete=whole,
        missing=() if whole else REQUIRED[-1:],
        checked_by=official("COUNTY_CLERK"),
    )
    story.put("archive", story.id, checked, by="COUNTY_CLERK")
    if whole:
        _seal(story, rows)


def _seal(story: Story, rows: tuple[ChecklistRow, ...]) -> None:
    ends = story.start + timedelta(days=70)
    sealed = ArchiveSealed(
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        checklist=rows,
        documents=len(rows),
        pages=12 * len(rows),
        manifest_sha256=_manifest(story, rows),
        claim_ids=(story.claim,),
        last_paid_on=ends,
        retention_from=ends,
        retention_to=date(ends.year + 10, ends.month, ends.day),
        sealed_by=official("COUNTY_CLERK"),
    )
    story.put("archive", story.id, sealed, by="COUNTY_CLERK")
    closed = ClassClosed(
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        closed_at=story.writer.now,
        totals=ClassTotals(
            enrolled=story.heads,
            completed=story.heads,
            passed=story.heads,
            claimed=story.heads,
            paid=story.heads,
        ),
    )
    story.put("training-class", story.id, closed, by="COUNTY_HR")


def _manifest(story: Story, rows: tuple[ChecklistRow, ...]) -> str:
    """Return the digest over the documents that were filed."""
    lines = sorted(f"{one.kind} {digest(story.id, one.kind)} BOTH 12\n" for one in rows)
    return sha256("".join(lines).encode()).hexdigest()


def doubt(
    story: Story,
    rule: str,
    severity: Severity,
    evidence: tuple[int, ...],
    *,
    sealed_for: str = "",
    values: tuple[Measure, ...] = (Measure(name="changes", value=3),),
) -> None:
    """Raise a signal about the class."""
    one = SignalId(derived_id("risk-signal", rule, story.id))
    raised = RiskSignalRaised(
        signal_id=one,
        rule_id=rule,
        rule_version="1",
        params=(Measure(name="shift_minutes", value=15),),
        subject=Subject(class_id=story.id),
        county_code=story.county,
        window=Window(starts_on=story.start, ends_on=story.start + timedelta(days=20)),
        position=max(evidence),
        evidence=evidence,
        values=values,
        severity=severity,
    )
    story.put("risk-signal", one, raised, by="RISK_ENGINE", channel="risk", sealed_for=sealed_for)


def refusal(story: Story) -> None:
    """Record a refused command about the class."""
    one = derived_id("access", "refused", story.number)
    refused = CommandRefused(
        command="start-class",
        target="training-class",
        reasons=(Reason(rule_id="FIL-02", text="应为已审核同意；实为待审核"),),
        payload_digest=digest(one),
        payload=story.writer.personal(Payload, "{}"),
        institution_id=story.institution,
        class_id=story.id,
    )
    story.put("access", one, refused, channel="outer")


def budget(writer: Writer, allocated: Fen, reserved: Fen) -> None:
    """Allocate and reserve money of the eastern county's employment fund."""
    account = {
        "fund_account_id": FUND_ACCOUNT,
        "county_code": EAST,
        "fund": "EMPLOYMENT",
        "year": 2024,
    }
    writer.put(
        "fund-account",
        FUND_ACCOUNT,
        FundBudgetAllocated(
            **account,  # type: ignore[arg-type]  # which book it is
            amount_fen=allocated,
            doc_sha256=digest("budget"),
            allocated_fen=allocated,
        ),
        by="FINANCE",
    )
    writer.put(
        "fund-account",
        FUND_ACCOUNT,
        FundAmountReserved(
            **account,  # type: ignore[arg-type]  # which book it is
            payment_id=PaymentId(derived_id("payment", 1)),
            application_no="A-1",
            claim_ids=(),
            amount_fen=reserved,
            reserved_fen=reserved,
        ),
        by="COUNTY_HR",
    )
