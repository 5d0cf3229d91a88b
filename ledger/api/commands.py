"""Commands over HTTP: one route each, batches as NDJSON, and the self-check without acting.

Routes, bodies and OpenAPI come from the declarations of ``aggregates``; nothing is said twice.
"""

from collections.abc import AsyncIterator
from typing import Any, cast

import orjson
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from aggregates.decisions import COMMANDS, Caller, Channel
from aggregates.language import Message
from ledger.api.describing import describe
from ledger.api.problems import TooLarge, failure_body, lang_of, refusal_body
from ledger.api.promises import is_wanted, promises_for
from ledger.api.receipts import address_of
from ledger.api.schema import components, operations
from ledger.application.answers import Answer, Ask, Checked, Recorded, Refusal
from ledger.application.door import Door
from ledger.application.messages import MESSAGE_BYTES_MAX, key_of, message
from ledger.application.parsing import BadInput, Problem

HTTP_CREATED = 201
BATCH_LINES_MAX = 2_000
"""How many commands of an NDJSON body are decided before their commit is awaited."""
NDJSON = "application/x-ndjson"

_OUTER = frozenset(
    {"INST_CLERK", "INST_HEAD", "CLASS_HEAD", "INSTRUCTOR", "EMPLOYER", "TRAINEE", "PUBLIC"}
)
_NOT_JSON = Message("正文应为 JSON", "the body must be JSON")


def recorded_body(answer: Recorded) -> dict[str, Any]:
    """Return what was recorded as JSON.

    ``receipt`` is where the receipt of the last entry is found; the others lie beside it, each
    under its position.
    """
    return {
        "status": HTTP_CREATED,
        "entries": [
            {"stream": w.stream, "version": w.version, "type": w.type} for w in answer.entries
        ],
        "first": answer.first,
        "last": answer.last,
        "time": answer.time.isoformat(),
        "findings": [{"rule": f.rule, "detail": f.detail} for f in answer.findings],
        "repeated": answer.repeated,
        "receipt": address_of(answer.last),
    }


def answer_body(answer: Answer | Exception, lang: str) -> dict[str, Any]:
    """Return any answer as JSON, with its HTTP status as member ``status``."""
    if isinstance(answer, Recorded):
        return recorded_body(answer)
    if isinstance(answer, Refusal):
        return refusal_body(answer, lang)
    return failure_body(answer, lang)


async def body_of(request: Request) -> Any:  # noqa: ANN401 - JSON
    """Return the request's JSON body.

    Raises:
        BadInput: it is not JSON.
        TooLarge: it is longer than any command.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MESSAGE_BYTES_MAX:
            raise TooLarge
    return body_read(body)


def body_read(body: bytes | bytearray) -> Any:  # noqa: ANN401 - JSON
    """Read a JSON body.

    Raises:
        BadInput: it is not JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadInput(Problem("", _NOT_JSON)) from None


def channel_of(caller: Caller) -> Channel:
    """Return the way by which a caller's commands come: outer network, inner network, interface."""
    if caller.role in {"PLATFORM", "ASSESSOR"}:
        return "api"
    return "outer" if caller.role in _OUTER else "inner"


def caller_of(request: Request) -> Caller:
    """Return the caller that the sign-in put on the request."""
    return cast(Caller, request.state.caller)


def door_of(request: Request) -> Door:
    """Return the door of the running ledger."""
    return cast(Door, request.app.state.ledger.door)


def versions_in(header: str) -> dict[str, int]:
    """Read ``If-Match: "<stream>/<version>"``: the entry id on which the caller's view rests.

    Raises:
        BadInput: it is no such id.
    """
    header = header.strip().strip('"')
    if not header:
        return {}
    stream, _, version = header.rpartition("/")
    if not stream or not version.isdigit():
        what = Message("If-Match应为最近一条记录的编号", "If-Match takes the id of an entry")
        raise BadInput(Problem("If-Match", what))
    return {stream: int(version)}


