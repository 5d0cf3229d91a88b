"""Tells projects of claims that were accepted before projects were told what claims take.

Such a log was written by an older release; whatever this one accepts a project knows at once. So
one look over everything that was in the log at the start is enough. Telling goes through the door.
One process at a time looks (a session lock of PostgreSQL), and what is told already is not told
again.
"""

import asyncio
import logging
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from psycopg.errors import UndefinedTable

from aggregates.decisions import Caller
from aggregates.ids import ClaimId, OfficialId, ProjectId, derived_id
from aggregates.subsidy_claim.commands import CatchUpProject
from ledger.application.answers import Ask
from ledger.application.running import Ledger
from ledger.errors import Failure
from projections.reading import head
from projections.run import PARTS, position_of
from projections.trail.untold import untold

TIMER = Caller(person=OfficialId(derived_id("account", "catching-up-timer")), role="TIMER")
LOOK_SECONDS = 60.0
BATCH = 200
LOCK = "select pg_advisory_lock(hashtext('mingzhang catching up'))"

_log = logging.getLogger(__name__)


class Found(NamedTuple):
    """What a look found, and whether it saw everything that is in the log."""

    untold: dict[UUID, list[UUID]]
    whole: bool


def find(conninfo: str) -> Found:
    """Look for claims that their project does not know, as far as the parts have come."""
    with psycopg.connect(conninfo, autocommit=True) as connection, connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("set local search_path = ledger, public")
        return Found(untold(connection), position_of(connection, PARTS) >= head(connection))


async def keep_catching_up(ledger: Ledger, conninfo: str) -> None:
    """Look until everything was seen once; a simulated world was built with nothing left out."""
    while not ledger.simulated:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as held:
                await held.execute(LOCK)
                found = await asyncio.to_thread(find, conninfo)
                await record(ledger, found)
            if found.whole:
                return
        except UndefinedTable:
            _log.info("nothing is folded yet; the claims of old wait")
        except (psycopg.Error, Failure) as error:
            _log.warning("catching up is interrupted (%s); again later", type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def record(ledger: Ledger, found: Found, *, at: datetime | None = None) -> int:
    """Tell the projects; return of how many claims.

    Args:
        ledger: The ledger.
        found: What a look found.
        at: The moment, under simulation only.
    """
    asks: list[CatchUpProject] = []
    for project, claims in found.untold.items():
        for start in range(0, len(claims), BATCH):
            batch = tuple(ClaimId(one) for one in claims[start : start + BATCH])
            asks.append(CatchUpProject(project_id=ProjectId(project), claims=batch))
    for one in asks:
        data: Any = msgspec.to_builtins(one)
        await ledger.door.act(Ask("catch-up-project", data, channel="timer", at=at), TIMER)
    return sum(len(one.claims) for one in asks)
