import pickle
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes as other
from hypothesis import given
from hypothesis import strategies as st

from ledger.evidence import hashes
from ledger.evidence.hashes import SHA256, SM3, Hashing, hashing
from tests.ledger.evidence.vectors import LEAVES, ROOTS

BOTH = pytest.mark.parametrize("kind", [SHA256, SM3], ids=lambda kind: kind.name)


def test_sm3_gives_the_two_examples_of_its_standard() -> None:
    assert SM3.plain(b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    assert SM3.plain(b"abcd" * 16).hex() == (
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )


def test_a_leaf_and_a_node_are_hashed_behind_their_prefix() -> None:
    assert SHA256.leaf(b"entry") == sha256(b"\0entry").digest()
    assert SHA256.node(b"l" * 32, b"r" * 32) == sha256(b"\1" + b"l" * 32 + b"r" * 32).digest()
    assert SHA256.leaf(LEAVES[0]).hex() == ROOTS[1]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert SHA256.empty.hex() == ROOTS[0]
    assert SM3.empty.hex() == "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"


@BOTH
@given(entries=st.lists(st.binary(max_size=80), max_size=9))
def test_many_leaves_are_the_leaves_one_by_one(kind: Hashing, entries: list[bytes]) -> None:
    assert kind.leaves(entries) == [kind.leaf(entry) for entry in entries]


@BOTH
def test_a_row_is_hashed_pair_by_pair(kind: Hashing) -> None:
    a, b, c, d = kind.leaves([b"a", b"b", b"c", b"d"])

    assert kind.parents(a + b + c + d) == kind.node(a, b) + kind.node(c, d)
    assert kind.perfect_root(a + b + c + d) == kind.node(kind.node(a, b), kind.node(c, d))
    assert kind.perfect_root(a) == a


@BOTH
def test_a_hash_function_is_found_by_its_name_and_travels_by_it(kind: Hashing) -> None:
    assert hashing(kind.name) is kind
    assert pickle.loads(pickle.dumps(kind)) is kind  # noqa: S301 - our own bytes
    assert kind.name in repr(kind)


def test_an_unknown_name_of_a_hash_function_is_refused() -> None:
    with pytest.raises(KeyError):
        hashing("md5")


@given(st.binary(max_size=300))
def test_sm3_of_either_library_is_the_same(data: bytes) -> None:
    fallback = Hashing("sm3", hashes._Sm3())  # noqa: SLF001 - what runs where OpenSSL has no SM3
    plain = other.Hash(other.SM3())
    plain.update(data)

    assert fallback.plain(data) == SM3.plain(data) == plain.finalize()
    assert fallback.leaf(data) == SM3.leaf(data)
    assert fallback.parents(data * 64) == SM3.parents(data * 64)
