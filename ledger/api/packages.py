"""The archive package of a class over HTTP: who takes it, and why, is on record first."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from aggregates.language import Message
from ledger.api.describing import BINARY, gives
from ledger.api.single import Purpose, Task
from ledger.api.streaming import caller_of, known_parameters, ledger_of
from ledger.application.access import record_access
from ledger.application.asking import NotFound, asking, reason_of
from ledger.application.criteria import within
from ledger.errors import Misconfigured
from ledger.exchange.package.building import Package, Place, gathered, put_together
from ledger.exchange.renewing import renewals_in
from projections.archive import queries

ZIP = "application/zip"
_NO_CLASS = Message("没有这个班期，或不在您的范围内", "no such class, or not within your reach")
_NO_STORE = Message("没有材料库", "there is no document store")


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["archive"], dependencies=[Depends(known_parameters)])
    router.add_api_route(
        "/archive/{class_id}/package",
        package,
        summary="班期档案包 The archive package of a class",
        response_class=Response,
        responses=gives({ZIP: BINARY}) | {409: {"description": "尚不能办理 Not possible yet"}},
    )
    return router


def add_packages(app: FastAPI, renewals: Path | None) -> None:
    """Let an application build packages, one at a time.

    Args:
        app: The application.
        renewals: Where the log's later words on its roots are kept.
    """
    app.state.renewals = renewals
    app.state.packing = asyncio.Lock()


async def package(
    request: Request,
    class_id: UUID,
    purpose: Purpose = "",
    task: Task = "",
    size: Annotated[int | None, Query(ge=1, description="under the head of this size")] = None,
) -> Response:
    """Return the package of a closed class as a zip; its digest is in the headers."""
    ledger, caller = ledger_of(request), caller_of(request)
    async with asking(ledger, caller, "package") as asked:
        row = await queries.one(asked.connection, class_id)
        if row is None:
            raise NotFound(_NO_CLASS)
        within(asked.reach, row.county, row.institution_id)
    assert caller is not None  # noqa: S101 - it was let in
    why = reason_of(caller, purpose, task)
    place = _place(request)
    held, renewed = await gathered(ledger, place, class_id, size=size)
    recorded = await record_access(
        ledger, caller, what=f"archive/{class_id}", fields=("package",), purpose=why
    )
    # Hashing and setting the report take a second of a processor: one package at a time.
    async with request.app.state.packing:
        made = await asyncio.to_thread(put_together, held, renewed, place, ledger.source)
        path = await asyncio.to_thread(_written, made)
    headers = {
        "cache-control": "no-store",
        "mingzhang-seal": made.bag.seal,
        "mingzhang-checkpoint": str(held.head.size),
        "mingzhang-recorded": str(recorded),
    }
    name = f"{made.bag.name}.zip"
    gone = BackgroundTask(path.unlink)
    return FileResponse(path, media_type=ZIP, filename=name, headers=headers, background=gone)


def _place(request: Request) -> Place:
    store = ledger_of(request).documents
    if store is None:
        raise Misconfigured(_NO_STORE)
    folder = request.app.state.renewals
    renewals = renewals_in(folder) if folder is not None else ()
    return Place(store, request.app.state.published, renewals)


def _written(made: Package) -> Path:
    """Write a package into a file of its own, which whoever sends it removes."""
    held, name = tempfile.mkstemp(suffix=".zip")
    path = Path(name)
    try:
        with os.fdopen(held, "wb") as file:
            made.bag.write_zip(file)
    except BaseException:
        path.unlink()
        raise
    return path
