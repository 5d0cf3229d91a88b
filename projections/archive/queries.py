"""Questions about the archives of classes: lists, one archive, its documents."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import args_row

from projections.archive import ARCHIVE, keeping
from projections.model import Moment
from projections.paging import PAGE_ROWS, Listing, Order, Page, together, within


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """The archive of a class.

    Attributes:
        present: The kinds of documents that it holds.
        required: The kinds that the last check asked for; before any, those of DB37 7.2.3.
        missing: Those of them that are not there both on paper and electronically.
        training_checked_on: When the training part was last found complete.
        final_checked_on: When the whole was last found complete.
        retention_from: The day the ten years run from; None until the archive is sealed.
        retention_to: The last day of the retention.
        unstored: How many documents have an electronic form whose file was not stored.
        holds: The holds that were not released, by their numbers.
        held_until: The last day of the longest hold; None without any, or where one has no end.
        produced: How often it was produced.
        approvers: How many approved its destruction.
        destroyed_on: When it was destroyed.
        state: COLLECTING, TRAINING_CHECKED, FINAL_CHECKED, SEALED or DESTROYED.
    """

    class_id: UUID
    filing_no: str | None
    institution_id: UUID | None
    county: str | None
    documents: int
    pages: int
    present: list[str]
    required: list[str]
    missing: list[str]
    training_checked_on: date | None
    final_checked_on: date | None
    sealed_on: date | None
    manifest_sha256: str | None
    retention_from: date | None
    retention_to: date | None
    unstored: int
    holds: list[str]
    held_until: date | None
    produced: int
    approvers: int
    destroyed_on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document of an archive.

    Attributes:
        position: The entry by which it was filed.
        sha256: Digest of the electronic form, or of the scan that shows the paper.
        medium: PAPER, ELECTRONIC or BOTH.
    """

    position: int
    filed_on: date
    kind: str
    sha256: str
    medium: str
    pages: int
    paper_location: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFilter:
    """Which archives are asked for; what is empty restricts nothing.

    Attributes:
        lacking: Only those from which a kind of document is missing.
        due: Only those for which something is due.
        today: The day on which a retention is over or not; asked with ``due``.
        supervised: Whether rows tell of holds and productions, which show that somebody inquires.
        text: Part of the filing number.
    """

    counties: Sequence[str] = ()
    institution_ids: Sequence[UUID] = ()
    states: Sequence[str] = ()
    lacking: bool = False
    due: keeping.Due | None = None
    today: date | None = None
    supervised: bool = True
    text: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveTotals:
    """What the archives of a list add up to."""

    archives: int
    sealed: int
    lacking: int
    documents: int
    pages: int


ALL = ArchiveFilter()
BY_NUMBER = Order("filing_no", descending=True)
COLUMNS = tuple(name for name, kind in ARCHIVE.kinds.items() if "[]" not in kind)
"""The columns by which a list can be sorted."""
STATES = ("COLLECTING", "TRAINING_CHECKED", "FINAL_CHECKED", "SEALED", "DESTROYED")
"""How an archive may stand, in the order of its life."""
_LISTING = Listing(ARCHIVE, ArchiveRow)


async def page(
    connection: AsyncConnection[Any],
    *,
    only: ArchiveFilter = ALL,
    order: Order = BY_NUMBER,
    cursor: str | None = None,
    rows: int = PAGE_ROWS,
    moment: Moment | None = None,
) -> Page[ArchiveRow]:
    """Return a page of archives.

    Raises:
        BadCursor: the cursor is none of this list.
        KeyError: there is no such column to sort by.
    """
    found = await _LISTING.page(
        connection, _where(only), order=order, cursor=cursor, rows=rows, moment=moment
    )
    return found if only.supervised else replace(found, rows=tuple(map(unsupervised, found.rows)))


async def each(
    connection: AsyncConnection[Any],
    *,
    only: ArchiveFilter = ALL,
    order: Order = BY_NUMBER,
    moment: Moment | None = None,
) -> AsyncIterator[ArchiveRow]:
    """Yield every row of a list, for a file.

    Raises:
        KeyError: there is no such column to sort by.
    """
    async for row in _LISTING.each(connection, _where(only), order=order, moment=moment):
        yield row if only.supervised else unsupervised(row)


def unsupervised(row: ArchiveRow) -> ArchiveRow:
    """Return a row as whoever may be inquired about sees it: without holds and productions."""
    return replace(row, holds=[], held_until=None, produced=0)


async def one(
    connection: AsyncConnection[Any], class_id: UUID, *, moment: Moment | None = None
) -> ArchiveRow | None:
    """Return the archive of a class, None where nothing is known of the class."""
    return await _LISTING.one(connection, class_id, moment=moment)


async def totals(
    connection: AsyncConnection[Any], *, only: ArchiveFilter = ALL, moment: Moment | None = None
) -> ArchiveTotals:
    """Return what the archives of a list add up to."""
    statement = sql.SQL(
        "select count(*), count(*) filter (where state = 'SEALED'),"
        " count(*) filter (where cardinality(missing) > 0),"
        " coalesce(sum(documents), 0)::bigint, coalesce(sum(pages), 0)::bigint from {} where {}"
    ).format(_LISTING.source(moment), _where(only))
    async with connection.cursor(row_factory=args_row(ArchiveTotals)) as cursor:
        await cursor.execute(statement)
        row = await cursor.fetchone()
    return ArchiveTotals(0, 0, 0, 0, 0) if row is None else row


async def due(
    connection: AsyncConnection[Any], today: date, *, only: ArchiveFilter = ALL
) -> dict[str, int]:
    """Return how many archives are complete, lack something, are held, or may be destroyed."""
    return await keeping.due(connection, today, only=_where(only))


async def documents(
    connection: AsyncConnection[Any], class_id: UUID, *, moment: Moment | None = None
) -> list[DocumentRow]:
    """Return the documents of a class's archive, in the order in which they were filed."""
    then = Moment(2**62) if moment is None else moment
    statement = (
        "select position, happened_on, kind, sha256, medium, pages, paper_location"
        " from detail.document where class_id = %(one)s and position <= %(until)s"
        " and happened_on <= %(day)s order by position, n"
    )
    asked = {"one": class_id, "until": then.until, "day": then.day or date.max}
    async with connection.cursor(row_factory=args_row(DocumentRow)) as cursor:
        await cursor.execute(statement, asked, prepare=True)
        return await cursor.fetchall()


def _where(only: ArchiveFilter) -> sql.Composed:
    told = [
        within("county", only.counties),
        within("institution_id", only.institution_ids),
        within("state", only.states),
    ]
    if only.lacking:
        told.append(sql.SQL("cardinality(missing) > 0"))
    if only.due:
        told.append(keeping.condition(only.due, only.today or date.max))
    if only.text:
        told.append(sql.SQL("strpos(filing_no, {}) > 0").format(sql.Literal(only.text)))
    return together(told)
