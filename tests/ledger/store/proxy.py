"""A stand-in for a bad network: it passes bytes between client and server until told to cut.

It cuts at a step of the appender's conversation, which it knows by the name of the prepared
statement in the message: either before the server hears of it (lost), or after the server has
answered and before the client hears of that (kept, though reported lost).
"""

import asyncio
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from typing import Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

CHUNK_BYTES = 1 << 20


class Cut(Enum):
    """When to cut."""

    BEFORE = auto()
    AFTER = auto()


class Proxy:
    """One listening socket; use it as an asynchronous context manager.

    Attributes:
        cuts: how often it has cut.
        refusing: whether it turns new connections away.
    """

    def __init__(self, conninfo: str, directory: Path) -> None:
        given = conninfo_to_dict(conninfo)
        port = given.get("port") or "5432"
        self.cuts = 0
        self.refusing = False
        self.conninfo = make_conninfo(conninfo, host=str(directory), port=port)
        self._target = str(Path(str(given["host"])) / f".s.PGSQL.{port}")
        self._path = str(directory / f".s.PGSQL.{port}")
        self._plan: list[tuple[bytes, Cut]] = []
        self._clients: list[asyncio.StreamWriter] = []
        self._dropped = False
        self._ended = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._accept, self._path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self._ended.set()
        self.drop()
        await asyncio.gather(*self._tasks)

    def cut(self, statement: bytes, when: Cut) -> None:
        """Cut at the next use of a statement; more plans come one after another."""
        self._plan.append((statement, when))

    def drop(self) -> None:
        """Break every connection to the client; the server learns of it at the end only."""
        self._dropped = True
        for writer in self._clients:
            writer.close()
        self._clients.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if self.refusing or task is None:
            writer.close()
            return
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._clients.append(writer)
        server = await asyncio.open_unix_connection(self._target)
        answers = asyncio.create_task(_copy(server[0], writer))
        with suppress(OSError):
            if await self._requests(reader, server[1]) is Cut.AFTER:
                # Whatever the server says now stays here; it has answered when it says anything.
                answers.cancel()
                await asyncio.gather(answers, return_exceptions=True)
                await server[0].read(CHUNK_BYTES)
        writer.close()
        if self._dropped:
            await self._ended.wait()
        answers.cancel()
        await asyncio.gather(answers, return_exceptions=True)
        server[1].close()

    async def _requests(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter
    ) -> Cut | None:
        """Pass the client's bytes on, up to its end or the cut."""
        while data := await reader.read(CHUNK_BYTES):
            statement, when = self._plan[0] if self._plan else (b"", None)
            if when is not None and b"\0" + statement + b"\0" in data:
                self._plan.pop(0)
                self.cuts += 1
                if when is Cut.AFTER:
                    server.write(data)
                    await server.drain()
                return when
            server.write(data)
            await server.drain()
        return None


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK_BYTES):
            target.write(data)
            await target.drain()
    target.close()
