"""资金账 and what single persons were granted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from ledger.application.access import record_access
from ledger.application.asking import asking, leaves_trace, purpose_of
from ledger.application.criteria import counties_of, when, year
from ledger.application.naming import COUNTIES
from ledger.web.rendering import caller_of, ledger_of, link, render
from ledger.web.trail import SEE_OTHER, purpose_in
from projections.entitlements import queries as entitlements
from projections.funds import queries as funds
from projections.funds.queries import FundRow

AMOUNTS = ("allocated_fen", "reserved_fen", "released_fen", "paid_fen", "balance_fen")
CAP = 3
"""How many training subsidies a person may have in a year (ELG-07)."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What the books of a page add up to, in fen."""

    allocated_fen: int
    reserved_fen: int
    released_fen: int
    paid_fen: int
    balance_fen: int


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/funds", books, methods=["GET"])
    router.add_api_route("/entitlements/{person}", granted, methods=["GET"])
    return router


def sums_of(rows: Sequence[FundRow]) -> Sums:
    """Return what books add up to."""
    return Sums(*(sum(getattr(row, name) for row in rows) for name in AMOUNTS))


async def books(request: Request) -> Response:
    """Show the books of the funds."""
    params = request.query_params
    async with asking(ledger_of(request), caller_of(request), "funds") as asked:
        then = await when(asked, params.get("at", "").strip(), params.get("until", "").strip())
        counties = [one for one in params.getlist("county") if one]
        rows = await funds.rows(
            asked.connection,
            counties=counties_of(asked.reach, counties),
            years=year("year", params.get("year", "").strip()),
            moment=then.moment,
        )
    return render(
        request,
        "funds.html",
        standing=asked.standing,
        reach=asked.reach,
        when=then,
        rows=rows,
        sums=sums_of(rows),
        amounts=AMOUNTS,
        county=counties,
        year=params.get("year", ""),
        counties=COUNTIES,
    )


async def granted(request: Request, person: UUID) -> Response:
    """Show what one person was granted."""
    params, ledger, purpose = request.query_params, ledger_of(request), purpose_in(request)
    async with asking(ledger, caller_of(request), "entitlements") as asked:
        then = await when(asked, params.get("at", "").strip())
        if leaves_trace(asked.caller):
            if not purpose.text:
                return RedirectResponse(link("/trail", kind="person", id=person), SEE_OTHER)
            await record_access(
                ledger,
                asked.caller,
                what=f"entitlements/{person}",
                fields=("entitlements",),
                purpose=purpose_of(purpose.text, purpose.task),
                person=person,
            )
        items = await entitlements.of_person(asked.connection, person, moment=then.moment)
        years = await entitlements.years_of_person(asked.connection, person, moment=then.moment)
    return render(
        request,
        "entitlements.html",
        standing=asked.standing,
        when=then,
        person=person,
        items=items,
        years=years,
        cap=CAP,
        tones={"RESERVED": "amber", "USED": "green", "RELEASED": ""},
    )
