"""Goals 7 and 8: a trail among many entries, and a page of a long class ledger.

A county's year is multiplied within the database: rows that nobody asks for, under other ids, at
later positions. What is asked for stays the same, so that only the size of the log differs.
"""

import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from aggregates.language import Message
from ledger.measuring.anchors import scratch
from ledger.measuring.results import Goal, Result, percentile, ratios
from ledger.simulation.demo import fill
from ledger.store.rows import SEE_ENTRIES
from projections.catalogue import folds_of
from projections.class_ledger import queries as classes
from projections.class_ledger.queries import COLUMNS, ClassFilter
from projections.detail.link import CODES
from projections.paging import PAGE_ROWS, Order
from projections.run import catch_up, prepare
from projections.trail import queries as trails

SCALE, SEED = "county", 7
TIMES_LONGER = 10
CLASSES = 200_000
ASKED = 200
"""How many questions a repetition asks of each kind."""
TRAIL = Goal(
    7,
    Message("人员、机构轨迹p99", "trail of a person or school, p99"),
    2.0,
    least=False,
    unit="ms",
)
LONGER = Goal(
    7,
    Message("账本长十倍时轨迹p50", "in a log ten times as long"),
    1.1,
    least=False,
    unit="×",
)
PAGE = Goal(
    8, Message("20万班期中一页", "a page among 200,000 classes"), 4.0, least=False, unit="× 主键"
)
PAGE_P99 = Goal(
    8, Message("20万班期中一页p99", "a page among 200,000, p99"), 2.5, least=False, unit="ms"
)
ORDERS = (
    Order("filed_on", descending=True),
    Order("filing_no"),
    Order("claimed_fen", descending=True),
    Order("started_on"),
)

_ENTRIES = """
insert into ledger.entry (position, recorded_at, version, stream, type, body, leaf)
select position + n * (select position from ledger.head), recorded_at, version,
  stream || '/' || n, type, body, leaf
from ledger.entry cross join generate_series(1, %(times)s::int - 1) as n
"""
_LINKS = """
insert into detail.link (position, n, happened_on, kind, id)
select position + n_th * (select position from ledger.head), n, happened_on, kind,
  md5(id::text || n_th)::uuid
from detail.link cross join generate_series(1, %(times)s::int - 1) as n_th
"""
_HEAD = "update ledger.head set position = position * %(times)s"
# Copies of one class must not stand side by side in a sorted list: years of classes do not.
_SHIFTED = ("filed_on", "approved_on", "started_on", "ended_on")
_MORE_CLASSES = f"""
insert into model.class_ledger
select md5(class_id::text || n)::uuid, n || '-' || filing_no,
  {", ".join(f"{one} + n %% 700" if one in _SHIFTED else one for one in COLUMNS[2:])}
from model.class_ledger
cross join generate_series(
  1, %(classes)s::int / (select count(*) from model.class_ledger)::int
) as n
"""  # noqa: S608 - columns of this program

Asking = Callable[[AsyncConnection[Any]], Awaitable[None]]
Run = Callable[[Coroutine[Any, Any, Any]], Any]


class _Times(NamedTuple):
    """Milliseconds of questions: the median, and what all but one in a hundred keep."""

    p50: float
    p99: float


def measure(conninfo: str, *, repetitions: int, run: Run) -> list[Result]:
    """Measure goals 7 and 8; the longer log stands on a server of its own, asked in turn."""
    things = _filled(conninfo)
    with scratch() as longer:
        _filled(longer)
        _grow(longer)
        return run(_measured(conninfo, longer, things, repetitions))  # type: ignore[no-any-return]  # as its argument


