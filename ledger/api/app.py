"""The application: API, pages, sign-in, and a security policy that lets nothing in from outside."""

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.api import commands, documents, exhibits, health, looks, packages, problems, receipts
from ledger.api.acting import Acting, command_in
from ledger.api.heads import HeadAsGet
from ledger.api.problems import TITLES, problem
from ledger.api.promises import Promising
from ledger.api.signin import SignIn
from ledger.api.static_log import add_log
from ledger.application.running import Ledger
from ledger.security.sessions import Sessions

HTTP_500 = 500
_log = logging.getLogger(__name__)

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
_RAW_HEADERS = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


class SecurityHeaders:
    """Adds the security policy to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; its answer bears the headers, also where a route broke."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = ended = False

        async def with_headers(message: Message) -> None:
            nonlocal begun, ended
            begun = True
            ended = message["type"] == "http.response.body" and not message.get("more_body")
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name for name, _ in headers}
                headers.extend(pair for pair in _RAW_HEADERS if pair[0] not in present)
                message["headers"] = headers
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:  # noqa: BLE001 - nobody above could answer in form
            # Its text may quote what was sent: the log learns the kind, the caller nothing.
            _log.error("%s %s failed: %s", scope.get("method"), _route(scope), _kinds(error))
            if ended:
                return  # a page has told of it already
            if begun:
                raise ConnectionAbortedError("an answer broke off") from None
            wanted = Headers(scope=scope).get("accept-language", "")
            lang = "en" if wanted.lower().startswith("en") else "zh"
            answer = problem(HTTP_500, "broken", TITLES["broken"], lang)
            await answer(scope, receive, with_headers)


def _route(scope: Scope) -> str:
    """Return the path as the route declares it; the real one may hold an id that was typed."""
    return str(getattr(scope.get("route"), "path", "an unknown path"))


def _kinds(error: BaseException) -> str:
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = "" if at is None else f" at {at.tb_frame.f_code.co_qualname}:{at.tb_lineno}"
    return type(error).__name__ + where


class Application(FastAPI):
    """The framework's application; single commands go past the framework.

    Attributes:
        acting: What answers those.
    """

    acting: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self.acting is not None and command_in(scope) is not None:
            scope["app"] = self
            await self.acting(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


Pages = Callable[[FastAPI], None]


def make_app(  # noqa: PLR0913 - what it is made of, by name
    ledger: Ledger,
    sessions: Sessions,
    *,
    routers: Sequence[APIRouter] = (),
    pages: Sequence[Pages] = (),
    published: Mapping[str, bytes] | None = None,
    promising: Promising | None = None,
    renewals: Path | None = None,
) -> FastAPI:
    """Return the application over a running ledger.

    Args:
        ledger: The ledger.
        sessions: Who is signed in.
        routers: Further routes below ``/api/v1``: the questions.
        pages: What adds web pages to the application.
        published: Keys and policy of the log, by their paths below ``/log/``; it may change.
        promising: Gives what signs promises, where the log has keys for them.
        renewals: Where the log's later words on its roots are kept, for packages.
    """
    app = Application(
        title="明账 Mingzhang",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.ledger = ledger
    app.state.sessions = sessions
    commands.install(app)
    for router in routers:
        app.include_router(router, prefix=commands.PREFIX)
    app.include_router(receipts.routes(), prefix=commands.PREFIX)
    app.include_router(exhibits.routes(), prefix=commands.PREFIX)
    app.include_router(documents.routes(), prefix=commands.PREFIX)
    app.include_router(packages.routes(), prefix=commands.PREFIX)
    packages.add_packages(app, renewals)
    app.state.checkpoints = receipts.checkpoints(ledger.pool)
    app.state.promising = promising
    app.state.watch = None
    add_log(app, published or {})
    app.include_router(health.routes())
    if not ledger.is_copy:
        app.include_router(looks.routes())
    for add in pages:
        add(app)
    problems.install(app)
    app.add_middleware(SignIn, ledger=ledger, sessions=sessions)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(HeadAsGet)
    app.acting = SecurityHeaders(SignIn(Acting(ledger), ledger=ledger, sessions=sessions))
    return app
