"""Time stamps of others over checkpoints (RFC 3161): "these bytes existed at this time".

What is stamped is the text of a checkpoint's note, so a stamp says of the whole log up to its size
when it was there at the latest, whatever clock the log itself had. The chain of an authority has to
end in roots that were given by hand. Certificates count as of the moment of the stamp. Authorities
that sign with SM2 are not read here.

Beside a log its stamps lie as files:

    timestamps/list                      one line a stamp: size, number, time, authority
    timestamps/<size>/checkpoint         the note
    timestamps/<size>/<number>.tsr       the authority's whole answer, which OpenSSL reads too
    timestamps/roots.pem                 the roots that the log's operator relies on
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, NamedTuple

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from ledger.evidence.errors import Malformed, Refuted, Unproven
from ledger.evidence.hashes import SHA256, Hashing
from ledger.evidence.note import Note, decimal
from ledger.evidence.policy import Policy
from ledger.evidence.reading import CHECKPOINT, LogReader, hashes_of
from ledger.evidence.tree import SIZE_MAX, Span, span_root

QUERY: Final = "application/timestamp-query"
FOLDER: Final = "timestamps"
LIST: Final = f"{FOLDER}/list"
ROOTS: Final = f"{FOLDER}/roots.pem"
SUFFIX: Final = ".tsr"
_NUMBER: Final = re.compile("[0-9a-f]{8}")
_CERTIFICATES: Final = 0xA0
"""The tag of the certificates in a signed answer (RFC 5652, 5.1)."""


class Asked(NamedTuple):
    """A request: what is sent, and the number that the answer has to repeat."""

    body: bytes
    nonce: int | None


class Listed(NamedTuple):
    """A line of the list of stamps: which checkpoint, which authority, when."""

    size: int
    number: str
    at: str
    authority: str

    @property
    def note_path(self) -> str:
        """Where the checkpoint lies that was stamped."""
        return f"{FOLDER}/{self.size}/{CHECKPOINT}"

    @property
    def path(self) -> str:
        """Where the authority's answer lies."""
        return f"{FOLDER}/{self.size}/{self.number}{SUFFIX}"

    def __str__(self) -> str:
        """Return the line with its newline."""
        return f"{self.size} {self.number} {self.at} {self.authority}\n"


@dataclass(frozen=True, slots=True)
class Stamps:
    """What was seen of a log's stamps.

    Attributes:
        checked: how many were verified.
        newest: the size of the newest that holds; 0 if none does.
        newest_at: when it was stamped, by the authority's clock.
        wrong: the path of each that does not hold, with the reason.
    """

    checked: int
    newest: int
    newest_at: datetime | None
    wrong: tuple[tuple[str, str], ...]


def number_of(authority: str) -> str:
    """Return the number under which an authority's answers lie, by its URL."""
    return hashlib.sha256(authority.encode()).hexdigest()[:8]


def asked_for(text: str) -> Asked:
    """Return a request to stamp the text of a note; no two are alike."""
    request = TimestampRequestBuilder(text.encode(), HashAlgorithm.SHA256).build()
    return Asked(request.as_bytes(), request.nonce)


def roots_of(pem: bytes) -> list[Certificate]:
    """Return the certificates of a PEM file.

    Raises:
        Malformed: there are none.
    """
    try:
        # Twice the same one would be refused later.
        return list(dict.fromkeys(load_pem_x509_certificates(pem)))
    except ValueError:
        raise Malformed("not certificates in PEM") from None


def stamped_at(
    response: bytes, text: str, roots: Sequence[Certificate], nonce: int | None = None
) -> datetime:
    """Return when an authority stamped the text of a note.

    Args:
        response: the authority's whole answer.
        text: the text of the note.
        roots: where its chain may end; intermediate certificates that it does not send may be here
            as well.
        nonce: the number that the request had, if it is known.

    Raises:
        Malformed: the answer is none (BER that is not DER is none either, but for the order of
            certificates).
        Refuted: it is of another text, not granted, or not signed by a chain that ends in a root.
    """
    try:
        read = decode_timestamp_response(_in_order(response))
        at: datetime = read.tst_info.gen_time
        VerifierBuilder(roots=list(roots), nonce=nonce).build().verify_message(read, text.encode())
    except VerificationError as fault:
        raise Refuted(f"the time stamp does not hold: {str(fault).partition(':')[0]}") from None
    except ValueError:
        raise Malformed("not an answer of a time-stamping authority") from None
    return at


