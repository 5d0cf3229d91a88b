import asyncio
from datetime import date, timedelta

import pytest

from ledger.entry import Entry, leaf_hash
from ledger.store.append import Log
from ledger.store.failures import DateMoved, LogClosed, VersionConflict
from ledger.store.requests import ENTRIES_MAX, Append
from ledger.store.verifying import verify_log
from tests.ledger.store.making import (
    NOON,
    clock_at,
    drafted,
    later,
    new_stream,
    one,
    rows,
    writing,
)


async def test_an_entry_is_stored_byte_for_byte_with_its_leaf(log: Log, database: str) -> None:
    stream = new_stream()
    draft = drafted(stream, 1, amount_fen=100)

    appended = await log.append(Append((draft,)))

    (row,) = rows(database)
    assert row.body.encode() == draft.spliced(b"", appended.time)
    assert row.leaf == leaf_hash(row.body.encode())
    assert (row.position, row.stream, row.version) == (1, stream, 1)
    assert row.recorded_at == appended.time
    assert (appended.first, appended.last) == (1, 1)


async def test_each_entry_links_to_the_one_before_it_in_its_stream(log: Log, database: str) -> None:
    a, b = new_stream(), new_stream()

    await log.append(writing((a, 1), (b, 1), (a, 2)))
    await log.append(writing((a, 3)))

    prevs = {(row.stream, row.version): Entry.parse(row.body).prev for row in rows(database)}
    leaves = {(row.stream, row.version): row.leaf.hex() for row in rows(database)}
    assert prevs == {(a, 1): "", (b, 1): "", (a, 2): leaves[a, 1], (a, 3): leaves[a, 2]}


async def test_a_stream_is_continued_by_a_log_that_has_never_seen_it(database: str) -> None:
    stream = new_stream()
    for version in (1, 2, 3):
        log = Log(database, clock_at())
        await log.start()
        await log.append(writing((stream, version)))
        await log.stop()

    assert verify_log(database).broken is None


async def test_a_stream_that_was_forgotten_is_looked_up(database: str) -> None:
    log = Log(database, clock_at(), streams_max=2)
    await log.start()
    streams = [new_stream() for _ in range(20)]
    for version in (1, 2, 3):
        await asyncio.gather(*(log.append(writing((name, version))) for name in streams))
    await log.stop()

    verified = verify_log(database)
    assert (verified.entries, verified.broken) == (60, None)


async def test_a_version_that_is_taken_is_a_conflict_and_writes_nothing(
    log: Log, database: str
) -> None:
    stream, other = new_stream(), new_stream()
    await log.append(writing((stream, 1)))

    with pytest.raises(VersionConflict) as refused:
        await log.append(writing((other, 1), (stream, 1)))

    assert refused.value.streams == (stream,)
    assert len(rows(database)) == 1


@pytest.mark.parametrize("version", [2, 7])
async def test_a_version_that_leaves_a_gap_is_a_conflict(
    log: Log, database: str, version: int
) -> None:
    with pytest.raises(VersionConflict):
        await log.append(writing((new_stream(), version)))
    assert rows(database) == []


async def test_versions_within_a_request_must_rise_by_one(log: Log) -> None:
    stream = new_stream()
    with pytest.raises(VersionConflict):
        await log.append(writing((stream, 1), (stream, 3)))
    with pytest.raises(VersionConflict):
        await log.append(writing((stream, 1), (stream, 1)))


async def test_a_conflict_concerns_its_caller_and_the_rest_of_the_batch_is_written(
    log: Log, database: str
) -> None:
    taken = new_stream()
    await log.append(writing((taken, 1)))
    streams = [new_stream() for _ in range(20)]

    answers = await asyncio.gather(
        *(log.append(writing((name, 1))) for name in streams[:10]),
        log.append(writing((taken, 1))),
        *(log.append(writing((name, 1))) for name in streams[10:]),
        return_exceptions=True,
    )

    assert [type(one) for one in answers].count(VersionConflict) == 1
    assert isinstance(answers[10], VersionConflict)
    assert {row.stream for row in rows(database)} == {taken, *streams}


async def test_of_rivals_for_one_version_exactly_one_is_written(log: Log, database: str) -> None:
    stream = new_stream()

    answers = await asyncio.gather(
        *(log.append(writing((stream, 1))) for _ in range(8)), return_exceptions=True
    )

    assert sum(isinstance(one, VersionConflict) for one in answers) == 7
    assert len(rows(database)) == 1


