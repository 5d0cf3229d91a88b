from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Malformed, Refuted, Unproven
from ledger.evidence.keys import verifier_of
from ledger.evidence.note import Note, sign
from ledger.evidence.promise import Promise, check_kept, open_promise
from ledger.evidence.signers import Ed25519Signer
from ledger.evidence.tree import SIZE_MAX
from ledger.evidence.validity import KeyState, Outlived, Validity, named
from tests.ledger.evidence.logs import LOG, ORIGIN

SECOND = 1_000_000
AT = 1_767_225_600
LEAF = sha256(b"leaf").digest()
PROMISE = Promise(ORIGIN, 41, LEAF, AT * SECOND + 123_456)
SIGNER = Ed25519Signer(f"{ORIGIN}/promise", sha256(b"promises").digest())
KEYS = [verifier_of(SIGNER.key)]


def test_a_promise_says_which_leaf_will_stand_where() -> None:
    data = PROMISE.signed(SIGNER)

    assert open_promise(data, KEYS) == PROMISE
    assert Note.parse(data).text == (
        "ledger.example/audit\n"
        "promise/v1\n"
        "index 41\n"
        "leaf n5EWH0NDPkmm3m22gNefYBWfLkrJFyYhoShGQoFYRAs=\n"
        "received 1767225600123456\n"
    )


@given(st.integers(0, SIZE_MAX - 1), st.binary(min_size=32, max_size=32), st.integers(0, SIZE_MAX))
def test_a_promise_is_read_as_it_was_written(index: int, leaf: bytes, received: int) -> None:
    promise = Promise(ORIGIN, index, leaf, received)

    assert Promise.parse(promise.text) == promise


@given(st.data(), st.integers(1, 255))
def test_a_promise_with_any_byte_changed_is_not_believed(data: st.DataObject, bits: int) -> None:
    raw = PROMISE.signed(SIGNER)
    at = data.draw(st.integers(0, len(raw) - 1))

    with pytest.raises(Unproven):
        open_promise(raw[:at] + bytes([raw[at] ^ bits]) + raw[at + 1 :], KEYS)


def test_a_promise_is_no_checkpoint_and_a_checkpoint_no_promise() -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(PROMISE.text)
    with pytest.raises(Malformed):
        Promise.parse(Checkpoint(ORIGIN, 41, LEAF).text)


NEXT = Ed25519Signer(f"{ORIGIN}/promise", sha256(b"next").digest())
BOTH = [*KEYS, verifier_of(NEXT.key)]


def until(last: int, state: KeyState) -> dict[str, Validity]:
    return {named(SIGNER.key.name, SIGNER.key.key_id): Validity(0, last, state)}


def test_two_keys_sign_while_they_overlap_and_either_is_enough() -> None:
    data = PROMISE.signed(SIGNER, NEXT)

    for keys in (KEYS, BOTH[1:], BOTH):
        assert open_promise(data, keys) == PROMISE
    with pytest.raises(Refuted):
        open_promise(data.replace(b"index 41", b"index 40"), BOTH)


@pytest.mark.parametrize("state", [KeyState.RETIRED, KeyState.REVOKED])
def test_a_key_that_ended_still_counts_for_the_entries_before_its_end(state: KeyState) -> None:
    assert open_promise(PROMISE.signed(SIGNER), BOTH, until(42, state)) == PROMISE  # entry 42
    with pytest.raises(Outlived) as refused:
        open_promise(PROMISE.signed(SIGNER), BOTH, until(41, state))
    assert (refused.value.state, refused.value.last, refused.value.size) == (state, 41, 42)
    assert SIGNER.key.key_id.hex() in refused.value.key
    # The other one signed it too, and goes on.
    assert open_promise(PROMISE.signed(SIGNER, NEXT), BOTH, until(41, state)) == PROMISE


def test_only_the_logs_own_keys_promise_for_it() -> None:
    other = Ed25519Signer("other.example/promise", sha256(b"promises").digest())
    beside = Ed25519Signer(f"{ORIGIN}2", sha256(b"promises").digest())

    for signer in (other, beside):
        with pytest.raises(Refuted):
            open_promise(PROMISE.signed(signer), [verifier_of(signer.key)])
    assert open_promise(PROMISE.signed(LOG), [verifier_of(LOG.key)]) == PROMISE


@pytest.mark.parametrize(
    "text",
    [
        "",
        PROMISE.text.replace("promise/v1", "promise/v2"),
        PROMISE.text.replace("index 41", "index 041"),
        PROMISE.text.replace("index 41", "index 4 1"),
        PROMISE.text.replace("leaf ", "leaf A"),
        PROMISE.text.replace("leaf ", "node "),
        PROMISE.text.replace("received 17", "received -17"),
        PROMISE.text + "more\n",
        PROMISE.text.replace(ORIGIN, "a+b"),
        PROMISE.text.removesuffix("\n"),
    ],
)
def test_a_text_out_of_form_is_no_promise(text: str) -> None:
    with pytest.raises(Malformed):
        Promise.parse(text)


def test_another_leaf_at_the_promised_place_refutes_the_log() -> None:
    check_kept(PROMISE, LEAF, 41)
    with pytest.raises(Refuted, match="another entry"):
        check_kept(PROMISE, sha256(b"other").digest(), 41)
    with pytest.raises(ValueError, match="another place"):
        check_kept(PROMISE, LEAF, 40)


def test_a_promise_is_overdue_if_a_late_checkpoint_does_not_reach_it() -> None:
    assert PROMISE.is_overdue(size=41, cosigned=AT + 61, patience=60)
    assert not PROMISE.is_overdue(size=42, cosigned=AT + 61, patience=60)
    assert not PROMISE.is_overdue(size=41, cosigned=AT + 60, patience=60)
    assert not replace(PROMISE, index=40).is_overdue(size=41, cosigned=AT + 61, patience=60)


def test_a_promise_needs_one_line_of_its_key() -> None:
    with pytest.raises(Refuted, match="no signature of a known key"):
        open_promise(bytes(sign(PROMISE.text, [LOG], 1)), KEYS)
