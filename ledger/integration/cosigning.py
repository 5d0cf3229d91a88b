"""Rounds of asking all witnesses to cosign one checkpoint, and what is published of it.

All are asked about the same checkpoint, each by a thread of its own, so that one that is slow or
away delays neither the others nor the log. Lines that verify are added to the checkpoint as it is
served; one that a quorum cosigned is kept besides, because the newest is mostly younger.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, Final

from psycopg import Connection

from ledger.clock import Clock
from ledger.evidence.note import Note, SignatureLine, VerifierKey
from ledger.evidence.policy import Policy
from ledger.evidence.reading import TileHashes
from ledger.evidence.signers import ED25519
from ledger.evidence.tiles import Tile
from ledger.evidence.tree import consistency_proof
from ledger.integration import storing, witnesses
from ledger.integration.publishing import newest_checkpoint
from ledger.integration.trees import TWIN, WORLD
from ledger.integration.witnesses import TEXTS, Known, Outcome, Told, Witness

ANSWER_SECONDS: Final = 10.0
"""How long one answer is waited for, and a round for all of them."""
BACK_OFF_SECONDS: Final = 10
BACK_OFF_MAX_SECONDS: Final = 600
_WITH_LINES: Final = "update evidence.checkpoint set note = %s where algorithm = %s and size = %s"
_MET: Final = """
insert into evidence.cosigned (hour, size, note, twin, met_at)
values (date_trunc('hour', %(at)s::timestamptz), %(size)s, %(note)s, %(twin)s, %(at)s)
on conflict on constraint cosigned_hour do update set
  size = excluded.size, note = excluded.note, met_at = excluded.met_at,
  twin = case excluded.size when evidence.cosigned.size
    then coalesce(excluded.twin, evidence.cosigned.twin) else excluded.twin end
