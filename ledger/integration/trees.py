"""The two trees over the same entries.

The one of SHA-256 is what the world's tools read. Its twin of SM3 (GB/T 32905) stands under an
origin of its own, so that no tool takes one for the other; each vouches for the other's bytes.
"""

from dataclasses import dataclass
from typing import Final

from ledger.evidence.hashes import SHA256, SM3, Hashing


@dataclass(frozen=True, slots=True)
class TreeKind:
    """One of the trees.

    Attributes:
        hashing: its hash function; its name is the tree's name in the database.
        suffix: what is added to the log's origin and to the prefix of its addresses.
    """

    hashing: Hashing
    suffix: str

    @property
    def name(self) -> str:
        """The name of the algorithm, by which its rows are found."""
        return self.hashing.name

    def origin(self, log: str) -> str:
        """Return the origin of this tree's checkpoints in a log of this origin."""
        return log + self.suffix


WORLD: Final = TreeKind(SHA256, "")
TWIN: Final = TreeKind(SM3, "/sm3")
TREES: Final = (WORLD, TWIN)


def origin_of(source: str) -> str:
    """Return the origin of a log whose entries name this source (``//ledger.example/county``)."""
    return source.removeprefix("//")