async def test_requests_of_one_batch_may_build_on_each_other(log: Log, database: str) -> None:
    stream = new_stream()

    answers = await asyncio.gather(*(log.append(writing((stream, n))) for n in range(1, 31)))

    assert [one.first for one in answers] == list(range(1, 31))
    assert verify_log(database).broken is None


async def test_what_builds_on_a_refused_request_conflicts_as_well(log: Log, database: str) -> None:
    stream, taken = new_stream(), new_stream()
    await log.append(writing((taken, 1)))

    answers = await asyncio.gather(
        log.append(writing((stream, 1), (taken, 1))),
        log.append(writing((stream, 2))),
        return_exceptions=True,
    )

    assert [type(one) for one in answers] == [VersionConflict, VersionConflict]
    assert len(rows(database)) == 1


async def test_the_recorded_time_is_that_of_the_clock(database: str) -> None:
    clock = clock_at()
    log = Log(database, clock)
    await log.start()
    first = await log.append(writing((new_stream(), 1)))
    clock.set(later(seconds=5, microseconds=1))
    second = await log.append(writing((new_stream(), 1)))
    await log.stop()

    assert (first.time, second.time) == (NOON, later(seconds=5, microseconds=1))


async def test_time_never_runs_back_along_the_log(database: str) -> None:
    for clock in (clock_at(later(hours=1)), clock_at(NOON)):
        log = Log(database, clock)
        await log.start()
        appended = await log.append(writing((new_stream(), 1)))
        await log.stop()
        assert appended.time == later(hours=1)


async def test_under_simulation_each_request_brings_its_time_but_never_runs_back(
    database: str,
) -> None:
    log = Log(database, clock_at())
    await log.start()
    moments = [later(minutes=n) for n in (1, 3, 2, 4)]
    answers = await asyncio.gather(
        *(log.append(writing((new_stream(), 1), at=moment)) for moment in moments)
    )
    await log.stop()

    assert [one.time for one in answers] == [later(minutes=n) for n in (1, 3, 3, 4)]
    assert verify_log(database).broken is None


async def test_a_decision_for_another_date_is_not_written(database: str) -> None:
    clock = clock_at(NOON.replace(hour=23, minute=59))
    log = Log(database, clock)
    await log.start()
    await log.append(writing((new_stream(), 1), decided_on=date(2024, 5, 6)))
    clock.advance(timedelta(minutes=2))

    with pytest.raises(DateMoved) as refused:
        await log.append(writing((new_stream(), 1), decided_on=date(2024, 5, 6)))
    await log.append(writing((new_stream(), 1), decided_on=date(2024, 5, 7)))
    await log.stop()

    assert refused.value.recorded_on == date(2024, 5, 7)
    assert len(rows(database)) == 2


async def test_a_log_whose_head_is_on_the_next_date_refuses_a_decision_for_this_one(
    database: str,
) -> None:
    ahead = Log(database, clock_at(later(days=1)))
    await ahead.start()
    await ahead.append(writing((new_stream(), 1)))
    await ahead.stop()
    log = Log(database, clock_at())
    await log.start()

    with pytest.raises(DateMoved):
        await log.append(writing((new_stream(), 1), decided_on=date(2024, 5, 6)))
    await log.stop()


async def test_stopping_writes_what_was_taken_and_refuses_what_comes_after(
    database: str,
) -> None:
    log = Log(database, clock_at())
    await log.start()
    waiting = [
        asyncio.create_task(log.append(writing((new_stream(), 1)))) for _ in range(ENTRIES_MAX + 88)
    ]
    await asyncio.sleep(0)
    await log.stop()

    assert {(await one).first for one in waiting} == set(range(1, ENTRIES_MAX + 89))
    with pytest.raises(LogClosed):
        await log.append(writing((new_stream(), 1)))


async def test_a_caller_that_goes_away_before_its_batch_leaves_nothing(
    log: Log, database: str
) -> None:
    stream = new_stream()
    gone = asyncio.create_task(log.append(writing((stream, 1))))
    await asyncio.sleep(0)
    gone.cancel()
    await log.append(writing((new_stream(), 1)))

    assert one(database, "select count(*) from ledger.entry where stream = %s", stream) == 0
