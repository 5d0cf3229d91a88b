"""The log as C2SP tlog-tiles below ``/log/``, its twin of SM3 below ``/log/sm3/``: by GET alone.

Checkpoint, tiles of hashes, keys and policy are open to everybody, because nothing can be learnt
from them. Bundles hold entries and are for those who may export entries; what was sealed is in
them as commitments. What is not there is a real 404, on which readers rely.
"""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response
from psycopg import AsyncConnection
from starlette.exceptions import HTTPException

from ledger.api.describing import BINARY, gives
from ledger.api.describing import TEXT as WORDS
from ledger.api.streaming import ledger_of
from ledger.application.asking import asking
from ledger.integration.slices import Rows, Slice, slice_of
from ledger.integration.trees import TWIN, WORLD

PREFIX: Final = "/log"
TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"
_NOT_FOUND: Final = 404
_FINAL: Final = "max-age=31536000, immutable"
_NEWEST: Final = "public, max-age=1"
_TWIN: Final = TWIN.suffix.removeprefix("/") + "/"


async def read(request: Request, path: str) -> Response:
    """Return what lies at a path of the log."""
    beside: Mapping[str, bytes] = request.app.state.published
    if path in beside:
        return Response(beside[path], media_type=TEXT, headers={"cache-control": _NEWEST})
    is_twin = path.startswith(_TWIN)
    asked = slice_of(TWIN if is_twin else WORLD, path.removeprefix(_TWIN) if is_twin else path)
    if asked is None:
        raise HTTPException(_NOT_FOUND)
    data = asked.cut(await _rows(request, asked))
    if data is None:
        raise HTTPException(_NOT_FOUND)
    cache = f"{'private' if asked.is_entries else 'public'}, {_FINAL}"
    return Response(
        data,
        media_type=BYTES if asked.is_final else TEXT,
        headers={"cache-control": cache if asked.is_final else _NEWEST},
    )


async def _rows(request: Request, asked: Slice) -> Rows:
    ledger = ledger_of(request)
    if asked.is_entries:
        async with asking(ledger, request.state.caller, "entries") as allowed:
            return await _found(allowed.connection, asked)
    async with ledger.pool.connection() as connection:
        return await _found(connection, asked)


async def _found(connection: AsyncConnection[tuple[Any, ...]], asked: Slice) -> Rows:
    found = await connection.execute(asked.statement.encode(), asked.parameters, binary=True)
    return await found.fetchall()


def add_log(app: FastAPI, published: Mapping[str, bytes]) -> None:
    """Serve the log.

    Args:
        app: the application.
        published: keys and policy, by their paths below the prefix; it may change meanwhile.
    """
    app.state.published = published
    router = APIRouter(tags=["log"])
    below = f"{PREFIX}/{{path:path}}"
    router.add_api_route(
        below,
        read,
        summary="静态日志 The log as tiles",
        response_class=Response,
        responses=gives({"text/plain": WORDS, BYTES: BINARY})
        | {
            401: {"description": "条目束须审计角色 Bundles of entries are for audit roles"},
            403: {"description": "条目束须审计角色 Bundles of entries are for audit roles"},
            404: {"description": "没有 There is none"},
        },
    )
    app.include_router(router)
