"""一期一档: the archive of each class, what it lacks, until when it is kept."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import RedirectResponse, Response

from aggregates.language import Message
from ledger.application.asking import NotFound, asking, leaves_trace
from ledger.application.criteria import (
    ArchiveCriteria,
    dues_for,
    order_of,
    refused,
    when,
    within,
)
from ledger.application.document_check import is_due
from ledger.application.naming import COUNTIES
from ledger.clock import shanghai_date
from ledger.security.authority import may
from ledger.web.rendering import caller_of, ledger_of, link, render
from ledger.web.texts import TEXTS
from ledger.web.trail import purpose_in
from projections.archive import keeping, queries
from projections.class_ledger import queries as classes
from projections.class_ledger.choices import institutions
from projections.paging import BadCursor

SEE_OTHER = 303
_DIGEST = re.compile(r"[0-9a-f]{64}")
TONES: Mapping[str, str] = {
    "COLLECTING": "blue",
    "TRAINING_CHECKED": "teal",
    "FINAL_CHECKED": "violet",
    "SEALED": "green",
    "DESTROYED": "red",
}


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/archive", page, methods=["GET"])
    router.add_api_route("/archive/{class_id}", dossier, methods=["GET"])
    router.add_api_route("/archive/{class_id}/file", file, methods=["GET"])
    router.add_api_route("/archive/{class_id}/package", package, methods=["GET"])
    return router


def criteria_of(asked: QueryParams, today: date) -> ArchiveCriteria:
    """Read the criteria of the page's address."""
    return ArchiveCriteria(
        q=asked.get("q", ""),
        county=asked.getlist("county"),
        institution=asked.getlist("institution"),
        state=asked.getlist("state"),
        lacking=asked.get("lacking", ""),
        due=asked.get("due", ""),
        today=today,
        sort=asked.get("sort", "-filing_no"),
    )


async def page(request: Request) -> Response:
    """Show the archives."""
    params, ledger = request.query_params, ledger_of(request)
    today = shanghai_date(ledger.clock.now())
    criteria = criteria_of(params, today)
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
        due = await queries.due(asked.connection, today, only=replace(only, due=None))
        damage = await keeping.damage(asked.connection, [row.class_id for row in rows.rows])
        checked = await keeping.last_check(asked.connection, moment=then.moment)
        wanted = await keeping.any_stored(asked.connection) and await is_due(
            asked.connection, today
        )
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
        states=queries.STATES,
        tones=TONES,
        bodies=[] if asked.reach.institution is not None else bodies,
        names={one.id: one.name for one in bodies},
        counties=COUNTIES,
        due=due,
        dues=dues_for(asked.reach),
        damage=damage,
        checked=checked,
        check_wanted=wanted,
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
        row = row if asked.reach.institution is None else queries.unsupervised(row)
        stored = await keeping.stored_of(asked.connection, class_id, moment=then.moment)
        damage = await keeping.damage(asked.connection, [class_id], moment=then.moment)
        productions = (
            await keeping.productions(asked.connection, class_id, moment=then.moment)
            if asked.reach.institution is None
            else []
        )
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
        stored=stored,
        damage=damage.get(class_id, {}),
        productions=productions,
        packed=row.sealed_on is not None and of is not None and of.status == "CLOSED",
        may_take=may(asked.caller, "package"),
        supervises=asked.reach.institution is None,
        asks=leaves_trace(asked.caller),
        purpose=purpose_in(request),
    )


async def file(request: Request, class_id: UUID) -> Response:
    """Lead to the file of a document that was chosen, with the purpose that was given."""
    digest = request.query_params.get("digest", "")
    if not _DIGEST.fullmatch(digest):
        return RedirectResponse(f"/archive/{class_id}", SEE_OTHER)
    return _taken(request, f"/api/v1/archive/{class_id}/documents/{digest}")


async def package(request: Request, class_id: UUID) -> Response:
    """Lead to the package of a class, with the purpose that was given."""
    return _taken(request, f"/api/v1/archive/{class_id}/package")


def _taken(request: Request, path: str) -> Response:
    told = [(name, request.query_params.get(name, "")) for name in ("purpose", "task")]
    return RedirectResponse(link(path, told), SEE_OTHER)
