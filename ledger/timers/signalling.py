"""Runs the risk indicators and records what they find, each doubt once.

An indicator only reads; recording goes through the door like everything else. What judges the
authority itself is sealed on the way (RI-27 and its like), so whether it was raised before is
asked of the sealed links, which no relay, export or page feeds on.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from psycopg.errors import UndefinedTable

from aggregates.decisions import Caller
from aggregates.ids import OfficialId, derived_id
from aggregates.risk_signal.state import RISK_SIGNAL, signal_id
from ledger.application.answers import Ask, Recorded
from ledger.application.running import Ledger
from ledger.errors import Failure
from ledger.store.rows import SEE_ENTRIES
from projections.model import Moment
from projections.risk.raising import Signal, run_indicators, touched_between
from projections.run import PARTS, position_of

ENGINE = Caller(person=OfficialId(derived_id("account", "risk-engine")), role="RISK_ENGINE")
BATCH = 500
LOOK_SECONDS = 60.0
WHOLE_SECONDS = 24 * 3600.0
LOCK = "select pg_advisory_lock(hashtext('mingzhang signalling'))"

_log = logging.getLogger(__name__)


class Found(NamedTuple):
    """What a run of the indicators found, and how far it had read."""

    signals: list[Signal]
    position: int


def find(conninfo: str, after: int | None = None) -> Found:
    """Run the indicators as far as the parts have come.

    Args:
        conninfo: The database.
        after: Only for those whom entries after this position touched; None for everybody.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SEE_ENTRIES)
        reached = position_of(connection, PARTS)
        if after is not None and reached <= after:
            return Found([], reached)
        whom = None if after is None else touched_between(connection, after, reached)
        return Found(run_indicators(connection, Moment(reached), whom=whom), reached)


async def keep_signalling(ledger: Ledger, conninfo: str) -> None:
    """Look again whenever entries have come in, and over everybody once a day, until cancelled.

    One process at a time does it; the others wait for its lock.
    """
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as held:
                await held.execute(LOCK)
                await _signal_on(ledger, conninfo)
        except UndefinedTable:
            _log.info("nothing is folded yet; the indicators wait")
        except (psycopg.Error, Failure) as error:
            _log.warning("the indicators are interrupted (%s); again later", type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def _signal_on(ledger: Ledger, conninfo: str) -> None:
    reached: int | None = None
    whole_at = monotonic()
    while True:
        if monotonic() - whole_at > WHOLE_SECONDS:
            reached, whole_at = None, monotonic()
        found = await asyncio.to_thread(find, conninfo, reached)
        await record(ledger, found.signals)
        reached = found.position
        await asyncio.sleep(LOOK_SECONDS)


async def record(
    ledger: Ledger, signals: Sequence[Signal], *, at: datetime | None = None
) -> Counter[str]:
    """Record the signals that were not raised before; return how many of each indicator.

    Args:
        ledger: The ledger.
        signals: What the indicators found.
        at: The moment, under simulation only.
    """
    known = await _raised(ledger, [_id(one) for one in signals])
    fresh = [one for one in signals if _id(one) not in known]
    raised: Counter[str] = Counter()
    for start in range(0, len(fresh), BATCH):
        batch = fresh[start : start + BATCH]
        asks = [
            Ask("raise-risk-signal", msgspec.to_builtins(one), channel="risk", at=at)
            for one in batch
        ]
        answers = await ledger.door.act_all(asks, ENGINE)
        for one, answer in zip(batch, answers, strict=True):
            if isinstance(answer, Recorded):
                raised[one.rule_id] += 1
            elif isinstance(answer, Exception):
                raise answer
    return raised


def _id(one: Signal) -> UUID:
    return signal_id(one.rule_id, one.subject, one.window)


async def _raised(ledger: Ledger, ids: Sequence[UUID]) -> set[UUID]:
    names = [RISK_SIGNAL.name(one) for one in ids]
    async with ledger.pool.connection() as connection:
        stated = await connection.execute(
            "select stream from ledger.entry where version = 1 and stream = any(%s)", (names,)
        )
        found: set[UUID] = {_uuid(stream) for (stream,) in await stated.fetchall()}
        hidden = await connection.execute(
            "select id from vault.sealed_link where kind = 'signal' and id = any(%s)", (list(ids),)
        )
        found.update(one for (one,) in await hidden.fetchall())
    return found


def _uuid(stream: Any) -> UUID:  # noqa: ANN401 - a text column
    return UUID(str(stream).partition("/")[2])