def _filled(conninfo: str) -> list[tuple[str, UUID]]:
    """Fill a database with a county's year; return the people and institutions to ask for."""
    fill(conninfo, scale=SCALE, years=1, seed=SEED)
    folds = folds_of("class_ledger", "trail")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SEE_ENTRIES)
        prepare(connection, folds)
        catch_up(connection, folds)
        found: list[tuple[str, UUID]] = []
        for kind in ("person", "institution"):
            rows = connection.execute(
                "select distinct id from detail.link where kind = %s order by id limit %s",
                (CODES[kind], ASKED // 2),
            )
            found += [(kind, one) for (one,) in rows]
        connection.execute("vacuum analyze")
    return found


def _grow(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in (_ENTRIES, _LINKS, _HEAD, _MORE_CLASSES):
            connection.execute(statement, {"times": TIMES_LONGER, "classes": CLASSES})
        connection.execute("vacuum analyze")


async def _measured(
    conninfo: str, longer: str, things: Sequence[tuple[str, UUID]], repetitions: int
) -> list[Result]:
    short: list[_Times] = []
    long: list[_Times] = []
    pages: list[_Times] = []
    rows: list[_Times] = []
    async with await _connected(conninfo) as near, await _connected(longer) as far:
        looks = [_trail(kind, one) for kind, one in things]
        listed = await _pages(far)
        alone = [_row(one) for one in await _some_classes(far)]
        for _ in range(repetitions):
            short.append(await _timed(near, looks))
            long.append(await _timed(far, looks))
            pages.append(await _timed(far, listed))
            rows.append(await _timed(far, alone))
    p50s, before = [one.p50 for one in long], [one.p50 for one in short]
    return [
        Result(TRAIL, [one.p99 for one in long], p50s, [], "ms"),
        Result(LONGER, ratios(p50s, before), p50s, before, "ms"),
        Result(
            PAGE,
            ratios([one.p50 for one in pages], [one.p50 for one in rows]),
            [one.p50 for one in pages],
            [one.p50 for one in rows],
            "ms",
        ),
        Result(PAGE_P99, [one.p99 for one in pages], [one.p50 for one in pages], [], "ms"),
    ]


async def _connected(conninfo: str) -> AsyncConnection[Any]:
    connection = await AsyncConnection.connect(conninfo, autocommit=True)
    await connection.execute(SEE_ENTRIES)
    return connection


async def _timed(connection: AsyncConnection[Any], questions: Sequence[Asking]) -> _Times:
    for one in questions[:10]:
        await one(connection)
    times: list[float] = []
    for one in questions:
        begun = perf_counter()
        await one(connection)
        times.append((perf_counter() - begun) * 1000)
    return _Times(median(times), percentile(times, 0.99))


def _trail(kind: str, one: UUID) -> Asking:
    async def ask(connection: AsyncConnection[Any]) -> None:
        await trails.page(connection, kind, one, rows=PAGE_ROWS)

    return ask


def _row(one: UUID) -> Asking:
    async def ask(connection: AsyncConnection[Any]) -> None:
        await classes.one(connection, one)

    return ask


async def _some_classes(connection: AsyncConnection[Any]) -> list[UUID]:
    found = await connection.execute(
        "select class_id from model.class_ledger tablesample system (2) limit %s", (ASKED,)
    )
    return [one for (one,) in await found.fetchall()]


async def _pages(connection: AsyncConnection[Any]) -> list[Asking]:
    """Return questions for first and later pages, filtered and sorted in several ways."""
    chance = random.Random(SEED)  # noqa: S311 - nothing secret
    counties = await classes.values(connection, "county")
    asked: list[Asking] = []
    for order in ORDERS:
        only = ClassFilter(counties=[chance.choice(counties)], statuses=["CLOSED"])
        cursor: str | None = None
        for _ in range(ASKED // len(ORDERS)):
            asked.append(_page(only, order, cursor))
            page = await classes.page(connection, only=only, order=order, cursor=cursor)
            cursor = page.after
    return asked


def _page(only: ClassFilter, order: Order, cursor: str | None) -> Asking:
    async def ask(connection: AsyncConnection[Any]) -> None:
        await classes.page(connection, only=only, order=order, cursor=cursor)

    return ask
