"""The way in: a one-time link and a choice of roles in the demonstration, a token otherwise."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from aggregates.decisions import Caller
from aggregates.ids import InstitutionId
from aggregates.language import Message
from ledger.application.naming import COUNTIES
from ledger.application.parsing import BadInput, Problem
from ledger.application.running import Ledger
from ledger.security.authority import Denied
from ledger.security.roles import ROLES
from ledger.security.sessions import COOKIE, SESSION_HOURS, Sessions
from ledger.security.tokens import Unauthenticated, caller_of, person_named
from ledger.web.rendering import render
from ledger.web.trail import forget
from projections.class_ledger.choices import institutions
from projections.class_ledger.queries import values

SEE_OTHER = 303
COUNTY_CHARACTERS = 6
UNAUTHORISED = 401
DEMO_ROLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("roles that supervise", ("AUDITOR", "DISCIPLINE", "RISK_OFFICER")),
    ("roles of the city", ("CITY_HR", "CITY_CENTRE")),
    ("roles of a county", ("COUNTY_HR", "COUNTY_CLERK", "COUNTY_REVIEWER", "INSPECTOR", "FINANCE")),
    ("roles of an institution", ("INST_CLERK", "INST_HEAD")),
)
"""The roles that the demonstration offers, in groups: those whose pages are filled."""

_ROLE = Message("请选择一个角色", "choose a role")
_INSTITUTION = Message("请选择一个机构", "choose an institution")
_FOREIGN = Message("请求来自其他网站，已拒绝", "the request comes from another site")


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/login", login, methods=["GET"])
    router.add_api_route("/login", with_token, methods=["POST"])
    router.add_api_route("/login/role", roles, methods=["GET"])
    router.add_api_route("/login/role", choose, methods=["POST"])
    router.add_api_route("/logout", leave, methods=["POST"])
    return router


def _sessions(request: Request) -> Sessions:
    held: Sessions = request.app.state.sessions
    return held


def _ledger(request: Request) -> Ledger:
    held: Ledger = request.app.state.ledger
    return held


def _entered(request: Request, session: str, path: str) -> Response:
    answer = RedirectResponse(path, SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        session,
        max_age=SESSION_HOURS * 3600,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    forget(answer)
    return answer


def place_in(told: str) -> str:
    """Return the page of this site that somebody wants to see after the sign-in."""
    is_ours = told.startswith("/") and told[1:2] not in {"/", "\\"} and told.isprintable()
    return told if is_ours and not told.startswith("/login") else "/"


def _wanted(request: Request) -> str:
    return place_in(request.query_params.get("next", ""))


async def login(request: Request, code: str | None = None) -> Response:
    """Take the code of a login link, or ask for a token."""
    demo = bool(getattr(request.app.state, "demo", False))
    if code is None or getattr(request.state, "bodiless", False):
        # A preview that only asks for the head must not use up the link.
        return render(request, "login.html", demo_place=demo, wrong="", wanted=_wanted(request))
    session = _sessions(request).take_link(code, _ledger(request).clock.now())
    if session is None:
        return render(
            request,
            "login.html",
            status=UNAUTHORISED,
            demo_place=demo,
            wrong="link used",
            wanted="",
        )
    return _entered(request, session, "/login/role")


async def with_token(
    request: Request,
    token: Annotated[str, Form()] = "",
    wanted: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Exchange a token for a session."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Denied(_FOREIGN)
    ledger = _ledger(request)
    now = ledger.clock.now()
    try:
        async with ledger.pool.connection() as connection:
            caller = await caller_of(connection, token.strip(), now)
    except Unauthenticated:
        return render(
            request,
            "login.html",
            status=UNAUTHORISED,
            demo_place=False,
            wrong="token unknown",
            wanted=place_in(wanted),
        )
    return _entered(request, _sessions(request).begin(caller, now), place_in(wanted))


async def roles(request: Request) -> Response:
    """Show the roles that a demonstration session may choose."""
    if not getattr(request.state, "demo", False):
        return RedirectResponse("/login", SEE_OTHER)
    async with _ledger(request).pool.connection() as connection:
        bodies = await institutions(connection)
        counties = await values(connection, "county")
    return render(
        request,
        "roles.html",
        groups=[(title, [ROLES[one] for one in codes]) for title, codes in DEMO_ROLES],
        counties=counties or list(COUNTIES),
        institutions=bodies,
        wanted=_wanted(request),
    )


async def choose(
    request: Request,
    role: Annotated[str, Form()] = "",
    county: Annotated[str, Form()] = "",
    institution: Annotated[str, Form()] = "",
    wanted: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Give a demonstration session its role."""
    if not getattr(request.state, "demo", False):
        return RedirectResponse("/login", SEE_OTHER)
    known = ROLES.get(role)
    if known is None or not any(role in codes for _, codes in DEMO_ROLES):
        raise BadInput(Problem("role", _ROLE))
    caller = Caller(
        person=person_named(f"demo {role}"),
        role=role,
        county=county[:COUNTY_CHARACTERS] if known.reach == "COUNTY" else "",
        institution=_institution(institution) if known.reach == "INSTITUTION" else None,
    )
    sessions, now = _sessions(request), _ledger(request).clock.now()
    if not sessions.choose(request.state.session, caller, now):
        return RedirectResponse("/login", SEE_OTHER)
    answer = RedirectResponse(place_in(wanted), SEE_OTHER)
    forget(answer)
    return answer


def _institution(told: str) -> InstitutionId:
    try:
        return InstitutionId(UUID(told))
    except ValueError:
        raise BadInput(Problem("institution", _INSTITUTION)) from None


async def leave(request: Request) -> Response:
    """End the session."""
    session = getattr(request.state, "session", None)
    if session is not None:
        _sessions(request).end(session)
    answer = RedirectResponse("/login", SEE_OTHER)
    answer.delete_cookie(COOKIE)
    forget(answer)
    return answer
