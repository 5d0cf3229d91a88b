"""Failures as pages: whoever reads with a browser gets words, not JSON.

Problems are made in one place, for all doors. This middleware only retells those that are on
their way to a browser.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.web.rendering import lang_of, render
from ledger.web.texts import say

PROBLEM = b"application/problem+json"
BROKEN = 500


class FailuresAsPages:
    """Turns problems into pages for readers who accept HTML."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; a problem that comes back becomes a page."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        # The reader's own choice of language goes before the browser's.
        MutableHeaders(scope=scope)["accept-language"] = lang_of(request)
        held: list[Message] = []
        begun = False

        async def retold(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start":
                if not _is_problem(message["headers"]):
                    await send(message)
                    return
                held.append(message)
            elif not held:
                await send(message)
            else:
                held.append(message)
                if not message.get("more_body", False):
                    told = b"".join(part.get("body", b"") for part in held[1:])
                    page = _page(request, orjson.loads(told))
                    await page(scope, receive, send)

        try:
            await self._app(scope, receive, retold)
        except Exception:
            # The reader gets a page; what went wrong is for the log of whoever runs the service.
            if not begun:
                page = _page(request, {"status": BROKEN, "title": say("broken", lang_of(request))})
                await page(scope, receive, send)
            raise


def _is_problem(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name == b"content-type" and PROBLEM in value for name, value in headers)


def _page(request: Request, problem: dict[str, Any]) -> ASGIApp:
    status = int(problem["status"])
    return render(request, "failure.html", status=status, problem=problem)
