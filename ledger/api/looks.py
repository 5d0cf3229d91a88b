"""What copies tell: who looked at what there. The fact is in this log before the copy answers."""

import msgspec
from fastapi import APIRouter, Request, Response

from aggregates.language import Message
from ledger.api.streaming import caller_of, ledger_of
from ledger.application.access import record_access
from ledger.application.asking import purpose_of
from ledger.application.looks import PATH, Look, Recorded
from ledger.application.parsing import BadInput, Problem
from ledger.security.authority import may_report
from ledger.security.roles import ROLES
from ledger.security.tokens import Unauthenticated

BYTES_MAX = 16 * 1024
_CREATED = 201
_NO_LOOK = Message("不是查阅记录", "this is no look-up")
_NOBODY = Message("请先表明身份", "say who you are")


def routes() -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route(PATH, record, methods=["POST"], response_class=Response)
    return router


async def record(request: Request) -> Response:
    """Record a look-up that was made at a copy."""
    caller = caller_of(request)
    if caller is None:
        raise Unauthenticated(_NOBODY)
    may_report(caller)
    look = _look(await request.body())
    position = await record_access(
        ledger_of(request),
        look.by(),
        what=look.what,
        fields=look.fields,
        purpose=purpose_of(look.purpose, look.task),
        person=look.person,
    )
    body = msgspec.json.encode(Recorded(position))
    return Response(body, _CREATED, media_type="application/json")


def _look(body: bytes) -> Look:
    try:
        look = msgspec.json.decode(body, type=Look)
    except ValueError:
        # Without its cause, which may quote what was sent.
        raise BadInput(Problem("", _NO_LOOK)) from None
    if look.role not in ROLES or len(body) > BYTES_MAX:
        raise BadInput(Problem("role", _NO_LOOK))
    return look
