"""The Merkle tree of RFC 6962: growing it, and proofs as plans that are then carried out.

A tree over ``n`` leaves is cut into *perfect* subtrees of 2^level leaves, which never change once
they are full. A proof is a list of *spans* of leaves whose roots stand on the way; which spans is
plain arithmetic (``inclusion_spans``, ``consistency_spans``), so whoever makes a proof can first
fetch what it needs, and whoever checks one knows how many hashes must come, and from which side.

    spans  = inclusion_spans(index, size)          what has to be known
    proof  = inclusion_proof(hashing, index, size, read)
    holds  = inclusion_holds(hashing, leaf, index, size, root, proof)
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, Self

from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import HASH_BYTES, SHA256, Hashing

SIZE_MAX: Final = 2**63 - 1


class Node(NamedTuple):
    """A perfect subtree: the leaves from ``number * 2^level``, 2^level of them."""

    level: int
    number: int


class Span(NamedTuple):
    """The leaves from ``start``, up to but without ``end``."""

    start: int
    end: int


HashReader = Callable[[Node], bytes]
"""Gives the root of a perfect subtree that is full."""


def nodes_of(span: Span) -> list[Node]:
    """Return the perfect subtrees that make up a span of a proof or a whole tree, left to right."""
    nodes, start = [], span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def fold(hashing: Hashing, hashes: Sequence[bytes]) -> bytes:
    """Return the root above neighbouring perfect subtrees that shrink from left to right."""
    if not hashes:
        return hashing.empty
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = hashing.node(left, root)
    return root


def span_root(hashing: Hashing, span: Span, read: HashReader) -> bytes:
    """Return the root of a span of a proof, or of a whole tree (``Span(0, size)``)."""
    return fold(hashing, [read(node) for node in nodes_of(span)])


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return what proves that leaf ``index`` is in the tree of ``size``: its sibling first.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} has no leaf {index}")
    spans, start, end = [], 0, size
    while end - start > 1:
        middle = start + _left_of(end - start)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Return what proves that the tree of ``new`` continues that of ``old``; nothing from 0.

    Raises:
        ValueError: ``old`` is larger than ``new``, or negative.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not continue one of {old}")
    if old == 0:
        return []
    spans, start, end = [], 0, new
    while end != old:
        middle = start + _left_of(end - start)
        if old <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    if start > 0:
        spans.append(Span(start, end))
    return spans[::-1]


def inclusion_proof(hashing: Hashing, index: int, size: int, read: HashReader) -> list[bytes]:
    """Return ``PATH(index, D[size])`` of RFC 6962 section 2.1.1."""
    return [span_root(hashing, span, read) for span in inclusion_spans(index, size)]


def consistency_proof(hashing: Hashing, old: int, new: int, read: HashReader) -> list[bytes]:
    """Return ``PROOF(old, D[new])`` of RFC 6962 section 2.1.2."""
    return [span_root(hashing, span, read) for span in consistency_spans(old, new)]


def root_from_path(
    hashing: Hashing, leaf: bytes, index: int, size: int, proof: Sequence[bytes]
) -> bytes | None:
    """Return the root that an inclusion proof leads to, or nothing if it is none for this place."""
    if not 0 <= index < size <= SIZE_MAX or not _are_hashes((leaf, *proof)):
        return None
    spans = inclusion_spans(index, size)
    if len(proof) != len(spans):
        return None
    found = leaf
    for span, sibling in zip(spans, proof, strict=True):
        left, right = (sibling, found) if span.end <= index else (found, sibling)
        found = hashing.node(left, right)
    return found


def inclusion_holds(
    hashing: Hashing, leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether ``proof`` leads from ``leaf`` at ``index`` to the ``root`` of ``size`` leaves."""
    return root_from_path(hashing, leaf, index, size, proof) == root


def consistency_holds(
    hashing: Hashing, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether ``proof`` shows that the tree of ``new`` begins with that of ``old``."""
    if not 0 <= old <= new <= SIZE_MAX or not _are_hashes((old_root, new_root, *proof)):
        return False
    if old == 0:
        return not proof and old_root == hashing.empty
    spans = consistency_spans(old, new)
    if len(proof) != len(spans):
        return False
    steps = list(zip(spans, proof, strict=True))
    # The deepest step is the old tree's last perfect subtree, unless that is the whole old tree.
    if old == new or old & (old - 1) == 0:
        was = now = old_root
    else:
        was = now = steps.pop(0)[1]
    for span, sibling in steps:
        if span.start >= old:
            now = hashing.node(now, sibling)
        else:
            was, now = hashing.node(sibling, was), hashing.node(sibling, now)
    return was == old_root and now == new_root


class Frontier:
    """All that is needed to append leaves and know the root: at most 63 hashes.

    Attributes:
        hashing: the hash function of the tree.
        size: how many leaves it has.
    """

    __slots__ = ("_stack", "hashing", "size")

    def __init__(
        self, hashing: Hashing = SHA256, size: int = 0, hashes: Iterable[bytes] = ()
    ) -> None:
        """Take up a tree where it was left.

        Args:
            hashing: the hash function.
            size: of the tree so far.
            hashes: the roots of its perfect subtrees, left to right, one for each bit of ``size``.

        Raises:
            Malformed: these are not the hashes of a tree of this size.
        """
        self.hashing = hashing
        self.size = size
        self._stack = list(hashes)
        if len(self._stack) != size.bit_count() or not _are_hashes(self._stack):
            raise Malformed(f"a tree of {size} has {size.bit_count()} perfect subtrees")

    @classmethod
    def from_bytes(cls, hashing: Hashing, size: int, row: bytes) -> Self:
        """Take up what ``to_bytes`` gave.

        Raises:
            Malformed: these are not the hashes of a tree of this size.
        """
        return cls(hashing, size, split(row))

    def to_bytes(self) -> bytes:
        """Return the hashes in one row, for keeping."""
        return b"".join(self._stack)

    def hashes(self) -> list[bytes]:
        """Return the roots of the perfect subtrees, left to right."""
        return list(self._stack)

    def push(self, leaf: bytes) -> None:
        """Append one leaf hash."""
        at, stack, node = self.size, self._stack, self.hashing.node
        while at & 1:
            leaf = node(stack.pop(), leaf)
            at >>= 1
        stack.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes in their order."""
        for leaf in leaves:
            self.push(leaf)

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        return fold(self.hashing, self._stack)


def split(row: bytes) -> list[bytes]:
    """Return the hashes of a row of 32-byte hashes.

    Raises:
        Malformed: the row does not end where a hash ends.
    """
    if len(row) % HASH_BYTES:
        raise Malformed(f"{len(row)} bytes are no row of {HASH_BYTES}-byte hashes")
    return [row[at : at + HASH_BYTES] for at in range(0, len(row), HASH_BYTES)]


def tree_root(hashing: Hashing, leaves: Iterable[bytes]) -> bytes:
    """Return the root of a tree of these leaf hashes."""
    frontier = Frontier(hashing)
    frontier.extend(leaves)
    return frontier.root()


def _left_of(leaves: int) -> int:
    """Return the largest power of two below a number of leaves greater than one."""
    return 1 << ((leaves - 1).bit_length() - 1)


def _are_hashes(values: Iterable[bytes]) -> bool:
    # A shorter hash beside a longer one would hash to the same node.
    return all(len(value) == HASH_BYTES for value in values)
