"""The Merkle tree of RFC 6962 and 9162: leaves, paths, and a tree that grows tile by tile."""

from collections.abc import Callable, Sequence

from ledger.evidence.verifier.signatures import HASH_BYTES, sha256, sm3

TILE = 256
Hash = Callable[[bytes], bytes]


def hash_of(origin: str) -> Hash:
    """Return the hash function of a log; the twin that uses SM3 says so in its origin."""
    return sm3 if origin.endswith("/sm3") else sha256


def leads_to(
    hashed: Hash, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Say whether a path leads from a leaf to a root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or any(len(one) != HASH_BYTES for one in path):
        return False
    at, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = hashed(b"\1" + sibling + found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = hashed(b"\1" + found + sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def continues(
    hashed: Hash, old: int, new: int, path: Sequence[bytes], roots: tuple[bytes, bytes]
) -> bool:
    """Say whether a tree of one size grew into another (RFC 9162, 2.1.4.2); old is at least 1."""
    was_root, now_root = roots
    if not 0 < old <= new or any(len(one) != HASH_BYTES for one in path):
        return False
    if old == new:
        return not path and was_root == now_root
    steps = [was_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = now = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            was, now = hashed(b"\1" + sibling + was), hashed(b"\1" + sibling + now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = hashed(b"\1" + now + sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and was == was_root and now == now_root


class Growing:
    """A tree under way: of each level the hashes that are in no full tile yet.

    Attributes:
        size: how many leaves it has.
    """

    def __init__(self, hashed: Hash) -> None:
        self.size = 0
        self._hash = hashed
        self._levels: list[list[bytes]] = []

    def add(self, leaf: bytes) -> list[tuple[int, int, list[bytes]]]:
        """Append a leaf; return level, number and hashes of the tiles that it fills."""
        full: list[tuple[int, int, list[bytes]]] = []
        level, coming = 0, leaf
        self.size += 1
        while True:
            if level == len(self._levels):
                self._levels.append([])
            row = self._levels[level]
            row.append(coming)
            if len(row) < TILE:
                return full
            full.append((level, self.size // TILE ** (level + 1) - 1, row))
            self._levels[level] = []
            level, coming = level + 1, self._above(row)

    def partial(self) -> list[tuple[int, int, list[bytes]]]:
        """Return level, number and hashes of the tiles that are not full."""
        rows = enumerate(self._levels)
        return [(level, self.size // TILE ** (level + 1), row) for level, row in rows if row]

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        found = b""
        for row in self._levels:
            at = len(row)
            while at:
                part = at & -at
                above = self._above(row[at - part : at])
                found = self._hash(b"\1" + above + found) if found else above
                at -= part
        return found or self._hash(b"")

    def _above(self, row: Sequence[bytes]) -> bytes:
        """Return the root above 1, 2, 4, … hashes."""
        hashed = self._hash
        while len(row) > 1:
            pairs = range(0, len(row), 2)
            row = [hashed(b"\1" + row[at] + row[at + 1]) for at in pairs]
        return row[0]
