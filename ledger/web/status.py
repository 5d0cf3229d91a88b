"""How far everything has come: log, read models, trees, Kafka, and how far a copy is behind."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.application.asking import asking
from ledger.application.progress import progress_of
from ledger.web.rendering import caller_of, lang_of, ledger_of, render
from projections.catalogue import MODELS


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/status", page, methods=["GET"])
    return router


async def page(request: Request) -> Response:
    """Show how far everything has come."""
    ledger = ledger_of(request)
    async with asking(ledger, caller_of(request), "class-ledger") as asked:
        told = await progress_of(asked.connection)
    lang = lang_of(request)
    return render(
        request,
        "status.html",
        standing=asked.standing,
        told=told,
        titles={one.name: one.title.text(lang) for one in MODELS},
        is_copy=ledger.is_copy,
    )
