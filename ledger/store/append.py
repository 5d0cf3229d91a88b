"""The appender: takes what waits, commits it together, answers each caller.

One asynchronous appender a process. While a batch is being committed the next one gathers, so
that the cost of a round trip and of a flush is shared by whoever waits (group commit). Two
batches under way at once were slower than one.

Nobody may hold a database transaction open while waiting for an append: if that transaction has
a lock that the append needs, both wait for ever and PostgreSQL cannot see it.
"""

import asyncio
from collections import deque
from typing import Final, NamedTuple

import psycopg

from ledger.clock import Clock
from ledger.store.failures import LogClosed, LogFault, LogUnavailable, OutcomeUnknown
from ledger.store.heads import STREAMS_MAX
from ledger.store.requests import ENTRIES_MAX, Append, Appended, Packed, packed
from ledger.store.session import TELL_SECONDS, Outcomes, Session
from ledger.store.wire import ConnectionLost

BATCH_BYTES_MAX: Final = 8 * 1024 * 1024
BATCH_STREAMS_MAX: Final = 8_192
PATIENCE_SECONDS: Final = 30.0
PAUSE_SECONDS_MIN: Final = 0.05
PAUSE_SECONDS_MAX: Final = 1.0


class _Waiting(NamedTuple):
    request: Packed
    answer: asyncio.Future[Appended]


class Log:
    """The writing side of the log, for one event loop.

    ``await log.start()``, then any number of tasks ``await log.append(…)``, then
    ``await log.stop()``, which writes what was taken and refuses what comes after.
    """

    def __init__(
        self,
        conninfo: str,
        clock: Clock,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        streams_max: int = STREAMS_MAX,
    ) -> None:
        """Prepare a log; nothing is opened yet.

        Args:
            conninfo: a connection string.
            clock: the source of recorded times.
            patience_seconds: how long a request waits for a database that does not answer.
            streams_max: how many streams' heads are remembered.
        """
        self._conninfo = conninfo
        self._patience_seconds = patience_seconds
        self._session = Session(clock, streams_max)
        self._waiting: deque[_Waiting] = deque()
        self._awake = asyncio.Event()
        self._stopping = False
        self._moment: asyncio.TimerHandle | None = None
        self._moment_over = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect and begin to serve.

        Raises:
            LogUnavailable: the database cannot be reached.
            LogFault: it can, but not be appended to: not migrated, or no right to.
        """
        try:
            await self._session.open(self._conninfo)
        except ConnectionLost as lost:
            raise LogUnavailable from lost
        except psycopg.Error as refusal:
            raise LogFault(f"SQLSTATE {refusal.sqlstate}") from refusal
        self._stopping = False
        self._task = asyncio.create_task(self._serve(), name="appender")

    async def stop(self) -> None:
        """Write what was taken, then close. Further requests fail with ``LogClosed``."""
        self._stopping = True
        self._awake.set()
        if self._task is not None:
            await self._task
            self._task = None
        await self._session.close()

    def submit(self, append: Append) -> asyncio.Future[Appended]:
        """Put a request into the queue at once; the future ends as ``append`` does.

        Raises:
            MalformedAppend: it is not an append.
            LogClosed: nothing is taken any more.
        """
        request = packed(append)
        if self._task is None or self._stopping:
            raise LogClosed
        answer: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(request, answer))
        self._awake.set()
        return answer

    async def append(self, append: Append) -> Appended:
        """Write a request, all of it or nothing, and return where once it is durable.

        Raises:
            VersionConflict: a stream that it writes or relies on has moved on.
            DateMoved: it would bear another date than it was decided for.
            KeyReused: it was written before, and here is what was answered.
            KeyMismatch: its key was used for something else.
            MalformedAppend: it is not an append.
            AppendRejected: the database refuses its rows.
            OutcomeUnknown: it may or may not have been written.
            LogFault: it was not written, because the log is closed or cannot be reached.
        """
        return await self.submit(append)

    async def _serve(self) -> None:
        while self._waiting or not self._stopping:
            if not self._waiting:
                await self._idle()
                continue
            taken = self._take()
            outcomes: Outcomes = {}
            try:
                await self._settle([one.request for one in taken], outcomes)
            except Exception as fault:  # noqa: BLE001 - whatever it was, nobody is left waiting
                for one in taken:
                    outcomes.setdefault(one.request, _unforeseen(fault))
                self._session.in_doubt = None
                await self._session.close()
            for request, answer in taken:
                _answer(answer, outcomes[request])
        if self._moment is not None:
            self._moment.cancel()
            self._moment = None
        if self._session.untold:
            await self._session.tell()

    async def _idle(self) -> None:
        """Wait for requests; when none came for a moment, wake those who listen."""
        if not self._session.untold:
            self._moment_over = False
        elif self._moment_over:
            self._moment_over = False
            await self._session.tell()
            return
        elif self._moment is None:
            self._moment = asyncio.get_running_loop().call_later(TELL_SECONDS, self._over)
        self._awake.clear()
        await self._awake.wait()

    def _over(self) -> None:
        self._moment = None
        self._moment_over = True
        self._awake.set()

    def _take(self) -> list[_Waiting]:
        """Take as many requests as one call may carry, and at least one."""
        taken: list[_Waiting] = []
        entries = size = streams = 0
        while self._waiting:
            request, answer = self._waiting[0]
            entries += len(request.append.drafts)
            size += request.size
            streams += len(request.names)
            full = entries > ENTRIES_MAX or size > BATCH_BYTES_MAX or streams > BATCH_STREAMS_MAX
            if taken and full:
                break
            self._waiting.popleft()
            if not answer.done():  # its caller has gone: nothing was promised
                taken.append(_Waiting(request, answer))
        return taken

    async def _settle(self, requests: list[Packed], outcomes: Outcomes) -> None:
        """Settle requests, through lost connections and a database that is not itself."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience_seconds
        pause = PAUSE_SECONDS_MIN
        connected = True
        while True:
            try:
                if not connected:
                    await self._session.open(self._conninfo)
                    await self._session.resolve(outcomes)
                    connected = True
                left = [one for one in requests if one not in outcomes]
                if left:
                    await self._session.settle(left, outcomes)
            except (ConnectionLost, psycopg.Error) as fault:
                connected = False
                if loop.time() + pause > deadline:
                    self._give_up(requests, outcomes, fault)
                    return
                await asyncio.sleep(pause)
                pause = min(2 * pause, PAUSE_SECONDS_MAX)
            else:
                return

    def _give_up(self, requests: list[Packed], outcomes: Outcomes, fault: Exception) -> None:
        doubted = self._session.in_doubt
        unknown = {one for one, _ in doubted.written} if doubted is not None else set()
        self._session.in_doubt = None
        detail = f"SQLSTATE {fault.sqlstate}" if isinstance(fault, psycopg.Error) else ""
        for one in requests:
            if one in outcomes:
                continue
            if one in unknown:
                outcomes[one] = OutcomeUnknown(detail)
            else:
                outcomes[one] = LogUnavailable(detail)


def _unforeseen(fault: Exception) -> LogFault:
    unknown = OutcomeUnknown(type(fault).__name__)
    unknown.__cause__ = fault
    return unknown


def _answer(answer: asyncio.Future[Appended], outcome: Appended | Exception) -> None:
    if answer.done():
        return
    if isinstance(outcome, Appended):
        answer.set_result(outcome)
    else:
        answer.set_exception(outcome)
