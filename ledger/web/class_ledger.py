"""一表通: the class ledger, filtered, sorted, summed up, as of any moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, get_args

import orjson
from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from aggregates.law.catalogues import TrainingType
from ledger.application.asking import Asked, asking
from ledger.application.criteria import ClassCriteria, refused, when
from ledger.application.naming import COUNTIES, code_title, county_title
from ledger.web.rendering import Address, Lang, caller_of, lang_of, ledger_of, render
from ledger.web.spelling import share
from ledger.web.texts import TEXTS, say
from projections.class_ledger import queries
from projections.class_ledger.choices import Institution, institutions
from projections.class_ledger.queries import STATUSES, ClassFilter, ClassTotals, Share
from projections.model import Moment
from projections.paging import BadCursor

TONES: Mapping[str, str] = {
    "RETURNED": "amber",
    "REJECTED": "red",
    "APPROVED": "sky",
    "RUNNING": "green",
    "TAUGHT": "teal",
    "ASSESSED": "violet",
    "CLOSED": "ink-3",
    "FILED": "blue",
}
"""The colours of states."""
MONTHS_MAX = 60
"""Up to how many months a chart shows those in which nothing began."""
CHOICES_SECONDS = 60
"""How long the institutions of a form are remembered."""


class Head(NamedTuple):
    """A column on the page: its field, and whether it stands in the usual view."""

    name: str
    usual: bool = False


GROUPS: tuple[tuple[str, tuple[Head, ...]], ...] = (
    (
        "group class",
        (
            Head("filing_no", usual=True),
            Head("county", usual=True),
            Head("institution", usual=True),
            Head("training_type", usual=True),
            Head("occupation", usual=True),
            Head("level", usual=True),
            Head("plan_month"),
        ),
    ),
    (
        "group days",
        (
            Head("filed_on", usual=True),
            Head("approved_on"),
            Head("started_on", usual=True),
            Head("ended_on"),
        ),
    ),
    (
        "group hours",
        (
            Head("hours_total", usual=True),
            Head("hours_theory"),
            Head("hours_practice"),
            Head("hours_online"),
        ),
    ),
    (
        "group heads",
        (
            Head("heads_filed"),
            Head("heads_trained", usual=True),
            Head("heads_passed"),
            Head("heads_certified", usual=True),
            Head("heads_claimed"),
            Head("heads_approved"),
            Head("heads_paid"),
        ),
    ),
    (
        "group supervision",
        (Head("inspections"), Head("inspections_double"), Head("changes")),
    ),
    (
        "group money",
        (
            Head("standard_fen"),
            Head("claimed_fen", usual=True),
            Head("approved_fen"),
            Head("publicised_fen"),
            Head("paid_fen", usual=True),
            Head("recovered_fen"),
        ),
    ),
    (
        "group publicity",
        (Head("fund"), Head("publicised_from"), Head("publicised_to"), Head("objections")),
    ),
    ("group state", (Head("status", usual=True),)),
)
"""The columns of 班期台账, in the clerks' order."""
SUMMED = frozenset(name for name in ClassTotals.__dataclass_fields__ if name != "classes")


@dataclass(frozen=True, slots=True)
class Chip:
    """A criterion in force, and the address without it."""

    title: str
    text: str
    away: str


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/", page, methods=["GET"])
    return router


def criteria_of(asked: QueryParams) -> ClassCriteria:
    """Read the criteria of the page's address."""
    return ClassCriteria(
        q=asked.get("q", ""),
        county=asked.getlist("county"),
        institution=asked.getlist("institution"),
        training_type=asked.getlist("training_type"),
        status=asked.getlist("status"),
        start=asked.get("start", ""),
        end=asked.get("end", ""),
        sort=asked.get("sort", "-filed_on"),
    )


