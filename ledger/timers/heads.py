"""Puts the log's word about itself into the log: the heads that the integrator has gathered.

The integrator gathers in its own process and knows no door; this goes through the door like
everything else. What was gathered and not yet said, because a process ended in between, is said
by whoever comes next: its stream follows from the size, so it is there once.
"""

import asyncio
import logging
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection

from aggregates.decisions import Caller
from aggregates.ids import OfficialId, derived_id
from aggregates.log_heads.state import LOG_HEADS, heads_id
from ledger.application.answers import Ask, Recorded
from ledger.application.running import Ledger
from ledger.errors import Failure

TIMER: Final = Caller(person=OfficialId(derived_id("account", "timer")), role="TIMER")
LOOK_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 10.0
LOCK: Final = "select pg_advisory_lock(hashtext('mingzhang log heads'))"
_GATHERED: Final = "select size, streams, root, sm3_root, sha256_root from evidence.heads"
_SAID: Final = "select exists (select from ledger.entry where stream = %s)"

_log = logging.getLogger(__name__)


async def keep_heads(ledger: Ledger, conninfo: str) -> None:
    """Say what was gathered, whenever something was, until cancelled.

    One process at a time does it; the others wait for its lock.
    """
    while True:
        try:
            async with await AsyncConnection.connect(conninfo, autocommit=True) as held:
                await held.execute(LOCK)
                while True:
                    await say_heads(ledger, held)
                    await asyncio.sleep(LOOK_SECONDS)
        except (psycopg.Error, Failure) as error:
            _log.warning("the heads are not recorded (%s); again later", type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)


async def say_heads(ledger: Ledger, connection: AsyncConnection[Any]) -> bool:
    """Record the heads gathered last, if that has not been done; say whether it was done now.

    Raises:
        Failure: they cannot be recorded now.
    """
    row = await (await connection.execute(_GATHERED)).fetchone()
    if row is None or row[0] == 0:
        return False
    size, streams, *roots = row
    found = await connection.execute(_SAID, (LOG_HEADS.name(heads_id(size)),))
    if await found.fetchone() == (True,):
        return False
    root, sm3_root, sha256_root = (bytes(one).hex() for one in roots)
    data = {
        "size": size,
        "streams": streams,
        "root": root,
        "sm3_root": sm3_root,
        "sha256_root": sha256_root,
    }
    answer = await ledger.door.act(Ask("record-log-heads", data, channel="timer"), TIMER)
    return isinstance(answer, Recorded)
