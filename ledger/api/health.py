"""Whether the service lives, is ready, and what it is. No personal data, open to all."""

from importlib.metadata import version
from typing import Any

import orjson
import psycopg
from fastapi import APIRouter, Request, Response
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from ledger.api.describing import OBJECT, TEXT, gives
from ledger.application.progress import metrics_of, progress_of
from ledger.integration.watch import Watch, watched

JSON = "application/json"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
READY_SECONDS = 2.0
"""How long a readiness probe waits for the database."""
UNAVAILABLE = 503
_READY = """
select (select position from ledger.head),
  (select coalesce(min(position), 0) from model.progress),
  (select min(size) from evidence.tree),
  (select kind from evidence.fault where mended_at is null order by fault desc limit 1)
"""


async def healthz() -> Response:
    """Say that the process answers."""
    return Response(b'{"status":"ok"}', media_type=JSON)


async def _vouched(connection: AsyncConnection[Any], watch: Watch | None) -> dict[str, Any] | None:
    """Return how the witnesses stand; None where there are none."""
    found = await watched(connection, watch)
    if found is None:
        return None
    stands = {} if found.stands is None else found.stands.as_json(found.now)
    return {**stands, "policy_fault": None if found.fault is None else found.fault.en}


async def readyz(request: Request) -> Response:
    """Say whether the log can be read, how far the read models are, and evidence and witnesses."""
    ledger = request.app.state.ledger
    try:
        async with ledger.pool.connection(timeout=READY_SECONDS) as connection:
            row = await (await connection.execute(_READY)).fetchone()
            vouched = await _vouched(connection, request.app.state.watch)
    except (PoolTimeout, psycopg.Error):
        return Response(b'{"status":"unavailable"}', UNAVAILABLE, media_type=JSON)
    head, folded, integrated, fault = row if row is not None else (0, 0, 0, None)
    body = {
        "status": "ok",
        "position": head,
        "folded": folded,
        "behind": head - folded,
        "integrated": integrated,
        "evidence_fault": fault,
        "witnesses": vouched,
    }
    return Response(orjson.dumps(body), media_type=JSON)


async def metrics(request: Request) -> Response:
    """Say how far everything has come, for Prometheus."""
    ledger = request.app.state.ledger
    try:
        async with ledger.pool.connection(timeout=READY_SECONDS) as connection:
            told = metrics_of(await progress_of(connection))
    except (PoolTimeout, psycopg.Error):
        return Response(status_code=UNAVAILABLE)
    return Response(told, media_type=PROMETHEUS)


async def about(request: Request) -> Response:
    """Say which version runs, under which origin, and whether its world is simulated."""
    ledger = request.app.state.ledger
    body = {
        "version": version("mingzhang"),
        "source": ledger.source,
        "simulated": ledger.simulated,
        "copy": ledger.is_copy,
    }
    return Response(orjson.dumps(body), media_type=JSON)


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["health"])
    told, away = gives({JSON: OBJECT}), {UNAVAILABLE: {"description": "数据库不可用 No database"}}
    for path, answer, responses in (
        ("/healthz", healthz, told),
        ("/readyz", readyz, told | away),
        ("/metrics", metrics, gives({"text/plain": TEXT}) | away),
        ("/version", about, told),
    ):
        router.add_api_route(path, answer, response_class=Response, responses=responses)
    return router
