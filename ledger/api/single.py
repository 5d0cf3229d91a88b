"""Questions about one thing: a class, a trail, an archive, a person's entitlements, an entry."""

from collections.abc import Iterable
from typing import Annotated, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from aggregates.language import Message
from ledger.api.describing import OBJECT, TEXT, gives
from ledger.api.shapes import (
    Dossier,
    EventShape,
    FindingShape,
    Granted,
    OneClass,
    SealedRisk,
    Story,
    TrailShape,
    as_of,
)
from ledger.api.streaming import NDJSON, answered, caller_of, ledger_of
from ledger.application.access import record_access, record_trail
from ledger.application.asking import Asked, NotFound, asking, leaves_trace, purpose_of
from ledger.application.criteria import When, refused, when, within
from ledger.application.entries import ENTRIES_MAX, entries_after, entry_for
from ledger.application.naming import fact_title
from ledger.application.sealed_signals import sealed_signals
from ledger.application.stories import class_story
from ledger.application.timeline import (
    Event,
    Timeline,
    commitments_in,
    sealed_story,
    timeline,
    with_sealed,
)
from projections.archive import queries as archives
from projections.class_ledger import queries as classes
from projections.class_ledger.queries import ClassRow
from projections.entitlements import queries as entitlements
from projections.paging import PAGE_ROWS, PAGE_ROWS_MAX
from projections.trail import queries as trails

JSON = "application/json"
HTTP_NOT_MODIFIED = 304
At = Annotated[str, Query(description="as of a position, or of the end of a day YYYY-MM-DD")]
Until = Annotated[str, Query(description="business dates until this day only, YYYY-MM-DD")]
Purpose = Annotated[str, Query(description="why it is looked up; kept sealed")]
Task = Annotated[str, Query(description="the number of the task, asked of auditors")]

_NO_CLASS = Message("没有这个班期，或不在您的范围内", "no such class, or not within your reach")
_BAD_KIND = Message("不能追踪这一类", "nothing of that kind can be followed")


def routes() -> APIRouter:
    """Return the routes."""
    router, lines = APIRouter(), gives({NDJSON: TEXT})[200]
    for path, answer, shape, summary in (
        ("/classes/{class_id}", one_class, OneClass, "一个班期 One class"),
        ("/classes/{class_id}/timeline", class_timeline, Story, "班期全部记录 Its whole story"),
        ("/trail/{kind}/{one}", trail, TrailShape, "轨迹 A trail"),
        ("/sealed-risk", sealed_risk, SealedRisk, "封存疑点 Sealed signals"),
        ("/archive/{class_id}", dossier, Dossier, "一个班期的档案 One archive"),
        ("/entitlements/{person}", granted, Granted, "个人享受补贴情况 What a person got"),
    ):
        router.add_api_route(
            path,
            answer,
            summary=summary,
            response_class=Response,
            responses={200: {"model": shape} | (lines if shape is Story else {})},
        )
    router.add_api_route(
        "/entries/{position}",
        entry,
        summary="原始记录 An entry's bytes",
        response_class=Response,
        responses=gives({JSON: OBJECT}) | {304: {"description": "如If-None-Match所述 As it was"}},
    )
    router.add_api_route(
        "/entries",
        entries,
        summary="导出原始记录 Entries as NDJSON",
        response_class=Response,
        responses=gives({NDJSON: TEXT}),
    )
    return router


async def _class(asked: Asked, class_id: UUID, then: When | None = None) -> ClassRow:
    moment = None if then is None else then.moment
    row = await classes.one(asked.connection, class_id, moment=moment)
    if row is None:
        raise NotFound(_NO_CLASS)
    within(asked.reach, row.county, row.institution_id)
    return row


async def one_class(request: Request, class_id: UUID, at: At = "", until: Until = "") -> Response:
    """Return the row of a class in the ledger, as of any moment."""
    async with asking(ledger_of(request), caller_of(request), "class-ledger") as asked:
        then = await when(asked, at, until)
        row = await _class(asked, class_id, then)
    return answered(OneClass(as_of(then), row))


async def class_timeline(
    request: Request,
    class_id: UUID,
    format: Literal["json", "ndjson"] = "json",  # noqa: A002 - the word of the interface
) -> Response:
    """Return every entry that concerns a class, in the order of the log."""
    ledger = ledger_of(request)
    async with asking(ledger, caller_of(request), "class-ledger") as asked:
        await _class(asked, class_id)
        told = shapes_of(await class_story(ledger, asked, class_id))
    if format == "ndjson":
        lines = b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in told)
        return Response(lines, media_type=NDJSON, headers={"cache-control": "no-store"})
    return answered(Story(told))


def shapes_of(told: Timeline) -> list[EventShape]:
    """Return the entries of a story as they are sent."""
    return [_shape(event, told) for event in told.events]


