"""Questions about open doubts: lists, one signal, how many there are of each rule."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import args_row

from projections.model import Moment
from projections.paging import PAGE_ROWS, Listing, Order, Page, together, within
from projections.risk import RISK


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A doubt.

    Attributes:
        subject_kind: What it is about: ``class``, ``person``, ``claim`` and the like.
        starts_on: The first day that the rule looked at; None where that end is open.
        read_to: The last position of the log that the rule had read.
        evidence: The positions of the entries that it rests on.
        params: The parameters that the rule ran with, ``name=value`` each.
        found: What it found, likewise.
    """

    signal_id: UUID
    rule_id: str
    rule_version: str
    severity: str
    subject_kind: str
    subject_id: UUID
    county: str | None
    starts_on: date | None
    ends_on: date | None
    read_to: int
    evidence: list[int]
    params: list[str]
    found: list[str]
    raised_at: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFilter:
    """Which signals are asked for; what is empty restricts nothing."""

    rule_ids: Sequence[str] = ()
    severities: Sequence[str] = ()
    counties: Sequence[str] = ()
    subject_kinds: Sequence[str] = ()
    subject_ids: Sequence[UUID] = ()
    states: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RuleRow:
    """How many signals a rule raised."""

    rule_id: str
    severity: str
    signals: int


@dataclass(frozen=True, slots=True)
class MonthRow:
    """How many signals were raised in a month, ``YYYY-MM``."""

    month: str
    rule_id: str
    signals: int


ALL = RiskFilter()
NEWEST = Order("raised_at", descending=True)
COLUMNS = tuple(name for name, kind in RISK.kinds.items() if "[]" not in kind)
"""The columns by which a list can be sorted."""
_LISTING = Listing(RISK, SignalRow)


async def page(
    connection: AsyncConnection[Any],
    *,
    only: RiskFilter = ALL,
    order: Order = NEWEST,
    cursor: str | None = None,
    rows: int = PAGE_ROWS,
    moment: Moment | None = None,
) -> Page[SignalRow]:
    """Return a page of signals.

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
    only: RiskFilter = ALL,
    order: Order = NEWEST,
    moment: Moment | None = None,
) -> AsyncIterator[SignalRow]:
    """Yield every row of a list, for a file.

    Raises:
        KeyError: there is no such column to sort by.
    """
    return _LISTING.each(connection, _where(only), order=order, moment=moment)


async def one(
    connection: AsyncConnection[Any], signal_id: UUID, *, moment: Moment | None = None
) -> SignalRow | None:
    """Return one signal, None where there is none of that id."""
    return await _LISTING.one(connection, signal_id, moment=moment)


async def by_rule(
    connection: AsyncConnection[Any], *, only: RiskFilter = ALL, moment: Moment | None = None
) -> list[RuleRow]:
    """Return how many signals each rule raised, by severity."""
    statement = sql.SQL(
        "select rule_id, severity, count(*) from {} where {}"
        " group by rule_id, severity order by rule_id, severity"
    ).format(_LISTING.source(moment), _where(only))
    async with connection.cursor(row_factory=args_row(RuleRow)) as cursor:
        await cursor.execute(statement)
        return await cursor.fetchall()


async def by_month(
    connection: AsyncConnection[Any], *, only: RiskFilter = ALL, moment: Moment | None = None
) -> list[MonthRow]:
    """Return how many signals each rule raised in each month of what it looked at."""
    statement = sql.SQL(
        "select to_char(coalesce(ends_on, starts_on,"
        " (raised_at at time zone 'Asia/Shanghai')::date), 'YYYY-MM') as month, rule_id, count(*)"
        " from {} where {} group by month, rule_id order by month, rule_id"
    ).format(_LISTING.source(moment), _where(only))
    async with connection.cursor(row_factory=args_row(MonthRow)) as cursor:
        await cursor.execute(statement)
        return await cursor.fetchall()


def _where(only: RiskFilter) -> sql.Composed:
    return together(
        [
            within("rule_id", only.rule_ids),
            within("severity", only.severities),
            within("county", only.counties),
            within("subject_kind", only.subject_kinds),
            within("subject_id", only.subject_ids),
            within("state", only.states),
        ]
    )
