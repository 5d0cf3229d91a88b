"""Goals 1, 9 and 10: the appender alone, 64 submitters, beside pgbench."""

import asyncio
from collections.abc import Callable, Coroutine
from hashlib import sha256
from itertools import count
from time import perf_counter
from typing import Any, NamedTuple
from uuid import UUID

from aggregates.ids import derived_id
from aggregates.language import Message
from ledger.clock import SystemClock
from ledger.entry import Draft, Envelope, draft
from ledger.ids import SystemIds
from ledger.measuring.anchors import EVENT_BYTES, p8, server_seconds
from ledger.measuring.results import Goal, Result, ratios
from ledger.rows import NO_ROWS, SealedRow, VaultRows
from ledger.store.append import Log
from ledger.store.requests import Append, Key

SUBMITTERS = 64
SEALED_EVERY = 3
STREAM_ENTRIES = 20
APPEND = Goal(1, Message("追加，64个提交者", "append, 64 submitters"), 1.0, least=True, unit="× P8")
CPU = Goal(10, Message("每条的服务器CPU", "server CPU per entry"), 30.0, least=False, unit="µs")


class Writer:
    """Makes event-sized requests: a key, a guard, and a sealed row for every third entry."""

    def __init__(self) -> None:
        self._ids = SystemIds(SystemClock())
        self._numbers = count()
        self._filling = "x" * (EVENT_BYTES - 420)
        self._actor = str(derived_id("account", "bench"))

    def stream(self) -> str:
        """Return the name of a new stream."""
        return f"training-class/{self._ids.new()}"

    def request(self, stream: str, version: int) -> Append:
        """Return the request for the next entry of a stream."""
        number = next(self._numbers)
        mark = sha256(f"{stream}/{version}".encode()).digest()
        rows = NO_ROWS
        if number % SEALED_EVERY == 0:
            secret = SealedRow(mark, UUID(bytes=mark[:16]), "name", mark * 3)
            rows = VaultRows(sealed=(secret,))
        return Append(
            drafts=(self._draft(stream, version, number),),
            guards=((stream, version - 1),),
            key=Key("bench", f"{stream}/{version}", mark),
            answer=b"[]",
            vault=rows,
        )

    def _draft(self, stream: str, version: int, number: int) -> Draft:
        envelope = Envelope(
            stream=stream,
            version=version,
            type="training-class.session-held.v1",
            source="//bench",
            actor=self._actor,
            actorrole="INST_CLERK",
            actororg="",
            county="371502",
            channel="outer",
            regime="R3",
            policy="p1.c1.w8",
        )
        data: dict[str, Any] = {"findings": [], "n": number, "text": self._filling}
        return draft(envelope, data)


class Measured(NamedTuple):
    """What one run of the submitters came to.

    Attributes:
        rate: Entries acknowledged a second.
        cpu_us: Processor time of the server for each of them, in microseconds.
    """

    rate: float
    cpu_us: float


async def submit(conninfo: str, seconds: float, *, submitters: int = SUBMITTERS) -> Measured:
    """Let submitters append for some seconds."""
    log, writer = Log(conninfo, SystemClock()), Writer()
    await log.start()
    done = 0
    before, begun = server_seconds(conninfo), perf_counter()
    until = begun + seconds

    async def one() -> None:
        nonlocal done
        while perf_counter() < until:
            stream = writer.stream()
            for version in range(1, STREAM_ENTRIES + 1):
                await log.append(writer.request(stream, version))
                done += 1
                if perf_counter() >= until:
                    return

    await asyncio.gather(*(one() for _ in range(submitters)))
    spent = perf_counter() - begun
    # Read while the appender's server process still lives: the time of one that has ended is lost.
    cpu = server_seconds(conninfo) - before
    await log.stop()
    return Measured(done / spent, cpu / done * 1e6)


def measure(
    conninfo: str,
    *,
    repetitions: int,
    seconds: float,
    run: Callable[[Coroutine[Any, Any, Measured]], Measured],
) -> list[Result]:
    """Measure goals 1 and 10, interleaved with the anchor."""
    anchor: list[float] = []
    found: list[Measured] = []
    for _ in range(repetitions):
        anchor.append(p8(conninfo, seconds))
        found.append(run(submit(conninfo, seconds)))
    ours = [one.rate for one in found]
    cpu = [one.cpu_us for one in found]
    return [
        Result(APPEND, ratios(ours, anchor), ours, anchor, "entries/s"),
        Result(CPU, cpu, cpu, [], "µs"),
    ]
