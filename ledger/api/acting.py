"""One command a request, taken before the framework: the way that most requests come.

The framework's routing, its layers for exceptions and its request and response objects cost such
a request more than its decision does. So what is sent to ``/api/v1/commands/<name>`` goes past
them. What is answered, and how a failure is told, comes from ``commands`` and ``problems`` as for
every other way.
"""

from typing import Final

import orjson
from fastapi import Request
from starlette.types import Receive, Scope, Send

from aggregates.decisions import COMMANDS, Caller
from ledger.api.commands import (
    HTTP_CREATED,
    PREFIX,
    answer_body,
    body_read,
    channel_of,
    recorded_body,
    versions_in,
)
from ledger.api.problems import PROBLEM, TOLD, TooLarge, failure_body, lang_of
from ledger.api.promises import is_wanted, promises_for
from ledger.application.answers import Ask, Recorded
from ledger.application.messages import MESSAGE_BYTES_MAX, key_of
from ledger.application.running import Ledger

ONE_COMMAND: Final = f"{PREFIX}/commands/"
_JSON: Final = (b"content-type", b"application/json")
_PROBLEM: Final = (b"content-type", PROBLEM.encode())


def command_in(scope: Scope) -> str | None:
    """Return the command that a request sends on its own; None if it is another request."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    path: str = scope["path"]
    if not path.startswith(ONE_COMMAND):
        return None
    name = path[len(ONE_COMMAND) :]
    return name if name in COMMANDS else None


class Acting:
    """Answers single commands, and those alone."""

    def __init__(self, ledger: Ledger) -> None:
        """Stand before the door of a ledger."""
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request of a caller who is known."""
        name = command_in(scope)
        assert name is not None  # noqa: S101 - nothing else is sent here
        await self._act(name, scope, receive, send)

    async def _act(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            sent = await _body(receive)
            if sent is None:
                return
            caller: Caller = scope["state"]["caller"]
            headers = dict(scope["headers"])
            answer = await self._ledger.door.act(_ask(name, sent, caller, headers), caller)
            if isinstance(answer, Recorded):
                body = recorded_body(answer)
                if b"prefer" in headers and is_wanted(request := Request(scope)):
                    body["promise"] = (await promises_for(request, [answer.last])).get(answer.last)
            else:
                body = answer_body(answer, lang_of(Request(scope)))
        except TOLD as error:
            body = failure_body(error, lang_of(Request(scope)))
        await _answer(body["status"], orjson.dumps(body), send)


async def _body(receive: Receive) -> bytes | None:
    """Return what was sent; None if whoever sent it has gone.

    Raises:
        TooLarge: it is longer than any command.
    """
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        whole: bytes = message.get("body", b"")
        if len(whole) > MESSAGE_BYTES_MAX:
            raise TooLarge
        return whole
    parts = bytearray()
    while message["type"] == "http.request":
        parts += message.get("body", b"")
        if len(parts) > MESSAGE_BYTES_MAX:
            raise TooLarge
        if not message.get("more_body"):
            return bytes(parts)
        message = await receive()
    return None


def _ask(name: str, sent: bytes, caller: Caller, headers: dict[bytes, bytes]) -> Ask:
    key = headers.get(b"idempotency-key")
    if_match = headers.get(b"if-match")
    return Ask(
        command=name,
        data=body_read(sent),
        key=None if key is None else key_of(key.decode("latin-1"), "Idempotency-Key"),
        channel=channel_of(caller),
        if_match={} if if_match is None else versions_in(if_match.decode("latin-1")),
    )


async def _answer(status: int, body: bytes, send: Send) -> None:
    kind = _JSON if status == HTTP_CREATED else _PROBLEM
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [kind, length]})
    await send({"type": "http.response.body", "body": body})
