"""Answers as exhibits: which entries an answer stands on, and what the read models held of it.

An exhibit shows all entries that concern one thing, as far as read models and checkpoint have both
come. What its reader may not see of them is withheld: place and leaf hash stand there, so that
nothing is missing unnoticed. Doubts, sealed facts and who looked are in nobody's exhibit.

An answer as of an earlier moment holds the same entries, and what the read models held then.
"""

from collections.abc import Callable, Mapping, Sequence
from time import monotonic, sleep
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
import psycopg
from psycopg import Connection

from aggregates.decisions import Caller
from aggregates.language import Message
from ledger.application.asking import NotFound
from ledger.application.entries import Sight, sight
from ledger.evidence.exhibit import ModelDigest
from ledger.evidence.hashes import SHA256
from ledger.integration.exhibiting import ENTRIES_MAX, NotYetSigned, Shown, exhibit, provable
from ledger.security.authority import Reach, may
from ledger.store.rows import SEE_ENTRIES
from projections.archive import ARCHIVE
from projections.class_ledger import CLASS_LEDGER
from projections.digest import rows_at
from projections.entitlements import ENTITLEMENTS
from projections.model import Moment, ReadModel
from projections.run import PARTS, position_of
from projections.trail.queries import every_position

HIDDEN: Final = ("risk-signal.", "sealed.", "access.")
"""How the stored names begin of what stands in no exhibit."""
MODELS: Final[Mapping[str, tuple[ReadModel, ...]]] = {
    "class": (CLASS_LEDGER, ARCHIVE),
    "person": (ENTITLEMENTS,),
}
"""The read models that say something of one thing of a kind."""
PATIENCE_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.1
_ENTRIES: Final = "select position, type, body from entry where position = any(%s)"
_NOT_FOUND = Message("没有这样的记录", "there are no such entries")
_UNSIGNED = Message("本账本尚未签发检查点", "this log has signed no checkpoint yet")


class Thing(NamedTuple):
    """What an exhibit is about: its kind, as the trail files it, and its id."""

    kind: str
    id: UUID


class Made(NamedTuple):
    """An exhibit.

    Attributes:
        data: The file.
        more_after: Behind which position the next part begins; None where this is the last.
    """

    data: bytes
    more_after: int | None


Seen = Callable[[str, Mapping[str, Any]], Sight]
"""From an entry's stored name and attributes to how much of it the reader sees."""


def seen_by(caller: Caller, reach: Reach) -> Seen:
    """Return how much of entries a caller sees."""
    return lambda name, attributes: sight(caller, reach, name, attributes)


def seen_whole(_name: str, _attributes: Mapping[str, Any]) -> Sight:
    """Let everything be seen: by whoever operates the database."""
    return "whole"


def models_for(thing: Thing, caller: Caller) -> tuple[ReadModel, ...]:
    """Return the read models of which a caller may see the rows of a thing."""
    found = MODELS.get(thing.kind, ())
    return tuple(one for one in found if one is not ARCHIVE or may(caller, "archive"))


def exhibit_about(  # noqa: PLR0913 - what an exhibit is asked for
    conninfo: str,
    policy: bytes,
    thing: Thing,
    *,
    seen: Seen,
    models: Sequence[ReadModel],
    moment: Moment | None = None,
    after: int = 0,
    at_most: int = ENTRIES_MAX,
) -> Made:
    """Return the exhibit of one thing; it waits a little for a checkpoint that covers all.

    Where there are more entries than an exhibit holds, it is the first part of several.

    Args:
        conninfo: the database.
        policy: the trust policy that the log publishes.
        thing: what it is about.
        seen: how much of each entry its reader sees.
        models: the read models whose rows of the thing are shown.
        moment: as of when they are shown; now by default.
        after: the last position of the part before this one.
        at_most: how many entries a part holds.

    Raises:
        NotFound: nothing is known of it, or nothing more.
        NotYetSigned: there is no checkpoint.
        IntegrationFault: an entry is not what the tree holds.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SEE_ENTRIES)
        until = _reached(connection, policy)
        among = range(after + 1, until + 1)
        positions = every_position(connection, *thing, among, at_most=at_most + 1)
        last = until if len(positions) <= at_most else positions[at_most - 1]
        whole, withheld = _sifted(connection, positions[:at_most], seen)
        if not whole and not withheld:
            raise NotFound(_NOT_FOUND)
        then = moment or Moment(until)
        held = [digest_of(connection, one, thing, then) for one in models]
        about = (thing.kind, str(thing.id), after, last)
        made = exhibit(connection, policy, Shown(whole, withheld, about, held))
        return Made(made, None if last == until else last)


def digest_of(
    connection: Connection[Any], model: ReadModel, thing: Thing, moment: Moment
) -> ModelDigest:
    """Return what a read model held of a thing at a moment."""
    rows = rows_at(connection, model, moment, [thing.id])
    day = "" if moment.day is None else moment.day.isoformat()
    digest = SHA256.plain(rows).hex()
    return ModelDigest(model.name, moment.until, digest, rows.decode(), (str(thing.id),), day)


def _reached(connection: Connection[Any], policy: bytes) -> int:
    """Return how far read models and checkpoint have both come, once the one covers the other."""
    until = monotonic() + PATIENCE_SECONDS
    while True:
        folded, proven = position_of(connection, PARTS), provable(connection, policy)
        if (proven.size >= folded and proven.is_settled) or monotonic() > until:
            break
        sleep(LOOK_SECONDS)
    if proven.size == 0:
        raise NotYetSigned(_UNSIGNED)
    return min(folded, proven.size)


def _sifted(
    connection: Connection[Any], positions: Sequence[int], seen: Seen
) -> tuple[list[int], list[int]]:
    """Return which entries are shown and which are withheld."""
    whole, withheld = list[int](), list[int]()
    for position, name, body in connection.execute(_ENTRIES, (list(positions),)):
        if name.startswith(HIDDEN):
            continue
        (whole if seen(name, orjson.loads(body)) == "whole" else withheld).append(position)
    return whole, withheld
