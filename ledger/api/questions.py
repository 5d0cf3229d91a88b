"""Questions over HTTP: lists of the read models, as of any moment, as JSON, CSV or NDJSON.

Every route asks through ``ledger.application.asking``: role, county and institution decide how
far an answer reaches. Lists come in pages by cursor; files hold the whole list.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from aggregates.language import Message
from ledger.api import duties, single
from ledger.api.problems import lang_of
from ledger.api.shapes import ArchiveList, ClassList, FundList, RiskList, as_of
from ledger.api.streaming import (
    Export,
    Form,
    Rows,
    answered,
    as_file,
    caller_of,
    known_parameters,
    ledger_of,
    lists,
    paged,
)
from ledger.application.asking import asking
from ledger.application.criteria import (
    ArchiveCriteria,
    ClassCriteria,
    RiskCriteria,
    counties_of,
    order_of,
    when,
    year,
)
from ledger.application.tables import Column, column
from ledger.clock import shanghai_date
from projections.archive import queries as archives
from projections.class_ledger import queries as classes
from projections.class_ledger.queries import ClassTotals
from projections.funds import queries as funds
from projections.paging import PAGE_ROWS, PAGE_ROWS_MAX
from projections.risk import queries as risks

JSON = "application/json"
Words = Annotated[list[str], Query()]
Sort = Annotated[str, Query(description="a column; - before it for the highest first")]
At = Annotated[str, Query(description="as of a position, or of the end of a day YYYY-MM-DD")]
Until = Annotated[str, Query(description="business dates until this day only, YYYY-MM-DD")]
PageRows = Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX, description="rows of a page")]

_SUMMED = frozenset(ClassTotals.__dataclass_fields__)
_IDS = frozenset({"class_id", "institution_id"})
CLASS_COLUMNS: tuple[Column[Any], ...] = tuple(
    column(name, adds_up=name in _SUMMED) for name in classes.COLUMNS if name not in _IDS
)
RISK_COLUMNS: tuple[Column[Any], ...] = tuple(
    column(name)
    for name in (
        *("rule_id", "severity", "subject_kind", "subject_id", "county", "starts_on", "ends_on"),
        *("found", "params", "evidence", "rule_version", "read_to", "raised_at", "state"),
    )
)
ARCHIVE_COLUMNS: tuple[Column[Any], ...] = tuple(
    column(name, adds_up=name in {"documents", "pages"})
    for name in (
        *("filing_no", "county", "state", "documents", "pages", "missing"),
        *("training_checked_on", "final_checked_on", "sealed_on", "retention_from"),
        *("retention_to", "holds", "held_until", "unstored", "produced", "destroyed_on"),
        "manifest_sha256",
    )
)
FUND_COLUMNS: tuple[Column[Any], ...] = tuple(
    column(name, adds_up=name.endswith("_fen"))
    for name in (
        *("county", "fund", "year", "allocated_fen", "reserved_fen"),
        *("released_fen", "paid_fen", "balance_fen"),
    )
)


def routes() -> APIRouter:
    """Return the routes of all questions."""
    router = APIRouter(tags=["questions"], dependencies=[Depends(known_parameters)])
    for path, answer, shape, summary in (
        ("/class-ledger", class_ledger, ClassList, "班期台账 The class ledger"),
        ("/risk", risk, RiskList, "风险疑点 Risk signals"),
        ("/archive", archive, ArchiveList, "一期一档 The archives"),
        ("/funds", fund_books, FundList, "资金账 The books of the funds"),
    ):
        router.add_api_route(
            path,
            answer,
            summary=summary,
            response_class=Response,
            responses=lists(shape),
        )
    router.include_router(duties.routes())
    router.include_router(single.routes())
    return router


async def class_ledger(  # noqa: PLR0913, PLR0917 - the criteria of the list
    request: Request,
    q: Annotated[str, Query(description="part of the filing number or institution")] = "",
    county: Words = [],  # noqa: B006 - FastAPI copies it
    institution: Words = [],  # noqa: B006 - likewise
    training_type: Words = [],  # noqa: B006 - likewise
    status: Words = [],  # noqa: B006 - likewise
    start: Annotated[str, Query(description="first month of start, YYYY-MM")] = "",
    end: Annotated[str, Query(description="last month of start, YYYY-MM")] = "",
    sort: Sort = "-filed_on",
    at: At = "",
    until: Until = "",
    cursor: str | None = None,
    rows: PageRows = PAGE_ROWS,
    format: Form = "json",  # noqa: A002 - the word of the interface
) -> Response:
    """Return the class ledger: a page with totals, or the whole list as a file.

    Money is in fen in JSON and NDJSON, in yuan in CSV. The last line of the CSV is the sum.
    """
    criteria = ClassCriteria(
        q=q,
        county=county,
        institution=institution,
        training_type=training_type,
        status=status,
        start=start,
        end=end,
        sort=sort,
    )
    if format != "json":
        title = Message("班期台账", "class-ledger")
        export = Export("class-ledger", title, CLASS_COLUMNS, at, until)
        return await _file(
            request,
            export,
            format,
            lambda asked, then: classes.each(
                asked.connection,
                only=criteria.only(asked.reach),
                order=criteria.order(),
                moment=then.moment,
            ),
        )
    async with asking(ledger_of(request), caller_of(request), "class-ledger") as asked:
        only, order = criteria.only(asked.reach), criteria.order()
        then = await when(asked, at, until)
        page = await paged(
            classes.page(
                asked.connection,
                only=only,
                order=order,
                cursor=cursor,
                rows=rows,
                moment=then.moment,
            )
        )
        totals = await classes.totals(asked.connection, only=only, moment=then.moment)
    return answered(ClassList(as_of(then), totals, page.rows, page.before, page.after))


async def risk(  # noqa: PLR0913, PLR0917 - the criteria of the list
    request: Request,
    rule: Words = [],  # noqa: B006 - FastAPI copies it
    severity: Words = [],  # noqa: B006 - likewise
    county: Words = [],  # noqa: B006 - likewise
    subject_kind: Words = [],  # noqa: B006 - likewise
    subject: str = "",
    sort: Sort = "-raised_at",
    at: At = "",
    until: Until = "",
    cursor: str | None = None,
    rows: PageRows = PAGE_ROWS,
    format: Form = "json",  # noqa: A002 - the word of the interface
) -> Response:
    """Return open risk signals: each a question to a person, never a finding."""
    criteria = RiskCriteria(
        rule=rule,
        severity=severity,
        county=county,
        subject_kind=subject_kind,
        subject=subject,
        sort=sort,
    )
    order = order_of(sort, risks.COLUMNS)
    if format != "json":
        export = Export("risk", Message("风险疑点", "risk"), RISK_COLUMNS, at, until)
        return await _file(
            request,
            export,
            format,
            lambda asked, then: risks.each(
                asked.connection,
                only=criteria.only(asked.reach),
                order=order,
                moment=then.moment,
            ),
        )
    async with asking(ledger_of(request), caller_of(request), "risk") as asked:
        only = criteria.only(asked.reach)
        then = await when(asked, at, until)
        page = await paged(
            risks.page(
                asked.connection,
                only=only,
                order=order,
                cursor=cursor,
                rows=rows,
                moment=then.moment,
            )
        )
        rules = await risks.by_rule(asked.connection, only=only, moment=then.moment)
    return answered(RiskList(as_of(then), rules, page.rows, page.before, page.after))


async def archive(  # noqa: PLR0913, PLR0917 - the criteria of the list
    request: Request,
    q: Annotated[str, Query(description="part of the filing number")] = "",
    county: Words = [],  # noqa: B006 - FastAPI copies it
    institution: Words = [],  # noqa: B006 - likewise
    state: Words = [],  # noqa: B006 - likewise
    lacking: Annotated[str, Query(description="anything: only those lacking something")] = "",
    due: Annotated[str, Query(description="unstored, damaged, held or over")] = "",
    sort: Sort = "-filing_no",
    at: At = "",
    until: Until = "",
    cursor: str | None = None,
    rows: PageRows = PAGE_ROWS,
    format: Form = "json",  # noqa: A002 - the word of the interface
) -> Response:
    """Return the archives of classes: what each holds and lacks, until when it is kept."""
    criteria = ArchiveCriteria(
        q=q,
        county=county,
        institution=institution,
        state=state,
        lacking=lacking,
        due=due,
        today=shanghai_date(ledger_of(request).clock.now()),
        sort=sort,
    )
    order = order_of(sort, archives.COLUMNS)
    if format != "json":
        export = Export("archive", Message("一期一档", "archive"), ARCHIVE_COLUMNS, at, until)
        return await _file(
            request,
            export,
            format,
            lambda asked, then: archives.each(
                asked.connection,
                only=criteria.only(asked.reach),
                order=order,
                moment=then.moment,
            ),
        )
    async with asking(ledger_of(request), caller_of(request), "archive") as asked:
        only = criteria.only(asked.reach)
        then = await when(asked, at, until)
        page = await paged(
            archives.page(
                asked.connection,
                only=only,
                order=order,
                cursor=cursor,
                rows=rows,
                moment=then.moment,
            )
        )
        totals = await archives.totals(asked.connection, only=only, moment=then.moment)
    return answered(ArchiveList(as_of(then), totals, page.rows, page.before, page.after))


async def fund_books(
    request: Request,
    county: Words = [],  # noqa: B006 - FastAPI copies it
    year_of: Annotated[str, Query(alias="year")] = "",
    at: At = "",
    until: Until = "",
    format: Form = "json",  # noqa: A002 - the word of the interface
) -> Response:
    """Return the books of the funds of each county and year, in fen (CSV: in yuan)."""
    years = year("year", year_of)

    async def rows(asked: Any, then: Any) -> AsyncIterator[funds.FundRow]:  # noqa: ANN401 - see Rows
        for row in await funds.rows(
            asked.connection,
            counties=counties_of(asked.reach, county),
            years=years,
            moment=then.moment,
        ):
            yield row

    if format != "json":
        export = Export("funds", Message("资金账", "funds"), FUND_COLUMNS, at, until)
        return await _file(request, export, format, rows)
    async with asking(ledger_of(request), caller_of(request), "funds") as asked:
        then = await when(asked, at, until)
        found = [row async for row in rows(asked, then)]
    return answered(FundList(as_of(then), found))


async def _file(request: Request, export: Export, form: Form, rows: Rows) -> Response:
    return await as_file(request, export, form, lang_of(request), rows)
