"""The question what is due: who owes what by which day, as of any moment."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from aggregates.language import Message
from ledger.api.problems import lang_of
from ledger.api.shapes import DutyList, as_of
from ledger.api.streaming import (
    Export,
    Form,
    Rows,
    answered,
    as_file,
    caller_of,
    ledger_of,
    lists,
    paged,
)
from ledger.application.asking import Asked, asking
from ledger.application.criteria import When, when
from ledger.application.duties import DutyCriteria, asked_on
from ledger.application.running import Ledger
from ledger.application.tables import Column, column
from projections.duties import queries
from projections.paging import PAGE_ROWS, PAGE_ROWS_MAX

Words = Annotated[list[str], Query()]
_DAYS: Column[Any] = Column("days", Message("时限（天）", "Days set"))
DUTY_COLUMNS = tuple(
    _DAYS if name == "days" else column(name)
    for name in (
        *("rule_id", "state", "due_on", "owed_by", "org", "county", "subject_kind", "subject_id"),
        *("ref", "opened_at", "days", "held_days", "kept_at", "ended_at", "missed_at"),
        *("missed_due_on", "told_on", "recomputed_at", "calendar_version"),
    )
)
_TITLE = Message("职责期限", "duties")


def routes() -> APIRouter:
    """Return the route."""
    router = APIRouter()
    router.add_api_route(
        "/duties",
        duties,
        summary="职责期限 What is due",
        response_class=Response,
        responses=lists(DutyList),
    )
    return router


async def duties(  # noqa: PLR0913, PLR0917 - the criteria of the list
    request: Request,
    rule: Words = [],  # noqa: B006 - FastAPI copies it
    state: Annotated[list[str], Query(description="OVERDUE, MISSED, OPEN and so on; UNDONE")] = [],  # noqa: B006 - likewise
    county: Words = [],  # noqa: B006 - likewise
    institution: Words = [],  # noqa: B006 - likewise
    owed_by: Words = [],  # noqa: B006 - likewise
    class_id: Annotated[str, Query(alias="class")] = "",
    due: Annotated[str, Query(description="due by this day, YYYY-MM-DD")] = "",
    sort: Annotated[str, Query(description="a column; - before it for the highest first")] = (
        "due_on"
    ),
    at: Annotated[str, Query(description="as of a position, or of the end of a day")] = "",
    until: Annotated[str, Query(description="what was recorded until this day only")] = "",
    cursor: str | None = None,
    rows: Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX, description="rows of a page")] = PAGE_ROWS,
    format: Form = "json",  # noqa: A002 - the word of the interface
) -> Response:
    """Return duties: what is open, overdue, missed, kept; and where the city has set no time."""
    ledger = ledger_of(request)
    criteria = DutyCriteria(
        rule=rule,
        state=state,
        county=county,
        institution=institution,
        owed_by=owed_by,
        class_id=class_id,
        due=due,
        sort=sort,
    )
    order = criteria.order()
    if format != "json":
        export = Export("duties", _TITLE, DUTY_COLUMNS, at, until)
        return await as_file(request, export, format, lang_of(request), _each(ledger, criteria))
    async with asking(ledger, caller_of(request), "duties") as asked:
        then = await when(asked, at, until)
        today = await asked_on(ledger, asked, then)
        only = criteria.only(asked.reach, today)
        page = await paged(
            queries.page(
                asked.connection,
                only=only,
                order=order,
                cursor=cursor,
                rows=rows,
                moment=then.moment,
            )
        )
        states = await queries.by_state(asked.connection, only=only, moment=then.moment)
    return answered(DutyList(as_of(then), today, states, page.rows, page.before, page.after))


def _each(ledger: Ledger, criteria: DutyCriteria) -> Rows:
    """Return what gives every row of a list, for a file."""

    async def each(asked: Asked, then: When) -> AsyncIterator[queries.DutyRow]:
        only = criteria.only(asked.reach, await asked_on(ledger, asked, then))
        found = queries.each(
            asked.connection, only=only, order=criteria.order(), moment=then.moment
        )
        try:
            async for row in found:
                yield row
        finally:
            if isinstance(found, AsyncGenerator):
                await found.aclose()  # a reader who goes away leaves no question open

    return each
