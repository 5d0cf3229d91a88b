"""Reads streams for decisions, and the restricted values that their facts commit to."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg_pool import AsyncConnectionPool

from ledger.store.reading import Reader
from ledger.store.rows import Stored
from ledger.vault.opening import restricted_values


class LogStreams:
    """The streams of the log, and the vault beside it.

    What many decisions ask at the same time goes to the database in one question.
    """

    def __init__(self, reader: Reader, pool: AsyncConnectionPool[Any]) -> None:
        self._reader = reader
        self._pool = pool

    async def entries(self, names: Sequence[str]) -> list[Stored]:
        """Return the entries of the streams, each stream in order of its versions."""
        found = await self._reader.streams(dict.fromkeys(names, 0))
        return [entry for entries in found.values() for entry in entries]

    async def restricted(self, commitments: Sequence[str]) -> Mapping[str, Any]:
        """Return restricted values by commitment; those destroyed are absent."""
        async with self._pool.connection() as connection:
            return await restricted_values(connection, commitments)