def _in_order(response: bytes) -> bytes:
    """Return an answer with its certificates in the order that DER asks of a set (X.690, 11.6).

    OpenSSL, and authorities that run on it, put the signer's first, which the library refuses. What
    is signed does not hold them; an answer in which they are not found is returned as it is.
    """
    try:
        (whole,) = _values(response, 0, len(response))
        content = _values(response, *_values(response, *whole[1:])[1][1:])[1]
        (signed,) = _values(response, *content[1:])
        for tag, start, end in _values(response, *signed[1:]):
            if tag == _CERTIFICATES:
                every = _values(response, start, end)
                ends = [start, *(one[2] for one in every)]
                held = sorted(response[a:b] for a, b in pairwise(ends))
                return response[:start] + b"".join(held) + response[end:]
    except (IndexError, ValueError):
        pass
    return response


def _values(data: bytes, at: int, until: int) -> list[tuple[int, int, int]]:
    """Return the values that stand one after the other: tag, where each begins within, and ends.

    Raises:
        ValueError: one goes beyond.
    """
    found: list[tuple[int, int, int]] = []
    while at < until:
        tag, size, start = data[at], data[at + 1], at + 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[at + 2 : start])
        at = start + size
        if at > until:
            raise ValueError("a value that goes beyond")
        found.append((tag, start, at))
    return found


def listed(data: bytes) -> Iterator[Listed]:
    """Yield the lines of a list of stamps.

    Raises:
        Malformed: it is none.
    """
    for line in data.decode(errors="replace").splitlines():
        parts = line.split(" ")
        if len(parts) != len(Listed._fields):
            raise Malformed("not a list of time stamps")
        size, number, at, authority = parts
        if not _NUMBER.fullmatch(number):
            raise Malformed("not a list of time stamps")  # it becomes part of a path
        yield Listed(decimal(size, SIZE_MAX), number, at, authority)


def check_stamps(
    reader: LogReader,
    policy: Policy,
    roots: Sequence[Certificate],
    size: int,
    hashing: Hashing = SHA256,
) -> Stamps:
    """Check every stamp of a log, once the log itself was audited up to a size.

    Args:
        reader: where its files are.
        policy: whose signatures on the stamped checkpoints count; no quorum is asked of them.
        roots: where the chains of authorities may end.
        size: up to which the tiles were audited.
        hashing: the hash function of the log's tree.
    """
    wrong: list[tuple[str, str]] = []
    newest, newest_at, checked = 0, None, 0
    try:
        every = list(listed(reader.read(LIST) or b""))
    except Malformed as fault:
        return Stamps(0, 0, None, ((LIST, str(fault)),))
    for one in every:
        if one.size > size:
            continue  # younger than the checkpoint up to which the log is looked at
        checked += 1
        try:
            at = _checked(reader, policy, roots, size, one, hashing)
        except Unproven as fault:
            wrong.append((one.path, str(fault)))
            continue
        if one.size >= newest:
            newest, newest_at = one.size, at
    return Stamps(checked, newest, newest_at, tuple(wrong))


def _checked(
    reader: LogReader,
    policy: Policy,
    roots: Sequence[Certificate],
    size: int,
    one: Listed,
    hashing: Hashing,
) -> datetime:
    note, response = reader.read(one.note_path), reader.read(one.path)
    if note is None or response is None:
        raise Refuted("it is missing")
    checkpoint = policy.without_quorum().check(note).signed.checkpoint
    if checkpoint.size != one.size or checkpoint.root != root_at(reader, one.size, size, hashing):
        raise Refuted("the checkpoint that was stamped is not one of this log")
    return stamped_at(response, Note.parse(note).text, roots)


def root_at(reader: LogReader, size: int, of: int, hashing: Hashing = SHA256) -> bytes:
    """Return the root that a log had at a size, from its tiles at a later one.

    Raises:
        Malformed: a tile is missing or damaged.
    """
    return span_root(hashing, Span(0, size), hashes_of(reader, of, hashing))
