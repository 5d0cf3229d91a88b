"""Stream heads: proof that nothing of a stream was left out, and that a stream does not exist.

Now and then the log says in a fact of its own: at this size there were so many streams, and the
root over them, sorted by name, is this. Each leaf of that tree is one stream with its last version
and the leaf hash of its last entry. So whoever shows a trail of N entries proves with one path
that N is all there was; and two neighbours prove that nothing stands between them.

A proof is as good as the root it leads to. That the root is honest is seen by whoever folds the
log and computes it again; a log that signed a wrong one has lied in writing.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.hashes import HASH_BYTES, SHA256
from ledger.evidence.reading import TileHashes
from ledger.evidence.tiles import RightEdge, Tile
from ledger.evidence.tree import inclusion_holds, inclusion_proof

NAME_BYTES_MAX: Final = 65_535
VERSION_MAX: Final = 2**63 - 1


class Head(NamedTuple):
    """The last entry of a stream.

    Attributes:
        stream: the name of the stream.
        version: of its last entry, from 1.
        leaf: the leaf hash of that entry.
    """

    stream: str
    version: int
    leaf: bytes

    def encoded(self) -> bytes:
        """Return the bytes that the tree of heads hashes.

        Two bytes of length and the name, eight bytes of version, the leaf hash; big-endian.

        Raises:
            Malformed: a part is out of range.
        """
        name = self.stream.encode()
        if not 0 < len(name) <= NAME_BYTES_MAX or not 0 < self.version <= VERSION_MAX:
            raise Malformed("the name or the version of a stream is out of range")
        if len(self.leaf) != HASH_BYTES:
            raise Malformed("a head has a leaf hash of 32 bytes")
        return len(name).to_bytes(2, "big") + name + self.version.to_bytes(8, "big") + self.leaf


@dataclass(frozen=True, slots=True)
class HeadsRoot:
    """What the log says of all its streams together.

    Attributes:
        size: at which size of the log.
        count: how many streams there were.
        root: over their heads, sorted by the UTF-8 of their names.
    """

    size: int
    count: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Placed:
    """A head, its place among all heads, and the path to the root."""

    head: Head
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """The two heads between which a stream would stand; None beyond the first or the last."""

    before: Placed | None
    after: Placed | None


class StreamHeads:
    """All heads of a log at one size, ready to prove any of them.

    Attributes:
        root: what the log says of them.
    """

    def __init__(self, size: int, heads: Iterable[Head]) -> None:
        """Sort heads and build their tree.

        Args:
            size: the size of the log at which these are the heads.
            heads: one for each stream, in any order.

        Raises:
            Malformed: a head is out of range.
            ValueError: a stream stands there twice.
        """
        self._heads = sorted(heads, key=_order)
        self._names = [_order(head) for head in self._heads]
        if len(set(self._names)) != len(self._names):
            raise ValueError("a stream has one head")
        edge = RightEdge(SHA256)
        leaves = SHA256.leaves(head.encoded() for head in self._heads)
        self._tiles: dict[Tile, bytes] = dict(edge.extend(b"".join(leaves)))
        self._tiles |= dict(edge.partials())
        self._read = TileHashes(edge.size, self._tiles.__getitem__)
        self.root = HeadsRoot(size, edge.size, edge.root())

    def prove(self, stream: str) -> Placed | Absent:
        """Return the proof of a stream's head, or that there is no such stream."""
        name = stream.encode()
        at = bisect_left(self._names, name)
        if at < len(self._names) and self._names[at] == name:
            return self._placed(at)
        before = self._placed(at - 1) if at > 0 else None
        return Absent(before, self._placed(at) if at < len(self._names) else None)

    def _placed(self, at: int) -> Placed:
        path = inclusion_proof(SHA256, at, len(self._heads), self._read)
        return Placed(self._heads[at], at, tuple(path))


def check_head(placed: Placed, root: HeadsRoot) -> None:
    """Check that a head stands under a root: its stream had that version and no later one.

    Raises:
        Malformed: the head is out of range.
        Refuted: the path leads elsewhere.
    """
    leaf = SHA256.leaf(placed.head.encoded())
    if not inclusion_holds(SHA256, leaf, placed.index, root.count, root.root, placed.path):
        raise Refuted("the path does not lead from this head to the root of all heads")


def check_absent(stream: str, absent: Absent, root: HeadsRoot) -> None:
    """Check that there was no stream of a name.

    Raises:
        Malformed: a head is out of range.
        Refuted: the neighbours are none, or the name does not stand between them.
    """
    before, after = absent.before, absent.after
    for one in (before, after):
        if one is not None:
            check_head(one, root)
    left = before.index if before is not None else -1
    right = after.index if after is not None else root.count
    names = [_order(one.head) for one in (before, after) if one is not None]
    if right != left + 1 or stream.encode() in names or not _is_sorted(before, stream, after):
        raise Refuted("these heads do not show that there is no such stream")


def check_complete(leaves: Sequence[bytes], stream: str, placed: Placed, root: HeadsRoot) -> None:
    """Check that these are all entries of a stream, as far as their number and the last one tell.

    That each of them stands in the log, and in this stream, is for receipts and the entries
    themselves to show.

    Args:
        leaves: the leaf hashes of the entries, from version 1 on.
        stream: the name of the stream.
        placed: the proof of its head.
        root: what the log says of all streams.

    Raises:
        Malformed: the head is out of range.
        Refuted: there are fewer or more entries, the last is another, or the proof fails.
    """
    check_head(placed, root)
    head = placed.head
    if head.stream != stream or head.version != len(leaves) or head.leaf != leaves[-1]:
        raise Refuted("the entries are not all of the stream up to its head")


def _order(head: Head) -> bytes:
    return head.stream.encode()


def _is_sorted(before: Placed | None, stream: str, after: Placed | None) -> bool:
    name = stream.encode()
    follows = before is None or _order(before.head) < name
    return follows and (after is None or name < _order(after.head))