def _ask(request: Request, name: str, data: Any) -> Ask:  # noqa: ANN401 - JSON
    return Ask(
        command=name,
        data=data,
        key=key_of(request.headers.get("idempotency-key"), "Idempotency-Key"),
        channel=channel_of(caller_of(request)),
        if_match=versions_in(request.headers.get("if-match", "")),
    )


PREFIX = "/api/v1"


def install(app: FastAPI) -> None:
    """Let an application take commands: one path each, and all of them together as NDJSON.

    No route of its own serves a command, since routes are tried one after the other: single ones
    are taken before the framework (``acting``). What each takes and answers stands in the OpenAPI
    document all the same, out of its declaration.
    """
    app.add_route(f"{PREFIX}/commands/{{name}}", unknown, methods=["POST"])
    app.add_route(f"{PREFIX}/checks/{{name}}", check, methods=["POST"])
    app.add_route(f"{PREFIX}/commands", batch, methods=["POST"])
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        document.setdefault("components", {}).setdefault("schemas", {}).update(components())
        document.setdefault("paths", {}).update(operations(PREFIX))
        describe(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _named(request: Request) -> str:
    name: str = request.path_params["name"]
    if name not in COMMANDS:
        raise HTTPException(404)
    return name


async def unknown(_: Request) -> Response:
    """Answer what is sent to a command that there is not; those there are never come so far."""
    raise HTTPException(404)


async def check(request: Request) -> Response:
    """Say how a command would be answered, without recording anything."""
    ask = _ask(request, _named(request), await body_of(request))
    answer = await door_of(request).check(ask, caller_of(request))
    return Response(
        orjson.dumps(checked_body(answer, lang_of(request))), media_type="application/json"
    )


def checked_body(answer: Checked | Refusal, lang: str) -> dict[str, Any]:
    """Return a self-check's answer as JSON: ``granted`` says how the command would fare."""
    if isinstance(answer, Refusal):
        return {"granted": False} | refusal_body(answer, lang)
    return {
        "granted": True,
        "entries": [{"stream": w.stream, "type": w.type} for w in answer.entries],
        "findings": [{"rule": f.rule, "detail": f.detail} for f in answer.findings],
    }


async def batch(request: Request) -> Response:
    """Take commands line by line; answer each on a line of its own, in the same order.

    With ``Prefer: promise`` each that is recorded bears a promise.
    """
    lang, caller, door = lang_of(request), caller_of(request), door_of(request)
    channel = channel_of(caller)
    told: list[bytes] = []
    async for lines in _chunks(request):
        asks: list[Ask] = []
        failed: dict[int, Exception] = {}
        for at, line in enumerate(lines):
            try:
                asks.append(message(line, channel))
            except BadInput as error:
                failed[at] = error
        given = await door.act_all(asks, caller)
        recorded = [one.last for one in given if isinstance(one, Recorded)]
        promises = await promises_for(request, recorded) if is_wanted(request) else None
        answers = iter(given)
        for at in range(len(lines)):
            answer = failed[at] if at in failed else next(answers)
            body = answer_body(answer, lang)
            if promises is not None and isinstance(answer, Recorded):
                body["promise"] = promises.get(answer.last)
            told.append(orjson.dumps(body))
    return Response(b"\n".join(told) + b"\n", media_type=NDJSON)


async def _chunks(request: Request) -> AsyncIterator[list[bytes]]:
    rest, lines = b"", list[bytes]()
    async for part in request.stream():
        *whole, rest = (rest + part).split(b"\n")
        rest = rest[: MESSAGE_BYTES_MAX + 1]  # what is longer is refused, and need not be held
        lines.extend(line for line in whole if line.strip())
        while len(lines) >= BATCH_LINES_MAX:
            yield lines[:BATCH_LINES_MAX]
            lines = lines[BATCH_LINES_MAX:]
    if rest.strip():
        lines.append(rest)
    if lines:
        yield lines
