"""The witness over HTTP: ``POST /add-checkpoint`` and ``GET /<hash of origin>/checkpoint``."""

import asyncio
import logging
from typing import Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.clock import Clock
from ledger.errors import Failure
from ledger.evidence.witness import PATH, REQUEST_BYTES_MAX, TEXT
from ledger.witnessing.keeping import Memory

BODY_SECONDS: Final = 30.0
_BAD_REQUEST: Final = 400
_TOO_SLOW: Final = 408
_TOO_LARGE: Final = 413
_BROKEN: Final = 500
_NOT_FOUND: Final = 404

_log = logging.getLogger(__name__)


class Answering:
    """Answers for one witness."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        """Answer by a memory, with the time of a clock in the cosignatures."""
        self._memory = memory
        self._clock = clock

    async def add_checkpoint(self, request: Request) -> Response:
        """Cosign what continues what was seen."""
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for part in request.stream():
                    body += part
                    if len(body) > REQUEST_BYTES_MAX:
                        return _said(_TOO_LARGE, "too large")
        except TimeoutError:
            return _said(_TOO_SLOW, "too slow")
        except ClientDisconnect:
            return _said(_BAD_REQUEST, "cut off")
        at = int(self._clock.now().timestamp())
        try:
            decision = await asyncio.to_thread(self._memory.decide, bytes(body), at)
        except Failure as failure:
            return _broken(failure)
        answer = decision.answer
        if decision.after is None:
            _log.warning("%s: %d %s", decision.origin, answer.status, answer.body.strip())
        # Not as ``media_type``, which would add a charset to the type that the protocol names.
        return Response(answer.body, answer.status, {"content-type": answer.content_type})

    async def checkpoint(self, request: Request) -> Response:
        """Show the newest checkpoint that was cosigned of a log."""
        path = f"{request.path_params['log']}/checkpoint"
        try:
            found = await asyncio.to_thread(self._memory.checkpoint, path)
        except Failure as failure:
            return _broken(failure)
        if found is None:
            return _said(_NOT_FOUND, "not found")
        return Response(found, media_type=TEXT, headers={"cache-control": "no-store"})


def make_witness(memory: Memory, clock: Clock) -> Starlette:
    """Return the application of a witness.

    Args:
        memory: its directory.
        clock: says the time that stands in its cosignatures.
    """
    answering = Answering(memory, clock)
    return Starlette(
        routes=[
            Route(f"/{PATH}", answering.add_checkpoint, methods=["POST"]),
            Route("/{log}/checkpoint", answering.checkpoint, methods=["GET"]),
        ]
    )


def _broken(failure: Failure) -> Response:
    _log.error("%s", failure.message.en)
    return _said(_BROKEN, "the witness cannot answer: its operator has to look")


def _said(status: int, why: str) -> Response:
    return Response(f"{why}\n", status, media_type=TEXT)
