"""The audit of a whole log: every leaf again from its entry, every tile, the root, the signature.

Nothing that is stored is believed: leaves are derived from the entries, tiles of all levels from
the leaves, and the root from the tiles; each is compared with what lies there. The first thing
that differs is named, with what was done. An auditor who kept an earlier checkpoint also learns
whether the log still continues it, even if somebody rewrote everything and holds the real key.

``leaves`` says where entries come from: bundles of a static log (``bundle_leaves``), or the live
rows of a database.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.findings import Finding, Kind, Place
from ledger.evidence.hashes import HASH_BYTES, SHA256, Hashing
from ledger.evidence.locating import first_difference, kind_of, whole_hashes
from ledger.evidence.policy import Accepted, Policy
from ledger.evidence.reading import CHECKPOINT, LogReader, read_leaves, read_tile
from ledger.evidence.tiles import (
    WIDTH,
    Bundle,
    RightEdge,
    Tile,
    bundles_of,
    last_tile,
    levels,
    width_at,
)
from ledger.evidence.validity import KeyState, Outlived

Leaves = Callable[[Bundle], Sequence[bytes] | None]
"""Gives the leaf hashes derived from the entries of a bundle, or None if there are none."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit saw.

    Attributes:
        accepted: the checkpoint that was audited, with who signed it; None if it is no good.
        checked: how many entries were read and hashed again.
        finding: the first thing that is not as it was; None if everything is.
    """

    accepted: Accepted | None
    checked: int
    finding: Finding | None

    @property
    def is_clean(self) -> bool:
        """Whether everything is as it was."""
        return self.finding is None


@dataclass(frozen=True, slots=True)
class Held:
    """What an auditor kept from the last time.

    Attributes:
        checkpoint: one that was checked then.
        tiles: the log's tiles as of then, if they were kept too; with them the first entry that
            was rewritten is named exactly.
        is_enough: whether entries below the checkpoint were audited then and need not be read
            again now (an incremental audit).
    """

    checkpoint: Checkpoint
    tiles: LogReader | None = None
    is_enough: bool = False


def audit(
    reader: LogReader,
    policy: Policy,
    held: Held | None = None,
    hashing: Hashing = SHA256,
    leaves: Leaves | None = None,
) -> Report:
    """Audit a log.

    Args:
        reader: where its checkpoint and tiles are.
        policy: whose signatures on the checkpoint count.
        held: what the auditor kept from the last time.
        hashing: the hash function of the log's tree.
        leaves: where the entries are; the bundles that ``reader`` gives, if nothing is said.

    Raises:
        OSError: something is there and cannot be read.
    """
    data = reader.read(CHECKPOINT)
    if data is None:
        return Report(None, 0, Finding(Kind.MISSING, Place.CHECKPOINT, path=CHECKPOINT))
    try:
        accepted = policy.check(data)
    except Malformed:
        return Report(None, 0, Finding(Kind.CHANGED, Place.CHECKPOINT, path=CHECKPOINT))
    except Outlived as fault:
        kind = Kind.REVOKED if fault.state == KeyState.REVOKED else Kind.UNSIGNED
        return Report(None, 0, Finding(kind, Place.CHECKPOINT, path=CHECKPOINT, key=fault.key))
    except Refuted:
        return Report(None, 0, Finding(Kind.UNSIGNED, Place.CHECKPOINT, path=CHECKPOINT))
    derive = leaves or bundle_leaves(reader, hashing)
    run = _Audit(reader, accepted.signed.checkpoint, held, hashing, derive)
    finding = run.finding()
    return Report(accepted, run.checked, finding)


def bundle_leaves(reader: LogReader, hashing: Hashing = SHA256) -> Leaves:
    """Return the leaves of a static log: its bundles, each entry hashed again."""
    return lambda bundle: read_leaves(reader, bundle, hashing)


class _Audit:
    """One audit under way: the tree as derived so far, and what was seen on the way."""

    def __init__(
        self,
        reader: LogReader,
        checkpoint: Checkpoint,
        held: Held | None,
        hashing: Hashing,
        leaves: Leaves,
    ) -> None:
        self.checked = 0
        self._reader = reader
        self._checkpoint = checkpoint
        self._held = held
        self._hashing = hashing
        self._leaves = leaves
        self._edge = RightEdge(hashing)
        self._continues_held = True
        # What differs above the leaves: the tile alone, or all below it? The root will tell.
        self._suspect: Finding | None = None
        self._parents: tuple[Tile, bytes | None] | None = None

    def finding(self) -> Finding | None:
        held, size = self._held, self._checkpoint.size
        if held and size < held.checkpoint.size:
            return Finding(Kind.TRUNCATED, Place.ENTRY, size, held.checkpoint.size)
        if held and held.is_enough:
            self._edge = self._edge_at(held.checkpoint) or self._edge
        if held:
            self._compare_held(held)
        for bundle in bundles_of(size, self._edge.size):
            found = self._bundle(bundle)
            if found and held and not self._continues_held:
                return self._rewritten(held)  # it begins before what was found now
            if found:
                return found
        return self._end()

    def _bundle(self, bundle: Bundle) -> Finding | None:
        """Derive the leaves of a bundle, compare them with their tile, let the tree grow."""
        start, tile = bundle.number * WIDTH, Tile(0, bundle.number, bundle.width)
        derived, row = self._leaves(bundle), read_tile(self._reader, tile)
        if derived is None:
            return Finding(Kind.MISSING, Place.ENTRY, start, start + 1, bundle.path)
        self.checked += len(derived)
        if row is None:
            return Finding(Kind.MISSING, Place.TILE, start, start + 1, tile.path)
        joined = b"".join(derived)
        if joined != row or len(derived) != bundle.width:
            return self._difference(tile, joined, row)
        self._grow(joined[(self._edge.size - start) * HASH_BYTES :])
        return None

    def _grow(self, leaves: bytes) -> None:
        held = self._held
        if held and 0 < held.checkpoint.size - self._edge.size < len(leaves) // HASH_BYTES:
            cut = (held.checkpoint.size - self._edge.size) * HASH_BYTES
            self._extend(leaves[:cut])
            self._compare_held(held)
            leaves = leaves[cut:]
        self._extend(leaves)
        if held:
            self._compare_held(held)

    def _compare_held(self, held: Held) -> None:
        if self._edge.size == held.checkpoint.size:
            self._continues_held = self._edge.root() == held.checkpoint.root

    def _extend(self, leaves: bytes) -> None:
        full = self._edge.extend(leaves)
        for tile, row in full:
            if tile.level > 0:
                self._compare(tile, row)
        if full:
            # The root of the leaf tile just filled is the last hash that the level above took.
            above = full[1][1] if len(full) > 1 else self._edge.rows()[1]
            number = full[0][0].number
            if self._parent(number) not in {None, above[-HASH_BYTES:]}:
                self._suspicion(self._parent_tile(number), number * WIDTH, WIDTH)

    def _compare(self, tile: Tile, row: bytes) -> None:
        """Compare a derived tile above the leaves with the one that lies there."""
        stored, leaves = read_tile(self._reader, tile), WIDTH**tile.level
        first = tile.number * WIDTH * leaves
        if stored is None:
            self._suspicion(tile, first, 1, Kind.MISSING)
        elif stored != row:
            self._suspicion(tile, first + first_difference(stored, row) * leaves, leaves)

    def _suspicion(self, tile: Tile, start: int, leaves: int, kind: Kind = Kind.CHANGED) -> None:
        # A difference that contains an earlier one only follows from it.
        if self._suspect is None or start + leaves <= (self._suspect.start or 0):
            self._suspect = Finding(kind, Place.TILE, start, start + leaves, tile.path)

    def _parent_tile(self, number: int) -> Tile:
        """Return the tile of level 1 that holds the root of a leaf tile."""
        above = number // WIDTH
        return Tile(1, above, width_at(self._checkpoint.size, 1, above))

    def _parent(self, number: int) -> bytes | None:
        """Return the root of a leaf tile as it lies at level 1, or None if nothing does."""
        tile = self._parent_tile(number)
        if self._parents is None or self._parents[0] != tile:
            self._parents = tile, read_tile(self._reader, tile)
        at, row = number % WIDTH * HASH_BYTES, self._parents[1]
        return None if row is None else row[at : at + HASH_BYTES]

    def _difference(self, tile: Tile, derived: bytes, row: bytes) -> Finding:
        """Find out which is wrong, the entries or their tile, and what was done."""
        if self._suspect:
            return self._suspect
        start, width = tile.number * WIDTH, tile.width * HASH_BYTES
        at = start + first_difference(derived, row)
        if len(derived) == width and (len(row) != width or self._is_proven(tile, derived)):
            return Finding(Kind.CHANGED, Place.TILE, at, at + 1, tile.path)
        path = Bundle(tile.number, tile.width).path
        if derived == row:  # entries and tile agree, and are not as many as the checkpoint says
            kind = Kind.MISSING if len(derived) < width else Kind.INSERTED
            return Finding(kind, Place.ENTRY, *self._unsure(start + tile.width), path)
        kind = kind_of(self._derived_from(start, at), self._stored_from(start, at))
        return Finding(kind, Place.ENTRY, at, at + 1, path)

    def _is_proven(self, tile: Tile, derived: bytes) -> bool:
        """Say whether what lies above a leaf tile vouches for the leaves derived for it."""
        if tile.width == WIDTH:
            return self._parent(tile.number) == self._hashing.perfect_root(derived)
        edge = RightEdge(self._hashing, self._edge.size, self._edge.rows())
        edge.extend(derived[(edge.size - tile.number * WIDTH) * HASH_BYTES :])
        return edge.root() == self._checkpoint.root

    def _derived_from(self, start: int, index: int) -> Iterator[bytes]:
        """Yield the derived leaves from an index on; ``start`` is where its bundle begins."""
        skip = index - start
        for bundle in bundles_of(self._checkpoint.size, start):
            yield from (self._leaves(bundle) or ())[skip:]
            skip = 0

    def _stored_from(self, start: int, index: int) -> Iterator[bytes]:
        """Yield the leaves that lie in tiles, from an index on."""
        skip = index - start
        for bundle in bundles_of(self._checkpoint.size, start):
            yield from whole_hashes(read_tile(self._reader, Tile(0, *bundle)) or b"")[skip:]
            skip = 0

    def _unsure(self, end: int) -> tuple[int, int]:
        """Return where the first bad leaf lies, if nothing but a root tells."""
        held = self._held.checkpoint.size if self._held else 0
        if not self._continues_held:
            return 0, held
        return held if held <= self._edge.size else 0, end

    def _edge_at(self, held: Checkpoint) -> RightEdge | None:
        """Return the right edge at a held size, read from tiles, if they give the held root."""
        rows: list[bytes] = []
        for level in levels(held.size):
            if not (tile := last_tile(held.size, level)).width:
                rows.append(b"")
                continue
            width = width_at(self._checkpoint.size, level, tile.number)
            row = read_tile(self._reader, tile) or read_tile(
                self._reader, tile._replace(width=width)
            )
            rows.append((row or b"")[: tile.width * HASH_BYTES])
        try:
            edge = RightEdge(self._hashing, held.size, rows)
        except Malformed:
            return None
        return edge if edge.root() == held.root else None

    def _end(self) -> Finding | None:
        """Conclude, when every leaf and every tile that filled up has been looked at."""
        for tile, row in self._edge.partials():
            if tile.level > 0:
                self._compare(tile, row)
        is_signed = self._edge.root() == self._checkpoint.root
        if is_signed and self._held and not self._continues_held:
            return self._rewritten(self._held)
        if self._suspect and not is_signed and self._suspect.kind == Kind.CHANGED:
            return replace(self._suspect, place=Place.ENTRY)
        if self._suspect or is_signed:
            return self._suspect
        return Finding(Kind.CHANGED, Place.ENTRY, *self._unsure(self._checkpoint.size))

    def _rewritten(self, held: Held) -> Finding:
        """Find where a log that is sound in itself leaves what the auditor holds."""
        size = held.checkpoint.size
        if held.tiles is None:
            return Finding(Kind.REWRITTEN, Place.ENTRY, 0, size)
        kept = RightEdge(self._hashing)
        first: int | None = None
        for bundle in bundles_of(size):
            width = width_at(self._checkpoint.size, 0, bundle.number)
            was = read_tile(held.tiles, Tile(0, *bundle)) or b""
            now = read_tile(self._reader, Tile(0, bundle.number, width)) or b""
            now = now[: bundle.width * HASH_BYTES]
            if first is None and was != now:
                first = bundle.number * WIDTH + first_difference(was, now)
            kept.extend(was[: len(was) // HASH_BYTES * HASH_BYTES])
        if first is None or kept.root() != held.checkpoint.root:
            return Finding(Kind.REWRITTEN, Place.ENTRY, 0, size)
        return Finding(Kind.REWRITTEN, Place.ENTRY, first, first + 1)
