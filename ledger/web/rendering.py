"""Rendering: templates, the reader's language and theme, and what frames every page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from aggregates.decisions import Caller
from ledger.application.asking import Standing
from ledger.application.running import Ledger
from ledger.security.authority import Question, may
from ledger.web.spelling import filters
from ledger.web.texts import say

HERE = Path(__file__).parent
STATIC = HERE / "static"
LANG_COOKIE = "lang"
THEME_COOKIE = "theme"
YEAR_SECONDS = 365 * 24 * 3600
_DIGEST_SHOWN = 12

PASSING = frozenset({"lang", "cursor", "before", "after"})
"""What an address says of the moment, not of the criteria."""

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the side menu."""

    path: str
    icon: str
    text: str
    question: Question | None


PLACES = (
    Place("/", "list", "class ledger", "class-ledger"),
    Place("/risk", "bars", "risk", "risk"),
    Place("/duties", "clock", "duties", "duties"),
    Place("/archive", "box", "archive", "archive"),
    Place("/trail", "route", "trail", "trail"),
    Place("/funds", "coins", "funds", "funds"),
    Place("/verify", "check", "verify", None),
    Place("/status", "pulse", "status", "class-ledger"),
    Place("/docs", "code", "api docs", None),
)
"""The side menu; a place is shown to whoever may ask its question."""


def lang_of(request: Request) -> Lang:
    """Return the language that the reader chose; Chinese where none was chosen."""
    asked = request.query_params.get("lang") or request.cookies.get(LANG_COOKIE)
    return "en" if asked == "en" else "zh"


@cache
def _environment(lang: Lang) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters(lang))
    environment.globals.update(
        t=lambda name, /, **values: say(name, lang, **values), lang=lang, asset=asset, link=link
    )
    return environment


@cache
def asset(name: str) -> str:
    """Return the address of one of our own assets; it changes when the asset does."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:_DIGEST_SHOWN]
    return f"/static/{name}?v={digest}"


def link(path: str, values: Iterable[tuple[str, object]] = (), **more: object) -> str:
    """Return an address with the values that say something."""
    told = [(k, v) for k, v in (*values, *more.items()) if v not in (None, "")]
    return f"{path}?{urlencode(told)}" if told else path


def ledger_of(request: Request) -> Ledger:
    """Return the running ledger."""
    held: Ledger = request.app.state.ledger
    return held


def caller_of(request: Request) -> Caller | None:
    """Return who looks at the page, None before the sign-in."""
    return getattr(request.state, "caller", None)


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a page with its criteria, from which other addresses are made.

    Attributes:
        path: The path.
        values: Names and values, as they were asked.
    """

    path: str
    values: tuple[tuple[str, str], ...]

    def but(self, **changed: object) -> str:
        """Return the address with some values changed; None leaves a value out.

        The place in a list and the language are never taken along.
        """
        dropped = {*changed, *PASSING}
        kept = [(k, v) for k, v in self.values if k not in dropped and v]
        return link(self.path, [*kept, *changed.items()])

    def file(self, path: str, form: str) -> str:
        """Return the address of the same list as a file."""
        kept = [(k, v) for k, v in self.values if v and k not in PASSING | {"columns"}]
        return link(path, kept, format=form)

    def without(self, name: str, value: str) -> str:
        """Return the address without one of the values of a name."""
        kept = [(k, v) for k, v in self.values if (k, v) != (name, value) and k not in PASSING]
        return link(self.path, kept)


def render(
    request: Request,
    template: str,
    *,
    standing: Standing | None = None,
    status: int = 200,
    **values: Any,  # noqa: ANN401 - what the template shows
) -> HTMLResponse:
    """Return a page.

    Args:
        request: What is answered.
        template: The template's file name.
        standing: How far log and read models have come, where the page shows data.
        status: The HTTP status.
        values: What the template shows.
    """
    lang = lang_of(request)
    ledger, caller = ledger_of(request), caller_of(request)
    address = Address(request.url.path, tuple(request.query_params.multi_items()))
    frame: Mapping[str, Any] = {
        "here": request.url.path,
        "address": address,
        "lang_link": address.but(lang="zh" if lang == "en" else "en"),
        "theme": request.cookies.get(THEME_COOKIE, ""),
        "caller": caller,
        "demo": getattr(request.state, "demo", False),
        "standing": standing,
        "simulated": ledger.simulated,
        "is_copy": ledger.is_copy,
        "source": ledger.source,
        "now": ledger.clock.now(),
        "places": [
            place
            for place in PLACES
            if caller is not None and (place.question is None or may(caller, place.question))
        ],
    }
    body = _environment(lang).get_template(template).render({**frame, **values})
    # What stands on a page is for this reader alone.
    answer = HTMLResponse(body, status, {"cache-control": "no-store", "vary": "Cookie"})
    if request.query_params.get("lang") in {"zh", "en"}:
        answer.set_cookie(
            LANG_COOKIE, request.query_params["lang"], max_age=YEAR_SECONDS, samesite="lax"
        )
    return answer
