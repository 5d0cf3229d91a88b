"""Lists of read models: filtered, sorted by any column, page by page, now and as of then."""

from collections.abc import AsyncIterator
from dataclasses import astuple
from random import Random
from typing import Any

import pytest
from psycopg import AsyncConnection

from projections.archive import queries as archive
from projections.class_ledger import CLASS_LEDGER
from projections.class_ledger import queries as ledger
from projections.class_ledger.queries import ClassFilter, ClassRow
from projections.model import Moment
from projections.paging import BadCursor, Order
from projections.risk import queries as risk
from tests.projections.chance import by_chance
from tests.projections.conftest import Mirror
from tests.projections.entries import some_id
from tests.projections.filings import INSTITUTION, register_institution
from tests.projections.stories import Story

CLASSES = 24


@pytest.fixture(scope="module")
def told(mirror: Mirror) -> int:
    """Many classes at different stages, folded; the last position."""
    log = by_chance(Random(22), 120)  # noqa: S311 - a world to be told again
    register_institution(log, some_id("institution", 2), "新桥职业培训中心")
    for number in range(4, CLASSES + 1):
        story = Story(log, number, sessions=2, heads=number % 5 + 1)
        story.file()
        if number % 2:
            story.approve()
        if number % 3:
            story.enrol()
    mirror.empty()
    mirror.write(log.entries)
    return mirror.fold()


