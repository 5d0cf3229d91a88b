"""Questions to the class ledger: lists, totals, one class; now, or as of any moment."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import args_row

from aggregates.law.deadlines import add_months
from projections.class_ledger import CLASS_LEDGER
from projections.model import Moment
from projections.paging import PAGE_ROWS, Listing, Order, Page, together, within


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A row of 班期台账: money in fen, hours in class hours, dates local; None where unknown.

    Attributes:
        plan_month: The month in whose plan the class stood, ``YYYY-MM``.
        filed_on: The day of the first submission.
        heads_trained: Who joined and did not leave.
        inspections_double: The inspections by at least two inspectors.
        changes: How often its timetable was changed.
        standard_fen: The subsidy standard a head at the approval.
        publicised_fen: What was published; what is published again counts once.
        fund: The funds that pay, commas between them.
        publicised_to: The last working day of its publicity.
        status: FILED, RETURNED, REJECTED, APPROVED, RUNNING, TAUGHT, ASSESSED or CLOSED; UNKNOWN
            where none of its own facts is known.
    """

    class_id: UUID
    filing_no: str | None
    county: str | None
    institution_id: UUID | None
    institution: str | None
    training_type: str | None
    occupation: str | None
    level: str | None
    plan_month: str | None
    filed_on: date | None
    approved_on: date | None
    started_on: date | None
    ended_on: date | None
    hours_total: int | None
    hours_theory: int | None
    hours_practice: int | None
    hours_online: int | None
    heads_filed: int | None
    heads_trained: int
    heads_passed: int
    heads_certified: int
    heads_claimed: int
    heads_approved: int
    heads_paid: int
    inspections: int
    inspections_double: int
    changes: int
    standard_fen: int | None
    claimed_fen: int
    approved_fen: int
    publicised_fen: int
    paid_fen: int
    recovered_fen: int
    fund: str | None
    publicised_from: date | None
    publicised_to: date | None
    objections: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFilter:
    """Which classes are asked for; what is empty restricts nothing.

    Attributes:
        month_from: First month, ``YYYY-MM``, of the start, or of the filing while there is none.
        month_to: Last month, likewise.
        text: Part of the filing number or of the institution's name.
    """

    class_ids: Sequence[UUID] = ()
    counties: Sequence[str] = ()
    institution_ids: Sequence[UUID] = ()
    training_types: Sequence[str] = ()
    occupations: Sequence[str] = ()
    statuses: Sequence[str] = ()
    month_from: str = ""
    month_to: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ClassTotals:
    """What the classes of a list add up to."""

    classes: int
    heads_filed: int
    heads_trained: int
    heads_passed: int
    heads_certified: int
    heads_claimed: int
    heads_approved: int
    heads_paid: int
    inspections: int
    inspections_double: int
    changes: int
    claimed_fen: int
    approved_fen: int
    publicised_fen: int
    paid_fen: int
    recovered_fen: int
    objections: int


@dataclass(frozen=True, slots=True)
class Share:
    """What the classes of one month, status or county add up to."""

    of: str
    classes: int
    heads_trained: int
    claimed_fen: int
    paid_fen: int


NEWEST = Order("filed_on", descending=True)
ALL = ClassFilter()
COLUMNS = CLASS_LEDGER.columns
STATUSES = (
    "FILED",
    "RETURNED",
    "REJECTED",
    "APPROVED",
    "RUNNING",
    "TAUGHT",
    "ASSESSED",
    "CLOSED",
    "UNKNOWN",
)
"""How a class may stand, in the order of its life; UNKNOWN where no filing is known."""
"""The columns in the order of 班期台账, by any of which a list can be sorted."""
_LISTING = Listing(CLASS_LEDGER, ClassRow)
_BEGUN = sql.SQL("coalesce(started_on, filed_on)")
_MONTH_CHARS = 7
_SHARES = {
    "month": sql.SQL("date_trunc('month', coalesce(started_on, filed_on)::timestamp)::date"),
    "status": sql.SQL("status"),
    "county": sql.SQL("county"),
    "training_type": sql.SQL("training_type"),
    "institution": sql.SQL("institution"),
}
_SUMS = sql.SQL(", ").join(
    sql.SQL("coalesce(sum({}), 0)::bigint").format(sql.Identifier(one.name))
    for one in fields(ClassTotals)[1:]
)


