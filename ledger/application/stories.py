"""The whole story of one thing: every entry that the trail files under it."""

from uuid import UUID

from ledger.application.asking import Asked
from ledger.application.running import Ledger
from ledger.application.timeline import Timeline, timeline
from projections.paging import PAGE_ROWS_MAX
from projections.trail import queries
from projections.trail.queries import TrailRow

ENTRIES_MAX = 5_000
"""Entries of a class that are told at most."""
HIDDEN = (
    *("risk-signal.", "sealed.", "access.sensitive-data-accessed.", "access.subject-erased."),
    *("training-class.assessment-applied.", "training-class.claim-filed."),
)
"""What stands in no story of a class: doubts, who looked, and what the entry of an assessment or a
claim tells beside it."""


async def class_story(ledger: Ledger, asked: Asked, class_id: UUID) -> Timeline:
    """Return every entry that concerns a class, in the order of the log."""
    found: list[TrailRow] = []
    before: int | None = None
    while len(found) < ENTRIES_MAX:
        some = await queries.page(
            asked.connection, "class", class_id, before=before, rows=PAGE_ROWS_MAX
        )
        found.extend(some.rows)
        before = some.older
        if before is None:
            break
    return await timeline(ledger, asked, found, without=HIDDEN)