@pytest.fixture
async def asked(mirror: Mirror, told: int) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection on which ``entry`` stands."""
    assert told
    async with await AsyncConnection.connect(mirror.conninfo, autocommit=True) as connection:
        await connection.execute("set search_path = beside, public")
        yield connection


async def _all(asked: AsyncConnection[Any], **told: Any) -> list[ClassRow]:  # noqa: ANN401 - a word of a list
    return [row async for row in ledger.each(asked, **told)]


@pytest.mark.parametrize("column", ledger.COLUMNS)
@pytest.mark.parametrize("descending", [False, True])
async def test_pages_of_any_order_hold_every_row_once_there_and_back(
    asked: AsyncConnection[Any], column: str, descending: bool
) -> None:
    order = Order(column, descending=descending)
    whole = await _all(asked, order=order)
    pages = [await ledger.page(asked, order=order, rows=5)]
    while pages[-1].after is not None:
        pages.append(await ledger.page(asked, order=order, rows=5, cursor=pages[-1].after))
    assert [row for page in pages for row in page.rows] == whole
    assert len({row.class_id for row in whole}) == len(whole) >= CLASSES - 3
    page = pages[-1]
    for earlier in reversed(pages[:-1]):
        assert page.before is not None
        page = await ledger.page(asked, order=order, rows=5, cursor=page.before)
        assert page.rows == earlier.rows
    assert page.before is None


async def test_a_list_is_sorted_and_what_is_unknown_comes_first(
    asked: AsyncConnection[Any],
) -> None:
    rows = await _all(asked, order=Order("approved_on"))
    days = [row.approved_on for row in rows]
    known = [day for day in days if day is not None]
    assert days == [None] * (len(days) - len(known)) + sorted(known)
    assert 0 < len(known) < len(days)


@pytest.mark.parametrize(
    "only",
    [
        ClassFilter(statuses=("FILED",)),
        ClassFilter(statuses=("FILED", "APPROVED"), counties=("371502",)),
        ClassFilter(institution_ids=(INSTITUTION,)),
        ClassFilter(training_types=("EMPLOYMENT_SKILL",), occupations=("4-10-01-05",)),
        ClassFilter(text="000"),
        ClassFilter(text="职业"),
        ClassFilter(class_ids=(some_id("class", 1), some_id("class", 9))),
        ClassFilter(month_from="2024-03"),
        ClassFilter(month_to="2024-02"),
        ClassFilter(counties=("371503",)),
    ],
)
async def test_a_filter_keeps_what_fits_and_totals_add_it_up(
    asked: AsyncConnection[Any], only: ClassFilter
) -> None:
    rows = [row for row in await _all(asked) if _fits(row, only)]
    found = await _all(asked, only=only)
    totals = await ledger.totals(asked, only=only)
    assert found == rows
    assert totals.classes == len(rows)
    assert totals.heads_filed == sum(row.heads_filed or 0 for row in rows)
    assert totals.paid_fen == sum(row.paid_fen for row in rows)


def _fits(row: ClassRow, only: ClassFilter) -> bool:
    begun = row.started_on or row.filed_on
    month = f"{begun:%Y-%m}" if begun else ""
    return (
        (not only.class_ids or row.class_id in only.class_ids)
        and (not only.statuses or row.status in only.statuses)
        and (not only.counties or row.county in only.counties)
        and (not only.institution_ids or row.institution_id in only.institution_ids)
        and (not only.training_types or row.training_type in only.training_types)
        and (not only.occupations or row.occupation in only.occupations)
        and (only.text in (row.filing_no or "") or only.text in (row.institution or ""))
        and (not only.month_from or month >= only.month_from)
        and (not only.month_to or "" < month <= only.month_to)
    )


async def test_a_list_as_of_then_is_the_list_of_then(
    asked: AsyncConnection[Any], mirror: Mirror, told: int
) -> None:
    moment = Moment(told // 2)
    page = await ledger.page(asked, moment=moment, rows=500)
    then = mirror.rows_then(CLASS_LEDGER, moment)
    assert {row.class_id: astuple(row) for row in page.rows} == {
        key: tuple(row.values()) for key, row in then.items()
    }
    one = page.rows[0]
    assert await ledger.one(asked, one.class_id, moment=moment) == one
    assert (await ledger.totals(asked, moment=moment)).classes == len(then)


async def test_one_class_is_found_by_its_id_or_not_at_all(asked: AsyncConnection[Any]) -> None:
    found = await ledger.one(asked, some_id("class", 9))
    assert found is not None
    assert found.filing_no == "BQ2403-00009"
    assert await ledger.one(asked, some_id("class", 999)) is None


async def test_shares_add_up_to_the_totals(asked: AsyncConnection[Any]) -> None:
    totals = await ledger.totals(asked)
    for by in ("month", "status", "county", "training_type", "institution"):
        shares = await ledger.shares(asked, by)
        assert sum(one.classes for one in shares) == totals.classes, by
        assert sum(one.claimed_fen for one in shares) == totals.claimed_fen, by
    assert {len(one.of) for one in await ledger.shares(asked, "month")} <= {0, len("2024-03")}


async def test_a_form_offers_the_values_that_there_are(asked: AsyncConnection[Any]) -> None:
    rows = await _all(asked)
    assert await ledger.values(asked, "status") == sorted({row.status for row in rows})
    with pytest.raises(KeyError):
        await ledger.values(asked, "paid_fen")


@pytest.mark.parametrize("cursor", ["", "x", "WyJmaWxlZF9vbiJd", "bnVsbA", "é"])
async def test_what_is_no_cursor_is_refused(asked: AsyncConnection[Any], cursor: str) -> None:
    with pytest.raises(BadCursor):
        await ledger.page(asked, cursor=cursor)


async def test_a_cursor_of_another_order_is_refused(asked: AsyncConnection[Any]) -> None:
    page = await ledger.page(asked, rows=3)
    with pytest.raises(BadCursor):
        await ledger.page(asked, cursor=page.after, order=Order("paid_fen"))


async def test_a_column_that_is_none_is_refused(asked: AsyncConnection[Any]) -> None:
    with pytest.raises(KeyError):
        await ledger.page(asked, order=Order("paid_fen; drop table model.class_ledger"))


async def test_text_is_looked_for_as_it_stands(asked: AsyncConnection[Any]) -> None:
    for text in ("'; drop table model.class_ledger; --", "%", "_", "{}", "%s"):
        assert (await ledger.page(asked, only=ClassFilter(text=text))).rows == ()


async def test_a_month_that_is_none_is_refused(asked: AsyncConnection[Any]) -> None:
    with pytest.raises(ValueError, match="month"):
        await ledger.page(asked, only=ClassFilter(month_from="2024-13"))


@pytest.mark.parametrize("column", archive.COLUMNS)
async def test_archives_can_be_sorted_by_any_column(
    asked: AsyncConnection[Any], column: str
) -> None:
    first = await archive.page(asked, order=Order(column), rows=4)
    assert first.after is not None
    second = await archive.page(asked, order=Order(column), rows=4, cursor=first.after)
    whole = [row async for row in archive.each(asked, order=Order(column))]
    assert [*first.rows, *second.rows] == whole[:8]


async def test_archives_that_lack_something_can_be_asked_for(
    asked: AsyncConnection[Any],
) -> None:
    only = archive.ArchiveFilter(lacking=True, states=("COLLECTING",), text="BQ")
    page = await archive.page(asked, only=only, rows=500)
    assert page.rows
    assert all(row.missing and row.state == "COLLECTING" for row in page.rows)
    totals = await archive.totals(asked, only=only)
    assert (totals.archives, totals.sealed) == (len(page.rows), 0)


@pytest.mark.parametrize("column", risk.COLUMNS)
async def test_signals_can_be_sorted_by_any_column(
    asked: AsyncConnection[Any], column: str
) -> None:
    whole = [row async for row in risk.each(asked, order=Order(column))]
    first = await risk.page(asked, order=Order(column), rows=1)
    assert first.after is not None
    second = await risk.page(asked, order=Order(column), rows=1, cursor=first.after)
    assert [*first.rows, *second.rows] == whole[:2]


async def test_signals_are_counted_by_rule_and_by_month(asked: AsyncConnection[Any]) -> None:
    whole = [row async for row in risk.each(asked)]
    rules = await risk.by_rule(asked)
    months = await risk.by_month(asked)
    assert whole
    assert sum(one.signals for one in rules) == len(whole)
    assert sum(one.signals for one in months) == len(whole)
    assert await risk.one(asked, whole[0].signal_id) == whole[0]
    none = risk.RiskFilter(rule_ids=("RI-01",))
    assert (await risk.page(asked, only=none)).rows == ()
