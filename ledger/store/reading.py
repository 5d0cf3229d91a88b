"""The reading side of the log, for one event loop.

Requests that wait while a query is under way travel together in the next one, as appends do:
under load a hundred tasks that load a stream each cost a few round trips. Lanes (connections)
are few on purpose: more of them mean smaller queries.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import psycopg
from psycopg.pq.abc import PGresult

from ledger.store import arrays, statements
from ledger.store.arrays import Oid
from ledger.store.batch import LogHead
from ledger.store.failures import LogFault, LogUnavailable
from ledger.store.rows import COLUMNS, Stored, stored_rows
from ledger.store.statements import HEAD, KEYS, STATEMENTS, Statements, StoredKey
from ledger.store.wire import Call, ConnectionLost, Wire

LANES: Final = 2
STREAMS_MAX: Final = 2_000
"""Most streams of one query."""
PAGE_ENTRIES: Final = 1_000
PATIENCE_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.1

_STREAMS: Final = b"streams"
_RANGE: Final = b"range"
_QUESTIONS: Final[Statements] = {
    HEAD: STATEMENTS[HEAD],
    KEYS: STATEMENTS[KEYS],
    _STREAMS: (
        # "offset 0" keeps the look-up of each stream apart, so that it goes by the index always.
        f"""
        select found.* from unnest($1, $2) as asked (stream, after), lateral (
          select {COLUMNS} from ledger.entry
          where entry.stream = asked.stream and entry.version > asked.after
          order by entry.version offset 0
        ) as found
        """,  # noqa: S608 - constants of ours
        (arrays.ARRAY_OF[Oid.TEXT], arrays.ARRAY_OF[Oid.INT4]),
    ),
    _RANGE: (
        f"""
        select {COLUMNS} from ledger.entry where position > $1 and position <= $2
        order by position limit $3
        """,  # noqa: S608 - constants of ours
        (Oid.INT8, Oid.INT8, Oid.INT4),
    ),
}
_POSITION_MAX: Final = 2**63 - 1

Streams = dict[str, list[Stored]]


@dataclass(slots=True, eq=False)
class _Asked:
    """What one caller wants to know, and where the answer goes.

    Attributes:
        streams: stream → the version after which to read.
        key: scope and key of an idempotency row, if it is asked for.
        answer: the entries by stream, and the row of the key.
    """

    streams: Mapping[str, int]
    key: tuple[str, str] | None
    answer: asyncio.Future[tuple[Streams, StoredKey | None]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Reader:
    """Reads streams, keys, ranges and the head.

    ``await reader.start()``, then any number of tasks may ask, then ``await reader.stop()``.
    A lost connection is opened again and the question asked again.
    """

    def __init__(
        self, conninfo: str, *, lanes: int = LANES, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Prepare a reader; nothing is opened yet.

        Args:
            conninfo: a connection string.
            lanes: how many connections it uses at most.
            patience_seconds: how long a question waits for a database that does not answer.
        """
        self._lanes = [_Lane(conninfo, patience_seconds) for _ in range(lanes)]
        self._free: asyncio.LifoQueue[_Lane] = asyncio.LifoQueue()
        self._waiting: list[_Asked] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connect.

        Raises:
            LogUnavailable: the database cannot be reached.
            LogFault: it can, but not be read.
        """
        for lane in self._lanes:
            await lane.run()
            self._free.put_nowait(lane)

    async def stop(self) -> None:
        """Close the connections when what is under way is through; nobody may ask any more."""
        await asyncio.gather(*self._tasks)
        for lane in self._lanes:
            await lane.close()

    async def streams(self, after: Mapping[str, int]) -> Streams:
        """Return the entries of streams, each in the order of its versions.

        Args:
            after: stream → the version after which to read; 0 reads all.

        Returns:
            The entries by stream; a stream without any has an empty list.

        Raises:
            LogFault: the database cannot be asked.
        """
        found, _ = await self._ask(_Asked(after, None))
        return found

    async def stream(self, name: str, after: int = 0) -> list[Stored]:
        """Return the entries of one stream after a version; raises as ``streams``."""
        return (await self.streams({name: after}))[name]

    async def answer(self, scope: str, key: str) -> StoredKey | None:
        """Return what is stored under an idempotency key; raises as ``streams``."""
        _, stored = await self._ask(_Asked({}, (scope, key)))
        return stored

    async def head(self) -> LogHead:
        """Return where the log stands; raises as ``streams``."""
        async with self._lane() as lane:
            (result,) = await lane.run(Call(HEAD))
        return statements.head_of(result)

    async def range(
        self, after: int, until: int | None = None, limit: int = PAGE_ENTRIES
    ) -> list[Stored]:
        """Return the entries at positions after ``after`` up to ``until``, at most ``limit``."""
        parameters = [
            arrays.bare(arrays.of_int8(after)),
            arrays.bare(arrays.of_int8(_POSITION_MAX if until is None else until)),
            arrays.bare(arrays.of_int4(limit)),
        ]
        async with self._lane() as lane:
            (result,) = await lane.run(Call(_RANGE, parameters))
        return list(stored_rows(result))

    async def pages(
        self, after: int = 0, until: int | None = None, limit: int = PAGE_ENTRIES
    ) -> AsyncIterator[list[Stored]]:
        """Yield the entries at positions after ``after`` up to ``until``, page by page."""
        while page := await self.range(after, until, limit):
            yield page
            after = page[-1].position

    @asynccontextmanager
    async def _lane(self) -> AsyncIterator["_Lane"]:
        lane = await self._free.get()
        try:
            yield lane
        finally:
            self._free.put_nowait(lane)

    async def _ask(self, asked: _Asked) -> tuple[Streams, StoredKey | None]:
        self._waiting.append(asked)
        if len(self._waiting) == 1:
            task = asyncio.create_task(self._gather())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await asked.answer

    async def _gather(self) -> None:
        """Ask what has gathered by the time that a lane is free, in one round trip."""
        async with self._lane() as lane:
            taken, self._waiting = self._waiting, []
            after: dict[str, int] = {}
            for one in taken:
                for stream, version in one.streams.items():
                    after[stream] = min(version, after.get(stream, version))
            keys = [one.key for one in taken if one.key is not None]
            try:
                found, stored = await _answered(lane, after, keys)
            except LogFault as fault:
                for one in taken:
                    if not one.answer.done():
                        one.answer.set_exception(fault)
                return
        for one in taken:
            if not one.answer.done():
                one.answer.set_result((_share(found, one.streams), stored.get(one.key or ("", ""))))


async def _answered(
    lane: "_Lane", after: Mapping[str, int], keys: Iterable[tuple[str, str]]
) -> tuple[Streams, dict[tuple[str, str], StoredKey]]:
    names, scoped = list(after.items()), list(keys)
    calls = []
    for start in range(0, len(names), STREAMS_MAX):
        some = names[start : start + STREAMS_MAX]
        streams = [arrays.of_text(stream) for stream, _ in some]
        versions = [arrays.of_int4(version) for _, version in some]
        count = len(some)
        parameters = [
            arrays.array(Oid.TEXT, count, streams),
            arrays.array(Oid.INT4, count, versions),
        ]
        calls.append(Call(_STREAMS, parameters))
    if scoped:
        calls.append(statements.keys_asked(scoped))
    results = await lane.run(*calls)
    stored = statements.keys_of(results.pop()) if scoped else {}
    found: Streams = {stream: [] for stream, _ in names}
    for result in results:
        for row in stored_rows(result):
            found[row.stream].append(row)
    return found, stored


def _share(found: Streams, after: Mapping[str, int]) -> Streams:
    """Return what one caller asked for: others may have asked for more of the same stream."""
    return {
        stream: [row for row in found[stream] if row.version > version]
        for stream, version in after.items()
    }


class _Lane:
    """One connection that is opened when it is needed and again when it was lost."""

    def __init__(self, conninfo: str, patience_seconds: float) -> None:
        self._conninfo = conninfo
        self._patience_seconds = patience_seconds
        self._wire: Wire | None = None

    async def run(self, *calls: Call) -> list[PGresult]:
        """Run calls in one round trip; nothing to run only connects."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience_seconds
        while True:
            try:
                if self._wire is None:
                    self._wire = await statements.opened(self._conninfo, "read", _QUESTIONS)
                return await self._wire.run(*calls)
            except ConnectionLost as lost:
                await self.close()
                if loop.time() + PAUSE_SECONDS > deadline:
                    raise LogUnavailable from lost
                await asyncio.sleep(PAUSE_SECONDS)
            except psycopg.Error as refusal:
                raise LogFault(f"SQLSTATE {refusal.sqlstate}") from refusal
            except asyncio.CancelledError:
                await self.close()  # an answer may still be on its way that nobody wants
                raise

    async def close(self) -> None:
        """Close the connection."""
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.close()
