"""Files of archived documents over HTTP.

They are brought in under the digest that the archive names, and taken out for a purpose that is
on record first.

A file that is not the one of its digest is refused, and nothing of it is kept.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.responses import StreamingResponse

from aggregates.decisions import COMMANDS, Caller
from aggregates.language import Message
from ledger.api.commands import answer_body, channel_of
from ledger.api.describing import BINARY, OBJECT, gives
from ledger.api.problems import lang_of
from ledger.api.single import Purpose, Task
from ledger.api.streaming import caller_of, known_parameters, ledger_of
from ledger.application.access import record_access
from ledger.application.answers import Ask, Recorded
from ledger.application.asking import NotFound, asking, reason_of
from ledger.application.criteria import within
from ledger.application.running import Ledger
from ledger.documents.incoming import OCTETS_MAX, Incoming, TooLong
from ledger.documents.store import CHUNK_BYTES, DocumentStore, Stored
from ledger.errors import Fault, Misconfigured
from ledger.security.authority import Denied
from projections.archive import queries

STORE = "store-archive-document"
OF_AUTHORITIES = frozenset({"REVIEW", "AUDIT_REPORT", "MINUTES"})
"""Documents of an archive that are no business of the institution whose class it is."""
BYTES = "application/octet-stream"
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file")]

_NO_DOCUMENT = Message(
    "没有这份材料，或不在您的范围内", "no such document, or not within your reach"
)
_NO_STORE = Message("没有材料库", "there is no document store")
_DAMAGED = Message(
    "原件受损，与归档时的摘要不符，不予提供",
    "the file is damaged: it is not the one that was stored, and is not handed out",
)


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["archive"], dependencies=[Depends(known_parameters)])
    path, told = "/archive/{class_id}/documents/{digest}", gives({"application/json": OBJECT})[200]
    router.add_api_route(
        path,
        put,
        methods=["PUT"],
        summary="材料原件入库 Store the file of a document",
        response_class=Response,
        responses={
            200: {"description": "原已入库 It lay there already", **told},
            201: {"description": "已入库 Stored", **told},
            422: {"description": "依规定不予办理 Refused"},
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}},
            }
        },
    )
    router.add_api_route(
        path,
        get,
        summary="取材料原件 The file of a document",
        response_class=Response,
        responses=gives({BYTES: BINARY}),
    )
    return router


async def put(request: Request, class_id: UUID, digest: Digest) -> Response:
    """Take in the file of a document that an archive names.

    It is streamed, hashed on its way, and kept only if it is the one of this digest; then the fact
    is recorded. 201 where it is new, 200 where it lay there already.
    """
    ledger, caller = ledger_of(request), caller_of(request)
    await _is_named(ledger, caller, class_id, digest)
    assert caller is not None  # noqa: S101 - it was let in
    if caller.role not in COMMANDS[STORE].roles:
        title = COMMANDS[STORE].title
        raise Denied(Message(f"您的角色无权“{title.zh}”", f"your role may not: {title.en}"))
    store = _store(ledger)
    if int(request.headers.get("content-length") or 0) > OCTETS_MAX:
        raise TooLong
    kept = await _received(request, store, digest)
    if not kept.new and await _is_on_record(ledger, class_id, digest):
        return _told(200, {"sha256": digest, "octets": kept.octets, "stored": "before"})
    data = {"class_id": str(class_id), "sha256": digest}
    answer = await ledger.door.act(Ask(STORE, data, channel=channel_of(caller)), caller)
    if not isinstance(answer, Recorded):
        if kept.new:
            await asyncio.to_thread(store.remove, digest)
        body = answer_body(answer, lang_of(request))
        return Response(orjson.dumps(body), body["status"], media_type="application/problem+json")
    about = {"sha256": digest, "octets": kept.octets}
    return _told(201, answer_body(answer, lang_of(request)) | about)


async def get(
    request: Request, class_id: UUID, digest: Digest, purpose: Purpose = "", task: Task = ""
) -> Response:
    """Return the file of a document; that it was looked at, by whom and why, is on record first."""
    ledger, caller = ledger_of(request), caller_of(request)
    await _is_named(ledger, caller, class_id, digest, but=OF_AUTHORITIES)
    assert caller is not None  # noqa: S101 - it was let in
    why = reason_of(caller, purpose, task)
    store = _store(ledger)
    octets = await asyncio.to_thread(_whole, store, digest)
    if octets is None:
        raise Fault(_DAMAGED)
    recorded = await record_access(
        ledger, caller, what=f"archive/{class_id}", fields=(digest,), purpose=why
    )
    headers = {
        "cache-control": "no-store",
        "content-length": str(octets),
        "content-disposition": f'attachment; filename="{digest}"',
        "mingzhang-recorded": str(recorded),
    }
    return StreamingResponse(store.read(digest), media_type=BYTES, headers=headers)


async def _is_named(
    ledger: Ledger,
    caller: Caller | None,
    class_id: UUID,
    digest: str,
    but: frozenset[str] = frozenset(),
) -> None:
    """Let a caller at a document of an archive.

    Args:
        ledger: The ledger.
        caller: Who asks.
        class_id: The class.
        digest: Of the document.
        but: The kinds that an institution does not get.

    Raises:
        NotFound: the archive names no such document, or it is out of reach.
    """
    async with asking(ledger, caller, "archive") as asked:
        row = await queries.one(asked.connection, class_id)
        if row is None:
            raise NotFound(_NO_DOCUMENT)
        within(asked.reach, row.county, row.institution_id)
        documents = await queries.documents(asked.connection, class_id)
        hidden = but if asked.reach.institution is not None else frozenset()
    if not any(one.sha256 == digest and one.kind not in hidden for one in documents):
        raise NotFound(_NO_DOCUMENT)


def _store(ledger: Ledger) -> DocumentStore:
    if ledger.documents is None:
        raise Misconfigured(_NO_STORE)
    return ledger.documents


async def _received(request: Request, store: DocumentStore, digest: str) -> Stored:
    """Spool a body piece by piece, the disk's work in a thread, and keep it."""
    held = await asyncio.to_thread(store.receive, digest)
    with held as incoming:
        async for piece in _pieces(request.stream()):
            await asyncio.to_thread(incoming.write, piece)
        return await asyncio.to_thread(_kept, store, incoming)


def _kept(store: DocumentStore, incoming: Incoming) -> Stored:
    return store.keep(incoming)


async def _pieces(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield a stream in pieces that are worth a thread."""
    gathered = bytearray()
    async for part in stream:
        gathered += part
        if len(gathered) >= CHUNK_BYTES:
            yield bytes(gathered)
            gathered.clear()
    yield bytes(gathered)


async def _is_on_record(ledger: Ledger, class_id: UUID, digest: str) -> bool:
    name = f"archive/{class_id}"
    await ledger.door.states.load((name,))
    return digest in ledger.door.states.held[name].state.stored


def _whole(store: DocumentStore, digest: str) -> int | None:
    """Return the length of a file that is as it was stored, None if it is not.

    Raises:
        NoSuchDocument: it was not stored.
    """
    hashed, octets = sha256(), 0
    pieces: Iterator[bytes] = store.read(digest)
    for data in pieces:
        hashed.update(data)
        octets += len(data)
    return octets if hashed.hexdigest() == digest else None


def _told(status: int, body: dict[str, object]) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
