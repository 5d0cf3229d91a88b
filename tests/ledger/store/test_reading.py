import asyncio
from collections.abc import AsyncIterator

import pytest

from ledger.store.append import Log
from ledger.store.failures import LogUnavailable
from ledger.store.listening import Listener
from ledger.store.reading import STREAMS_MAX, Reader
from tests.ledger.store.making import keyed, new_stream, one, other_process, rows, writing


@pytest.fixture
async def reader(database: str) -> AsyncIterator[Reader]:
    """A reader on the log's database."""
    running = Reader(database)
    await running.start()
    yield running
    await running.stop()


async def test_a_read_entry_is_the_stored_row(log: Log, reader: Reader, database: str) -> None:
    stream = new_stream()
    appended = await log.append(writing((stream, 1)))

    (stored,) = await reader.stream(stream)

    (row,) = rows(database)
    assert stored == (1, stream, 1, "training-class.started.v1", appended.time, row.body, row.leaf)


async def test_streams_are_read_together_each_from_its_own_version(
    log: Log, reader: Reader
) -> None:
    a, b, absent = new_stream(), new_stream(), new_stream()
    await log.append(writing((a, 1), (b, 1), (a, 2), (b, 2), (a, 3)))

    found = await reader.streams({a: 0, b: 1, absent: 0})

    assert {name: [one.version for one in part] for name, part in found.items()} == {
        a: [1, 2, 3],
        b: [2],
        absent: [],
    }


async def test_readers_that_ask_at_once_get_what_each_asked_for(log: Log, reader: Reader) -> None:
    stream = new_stream()
    await log.append(writing(*((stream, version) for version in range(1, 21))))

    answers = await asyncio.gather(*(reader.stream(stream, after=n) for n in range(21)))

    assert [len(answer) for answer in answers] == list(range(20, -1, -1))


async def test_more_streams_than_one_query_carries_are_read(log: Log, reader: Reader) -> None:
    names = [new_stream() for _ in range(STREAMS_MAX + 5)]
    await log.append(writing((names[0], 1), (names[-1], 1)))

    found = await reader.streams(dict.fromkeys(names, 0))

    assert len(found) == len(names)
    assert sorted(name for name, part in found.items() if part) == sorted((names[0], names[-1]))


async def test_an_idempotency_key_gives_its_answer_and_place(log: Log, reader: Reader) -> None:
    appended = await log.append(keyed(writing((new_stream(), 1)), "k", answer=b"first"))

    stored = await reader.answer("clerk", "k")

    assert stored is not None
    assert (stored.answer, stored.appended) == (b"first", appended)
    assert await reader.answer("clerk", "other") is None
    assert await reader.answer("other", "k") is None


async def test_a_range_of_positions_is_read_page_by_page(log: Log, reader: Reader) -> None:
    for _ in range(10):
        await log.append(writing((new_stream(), 1)))

    pages = [
        [one.position for one in page] async for page in reader.pages(after=2, until=9, limit=3)
    ]

    assert pages == [[3, 4, 5], [6, 7, 8], [9]]


async def test_the_head_is_where_the_log_ends(log: Log, reader: Reader) -> None:
    assert (await reader.head()).position == 0
    appended = await log.append(writing((new_stream(), 1), (new_stream(), 1)))

    head = await reader.head()

    assert (head.position, head.time) == (2, appended.time)


async def test_a_reader_that_goes_away_leaves_the_others_their_answers(
    log: Log, reader: Reader
) -> None:
    stream = new_stream()
    await log.append(writing((stream, 1)))
    gone = asyncio.create_task(reader.range(0))
    await asyncio.sleep(0)
    gone.cancel()

    answers = await asyncio.gather(*(reader.stream(stream) for _ in range(5)), reader.range(0))

    assert [len(answer) for answer in answers] == [1] * 6


async def test_a_lost_connection_is_opened_again(log: Log, reader: Reader, database: str) -> None:
    stream = new_stream()
    await log.append(writing((stream, 1)))
    for _ in range(3):
        one(
            database,
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and application_name = 'mingzhang read'",
        )
        assert len(await reader.stream(stream)) == 1


async def test_a_reader_says_so_when_nobody_answers(tmp_path: object) -> None:
    with pytest.raises(LogUnavailable):
        await Reader(f"host={tmp_path}", patience_seconds=0.1).start()


async def test_a_listener_wakes_before_the_poll(log: Log, database: str) -> None:
    listener = Listener(database, poll_seconds=60)
    await listener.start()
    await listener.wait(0, timeout_seconds=0.3)

    async with asyncio.timeout(5):
        waiting = asyncio.create_task(listener.wait(0))
        await log.append(writing((new_stream(), 1)))
        assert await waiting == 1
    await listener.stop()


async def test_a_listener_finds_what_nobody_told_it_of(database: str) -> None:
    listener = Listener(database, poll_seconds=0.1)
    await listener.start()
    await listener.wait(0, timeout_seconds=0.3)
    with other_process(database) as connection:
        connection.execute("update ledger.head set position = 5")

    assert await listener.wait(0, timeout_seconds=5) == 5
    await listener.stop()


async def test_a_listener_survives_the_loss_of_its_connection(log: Log, database: str) -> None:
    listener = Listener(database, poll_seconds=0.2)
    await listener.start()
    for n in range(1, 4):
        await log.append(writing((new_stream(), 1)))
        assert await listener.wait(n - 1, timeout_seconds=5) == n
        one(
            database,
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and query ilike '%%listen%%'"
            " and pid <> pg_backend_pid()",
        )
    await listener.stop()


async def test_a_notification_of_somebody_else_does_not_stop_a_listener(
    log: Log, database: str
) -> None:
    listener = Listener(database, poll_seconds=0.2)
    await listener.start()
    await listener.wait(0, timeout_seconds=0.3)
    with other_process(database) as connection:
        connection.execute("select pg_notify('ledger_entry', 'nonsense')")
    await log.append(writing((new_stream(), 1)))

    assert await listener.wait(0, timeout_seconds=5) == 1
    await listener.stop()
