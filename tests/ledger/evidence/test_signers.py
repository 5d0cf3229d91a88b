from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.cosignature import (
    TIME_MAX,
    Ed25519Cosigner,
    MlDsa44Cosigner,
    Timestamped,
    ed25519_message,
    mldsa_message,
)
from ledger.evidence.errors import Malformed
from ledger.evidence.keys import SoftwareSigner, secret_text, signer_of, verifier_of
from ledger.evidence.note import Note, VerifierKey, line_of
from ledger.evidence.signers import SM2_SM3, Ed25519Signer, Sm2Signer
from tests.ledger.evidence.vectors import (
    LOG_SEED,
    NOTE,
    ROOTS,
    WITNESS_SEED,
    WITNESS_TIME,
    WITNESS_VKEY,
)

TEXT = Note.parse(NOTE).text
SEED = sha256(b"a seed of the tests").digest()
SIGNERS: list[SoftwareSigner] = [
    Ed25519Signer("a.example", SEED),
    Ed25519Cosigner("a.example", SEED),
    MlDsa44Cosigner("a.example", SEED),
    Sm2Signer.generate("a.example"),
]
ALL = pytest.mark.parametrize("signer", SIGNERS, ids=["ed25519", "cosigned", "ml-dsa-44", "sm2"])


@ALL
def test_what_is_signed_verifies_and_nothing_else_does(signer: SoftwareSigner) -> None:
    verifier = verifier_of(str(signer.key))
    signature = signer.sign(TEXT, 12345)

    assert verifier.verify(TEXT, signature)
    assert not verifier.verify(TEXT.replace("8", "9"), signature)
    assert not verifier.verify(TEXT, signature[:-1])
    assert not verifier.verify(TEXT, signature + b"\0")
    assert not verifier.verify(TEXT, b"")
    assert not verifier.verify(TEXT, bytes(len(signature)))


@ALL
@settings(max_examples=40)
@given(data=st.data())
def test_a_signature_with_any_bit_flipped_does_not_verify(
    signer: SoftwareSigner, data: st.DataObject
) -> None:
    signature = signer.sign(TEXT, 12345)
    bit = data.draw(st.integers(0, len(signature) * 8 - 1))
    flipped = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(len(signature), "big")

    assert not verifier_of(signer.key).verify(TEXT, flipped)


@ALL
def test_a_secret_written_down_signs_as_before(signer: SoftwareSigner) -> None:
    again = signer_of(secret_text(signer) + "\n")

    assert again.key == signer.key
    assert verifier_of(signer.key).verify(TEXT, again.sign(TEXT, 1))


def test_one_secret_has_another_id_for_each_kind_of_signature() -> None:
    assert len({signer.key.key_id for signer in SIGNERS}) == len(SIGNERS)


def test_the_witness_of_the_vector_signs_what_the_vector_says() -> None:
    witness = Ed25519Cosigner("witness.example/w1", WITNESS_SEED)

    assert str(witness.key) == WITNESS_VKEY
    assert line_of(witness, TEXT, WITNESS_TIME) == Note.parse(NOTE).lines[1]
    assert Timestamped.parse(Note.parse(NOTE).lines[1].signature).at == WITNESS_TIME


def test_a_secret_is_spelled_as_go_spells_it() -> None:
    signer = Ed25519Signer("ledger.example/audit", LOG_SEED)

    assert secret_text(signer) == (
        "PRIVATE+KEY+ledger.example/audit+e082d0c5+" + b64encode(b"\x01" + LOG_SEED).decode()
    )


def test_cosigning_another_time_gives_another_signature() -> None:
    witness = SIGNERS[1]
    signature = witness.sign(TEXT, 5)
    moved = bytes(Timestamped(6, Timestamped.parse(signature).signature))

    assert signature != witness.sign(TEXT, 6)
    assert not verifier_of(witness.key).verify(TEXT, moved)


def test_the_ed25519_kind_signs_the_text_below_a_line_of_time() -> None:
    assert ed25519_message("a\n8\nroot\n", 7) == b"cosignature/v1\ntime 7\na\n8\nroot\n"


