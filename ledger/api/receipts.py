"""Receipts over HTTP: 202 while an entry is not under a signed head yet, then its ``.tlog-proof``.

A receipt holds hashes and signatures, and nothing of what it proves. Whoever is known here may
have one; a submitter keeps it beside what was submitted. Where a quorum of witnesses has cosigned
a head above the entry, the receipt is under that one; else under one that the log alone signed.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from psycopg_pool import AsyncConnectionPool
from starlette.exceptions import HTTPException

from ledger.api.describing import OBJECT, TEXT, gives
from ledger.api.streaming import known_parameters, ledger_of
from ledger.evidence.reading import TileHashes, tiles_for
from ledger.evidence.receipt import SUFFIX, Receipt
from ledger.evidence.tiles import Tile
from ledger.evidence.tree import inclusion_proof, inclusion_spans
from ledger.integration import storing
from ledger.integration.publishing import NEWEST
from ledger.integration.standing import NEWEST_COSIGNED
from ledger.integration.trees import TREES, WORLD, TreeKind

WAIT_SECONDS_MAX: Final = 30
LOOK_SECONDS: Final = 0.1
"""How often the newest checkpoint is looked for, whoever and however many wait for it."""
COSIGNED_SECONDS: Final = 1.0
"""How old the newest cosigned checkpoint may be that a receipt is given under."""
_JSON: Final = "application/json"
_PROOF: Final = "text/plain; charset=utf-8"
_NOT_FOUND: Final = 404
_ACCEPTED: Final = 202
_HEAD: Final = "select position from ledger.head"
_PLACE: Final = "select position from entry where stream = %s and version = %s"

_ANSWERS: Final[dict[int | str, dict[str, Any]]] = gives({"text/plain": TEXT}) | {
    _ACCEPTED: {
        "description": "尚未签入树头，请稍后再取 Not under a signed head yet",
        "content": {_JSON: {"schema": OBJECT}},
    }
}

Wait = Annotated[
    float, Query(ge=0, le=WAIT_SECONDS_MAX, description="how many seconds to wait for it")
]
Algorithm = Annotated[Literal["sha256", "sm3"], Query(description="of which tree")]


def address_of(position: int) -> str:
    """Return where the receipt of an entry is found."""
    return f"/api/v1/receipts/{position}"


class NewestCheckpoint:
    """The newest checkpoint of a tree, looked up at most so often for all who wait together."""

    def __init__(self, pool: AsyncConnectionPool[Any], tree: TreeKind) -> None:
        """Look by connections of a pool."""
        self._pool = pool
        self._tree = tree
        self._looking = asyncio.Lock()
        self._looked_at = -LOOK_SECONDS
        self._size = 0
        self._note = b""
        self._cosigned = (0, b"")

    async def covering(self, position: int, seconds: float) -> tuple[int, bytes] | None:
        """Return size and note once they cover a position, or None when time is up."""
        until = monotonic() + seconds
        while self._size < position:
            await self._look()
            left = until - monotonic()
            if self._size >= position or left <= 0:
                break
            await asyncio.sleep(min(LOOK_SECONDS, left))
        if monotonic() - self._looked_at > COSIGNED_SECONDS:
            await self._look()
        if self._cosigned[0] >= position:
            return self._cosigned
        return (self._size, self._note) if self._size >= position else None

    async def _look(self) -> None:
        async with self._looking:
            if monotonic() - self._looked_at < LOOK_SECONDS:
                return
            async with self._pool.connection() as connection:
                found = await connection.execute(NEWEST, (self._tree.name,), binary=True)
                row = await found.fetchone()
                if self._tree is WORLD:
                    found = await connection.execute(NEWEST_COSIGNED, binary=True)
                    met = await found.fetchone()
                    self._cosigned = (0, b"") if met is None else (met[0], bytes(met[1]))
            self._looked_at = monotonic()
            if row is not None:
                self._size, self._note = row[0], bytes(row[1])


async def receipt_of(
    pool: AsyncConnectionPool[Any], tree: TreeKind, index: int, size: int, note: bytes
) -> bytes:
    """Return the receipt of a leaf under a checkpoint, from the three or four tiles on its way."""
    spans = inclusion_spans(index, size)
    wanted = tiles_for(spans, size)
    statement, parameters = storing.tiles_asked(tree.name, wanted)
    async with pool.connection() as connection:
        found = await connection.execute(statement, parameters, binary=True)
        rows = storing.tiles_found(wanted, await found.fetchall())
    read: Callable[[Tile], bytes] = rows.__getitem__
    path = inclusion_proof(tree.hashing, index, size, TileHashes(size, read, tree.hashing))
    return bytes(Receipt(index, tuple(path), note))


async def by_position(
    request: Request,
    position: Annotated[int, Path(ge=1, le=2**53)],
    wait: Wait = 0,
    tree: Algorithm = "sha256",
) -> Response:
    """Return the receipt of the entry at a position."""
    return await _answer(request, position, wait, tree)


async def by_version(
    request: Request,
    stream: str,
    version: Annotated[int, Path(ge=1, le=2**31 - 1)],
    wait: Wait = 0,
    tree: Algorithm = "sha256",
) -> Response:
    """Return the receipt of a stream's entry of a version."""
    async with ledger_of(request).pool.connection() as connection:
        found = await connection.execute(_PLACE, (stream, version))
        row = await found.fetchone()
    if row is None:
        raise HTTPException(_NOT_FOUND)
    return await _answer(request, row[0], wait, tree)


async def _answer(request: Request, position: int, wait: float, name: str) -> Response:
    (kind,) = (one for one in TREES if one.name == name)
    newest: NewestCheckpoint = request.app.state.checkpoints[name]
    pool = ledger_of(request).pool
    covered = await newest.covering(position, 0)
    if covered is None:
        async with pool.connection() as connection:
            row = await (await connection.execute(_HEAD)).fetchone()
        if row is None or row[0] < position:
            raise HTTPException(_NOT_FOUND)
        covered = await newest.covering(position, wait)
    if covered is None:
        body = {"status": "waiting", "position": position, "receipt": address_of(position)}
        again = {"retry-after": "1", "cache-control": "no-store"}
        return Response(orjson.dumps(body), _ACCEPTED, again, _JSON)
    receipt = await receipt_of(pool, kind, position - 1, *covered)
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="{position}{SUFFIX}"',
    }
    return Response(receipt, media_type=_PROOF, headers=headers)


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["evidence"], dependencies=[Depends(known_parameters)])
    router.add_api_route(
        "/receipts/{position}",
        by_position,
        summary="回执 The receipt of an entry",
        response_class=Response,
        responses=_ANSWERS,
    )
    router.add_api_route(
        "/receipts/{stream:path}/{version}",
        by_version,
        summary="按流和版本取回执 The receipt of a stream's entry",
        response_class=Response,
        responses=_ANSWERS,
    )
    return router


def checkpoints(pool: AsyncConnectionPool[Any]) -> dict[str, NewestCheckpoint]:
    """Return what knows the newest checkpoint of each tree, by the trees' names."""
    return {tree.name: NewestCheckpoint(pool, tree) for tree in TREES}
