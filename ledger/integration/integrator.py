"""Extends both trees by what was appended.

Nothing that is stored beside an entry is believed: every leaf is derived again from its bytes. A
stored leaf that is another one stops the integrator before that entry, because somebody changed
one of the two. Tiles, frontier and size of both trees move in one transaction, and only from where
they were seen, so that a tree is whole at every moment.
"""

from typing import Any, Final

from psycopg import Connection

from ledger.evidence.tiles import RightEdge, Tile
from ledger.integration import storing
from ledger.integration.faults import FaultKind, IntegrationFault
from ledger.integration.storing import Read, TreeState
from ledger.integration.trees import TREES, WORLD

STEP_ENTRIES: Final = 8192
"""How many entries one transaction takes at most: some 10 MB, a tenth of a second."""
LOCK: Final = "select pg_try_advisory_lock(hashtext('mingzhang integration'))"


class Integrator:
    """Extends the trees of one database; whoever holds the lock is the only one."""

    def __init__(self, connection: Connection[Any]) -> None:
        """Take up both trees where they were left.

        Args:
            connection: in autocommit, durable (``storing.connected``).

        Raises:
            IntegrationFault: what is stored of a tree does not belong together.
        """
        self._connection = connection
        self._edges = [storing.edge(connection, tree.hashing) for tree in TREES]
        if len({edge.size for edge in self._edges}) != 1:
            raise IntegrationFault(min(edge.size for edge in self._edges) + 1, FaultKind.TREE)

    @property
    def size(self) -> int:
        """How many entries are in the trees."""
        return self._edges[0].size

    def waiting(self) -> int:
        """Return how many entries are not in the trees yet.

        Raises:
            IntegrationFault: the log is shorter than its trees.
        """
        head = storing.head(self._connection)
        if head < self.size:
            raise IntegrationFault(head + 1, FaultKind.SHORT)
        return head - self.size

    def step(self, at_most: int = STEP_ENTRIES) -> int:
        """Extend the trees by the entries that wait, at most so many, and return how many.

        Raises:
            IntegrationFault: the first of them is missing, or its leaf is not that of its bytes.
            Overtaken: another process extended them; this one has to begin anew.
        """
        waiting = self.waiting()
        if waiting == 0:
            return 0
        read = storing.entries(self._connection, self.size, min(at_most, waiting))
        leaves = WORLD.hashing.leaves(read.bodies)
        sound = self._sound(read, leaves)
        # The edges are as they were until the transaction is through.
        taken = [_copy(edge) for edge in self._edges]
        with self._connection.transaction():
            for before, after in zip(self._edges, taken, strict=True):
                hashing = after.hashing
                row = leaves if hashing is WORLD.hashing else hashing.leaves(read.bodies[:sound])
                grown = _extended(after, b"".join(row[:sound]))
                storing.grow(self._connection, _state(before), after, grown)
        self._edges = taken
        return sound

    def _sound(self, read: Read, leaves: list[bytes]) -> int:
        """Return how many of the entries read follow each other and have the leaves stored."""
        expected = range(self.size + 1, self.size + 1 + len(leaves))
        if leaves and leaves == read.leaves and list(expected) == read.positions:
            return len(leaves)
        for number, position in enumerate(expected):
            missing = read.positions[number] != position
            if not missing and read.leaves[number] == leaves[number]:
                continue
            if number:
                return number  # what comes before it is sound; the next step stops
            raise IntegrationFault(position, FaultKind.MISSING if missing else FaultKind.LEAF)
        raise IntegrationFault(self.size + 1, FaultKind.MISSING)


def _copy(edge: RightEdge) -> RightEdge:
    return RightEdge(edge.hashing, edge.size, edge.rows())


def _state(edge: RightEdge) -> TreeState:
    return TreeState(edge.size, edge.root(), b"".join(edge.hashes()))


def _extended(edge: RightEdge, leaves: bytes) -> list[tuple[Tile, bytes]]:
    """Extend an edge, and return the tiles to write: the full ones, and partial ones that grew."""
    before = dict(edge.partials())
    full = edge.extend(leaves)
    return full + [(tile, row) for tile, row in edge.partials() if tile not in before]
