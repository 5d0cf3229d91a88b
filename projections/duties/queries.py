"""Questions about duties: lists, how many stand how, and which a timer has to record."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, Connection, sql
from psycopg.rows import args_row

from projections.duties import DUTIES
from projections.model import Moment
from projections.paging import PAGE_ROWS, Listing, Order, Page, together, within

STATES = (
    "OVERDUE",
    "MISSED",
    "LATE",
    "OPEN",
    "UNSET",
    "PROVISIONAL",
    "SUSPENDED",
    "KEPT",
    "WITHDRAWN",
)
"""How a duty may stand; OVERDUE is an open one whose day is over when it is asked for."""

UNDONE = tuple(one for one in STATES if one not in {"LATE", "KEPT", "WITHDRAWN"})
"""Those of them in which something is still to be done."""


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty.

    Attributes:
        subject_kind: What it is about: ``class``, ``claim``, ``plan`` and the like.
        ref: Which of several about the same thing, such as the number of an objection.
        institution_id: Who owes it, or whose class it is about.
        owed_by: INSTITUTION or AUTHORITY.
        org: The code of the body that owes it.
        days: The time that the city has set, in days; None where it is given by the law itself,
            or not set at all.
        due_on: The last day in time; None while no time is set, or its calendar is unknown.
        told_on: The last day as it was told before, in a fact or with a miss.
        calendar_version: The calendar that the day was counted with, where one was needed.
        held_days: By how many days a payment was held up.
        ended_at: When there was nothing to be done any more.
        missed_at: When a miss of this day, or of the one told before, was recorded.
        missed_due_on: The day that was recorded as missed.
        recomputed_at: When it was recorded that the day is another than was told.
        state: How it stands: KEPT, LATE, MISSED, OPEN, SUSPENDED (items are held), WITHDRAWN, UNSET
            (未设定: the city has set no time), PROVISIONAL (the calendar is not published).
    """

    duty_id: UUID
    rule_id: str
    subject_kind: str
    subject_id: UUID
    ref: str
    class_id: UUID | None
    institution_id: UUID | None
    county: str
    owed_by: str
    org: str
    opened_at: datetime
    days: int | None
    due_on: date | None
    told_on: date | None
    calendar_version: str | None
    held_days: int
    kept_at: datetime | None
    ended_at: datetime | None
    missed_at: datetime | None
    missed_due_on: date | None
    recomputed_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFilter:
    """Which duties are asked for; what is empty restricts nothing.

    Attributes:
        today: The local date on which it is asked: what is overdue depends on it.
        due_to: Only what is due by then.
    """

    today: date
    rule_ids: Sequence[str] = ()
    states: Sequence[str] = ()
    counties: Sequence[str] = ()
    institution_ids: Sequence[UUID] = ()
    class_ids: Sequence[UUID] = ()
    owed_by: Sequence[str] = ()
    due_to: date | None = None


@dataclass(frozen=True, slots=True)
class StateRow:
    """How many duties of a rule stand how."""

    rule_id: str
    state: str
    duties: int


SOONEST = Order("due_on")
COLUMNS = tuple(DUTIES.columns)
"""The columns by which a list can be sorted."""
_LISTING = Listing(DUTIES, DutyRow)
_AS_SHOWN = "case when state = 'OPEN' and due_on < {today} then 'OVERDUE' else state end"


async def page(
    connection: AsyncConnection[Any],
    *,
    only: DutyFilter,
    order: Order = SOONEST,
    cursor: str | None = None,
    rows: int = PAGE_ROWS,
    moment: Moment | None = None,
) -> Page[DutyRow]:
    """Return a page of duties.

    Raises:
        BadCursor: the cursor is none of this list.
        KeyError: there is no such column to sort by.
    """
    return await _LISTING.page(
        connection, _where(only), order=order, cursor=cursor, rows=rows, moment=moment
    )


def each(
    connection: AsyncConnection[Any],
    *,
    only: DutyFilter,
    order: Order = SOONEST,
    moment: Moment | None = None,
) -> AsyncIterator[DutyRow]:
    """Yield every row of a list, for a file.

    Raises:
        KeyError: there is no such column to sort by.
    """
    return _LISTING.each(connection, _where(only), order=order, moment=moment)


async def by_state(
    connection: AsyncConnection[Any], *, only: DutyFilter, moment: Moment | None = None
) -> list[StateRow]:
    """Return how many duties of each rule stand how."""
    statement = sql.SQL(
        "select rule_id, {} as stands, count(*) from {} where {} group by rule_id, stands"
        " order by rule_id, stands"
    ).format(_shown(only.today), _LISTING.source(moment), _where(only))
    async with connection.cursor(row_factory=args_row(StateRow)) as cursor:
        await cursor.execute(statement)
        return await cursor.fetchall()


def stands(row: DutyRow, today: date) -> str:
    """Return how a duty stands on a day: as its row says, or OVERDUE."""
    over = row.state == "OPEN" and row.due_on is not None and row.due_on < today
    return "OVERDUE" if over else row.state


def _shown(today: date) -> sql.Composed:
    return sql.SQL(_AS_SHOWN).format(today=sql.Literal(today))


def _where(only: DutyFilter) -> sql.Composed:
    conditions = [
        within("rule_id", only.rule_ids),
        within("county", only.counties),
        within("institution_id", only.institution_ids),
        within("class_id", only.class_ids),
        within("owed_by", only.owed_by),
    ]
    if only.states:
        wanted = sql.Literal(list(only.states))
        conditions.append(sql.SQL("{} = any({})").format(_shown(only.today), wanted))
    if only.due_to is not None:
        conditions.append(sql.SQL("due_on <= {}").format(sql.Literal(only.due_to)))
    return together(conditions)


_OVER = """
select {columns} from model.duties
where due_on < %(today)s and missed_due_on is distinct from due_on and state in ('OPEN', 'LATE')
order by due_on, duty_id
"""
_MOVED = """
select {columns} from model.duties
where told_on <> due_on and recomputed_at is null
  and (kept_at is null and ended_at is null or missed_due_on = told_on)
order by due_on, duty_id
"""


def over(connection: Connection[Any], today: date) -> list[DutyRow]:
    """Return the duties whose day was over before a local date, and whose miss is not recorded."""
    return _rows(connection, _OVER, {"today": today})


def moved(connection: Connection[Any]) -> list[DutyRow]:
    """Return the duties that fall on another day than was told, open or recorded as missed."""
    return _rows(connection, _MOVED, {})


def _rows(connection: Connection[Any], text: str, asked: dict[str, Any]) -> list[DutyRow]:
    columns = sql.SQL(", ").join(map(sql.Identifier, DUTIES.columns))
    with connection.cursor(row_factory=args_row(DutyRow)) as cursor:
        return cursor.execute(sql.SQL(text).format(columns=columns), asked).fetchall()
