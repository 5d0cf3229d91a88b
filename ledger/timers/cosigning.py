"""Asks the witnesses as the log grows: a thread beside the integrator, with its own connection.

Nothing waits for it: entries are integrated and signed whether or not anybody cosigns. It asks
when there is a new checkpoint, and now and then without one, so that a log at rest stays vouched
for. If no quorum answers for longer than the operator allows, that is said aloud, again and again.
"""

import logging
from threading import Thread
from time import monotonic
from typing import Any, Final

import psycopg
from psycopg import Connection

from aggregates.language import Message
from ledger.clock import SystemClock
from ledger.errors import Misconfigured
from ledger.evidence.note import VerifierKey
from ledger.evidence.policy import Policy
from ledger.integration import storing
from ledger.integration.cosigning import Cosigning
from ledger.integration.place import SigningPlace
from ledger.integration.publishing import newest_checkpoint
from ledger.integration.standing import standing
from ledger.integration.trees import WORLD
from ledger.integration.vouching import Vouching
from ledger.integration.witness_policy import WitnessPolicy
from ledger.timers.processes import Until

LOCK: Final = "select pg_try_advisory_lock(hashtext('mingzhang cosigning'))"
LOOK_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 2.0
SAY_AGAIN_SECONDS: Final = 600.0
REFRESHED_IN_TIME: Final = 3
"""A log at rest is cosigned anew so many times within the age that is allowed."""

_log = logging.getLogger(__name__)


def start_cosigning(conninfo: str, place: SigningPlace, vouching: Vouching, until: Until) -> None:
    """Begin to ask the witnesses, as soon as there are any; ends with the process."""
    keeper = Keeper(conninfo, place, vouching, until)
    Thread(target=keeper.run, name="cosigning", daemon=True).start()


class Keeper:
    """The loop of the thread."""

    def __init__(
        self,
        conninfo: str,
        place: SigningPlace,
        vouching: Vouching,
        until: Until,
    ) -> None:
        """Prepare the loop.

        Args:
            conninfo: the database.
            place: where the log's keys are.
            vouching: who the witnesses are, how often to ask them, and when to say that nobody
                answers.
            until: when to stop.
        """
        self._conninfo = conninfo
        self._vouching = vouching
        self._witnesses: WitnessPolicy | None = None
        self._until = until
        self._clock = SystemClock()

        def keys() -> list[VerifierKey]:
            return [one.key for one in place.keys().of(WORLD)]

        self._keys = keys
        self._begun = monotonic()
        self._said: float | None = None
        self._complained: tuple[Message, float] | None = None

    def run(self) -> None:
        """Ask until it is time to stop."""
        while not self._until.is_set():
            policy = self._policy()
            if policy is None or not policy.witnesses:
                self._until.wait(LOOK_SECONDS)
                continue
            try:
                with storing.connected(self._conninfo) as connection:
                    self._hold(connection, policy)
            except psycopg.Error as error:
                _log.warning("cosigning is interrupted (SQLSTATE %s); again", error.sqlstate)
            except Exception as error:  # noqa: BLE001 - it must go on: what failed is named, not its text
                _log.error("cosigning is interrupted (%s); again", type(error).__name__)
            self._until.wait(RETRY_SECONDS)

    def _policy(self) -> Policy | None:
        """Return the policy that counts, and say aloud where its file holds no good one."""
        try:
            self._witnesses = self._witnesses or WitnessPolicy(self._vouching)
        except Misconfigured as error:
            # There is none of before: nobody is asked, and the log is integrated all the same.
            self._complain("no witness is asked: %s", error.message)
            return None
        held = self._witnesses()
        if held.fault is not None:
            self._complain("the policy of before goes on: %s", held.fault)
        elif self._complained is not None:
            self._complained = None
            _log.warning("the policy of witnesses is in order again")
        return held.policy

    def _complain(self, told: str, fault: Message) -> None:
        """Say something aloud, and the same again only after some time."""
        before, now = self._complained, monotonic()
        if before is None or before[0] != fault or now - before[1] >= SAY_AGAIN_SECONDS:
            self._complained = fault, now
            _log.error(told, fault.en)

    def _hold(self, connection: Connection[Any], policy: Policy) -> None:
        """Ask the witnesses of a policy, until it is time to stop or another one counts."""
        while not self._until.is_set():
            row = connection.execute(LOCK).fetchone()
            if row is not None and row[0]:
                break
            self._until.wait(RETRY_SECONDS)
        cosigning = Cosigning(policy, self._keys, self._clock)
        cosigning.begin(connection)
        self._begun = monotonic()
        _log.info("%d witnesses are asked, quorum %s", len(policy.witnesses), policy.quorum)
        done, asked = -1, -float("inf")
        refresh = self._vouching.stale_seconds / REFRESHED_IN_TIME
        while not self._until.is_set():
            if self._policy() is not policy:
                _log.warning("the policy of witnesses has changed: it is taken up")
                return
            newest, since = newest_checkpoint(connection, WORLD.name), monotonic() - asked
            size = newest[0] if newest else 0
            is_due = since >= self._vouching.every_seconds and (size != done or since >= refresh)
            if size and is_due:
                asked = monotonic()
                done = size if cosigning.round(connection) else -1
                self._look(connection, policy)
            self._until.wait(LOOK_SECONDS)

    def _look(self, connection: Connection[Any], policy: Policy) -> None:
        """Say aloud if no quorum answers, and once it does again."""
        stands, now = standing(connection, policy, self._vouching.stale_seconds), monotonic()
        at = self._clock.now()
        if stands.is_stale(at):
            if now - self._begun < self._vouching.stale_seconds:
                return  # nobody could have answered yet
            if self._said is None or now - self._said >= SAY_AGAIN_SECONDS:
                self._said = now
                _log.error("%s", stands.text(at).en)
        elif self._said is not None:
            self._said = None
            _log.warning("a quorum of the witnesses cosigns again")
