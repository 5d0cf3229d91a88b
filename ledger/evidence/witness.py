"""The witness protocol (C2SP tlog-witness), as messages and as one pure decision.

A witness remembers one size and root of each log it knows, and cosigns what continues it. What it
answers depends on nothing but that, the request and its keys: ``decide`` says what to answer and
what to remember. Whoever runs it stores the new state with compare-and-swap *before* answering;
if somebody else was first, it decides again.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, NamedTuple, Self

from ledger.evidence.checkpoint import Checkpoint, open_checkpoint
from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.hashes import HASH_BYTES, SHA256, Hashing
from ledger.evidence.note import (
    NOTE_BYTES_MAX,
    Note,
    SignatureLine,
    Signer,
    Verifier,
    decimal,
    decode_base64,
    line_of,
    verified,
)
from ledger.evidence.tree import SIZE_MAX, consistency_holds

PATH: Final = "add-checkpoint"
PROOF_LINES_MAX: Final = 63
REQUEST_BYTES_MAX: Final = NOTE_BYTES_MAX + 4096
TEXT: Final = "text/plain; charset=utf-8"
SIZE_TYPE: Final = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """What a log sends: the size that it believes the witness remembers, a proof, a checkpoint.

    Attributes:
        old: the witness's last size; 0 for a log that it never cosigned (or to learn the size).
        proof: the consistency proof from there; empty from 0.
        checkpoint: the signed note.
    """

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the body of a request.

        Raises:
            Malformed: it is none.
        """
        head, blank, checkpoint = data.partition(b"\n\n")
        if len(data) > REQUEST_BYTES_MAX or not blank:
            raise Malformed("not a request to cosign")
        try:
            first, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise Malformed("not a request to cosign") from None
        if not first.startswith("old ") or len(lines) > PROOF_LINES_MAX:
            raise Malformed("a request to cosign has an old size and at most 63 hashes")
        old = decimal(first.removeprefix("old "), SIZE_MAX)
        proof = tuple(map(decode_base64, lines))
        if any(len(one) != HASH_BYTES for one in proof):
            raise Malformed("a consistency proof has hashes of 32 bytes")
        return cls(old, proof, checkpoint)

    def __bytes__(self) -> bytes:
        """Return the body of the request."""
        proof = (b64encode(one).decode() for one in self.proof)
        return "\n".join((f"old {self.old}", *proof, "", "")).encode() + self.checkpoint


class Seen(NamedTuple):
    """What a witness remembers of a log: the largest tree that it cosigned."""

    size: int = 0
    root: bytes = SHA256.empty


class Answer(NamedTuple):
    """What goes back: an HTTP status, a body and its type."""

    status: int
    body: str = ""
    content_type: str = TEXT


class Decision(NamedTuple):
    """What a witness decided.

    Attributes:
        answer: what to answer.
        origin: of which log; empty if the request could not be read that far.
        before: what was remembered, and must still be when ``after`` is stored.
        after: what to remember from now on; None if nothing changes.
    """

    answer: Answer
    origin: str = ""
    before: Seen = Seen()
    after: Seen | None = None


def decide(
    body: bytes,
    logs: Mapping[str, Sequence[Verifier]],
    seen: Callable[[str], Seen],
    cosigners: Sequence[Signer],
    at: int,
) -> Decision:
    """Decide what a witness answers to ``add-checkpoint``.

    Args:
        body: of the request.
        logs: the keys of the logs that the witness knows, by origin.
        seen: gives what it remembers of a log.
        cosigners: its own keys.
        at: the present moment in POSIX seconds.
    """
    try:
        request = AddCheckpoint.parse(body)
        origin = Checkpoint.parse(Note.parse(request.checkpoint).text).origin
    except Malformed as fault:
        return Decision(_refusal(HTTPStatus.BAD_REQUEST, str(fault)))
    if origin not in logs:
        return Decision(_refusal(HTTPStatus.NOT_FOUND, "an unknown log"), origin)
    try:
        signed = open_checkpoint(request.checkpoint, logs[origin])
    except Refuted as fault:
        return Decision(_refusal(HTTPStatus.FORBIDDEN, str(fault)), origin)
    before, new = seen(origin), signed.checkpoint
    refusal = _growth(request, before, new)
    if refusal:
        return Decision(refusal, origin, before)
    lines = (line_of(cosigner, signed.note.text, at) for cosigner in cosigners)
    answer = Answer(HTTPStatus.OK, "".join(map(str, lines)))
    return Decision(answer, origin, before, Seen(new.size, new.root))


