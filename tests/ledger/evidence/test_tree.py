from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import SHA256, SM3, Hashing
from ledger.evidence.tree import (
    Frontier,
    HashReader,
    Node,
    Span,
    consistency_holds,
    consistency_proof,
    consistency_spans,
    inclusion_holds,
    inclusion_proof,
    inclusion_spans,
    nodes_of,
    root_from_path,
    span_root,
    split,
    tree_root,
)
from tests.ledger.evidence.vectors import LEAVES, PATH_5_8, PATH_6_7, PROOFS, ROOTS

HASHES = SHA256.leaves(LEAVES)
MANY = SHA256.leaves(b"%d" % number for number in range(130))


def mth(leaves: list[bytes], hashing: Hashing = SHA256) -> bytes:
    """The definition of RFC 6962 section 2.1, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashing.empty
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashing.node(mth(leaves[:k], hashing), mth(leaves[k:], hashing))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962 section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962 section 2.1.2, word for word."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def reader(leaves: list[bytes], hashing: Hashing = SHA256) -> HashReader:
    def read(node: Node) -> bytes:
        covered = leaves[node.number << node.level : (node.number + 1) << node.level]
        assert len(covered) == 1 << node.level
        return mth(covered, hashing)

    return read


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_the_vector(size: int) -> None:
    assert tree_root(SHA256, HASHES[:size]).hex() == ROOTS[size]


def test_the_proofs_are_those_of_the_vector() -> None:
    read = reader(HASHES)

    assert [h.hex() for h in inclusion_proof(SHA256, 5, 8, read)] == list(PATH_5_8)
    assert [h.hex() for h in inclusion_proof(SHA256, 6, 7, read)] == list(PATH_6_7)
    for (old, new), beginnings in PROOFS.items():
        proof = consistency_proof(SHA256, old, new, read)
        assert tuple(h.hex()[:16] for h in proof) == beginnings


@pytest.mark.parametrize("hashing", [SHA256, SM3], ids=lambda hashing: hashing.name)
def test_a_frontier_knows_the_root_of_every_size(hashing: Hashing) -> None:
    frontier = Frontier(hashing)
    for size, leaf in enumerate(MANY):
        assert frontier.size == size
        assert frontier.root() == mth(MANY[:size], hashing)
        frontier.push(leaf)


def test_a_frontier_goes_on_where_it_was_left() -> None:
    for size in range(len(MANY)):
        first = Frontier()
        first.extend(MANY[:size])
        second = Frontier.from_bytes(SHA256, size, first.to_bytes())
        second.extend(MANY[size:])
        assert second.hashes() == Frontier(SHA256, size, first.hashes()).hashes() or size < 130
        assert second.root() == mth(MANY)


@pytest.mark.parametrize(("size", "row"), [(1, b""), (0, b"x" * 32), (3, b"x" * 32), (1, b"x")])
def test_a_frontier_of_another_size_is_refused(size: int, row: bytes) -> None:
    with pytest.raises(Malformed):
        Frontier.from_bytes(SHA256, size, row)


def test_a_row_is_split_where_hashes_end() -> None:
    assert split(b"a" * 32 + b"b" * 32) == [b"a" * 32, b"b" * 32]
    with pytest.raises(Malformed):
        split(b"a" * 33)


def test_every_inclusion_proof_up_to_130_leaves_is_the_rfcs_and_holds() -> None:
    for size in [*range(1, 66), 127, 128, 129, 130]:
        leaves = MANY[:size]
        read, root = reader(leaves), mth(leaves)
        for index in range(size):
            proof = inclusion_proof(SHA256, index, size, read)
            assert proof == path(index, leaves)
            assert inclusion_holds(SHA256, leaves[index], index, size, root, proof)


def test_every_consistency_proof_up_to_65_leaves_is_the_rfcs_and_holds() -> None:
    for new in range(66):
        leaves = MANY[:new]
        read, root = reader(leaves), mth(leaves)
        for old in range(new + 1):
            proof = consistency_proof(SHA256, old, new, read)
            assert proof == (subproof(old, leaves, whole=True) if old else [])
            assert consistency_holds(SHA256, old, new, mth(leaves[:old]), root, proof)


def test_spans_touch_and_cover_the_tree() -> None:
    for size in range(1, 70):
        for index in range(size):
            spans = sorted([*inclusion_spans(index, size), Span(index, index + 1)])
            assert (spans[0].start, spans[-1].end) == (0, size)
            assert all(left.end == right.start for left, right in pairwise(spans))


def test_a_span_falls_into_subtrees_that_shrink() -> None:
    assert nodes_of(Span(0, 7)) == [Node(2, 0), Node(1, 2), Node(0, 6)]
    assert nodes_of(Span(8, 8)) == []
    assert span_root(SHA256, Span(0, 7), reader(HASHES)).hex() == ROOTS[7]
    assert span_root(SHA256, Span(0, 0), reader(HASHES)) == SHA256.empty


@pytest.mark.parametrize(("index", "size"), [(0, 0), (8, 8), (-1, 8), (9, 8)])
def test_nothing_proves_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_spans(index, size)
    assert root_from_path(SHA256, HASHES[0], index, size, []) is None


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 3)])
def test_nothing_proves_that_a_tree_shrank(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="does not continue"):
        consistency_spans(old, new)
    assert not consistency_holds(SHA256, old, new, HASHES[0], HASHES[0], [])


def flipped(data: bytes, bit: int) -> bytes:
    number = int.from_bytes(data, "big") ^ 1 << bit % (len(data) * 8)
    return number.to_bytes(len(data), "big")


@settings(max_examples=300)
@given(st.data())
def test_an_inclusion_proof_that_was_touched_does_not_hold(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 130))
    index = data.draw(st.integers(0, size - 1))
    leaves = MANY[:size]
    root, proof = mth(leaves), path(index, leaves)
    at = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    other = data.draw(st.integers(0, size - 1).filter(lambda other: other != index))

    def holds(leaf: bytes, index: int, size: int, root: bytes, proof: list[bytes]) -> bool:
        return inclusion_holds(SHA256, leaf, index, size, root, proof)

    assert holds(leaves[index], index, size, root, proof)
    assert not holds(flipped(leaves[index], bit), index, size, root, proof)
    assert not holds(leaves[index], other, size, root, proof)
    assert not holds(leaves[index], index, size, flipped(root, bit), proof)
    changed = [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
    assert not holds(leaves[index], index, size, root, changed)
    assert not holds(leaves[index], index, size, root, proof[:at] + proof[at + 1 :])
    assert not holds(leaves[index], index, size, root, [*proof[:at], proof[at], *proof[at:]])
    assert not holds(leaves[index], index, size, root, [*proof, root])


@settings(max_examples=300)
@given(st.data())
def test_a_consistency_proof_that_was_touched_does_not_hold(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 130))
    old = data.draw(st.integers(1, new - 1))
    leaves = MANY[:new]
    was, now = mth(leaves[:old]), mth(leaves)
    proof = subproof(old, leaves, whole=True)
    at = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))

    def holds(old: int, new: int, was: bytes, now: bytes, proof: list[bytes]) -> bool:
        return consistency_holds(SHA256, old, new, was, now, proof)

    assert holds(old, new, was, now, proof)
    assert not holds(old, new, flipped(was, bit), now, proof)
    assert not holds(old, new, was, flipped(now, bit), proof)
    changed = [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
    assert not holds(old, new, was, now, changed)
    assert not holds(old, new, was, now, proof[:at] + proof[at + 1 :])
    assert not holds(old, new, was, now, [*proof, now])
    assert not holds(old, old, was, now, [])


def test_a_tree_rewritten_before_the_old_size_has_no_proof_that_holds() -> None:
    for new in range(2, 40):
        for old in range(1, new + 1):
            honest = MANY[:old]
            forged = [*MANY[: old - 1], SHA256.leaf(b"forged"), *MANY[old:new]]
            proof = subproof(old, forged, whole=True)
            assert not consistency_holds(SHA256, old, new, mth(honest), mth(forged), proof)


def test_hashes_of_other_lengths_never_prove_anything() -> None:
    left, right = HASHES[:2]
    root = SHA256.node(left, right)

    assert inclusion_holds(SHA256, left, 0, 2, root, [right])
    assert not inclusion_holds(SHA256, left[:-1], 0, 2, root, [left[-1:] + right])
    assert not inclusion_holds(SHA256, left + right[:1], 0, 2, root, [right[1:]])


def test_the_empty_tree_is_consistent_with_every_tree_and_needs_no_proof() -> None:
    assert consistency_holds(SHA256, 0, 8, SHA256.empty, mth(HASHES), [])
    assert not consistency_holds(SHA256, 0, 8, HASHES[0], mth(HASHES), [])
    assert not consistency_holds(SHA256, 0, 8, SHA256.empty, mth(HASHES), [HASHES[0]])


@settings(max_examples=30)
@given(st.integers(1, 2**62), st.data())
def test_proofs_of_the_largest_trees_have_the_length_that_the_rfc_says(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))

    assert len(inclusion_spans(index, size)) <= (size - 1).bit_length()
    assert len(consistency_spans(old, size)) <= (size - 1).bit_length() + 1
