"""One entry as it stands in the log, with what anybody can check of it; and the search box."""

import re
from hashlib import sha256
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from ledger.application.asking import asking
from ledger.application.entries import entry_for
from ledger.security.authority import may
from ledger.web.rendering import caller_of, ledger_of, link, render
from projections.class_ledger import queries
from projections.class_ledger.queries import ClassFilter

SEE_OTHER = 303
_POSITION = re.compile(r"#?([0-9]{1,14})")
_NUMBER_OF_A_PERSON = re.compile(r"[0-9]{15}|[0-9]{17}[0-9Xx]")


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/entries/{position}", page, methods=["GET"])
    router.add_api_route("/find", find, methods=["GET"])
    return router


async def page(request: Request, position: int) -> Response:
    """Show an entry."""
    async with asking(ledger_of(request), caller_of(request), "entry") as asked:
        kept = await entry_for(asked, position)
    attributes = orjson.loads(kept.body)
    about = attributes["data"].get("class_id") if may(asked.caller, "class-ledger") else None
    computed = sha256(b"\0" + kept.body.encode()).hexdigest()
    return render(
        request,
        "entry.html",
        standing=asked.standing,
        kept=kept,
        leaf=kept.leaf.hex(),
        computed=computed,
        size=len(kept.body.encode()),
        class_id=about,
        attributes={name: value for name, value in attributes.items() if name != "data"},
        data=orjson.dumps(attributes["data"], option=orjson.OPT_INDENT_2).decode(),
    )


async def find(request: Request, q: str = "") -> Response:
    """Go where the search box points: a position, a class, or the ledger filtered by the text."""
    text = q.strip()
    number = _POSITION.fullmatch(text)
    if number is not None:
        return RedirectResponse(f"/entries/{int(number[1])}", SEE_OTHER)
    if _NUMBER_OF_A_PERSON.fullmatch(text):
        return RedirectResponse("/trail", SEE_OTHER)
    try:
        return RedirectResponse(f"/classes/{UUID(text)}", SEE_OTHER)
    except ValueError:
        pass
    async with asking(ledger_of(request), caller_of(request), "class-ledger") as asked:
        only = ClassFilter(
            text=text,
            counties=(asked.reach.county,) if asked.reach.county else (),
            institution_ids=() if asked.reach.institution is None else (asked.reach.institution,),
        )
        found = await queries.page(asked.connection, only=only, rows=2)
    if text and len(found.rows) == 1:
        return RedirectResponse(f"/classes/{found.rows[0].class_id}", SEE_OTHER)
    return RedirectResponse(link("/", q=text), SEE_OTHER)
