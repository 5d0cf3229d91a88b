"""The files of archived documents, as far as commands reach them: stored, and destroyed at last.

complete     a command that says a file is stored is believed once the store holds it
carry out    after an archive is destroyed, files that no other archive names are removed
"""

import asyncio
from dataclasses import replace
from time import monotonic
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from aggregates.archive.custody import StoreArchiveDocument
from aggregates.archive.ending import DestroyArchive
from aggregates.decisions import Command
from aggregates.language import Message
from ledger.application.parsing import BadInput, Problem
from ledger.application.preparing import Prepared
from ledger.documents.store import DocumentStore
from projections.archive import keeping

FOLDED_SECONDS: Final = 10.0
"""So long it is waited for that the read models know of every archive that was filed."""
_LOOK_SECONDS: Final = 0.1
_FOLDED: Final = """
select (select position from ledger.head) <= (select coalesce(min(position), 0) from model.progress)
"""
_NOT_STORED: Final = Message("原件尚未入库", "the file was not stored")


class Custody:
    """Knows what lies in the document store."""

    def __init__(self, pool: AsyncConnectionPool[Any], documents: DocumentStore | None) -> None:
        """Look into a store, if the installation has one."""
        self._pool = pool
        self._documents = documents

    async def complete(self, ready: Prepared) -> None:
        """Let a command say how long the file is that it tells of.

        Raises:
            BadInput: the store does not hold it.
            StoreUnusable: nobody knows.
        """
        command = ready.command
        assert isinstance(command, StoreArchiveDocument)  # noqa: S101 - registered for it
        store, octets = self._documents, None
        if store is not None:
            octets = await asyncio.to_thread(store.octets, command.sha256)
        if octets is None:
            raise BadInput(Problem("sha256", _NOT_STORED))
        ready.command = replace(command, octets=octets)

    async def carry_out(self, command: Command) -> None:
        """Remove the files of a destroyed archive; what is left is removed by the next check.

        Raises:
            StoreUnusable: a file could not be removed.
        """
        assert isinstance(command, DestroyArchive)  # noqa: S101 - registered for it
        async with self._pool.connection() as connection:
            if await _folded(connection):
                await self.sweep(connection, command.class_id)

    async def sweep(self, connection: AsyncConnection[Any], class_id: UUID | None = None) -> int:
        """Remove the files that only destroyed archives name; return how many there were.

        Args:
            connection: Where the read models are, which know of every archive.
            class_id: Only those of this class; of all by default.
        """
        if self._documents is None:
            return 0
        gone = 0
        for digest in await keeping.unneeded(connection, class_id):
            gone += await asyncio.to_thread(self._documents.remove, digest)
        return gone


async def _folded(connection: AsyncConnection[Any]) -> bool:
    """Wait until the read models stand at the head of the log; say whether they do."""
    until = monotonic() + FOLDED_SECONDS
    while True:
        cursor = await connection.execute(_FOLDED)
        row = await cursor.fetchone()
        if row is not None and row[0]:
            return True
        if monotonic() > until:
            return False
        await asyncio.sleep(_LOOK_SECONDS)
