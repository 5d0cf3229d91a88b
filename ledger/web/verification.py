"""凭证核验: the log's head, how to check for oneself, and what a file somebody brings is worth.

The page checks on the server, so that it works without scripts; what it says is the log's own
word, and it tells how to do without it.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import psycopg
from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from ledger.application.asking import standing_of
from ledger.application.criteria import refused
from ledger.application.judging import POLICY, Judged, judge
from ledger.clock import in_shanghai
from ledger.errors import Fault
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Unproven
from ledger.evidence.policy import Policy
from ledger.evidence.signers import ED25519, SM2_SM3
from ledger.integration.exporting import prefix_of
from ledger.integration.publishing import NEWEST
from ledger.integration.standing import NEWEST_COSIGNED
from ledger.integration.trees import TREES, WORLD, TreeKind
from ledger.security.authority import may
from ledger.web.rendering import caller_of, ledger_of, render
from ledger.web.texts import TEXTS

FILE_BYTES_MAX: Final = 32 * 1024 * 1024
_HEADS: Final = "select size, streams from evidence.heads"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest checkpoint of a tree, as it was checked just now.

    Attributes:
        tree: Which tree.
        checkpoint: What it says.
        signed: The kinds of the signatures of the log that verify.
        cosigned: When each witness cosigned it.
    """

    tree: TreeKind
    checkpoint: Checkpoint
    signed: tuple[str, ...]
    cosigned: tuple[tuple[str, datetime], ...]


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/verify", page, methods=["GET"])
    router.add_api_route("/verify", check, methods=["POST"])
    return router


async def page(request: Request) -> Response:
    """Show the head of the log, and how it is checked."""
    return await _shown(request)


async def check(request: Request) -> Response:
    """Check a file."""
    async with request.form(max_files=2, max_fields=2) as form:
        data, entry = await _read(form.get("file")), await _read(form.get("entry"))
    if not data:
        raise refused("file", TEXTS["no file"])
    caller = caller_of(request)
    try:
        judged = await asyncio.to_thread(
            judge,
            ledger_of(request).conninfo,
            request.app.state.published,
            data,
            entry=entry or None,
            compares=caller is not None and may(caller, "trail"),
        )
    except psycopg.OperationalError:
        raise Fault(TEXTS["unreachable"]) from None
    return await _shown(request, judged)


async def _read(given: object) -> bytes:
    if not isinstance(given, UploadFile):
        return b""
    if (given.size or 0) > FILE_BYTES_MAX:
        raise refused("file", TEXTS["file too long"])
    return await given.read()


async def _shown(request: Request, judged: Judged | None = None) -> Response:
    ledger, published = ledger_of(request), request.app.state.published
    heads: list[Head] = []
    async with ledger.pool.connection() as connection:
        for tree in TREES:
            found = await connection.execute(NEWEST, (tree.name,), binary=True)
            row = await found.fetchone()
            policy = published.get(prefix_of(tree) + POLICY)
            if row is None or policy is None:
                continue
            shown = _head(tree, bytes(row[1]), policy)
            if not shown and tree is WORLD:
                # The newest is too young for the quorum that the policy asks for.
                met: Any = await (await connection.execute(NEWEST_COSIGNED)).fetchone()
                shown = [] if met is None else _head(tree, bytes(met[1]), policy)
            heads += shown
        gathered: Any = await (await connection.execute(_HEADS)).fetchone()
        standing = await standing_of(connection)
    return render(
        request,
        "verify.html",
        standing=standing,
        heads=heads,
        gathered=gathered,
        judged=judged,
        is_signed=POLICY in published,
        policy_digest=sha256(published.get(POLICY, b"")).hexdigest(),
        base=str(request.base_url).rstrip("/"),
    )


def _head(tree: TreeKind, note: bytes, policy: bytes) -> list[Head]:
    """Return the head that a checkpoint signs; nothing where it is not to be believed."""
    try:
        trusted = Policy.parse(policy)
        accepted = trusted.check(note)
    except Unproven:
        return []
    kinds = {one.key.key_id: _kind(one.key.material) for one in trusted.logs}
    signed = tuple(kinds[line.key_id] for line in accepted.signed.signed)
    cosigned = tuple(
        (name, in_shanghai(datetime.fromtimestamp(at, UTC)))
        for name, at in accepted.cosigned.items()
    )
    return [Head(tree, accepted.signed.checkpoint, signed, cosigned)]


def _kind(material: bytes) -> str:
    if material.startswith(ED25519):
        return "Ed25519"
    return "SM2-SM3" if material.startswith(SM2_SM3) else "ML-DSA-44"
