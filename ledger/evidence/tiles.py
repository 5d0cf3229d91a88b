"""Tiles: how a log lies in files (C2SP tlog-tiles).

A tile of level ``l`` holds up to 256 hashes, each the root of ``256^l`` leaves; a bundle holds the
entries below a tile of level 0. Full ones never change. Which ones exist at which size, how they
are called and which ones a growth completes is plain arithmetic:

    tile/<level>/<N>[.p/<width>]        tile/entries/<N>[.p/<width>]

``RightEdge`` grows the tree whole tiles at a time; it is what an integrator keeps between runs.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, Self

from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import HASH_BYTES, SHA256, Hashing
from ledger.evidence.tree import SIZE_MAX, Node, fold

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
TILE_BYTES: Final = WIDTH * HASH_BYTES
LEVEL_MAX: Final = 63
ENTRY_BYTES_MAX: Final = 65_535

_NUMBER: Final = r"((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?"
_TILE: Final = re.compile(rf"tile/(0|[1-9]\d?)/{_NUMBER}", re.ASCII)
_BUNDLE: Final = re.compile(rf"tile/entries/{_NUMBER}", re.ASCII)


class Tile(NamedTuple):
    """A tile's place.

    Attributes:
        level: 0 holds leaf hashes, 1 roots of 256 leaves, and so on.
        number: which of its level, from 0.
        width: how many hashes it holds; fewer than 256 only at the right edge.
    """

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path below the log's prefix."""
        return f"tile/{self.level}/{path_of(self.number)}{_part(self.width)}"

    @classmethod
    def parse(cls, path: str) -> Self:
        """Read a path below the log's prefix.

        Raises:
            Malformed: it is no path of a tile, or not the one spelling that a tile has.
        """
        found = _TILE.fullmatch(path)
        tile = found and cls(int(found[1]), _number(found[2]), int(found[3] or WIDTH))
        if not tile or tile.path != path or tile.level > LEVEL_MAX:
            raise Malformed("not the path of a tile")
        return tile


class Bundle(NamedTuple):
    """The place of a bundle of entries, with the number and width of its tile of level 0."""

    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path below the log's prefix."""
        return f"tile/entries/{path_of(self.number)}{_part(self.width)}"

    @classmethod
    def parse(cls, path: str) -> Self:
        """Read a path below the log's prefix.

        Raises:
            Malformed: it is no path of a bundle, or not the one spelling that a bundle has.
        """
        found = _BUNDLE.fullmatch(path)
        bundle = found and cls(_number(found[1]), int(found[2] or WIDTH))
        if not bundle or bundle.path != path:
            raise Malformed("not the path of a bundle")
        return bundle


def path_of(number: int) -> str:
    """Return a tile's number as paths spell it: groups of three digits, all but the last with x."""
    path = f"{number % 1000:03d}"
    while number := number // 1000:
        path = f"x{number % 1000:03d}/{path}"
    return path


def hashes_at(size: int, level: int) -> int:
    """Return how many hashes all tiles of a level hold together in a tree of ``size``."""
    return size >> (HEIGHT * level)


