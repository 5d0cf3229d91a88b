"""Receipts (C2SP tlog-proof): one entry's place in the log, provable for ever and offline.

    c2sp.org/tlog-proof@v1
    extra <base64>              optional, and not authenticated by anything
    index <n>                   from 0
    <base64 hash>               the path to the root, the leaf's sibling first
    …

    <checkpoint, as it was signed and cosigned>

A path alone proves nothing: a receipt is believed only together with a policy that says whose
signature on the checkpoint counts.
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Final, Self

from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.hashes import HASH_BYTES, SHA256, Hashing
from ledger.evidence.note import NOTE_BYTES_MAX, decimal, decode_base64
from ledger.evidence.policy import Accepted, Policy
from ledger.evidence.tree import SIZE_MAX, inclusion_holds

HEADER: Final = "c2sp.org/tlog-proof@v1"
SUFFIX: Final = ".tlog-proof"
PATH_HASHES_MAX: Final = 63
EXTRA_BYTES_MAX: Final = 65_536
RECEIPT_BYTES_MAX: Final = NOTE_BYTES_MAX + 2 * EXTRA_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an entry stands, and what leads from there to a signed root. Not checked yet.

    Attributes:
        index: of the leaf, from 0.
        path: the inclusion proof at the checkpoint's size.
        checkpoint: the signed note, byte for byte.
        extra: what somebody put beside it; nothing vouches for it.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a receipt.

        Raises:
            Malformed: it is none.
        """
        head, blank, checkpoint = data.partition(b"\n\n")
        if len(data) > RECEIPT_BYTES_MAX or not blank or not checkpoint:
            raise Malformed("not a receipt")
        try:
            header, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise Malformed("not a receipt") from None
        if header != HEADER or not lines:
            raise Malformed("not a receipt of a version that is known here")
        extra = None
        if lines[0].startswith("extra "):
            extra = decode_base64(lines.pop(0).removeprefix("extra "))
        if not lines or not lines[0].startswith("index "):
            raise Malformed("a receipt says at which index")
        index = decimal(lines.pop(0).removeprefix("index "), SIZE_MAX)
        path = tuple(map(decode_base64, lines))
        if len(path) > PATH_HASHES_MAX or any(len(one) != HASH_BYTES for one in path):
            raise Malformed("a receipt's path has at most 63 hashes of 32 bytes")
        return cls(index, path, checkpoint, extra)

    def __bytes__(self) -> bytes:
        """Return the receipt as a ``.tlog-proof`` file holds it."""
        extra = [] if self.extra is None else [f"extra {b64encode(self.extra).decode()}"]
        path = [b64encode(one).decode() for one in self.path]
        lines = (HEADER, *extra, f"index {self.index}", *path, "", "")
        return "\n".join(lines).encode() + self.checkpoint

    def check(self, leaf: bytes, policy: Policy, hashing: Hashing = SHA256) -> Accepted:
        """Check that a leaf stands at this place of a log that a policy believes.

        Args:
            leaf: the leaf hash, computed from the entry itself (``hashing.leaf``).
            policy: whose signatures count.
            hashing: the hash function of the log's tree.

        Returns:
            The checkpoint that vouches for it.

        Raises:
            Malformed: what stands below is no checkpoint.
            Refuted: the policy does not believe it, or the path leads elsewhere.
        """
        accepted = policy.check(self.checkpoint)
        tree = accepted.signed.checkpoint
        if not inclusion_holds(hashing, leaf, self.index, tree.size, tree.root, self.path):
            raise Refuted("the path does not lead from this entry to the signed root")
        return accepted
