"""Answers as exhibits over HTTP: entries, proofs and read models in one file, checked offline."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from ledger.api.describing import OBJECT, gives
from ledger.api.streaming import caller_of, known_parameters, ledger_of
from ledger.application.exhibits import Thing
from ledger.application.handing_out import Handed, Wanted, class_exhibit, trail_exhibit

JSON: Final = "application/json"
POLICY: Final = "policy"
"""Under which path below the log's prefix its policy is published."""
At = Annotated[str, Query(description="read models as of a position, or the end of a day")]
Until = Annotated[str, Query(description="business dates until this day only, YYYY-MM-DD")]
Why = Annotated[str, Query(description="why it is looked up, asked of auditors; kept sealed")]
After = Annotated[int, Query(ge=0, le=2**53, description="the next part: after this position")]
Task = Annotated[str, Query(description="the number of the task, asked of auditors")]


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["evidence"], dependencies=[Depends(known_parameters)])
    for path, answer, summary in (
        ("/classes/{class_id}/exhibit", of_class, "班期证据材料 The exhibit of a class"),
        ("/trail/{kind}/{one}/exhibit", of_trail, "轨迹证据材料 The exhibit of a trail"),
    ):
        router.add_api_route(
            path,
            answer,
            summary=summary,
            response_class=Response,
            responses=gives({JSON: OBJECT}),
        )
    return router


async def of_class(  # noqa: PLR0913, PLR0917 - what an exhibit is asked for
    request: Request,
    class_id: UUID,
    at: At = "",
    until: Until = "",
    purpose: Why = "",
    task: Task = "",
    after: After = 0,
) -> Response:
    """Return everything about a class, provably; a supervisor's look is recorded first, sealed."""
    wanted = Wanted(at=at, until=until, purpose=purpose, task=task, after=after)
    return _file(
        await class_exhibit(
            ledger_of(request), caller_of(request), _policy(request), class_id, wanted
        )
    )


async def of_trail(  # noqa: PLR0913, PLR0917 - what an exhibit is asked for
    request: Request,
    kind: str,
    one: UUID,
    at: At = "",
    purpose: Why = "",
    task: Task = "",
    after: After = 0,
) -> Response:
    """Return everything about one thing, provably; the look itself is recorded first, sealed.

    More than an exhibit holds comes in parts: the header ``mingzhang-more-after`` says what to give
    as ``after`` for the next one.
    """
    wanted = Wanted(at=at, purpose=purpose, task=task, after=after)
    return _file(
        await trail_exhibit(
            ledger_of(request), caller_of(request), _policy(request), Thing(kind, one), wanted
        )
    )


def _policy(request: Request) -> bytes:
    published: dict[str, bytes] = request.app.state.published
    return published.get(POLICY, b"")


def _file(handed: Handed) -> Response:
    return Response(handed.data, media_type=JSON, headers=handed.headers)
