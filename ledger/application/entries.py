"""Entries as they stand in the log, and which of them a caller may see.

What is public of an entry to whom follows from its kind: a doubt is for whoever handles doubts,
an access for whoever supervises, a batch that concerns many institutions is for no single one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import orjson
from psycopg import AsyncConnection
from psycopg.rows import class_row

from aggregates.decisions import Caller
from aggregates.language import Message
from ledger.application.asking import Asked, NotFound
from ledger.security.authority import Reach
from ledger.security.roles import RISK_READERS, TRAIL_READERS

ENTRIES_MAX = 1_000
"""Most entries of one page."""
_NOT_FOUND = Message("没有这条记录，或不在您的范围内", "no such entry, or not within your reach")
_COLUMNS = "position, stream, version, type, recorded_at, body, leaf"

_HOLDS = ("archive.retention-extended.", "archive.hold-released.")
_OF_INSTITUTIONS = frozenset({"INST_CLERK", "INST_HEAD", "EMPLOYER"})

Sight = Literal["whole", "title", "nothing"]
"""How much of an entry somebody sees: all, that it is there, or nothing at all."""


class Kept(NamedTuple):
    """An entry of the log.

    Attributes:
        position: Its place in the log, from 1.
        stream: The stream it extends.
        version: Its place in the stream.
        type: The stored name of its fact.
        recorded_at: When the ledger learned it.
        body: The entry, byte for byte, as text.
        leaf: SHA-256(0x00 || body).
    """

    position: int
    stream: str
    version: int
    type: str
    recorded_at: datetime
    body: str
    leaf: bytes


async def entries_at(connection: AsyncConnection[Any], positions: Sequence[int]) -> list[Kept]:
    """Return the entries at these positions, in the order of the log."""
    return await _found(connection, "position = any(%s) order by position", (list(positions),))


async def entries_of_streams(
    connection: AsyncConnection[Any], streams: Sequence[str]
) -> list[Kept]:
    """Return the entries of whole streams, in the order of the log."""
    return await _found(connection, "stream = any(%s) order by position", (list(streams),))


async def entries_after(connection: AsyncConnection[Any], after: int, limit: int) -> list[Kept]:
    """Return at most ``limit`` entries that follow a position, in the order of the log."""
    asked = (after, after + min(limit, ENTRIES_MAX))
    return await _found(connection, "position > %s and position <= %s order by position", asked)


async def entry_for(asked: Asked, position: int) -> Kept:
    """Return an entry that the caller may see whole.

    Raises:
        NotFound: there is none, or not for this caller.
    """
    found = await entries_at(asked.connection, (position,))
    if not found:
        raise NotFound(_NOT_FOUND)
    (kept,) = found
    if sight(asked.caller, asked.reach, kept.type, orjson.loads(kept.body)) != "whole":
        raise NotFound(_NOT_FOUND)
    return kept


async def position_at(connection: AsyncConnection[Any], moment: datetime) -> int:
    """Return the last position that was recorded at or before a moment, 0 for none."""
    # Recorded times never run back along the log, so the place is found by halving.
    low, high = 0, await _head(connection)
    while low < high:
        middle = (low + high + 1) // 2
        (kept,) = await entries_at(connection, (middle,))
        low, high = (middle, high) if kept.recorded_at <= moment else (low, middle - 1)
    return low


async def _head(connection: AsyncConnection[Any]) -> int:
    cursor = await connection.execute("select position from ledger.head")
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def _found(
    connection: AsyncConnection[Any], where: str, values: tuple[Any, ...]
) -> list[Kept]:
    statement = f"select {_COLUMNS} from entry where {where}"  # noqa: S608 - our own words
    async with connection.cursor(row_factory=class_row(Kept)) as cursor:
        await cursor.execute(statement.encode(), values)
        return await cursor.fetchall()


def is_of_supervision(type_: str, role: str) -> bool:
    """Say whether an entry tells that somebody inquires: whose archive is held, or was asked for.

    Whoever is inquired about does not learn of it; what an institution handed out itself, it knows.
    """
    if type_.startswith(_HOLDS):
        return True
    return type_.startswith("archive.produced.") and role not in _OF_INSTITUTIONS


def sight(caller: Caller, reach: Reach, type_: str, attributes: Mapping[str, Any]) -> Sight:
    """Return how much of an entry a caller sees.

    Args:
        caller: Who looks.
        reach: How far that caller sees.
        type_: The stored name of the entry's fact.
        attributes: The entry as JSON.
    """
    prefix = type_.partition(".")[0]
    if caller.role in TRAIL_READERS:
        return "whole"
    is_own = reach.institution is not None
    if prefix in {"access", "sealed"} or (
        is_own and is_of_supervision(type_, attributes["actorrole"])
    ):
        return "nothing"
    if prefix == "risk-signal":
        return "whole" if caller.role in RISK_READERS else "nothing"
    if is_own:
        data = attributes["data"]
        whose = {data.get("institution_id"), data.get("payee_institution_id")}
        return "whole" if str(reach.institution) in whose else "title"
    if reach.county and attributes["county"] not in {"", reach.county}:
        return "title"
    return "whole"
