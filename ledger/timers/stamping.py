"""Has checkpoints stamped by time-stamping authorities, now and then, beside the integrator."""

import logging
from threading import Thread
from typing import Any, Final

import psycopg
from psycopg import Connection

from ledger.clock import SystemClock
from ledger.errors import Misconfigured
from ledger.integration import storing
from ledger.integration.stamping import Stamping, last_stamps
from ledger.integration.vouching import Vouching
from ledger.timers.processes import Until

LOCK: Final = "select pg_try_advisory_lock(hashtext('mingzhang stamping'))"
LOOK_SECONDS: Final = 5.0
AGAIN_SECONDS: Final = 60.0
"""After so long an authority is asked again that did not stamp."""

_log = logging.getLogger(__name__)


def start_stamping(conninfo: str, vouching: Vouching, until: Until) -> None:
    """Begin to have checkpoints stamped, if there are authorities; ends with the process."""
    if vouching.authorities:
        keeper = Keeper(conninfo, vouching, until)
        Thread(target=keeper.run, name="stamping", daemon=True).start()


class Keeper:
    """The loop of the thread."""

    def __init__(self, conninfo: str, vouching: Vouching, until: Until) -> None:
        """Prepare the loop.

        Args:
            conninfo: the database.
            vouching: says which authorities are asked, and how often.
            until: when to stop.
        """
        self._conninfo = conninfo
        self._vouching = vouching
        self._until = until
        self._clock = SystemClock()

    def run(self) -> None:
        """Have checkpoints stamped until it is time to stop."""
        while not self._until.is_set():
            try:
                with storing.connected(self._conninfo) as connection:
                    self._hold(connection)
            except Misconfigured as error:
                _log.error("checkpoints are not stamped: %s", error.message.en)
                self._until.wait(AGAIN_SECONDS)
            except psycopg.Error as error:
                _log.warning("stamping is interrupted (SQLSTATE %s); again", error.sqlstate)
            except Exception as error:  # noqa: BLE001 - it goes on; the kind is named, not its text
                _log.error("stamping is interrupted (%s); again", type(error).__name__)
            self._until.wait(LOOK_SECONDS)

    def _hold(self, connection: Connection[Any]) -> None:
        roots = self._vouching.certificates()
        stamping = Stamping(self._vouching.authorities, roots, self._clock)
        while not self._until.is_set():
            row = connection.execute(LOCK).fetchone()
            if row is not None and row[0]:
                break
            self._until.wait(LOOK_SECONDS)
        while not self._until.is_set():
            missed = stamping.stamp(connection) if self._is_due(connection) else 0
            again = min(AGAIN_SECONDS, self._vouching.stamp_seconds)
            self._until.wait(again if missed else min(LOOK_SECONDS, self._vouching.stamp_seconds))

    def _is_due(self, connection: Connection[Any]) -> bool:
        last, now = last_stamps(connection), self._clock.now()
        return any(
            one not in last or (now - last[one].at).total_seconds() >= self._vouching.stamp_seconds
            for one in self._vouching.authorities
        )