def width_at(size: int, level: int, number: int) -> int:
    """Return how many hashes a tile holds in a tree of ``size``: 0 (it is not there) to 256."""
    return max(0, min(WIDTH, hashes_at(size, level) - number * WIDTH))


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile of a tree, level by level, each level from the left."""
    level = 0
    while hashes := hashes_at(size, level):
        for number in range(hashes // WIDTH):
            yield Tile(level, number)
        if hashes % WIDTH:
            yield Tile(level, hashes // WIDTH, hashes % WIDTH)
        level += 1


def bundles_of(size: int, start: int = 0) -> Iterator[Bundle]:
    """Yield the bundles that hold the entries from ``start`` on, up to a size."""
    for number in range(start // WIDTH, -(-size // WIDTH)):
        yield Bundle(number, width_at(size, 0, number))


def completed(old: int, new: int) -> Iterator[Tile]:
    """Yield the full tiles of all levels that growing from ``old`` to ``new`` completes."""
    level = 0
    while last := hashes_at(new, level) // WIDTH:
        for number in range(hashes_at(old, level) // WIDTH, last):
            yield Tile(level, number)
        level += 1


def levels(size: int) -> range:
    """Return the levels that a tree of ``size`` has."""
    return range(-(-size.bit_length() // HEIGHT))


def last_tile(size: int, level: int) -> Tile:
    """Return a level's partial tile; of width 0, where the last tile is full."""
    return Tile(level, hashes_at(size, level) // WIDTH, hashes_at(size, level) % WIDTH)


def partials(size: int) -> list[Tile]:
    """Return the partial tiles of a tree of ``size``, from level 0 up."""
    return [tile for level in levels(size) if (tile := last_tile(size, level)).width]


def tile_of(node: Node, size: int) -> Tile:
    """Return the tile, as wide as it is in a tree of ``size``, that a perfect subtree is read from.

    Raises:
        ValueError: the subtree is not full at this size.
    """
    level, height = divmod(node.level, HEIGHT)
    number = (node.number << height) // WIDTH
    if (node.number + 1) << node.level > size:
        raise ValueError(f"subtree {node.number} of level {node.level} is not full at {size}")
    return Tile(level, number, width_at(size, level, number))


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle: each after its length, big-endian, two bytes.

    Raises:
        ValueError: an entry is longer than 65,535 bytes.
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > ENTRY_BYTES_MAX:
            raise ValueError(f"an entry has at most {ENTRY_BYTES_MAX} bytes")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def decode_bundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        Malformed: the last entry is cut off, or there are more than 256.
    """
    entries, rest = whole_entries(data)
    if rest or len(entries) > WIDTH:
        raise Malformed("not a bundle of up to 256 entries")
    return entries


def whole_entries(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the entries of a bundle that may be damaged, and what is left and is no entry."""
    entries: list[bytes] = []
    keep, at, end = entries.append, 0, len(data)
    while at + 2 <= end:
        start = at + 2
        after = start + (data[at] << 8 | data[at + 1])
        if after > end:
            break
        keep(data[start:after])
        at = after
    return entries, data[at:]


class RightEdge:
    """The right edge of a growing tree: of each level the tile that is not full yet.

    Attributes:
        hashing: the hash function of the tree.
        size: how many leaves it has.
    """

    __slots__ = ("_rows", "hashing", "size")

    def __init__(
        self, hashing: Hashing = SHA256, size: int = 0, rows: Sequence[bytes] = ()
    ) -> None:
        """Take up a tree where it was left.

        Args:
            hashing: the hash function.
            size: of the tree so far.
            rows: of each level from 0 the hashes of its partial tile, in one row each (empty if
                the level's last tile is full).

        Raises:
            Malformed: these are not the partial tiles of a tree of this size.
        """
        self.hashing = hashing
        self.size = size
        self._rows = list(rows)
        if [len(row) for row in rows] != [
            last_tile(size, n).width * HASH_BYTES for n in levels(size)
        ]:
            raise Malformed(f"not the partial tiles of a tree of {size}")

    def rows(self) -> list[bytes]:
        """Return the partial tile of each level, for keeping; what ``__init__`` takes."""
        return list(self._rows)

    def partials(self) -> list[tuple[Tile, bytes]]:
        """Return the partial tiles that a checkpoint of this size needs, with their bytes."""
        return [(last_tile(self.size, level), row) for level, row in enumerate(self._rows) if row]

    def extend(self, leaves: bytes) -> list[tuple[Tile, bytes]]:
        """Append leaf hashes.

        Args:
            leaves: any number of leaf hashes in one row.

        Returns:
            The tiles of all levels that became full, with their bytes, lower levels first.

        Raises:
            Malformed: the row does not end where a hash ends.
        """
        if len(leaves) % HASH_BYTES:
            raise Malformed(f"{len(leaves)} bytes are no row of {HASH_BYTES}-byte hashes")
        full: list[tuple[Tile, bytes]] = []
        level, coming = 0, leaves
        while coming:
            if level == len(self._rows):
                self._rows.append(b"")
            row, first = self._rows[level] + coming, hashes_at(self.size, level) // WIDTH
            roots = []
            end = len(row) - len(row) % TILE_BYTES
            for at in range(0, end, TILE_BYTES):
                tile = row[at : at + TILE_BYTES]
                full.append((Tile(level, first + at // TILE_BYTES), tile))
                roots.append(self.hashing.perfect_root(tile))
            self._rows[level] = row[end:]
            level, coming = level + 1, b"".join(roots)
        self.size += len(leaves) // HASH_BYTES
        return full

    def hashes(self) -> list[bytes]:
        """Return the roots of the tree's perfect subtrees, left to right (a ``Frontier``'s)."""
        found = []
        for row in reversed(self._rows):
            at, width = 0, len(row) // HASH_BYTES
            while width:
                part = 1 << (width.bit_length() - 1)
                end = at + part * HASH_BYTES
                found.append(self.hashing.perfect_root(row[at:end]))
                at, width = end, width - part
        return found

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        return fold(self.hashing, self.hashes())


def _part(width: int) -> str:
    return f".p/{width}" if width < WIDTH else ""


def _number(path: str) -> int:
    number = int(path.replace("x", "").replace("/", ""))
    if number > SIZE_MAX:
        raise Malformed("the number of a tile is too large")
    return number
