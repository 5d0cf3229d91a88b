from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.errors import Malformed, Refuted, Unproven
from ledger.evidence.keys import verifier_of
from ledger.evidence.note import (
    LINES_MAX,
    NOTE_BYTES_MAX,
    Note,
    SignatureLine,
    VerifierKey,
    decimal,
    decode_base64,
    sign,
    verified,
)
from ledger.evidence.signers import Ed25519Signer
from tests.ledger.evidence.vectors import LOG_SEED, LOG_VKEY, NOTE, WITNESS_VKEY

LOG, WITNESS = verifier_of(LOG_VKEY), verifier_of(WITNESS_VKEY)
STRANGER = Ed25519Signer("stranger.example", b"s" * 32)
TEXT = Note.parse(NOTE).text


def test_the_note_of_the_vector_is_signed_by_both() -> None:
    note = Note.parse(NOTE)

    assert [line.name for line in verified(note, [LOG, WITNESS])] == [
        "ledger.example/audit",
        "witness.example/w1",
    ]
    assert bytes(note) == NOTE


@settings(max_examples=400)
@given(st.integers(0, len(NOTE) * 8 - 1))
def test_a_note_with_any_bit_flipped_is_not_accepted_as_it_was(bit: int) -> None:
    changed = (int.from_bytes(NOTE, "big") ^ 1 << bit).to_bytes(len(NOTE), "big")

    try:
        lines = verified(Note.parse(changed), [LOG, WITNESS])
    except Unproven:
        return
    # A flip in the name or id of one line makes it a stranger's; the other still has to hold.
    assert len(lines) == 1
    assert Note.parse(changed).text == TEXT


def test_lines_of_unknown_keys_are_passed_over() -> None:
    note = Note.parse(NOTE).with_lines(sign(TEXT, [STRANGER], 0).lines)

    assert len(verified(note, [LOG])) == 1
    with pytest.raises(Refuted, match="no signature of a known key"):
        verified(note, [verifier_of(str(Ed25519Signer("other", b"o" * 32).key))])


def test_a_line_that_shares_only_name_or_id_is_a_strangers() -> None:
    good = Note.parse(NOTE).lines[0]
    named = good._replace(key_id=b"\0\0\0\0")
    numbered = good._replace(name="somebody.example")

    assert verified(Note(TEXT, (good, named, numbered)), [LOG]) == (good,)
    with pytest.raises(Refuted):
        verified(Note(TEXT, (named, numbered)), [LOG])


def test_a_known_line_that_fails_condemns_the_note_though_others_hold() -> None:
    log, witness = Note.parse(NOTE).lines
    wrong = witness._replace(signature=witness.signature[:-1] + b"\1")

    with pytest.raises(Refuted, match="signature of witness"):
        verified(Note(TEXT, (log, wrong)), [LOG, WITNESS])
    assert verified(Note(TEXT, (log, wrong)), [LOG]) == (log,)
    with pytest.raises(Refuted):
        verified(Note(TEXT, (log, log._replace(signature=b"\0" * 64))), [LOG])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"text\n",
        NOTE.replace(b"\n\n", b"\n"),
        NOTE.rstrip(b"\n"),
        NOTE + b"\n",
        NOTE.replace("— ".encode(), b"- "),
        NOTE.replace("— ".encode(), "—".encode()),
        NOTE.replace(b"\n8\n", b"\n8\r\n"),
        NOTE.replace(b"\n8\n", b"\n\0008\n"),
        NOTE.replace(b"\n8\n", b"\n\xff8\n"),
        NOTE.replace(b"/audit 4I", b"/audit  4I"),
        NOTE.replace(b"/audit 4I", b"/audit\xc2\xa04I"),
        NOTE.replace(b"aQA=", b"aQA"),
        NOTE.replace(b"aQA=", b"aQB="),
        NOTE.replace(b"aQA=", b"a_A="),
        "text\n\n— name AAAA\n".encode(),
        "text\n\n— na+me AAAAAAAA\n".encode(),
        "text\n\n—  AAAAAAAA\n".encode(),
        b"x" * NOTE_BYTES_MAX + NOTE,
    ],
)
def test_bytes_out_of_form_are_no_note(data: bytes) -> None:
    with pytest.raises(Malformed):
        Note.parse(data)


