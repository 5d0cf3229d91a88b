"""From durable tiles to signed checkpoints.

The order is what protects: tiles and state are committed before the signer is asked, the signer
remembers before it signs, and only then the checkpoint is stored for everybody. A crash between
two of these steps leaves a tree that is larger than its checkpoint, which the next round signs.
"""

from typing import Any, Final

from psycopg import Connection

from ledger.clock import Clock
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Malformed
from ledger.evidence.reading import TileHashes
from ledger.evidence.tiles import Tile
from ledger.evidence.tree import consistency_proof
from ledger.integration import storing
from ledger.integration.faults import FaultKind, IntegrationFault
from ledger.integration.signing import HeadSigner, SignerRefuses
from ledger.integration.trees import TREES, TreeKind

_PUT: Final = """
insert into evidence.checkpoint (algorithm, hour, size, note)
values (%s, date_trunc('hour', to_timestamp(%s)), %s, %s)
on conflict on constraint checkpoint_hour do update set size = excluded.size, note = excluded.note
"""
_TOLD: Final = "select pg_notify('evidence_checkpoint', %s)"
NEWEST: Final = """
select size, note from evidence.checkpoint where algorithm = %s order by size desc limit 1
"""


def newest_checkpoint(connection: Connection[Any], algorithm: str) -> tuple[int, bytes] | None:
    """Return size and signed note of a tree's newest checkpoint, if there is one."""
    row = connection.execute(NEWEST, (algorithm,)).fetchone()
    return None if row is None else (row[0], bytes(row[1]))


class Publisher:
    """Has the heads of both trees signed, and stores the checkpoints."""

    def __init__(self, signer: HeadSigner, origin: str, clock: Clock) -> None:
        """Publish what a signer signs.

        Args:
            signer: the signer.
            origin: of the log.
            clock: says when, for the lines that carry a time.
        """
        self._signer = signer
        self._origin = origin
        self._clock = clock
        self._done: dict[str, int] = {}

    def publish(self, connection: Connection[Any]) -> None:
        """Sign and store what has grown since the last checkpoint.

        Raises:
            IntegrationFault: the signer refuses.
        """
        for tree in TREES:
            stands = storing.state(connection, tree.name)
            if self._done.get(tree.name) == stands.size:
                continue
            try:
                self._publish(connection, tree, stands)
            except SignerRefuses as refusal:
                raise IntegrationFault(stands.size, FaultKind.SIGNER) from refusal
            self._done[tree.name] = stands.size

    def _publish(
        self, connection: Connection[Any], tree: TreeKind, stands: storing.TreeState
    ) -> None:
        last = self._signer.last(tree)
        newest = newest_checkpoint(connection, tree.name)
        if newest is not None and newest[0] > stands.size:
            raise IntegrationFault(stands.size + 1, FaultKind.TREE)
        if last.size > stands.size or (last.size == stands.size and last.root != stands.root):
            raise IntegrationFault(stands.size + 1, FaultKind.SIGNER)
        if stands.size == 0 or (newest is not None and newest[0] == stands.size):
            return

        def tile(place: Tile) -> bytes:
            return storing.tiles(connection, tree.name, [place]).get(place, b"")

        hashes = TileHashes(stands.size, tile, tree.hashing)
        try:
            proof = consistency_proof(tree.hashing, last.size, stands.size, hashes)
        except Malformed:
            raise IntegrationFault(stands.size, FaultKind.TREE) from None
        head = Checkpoint(tree.origin(self._origin), stands.size, stands.root)
        at = int(self._clock.now().timestamp())
        note = self._signer.sign(tree, head, proof, at)
        with connection.transaction():
            connection.execute(_PUT, (tree.name, at, stands.size, note))
            connection.execute(_TOLD, (str(stands.size),))
