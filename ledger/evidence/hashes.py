"""The two hash functions of the two trees, as values of one type.

RFC 6962 section 2.1 hashes a leaf as ``H(0x00 || entry)`` and a node as ``H(0x01 || left ||
right)``. The tree that the world checks uses SHA-256; its twin over the same entries uses SM3
(GB/T 32905), which 密评 asks for. Both give 32 bytes, so nothing else has to know which it is.

An object that was fed its prefix byte once is copied for each hash: half the time of a new one.
"""

import hashlib
from collections.abc import Iterable
from typing import Final, Protocol, Self

from cryptography.hazmat.primitives import hashes as cryptography_hashes

HASH_BYTES: Final = 32


class Digest(Protocol):
    """A hash being computed, in the words of ``hashlib``."""

    def copy(self) -> Self:
        """Return another one in the same state."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""

    def digest(self) -> bytes:
        """Return the hash of all that was taken."""


class Hashing:
    """How one tree hashes.

    Attributes:
        name: the label that stands beside its hashes: ``sha256`` or ``sm3``.
        empty: the root of the tree without leaves, ``H("")``.
    """

    __slots__ = ("_leaf", "_node", "_start", "empty", "name")

    def __init__(self, name: str, start: Digest) -> None:
        """Keep what each hash begins with.

        Args:
            name: the label.
            start: a hash that took nothing yet; it is only ever copied.
        """
        self.name: Final = name
        self._start: Final = start
        self._leaf: Final = start.copy()
        self._leaf.update(b"\0")
        self._node: Final = start.copy()
        self._node.update(b"\1")
        self.empty: Final = start.copy().digest()

    def __repr__(self) -> str:
        return f"Hashing({self.name!r})"

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Travel between processes by name."""
        return hashing, (self.name,)

    def plain(self, data: bytes) -> bytes:
        """Return ``H(data)``, without any prefix."""
        fresh = self._start.copy()
        fresh.update(data)
        return fresh.digest()

    def leaf(self, entry: bytes) -> bytes:
        """Return the leaf hash of an entry."""
        fresh = self._leaf.copy()
        fresh.update(entry)
        return fresh.digest()

    def node(self, left: bytes, right: bytes) -> bytes:
        """Return the hash of the node above two others."""
        fresh = self._node.copy()
        fresh.update(left + right)
        return fresh.digest()

    def leaves(self, entries: Iterable[bytes]) -> list[bytes]:
        """Return the leaf hashes of many entries, in their order."""
        hashes: list[bytes] = []
        copy, keep = self._leaf.copy, hashes.append
        for entry in entries:
            fresh = copy()
            fresh.update(entry)
            keep(fresh.digest())
        return hashes

    def parents(self, hashes: bytes) -> bytes:
        """Return the level above an even number of hashes, both as one row of 32-byte hashes."""
        made: list[bytes] = []
        copy, keep = self._node.copy, made.append
        for at in range(0, len(hashes), 2 * HASH_BYTES):
            fresh = copy()
            fresh.update(hashes[at : at + 2 * HASH_BYTES])
            keep(fresh.digest())
        return b"".join(made)

    def perfect_root(self, hashes: bytes) -> bytes:
        """Return the root above a row of 1, 2, 4, 8, … hashes."""
        while len(hashes) > HASH_BYTES:
            hashes = self.parents(hashes)
        return hashes


class _Sm3:
    """SM3 of the library ``cryptography``, where Python's own OpenSSL was built without it."""

    __slots__ = ("_state",)

    def __init__(self, state: cryptography_hashes.Hash | None = None) -> None:
        self._state = state or cryptography_hashes.Hash(cryptography_hashes.SM3())

    def copy(self) -> "_Sm3":
        return _Sm3(self._state.copy())

    def update(self, data: bytes, /) -> None:
        self._state.update(data)

    def digest(self) -> bytes:
        return self._state.copy().finalize()


def _sm3() -> Digest:
    return hashlib.new("sm3") if "sm3" in hashlib.algorithms_available else _Sm3()


SHA256: Final = Hashing("sha256", hashlib.sha256())
SM3: Final = Hashing("sm3", _sm3())


def hashing(name: str) -> Hashing:
    """Return the hash function of a label.

    Raises:
        KeyError: there is none of this name.
    """
    return {one.name: one for one in (SHA256, SM3)}[name]