async def page(request: Request) -> Response:
    """Show the ledger."""
    criteria, params = criteria_of(request.query_params), request.query_params
    lang = lang_of(request)
    async with asking(ledger_of(request), caller_of(request), "class-ledger") as asked:
        only, order = criteria.only(asked.reach), criteria.order()
        then = await when(asked, params.get("at", "").strip(), params.get("until", "").strip())
        connection = asked.connection
        try:
            rows = await queries.page(
                connection,
                only=only,
                order=order,
                cursor=params.get("cursor") or None,
                moment=then.moment,
            )
        except BadCursor:
            raise refused("cursor", TEXTS["bad cursor"]) from None
        totals = await queries.totals(connection, only=only, moment=then.moment)
        months, statuses = await _shares(asked, only, then.moment)
        bodies = await _institutions(request, asked)
    wide = params.get("columns") == "all"
    names = {str(one.id): one.name for one in bodies}
    return render(
        request,
        "class_ledger.html",
        standing=asked.standing,
        reach=asked.reach,
        criteria=criteria,
        when=then,
        page=rows,
        totals=totals,
        certified=share(totals.heads_certified, totals.heads_trained),
        paid=share(totals.paid_fen, totals.claimed_fen),
        charts={"months": _by_month(months, lang), "statuses": _by_status(statuses, lang)},
        months=months,
        statuses=statuses,
        bodies=bodies,
        counties=COUNTIES,
        types=get_args(TrainingType),
        all_statuses=STATUSES,
        tones=TONES,
        groups=_groups(wide=wide),
        summed=SUMMED,
        wide=wide,
        chips=list(_chips(request, lang, names)),
    )


async def _shares(
    asked: Asked, only: ClassFilter, moment: Moment | None
) -> tuple[list[Share], list[Share]]:
    months = await queries.shares(asked.connection, "month", only=only, moment=moment)
    statuses = await queries.shares(asked.connection, "status", only=only, moment=moment)
    return months, statuses


def _groups(*, wide: bool) -> list[tuple[str, Sequence[Head]]]:
    shown = [
        (title, tuple(head for head in heads if wide or head.usual)) for title, heads in GROUPS
    ]
    return [(title, heads) for title, heads in shown if heads]


def _wan(fen: int) -> float:
    return round(fen / 1_000_000, 1)


def _every_month(months: Sequence[Share]) -> list[Share]:
    """Return the months with those between them in which nothing began."""
    told = {one.of: one for one in months if one.of}
    if not told:
        return list(months)
    first, last = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (min(told), max(told)))
    if last - first > MONTHS_MAX:
        return list(months)
    names = [f"{at // 12}-{at % 12 + 1:02d}" for at in range(first, last + 1)]
    return [told.get(name, Share(name, 0, 0, 0, 0)) for name in names]


def _by_month(asked: Sequence[Share], lang: Lang) -> str:
    months = _every_month(asked)
    return orjson.dumps(
        {
            "labels": [one.of or say("no month", lang) for one in months],
            "series": [
                {"name": say("claimed wan", lang), "values": [_wan(m.claimed_fen) for m in months]},
                {"name": say("paid wan", lang), "values": [_wan(m.paid_fen) for m in months]},
                {
                    "name": say("classes", lang),
                    "values": [m.classes for m in months],
                    "line": True,
                },
            ],
        }
    ).decode()


def _by_status(statuses: Sequence[Share], lang: Lang) -> str:
    by_code = {one.of: one.classes for one in statuses}
    told = []
    for one in STATUSES:
        title = code_title("status", one)
        if by_code.get(one) and title is not None:
            tone = TONES.get(one, "ink-3")
            told.append({"name": title.text(lang), "value": by_code[one], "tone": tone})
    return orjson.dumps({"pie": told}).decode()


def _chips(request: Request, lang: Lang, names: Mapping[str, str]) -> list[Chip]:
    address = Address(request.url.path, tuple(request.query_params.multi_items()))
    words: dict[str, Any] = {
        "county": lambda value: county_title(value).text(lang),
        "institution": lambda value: names.get(value, value),
        "training_type": lambda value: _code("training_type", value, lang),
        "status": lambda value: _code("status", value, lang),
    }
    shown = ("q", "county", "institution", "training_type", "status", "start", "end", "until")
    return [
        Chip(
            say(f"criterion {name}", lang),
            words[name](value) if name in words else value,
            address.without(name, value),
        )
        for name, value in address.values
        if name in shown and value
    ]


def _code(field: str, value: str, lang: Lang) -> str:
    title = code_title(field, value)
    return value if title is None else title.text(lang)


async def _institutions(request: Request, asked: Asked) -> list[Institution]:
    """Return the institutions to choose from, remembered for a minute."""
    if asked.reach.institution is not None:
        return []
    held: dict[str, tuple[datetime, list[Institution]]]
    held = request.app.state.__dict__.setdefault("institutions_known", {})
    now = ledger_of(request).clock.now()
    known = held.get(asked.reach.county)
    if known is None or known[0] + timedelta(seconds=CHOICES_SECONDS) < now:
        found = await institutions(asked.connection, asked.reach.county)
        known = held[asked.reach.county] = (now, found)
    return known[1]
