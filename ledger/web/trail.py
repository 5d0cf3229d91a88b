"""轨迹: everything that concerns one person, official, institution, account.

Whoever follows a trail says why, once for the task at hand; every look is then a sealed fact in
the log before anything is shown.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from aggregates.instructor.facts import InstructorRegistered
from aggregates.trainee.facts import TraineeIdentityVerified
from ledger.application.access import record_trail
from ledger.application.asking import Standing, asking, leaves_trace, purpose_of
from ledger.application.criteria import identity, refused, when
from ledger.application.naming import code_title
from ledger.application.subjects import FOLLOWED, subject_of
from ledger.application.timeline import Timeline, sealed_story, timeline, with_sealed
from ledger.integration.exhibiting import ENTRIES_MAX
from ledger.vault.opening import Purpose
from ledger.web import story
from ledger.web.rendering import caller_of, lang_of, ledger_of, link, render
from ledger.web.texts import TEXTS
from projections.trail import queries

SEE_OTHER = 303
TASK_COOKIE = "mingzhang_task"
NO_PURPOSE = Purpose("", "")


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/trail", page, methods=["GET"])
    router.add_api_route("/trail", look, methods=["POST"])
    return router


def purpose_in(request: Request) -> Purpose:
    """Return the purpose that the reader declared, an empty one where none was."""
    try:
        told = orjson.loads(urlsafe_b64decode(request.cookies.get(TASK_COOKIE, "")))
        return Purpose(str(told[0]), str(told[1]))
    except (ValueError, TypeError, IndexError, KeyError, NotBase64):
        return NO_PURPOSE


def declare(answer: Response, purpose: Purpose, *, secure: bool) -> None:
    """Let the browser keep a purpose until it is closed; pages of this site alone read it."""
    told = urlsafe_b64encode(orjson.dumps([purpose.text, purpose.task])).decode()
    answer.set_cookie(TASK_COOKIE, told, httponly=True, samesite="strict", secure=secure)


def forget(answer: Response) -> None:
    """Let the browser forget a purpose: it is that of one person in one role."""
    answer.delete_cookie(TASK_COOKIE)


async def look(
    request: Request,
    kind: Annotated[str, Form()] = "",
    value: Annotated[str, Form()] = "",
    purpose: Annotated[str, Form()] = "",
    task: Annotated[str, Form()] = "",
) -> Response:
    """Take what is to be followed and why; a number typed in goes no further than this."""
    ledger = ledger_of(request)
    why = purpose_of(purpose, task)
    async with asking(ledger, caller_of(request), "trail") as asked:
        one = await subject_of(ledger, asked, kind, value)
    answer = RedirectResponse(link("/trail", kind=kind, id=one), SEE_OTHER)
    declare(answer, why, secure=request.url.scheme == "https")
    return answer


async def page(request: Request) -> Response:
    """Show a trail, or ask which."""
    params, ledger, lang = request.query_params, ledger_of(request), lang_of(request)
    kind, told = params.get("kind", ""), params.get("id", "").strip()
    purpose = purpose_in(request)
    async with asking(ledger, caller_of(request), "trail") as asked:
        if not told or (leaves_trace(asked.caller) and not purpose.text):
            return _render(request, asked.standing, kind=kind, told=told, purpose=purpose, one=None)
        if kind not in queries.KINDS:
            raise refused("kind", TEXTS["bad kind"])
        one = identity("id", told)
        then = await when(asked, params.get("at", "").strip())
        why = purpose_of(purpose.text, purpose.task)
        await record_trail(ledger, asked.caller, kind, one, why)
        found = await queries.page(
            asked.connection,
            kind,
            one,
            before=_position("before", params.get("before")),
            after=_position("after", params.get("after")),
            moment=then.moment,
        )
        count = await queries.count(asked.connection, kind, one, moment=then.moment)
        sealed = await sealed_story(ledger, asked, kind, one, found, then.moment)
        story_told = await timeline(ledger, asked, found.rows)
        shown = await with_sealed(ledger, asked, story_told.events, sealed)
    teller = story.Teller(shown, lang, follows=True, about=(one,))
    return _render(
        request,
        asked.standing,
        kind=kind,
        told=told,
        purpose=purpose,
        one=one,
        kind_title=_title(kind, lang),
        when=then,
        names=_names(shown),
        page=found,
        count=count,
        in_parts=count > ENTRIES_MAX,
        sealed=len(sealed),
        story=story.grouped(teller.told()),
    )


def _title(kind: str, lang: str) -> str:
    title = code_title("", kind)
    return kind if title is None else title.text(lang)


def _render(
    request: Request,
    standing: Standing,
    **told: Any,  # noqa: ANN401 - what the template shows
) -> Response:
    return render(request, "trail.html", standing=standing, kinds=FOLLOWED, **told)


def _position(where: str, text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdigit():
        raise refused(where, TEXTS["bad cursor"])
    return int(text)


def _names(told: Timeline) -> list[str]:
    """Return the masked name and number of the person that a story is about."""
    for event in reversed(told.events):
        fact = event.fact
        if isinstance(fact, TraineeIdentityVerified | InstructorRegistered):
            masks = (
                told.masks.get(fact.name.commitment),
                told.masks.get(fact.id_number.commitment),
            )
            return [mask for mask in masks if mask]
    return []
