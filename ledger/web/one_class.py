"""One class: its figures as of any moment, and the whole story that they come from."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from aggregates.language import Message
from ledger.application.asking import Asked, NotFound, asking, leaves_trace
from ledger.application.criteria import When, refused, when, within
from ledger.application.naming import fact_title, field_title
from ledger.application.stories import class_story
from ledger.application.timeline import Event
from ledger.security.authority import may
from ledger.web import story
from ledger.web.class_ledger import GROUPS, TONES
from ledger.web.rendering import caller_of, lang_of, ledger_of, link, render
from ledger.web.spelling import minute
from ledger.web.texts import TEXTS, say
from ledger.web.trail import purpose_in
from projections.class_ledger import queries
from projections.class_ledger.queries import ClassRow
from projections.model import Moment

SEE_OTHER = 303
IN_TITLE = frozenset({"filing_no", "status", "institution"})


class Change(NamedTuple):
    """What an entry changed in the class's row."""

    title: str
    name: str
    before: Any
    after: Any


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/classes/{class_id}", page, methods=["GET"])
    return router


async def page(request: Request, class_id: UUID) -> Response:
    """Show a class."""
    ledger, lang, params = ledger_of(request), lang_of(request), request.query_params
    async with asking(ledger, caller_of(request), "class-ledger") as asked:
        then = await when(asked, params.get("at", "").strip(), params.get("until", "").strip())
        now = await queries.one(asked.connection, class_id)
        if now is None:
            raise NotFound(Message("没有这个班期", "there is no such class"))
        within(asked.reach, now.county, now.institution_id)
        told = await class_story(ledger, asked, class_id)
        if params.get("step"):
            return _at_step(request, told.events, params["step"])
        row = now
        changes: list[Change] = []
        if then.moment is not None:
            row = await _as_of(asked, class_id, then.moment)
            changes = await _changes(asked, row, then, told.events, lang)
    teller = story.Teller(
        told,
        lang,
        follows=may(asked.caller, "trail"),
        about=(class_id, now.institution_id, now.county),
    )
    positions = [event.position for event in told.events]
    until = then.position if then.moment is not None else None
    return render(
        request,
        "one_class.html",
        standing=asked.standing,
        now=ledger.clock.now(),
        row=row,
        filing_no=now.filing_no,
        when=then,
        groups=[
            (title, [one for one in heads if one.name not in IN_TITLE]) for title, heads in GROUPS
        ],
        tones=TONES,
        story=story.grouped(teller.told(until)),
        step=sum(1 for one in positions if until is None or one <= until),
        steps=len(positions),
        labels=orjson.dumps(_labels(told.events, lang)).decode(),
        earlier=_beside(positions, until, -1),
        later=_beside(positions, until, 1),
        changes=changes,
        archive=may(asked.caller, "archive"),
        asks=leaves_trace(asked.caller),
        purpose=purpose_in(request),
    )


def _at_step(request: Request, events: Sequence[Event], step: str) -> Response:
    if not step.isdigit() or not 1 <= int(step) <= len(events):
        raise refused("step", TEXTS["bad step"])
    newest = int(step) == len(events)
    at = None if newest else events[int(step) - 1].position
    return RedirectResponse(link(request.url.path, at=at), SEE_OTHER)


async def _as_of(asked: Asked, class_id: UUID, moment: Moment) -> ClassRow:
    row = await queries.one(asked.connection, class_id, moment=moment)
    if row is None:
        raise NotFound(Message("那时还没有这个班期", "the class was not known then"))
    return row


async def _changes(
    asked: Asked, row: ClassRow, then: When, events: Sequence[Event], lang: str
) -> list[Change]:
    """Return what the last entry before a moment changed in the class's row."""
    last = max((e.position for e in events if e.position <= then.position), default=0)
    before = await queries.one(asked.connection, row.class_id, moment=Moment(last - 1, then.day))
    was: dict[str, Any] = {} if before is None else asdict(before)
    return [
        Change(field_title(name).text(lang), name, was.get(name), value)
        for name, value in asdict(row).items()
        if value != was.get(name) and (was or value) and name not in {"class_id", "institution_id"}
    ]


def _beside(positions: Sequence[int], until: int | None, way: int) -> int | None:
    """Return the position one entry earlier or later than the page shows; None for the newest."""
    shown = [one for one in positions if until is None or one <= until]
    beyond = positions[len(shown) :]
    if way < 0:
        return shown[-2] if len(shown) > 1 else None
    return beyond[0] if beyond else None


def _labels(events: Sequence[Event], lang: str) -> list[str]:
    return [
        say(
            "step of",
            lang,
            step=n,
            steps=len(events),
            time=minute(event.time),
            title=fact_title(event.type).text(lang),
        )
        for n, event in enumerate(events, 1)
    ]
