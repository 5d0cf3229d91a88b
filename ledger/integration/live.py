"""Sources of an audit of the living database: leaves from the rows, tiles in blocks.

Nothing that is stored as a hash is believed about an entry: the leaves come out of the rows' own
bytes, in one pass that verifies the rows on its way.
"""

from contextlib import ExitStack
from typing import Any, Final, Self

from psycopg import Connection

from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import HASH_BYTES, Hashing
from ledger.evidence.reading import CHECKPOINT
from ledger.evidence.tiles import WIDTH, Bundle, Tile
from ledger.integration.slices import COSIGNED, StoredLog
from ledger.integration.storing import entries
from ledger.integration.trees import TreeKind
from ledger.store.verifying import TOGETHER, LogPass, Verification

TILES_AT_ONCE: Final = 64
_BLOCK: Final = b"""
select number, hashes from evidence.tile
where algorithm = %s and level = %s and number >= %s and number < %s
"""


class StoredTiles:
    """Checkpoint and tiles of a database (a ``LogReader``), read in blocks; it has no bundles."""

    def __init__(
        self, connection: Connection[Any], tree: TreeKind, *, cosigned: bool = False
    ) -> None:
        """Read by a connection in autocommit.

        Args:
            connection: to the database.
            tree: which tree.
            cosigned: its checkpoint is the newest that a quorum cosigned, if there is one.
        """
        self._connection = connection
        self._tree = tree
        self._log = StoredLog(connection, tree)
        self._cosigned = cosigned
        self._blocks: dict[int, tuple[int, dict[int, bytes]]] = {}

    def read(self, path: str) -> bytes | None:
        """Return what lies at a path, or None if nothing does."""
        if path == CHECKPOINT and self._cosigned:
            return self._log.read(COSIGNED) or self._log.read(CHECKPOINT)
        try:
            tile = Tile.parse(path)
        except Malformed:
            return None if path.startswith("tile/") else self._log.read(path)
        row = self._block(tile).get(tile.number)
        size = tile.width * HASH_BYTES
        return None if row is None or len(row) < size else row[:size]

    def _block(self, tile: Tile) -> dict[int, bytes]:
        first = tile.number - tile.number % TILES_AT_ONCE
        held = self._blocks.get(tile.level)
        if held is None or held[0] != first:
            asked = (self._tree.name, tile.level, first, first + TILES_AT_ONCE)
            found = self._connection.execute(_BLOCK, asked, binary=True)
            held = self._blocks[tile.level] = (first, {row[0]: bytes(row[1]) for row in found})
        return held[1]


class VerifiedLeaves:
    """The leaves of the rows, which are verified while the first pass goes over them.

    Rows are taken in the order of their positions, so that a bundle is the next 256 of them: where
    one is missing or too many, all after it are in another place, as they are for the tree.
    """

    def __init__(self, conninfo: str) -> None:
        """Read from the beginning, or from where the first bundle that is asked for begins."""
        self._conninfo = conninfo
        self._stack = ExitStack()
        self._run: LogPass | None = None
        self._first: LogPass | None = None
        self._next = -1
        self._starts: dict[int, int] = {}

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what is open."""
        self._stack.close()

    def __call__(self, bundle: Bundle) -> list[bytes] | None:
        """Return the leaves of a bundle; None where no row is left."""
        run = self._run
        if run is None or bundle.number != self._next:
            run = self._run = self._begun(bundle.number)
        first, leaves = run.take(bundle.width)
        if leaves:
            self._starts.setdefault(bundle.number, first)
        self._next = bundle.number + 1 if bundle.width == WIDTH else -1
        return leaves or None

    def end(self) -> Verification | None:
        """Take the rows that no bundle asked for, and say what the first pass found."""
        run = self._first
        if run is None:
            return None
        while run.broken is None and run.take(TOGETHER)[1]:
            pass
        return run.end()

    def _begun(self, number: int) -> LogPass:
        position = self._starts.get(number, number * WIDTH + 1)
        run = self._stack.enter_context(LogPass(self._conninfo, position))
        self._first = self._first or run
        return run


class PlainLeaves:
    """The leaves of the rows under another hash function; nothing else of them is looked at."""

    def __init__(self, connection: Connection[Any], hashing: Hashing) -> None:
        """Read by a connection in autocommit."""
        self._connection = connection
        self._hashing = hashing
        self._starts: dict[int, int] = {}
        self._next = (0, 0)

    def __call__(self, bundle: Bundle) -> list[bytes] | None:
        """Return the leaves of a bundle; None where no row is left."""
        number, after = self._next
        if bundle.number != number:
            after = self._starts.get(bundle.number, bundle.number * WIDTH)
        self._starts[bundle.number] = after
        read = entries(self._connection, after, bundle.width)
        if not read.positions:
            return None
        self._next = bundle.number + 1, read.positions[-1]
        return self._hashing.leaves(read.bodies)
