"""Reads streams for decisions: entries by name in one query, restricted values in another."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool

from ledger.vault.opening import restricted_values

_ENTRIES = """
select stream, version, type, body from ledger.entry
where stream = any(%s) order by stream, version
"""


class Found(NamedTuple):
    """One entry of a stream that a decision reads."""

    stream: str
    version: int
    type: str
    body: str


class LogStreams:
    """The streams of the log, and the restricted values in the vault beside it."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    async def entries(self, names: Sequence[str]) -> list[Found]:
        """Return the entries of the streams, each stream in order of its versions."""
        async with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=tuple_row)
            await cursor.execute(_ENTRIES, (list(names),), prepare=True)
            return [Found(*row) for row in await cursor.fetchall()]

    async def restricted(self, commitments: Sequence[str]) -> Mapping[str, Any]:
        """Return restricted values by commitment; those destroyed are absent."""
        async with self._pool.connection() as connection:
            return await restricted_values(connection, commitments)
