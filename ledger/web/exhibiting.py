"""Exhibits from the pages: the form that asks a supervisor why, and the file."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from ledger.application.exhibits import Thing
from ledger.application.handing_out import Handed, Wanted, class_exhibit, trail_exhibit
from ledger.application.judging import POLICY
from ledger.web.rendering import caller_of, ledger_of
from ledger.web.trail import declare

Said = Annotated[str, Form()]


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/classes/{class_id}/exhibit", of_class, methods=["POST"])
    router.add_api_route("/trail/{kind}/{one}/exhibit", of_trail, methods=["POST"])
    return router


async def of_class(
    request: Request, class_id: UUID, at: Said = "", purpose: Said = "", task: Said = ""
) -> Response:
    """Hand out the exhibit of a class."""
    wanted = Wanted(at=at, purpose=purpose, task=task)
    ledger, caller = ledger_of(request), caller_of(request)
    made = await class_exhibit(ledger, caller, _policy(request), class_id, wanted)
    return _file(request, made, wanted)


async def of_trail(  # noqa: PLR0913, PLR0917 - what an exhibit is asked for
    request: Request,
    kind: str,
    one: UUID,
    at: Said = "",
    purpose: Said = "",
    task: Said = "",
    after: Annotated[int, Form(ge=0, le=2**53)] = 0,
) -> Response:
    """Hand out the exhibit of a trail, or a further part of it."""
    wanted = Wanted(at=at, purpose=purpose, task=task, after=after)
    ledger, caller = ledger_of(request), caller_of(request)
    made = await trail_exhibit(ledger, caller, _policy(request), Thing(kind, one), wanted)
    return _file(request, made, wanted)


def _policy(request: Request) -> bytes:
    published: dict[str, bytes] = request.app.state.published
    return published.get(POLICY, b"")


def _file(request: Request, made: Handed, wanted: Wanted) -> Response:
    answer = Response(made.data, media_type="application/json", headers=made.headers)
    if wanted.task:
        declare(answer, wanted.why(), secure=request.url.scheme == "https")
    return answer
