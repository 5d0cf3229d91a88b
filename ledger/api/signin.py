"""Who calls: found out once for every request, before any route.

A machine sends ``Authorization: Bearer <token>``; a person's browser sends a session cookie.
A request with a cookie that would change something must come from our own pages (Origin or
Sec-Fetch-Site), so that no other site can act in somebody's name.
"""

from collections.abc import Iterable
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregates.decisions import Caller
from aggregates.language import Message
from ledger.api.problems import TITLES, failure, lang_of
from ledger.application.running import Ledger
from ledger.security.authority import Denied
from ledger.security.sessions import COOKIE, Sessions
from ledger.security.tokens import Unauthenticated, caller_of

OPEN_PREFIXES = (
    "/static/",
    "/login",
    "/healthz",
    "/readyz",
    "/metrics",
    "/version",
    "/problems/",
    "/log/",
)
"""What anybody may fetch: assets, the way in, health; the log's own tiles are public by design."""
TOKENS_HELD_MAX = 1_000
TOKEN_SECONDS = 30
"""How long a token's holder is remembered before it is looked up again: a revocation takes this."""

_BEARER = b"Bearer "
_FOREIGN = Message("请求来自其他网站，已拒绝", "the request comes from another site")


class SignIn:
    """Puts the caller on every request, or answers 401.

    ``scope["state"]["caller"]`` is the caller; pages read ``scope["state"]["session"]`` too.
    """

    def __init__(self, app: ASGIApp, *, ledger: Ledger, sessions: Sessions) -> None:
        self._app = app
        self._ledger = ledger
        self._sessions = sessions
        self._held: dict[bytes, tuple[Caller, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through with its caller."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        token = _bearer(scope["headers"])
        if token is not None and (held := self._remembered(token)) is not None:
            state["caller"] = held
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            caller = await self._caller(headers, scope["method"], state)
        except (Unauthenticated, Denied) as error:
            await self._answer(error, scope, receive, send)
            return
        if caller is None and not scope["path"].startswith(OPEN_PREFIXES):
            if "text/html" in headers.get("accept", ""):
                # Also whoever sent a form when their session was over already.
                entry = "/login/role" if "session" in state else "/login"
                await RedirectResponse(entry + _way_back(scope), 303)(scope, receive, send)
                return
            unknown = Unauthenticated(TITLES["unauthenticated"])
            await self._answer(unknown, scope, receive, send)
            return
        state["caller"] = caller
        await self._app(scope, receive, send)

    async def _caller(self, headers: Headers, method: str, state: dict[str, Any]) -> Caller | None:
        authorization = headers.get("authorization", "")
        if authorization:
            kind, _, token = authorization.partition(" ")
            if kind.lower() != "bearer":
                raise Unauthenticated(TITLES["unauthenticated"])
            return await self._holder(token.strip())
        # Leniently, as browsers send them: other programs of this machine set cookies as well.
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE)
        if cookie is None:
            return None
        session = self._sessions.of(cookie, self._ledger.clock.now())
        if session is None:
            return None
        if method not in {"GET", "HEAD"} and not _own_site(headers):
            raise Denied(_FOREIGN)
        state["session"] = cookie
        state["demo"] = session.demo
        return session.caller

    def _remembered(self, token: bytes) -> Caller | None:
        """Return whose token it is, if that was looked up a moment ago."""
        held = self._held.get(token)
        return held[0] if held is not None and monotonic() - held[1] < TOKEN_SECONDS else None

    async def _holder(self, token: str) -> Caller:
        now = self._ledger.clock.now()
        looked = monotonic()
        async with self._ledger.pool.connection() as connection:
            caller = await caller_of(connection, token, now)
        if len(self._held) >= TOKENS_HELD_MAX:
            self._held.clear()
        self._held[token.encode("latin-1")] = (caller, looked)
        return caller

    @staticmethod
    async def _answer(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        await failure(error, lang_of(Request(scope)))(scope, receive, send)


def _bearer(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    for name, value in headers:
        if name == b"authorization":
            return value[len(_BEARER) :] if value.startswith(_BEARER) else None
    return None


def _way_back(scope: Scope) -> str:
    """Return what brings a reader to the page that they asked for, once they are signed in.

    What was typed into the search box may be somebody's number, and is not passed on.
    """
    if scope["method"] != "GET" or scope["path"] in {"/", "/find"}:
        return ""
    query = scope["query_string"].decode("latin-1")
    return "?" + urlencode({"next": scope["path"] + (f"?{query}" if query else "")})


def _own_site(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")
