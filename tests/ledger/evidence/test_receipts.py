import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.errors import Malformed, Refuted, Unproven
from ledger.evidence.hashes import SHA256, SM3, Hashing
from ledger.evidence.policy import Policy
from ledger.evidence.reading import hashes_of
from ledger.evidence.receipt import PATH_HASHES_MAX, Receipt
from ledger.evidence.tree import inclusion_proof
from tests.ledger.evidence.logs import LOG, POLICY, MemoryLog, entries, signed_log

SIZE = 700
ENTRIES = entries(SIZE)
HONEST = signed_log(ENTRIES)


def receipt_of(index: int, log: MemoryLog = HONEST, hashing: Hashing = SHA256) -> Receipt:
    size = POLICY.check(log.files["checkpoint"]).signed.checkpoint.size
    path = inclusion_proof(hashing, index, size, hashes_of(log, size, hashing))
    return Receipt(index, tuple(path), log.files["checkpoint"])


@given(st.integers(0, SIZE - 1))
def test_a_receipt_proves_its_entry_and_no_other(index: int) -> None:
    receipt = Receipt.parse(bytes(receipt_of(index)))

    accepted = receipt.check(SHA256.leaf(ENTRIES[index]), POLICY)
    assert accepted.signed.checkpoint.size == SIZE
    assert list(accepted.cosigned) == ["w1"]
    for other in (ENTRIES[index - 1], ENTRIES[index] + b" ", b""):
        with pytest.raises(Refuted, match="does not lead"):
            receipt.check(SHA256.leaf(other), POLICY)


@settings(max_examples=300)
@given(st.data(), st.integers(1, 255))
def test_a_receipt_with_any_byte_changed_is_not_believed(data: st.DataObject, bits: int) -> None:
    raw = bytes(receipt_of(300))
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + bytes([raw[at] ^ bits]) + raw[at + 1 :]

    with pytest.raises(Unproven):
        Receipt.parse(changed).check(SHA256.leaf(ENTRIES[300]), POLICY)


def test_a_receipt_is_spelled_as_the_format_says() -> None:
    log = signed_log([b"only"])

    assert bytes(receipt_of(0, log)) == (
        b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + log.files["checkpoint"]
    )
    assert bytes(receipt_of(2)).split(b"\n\n")[0].count(b"\n") == 1 + 10


@given(st.none() | st.binary(max_size=60))
def test_what_stands_beside_the_proof_comes_along_and_proves_nothing(extra: bytes | None) -> None:
    plain = receipt_of(5)
    receipt = Receipt(plain.index, plain.path, plain.checkpoint, extra)

    assert Receipt.parse(bytes(receipt)) == receipt
    assert receipt.check(SHA256.leaf(ENTRIES[5]), POLICY) == plain.check(
        SHA256.leaf(ENTRIES[5]), POLICY
    )


def test_a_path_without_a_signature_that_counts_proves_nothing() -> None:
    leaf, receipt = SHA256.leaf(ENTRIES[5]), receipt_of(5)
    unwitnessed = signed_log(ENTRIES, signers=[LOG]).files["checkpoint"]

    with pytest.raises(Refuted, match="no quorum"):
        Receipt(5, receipt.path, unwitnessed).check(leaf, POLICY)
    with pytest.raises(Refuted, match="keys are not known"):
        receipt.check(leaf, Policy.parse(b"quorum none"))


def test_a_receipt_of_the_twin_tree_needs_its_hash_function() -> None:
    twin = signed_log(ENTRIES, hashing=SM3)
    receipt = receipt_of(9, twin, SM3)

    accepted = receipt.check(SM3.leaf(ENTRIES[9]), POLICY, SM3)
    assert accepted.signed.checkpoint.size == SIZE
    with pytest.raises(Refuted):
        receipt.check(SM3.leaf(ENTRIES[9]), POLICY, SHA256)


GOOD = bytes(receipt_of(300))
HASH = GOOD.split(b"\n")[2]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\nindex 0\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n\n",
        GOOD.replace(b"@v1", b"@v2"),
        GOOD.replace(b"index 300", b"index 0300"),
        GOOD.replace(b"index 300", b"index -1"),
        GOOD.replace(b"index 300\n", b""),
        GOOD.replace(b"index 300\n", b"index 300\nextra AAAA\n"),
        GOOD.replace(b"index 300", b"extra A\nindex 300"),
        GOOD.replace(b"index 300", b"extra AAAA\nextra AAAA\nindex 300"),
        GOOD.replace(HASH, HASH[:-4]),
        GOOD.replace(HASH, HASH[:-1]),
        GOOD.replace(HASH, b"\xe4" + HASH[1:]),
        GOOD.replace(HASH, b"\n".join([HASH] * PATH_HASHES_MAX)),
        b"x" * 2_000_000,
    ],
)
def test_bytes_out_of_form_are_no_receipt(data: bytes) -> None:
    with pytest.raises(Malformed):
        Receipt.parse(data)
