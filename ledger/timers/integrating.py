"""Keeps the trees up with the log, in a process of its own, at low priority.

Receipts may come a second late; writers may not. So the process yields to all others, gathers for
a second what was appended, and listens for wake-ups only while nothing waits: a backend that
listens is woken at every commit.

One process at a time holds the work (a session lock of PostgreSQL); the others stand by. A fault
stops it: it says so, keeps it in the database for doctor and health, and looks again now and then
whether somebody has mended it.
"""

import logging
import os
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

import psycopg
from psycopg import Connection

from ledger.clock import SystemClock
from ledger.integration import storing
from ledger.integration.faults import IntegrationFault
from ledger.integration.heads import HOURLY, Gathering
from ledger.integration.integrator import LOCK, Integrator
from ledger.integration.log_keys import LogKeysUnusable
from ledger.integration.place import SigningPlace
from ledger.integration.publishing import Publisher
from ledger.integration.storing import Overtaken
from ledger.timers.processes import Beside, Until

POLL_SECONDS = 1.0
GATHER_SECONDS = 1.0
GATHER_ENTRIES = 1000
"""So many entries are worth a step at once: the log is being caught up with."""
RETRY_SECONDS = 2.0
NICENESS = 19
CHANNEL = "ledger_entry"

_log = logging.getLogger(__name__)


class Integrating(Beside):
    """Integrates and signs in a process of its own until it is stopped."""

    def __init__(self, conninfo: str, place: SigningPlace, heads_every: timedelta = HOURLY) -> None:
        """Prepare to integrate a database's log, and to sign with what lies at a place.

        Args:
            conninfo: the database.
            place: where keys and the signer's memory are.
            heads_every: how long an entry waits at most until the heads of all streams are
                gathered again.
        """
        super().__init__("integrating", keep_integrating, conninfo, place, heads_every)


def keep_integrating(
    conninfo: str, place: SigningPlace, heads_every: timedelta, until: Until
) -> None:
    """Integrate until told to stop or until the parent is gone; the work of the process."""
    os.nice(NICENESS)
    gathering = Gathering(SystemClock(), heads_every)
    try:
        keys = place.keys()
    except LogKeysUnusable as unusable:
        _log.warning("checkpoints are not signed: %s", unusable.message.en)
        Keeper(conninfo, until).run()
        return
    publisher = Publisher(place.signer(), keys.origin, SystemClock())
    Keeper(conninfo, until, publisher.publish, gathering.gather_when_due).run()


class Keeper:
    """The loop of the process."""

    def __init__(
        self,
        conninfo: str,
        until: Until,
        after: Callable[[Connection[Any]], None] = lambda _: None,
        gather: Callable[[Connection[Any], int], object] = lambda _, __: None,
    ) -> None:
        """Prepare the loop.

        Args:
            conninfo: the database.
            until: when to stop.
            after: done when the trees have grown and are durable.
            gather: done then, at the size that they have; it gathers heads when it is time.
        """
        self._conninfo = conninfo
        self._until = until
        self._after = after
        self._gather = gather

    def run(self) -> None:
        """Integrate until it is time to stop."""
        while not self._until.is_set():
            try:
                self._hold()
            except psycopg.Error as error:
                _log.warning(
                    "integration is interrupted (SQLSTATE %s); trying again", error.sqlstate
                )
            except Overtaken:
                _log.info("another process integrates; standing by")
            except OSError as error:
                _log.error("the signer cannot remember (%s); trying again", error.strerror)
            except IntegrationFault as fault:
                _log.error("integration has stopped: %s", fault.row.text.en)
            self._until.wait(RETRY_SECONDS)

    def _hold(self) -> None:
        with storing.connected(self._conninfo) as connection:
            while not self._until.is_set():
                row = connection.execute(LOCK).fetchone()
                if row is not None and row[0]:
                    break
                self._until.wait(RETRY_SECONDS)
            if self._until.is_set():
                return
            try:
                self._keep(connection)
            except IntegrationFault as fault:
                storing.record_fault(connection, fault.row)
                raise

    def _keep(self, connection: Connection[Any]) -> None:
        integrator = Integrator(connection)
        broken = storing.open_fault(connection) is not None
        while not self._until.is_set():
            begun = monotonic()
            grown = integrator.step()
            self._after(connection)
            if integrator.waiting() < GATHER_ENTRIES:
                self._gather(connection, integrator.size)
            if broken:
                storing.record_mended(connection)
                _log.warning("what had stopped integration is mended; it goes on")
                broken = False
            if grown == 0:
                _await(connection, integrator, self._until)
            if integrator.waiting() < GATHER_ENTRIES:
                self._until.wait(max(0.0, GATHER_SECONDS - (monotonic() - begun)))


def _await(connection: Connection[Any], integrator: Integrator, until: Until) -> None:
    """Wait until something is appended, or a moment."""
    connection.execute(f"listen {CHANNEL}")
    deadline = monotonic() + POLL_SECONDS
    # Looked at again after LISTEN: what was committed between goes untold.
    while integrator.waiting() == 0 and not until.is_set() and monotonic() < deadline:
        for _ in connection.notifies(timeout=0.2, stop_after=1):
            break
    connection.execute("unlisten *")
