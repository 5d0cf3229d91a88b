"""Checks the document store every quarter: all that is kept for ten years is read again.

One process at a time does it; the others wait for its lock. Where no file was ever stored there is
nothing to check, and nothing is recorded.
"""

import asyncio
import logging

import psycopg
from psycopg.errors import UndefinedTable

from ledger.application.document_check import check_documents, is_due
from ledger.application.running import Ledger
from ledger.clock import shanghai_date
from ledger.errors import Failure
from projections.archive import keeping

LOOK_SECONDS = 3600.0
LOCK = "select pg_advisory_lock(hashtext('mingzhang checking documents'))"

_log = logging.getLogger(__name__)


async def keep_checking(ledger: Ledger, conninfo: str) -> None:
    """Look every hour whether a check is due, and do it, until cancelled."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as held:
                await held.execute(LOCK)
                while True:
                    await check_if_due(ledger)
                    await asyncio.sleep(LOOK_SECONDS)
        except UndefinedTable:
            _log.info("nothing is folded yet; the check of documents waits")
        except (psycopg.Error, Failure) as error:
            _log.warning("checking documents is interrupted (%s)", type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def check_if_due(ledger: Ledger) -> bool:
    """Check the store if that is due; say whether it was.

    Raises:
        Failure: the store cannot be read, or the result not be recorded.
    """
    async with ledger.pool.connection() as connection:
        due = await is_due(connection, shanghai_date(ledger.clock.now()))
        any_stored = due and await keeping.any_stored(connection)
    if not any_stored:
        return False
    found = await check_documents(ledger)
    if found.damaged:
        _log.error("%s of %s documents are damaged", len(found.damaged), found.documents)
    return True