def check_growth(
    before: Seen, new: Checkpoint, proof: Sequence[bytes], hashing: Hashing = SHA256
) -> None:
    """Check that a checkpoint continues what was seen: what a witness does, and a careful signer.

    Args:
        before: what was seen last; of a log that is new, size 0 and the root of the empty tree.
        new: the checkpoint.
        proof: the consistency proof between both; empty from size 0.
        hashing: the hash function of the log's tree.

    Raises:
        Refuted: it does not continue it: smaller, another root at the same size, a proof that does
            not hold, or an empty tree with a root that is not its own.
    """
    if new.size == 0 and new.root != hashing.empty:
        raise Refuted("not the root of an empty tree")
    if not consistency_holds(hashing, before.size, new.size, before.root, new.root, proof):
        raise Refuted("the checkpoint does not continue what was seen")


def _growth(request: AddCheckpoint, before: Seen, new: Checkpoint) -> Answer | None:
    """Return why a checkpoint is not cosigned, or nothing."""
    if request.old > new.size:
        return _refusal(HTTPStatus.BAD_REQUEST, "the old size is larger than the new one")
    if request.old != before.size:
        return Answer(HTTPStatus.CONFLICT, f"{before.size}\n", SIZE_TYPE)
    try:
        check_growth(before, new, request.proof)
    except Refuted as fault:
        return _refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(fault))
    return None


def _refusal(status: HTTPStatus, why: str) -> Answer:
    return Answer(status, f"{why}\n")


class Cosigned(NamedTuple):
    """The witness cosigned: these lines verify."""

    lines: tuple[SignatureLine, ...]


class Stale(NamedTuple):
    """The witness remembers another size: make the proof from there and ask again."""

    size: int


class NotCosigned(NamedTuple):
    """The witness refused.

    Attributes:
        status: what it answered.
        is_contradiction: it says that the log does not continue what it saw (422, or 409 without
            a size): a person has to look, asking again is no use.
    """

    status: int
    is_contradiction: bool


def read_answer(
    answer: Answer, checkpoint: Note, witness: Iterable[Verifier]
) -> Cosigned | Stale | NotCosigned:
    """Read what a witness answered.

    Args:
        answer: status, body and type as they came.
        checkpoint: what was sent, of which only the text counts here.
        witness: its keys, as the log's operator knows them.

    Raises:
        Malformed: an answer of 200 or 409 whose body is none.
        Refuted: an answer of 200 without a line of a known key that verifies.
    """
    media = answer.content_type.partition(";")[0].strip()
    if answer.status == HTTPStatus.OK:
        note = Note.parse(f"{checkpoint.text}\n{answer.body}".encode())
        if note.text != checkpoint.text:
            raise Malformed("an answer that is more than signature lines")
        return Cosigned(verified(note, witness))
    if answer.status == HTTPStatus.CONFLICT and media == SIZE_TYPE:
        return Stale(decimal(answer.body.removesuffix("\n"), SIZE_MAX))
    contradicts = answer.status in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT}
    return NotCosigned(answer.status, contradicts)


def monitoring_path(origin: str) -> str:
    """Return where, below its monitoring prefix, a witness shows its latest checkpoint of a log."""
    return f"{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"
