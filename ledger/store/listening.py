"""Waiting for the log to grow, without losing a wake-up.

PostgreSQL's NOTIFY is only a hint to look sooner: it is lost while the connection is down, and a
commit between a first look and LISTEN goes untold. So a waiter listens first and looks then, and
looks again after a while without any hint. A notification carries the new head's position.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, Connection, Notify

CHANNEL: Final = "ledger_entry"
POLL_SECONDS: Final = 1.0
PAUSE_SECONDS: Final = 0.2
CONNECT_SECONDS: Final = 5

_LISTEN: Final = f"listen {CHANNEL}".encode()
_HEAD: Final = b"select position from ledger.head"


class Listener:
    """Knows how far the log has grown, for the tasks of one event loop.

    ``await listener.start()``, then any number of tasks ``await listener.wait(after)``, then
    ``await listener.stop()``. While the database is away it keeps trying.
    """

    def __init__(self, conninfo: str, *, poll_seconds: float = POLL_SECONDS) -> None:
        """Prepare a listener.

        Args:
            conninfo: a connection string.
            poll_seconds: how long it trusts silence.
        """
        self._conninfo = conninfo
        self._poll_seconds = poll_seconds
        self._position = 0
        self._grown = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen; does not wait for the database."""
        self._task = asyncio.create_task(self._serve(), name="listener")

    async def stop(self) -> None:
        """End; tasks that wait without a time limit would wait for ever."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def wait(self, after: int, timeout_seconds: float | None = None) -> int:
        """Return the log's head position, as soon as it is beyond ``after`` or time is up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                while self._position <= after:
                    await self._grown.wait()
        return self._position

    async def _serve(self) -> None:
        while True:
            with suppress(psycopg.Error):
                await self._listen()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _listen(self) -> None:
        connection = await AsyncConnection.connect(
            self._conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS
        )
        async with connection:
            await connection.execute(_LISTEN)
            while True:
                cursor = await connection.execute(_HEAD)
                self._reached(_position(await cursor.fetchone()))
                heard = True
                while heard:
                    heard = False
                    async for told in connection.notifies(timeout=self._poll_seconds, stop_after=1):
                        heard = True
                        self._reached(max(self._position, _told(told)))

    def _reached(self, position: int) -> None:
        """Wake the waiting tasks; a log that was put back to an older copy counts as well."""
        if position != self._position:
            self._position = position
            self._grown.set()
            self._grown.clear()


class SyncListener:
    """Knows how far the log has grown, for one thread."""

    def __init__(self, conninfo: str, *, poll_seconds: float = POLL_SECONDS) -> None:
        """Prepare a listener.

        Args:
            conninfo: a connection string.
            poll_seconds: how long it trusts silence.
        """
        self._conninfo = conninfo
        self._poll_seconds = poll_seconds
        self._position = 0
        self._connection: Connection[Any] | None = None

    def wait(self, after: int, timeout_seconds: float) -> int:
        """Return the log's head position, as soon as it is beyond ``after`` or time is up."""
        deadline = time.monotonic() + timeout_seconds
        while self._position <= after:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            try:
                self._look(min(left, self._poll_seconds), after)
            except psycopg.Error:
                self.close()
                time.sleep(min(left, PAUSE_SECONDS))
        return self._position

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _look(self, seconds: float, after: int) -> None:
        connection = self._connection
        if connection is None:
            connection = psycopg.connect(
                self._conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS
            )
            self._connection = connection
            connection.execute(_LISTEN)
            self._position = _position(connection.execute(_HEAD).fetchone())
            if self._position > after:
                return
        heard = False
        for told in connection.notifies(timeout=seconds, stop_after=1):
            heard = True
            self._position = max(self._position, _told(told))
        if not heard:
            self._position = _position(connection.execute(_HEAD).fetchone())


def _position(row: Iterable[Any] | None) -> int:
    return next((int(value) for value in row or ()), 0)


def _told(notification: Notify) -> int:
    """Return the position that a notification tells of; 0 when somebody else sent it."""
    return int(notification.payload) if notification.payload.isdecimal() else 0