def test_the_ml_dsa_kind_signs_names_time_size_and_root_laid_out_as_specified() -> None:
    root = bytes.fromhex(ROOTS[8])
    checkpoint = Checkpoint("log.example", 8, root, ("extension",))

    assert mldsa_message("w.example", 258, checkpoint) == (
        b"subtree/v1\n\0"
        b"\x09w.example"
        b"\0\0\0\0\0\0\1\2"
        b"\x0blog.example"
        b"\0\0\0\0\0\0\0\0"
        b"\0\0\0\0\0\0\0\x08" + root
    )


def test_an_ml_dsa_line_is_plain_fips_204_over_that_message() -> None:
    cosigner = MlDsa44Cosigner("w.example", SEED)
    signed = Timestamped.parse(cosigner.sign(TEXT, 9))
    public = MLDSA44PublicKey.from_public_bytes(cosigner.key.material[1:])

    public.verify(signed.signature, mldsa_message("w.example", 9, Checkpoint.parse(TEXT)))
    assert (len(cosigner.key.material), len(signed.signature)) == (1 + 1312, 2420)


def test_a_cosignature_says_nothing_of_a_text_that_is_no_checkpoint() -> None:
    cosigner = Ed25519Cosigner("w.example", SEED)

    assert not verifier_of(cosigner.key).verify("free text\n", cosigner.sign("free text\n", 1))
    with pytest.raises(Malformed):
        MlDsa44Cosigner("w.example", SEED).sign("free text\n", 1)
    assert not verifier_of(SIGNERS[2].key).verify("free text\n", SIGNERS[2].sign(TEXT, 1))


def test_a_name_too_long_for_its_length_byte_is_refused() -> None:
    with pytest.raises(Malformed, match="255"):
        mldsa_message("n" * 256, 1, Checkpoint("o", 0, bytes(32)))


@pytest.mark.parametrize("data", [b"", b"\0" * 8, b"\x80" + b"\0" * 71])
def test_a_time_out_of_range_or_without_a_signature_is_refused(data: bytes) -> None:
    assert Timestamped.parse(bytes(Timestamped(TIME_MAX, b"s"))).at == TIME_MAX
    with pytest.raises(Malformed):
        Timestamped.parse(data)


def test_sm2_signs_otherwise_every_time_and_each_verifies() -> None:
    signer = SIGNERS[3]
    first, second = signer.sign(TEXT, 1), signer.sign(TEXT, 1)

    assert first != second
    assert all(verifier_of(signer.key).verify(TEXT, one) for one in (first, second))


def test_the_halves_of_two_sm2_keys_make_no_signer() -> None:
    one, two = Sm2Signer.generate("a"), Sm2Signer.generate("b")
    private, public = one.secret()[len(SM2_SM3) :][:32], two.key.material[len(SM2_SM3) :]

    for wrong in (private, bytes(32), b"\xff" * 32, b"short"):
        with pytest.raises(Malformed):
            Sm2Signer("a", wrong, public)


@pytest.mark.parametrize(
    "material",
    [
        b"\1" + b"k" * 31,
        b"\4" + b"k" * 33,
        b"\6" + b"k" * 1311,
        b"\2" + b"k" * 32,
        b"\xffed25519:" + b"k" * 32,
        SM2_SM3 + b"\4" + bytes(64),
        SM2_SM3 + b"\4" + b"\x11" * 64,
        SM2_SM3 + b"\4" + b"\xff" * 64,
        SM2_SM3 + b"\2" + b"k" * 32,
    ],
)
def test_a_key_of_an_unknown_kind_or_outside_its_group_is_refused(material: bytes) -> None:
    with pytest.raises(Malformed):
        verifier_of(VerifierKey("a", material))


@pytest.mark.parametrize("signer", SIGNERS[:3])
def test_a_secret_out_of_form_is_refused_and_never_quoted(signer: SoftwareSigner) -> None:
    text = secret_text(signer)
    wrong_id = text.replace(signer.key.key_id.hex(), "00000000")
    for wrong in ("", "PRIVATE+KEY+", text[8:], text[:-4], wrong_id, text.replace("+B", "+C")):
        with pytest.raises(Malformed) as told:
            signer_of(wrong)
        assert text[-20:] not in str(told.value)
