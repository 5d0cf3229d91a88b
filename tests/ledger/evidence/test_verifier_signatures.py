import sys
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.cosignature import MlDsa44Cosigner
from ledger.evidence.hashes import SM3
from ledger.evidence.note import Signer, sign
from ledger.evidence.signers import SM2_SM3, Sm2Signer
from ledger.evidence.verifier.signatures import (
    ED_L,
    SM2_N,
    ed_point,
    is_ed25519,
    is_mldsa44,
    is_sm2,
    library_sm3,
    plain_sm3,
)
from tests.ledger.evidence.vectors import LOG_SEED

RFC_8032 = (
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555",
    "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da0",
    "85ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1",
    "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
)
"""Public key and the two halves of the signature of tests 1, 2 and 3 of RFC 8032, section 7.1."""

MESSAGES = [b"", b"\x72", b"\xaf\x82"]

PRIVATE = Ed25519PrivateKey.from_private_bytes(LOG_SEED)
PUBLIC = PRIVATE.public_key().public_bytes_raw()


def says_openssl(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize("number", range(3))
def test_ed25519_accepts_the_vectors_of_its_rfc(number: int) -> None:
    public, left, right = RFC_8032[3 * number : 3 * number + 3]
    key, signature, message = bytes.fromhex(public), bytes.fromhex(left + right), MESSAGES[number]

    assert is_ed25519(key, message, signature)
    assert says_openssl(key, message, signature)
    assert not is_ed25519(key, message + b"x", signature)


@settings(max_examples=40)
@given(st.binary(max_size=200), st.integers(0, 511), st.integers(0, 255))
def test_ed25519_says_what_openssl_says(message: bytes, bit: int, key_bit: int) -> None:
    signature = PRIVATE.sign(message)
    flipped = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    other = (int.from_bytes(PUBLIC, "big") ^ 1 << key_bit).to_bytes(32, "big")

    assert is_ed25519(PUBLIC, message, signature)
    assert not is_ed25519(PUBLIC, message, flipped)
    assert not is_ed25519(other, message, signature)
    assert not says_openssl(PUBLIC, message, flipped)


def test_a_signature_has_one_form_only() -> None:
    signature = PRIVATE.sign(b"message")
    s = int.from_bytes(signature[32:], "little") + ED_L
    malleated = signature[:32] + s.to_bytes(32, "little")

    assert not is_ed25519(PUBLIC, b"message", malleated)
    assert not says_openssl(PUBLIC, b"message", malleated)


@pytest.mark.parametrize(
    ("public", "signature"),
    [(PUBLIC[:-1], bytes(64)), (PUBLIC, bytes(63)), (b"\xff" * 32, bytes(64)), (b"", b"")],
)
def test_bytes_that_are_no_key_or_signature_are_not_valid(public: bytes, signature: bytes) -> None:
    assert not is_ed25519(public, b"", signature)


def test_points_that_are_none_are_told() -> None:
    assert ed_point(b"\xff" * 32) is None
    assert ed_point(b"\2" + bytes(31)) is None
    assert ed_point(b"\1" + bytes(30) + b"\x80") is None
    assert ed_point(b"\1" + bytes(31)) == (0, 1, 1, 0)


@given(st.binary(max_size=300))
def test_plain_sm3_is_sm3(data: bytes) -> None:
    assert plain_sm3(data) == library_sm3(data) == SM3.plain(data)


@settings(max_examples=15)
@given(st.text(max_size=50), st.integers(0, 511))
def test_sm2_signatures_of_the_library_are_valid_and_others_are_not(text: str, bit: int) -> None:
    signer = Sm2Signer.generate("a")
    public, signature = signer.key.material[len(SM2_SM3) :], signer.sign(text, 0)
    flipped = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")

    assert is_sm2(public, text.encode(), signature)
    assert not is_sm2(public, text.encode() + b"x", signature)
    assert not is_sm2(public, text.encode(), flipped)


@pytest.mark.parametrize(
    ("r", "s"), [(0, 1), (1, 0), (SM2_N, 1), (1, SM2_N), (1, SM2_N - 1), (2**256 - 1, 1)]
)
def test_sm2_numbers_out_of_range_are_not_valid(r: int, s: int) -> None:
    public = Sm2Signer.generate("a").key.material[len(SM2_SM3) :]

    assert not is_sm2(public, b"", r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def test_sm2_points_off_the_curve_are_not_valid() -> None:
    signer = Sm2Signer.generate("a")
    public, signature = signer.key.material[len(SM2_SM3) :], signer.sign("x", 0)

    for wrong in (public[:-1], b"\2" + public[1:], public[:-1] + bytes([public[-1] ^ 1])):
        assert not is_sm2(wrong, b"x", signature)
    assert not is_sm2(public, b"x", signature[:-1])


def test_ml_dsa_is_checked_where_the_library_is_and_left_open_where_it_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cosigner: Signer = MlDsa44Cosigner("w.example", sha256(b"seed").digest())
    note = sign("log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", [cosigner], 7)
    public, signature = cosigner.key.material[1:], note.lines[0].signature[8:]
    root = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    names = b"subtree/v1\n\0\x09w.example" + (7).to_bytes(8, "big") + b"\x0blog.example"
    message = names + bytes(16) + root

    assert is_mldsa44(public, message, signature) is True
    assert is_mldsa44(public, message + b"x", signature) is False
    assert is_mldsa44(public[1:], message, signature) is False
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    assert is_mldsa44(public, message, signature) is None
