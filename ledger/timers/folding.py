"""Keeps the read models up with the log, in a process of its own.

Decoding entries takes processor time, and within the server's process it would be taken from
whoever waits for an answer. The process ends with its parent, also when that is killed.

One process at a time holds the work (a session lock of PostgreSQL); the others stand by and take
over when it is gone. A wake-up is only a hint to look sooner: the loop polls as well, so none
that is lost delays anything for long.
"""

import logging
from time import monotonic
from typing import Any

import psycopg

from ledger.store.rows import SEE_ENTRIES
from ledger.timers.processes import Beside, Until
from projections.catalogue import folds
from projections.reading import head
from projections.run import Overtaken, catch_up, prepare
from projections.spreading import Folds

POLL_SECONDS = 1.0
GATHER_SECONDS = 0.1
"""How long entries gather between two folds: a fold costs much the same for one as for many."""
GATHERED = 1_000
"""So many entries that wait are enough: they are folded without waiting for more."""
RETRY_SECONDS = 2.0
LOCK = "select pg_try_advisory_lock(hashtext('mingzhang folding'))"
CHANNEL = "ledger_entry"

_log = logging.getLogger(__name__)


class Folding(Beside):
    """Folds in a process of its own until it is stopped."""

    def __init__(self, conninfo: str) -> None:
        """Prepare to fold the log of a database."""
        super().__init__("folding", keep_folding, conninfo)


def keep_folding(conninfo: str, until: Until) -> None:
    """Fold until told to stop or until the parent is gone; the work of the process."""
    Keeper(conninfo, folds(), until).run()


class Keeper:
    """The loop of the process.

    Attributes:
        position: How far the read models have come.
    """

    def __init__(self, conninfo: str, folds: Folds, stopping: Until) -> None:
        self._conninfo = conninfo
        self._folds = folds
        self._stopping = stopping
        self.position = 0

    def run(self) -> None:
        """Fold until it is time to stop."""
        while not self._stopping.is_set():
            try:
                self._hold()
            except psycopg.Error as error:
                _log.warning("folding is interrupted (SQLSTATE %s); trying again", error.sqlstate)
            except Overtaken:
                _log.info("another process folds; standing by")
            self._stopping.wait(RETRY_SECONDS)

    def _hold(self) -> None:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute(SEE_ENTRIES)
            while not self._stopping.is_set():
                row = connection.execute(LOCK).fetchone()
                if row is not None and row[0]:
                    break
                self._stopping.wait(RETRY_SECONDS)
            if self._stopping.is_set():
                return
            prepare(connection, self._folds)
            connection.execute(f"listen {CHANNEL}")
            while not self._stopping.is_set():
                self.position = catch_up(connection, self._folds)
                if head(connection) - self.position < GATHERED:
                    self._stopping.wait(GATHER_SECONDS)
                    self._await(connection)

    def _await(self, connection: psycopg.Connection[Any]) -> None:
        until = monotonic() + POLL_SECONDS
        while not self._stopping.is_set() and (left := until - monotonic()) > 0:
            for _ in connection.notifies(timeout=min(left, 0.2), stop_after=1):
                return
