"""Having checkpoints stamped by time-stamping authorities, and keeping what they answer.

An answer is kept once it is verified, byte for byte, beside the note that it is about, and never
changed. Nothing waits for it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from cryptography.x509 import Certificate
from psycopg import Connection

from ledger.clock import Clock
from ledger.evidence.errors import Unproven
from ledger.evidence.note import Note
from ledger.evidence.time_stamps import QUERY, asked_for, stamped_at
from ledger.integration.posting import Unreachable, post
from ledger.integration.publishing import newest_checkpoint
from ledger.integration.standing import newest_cosigned
from ledger.integration.trees import WORLD

ANSWER_SECONDS: Final = 20.0
ANSWER_BYTES_MAX: Final = 262_144
GRANTED: Final = 200
APART: Final = timedelta(minutes=5)
"""So far may an authority's clock be from ours before it is said."""
_KEEP: Final = """
insert into evidence.time_stamp (size, authority, stamped_at, note, response)
values (%s, %s, %s, %s, %s) on conflict do nothing
"""
_LAST: Final = """
select authority, max(size), max(stamped_at) from evidence.time_stamp group by authority
"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stamped:
    """The newest stamp of an authority.

    Attributes:
        size: of the checkpoint.
        at: when, by the authority's clock.
    """

    size: int
    at: datetime


class Refusing(Unreachable):
    """An authority answers, and gives no stamp.

    Attributes:
        status: what it answers with.
    """

    def __init__(self, status: int) -> None:
        """Keep the status."""
        super().__init__(f"it answers {status}")
        self.status = status


class Answered(NamedTuple):
    """A stamp: when, by the authority's clock, and its whole answer."""

    at: datetime
    response: bytes


def ask_stamp(
    authority: str, text: str, roots: Sequence[Certificate], seconds: float = ANSWER_SECONDS
) -> Answered:
    """Have a text stamped by an authority.

    Args:
        authority: its URL.
        text: what is stamped.
        roots: where its chain may end.
        seconds: how long an answer is waited for.

    Raises:
        Unreachable: there is no answer; ``Refusing`` where it is no stamp.
        Unproven: the stamp is not good.
    """
    asked = asked_for(text)
    got = post(authority, asked.body, QUERY, seconds=seconds, at_most=ANSWER_BYTES_MAX)
    if got.status != GRANTED:
        raise Refusing(got.status)
    return Answered(stamped_at(got.body, text, roots, asked.nonce), got.body)


def last_stamps(connection: Connection[Any]) -> dict[str, Stamped]:
    """Return the newest stamp of each authority, by its URL."""
    rows = connection.execute(_LAST).fetchall()
    return {authority: Stamped(size, at) for authority, size, at in rows}


class Stamping:
    """Asks authorities to stamp the newest checkpoint."""

    def __init__(
        self,
        authorities: Sequence[str],
        roots: Sequence[Certificate],
        clock: Clock,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        """Prepare to ask.

        Args:
            authorities: their URLs.
            roots: where their chains may end.
            clock: ours, with which theirs are compared.
            seconds: how long an answer is waited for.
        """
        self._authorities = tuple(authorities)
        self._roots = tuple(roots)
        self._clock = clock
        self._seconds = seconds

    def stamp(self, connection: Connection[Any]) -> int:
        """Have the newest checkpoint stamped by all who have not; return how many did not.

        One that a quorum cosigned is taken before a newer one that the log alone signed.
        """
        found = newest_cosigned(connection) or newest_checkpoint(connection, WORLD.name)
        if found is None or found[0] == 0:
            return 0
        size, note = found
        last = last_stamps(connection)
        wanting = [one for one in self._authorities if one not in last or last[one].size < size]
        return sum(not self._stamped(connection, one, size, note) for one in wanting)

    def _stamped(self, connection: Connection[Any], authority: str, size: int, note: bytes) -> bool:
        text = Note.parse(note).text
        try:
            at, response = ask_stamp(authority, text, self._roots, self._seconds)
        except Refusing as fault:
            _log.warning("no time stamp: an authority answers %d", fault.status)
            return False
        except Unreachable:
            _log.warning("no time stamp: an authority does not answer")
            return False
        except Unproven as fault:
            _log.error("no time stamp: %s", fault)
            return False
        if abs(at - self._clock.now()) > APART:
            _log.error("the clock of a time-stamping authority and ours are far apart")
        connection.execute(_KEEP, (size, authority, at, note, response))
        return True
