import asyncio
from collections.abc import AsyncIterator

import pytest

from ledger.clock import SystemClock
from ledger.store.append import Log
from ledger.store.failures import VersionConflict
from tests.ledger.store.making import new_stream, rows, writing


@pytest.fixture
async def other(database: str) -> AsyncIterator[Log]:
    """A log of another process, as far as the first one can tell."""
    running = Log(database, SystemClock())
    await running.start()
    yield running
    await running.stop()


async def test_a_request_is_written_while_its_guard_stands(log: Log, database: str) -> None:
    read, stream = new_stream(), new_stream()
    await log.append(writing((read, 1), (read, 2)))

    await log.append(writing((stream, 1), guards=((read, 2),)))

    assert len(rows(database)) == 3


@pytest.mark.parametrize("version", [0, 1, 3])
async def test_a_guard_that_does_not_stand_is_a_conflict(
    log: Log, database: str, version: int
) -> None:
    read, stream = new_stream(), new_stream()
    await log.append(writing((read, 1), (read, 2)))

    with pytest.raises(VersionConflict) as refused:
        await log.append(writing((stream, 1), guards=((read, version),)))

    assert refused.value.streams == (read,)
    assert len(rows(database)) == 2


async def test_a_guard_of_version_zero_says_that_a_stream_has_not_begun(
    log: Log, database: str
) -> None:
    absent = new_stream()
    await log.append(writing((new_stream(), 1), guards=((absent, 0),)))
    await log.append(writing((absent, 1), guards=((absent, 0),)))

    with pytest.raises(VersionConflict):
        await log.append(writing((new_stream(), 1), guards=((absent, 0),)))
    assert len(rows(database)) == 2


async def test_a_guard_sees_what_an_earlier_request_of_the_batch_writes(
    log: Log, database: str
) -> None:
    read = new_stream()
    await log.append(writing((read, 1)))

    answers = await asyncio.gather(
        log.append(writing((new_stream(), 1), guards=((read, 1),))),
        log.append(writing((read, 2))),
        log.append(writing((new_stream(), 1), guards=((read, 1),))),
        log.append(writing((new_stream(), 1), guards=((read, 2),))),
        return_exceptions=True,
    )

    assert [isinstance(one, VersionConflict) for one in answers] == [False, False, True, False]
    assert len(rows(database)) == 4


async def test_every_stream_that_moved_is_named(log: Log) -> None:
    a, b, c = sorted(new_stream() for _ in range(3))
    await log.append(writing((a, 1), (b, 1), (c, 1)))

    with pytest.raises(VersionConflict) as refused:
        await log.append(writing((c, 1), (b, 2), guards=((a, 0), (b, 1))))

    assert refused.value.streams == (a, c)


async def test_a_guard_moved_by_another_process_is_a_conflict(
    log: Log, other: Log, database: str
) -> None:
    read = new_stream()
    await log.append(writing((read, 1)))
    await other.append(writing((read, 2)))

    with pytest.raises(VersionConflict):
        await log.append(writing((new_stream(), 1), guards=((read, 1),)))
    await log.append(writing((new_stream(), 1), guards=((read, 2),)))
    assert len(rows(database)) == 3


async def test_a_guard_of_version_zero_holds_against_another_process(
    log: Log, other: Log, database: str
) -> None:
    absent = new_stream()
    await log.append(writing((new_stream(), 1), guards=((absent, 0),)))
    await other.append(writing((absent, 1)))

    with pytest.raises(VersionConflict):
        await log.append(writing((new_stream(), 1), guards=((absent, 0),)))
    assert len(rows(database)) == 2


async def test_what_another_process_wrote_may_be_relied_on_at_once(log: Log, other: Log) -> None:
    stream = new_stream()
    for version in range(1, 21, 2):
        await log.append(writing((stream, version)))
        await other.append(writing((stream, version + 1)))


@pytest.mark.parametrize("rounds", [5])
async def test_guards_let_only_one_of_two_take_the_last_place(
    log: Log, other: Log, database: str, rounds: int
) -> None:
    for _ in range(rounds):
        place, left, right = new_stream(), new_stream(), new_stream()
        answers = await asyncio.gather(
            log.append(writing((left, 1), (place, 1), guards=((right, 0),))),
            other.append(writing((right, 1), guards=((left, 0), (place, 0)))),
            return_exceptions=True,
        )
        assert sum(isinstance(one, VersionConflict) for one in answers) == 1
    assert len(rows(database)) in range(rounds, 2 * rounds + 1)


async def test_a_refused_beginning_does_not_hide_a_stream_from_what_continues_it(
    log: Log, other: Log, database: str
) -> None:
    begun, moved = new_stream(), new_stream()
    await other.append(writing((begun, 1)))
    await log.append(writing((moved, 1), (moved, 2)))
    log._session._known.forget([begun])  # noqa: SLF001 - as after many other streams

    answers = await asyncio.gather(
        log.append(writing((begun, 1), guards=((moved, 1),))),
        log.append(writing((begun, 2))),
        return_exceptions=True,
    )

    assert isinstance(answers[0], VersionConflict)
    assert not isinstance(answers[1], BaseException)
    assert len(rows(database)) == 4


async def test_a_refused_beginning_does_not_hide_a_stream_from_a_guard(
    log: Log, other: Log, database: str
) -> None:
    begun, moved = new_stream(), new_stream()
    await other.append(writing((begun, 1)))
    await log.append(writing((moved, 1), (moved, 2)))
    log._session._known.forget([begun])  # noqa: SLF001 - as after many other streams

    answers = await asyncio.gather(
        log.append(writing((new_stream(), 1), guards=((begun, 0),))),
        log.append(writing((begun, 1), guards=((moved, 1),))),
        return_exceptions=True,
    )

    assert [type(one) for one in answers] == [VersionConflict, VersionConflict]
    assert len(rows(database)) == 3
