"""Keeps the read models up with the log, in a thread of its own.

One process at a time holds the work (a session lock of PostgreSQL); the others stand by and take
over when it is gone. A wake-up is only a hint to look sooner: the loop polls as well, so none
that is lost delays anything for long.
"""

import logging
import threading
from time import monotonic
from typing import Any

import psycopg

from projections.run import Folds, Overtaken, catch_up, prepare

POLL_SECONDS = 1.0
RETRY_SECONDS = 2.0
LOCK = "select pg_try_advisory_lock(hashtext('mingzhang folding'))"
CHANNEL = "ledger_entry"

_log = logging.getLogger(__name__)


class Folding:
    """Runs until it is stopped.

    Attributes:
        position: How far the read models have come, as this process knows.
    """

    def __init__(self, conninfo: str, folds: Folds) -> None:
        self._conninfo = conninfo
        self._folds = folds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="folding", daemon=True)
        self.position = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch under way."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
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
            # The relation "entry" that the read models ask for is the ledger's own.
            connection.execute("set search_path = ledger, public")
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
                self._await(connection)

    def _await(self, connection: psycopg.Connection[Any]) -> None:
        until = monotonic() + POLL_SECONDS
        while not self._stopping.is_set() and (left := until - monotonic()) > 0:
            for _ in connection.notifies(timeout=min(left, 0.2), stop_after=1):
                return
