"""How far everything has come: log, read models, trees, witnesses, Kafka, and a copy."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.application.asking import asking
from ledger.application.progress import TakenIn, progress_of
from ledger.integration.watch import watched
from ledger.integration.witnesses import TEXTS
from ledger.web.rendering import caller_of, lang_of, ledger_of, render
from projections.catalogue import MODELS


class Reason(NamedTuple):
    """Why messages of a topic wait.

    Attributes:
        topic: The topic.
        fault: The reason; empty: they wait behind another message.
        waiting: How many wait now.
        letters: How many ever came to wait for it.
    """

    topic: str
    fault: str
    waiting: int
    letters: int


def reasons(taken_in: Sequence[TakenIn]) -> Iterator[Reason]:
    """Yield why messages wait, or once did."""
    for one in taken_in:
        letters = one.dead_letters
        for fault in sorted(letters.keys() | one.waits.keys()):
            yield Reason(one.topic, fault, one.waits.get(fault, 0), letters.get(fault, 0))


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
        vouched = await watched(asked.connection, request.app.state.watch)
    lang = lang_of(request)
    return render(
        request,
        "status.html",
        standing=asked.standing,
        told=told,
        reasons=tuple(reasons(told.taken_in)),
        vouched=vouched,
        outcomes={one.value: text.text(lang) for one, text in TEXTS.items()},
        titles={one.name: one.title.text(lang) for one in MODELS},
        is_copy=ledger.is_copy,
    )
