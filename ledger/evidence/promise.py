"""Promises: what a submitter holds from the moment of the answer until the receipt is there.

Between commit and the next checkpoint an entry is not yet in any signed tree. A promise closes
that second: the log's word that this leaf stands at this place. It is a signed note, so that the
tools for notes check it, and no checkpoint can be mistaken for it:

    ledger.example/audit
    promise/v1
    index 41
    leaf <base64>
    received <microseconds since 1970>

Whoever holds one can prove a fault: another leaf at that place (one receipt shows it), or a
checkpoint, cosigned long after, that does not reach the place.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.hashes import HASH_BYTES
from ledger.evidence.note import (
    Note,
    Signer,
    Verifier,
    decimal,
    decode_base64,
    is_name,
    sign,
    verified,
)
from ledger.evidence.tree import SIZE_MAX
from ledger.evidence.validity import FOR_EVER, Outlived, Validity, name_of

_VERSION: Final = "promise/v1"
_MICROSECONDS: Final = 1_000_000
_NO_LIMITS: Final[Mapping[str, Validity]] = {}


@dataclass(frozen=True, slots=True)
class Promise:
    """A log's word that an entry will be in its tree.

    Attributes:
        origin: which log.
        index: where, from 0.
        leaf: the leaf hash of the entry.
        received: when the log took the entry, in microseconds since 1970 (UTC).
    """

    origin: str
    index: int
    leaf: bytes
    received: int

    @property
    def text(self) -> str:
        """The text that is signed."""
        leaf = b64encode(self.leaf).decode()
        said = f"index {self.index}\nleaf {leaf}\nreceived {self.received}\n"
        return f"{self.origin}\n{_VERSION}\n{said}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note.

        Raises:
            Malformed: it is no promise's.
        """
        match [line.split(" ") for line in text.split("\n")]:
            case [[origin], [version], ["index", n], ["leaf", leaf], ["received", at], [""]]:
                index, received = decimal(n, SIZE_MAX - 1), decimal(at, SIZE_MAX)
                promise = cls(origin, index, decode_base64(leaf), received)
                if version == _VERSION and is_name(origin) and len(promise.leaf) == HASH_BYTES:
                    return promise
            case _:
                pass
        raise Malformed("not a promise")

    def signed(self, *signers: Signer) -> bytes:
        """Return the promise as a signed note; the keys have to be Ed25519 keys of kind 01."""
        return bytes(sign(self.text, signers, self.received // _MICROSECONDS))

    def is_overdue(self, size: int, cosigned: int, patience: int) -> bool:
        """Say whether a checkpoint shows that the promise was not kept in time.

        Args:
            size: of the checkpoint.
            cosigned: when a witness cosigned it, in POSIX seconds.
            patience: how many seconds a log may take.
        """
        too_late = cosigned * _MICROSECONDS > self.received + patience * _MICROSECONDS
        return size <= self.index and too_late


def open_promise(
    data: bytes, keys: Iterable[Verifier], valid: Mapping[str, Validity] = _NO_LIMITS
) -> Promise:
    """Read a promise and check that the log gave it.

    Args:
        data: the signed note.
        keys: those with which logs sign promises; of these, only a key counts that is named as
            the log is (its origin) or below it (``<origin>/promise``).
        valid: for which entries a key counts, by ``<name>+<id>``: the sizes are those of the
            smallest tree that holds the entry, which is its position. Others count at all.

    Raises:
        Malformed: it is no promise.
        Refuted: no line is of one of these keys, or such a line does not verify.
        Outlived: only keys signed it that do not count for an entry at this place.
    """
    note = Note.parse(data)
    promise = Promise.parse(note.text)
    below, size = f"{promise.origin}/", promise.index + 1
    lines = verified(note, [one for one in keys if f"{one.key.name}/".startswith(below)])
    lives = {name_of(line): valid.get(name_of(line), FOR_EVER) for line in lines}
    if not any(life.covers(size) for life in lives.values()):
        name, life = min(lives.items(), key=lambda one: one[1].state != "revoked")
        raise Outlived(name, life.state, life.last, size)
    return promise


def check_kept(promise: Promise, leaf: bytes, index: int) -> None:
    """Compare a promise with what a receipt, already checked, shows at a place.

    Raises:
        Refuted: the place is the promised one, and another leaf stands there: the log broke its
            word, and promise and receipt together prove it.
        ValueError: the receipt is about another place and says nothing of this promise.
    """
    if index != promise.index:
        raise ValueError("a receipt about another place")
    if leaf != promise.leaf:
        raise Refuted("another entry stands at the promised place")
