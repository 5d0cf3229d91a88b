"""The interface described for people: Swagger UI from our own files, without outside calls."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.web.rendering import render

VENDORED = "/static/vendor/swagger-ui-dist-5.35.0"


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/docs", page, methods=["GET"])
    return router


async def page(request: Request) -> Response:
    """Show the interface."""
    return render(request, "docs.html", vendored=VENDORED)