async def page(
    connection: AsyncConnection[Any],
    *,
    only: ClassFilter = ALL,
    order: Order = NEWEST,
    cursor: str | None = None,
    rows: int = PAGE_ROWS,
    moment: Moment | None = None,
) -> Page[ClassRow]:
    """Return a page of the ledger.

    Raises:
        BadCursor: the cursor is none of this list.
        KeyError: there is no such column to sort by.
        ValueError: a month of the filter is none; so do the functions below.
    """
    return await _LISTING.page(
        connection,
        _where(only),
        order=order,
        cursor=cursor,
        rows=rows,
        moment=moment,
        whom=only.class_ids or None,
    )


def each(
    connection: AsyncConnection[Any],
    *,
    only: ClassFilter = ALL,
    order: Order = NEWEST,
    moment: Moment | None = None,
) -> AsyncIterator[ClassRow]:
    """Yield every row of a list, for a file.

    Raises:
        KeyError: there is no such column to sort by.
    """
    return _LISTING.each(connection, _where(only), order=order, moment=moment)


async def one(
    connection: AsyncConnection[Any], class_id: UUID, *, moment: Moment | None = None
) -> ClassRow | None:
    """Return the row of a class, None where nothing is known of it."""
    return await _LISTING.one(connection, class_id, moment=moment)


async def totals(
    connection: AsyncConnection[Any], *, only: ClassFilter = ALL, moment: Moment | None = None
) -> ClassTotals:
    """Return what the classes of a list add up to."""
    statement = sql.SQL("select count(*), {} from {} where {}").format(
        _SUMS, _LISTING.source(moment, only.class_ids or None), _where(only)
    )
    async with connection.cursor(row_factory=args_row(ClassTotals)) as found:
        await found.execute(statement)
        row = await found.fetchone()
    return row if row is not None else ClassTotals(*[0] * len(fields(ClassTotals)))


async def shares(
    connection: AsyncConnection[Any],
    by: str,
    *,
    only: ClassFilter = ALL,
    moment: Moment | None = None,
) -> list[Share]:
    """Return what the classes of a list add up to, by month, status, county and the like.

    Args:
        connection: Where to ask.
        by: ``month``, ``status``, ``county``, ``training_type`` or ``institution``.
        only: Which classes.
        moment: As of when; now by default.

    Raises:
        KeyError: there is no such division.
    """
    statement = sql.SQL(
        "select coalesce(division::text, ''), count(*), sum(heads_trained)::bigint,"
        " sum(claimed_fen)::bigint, sum(paid_fen)::bigint"
        " from (select {} as division, heads_trained, claimed_fen, paid_fen from {} where {}) as a"
        " group by division order by 1"
    ).format(_SHARES[by], _LISTING.source(moment, only.class_ids or None), _where(only))
    async with connection.cursor(row_factory=args_row(Share)) as found:
        await found.execute(statement)
        rows = await found.fetchall()
    return [replace(row, of=row.of[:_MONTH_CHARS]) for row in rows] if by == "month" else rows


async def values(connection: AsyncConnection[Any], column: str) -> list[str]:
    """Return the values that a text column holds, for a choice in a form.

    Raises:
        KeyError: there is no such column of text.
    """
    if not CLASS_LEDGER.kinds[column].startswith("text"):
        raise KeyError(column)
    name = sql.Identifier(column)
    statement = sql.SQL("select distinct {} from {} where {} is not null order by 1").format(
        name, _LISTING.source(None), name
    )
    found = await connection.execute(statement)
    return [one for (one,) in await found.fetchall()]


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _where(only: ClassFilter) -> sql.Composed:
    told = [
        within(column, held)
        for column, held in (
            ("class_id", only.class_ids),
            ("county", only.counties),
            ("institution_id", only.institution_ids),
            ("training_type", only.training_types),
            ("occupation", only.occupations),
            ("status", only.statuses),
        )
        if held
    ]
    if only.month_from:
        told.append(sql.SQL("{} >= {}").format(_BEGUN, sql.Literal(_first(only.month_from))))
    if only.month_to:
        beyond = add_months(_first(only.month_to), 1)
        told.append(sql.SQL("{} < {}").format(_BEGUN, sql.Literal(beyond)))
    if only.text:
        part = sql.Literal(only.text)
        told.append(
            sql.SQL("(strpos(filing_no, {}) > 0 or strpos(institution, {}) > 0)").format(part, part)
        )
    return together(told)