def _shape(event: Event, told: Timeline) -> EventShape:
    title = fact_title(event.type)
    own = commitments_in(event.fact)
    return EventShape(
        position=event.position,
        stream=event.stream,
        version=event.version,
        type=event.type,
        title_zh=title.zh,
        title_en=title.en,
        time=event.time,
        actor=event.actor,
        role=event.role,
        org=event.org,
        county=event.county,
        channel=event.channel,
        leaf=event.leaf,
        sealed=event.sealed,
        findings=[FindingShape(one.rule, one.detail) for one in event.findings],
        data=dict(event.data),
        masked={one: told.masks[one] for one in own if one in told.masks},
    )


async def trail(  # noqa: PLR0913, PLR0917 - what a trail is asked for
    request: Request,
    kind: str,
    one: UUID,
    purpose: Purpose = "",
    task: Task = "",
    before: Annotated[int | None, Query(description="entries before this position")] = None,
    after: Annotated[int | None, Query(description="entries after this position")] = None,
    rows: Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX)] = PAGE_ROWS,
    at: At = "",
) -> Response:
    """Return what concerns one thing; the look itself is recorded first, sealed."""
    ledger = ledger_of(request)
    async with asking(ledger, caller_of(request), "trail") as asked:
        if kind not in trails.KINDS:
            raise refused("kind", _BAD_KIND)
        why = purpose_of(purpose, task)
        then = await when(asked, at)
        recorded = await record_trail(ledger, asked.caller, kind, one, why)
        page = await trails.page(
            asked.connection,
            kind,
            one,
            before=before,
            after=after,
            rows=rows,
            moment=then.moment,
        )
        count = await trails.count(asked.connection, kind, one, moment=then.moment)
        told = await timeline(ledger, asked, page.rows)
        sealed = await sealed_story(ledger, asked, kind, one, page, then.moment)
        told = await with_sealed(ledger, asked, told.events, sealed)
    events = shapes_of(told)[::-1]
    return answered(TrailShape(recorded, count, page.newer, page.older, events))


async def sealed_risk(request: Request) -> Response:
    """Return the sealed risk signals that the caller may read; none for other roles."""
    ledger = ledger_of(request)
    async with asking(ledger, caller_of(request), "risk") as asked:
        found = await sealed_signals(ledger, asked)
    return answered(SealedRisk(found))


async def dossier(request: Request, class_id: UUID, at: At = "") -> Response:
    """Return the archive of a class with its documents."""
    async with asking(ledger_of(request), caller_of(request), "archive") as asked:
        then = await when(asked, at)
        row = await archives.one(asked.connection, class_id, moment=then.moment)
        if row is None:
            raise NotFound(_NO_CLASS)
        within(asked.reach, row.county, row.institution_id)
        row = row if asked.reach.institution is None else archives.unsupervised(row)
        documents = await archives.documents(asked.connection, class_id, moment=then.moment)
    return answered(Dossier(as_of(then), row, documents))


async def granted(
    request: Request, person: UUID, purpose: Purpose = "", task: Task = "", at: At = ""
) -> Response:
    """Return what a person was granted; a supervisor's look is recorded first, sealed."""
    ledger = ledger_of(request)
    async with asking(ledger, caller_of(request), "entitlements") as asked:
        then = await when(asked, at)
        if leaves_trace(asked.caller):
            await record_access(
                ledger,
                asked.caller,
                what=f"entitlements/{person}",
                fields=("entitlements",),
                purpose=purpose_of(purpose, task),
                person=person,
            )
        items = await entitlements.of_person(asked.connection, person, moment=then.moment)
        years = await entitlements.years_of_person(asked.connection, person, moment=then.moment)
    return answered(Granted(as_of(then), person, years, items))


async def entry(request: Request, position: Annotated[int, Path(ge=1, le=2**53)]) -> Response:
    """Return an entry, byte for byte as it is stored and hashed; its leaf is in the headers."""
    async with asking(ledger_of(request), caller_of(request), "entry") as asked:
        kept = await entry_for(asked, position)
    leaf = kept.leaf.hex()
    headers = {
        "cache-control": "no-store",
        "etag": f'"{leaf}"',
        "mingzhang-leaf": leaf,
        "mingzhang-position": str(kept.position),
    }
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTP_NOT_MODIFIED, headers=headers)
    return Response(kept.body.encode(), media_type=JSON, headers=headers)


async def entries(
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**53, description="the last position known")] = 0,
    limit: Annotated[int, Query(ge=1, le=ENTRIES_MAX)] = ENTRIES_MAX,
) -> Response:
    """Return entries after a position, one a line, byte for byte; sealed ones as stored."""
    async with asking(ledger_of(request), caller_of(request), "entries") as asked:
        found = await entries_after(asked.connection, after, limit)
        head = asked.standing.head
    headers = {
        "cache-control": "no-store",
        "mingzhang-head": str(head),
        "mingzhang-last": str(found[-1].position if found else after),
    }
    return Response(_lines(kept.body for kept in found), media_type=NDJSON, headers=headers)


def _lines(bodies: Iterable[str]) -> bytes:
    return "".join(f"{body}\n" for body in bodies).encode()
