"""Hearing that somebody was erased, whichever process did it.

What a process keeps at hand of a person, such as data keys and folded states, is dropped as soon
as PostgreSQL tells of an erasure. While the connection is down nothing is heard: whoever comes
back to it drops everything once, after listening again.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import psycopg
from psycopg import AsyncConnection

from ledger.vault.data_keys import FORGET_CHANNEL

PAUSE_SECONDS: Final = 0.5
CONNECT_SECONDS: Final = 5
_LISTEN: Final = f"listen {FORGET_CHANNEL}".encode()


class Forgetting:
    """Listens for erasures for one event loop, from ``start`` to ``stop``."""

    def __init__(self, conninfo: str, *forget: Callable[[], None]) -> None:
        """Prepare to listen.

        Args:
            conninfo: A connection string.
            *forget: What drops all that is at hand of anybody.
        """
        self._conninfo = conninfo
        self._drops = forget
        self._task: asyncio.Task[None] | None = None
        self._connection: AsyncConnection[tuple[object, ...]] | None = None

    async def start(self) -> None:
        """Begin, and return once erasures are heard.

        Raises:
            psycopg.Error: the database cannot be reached.
        """
        self._connection = await self._connected()
        self._task = asyncio.create_task(self._serve(self._connection), name="forgetting")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._connection is not None:
            # A task that is cancelled before its first step has closed nothing.
            await self._connection.close()

    def _forget(self) -> None:
        for drop in self._drops:
            drop()

    async def _connected(self) -> AsyncConnection[tuple[object, ...]]:
        connection = await AsyncConnection.connect(
            self._conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS
        )
        try:
            await connection.execute(_LISTEN)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _serve(self, connection: AsyncConnection[tuple[object, ...]]) -> None:
        while True:
            async with connection:
                with suppress(psycopg.Error):
                    async for _ in connection.notifies():
                        self._forget()
            connection = await self._again()
            self._forget()

    async def _again(self) -> AsyncConnection[tuple[object, ...]]:
        while True:
            with suppress(psycopg.Error):
                return await self._connected()
            await asyncio.sleep(PAUSE_SECONDS)
