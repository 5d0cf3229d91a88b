"""The archive of a class, and the end of the class."""

from datetime import date, timedelta
from typing import Any

from aggregates.archive.facts import (
    ArchiveChecked,
    ArchiveDocumentFiled,
    ArchiveSealed,
    ChecklistRow,
)
from aggregates.law.deadlines import add_months
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
