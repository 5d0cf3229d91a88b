"""Who listens is told of what was committed, though not of every commit on its own."""

from time import monotonic

import psycopg
import pytest

from ledger.clock import SystemClock
from ledger.store import append as appending
from ledger.store import session
from ledger.store.append import Log
from ledger.store.session import TELL_SECONDS
from tests.ledger.store.making import new_stream, writing

LISTEN = "listen ledger_entry"
SOON_SECONDS = 5.0


async def _told_of(listening: psycopg.AsyncConnection[object], position: int) -> list[int]:
    """Return the positions told of, until this one or until nothing comes any more."""
    told: list[int] = []
    async for one in listening.notifies(timeout=SOON_SECONDS):
        told.append(int(one.payload))
        if told[-1] == position:
            break
    return told


async def test_who_listens_is_told_of_the_last_commit_of_a_burst(log: Log, database: str) -> None:
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as listening:
        await listening.execute(LISTEN)
        last = 0
        for _ in range(20):
            last = (await log.append(writing((new_stream(), 1)))).last

        told = await _told_of(listening, last)

    assert told[-1] == last
    assert told == sorted(told)


async def test_commits_in_quick_succession_wake_nobody_one_by_one(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (appending, session):
        monkeypatch.setattr(module, "TELL_SECONDS", 600.0)  # however slow this machine is
    log = Log(database, SystemClock())
    log._session._told_at = monotonic()  # noqa: SLF001 - as if told a moment ago
    await log.start()
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as listening:
        await listening.execute(LISTEN)
        last = 0
        for _ in range(20):
            last = (await log.append(writing((new_stream(), 1)))).last
        await log.stop()

        told = await _told_of(listening, last)

    assert told == [last]


async def test_a_log_that_stops_tells_of_its_last_commit_first(database: str) -> None:
    log = Log(database, SystemClock())
    await log.start()
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as listening:
        await listening.execute(LISTEN)
        last = 0
        for _ in range(3):
            last = (await log.append(writing((new_stream(), 1)))).last
        await log.stop()

        told = await _told_of(listening, last)

    assert told[-1] == last


def test_those_who_listen_wait_for_less_than_they_gather() -> None:
    from ledger.timers import folding, integrating  # noqa: PLC0415 - only what is compared

    assert min(folding.GATHER_SECONDS, integrating.GATHER_SECONDS) > TELL_SECONDS
