from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.hashes import SHA256, SM3
from ledger.evidence.keys import verifier_of
from ledger.evidence.note import Note, Signer, sign
from ledger.evidence.reading import hashes_of
from ledger.evidence.tree import consistency_proof
from ledger.evidence.witness import (
    AddCheckpoint,
    Answer,
    Cosigned,
    Decision,
    NotCosigned,
    Seen,
    Stale,
    check_growth,
    decide,
    monitoring_path,
    read_answer,
)
from tests.ledger.evidence.logs import (
    LOG,
    NOW,
    ORIGIN,
    WITNESS,
    MemoryLog,
    checkpoint_of,
    entries,
    signed_log,
)

LOGS = {ORIGIN: [verifier_of(LOG.key)]}
SIZE = 300


class Witness:
    """What runs the decisions: it remembers, and nothing more."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}

    def ask(self, body: bytes) -> Decision:
        decision = decide(body, LOGS, lambda origin: self.seen.get(origin, Seen()), [WITNESS], NOW)
        if decision.after is not None:
            assert self.seen.get(decision.origin, Seen()) == decision.before
            self.seen[decision.origin] = decision.after
        return decision


def request(old: int, log: MemoryLog, size: int, *, signers: Sequence[Signer] = (LOG,)) -> bytes:
    proof = consistency_proof(SHA256, old, size, hashes_of(log, size)) if old <= size else []
    note = Note.parse(log.files["checkpoint"])
    return bytes(AddCheckpoint(old, tuple(proof), bytes(sign(note.text, signers, NOW))))


def grown(size: int, change: int | None = None) -> MemoryLog:
    of = entries(size)
    if change is not None:
        of[change] = b"forged"
    return signed_log(of, signers=[LOG])


def status(decision: Decision) -> int:
    return decision.answer.status


@settings(max_examples=60)
@given(st.lists(st.integers(0, SIZE), min_size=1, max_size=5).map(sorted))
def test_honest_growth_is_cosigned_and_remembered(sizes: list[int]) -> None:
    witness, old = Witness(), 0
    for size in sizes:
        log = grown(size)
        decision = witness.ask(request(old, log, size))
        assert status(decision) == 200
        assert decision.after == witness.seen[ORIGIN]
        assert witness.seen[ORIGIN].size == size
        note = Note.parse(log.files["checkpoint"])
        answer = read_answer(decision.answer, note, [verifier_of(WITNESS.key)])
        assert isinstance(answer, Cosigned)
        assert len(answer.lines) == 1
        old = size


@settings(max_examples=60)
@given(st.data())
def test_a_history_rewritten_with_the_real_key_is_never_cosigned(data: st.DataObject) -> None:
    old = data.draw(st.integers(1, SIZE))
    new = data.draw(st.integers(old, SIZE + 20))
    change = data.draw(st.integers(0, old - 1))
    witness = Witness()
    witness.ask(request(0, grown(old), old))
    remembered = dict(witness.seen)

    decision = witness.ask(request(old, grown(new, change), new))

    assert status(decision) == 422
    assert decision.after is None
    assert witness.seen == remembered
    answer = read_answer(decision.answer, Note("text\n"), [])
    assert answer == NotCosigned(422, is_contradiction=True)


def test_a_stale_old_size_is_told_the_right_one() -> None:
    witness = Witness()
    witness.ask(request(0, grown(200), 200))

    for old in (0, 100, 250):
        decision = witness.ask(request(old, grown(SIZE), SIZE))
        assert decision.answer == Answer(409, "200\n", "text/x.tlog.size")
        assert read_answer(decision.answer, Note("text\n"), []) == Stale(200)
    assert status(witness.ask(request(200, grown(SIZE), SIZE))) == 200
    # A smaller tree is stale as well, were it ever so consistent.
    assert status(witness.ask(request(200, grown(250), 250))) == 409


def test_an_old_size_above_the_new_one_is_a_bad_request() -> None:
    witness = Witness()
    witness.ask(request(0, grown(SIZE), SIZE))

    assert status(witness.ask(request(SIZE, grown(200), 200))) == 400


def test_the_same_tree_again_is_cosigned_again() -> None:
    witness = Witness()
    witness.ask(request(0, grown(SIZE), SIZE))

    assert status(witness.ask(request(SIZE, grown(SIZE), SIZE))) == 200


def test_an_unknown_log_is_not_found() -> None:
    other = bytes(sign(Checkpoint("other.example", 0, SHA256.empty).text, [LOG], NOW))
    decision = Witness().ask(bytes(AddCheckpoint(0, (), other)))

    assert (status(decision), decision.origin) == (404, "other.example")
    assert read_answer(decision.answer, Note("text\n"), []) == NotCosigned(
        404, is_contradiction=False
    )


def test_a_checkpoint_that_the_log_did_not_sign_is_forbidden() -> None:
    assert status(Witness().ask(request(0, grown(5), 5, signers=[WITNESS]))) == 403
    body = request(0, grown(5), 5)
    note = Note.parse(AddCheckpoint.parse(body).checkpoint)
    forged = note.with_lines([note.lines[0]._replace(signature=b"\1" * 64)])
    assert status(Witness().ask(bytes(AddCheckpoint(0, (), bytes(forged))))) == 403


def test_signatures_of_strangers_do_not_disturb() -> None:
    assert status(Witness().ask(request(0, grown(5), 5, signers=[LOG, WITNESS]))) == 200


def test_from_nothing_no_proof_is_taken_and_an_empty_tree_has_its_root() -> None:
    log, checkpoint = grown(5), grown(5).files["checkpoint"]
    proof = tuple(consistency_proof(SHA256, 3, 5, hashes_of(log, 5)))

    assert status(Witness().ask(bytes(AddCheckpoint(0, proof, checkpoint)))) == 422
    empty = bytes(sign(Checkpoint(ORIGIN, 0, bytes(32)).text, [LOG], NOW))
    assert status(Witness().ask(bytes(AddCheckpoint(0, (), empty)))) == 422
    assert status(Witness().ask(request(0, grown(0), 0))) == 200


def test_a_log_unknown_so_far_must_begin_from_nothing() -> None:
    decision = Witness().ask(request(3, grown(5), 5))

    assert decision.answer == Answer(409, "0\n", "text/x.tlog.size")


BODY = request(3, grown(5), 5)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        BODY.replace(b"old 3", b"old 03"),
        BODY.replace(b"old 3", b"old"),
        BODY.replace(b"old 3", b"new 3"),
        BODY.replace(b"old 3\n", b"old 3\nAAAA\n"),
        BODY.replace(b"old 3\n", b"old 3\n" + b"A" * 43 + b"\n"),
        BODY.replace(b"old 3\n", b"old 3\n" + (b"A" * 43 + b"=\n") * 64),
        BODY.replace(b"old 3", "old 三".encode()),
        BODY.partition(b"\n\n")[0] + b"\n\nno checkpoint",
        BODY.replace(b"\n5\n", b"\nfive\n"),
        BODY + b"x" * 2_000_000,
    ],
    ids=range(11),
)
def test_a_request_out_of_form_is_a_bad_request(body: bytes) -> None:
    decision = Witness().ask(body)

    assert (status(decision), decision.after) == (400, None)


def test_a_request_is_read_as_it_was_written() -> None:
    body = request(3, grown(5), 5)

    assert bytes(AddCheckpoint.parse(body)) == body
    assert body.startswith(b"old 3\n")
    assert len(AddCheckpoint.parse(body).proof) == 4


def test_an_answer_of_somebody_else_is_no_cosignature() -> None:
    log = grown(5)
    note = Note.parse(log.files["checkpoint"])
    decision = Witness().ask(request(0, log, 5))
    stranger = verifier_of(LOG.key)

    with pytest.raises(Refuted):
        read_answer(decision.answer, note, [stranger])
    with pytest.raises(Refuted):
        read_answer(decision.answer, Note("text\n"), [verifier_of(WITNESS.key)])


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, ""),
        Answer(200, "text\n\n— a AAAAAAAA\n"),
        Answer(409, "many\n", "text/x.tlog.size"),
        Answer(409, "", "text/x.tlog.size"),
    ],
)
def test_an_answer_out_of_form_is_refused(answer: Answer) -> None:
    with pytest.raises(Malformed):
        read_answer(answer, Note("text\n"), [verifier_of(WITNESS.key)])


def test_a_conflict_without_a_size_is_a_contradiction() -> None:
    assert read_answer(Answer(409, ""), Note("text\n"), []) == NotCosigned(
        409, is_contradiction=True
    )
    assert read_answer(Answer(503, "later"), Note("text\n"), []) == NotCosigned(
        503, is_contradiction=False
    )


def test_a_signer_sees_for_itself_that_a_checkpoint_continues_the_last_one() -> None:
    for hashing in (SHA256, SM3):
        old, new = (signed_log(entries(size), hashing=hashing) for size in (200, SIZE))
        before, after = checkpoint_of(old), checkpoint_of(new)
        proof = consistency_proof(hashing, 200, SIZE, hashes_of(new, SIZE, hashing))
        seen = Seen(before.size, before.root)

        check_growth(Seen(0, hashing.empty), before, (), hashing)
        check_growth(seen, after, proof, hashing)
        check_growth(seen, before, (), hashing)
        for other, with_proof in (
            (after, proof[:-1]),
            (replace(after, root=before.root), proof),
            (replace(before, root=after.root), ()),
            (replace(before, size=199), ()),
            (replace(before, size=0), ()),
        ):
            with pytest.raises(Refuted):
                check_growth(seen, other, with_proof, hashing)


def test_a_witness_shows_its_copy_under_the_hash_of_the_origin() -> None:
    assert monitoring_path("ledger.example/audit") == (
        "8dbe60cf81e6467d7924afba0e91f1eb70acd26d6a72c4f03759bfc6e27626a8/checkpoint"
    )
