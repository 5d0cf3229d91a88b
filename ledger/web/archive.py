"""一期一档: the archive of each class, what it lacks, until when it is kept."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from aggregates.language import Message
from ledger.application.asking import NotFound, asking, leaves_trace
from ledger.application.criteria import ArchiveCriteria, order_of, refused, when, within
from ledger.application.naming import COUNTIES
from ledger.web.rendering import caller_of, ledger_of, render
from ledger.web.texts import TEXTS
from ledger.web.trail import purpose_in
from projections.archive import queries
from projections.class_ledger import queries as classes
from projections.class_ledger.choices import institutions
from projections.paging import BadCursor

STATES = ("COLLECTING", "TRAINING_CHECKED", "FINAL_CHECKED", "SEALED")
TONES: Mapping[str, str] = {
    "COLLECTING": "blue",
    "TRAINING_CHECKED": "teal",
    "FINAL_CHECKED": "violet",
    "SEALED": "green",
}


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/archive", page, methods=["GET"])
    router.add_api_route("/archive/{class_id}", dossier, methods=["GET"])
    return router


def criteria_of(asked: QueryParams) -> ArchiveCriteria:
    """Read the criteria of the page's address."""
    return ArchiveCriteria(
        q=asked.get("q", ""),
        county=asked.getlist("county"),
        institution=asked.getlist("institution"),
        state=asked.getlist("state"),
        lacking=asked.get("lacking", ""),
        sort=asked.get("sort", "-filing_no"),
    )


async def page(request: Request) -> Response:
    """Show the archives."""
    params = request.query_params
    criteria = criteria_of(params)
    async with asking(ledger_of(request), caller_of(request), "archive") as asked:
        only = criteria.only(asked.reach)
        order = order_of(criteria.sort, queries.COLUMNS)
        then = await when(asked, params.get("at", "").strip(), params.get("until", "").strip())
        try:
            rows = await queries.page(
                asked.connection,
                only=only,
                order=order,
                cursor=params.get("cursor") or None,
                moment=then.moment,
            )
        except BadCursor:
            raise refused("cursor", TEXTS["bad cursor"]) from None
        totals = await queries.totals(asked.connection, only=only, moment=then.moment)
        bodies = await institutions(asked.connection, asked.reach.county)
    return render(
        request,
        "archive.html",
        standing=asked.standing,
        reach=asked.reach,
        criteria=criteria,
        when=then,
        page=rows,
        totals=totals,
        states=STATES,
        tones=TONES,
        bodies=[] if asked.reach.institution is not None else bodies,
        names={one.id: one.name for one in bodies},
        counties=COUNTIES,
    )


async def dossier(request: Request, class_id: UUID) -> Response:
    """Show the archive of one class."""
    params = request.query_params
    async with asking(ledger_of(request), caller_of(request), "archive") as asked:
        then = await when(asked, params.get("at", "").strip())
        row = await queries.one(asked.connection, class_id, moment=then.moment)
        if row is None:
            raise NotFound(Message("没有这个班期的档案", "there is no such archive"))
        within(asked.reach, row.county, row.institution_id)
        documents = await queries.documents(asked.connection, class_id, moment=then.moment)
        of = await classes.one(asked.connection, class_id, moment=then.moment)
    return render(
        request,
        "dossier.html",
        standing=asked.standing,
        when=then,
        row=row,
        of=of,
        documents=documents,
        others=[kind for kind in row.present if kind not in row.required],
        tones=TONES,
        asks=leaves_trace(asked.caller),
        purpose=purpose_in(request),
    )
