import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from ledger.clock import SystemClock
from ledger.embedded.server import EmbeddedServer
from ledger.store import statements
from ledger.store.append import Log
from ledger.store.failures import KeyReused, LogFault, LogUnavailable, OutcomeUnknown
from ledger.store.migrations import migrate
from ledger.store.reading import Reader
from ledger.store.verifying import verify_log
from tests.ledger.store.making import keyed, new_stream, one, rows, writing
from tests.ledger.store.proxy import Cut, Proxy

BACKEND = "select pid from pg_stat_activity where application_name = 'mingzhang append'"


@pytest.fixture
async def proxy(database: str) -> AsyncIterator[Proxy]:
    """A bad network before a fresh database."""
    with TemporaryDirectory() as directory:
        async with Proxy(database, Path(directory)) as standing:
            yield standing


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    """A server that a test may kill."""
    with TemporaryDirectory(prefix="mingzhang-crash-") as home:
        Path(home).chmod(0o711)
        server = EmbeddedServer(Path(home))
        yield server
        server.start()
        server.discard()


@pytest.mark.parametrize("when", Cut)
@pytest.mark.parametrize("contended", [False, True])
@pytest.mark.parametrize(
    "step", [statements.APPEND, statements.HEADS, statements.BEGIN, statements.COMMIT]
)
async def test_a_step_that_is_lost_or_only_reported_lost_is_written_exactly_once(
    proxy: Proxy, database: str, step: bytes, when: Cut, contended: bool
) -> None:
    read = new_stream()
    log, other = Log(proxy.conninfo, SystemClock()), Log(database, SystemClock())
    await log.start()
    await other.start()
    for n in (1, 2, 3):
        proxy.cut(step, when)
        await other.append(writing((read, n)))
        if contended:
            log._session._contended = 8  # noqa: SLF001 - as after a batch of another process
        streams = [new_stream() for _ in range(10)]
        answers = await asyncio.gather(
            *(log.append(keyed(writing((name, 1), guards=((read, n),)), name)) for name in streams)
        )
        assert len({answer.first for answer in answers}) == 10
    await log.stop()
    await other.stop()

    assert proxy.cuts > 0
    assert len(rows(database)) == 33
    assert verify_log(database).broken is None


async def test_a_server_that_still_works_on_a_lost_request_writes_it_once(
    proxy: Proxy, database: str
) -> None:
    """The connection breaks while the server waits for a lock; what it does then, it does once."""
    log = Log(proxy.conninfo, SystemClock())
    await log.start()
    with psycopg.connect(database) as blocking:
        blocking.execute("select from ledger.head for update")
        waiting = asyncio.create_task(log.append(writing((new_stream(), 1))))
        await asyncio.sleep(0.3)
        proxy.drop()
        await asyncio.sleep(0.3)
        blocking.commit()
    appended = await waiting
    await log.stop()

    assert [row.position for row in rows(database)] == [appended.first] == [1]


async def test_callers_are_told_when_nobody_can_know_whether_they_were_written(
    proxy: Proxy, database: str
) -> None:
    log = Log(proxy.conninfo, SystemClock(), patience_seconds=0.3)
    await log.start()
    proxy.cut(statements.APPEND, Cut.AFTER)
    in_doubt = asyncio.create_task(log.append(keyed(writing((new_stream(), 1)), "k")))
    await asyncio.sleep(0)
    proxy.refusing = True

    with pytest.raises(OutcomeUnknown):
        await in_doubt
    with pytest.raises(LogUnavailable):
        await log.append(writing((new_stream(), 1)))

    # Once it is back, the key tells what became of it.
    proxy.refusing = False
    with pytest.raises(KeyReused):
        await log.append(keyed(writing((new_stream(), 1)), "k"))
    await log.append(writing((new_stream(), 1)))
    await log.stop()
    assert len(rows(database)) == 2


async def test_a_backend_that_is_terminated_again_and_again_costs_nobody_anything(
    log: Log, database: str
) -> None:
    told: list[tuple[int, str, int]] = []
    load = _load(log, told)
    for _ in range(10):
        await asyncio.sleep(0.1)
        one(
            database,
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and application_name = 'mingzhang append'",
        )
    load.cancel()
    await asyncio.gather(load, return_exceptions=True)
    await log.stop()

    assert len(told) > 10
    stored = {(row.position, row.stream, row.version) for row in rows(database)}
    assert set(told) <= stored
    assert verify_log(database).broken is None


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGQUIT])
async def test_a_server_that_restarts_in_mid_flight_loses_nothing_acknowledged(
    own_server: EmbeddedServer, how: signal.Signals
) -> None:
    conninfo = own_server.start()
    migrate(conninfo)
    log, reader = Log(conninfo, SystemClock()), Reader(conninfo)
    await log.start()
    await reader.start()
    told: list[tuple[int, str, int]] = []
    load = _load(log, told)
    for _ in range(3):
        await asyncio.sleep(0.5)
        before = len(told)
        await asyncio.to_thread(_restart, own_server, how)
        while len(told) < before + 50:
            await asyncio.sleep(0.05)
            assert not load.done(), "nobody's append fails while the server comes back in time"
        position, stream, version = told[-1]
        row, *_ = await reader.stream(stream, after=version - 1)
        assert row.position == position
    load.cancel()
    await asyncio.gather(load, return_exceptions=True)
    await log.stop()
    await reader.stop()

    stored = {(row.position, row.stream, row.version) for row in rows(conninfo)}
    assert set(told) <= stored
    assert verify_log(conninfo).broken is None


async def test_a_backend_that_is_killed_takes_the_server_down_and_nothing_acknowledged(
    own_server: EmbeddedServer,
) -> None:
    """PostgreSQL ends every connection and recovers when one of its processes is killed."""
    conninfo = own_server.start()
    migrate(conninfo)
    log = Log(conninfo, SystemClock())
    await log.start()
    told: list[tuple[int, str, int]] = []
    load = _load(log, told)
    for _ in range(3):
        await asyncio.sleep(0.3)
        before = len(told)
        os.kill(one(conninfo, BACKEND), signal.SIGKILL)
        while len(told) < before + 200:
            await asyncio.sleep(0.05)
            assert not load.done(), "nobody's append fails while the server comes back in time"
    load.cancel()
    await asyncio.gather(load, return_exceptions=True)
    await log.stop()

    stored = {(row.position, row.stream, row.version) for row in rows(conninfo)}
    assert set(told) <= stored
    assert verify_log(conninfo).broken is None


async def test_a_log_does_not_start_on_a_database_that_was_not_migrated(
    empty_database: str,
) -> None:
    with pytest.raises(LogFault, match="42P01"):
        await Log(empty_database, SystemClock()).start()


async def test_a_log_does_not_start_where_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable):
        await Log(f"host={tmp_path}", SystemClock()).start()


def _load(log: Log, told: list[tuple[int, str, int]]) -> asyncio.Future[list[None]]:
    """Append from many tasks until cancelled; ends at once when an append fails."""

    async def work() -> None:
        while True:
            stream = new_stream()
            for version in range(1, 6):
                appended = await log.append(writing((stream, version)))
                told.append((appended.first, stream, version))

    return asyncio.gather(*(work() for _ in range(16)))


def _restart(server: EmbeddedServer, how: signal.Signals) -> None:
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, how)
    while server.status().state not in ("stopped", "left"):
        time.sleep(0.02)
    server.start()
