from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.evidence.checkpoint import Checkpoint, open_checkpoint
from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.keys import verifier_of
from ledger.evidence.note import Note, Verifier, sign
from ledger.evidence.signers import Ed25519Signer, Sm2Signer
from ledger.evidence.tree import SIZE_MAX
from tests.ledger.evidence.vectors import (
    LOG_SEED,
    LOG_VKEY,
    NOTE,
    ORIGIN,
    ROOTS,
    WITNESS_VKEY,
)

LOG = verifier_of(LOG_VKEY)
ROOT = bytes.fromhex(ROOTS[8])
SIGNER = Ed25519Signer(ORIGIN, LOG_SEED)


def test_the_checkpoint_of_the_vector_is_made_and_read_alike() -> None:
    signed = open_checkpoint(NOTE, [LOG])

    assert signed.checkpoint == Checkpoint(ORIGIN, 8, ROOT)
    assert signed.signed == Note.parse(NOTE).lines[:1]
    assert (
        bytes(
            sign(Checkpoint(ORIGIN, 8, ROOT).text, [SIGNER], 0).with_lines(
                Note.parse(NOTE).lines[1:]
            )
        )
        == NOTE
    )


@given(
    st.integers(0, SIZE_MAX),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text("ab", min_size=1)),
)
def test_a_checkpoint_is_read_as_it_was_written(size: int, root: bytes, more: list[str]) -> None:
    checkpoint = Checkpoint("明账.example/log", size, root, tuple(more))

    assert Checkpoint.parse(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n8\n",
        "a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
        "\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "a b\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "a\n08\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "a\n-8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        f"a\n{SIZE_MAX + 1}\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n",
        "a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQw==\n",
        "a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\nx\n",
    ],
)
def test_a_text_out_of_form_is_no_checkpoint(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root", "more"),
    [
        ("", 0, ROOT, ()),
        ("a+b", 0, ROOT, ()),
        ("a", -1, ROOT, ()),
        ("a", SIZE_MAX + 1, ROOT, ()),
        ("a", 0, ROOT[1:], ()),
        ("a", 0, ROOT, ("",)),
        ("a", 0, ROOT, ("x\ny",)),
    ],
)
def test_a_checkpoint_that_cannot_be_written_is_not_made(
    origin: str, size: int, root: bytes, more: Sequence[str]
) -> None:
    with pytest.raises(Malformed):
        Checkpoint(origin, size, root, tuple(more))


@pytest.mark.parametrize("known", [[], [verifier_of(WITNESS_VKEY)]], ids=["nobody", "witness"])
def test_a_checkpoint_needs_a_signature_of_the_log_it_names(known: list[Verifier]) -> None:
    with pytest.raises(Refuted, match="keys are not known"):
        open_checkpoint(NOTE, known)


def test_the_key_of_one_log_does_not_speak_for_another() -> None:
    other = Ed25519Signer("other.example", sha256(b"other").digest())
    note = sign(Checkpoint(ORIGIN, 8, ROOT).text, [other], 0)

    with pytest.raises(Refuted, match="no signature of a known key"):
        open_checkpoint(bytes(note), [LOG, verifier_of(other.key)])


def test_each_line_of_the_log_is_checked_and_told() -> None:
    sm2 = Sm2Signer.generate(ORIGIN)
    note = sign(Checkpoint(ORIGIN, 8, ROOT).text, [SIGNER, sm2], 0)
    known = [LOG, verifier_of(sm2.key)]

    assert open_checkpoint(bytes(note), known).signed == note.lines
    assert open_checkpoint(bytes(note), known[:1]).signed == note.lines[:1]
    forged = Note(note.text, (note.lines[0], note.lines[1]._replace(signature=b"\1" * 64)))
    with pytest.raises(Refuted):
        open_checkpoint(bytes(forged), known)
