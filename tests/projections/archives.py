"""The archive of a class, and the end of the class."""

from datetime import date, timedelta
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
    ChecklistRow,
    HoldReleased,
    RetentionExtended,
)
from aggregates.ids import OfficialId
from aggregates.law.deadlines import add_months
from aggregates.sealed import Personal
from aggregates.training_class.facts import ClassClosed, ClassTotals
from tests.projections.entries import OFFICIAL, at, digest
from tests.projections.stories import Story

KINDS: tuple[Any, ...] = ("TRAINING_PLAN", "LECTURER_FORM")


def put(story: Story, kind: Any, medium: Any = "BOTH") -> int:  # noqa: ANN401 - a word of a list
    """Put a document into the archive."""
    document = ArchiveDocumentFiled(
        **story.about,
        kind=kind,
        sha256=digest(kind, story.number, len(story.log.entries)),
        medium=medium,
        pages=3,
        filed_by=OFFICIAL,
    )
    return story.write(story.one, document)


def _checklist(kinds: tuple[Any, ...], missing: tuple[Any, ...]) -> tuple[ChecklistRow, ...]:
    return tuple(
        ChecklistRow(kind=kind, required=True, documents=1, both_media=True, ok=kind not in missing)
        for kind in kinds
    )


def check(
    story: Story,
    part: Any = "TRAINING",  # noqa: ANN401 - a word of a list
    missing: tuple[Any, ...] = (),
) -> int:
    """Check a part of the archive."""
    fact = ArchiveChecked(
        **story.about,
        part=part,
        checklist=_checklist(KINDS, missing),
        complete=not missing,
        missing=missing,
        checked_by=OFFICIAL,
    )
    return story.write(story.one, fact)


def seal(story: Story, since: date | None = None) -> int:
    """Seal the archive, to be kept ten years from its last day or from another one."""
    begins = since or story.last.date()
    fact = ArchiveSealed(
        **story.about,
        checklist=_checklist(KINDS, ()),
        documents=len(KINDS),
        pages=3 * len(KINDS),
        manifest_sha256=digest("manifest", story.number, len(story.log.entries)),
        retention_from=begins,
        retention_to=add_months(begins, 120),
        sealed_by=OFFICIAL,
    )
    return story.write(story.one, fact)


def close(story: Story) -> int:
    """Close the class late on the day."""
    totals = ClassTotals(
        enrolled=story.heads,
        completed=story.heads,
        passed=story.heads,
        claimed=story.heads,
        paid=story.heads,
    )
    when = story.log.now + timedelta(hours=1)
    fact = ClassClosed(**story.about, closed_at=when, totals=totals)
    return story.write(story.one, fact, at(when.date(), 23))


def keep(story: Story) -> None:
    """Fill the archive, check it, seal it, and close the class."""
    for kind in KINDS:
        put(story, kind)
    check(story)
    check(story, "FINAL")
    seal(story)
    close(story)


def store(story: Story, number: int) -> int:
    """Store the file of one of the documents that may have been filed."""
    filed = [
        one.fact.sha256 for one in story.log.entries if isinstance(one.fact, ArchiveDocumentFiled)
    ]
    sha256 = filed[number % len(filed)] if filed else digest("no such document")
    fact = ArchiveDocumentStored(**story.about, sha256=sha256, octets=9, stored_by=OFFICIAL)
    return story.write(story.one, fact)


def hold(story: Story, number: int, days: int | None) -> int:
    """Hold the archive back, for some days or without an end."""
    fact = RetentionExtended(
        **story.about,
        hold_no=f"H{number}",
        held_until=None if days is None else story.last.date() + timedelta(days=days),
        reason=Personal(f"{number:042d}A"),
        extended_by=OFFICIAL,
    )
    return story.write(story.one, fact)


def release(story: Story, number: int) -> int:
    """Release a hold."""
    fact = HoldReleased(**story.about, hold_no=f"H{number}", basis="1号", released_by=OFFICIAL)
    return story.write(story.one, fact)


def produce(story: Story) -> int:
    """Hand the archive to an auditor."""
    fact = ArchiveProduced(
        **story.about,
        to="SJ",
        recipient="AUDIT",
        purpose=Personal(f"{1:042d}A"),
        request_doc="审〔2025〕1号",
        requested_on=story.last.date(),
        produced_at=story.log.now,
        personal=False,
        produced_by=OFFICIAL,
    )
    return story.write(story.one, fact)


def destroy(story: Story, *, approvers: int = 2) -> int:
    """Approve the destruction, and carry it out if two approved."""
    named = tuple(OfficialId(UUID(int=0xA0 + n)) for n in range(approvers))
    decided: dict[str, Any] = {
        **story.about,
        "decision_doc": "销〔2035〕1号",
        "list_sha256": digest("list"),
        "approvers": named,
    }
    approved = ArchiveDestructionApproved(
        **decided, retention_to=story.last.date(), complete=approvers > 1
    )
    position = story.write(story.one, approved)
    if approvers < 2:
        return position
    fact = ArchiveDestroyed(
        **decided,
        by=(OFFICIAL, named[0]),
        methods=("PULPED", "DELETED"),
        documents=2,
        pages=6,
        destroyed_at=story.log.now,
    )
    return story.write(story.one, fact)
