"""Checkpoints (C2SP tlog-checkpoint v1.0.0): the note in which a log commits to all its entries.

Three lines: the origin, which says which log it is and never changes; how many leaves; the root
over them. Whoever holds one that is signed can be shown nothing else later.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.hashes import HASH_BYTES
from ledger.evidence.note import (
    Note,
    SignatureLine,
    Verifier,
    decimal,
    decode_base64,
    is_name,
    verified,
)
from ledger.evidence.tree import SIZE_MAX

_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to.

    Attributes:
        origin: which log, a URL without scheme; also the name of the log's keys.
        size: how many leaves.
        root: the root over them, 32 bytes.
        extensions: further lines of the text, about which nothing is said. Ours has none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be written down.

        Raises:
            Malformed: the origin is no name of a key, or size or root are out of range.
        """
        if not is_name(self.origin):
            raise Malformed("an origin has no spaces, no plus and no control characters")
        if not 0 <= self.size <= SIZE_MAX or len(self.root) != HASH_BYTES:
            raise Malformed("the size or the root of a checkpoint is out of range")
        if any(not line or "\n" in line for line in self.extensions):
            raise Malformed("an extension of a checkpoint is a line that is not empty")

    @property
    def text(self) -> str:
        """The text that is signed."""
        root = b64encode(self.root).decode()
        return "\n".join((self.origin, str(self.size), root, *self.extensions, ""))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note.

        Raises:
            Malformed: it is no checkpoint's.
        """
        lines = text.split("\n")
        if len(lines) <= _LINES or lines[-1]:
            raise Malformed("a checkpoint has three lines")
        origin, size, root, *extensions = lines[:-1]
        return cls(origin, decimal(size, SIZE_MAX), decode_base64(root), tuple(extensions))


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint that the log itself signed, as it was checked.

    Attributes:
        checkpoint: what it says.
        note: as it came, with lines of others that nobody checked yet.
        signed: the lines of the log's own keys; all of them verify, and there is at least one.
    """

    checkpoint: Checkpoint
    note: Note
    signed: tuple[SignatureLine, ...]


def open_checkpoint(data: bytes, log: Sequence[Verifier]) -> SignedCheckpoint:
    """Read a checkpoint and check that its log signed it.

    Args:
        data: the note.
        log: the keys of the logs that are accepted; only those count whose name is the origin.

    Raises:
        Malformed: it is no checkpoint.
        Refuted: no line is of a key of this log, or such a line does not verify.
    """
    note = Note.parse(data)
    checkpoint = Checkpoint.parse(note.text)
    keys = [one for one in log if one.key.name == checkpoint.origin]
    if not keys:
        raise Refuted("the checkpoint is of a log whose keys are not known here")
    return SignedCheckpoint(checkpoint, note, verified(note, keys))
