import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from ledger.clock import SystemClock
from ledger.store import statements
from ledger.store.append import Log
from ledger.store.listening import Listener, SyncListener
from ledger.store.reading import Reader
from ledger.store.threads import SyncLog
from ledger.store.verifying import verify_log
from ledger.store.wire import Call
from tests.ledger.store.making import new_stream, rows, writing
from tests.ledger.store.running import acknowledged, missing, started


async def test_two_processes_write_one_gapless_log(database: str) -> None:
    writers = [started(database, 800) for _ in range(2)]
    outputs = [await asyncio.to_thread(writer.communicate) for writer in writers]

    told = [entry for output, _ in outputs for entry in acknowledged(output)]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert sorted(entry.position for entry in told) == list(range(1, 1601))
    assert not missing(told, rows(database))
    assert verify_log(database).broken is None


async def test_a_killed_writer_loses_nothing_that_was_acknowledged(database: str) -> None:
    """Several kills of one writer, beside another writer and a reader that follows the log."""
    seen: list[int] = []
    done = asyncio.Event()
    follower = asyncio.create_task(_follow(database, seen, done))
    other = started(database)
    told = []
    for _ in range(4):
        writer = started(database)
        await asyncio.sleep(1.2)
        writer.kill()
        output, _ = await asyncio.to_thread(writer.communicate)
        told += acknowledged(output)
    other.kill()
    output, _ = await asyncio.to_thread(other.communicate)
    done.set()
    await follower

    assert len(told) > 100
    stored = rows(database)
    assert not missing([*told, *acknowledged(output)], stored)
    assert verify_log(database).broken is None
    assert seen == [row.position for row in stored]


async def _follow(conninfo: str, seen: list[int], done: asyncio.Event) -> None:
    """Read the log as it grows, until it is done and read to its end."""
    reader, listener = Reader(conninfo, lanes=1), Listener(conninfo, poll_seconds=0.2)
    await reader.start()
    await listener.start()
    at = 0
    while True:
        last_round = done.is_set()
        async for page in reader.pages(after=at):
            seen += [row.position for row in page]
            at = page[-1].position
        if last_round:
            break
        await listener.wait(at, timeout_seconds=0.5)
    await listener.stop()
    await reader.stop()


def test_many_threads_write_one_gapless_log(database: str) -> None:
    with SyncLog(database, SystemClock()) as log, ThreadPoolExecutor(16) as threads:

        def work(_: int) -> list[int]:
            stream = new_stream()
            return [log.append(writing((stream, version))).first for version in range(1, 21)]

        positions = [one for part in threads.map(work, range(16)) for one in part]

    assert sorted(positions) == list(range(1, 321))
    assert verify_log(database).broken is None


def test_the_face_for_threads_reads_what_it_wrote(database: str) -> None:
    stream = new_stream()
    with SyncLog(database, SystemClock()) as log:
        appended = log.append(writing((stream, 1), (stream, 2)))

        assert [row.version for row in log.stream(stream, after=1)] == [2]
        assert [row.position for row in log.range(0)] == [1, 2]
        assert log.head().position == 2
        assert log.head().time == appended.time
        assert log.answer("nobody", "nothing") is None


def test_a_thread_that_follows_misses_nothing(database: str) -> None:
    seen: list[int] = []
    stop = threading.Event()

    def follow(log: SyncLog) -> None:
        listener = SyncListener(database, poll_seconds=0.2)
        at = 0
        while not (stop.is_set() and at == 200):
            for row in log.range(at):
                seen.append(row.position)
                at = row.position
            listener.wait(at, timeout_seconds=0.2)
        listener.close()

    with SyncLog(database, SystemClock()) as log:
        follower = threading.Thread(target=follow, args=(log,))
        follower.start()
        for _ in range(200):
            log.append(writing((new_stream(), 1)))
        stop.set()
        follower.join(timeout=20)

    assert seen == list(range(1, 201))


async def test_a_process_that_hangs_under_the_lock_does_not_stop_the_others(
    database: str,
) -> None:
    """The server ends a transaction of an appender that stays idle for some seconds."""
    hanging = Log(database, SystemClock())
    await hanging.start()
    wire = hanging._session._connected  # noqa: SLF001 - as if its process had been stopped here
    await wire.run(Call(statements.BEGIN), Call(statements.LOCK))
    log = Log(database, SystemClock())
    await log.start()

    begun = time.monotonic()
    await log.append(writing((new_stream(), 1)))

    assert time.monotonic() - begun < 10
    await log.stop()
    await hanging.stop()
