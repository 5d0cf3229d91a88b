"""Static files: every asset is served from here, none from elsewhere."""

import os

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ledger.web.rendering import STATIC, YEAR_SECONDS

FOR_EVER = f"public, max-age={YEAR_SECONDS}, immutable"
ASK_AGAIN = "no-cache"


class Assets(StaticFiles):
    """The files below ``static``; an address with a version in it never changes its content."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file, with how long it may be kept."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        versioned = b"v=" in scope["query_string"] or "/vendor/" in scope["path"]
        answer.headers["cache-control"] = FOR_EVER if versioned else ASK_AGAIN
        return answer
