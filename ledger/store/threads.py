"""The log for threads: the same appender and reader on an event loop of their own."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar

import uvloop

from ledger.clock import Clock
from ledger.store.append import PATIENCE_SECONDS, Log
from ledger.store.batch import LogHead
from ledger.store.failures import LogClosed
from ledger.store.reading import PAGE_ENTRIES, Reader
from ledger.store.requests import Append, Appended
from ledger.store.rows import Stored
from ledger.store.statements import StoredKey

T = TypeVar("T")


class SyncReader:
    """Reads from any thread; questions that wait travel together.

    Use it as a context manager, or ``start`` and ``stop`` it. Not for the thread of a running
    event loop: there, use ``Reader``.
    """

    def __init__(self, conninfo: str, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._reader = Reader(conninfo, lanes=1, patience_seconds=patience_seconds)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the thread and connect.

        Raises:
            LogUnavailable: the database cannot be reached.
            LogFault: it can, but not be used.
        """
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="log", daemon=True)
        self._thread.start()
        try:
            self._result(self._open())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Finish what is under way, close and end the thread."""
        if self._loop is None or self._thread is None:
            return
        self._result(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None

    def streams(self, after: Mapping[str, int]) -> dict[str, list[Stored]]:
        """Return the entries of streams after versions; as ``Reader.streams``."""
        return self._result(self._reader.streams(after))

    def stream(self, name: str, after: int = 0) -> list[Stored]:
        """Return the entries of one stream after a version."""
        return self._result(self._reader.stream(name, after))

    def answer(self, scope: str, key: str) -> StoredKey | None:
        """Return what is stored under an idempotency key."""
        return self._result(self._reader.answer(scope, key))

    def head(self) -> LogHead:
        """Return where the log stands."""
        return self._result(self._reader.head())

    def range(
        self, after: int, until: int | None = None, limit: int = PAGE_ENTRIES
    ) -> list[Stored]:
        """Return the entries at positions after ``after`` up to ``until``, at most ``limit``."""
        return self._result(self._reader.range(after, until, limit))

    async def _open(self) -> None:
        await self._reader.start()

    async def _close(self) -> None:
        await self._reader.stop()

    def _submitted(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        if self._loop is None:
            work.close()
            raise LogClosed
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _result(self, work: Coroutine[Any, Any, T]) -> T:
        return self._submitted(work).result()


class SyncLog(SyncReader):
    """Appends and reads from any thread; group commit holds across them."""

    def __init__(
        self, conninfo: str, clock: Clock, *, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        super().__init__(conninfo, patience_seconds=patience_seconds)
        self._log = Log(conninfo, clock, patience_seconds=patience_seconds)

    def submit(self, append: Append) -> Future[Appended]:
        """Hand over a request; the future fails as ``Log.append`` raises."""
        return self._submitted(self._log.append(append))

    def append(self, append: Append) -> Appended:
        """Write a request and return where once it is durable; raises as ``Log.append``."""
        return self.submit(append).result()

    async def _open(self) -> None:
        await self._log.start()
        await super()._open()

    async def _close(self) -> None:
        await self._log.stop()
        await super()._close()
