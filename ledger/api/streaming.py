"""Whole lists as files: CSV and NDJSON, sent while they are read, in constant memory.

The permission is asked and the first rows are read before anything is sent, so that a refusal is
still a refusal. A list that breaks off half way has no last line: in a CSV file the sums.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import orjson
from fastapi import Request, Response
from starlette.responses import StreamingResponse

from aggregates.decisions import Caller
from aggregates.language import Message
from ledger.api.describing import TEXT, gives
from ledger.application.asking import Asked, asking
from ledger.application.criteria import When, refused, when
from ledger.application.running import Ledger
from ledger.application.tables import Column, CsvFile
from ledger.security.authority import Question
from projections.paging import BadCursor, Page

R = TypeVar("R")

Form = Literal["json", "csv", "ndjson"]
CHUNK_ROWS = 200
CSV = "text/csv; charset=utf-8"
NDJSON = "application/x-ndjson"

_BAD_CURSOR = Message("页码链接已失效，请从头查询", "the cursor is not valid: start anew")
_SUM = Message("合计（{count}行）", "Sum of {count} rows")


async def paged(asked: Awaitable[Page[R]]) -> Page[R]:
    """Return a page that a list is asked for.

    Raises:
        BadInput: the cursor is none of that list.
    """
    try:
        return await asked
    except BadCursor:
        raise refused("cursor", _BAD_CURSOR) from None


def answered(value: object) -> Response:
    """Return an answer as JSON, which nobody keeps."""
    headers = {"cache-control": "no-store"}
    return Response(orjson.dumps(value), media_type="application/json", headers=headers)


def sum_of(count: int) -> Message:
    """Return the title of the last line of a file."""
    return Message(_SUM.zh.format(count=count), _SUM.en.format(count=count))


@dataclass(frozen=True, slots=True)
class Export:
    """A list that can be had as a file.

    Attributes:
        question: What is asked.
        title: The name of the file.
        columns: The columns of the CSV.
        at: As of when, as it was asked.
        until: The last business date, as it was asked.
    """

    question: Question
    title: Message
    columns: Sequence[Column[Any]]
    at: str = ""
    until: str = ""


Rows = Callable[[Asked, When], AsyncIterator[Any]]
"""Gives the rows of a list, asked as of a moment."""


def ledger_of(request: Request) -> Ledger:
    """Return the running ledger."""
    held: Ledger = request.app.state.ledger
    return held


def caller_of(request: Request) -> Caller | None:
    """Return who calls."""
    return getattr(request.state, "caller", None)


def lists(shape: type) -> dict[int | str, dict[str, Any]]:
    """Return what a list that comes in every form says of its answer."""
    told = gives({"text/csv": TEXT, NDJSON: TEXT})
    told[200]["model"] = shape
    return told


async def known_parameters(request: Request) -> None:
    """Refuse a question with a parameter that it does not have: a slip would ask for everything.

    Raises:
        BadInput: there is such a parameter; the ones there are get named.
    """
    declared = request.scope["route"].dependant.query_params
    names = [one.alias for one in declared] + ["lang"]
    if not set(request.query_params) <= set(names):
        known = "、".join(names)
        what = Message(f"没有这个参数；可用参数：{known}", f"no such parameter; there are {known}")
        raise refused("[…]", what)


async def as_file(request: Request, export: Export, form: Form, lang: str, rows: Rows) -> Response:
    """Return a whole list as a file.

    Raises:
        Denied: the caller may not ask.
        BadInput: a criterion cannot be read.
    """
    async with AsyncExitStack() as stack:
        asked = await stack.enter_async_context(
            asking(ledger_of(request), caller_of(request), export.question)
        )
        then = await when(asked, export.at, export.until)
        found = rows(asked, then)
        if isinstance(found, AsyncGenerator):
            # A reader who goes away must not leave the question's transaction open.
            stack.push_async_callback(found.aclose)
        parts = _csv(found, CsvFile(export.columns, lang)) if form == "csv" else _ndjson(found)
        first = await anext(parts, b"")
        # From here on the body holds what was opened.
        held = stack.pop_all()
    name = f"{export.title.text(lang)}_{then.position}.{form}"
    return StreamingResponse(
        _rest(first, parts, held),
        media_type=CSV if form == "csv" else NDJSON,
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "cache-control": "no-store",
            "mingzhang-position": str(then.position),
            "mingzhang-criteria": quote(str(request.query_params), safe="=&"),
        },
    )


async def _rest(
    first: bytes, parts: AsyncGenerator[bytes, None], held: AsyncExitStack
) -> AsyncIterator[bytes]:
    async with held:
        try:
            yield first
            async for part in parts:
                yield part
        finally:
            await parts.aclose()


async def _csv(rows: AsyncIterator[R], file: CsvFile[R]) -> AsyncGenerator[bytes, None]:
    lines = [file.head()]
    async for row in rows:
        lines.append(file.row(row))
        if len(lines) >= CHUNK_ROWS:
            yield "".join(lines).encode()
            lines = []
    yield "".join([*lines, file.foot(sum_of)]).encode()


async def _ndjson(rows: AsyncIterator[Any]) -> AsyncGenerator[bytes, None]:
    lines: list[bytes] = []
    async for row in rows:
        lines.append(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        if len(lines) >= CHUNK_ROWS:
            yield b"".join(lines)
            lines = []
    yield b"".join(lines)
