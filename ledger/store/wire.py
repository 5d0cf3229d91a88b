"""A connection on which prepared statements are called with bytes, one round trip for several.

This is libpq without a driver's adaptation: the appender packs its arrays itself. Calls of one
``run`` travel together; unless one of them says ``begin``, they are one transaction.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple, Self

from psycopg import AsyncConnection, Error, OperationalError, pq
from psycopg.errors import error_from_result
from psycopg.pq.abc import PGconn, PGresult

LOOK_AGAIN_SECONDS: Final = 0.5
"""So long a call trusts the event loop to tell that something came. libuv (uvloop) stops telling
after the first error on a socket, and what libpq reads then need not be the end."""

_GOOD: Final = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)


class Call(NamedTuple):
    """A prepared statement, by name, and its parameters in binary form."""

    statement: bytes
    parameters: Sequence[bytes] = ()


class ConnectionLost(Exception):  # noqa: N818 - what happened
    """The connection broke; what was under way may have been committed or not."""


class NotSent(ConnectionLost):
    """The connection was broken before; nothing was under way."""


class Wire:
    """One connection in pipeline mode, for one task at a time."""

    def __init__(self, connection: AsyncConnection[object]) -> None:
        self._connection = connection
        self._pgconn: PGconn = connection.pgconn
        self._loop = asyncio.get_running_loop()
        # A descriptor of our own: libpq closes its one whenever it finds the connection broken,
        # and the number may be another connection's before the loop has let go of it.
        self._socket = os.dup(self._pgconn.socket)
        self._results: list[PGresult] = []
        self._done: asyncio.Future[list[PGresult]] | None = None
        self._look: asyncio.TimerHandle | None = None
        self._pgconn.nonblocking = 1
        self._pgconn.enter_pipeline_mode()
        self._loop.add_reader(self._socket, self._receive)

    @classmethod
    async def connect(cls, conninfo: str, settings: str = "") -> Self:
        """Open a connection.

        Args:
            conninfo: a connection string.
            settings: statements to run first, such as ``set …``.

        Raises:
            ConnectionLost: nobody answers, or refuses to.
        """
        try:
            connection = await AsyncConnection.connect(conninfo, autocommit=True)
            if settings:
                await connection.execute(settings.encode())
        except Error as fault:
            raise ConnectionLost(type(fault).__name__) from fault
        return cls(connection)

    async def prepare(self, name: bytes, statement: bytes, oids: Sequence[int] = ()) -> None:
        """Prepare a statement under a name."""
        self._start()
        with self._sending():
            self._pgconn.send_prepare(name, statement, oids)
            self._pgconn.pipeline_sync()
            self._send()
        await self._finished()

    async def run(self, *calls: Call) -> list[PGresult]:
        """Run calls in one round trip and return their results, binary.

        Raises:
            NotSent: the connection was broken before.
            ConnectionLost: the connection broke.
            Error: the database refused one of them (a psycopg error with its SQLSTATE); those
                behind it were not run, and an open transaction must be rolled back.
        """
        self._start()
        send = self._pgconn.send_query_prepared
        with self._sending():
            for name, parameters in calls:
                send(name, parameters, param_formats=[1] * len(parameters), result_format=1)
            self._pgconn.pipeline_sync()
            self._send()
        return await self._finished()

    async def close(self) -> None:
        """Close the connection; what was under way and not committed is rolled back."""
        self._detach()
        self._fail(ConnectionLost("closed"))
        await self._connection.close()

    def _start(self) -> None:
        if self._socket < 0:
            raise NotSent("closed")
        self._results = []
        self._done = self._loop.create_future()
        if self._look is None:
            self._look = self._loop.call_later(LOOK_AGAIN_SECONDS, self._look_again)

    async def _finished(self) -> list[PGresult]:
        assert self._done is not None  # noqa: S101 - set by _start
        results = await self._done
        for result in results:
            if result.status not in _GOOD and result.status != pq.ExecStatus.PIPELINE_ABORTED:
                raise error_from_result(result)
        return results

    @contextmanager
    def _sending(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as fault:
            self._broken(fault)
            raise ConnectionLost(type(fault).__name__) from fault

    def _send(self) -> None:
        """Hand bytes to the kernel; when it takes no more, go on as soon as it does."""
        if self._pgconn.flush():
            self._loop.add_writer(self._socket, self._send_more)

    def _send_more(self) -> None:
        try:
            if not self._pgconn.flush():
                self._loop.remove_writer(self._socket)
        except OperationalError as fault:
            self._broken(fault)

    def _receive(self) -> None:
        """Collect results up to the one that says that the pipeline is through."""
        pgconn, ends = self._pgconn, 0
        try:
            pgconn.consume_input()
            while ends < 2 and not pgconn.is_busy():  # noqa: PLR2004 - then nothing is under way
                result = pgconn.get_result()
                if result is None:
                    ends += 1
                elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                    self._through()
                    return
                else:
                    ends = 0
                    self._results.append(result)
        except OperationalError as fault:
            self._broken(fault)

    def _look_again(self) -> None:
        self._look = None
        if self._socket >= 0 and self._done is not None and not self._done.done():
            self._look = self._loop.call_later(LOOK_AGAIN_SECONDS, self._look_again)
            self._receive()

    def _through(self) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(self._results)

    def _broken(self, fault: Exception) -> None:
        self._detach()
        lost = ConnectionLost(type(fault).__name__)
        lost.__cause__ = fault
        self._fail(lost)

    def _detach(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None
        if self._socket >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            os.close(self._socket)
            self._socket = -1

    def _fail(self, lost: ConnectionLost) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(lost)
            self._done.exception()  # there may be nobody waiting yet, and then nobody will
