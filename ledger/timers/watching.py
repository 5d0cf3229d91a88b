"""Watches over duties: records each missed one once, and each deadline that falls on another day.

What is due is read from the read model; recording goes through the door like everything else. A
duty is looked at only when its day was over a moment ago and every entry of that day is folded, so
that nobody is said to have missed what he did in the last second.

One process at a time watches (a session lock of PostgreSQL). Ids and keys follow from rule, subject
and day: a second timer, or one that was killed in between, records nothing twice.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from psycopg import Connection
from psycopg.errors import UndefinedTable

from aggregates.decisions import Caller, Command
from aggregates.ids import OfficialId, derived_id
from aggregates.law.deadlines import SHANGHAI, end_of_day, local_date
from aggregates.subject import Subject
from aggregates.system.commands import RecordMissedDeadline, RecordRecomputedDeadline
from aggregates.system.state import SYSTEM, missed_id, recomputed_id
from ledger.application.answers import Ask, Recorded
from ledger.application.running import Ledger
from ledger.errors import Failure
from ledger.store.rows import SEE_ENTRIES
from projections.duties import DUTIES
from projections.duties.queries import DutyRow, moved, over
from projections.reading import head
from projections.run import position_of

TIMER = Caller(person=OfficialId(derived_id("account", "duty-timer")), role="TIMER")
LOOK_SECONDS = 60.0
GRACE = timedelta(seconds=60)
"""How long after the end of a day its last entries may still be on their way into the log."""
BATCH = 500
_NEVER = datetime(1970, 1, 2, tzinfo=SHANGHAI)
_TIME_OF = "select recorded_at from entry where position = %s"
LOCK = "select pg_advisory_lock(hashtext('mingzhang watching'))"

_log = logging.getLogger(__name__)


class Found(NamedTuple):
    """What a look found, as commands: ids and data of each."""

    missed: list[tuple[UUID, RecordMissedDeadline]]
    moved: list[tuple[UUID, RecordRecomputedDeadline]]


def find(conninfo: str, now: datetime) -> Found:
    """Look at the duties as they stand.

    Args:
        conninfo: The database.
        now: The moment.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SEE_ENTRIES)
        return look(connection, now)


def look(connection: Connection[Any], now: datetime) -> Found:
    """Return what has to be recorded at a moment, as far as the read models have come."""
    with connection.transaction():
        # The end of the log and the rows are read as of one moment.
        connection.execute("set transaction isolation level repeatable read")
        today = local_date(_known_until(connection, now))
        return Found(
            [_missed(row) for row in over(connection, today)],
            [_moved(row) for row in moved(connection)],
        )


def _known_until(connection: Connection[Any], now: datetime) -> datetime:
    """Return up to when everything that was recorded is folded."""
    folded = position_of(connection, DUTIES.name)
    if folded == head(connection):
        return now - GRACE
    # What is not folded yet is of that time or later.
    row = connection.execute(_TIME_OF, (folded,)).fetchone()
    return _NEVER if row is None else min(now - GRACE, row[0])


def _missed(row: DutyRow) -> tuple[UUID, RecordMissedDeadline]:
    assert row.due_on is not None  # noqa: S101 - or its day could not be over
    subject, due_at = _subject(row), end_of_day(row.due_on)
    asked = RecordMissedDeadline(
        duty_rule_id=row.rule_id,
        responsible_org=row.org,
        county_code=row.county,
        due_at=due_at,
        subject=subject,
        ref=row.ref or None,
        calendar_version=row.calendar_version,
    )
    return missed_id(row.rule_id, subject, due_at, asked.ref), asked


def _moved(row: DutyRow) -> tuple[UUID, RecordRecomputedDeadline]:
    assert row.told_on is not None  # noqa: S101 - or it could not be another day
    assert row.due_on is not None  # noqa: S101 - likewise
    subject = _subject(row)
    asked = RecordRecomputedDeadline(
        rule_id=row.rule_id,
        subject=subject,
        ref=row.ref or None,
        county_code=row.county,
        old_due_on=row.told_on,
        new_due_on=row.due_on,
        calendar_version=row.calendar_version,
    )
    return recomputed_id(row.rule_id, subject, row.told_on, row.due_on, asked.ref), asked


def _subject(row: DutyRow) -> Subject:
    return msgspec.convert({f"{row.subject_kind}_id": str(row.subject_id)}, Subject)


async def keep_watching(ledger: Ledger, conninfo: str) -> None:
    """Look again and again until cancelled; one process at a time does it.

    A simulated world has its own time, in which it was watched over while it was built.
    """
    if ledger.simulated:
        return
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as held:
                await held.execute(LOCK)
                while True:
                    await held.execute("select 1")  # or the lock is gone with its session
                    found = await asyncio.to_thread(find, conninfo, ledger.clock.now())
                    await record(ledger, found)
                    await asyncio.sleep(LOOK_SECONDS)
        except UndefinedTable:
            _log.info("nothing is folded yet; the watch over duties waits")
        except (psycopg.Error, Failure) as error:
            _log.warning("watching is interrupted (%s); again later", type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def record(ledger: Ledger, found: Found, *, at: datetime | None = None) -> Counter[str]:
    """Record what was found and is not on record yet; return how many misses of each rule.

    Args:
        ledger: The ledger.
        found: What a look found.
        at: The moment, under simulation only.
    """
    recorded: Counter[str] = Counter()
    for one in await _record(ledger, "record-missed-deadline", found.missed, at):
        assert isinstance(one, RecordMissedDeadline)  # noqa: S101 - that is what was given
        recorded[one.duty_rule_id] += 1
    await _record(ledger, "record-recomputed-deadline", found.moved, at)
    return recorded


async def _record(
    ledger: Ledger, name: str, asked: Sequence[tuple[UUID, Command]], at: datetime | None
) -> list[Command]:
    """Give commands that were not given before; return those that are on record now."""
    by_id = dict(asked)
    known = await _on_record(ledger, list(by_id))
    fresh = [(one, data) for one, data in by_id.items() if one not in known]
    done: list[Command] = []
    for start in range(0, len(fresh), BATCH):
        batch = fresh[start : start + BATCH]
        asks = [
            Ask(name, msgspec.to_builtins(data), key=str(one), channel="timer", at=at)
            for one, data in batch
        ]
        answers = await ledger.door.act_all(asks, TIMER)
        for (_, data), answer in zip(batch, answers, strict=True):
            if isinstance(answer, Recorded):
                done.append(data)
            elif isinstance(answer, Exception):
                raise answer
    return done


async def _on_record(ledger: Ledger, ids: Sequence[UUID]) -> set[UUID]:
    names = {SYSTEM.name(one): one for one in ids}
    async with ledger.pool.connection() as connection:
        found = await connection.execute(
            "select stream from ledger.entry where version = 1 and stream = any(%s)", (list(names),)
        )
        return {names[stream] for (stream,) in await found.fetchall()}