where excluded.size >= evidence.cosigned.size and excluded.met_at >= evidence.cosigned.met_at
"""

_log = logging.getLogger(__name__)

Answers = SimpleQueue[tuple[Witness, Told | Exception]]


def back_off(failures: int) -> timedelta:
    """Return how long a witness is left alone that did not cosign so often in a row."""
    if failures == 0:
        return timedelta()
    # The exponent is bounded first: whoever is away for a year would make it very long.
    seconds = BACK_OFF_SECONDS << min(failures - 1, 10)
    return timedelta(seconds=min(seconds, BACK_OFF_MAX_SECONDS))


class Cosigning:
    """Asks the witnesses of a policy, round by round."""

    def __init__(
        self,
        policy: Policy,
        keys: Callable[[], Iterable[VerifierKey]],
        clock: Clock,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        """Prepare to ask.

        Args:
            policy: whom, and how many it takes.
            keys: gives the keys that the log signs with now.
            clock: says when an answer came.
            seconds: how long an answer is waited for.

        Raises:
            Misconfigured: somebody cannot be asked who is needed.
        """
        self._policy = policy
        self._keys = keys
        self._clock = clock
        self._seconds = seconds
        self._witnesses = witnesses.witnesses_of(policy)
        self._asking: dict[str, Thread] = {}

    def begin(self, connection: Connection[Any]) -> None:
        """Forget witnesses that the policy names no more."""
        witnesses.forget_others(connection, self._witnesses)

    def round(self, connection: Connection[Any]) -> bool:
        """Ask about the newest checkpoint everybody whose turn it is.

        Returns:
            Whether all witnesses cosigned it.
        """
        newest = newest_checkpoint(connection, WORLD.name)
        if newest is None or newest[0] == 0:
            return False
        size, note = newest[0], Note.parse(newest[1])
        twin = newest_checkpoint(connection, TWIN.name)
        kept, now = witnesses.known(connection), self._clock.now()
        due = [one for one in self._witnesses if self._is_due(one, kept.get(one.vkey), now)]
        answers = self._answers(connection, note, size, due, kept)
        lines: list[SignatureLine] = []
        names: set[str] = set()
        for one in due:
            before = kept.get(one.vkey) or Known(one.vkey, one.name)
            told = answers.get(one.vkey, Told(Outcome.UNREACHABLE, before.size))
            if self._keep(connection, before, told) is Outcome.COSIGNED:
                lines += told.lines
                names.add(one.name)
        if lines:
            beside = twin[1] if twin is not None and twin[0] == size else None
            self._publish(connection, size, note.with_lines(lines), names, beside)
        return len(names) == len(self._witnesses)

    def _is_due(self, one: Witness, kept: Known | None, now: datetime) -> bool:
        asking = self._asking.get(one.vkey)
        if asking is not None and asking.is_alive():
            return False  # it has not ended its answer of an earlier round
        if kept is None or kept.asked_at is None:
            return True
        return now - kept.asked_at >= back_off(kept.failures)

    def _answers(
        self,
        connection: Connection[Any],
        note: Note,
        size: int,
        due: Sequence[Witness],
        kept: dict[str, Known],
    ) -> dict[str, Told]:
        """Ask all at once, and return what came in time."""
        sent = note.only(key for key in self._keys() if key.material.startswith(ED25519))

        def tile(place: Tile) -> bytes:
            return storing.tiles(connection, WORLD.name, [place]).get(place, b"")

        def prove(old: int) -> list[bytes]:
            return consistency_proof(
                WORLD.hashing, old, size, TileHashes(size, tile, WORLD.hashing)
            )

        came: Answers = SimpleQueue()

        def ask(one: Witness) -> None:
            old = kept[one.vkey].size if one.vkey in kept else 0
            try:
                came.put((one, witnesses.ask(one, sent, old, prove, self._seconds)))
            except Exception as error:  # noqa: BLE001 - handed to the thread that waits
                came.put((one, error))

        for one in due:
            # A thread of which nobody waits for the end: whoever answers without end is left to it.
            self._asking[one.vkey] = Thread(target=ask, args=(one,), daemon=True)
            self._asking[one.vkey].start()
        return _gathered(came, len(due), monotonic() + self._seconds)

    def _keep(self, connection: Connection[Any], before: Known, told: Told) -> Outcome:
        """Keep what a witness said, tell what changed, and return how it is to be taken."""
        outcome, now = told.outcome, self._clock.now()
        if outcome is Outcome.AHEAD:
            newest = newest_checkpoint(connection, WORLD.name)
            # Somebody else had a newer one cosigned meanwhile; or the log is not what it was.
            if newest is None or newest[0] < told.size:
                outcome = Outcome.CONTRADICTED
        is_well = outcome in {Outcome.COSIGNED, Outcome.AHEAD}
        after = replace(
            before,
            size=told.size,
            outcome=outcome,
            failures=0 if is_well else before.failures + 1,
            asked_at=now,
            cosigned_at=now if outcome is Outcome.COSIGNED else before.cosigned_at,
        )
        witnesses.keep(connection, after)
        if before.outcome != outcome and not is_well:
            level = logging.ERROR if outcome is Outcome.CONTRADICTED else logging.WARNING
            _log.log(level, "witness %s: %s", before.name, TEXTS[outcome].en)
        elif before.failures and is_well:
            _log.warning("witness %s: %s again", before.name, TEXTS[outcome].en)
        return outcome

    def _publish(
        self,
        connection: Connection[Any],
        size: int,
        note: Note,
        names: set[str],
        twin: bytes | None,
    ) -> None:
        data = bytes(note)
        with connection.transaction():
            connection.execute(_WITH_LINES, (data, WORLD.name, size))
            if self._policy.is_met_by(names):
                told = {"size": size, "note": data, "twin": twin, "at": self._clock.now()}
                connection.execute(_MET, told)


def _gathered(came: Answers, count: int, until: float) -> dict[str, Told]:
    found: dict[str, Told] = {}
    for _ in range(count):
        try:
            one, told = came.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            break
        if isinstance(told, Exception):
            raise told
        found[one.vkey] = told
    return found
