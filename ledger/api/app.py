"""The application: API, pages, sign-in, and a security policy that lets nothing in from outside."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.api import commands, health, problems
from ledger.api.signin import SignIn
from ledger.application.running import Ledger
from ledger.security.sessions import Sessions

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


class SecurityHeaders:
    """Adds the security policy to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; its answer bears the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


Pages = Callable[[FastAPI], None]


def make_app(
    ledger: Ledger,
    sessions: Sessions,
    *,
    routers: Sequence[APIRouter] = (),
    pages: Sequence[Pages] = (),
) -> FastAPI:
    """Return the application over a running ledger.

    Args:
        ledger: The ledger.
        sessions: Who is signed in.
        routers: Further routes below ``/api/v1``: the questions.
        pages: What adds web pages to the application.
    """
    app = FastAPI(
        title="明账 Mingzhang",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.ledger = ledger
    app.state.sessions = sessions
    app.include_router(commands.routes(), prefix="/api/v1")
    for router in routers:
        app.include_router(router, prefix="/api/v1")
    app.include_router(health.routes())
    for add in pages:
        add(app)
    commands.describe(app)
    problems.install(app)
    app.add_middleware(SignIn, ledger=ledger, sessions=sessions)
    app.add_middleware(SecurityHeaders)
    return app
