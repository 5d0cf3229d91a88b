"""Exhibits out of a living log: entries with their proofs, as ``ledger.evidence.exhibit`` spells.

``exhibit`` is given a database and which entries to show, and returns bytes; who may see what is
decided by whoever calls it. Everything is read in one snapshot, and every path is walked to the
signed root before it is handed out: what does not verify is never given to anybody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from aggregates.language import Message
from aggregates.log_heads.state import LOG_HEADS, heads_id
from ledger.errors import Failure
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Malformed
from ledger.evidence.exhibit import About, Exhibit, ModelDigest, ProvenEntry, ProvenHeads, Withheld
from ledger.evidence.note import Note
from ledger.evidence.reading import TileHashes, tiles_for
from ledger.evidence.stream_heads import HeadsRoot, Placed, check_head
from ledger.evidence.tiles import Tile
from ledger.evidence.tree import inclusion_holds, inclusion_proof, inclusion_spans
from ledger.integration import storing
from ledger.integration.faults import FaultKind, IntegrationFault
from ledger.integration.heads import gathered, proofs_of
from ledger.integration.publishing import newest_checkpoint
from ledger.integration.trees import WORLD

ENTRIES_MAX: Final = 5_000
"""How many entries an exhibit holds at most: some 10 MB, and as many tiles in memory."""
_READ_ONCE: Final = "set transaction isolation level repeatable read, read only"
_ENTRIES: Final = b"""
select position, stream, version, convert_to(body, 'UTF8') from ledger.entry
where position = any(%s) order by position
"""
_PLACE: Final = "select position from ledger.entry where stream = %s and version = 1"


class NotYetSigned(Failure):
    """No checkpoint covers what is to be shown."""

    exit_code = 75


class TooMuch(Failure):
    """More entries than one exhibit holds."""

    exit_code = 65


@dataclass(frozen=True, slots=True)
class Shown:
    """What an exhibit is to show.

    Attributes:
        positions: the entries, byte for byte.
        withheld: entries of which only place and leaf hash are given.
        about: kind and id of the thing of which these are all entries, and behind which position
            up to which they were looked for; None where no such thing is said.
        models: what read models held.
    """

    positions: Sequence[int]
    withheld: Sequence[int] = ()
    about: tuple[str, str, int, int] | None = None
    models: Sequence[ModelDigest] = ()


@dataclass(frozen=True, slots=True)
class Provable:
    """How far a log can prove what it holds.

    Attributes:
        size: of the newest checkpoint; 0 where nothing was signed.
        heads: the size at which all streams' heads were gathered; 0 where they never were.
        is_settled: whether the checkpoint covers the log's word about these heads.
    """

    size: int
    heads: int
    is_settled: bool


def newest_head(connection: Connection[Any]) -> tuple[int, bytes] | None:
    """Return size and note of the checkpoint at which exhibits are made now."""
    return newest_checkpoint(connection, WORLD.name)


def provable(connection: Connection[Any]) -> Provable:
    """Return how far the log can prove what it holds."""
    newest = newest_head(connection)
    size = newest[0] if newest else 0
    heads = gathered(connection).heads.size
    said = _said_at(connection, heads) if heads else None
    return Provable(size, heads, heads == 0 or (said is not None and said <= size))


def exhibit(connection: Connection[Any], policy: bytes, shown: Shown) -> bytes:
    """Return an exhibit of entries of a log, at its newest checkpoint.

    Args:
        connection: to the database, in autocommit and outside a transaction.
        policy: the trust policy that the log publishes.
        shown: what it shows.

    Raises:
        NotYetSigned: the checkpoint does not reach the last of them.
        TooMuch: there are more than an exhibit holds.
        IntegrationFault: an entry is missing, or is not what the tree holds.
    """
    if len(shown.positions) + len(shown.withheld) > ENTRIES_MAX:
        raise TooMuch(
            Message(
                f"超过一份证据材料的上限{ENTRIES_MAX}条，请缩小范围",
                f"more than the {ENTRIES_MAX} entries that an exhibit holds: ask for less",
            )
        )
    with connection.transaction():
        connection.execute(_READ_ONCE)
        return bytes(_Maker(connection, shown).made(policy))


class _Maker:
    """One exhibit while it is made."""

    def __init__(self, connection: Connection[Any], shown: Shown) -> None:
        self._connection = connection
        self._shown = shown
        newest = newest_head(connection)
        last = max((*shown.positions, *shown.withheld), default=0)
        if newest is None or newest[0] < last:
            raise NotYetSigned(
                Message(
                    "这些条目尚无已签的检查点", "no signed checkpoint covers these entries yet"
                ),
                mend=Message("稍候再试", "try again in a moment"),
            )
        self._note = newest[1]
        self._tree = Checkpoint.parse(Note.parse(self._note).text)

    def made(self, policy: bytes) -> Exhibit:
        """Return it."""
        shown = self._shown
        withheld = sorted(set(shown.withheld) - set(shown.positions))
        rows = self._rows([*shown.positions, *withheld])
        heads = gathered(self._connection).heads
        said = _said_at(self._connection, heads.size) if heads.size else None
        if said is not None and said > self._tree.size:
            said = None
        if said is not None:
            rows |= self._rows([said])
        paths = self._paths(rows)
        proven = {
            position: ProvenEntry(position - 1, body, paths[position])
            for position, (_, _, body) in rows.items()
        }
        whole = {one: rows[one] for one in sorted({*shown.positions, *withheld})}
        placed = [] if said is None else self._whole_streams(whole, heads)
        about = shown.about
        return Exhibit(
            checkpoint=self._note,
            policy=policy,
            entries=[proven[one] for one in sorted(set(shown.positions))],
            heads=ProvenHeads(proven[said], placed) if said is not None and placed else None,
            models=shown.models,
            withheld=[
                Withheld(one - 1, *rows[one][:2], WORLD.hashing.leaf(rows[one][2]), paths[one])
                for one in withheld
            ],
            about=None if about is None else _about(*about, entries=len(whole)),
        )

    def _rows(self, positions: Sequence[int]) -> dict[int, tuple[str, int, bytes]]:
        """Return stream, version and bytes of entries, by their positions."""
        found = self._connection.execute(_ENTRIES, (list(positions),), binary=True)
        rows = {
            position: (stream, version, bytes(body)) for position, stream, version, body in found
        }
        missing = set(positions) - rows.keys()
        if missing:
            raise IntegrationFault(min(missing), FaultKind.MISSING)
        return rows

    def _paths(self, rows: Mapping[int, tuple[str, int, bytes]]) -> dict[int, list[bytes]]:
        """Return the inclusion proofs of entries, each walked to the signed root."""
        size, root, hashing = self._tree.size, self._tree.root, WORLD.hashing
        spans = {one: inclusion_spans(one - 1, size) for one in rows}
        wanted = {tile for some in spans.values() for tile in tiles_for(some, size)}
        found = storing.tiles(self._connection, WORLD.name, wanted)

        def tile(place: Tile) -> bytes:
            return found.get(place, b"")

        read, paths = TileHashes(size, tile, hashing), dict[int, list[bytes]]()
        for position in sorted(rows):
            try:
                path = inclusion_proof(hashing, position - 1, size, read)
            except Malformed:
                raise IntegrationFault(position, FaultKind.TREE) from None
            leaf = hashing.leaf(rows[position][2])
            if not inclusion_holds(hashing, leaf, position - 1, size, root, path):
                raise IntegrationFault(position, FaultKind.LEAF)
            paths[position] = path
        return paths

    def _whole_streams(
        self, rows: Mapping[int, tuple[str, int, bytes]], heads: HeadsRoot
    ) -> list[Placed]:
        """Return the heads of those streams of which every entry is there."""
        versions: dict[str, list[tuple[int, int]]] = {}
        for position, (stream, version, _) in rows.items():
            versions.setdefault(stream, []).append((position, version))
        placed = []
        for stream, found in proofs_of(self._connection, sorted(versions), heads).items():
            if _is_whole(versions[stream], found.head.version, heads.size):
                check_head(found, heads)
                placed.append(found)
        return placed


def _about(kind: str, one: str, after: int, until: int, *, entries: int) -> About:
    return About(kind, one, until, entries, after)


def _is_whole(found: Iterable[tuple[int, int]], version: int, size: int) -> bool:
    """Say whether entries are all of a stream up to a size, and what comes later follows on."""
    steps = sorted(found)
    then = sum(1 for position, _ in steps if position <= size)
    return then == version and [one for _, one in steps] == list(range(1, len(steps) + 1))


def _said_at(connection: Connection[Any], size: int) -> int | None:
    """Return the position at which the log says the heads of a size; None where it has not yet."""
    row = connection.execute(_PLACE, (LOG_HEADS.name(heads_id(size)),)).fetchone()
    return None if row is None else int(row[0])
