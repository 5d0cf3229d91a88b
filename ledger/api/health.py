"""Whether the service lives, is ready, and what it is. No personal data, open to all."""

from importlib.metadata import version

import orjson
import psycopg
from fastapi import APIRouter, Request, Response
from psycopg_pool import PoolTimeout

from ledger.application.progress import metrics_of, progress_of

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


async def readyz(request: Request) -> Response:
    """Say whether the log can be read, how far the read models are, and the evidence."""
    ledger = request.app.state.ledger
    try:
        async with ledger.pool.connection(timeout=READY_SECONDS) as connection:
            row = await (await connection.execute(_READY)).fetchone()
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
    router.add_api_route("/healthz", healthz, response_class=Response)
    router.add_api_route("/readyz", readyz, response_class=Response)
    router.add_api_route("/metrics", metrics, response_class=Response)
    router.add_api_route("/version", about, response_class=Response)
    return router
