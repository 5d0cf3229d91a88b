"""Reading a log that lies in files or behind a server, and reading hashes out of its tiles.

Nothing here knows where the bytes are: a ``LogReader`` gives what lies at a path below the log's
prefix, or nothing. ``DirectoryReader`` is the one for an exported log on a disk.
"""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import HASH_BYTES, SHA256, Hashing
from ledger.evidence.tiles import HEIGHT, WIDTH, Bundle, Tile, tile_of, whole_entries
from ledger.evidence.tree import HashReader, Node, Span, nodes_of

CHECKPOINT: Final = "checkpoint"
TILES_KEPT: Final = 256
_NO_LEAF: Final = bytes(HASH_BYTES)


class LogReader(Protocol):
    """Where a log's files are."""

    def read(self, path: str) -> bytes | None:
        """Return what lies at a path below the log's prefix, or None if nothing does."""


class DirectoryReader:
    """A log in a directory: ``checkpoint`` and ``tile/`` below it."""

    def __init__(self, folder: Path) -> None:
        """Read below ``folder``."""
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None if it is not there.

        Raises:
            OSError: it is there, and cannot be read.
        """
        try:
            return (self._folder / path).read_bytes()
        except FileNotFoundError:
            return None


def read_tile(reader: LogReader, tile: Tile) -> bytes | None:
    """Return a tile's hashes, cut from the full tile if the partial one is gone; or None."""
    data = reader.read(tile.path)
    if data is None and tile.width < WIDTH:
        data = reader.read(tile._replace(width=WIDTH).path)
        data = data and data[: tile.width * HASH_BYTES]
    return data


def read_leaves(reader: LogReader, bundle: Bundle, hashing: Hashing = SHA256) -> list[bytes] | None:
    """Return the leaf hashes of a bundle's entries, each hashed again; None if it is not there.

    They are cut from the full bundle if the partial one is gone. What is damaged so that it is no
    entry counts as one leaf that no entry has, so that it can match nothing.
    """
    data = reader.read(bundle.path)
    if data is None and bundle.width < WIDTH:
        data = reader.read(bundle._replace(width=WIDTH).path)
        if data is not None:
            return hashing.leaves(whole_entries(data)[0][: bundle.width])
    if data is None:
        return None
    entries, rest = whole_entries(data)
    leaves = hashing.leaves(entries)
    return [*leaves, _NO_LEAF] if rest else leaves


class TileHashes:
    """Roots of perfect subtrees, read out of tiles: what proofs are made of (a ``HashReader``).

    Hashes inside a tile are computed once and kept, so that the proofs of neighbours are cheap.
    """

    def __init__(self, size: int, tile: Callable[[Tile], bytes], hashing: Hashing = SHA256) -> None:
        """Read out of a tree of ``size``.

        Args:
            size: the size at which proofs are made; it says how wide the last tiles are.
            tile: gives the bytes of a tile of this size; ``tiles_for`` tells which will be asked.
            hashing: the hash function of the tree.
        """
        self._size = size
        self._tile = tile
        self._hashing = hashing
        self._kept: OrderedDict[Tile, list[bytes]] = OrderedDict()

    def __call__(self, node: Node) -> bytes:
        """Return the root of a perfect subtree.

        Raises:
            ValueError: the subtree is not full at this size.
            Malformed: the tile has not the length that it must have.
        """
        tile, height = tile_of(node, self._size), node.level % HEIGHT
        levels = self._kept.get(tile)
        if levels is None:
            levels = self._kept[tile] = self._levels(tile)
            if len(self._kept) > TILES_KEPT:
                self._kept.popitem(last=False)
        at = (node.number - (tile.number * WIDTH >> height)) * HASH_BYTES
        return levels[height][at : at + HASH_BYTES]

    def _levels(self, tile: Tile) -> list[bytes]:
        row = self._tile(tile)
        if len(row) != tile.width * HASH_BYTES:
            raise Malformed(f"{tile.path} has {len(row)} bytes, not {tile.width * HASH_BYTES}")
        levels = [row]
        for _ in range(1, HEIGHT):
            pairs = len(row) // (2 * HASH_BYTES)
            row = self._hashing.parents(row[: pairs * 2 * HASH_BYTES])
            levels.append(row)
        return levels


def hashes_of(reader: LogReader, size: int, hashing: Hashing = SHA256) -> HashReader:
    """Return a ``HashReader`` over a log's files at a size; a missing tile is ``Malformed``."""

    def tile(place: Tile) -> bytes:
        if (data := read_tile(reader, place)) is None:
            raise Malformed(f"{place.path} is missing")
        return data

    return TileHashes(size, tile, hashing)


def tiles_for(spans: list[Span], size: int) -> list[Tile]:
    """Return the tiles that spans of a tree of ``size`` are read from, each once, in order.

    ``tiles_for(inclusion_spans(index, size), size)`` is what to fetch before a proof is made.
    """
    return sorted({tile_of(node, size) for span in spans for node in nodes_of(span)})
