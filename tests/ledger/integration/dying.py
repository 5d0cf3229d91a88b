"""A process that integrates and signs, and is killed by itself at a named step.

python dying.py CONNINFO HOME before|after|never
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from ledger.evidence.checkpoint import Checkpoint
from ledger.integration.place import SigningPlace
from ledger.integration.signing import FileSigner
from ledger.integration.trees import TreeKind
from tests.ledger.integration.signing import publish


class Dying:
    """A signer in whose hands the process dies: before it signs, or before the note is stored."""

    def __init__(self, signer: FileSigner, when: str) -> None:
        self._signer = signer
        self._when = when

    def last(self, tree: TreeKind) -> Checkpoint:
        return self._signer.last(tree)

    def sign(
        self, tree: TreeKind, checkpoint: Checkpoint, proof: Sequence[bytes], at: int
    ) -> bytes:
        if self._when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        note = self._signer.sign(tree, checkpoint, proof, at)
        if self._when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return note


if __name__ == "__main__":
    conninfo, home, when = sys.argv[1:]
    publish(conninfo, Dying(SigningPlace.below(Path(home)).signer(), when))