def test_a_note_has_64_lines_and_not_one_more() -> None:
    line = Note.parse(NOTE).signatures.splitlines(keepends=True)[0]
    text = f"{TEXT}\n"

    assert len(Note.parse((text + line * LINES_MAX).encode()).lines) == LINES_MAX
    with pytest.raises(Malformed, match="at most 64"):
        Note.parse((text + line * (LINES_MAX + 1)).encode())


def test_the_last_empty_line_parts_text_and_signatures() -> None:
    signer = Ed25519Signer("a.example", b"a" * 32)
    note = sign("first\n\nè sera\n", [signer], 0)

    assert Note.parse(bytes(note)) == note
    assert verified(Note.parse(bytes(note)), [verifier_of(signer.key)])


@pytest.mark.parametrize("text", ["", "no newline", "a\tb\n", "a\r\n"])
def test_only_lines_without_control_characters_are_signed(text: str) -> None:
    with pytest.raises(ValueError, match="lines without control"):
        sign(text, [STRANGER], 0)


def test_a_new_line_takes_the_place_of_one_of_the_same_key() -> None:
    note = Note.parse(NOTE)
    newer = note.lines[1]._replace(signature=b"newer")

    assert note.with_lines([newer]).lines == (note.lines[0], newer)
    assert note.only([WITNESS.key]).lines == (note.lines[1],)


def test_the_keys_of_the_vector_are_read_and_spelled_alike() -> None:
    key = VerifierKey.parse(LOG_VKEY)

    assert str(key) == LOG_VKEY
    assert (key.name, key.kind, key.key_id.hex()) == ("ledger.example/audit", 1, "e082d0c5")
    assert Ed25519Signer("ledger.example/audit", LOG_SEED).key == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+b",
        LOG_VKEY.replace("e082d0c5", "e082d0c6"),
        LOG_VKEY.replace("e082d0c5", "E082D0C5"),
        LOG_VKEY.replace("ledger", "Ledger"),
        LOG_VKEY.replace("/audit", "/au dit"),
        LOG_VKEY[:-1],
        f"+{LOG_VKEY}",
        f"{LOG_VKEY}+",
    ],
)
def test_a_key_out_of_form_or_with_another_id_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        VerifierKey.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b", "a\x1bb", "\udcff"])
def test_a_key_is_not_named_with_spaces_plus_or_control_characters(name: str) -> None:
    with pytest.raises(Malformed):
        VerifierKey(name, b"\1" + b"k" * 32)


@given(st.text("abc/.明账", min_size=1), st.binary(min_size=5, max_size=90))
def test_a_line_is_read_as_it_was_written(name: str, signed: bytes) -> None:
    line = SignatureLine(name, signed[:4], signed[4:])

    assert SignatureLine.parse(str(line).removesuffix("\n")) == line


@given(st.binary())
def test_base64_has_one_spelling(data: bytes) -> None:
    assert decode_base64(b64encode(data).decode()) == data


@pytest.mark.parametrize("text", ["A", "AA", "AB==", "AA==\n", "A A=", "AA==AA==", "Aé=="])
def test_another_spelling_of_base64_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        decode_base64(text)


@pytest.mark.parametrize(
    "text", ["", "01", "-1", "+1", " 1", "1 ", "1_0", "\u0661", "1" * 20, "101"]
)
def test_a_number_out_of_form_or_range_is_refused(text: str) -> None:
    assert decimal("100", 100) == 100
    assert decimal("0", 100) == 0
    with pytest.raises(Malformed):
        decimal(text, 100)
