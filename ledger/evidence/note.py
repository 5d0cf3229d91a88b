"""Signed notes (C2SP signed-note v1.0.0): a text, a blank line, one line a signature.

    ledger.example/audit
    8
    XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

    — ledger.example/audit 4ILQxXfd…

A line names its key and carries the key's id. Lines of keys that one does not know are passed
over; a line of a known key (name and id) that does not verify condemns the whole note, because
somebody tried.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol, Self

from ledger.evidence.errors import Malformed, Refuted

NOTE_BYTES_MAX: Final = 1_000_000
LINES_MAX: Final = 64
KEY_ID_BYTES: Final = 4

_KEY: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")
_DASH: Final = "\u2014 "


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name: what one has to know of whoever signs.

    Attributes:
        name: whose it is, a URL without scheme by convention; the log's own is its origin.
        material: the byte that says which kind of signature, then the public key.
    """

    name: str
    material: bytes

    def __post_init__(self) -> None:
        """Refuse what no line of a note could name.

        Raises:
            Malformed: the name is empty, or has spaces, control characters or plus signs.
        """
        if not is_name(self.name) or not self.material:
            raise Malformed("not the name of a key")

    @property
    def kind(self) -> int:
        """The byte that says which kind of signature the key makes."""
        return self.material[0]

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line refers to the key."""
        named = self.name.encode() + b"\n" + self.material
        return hashlib.sha256(named).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        """Return the key as one writes it down (a *vkey*)."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(self.material).decode()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key as written down.

        Raises:
            Malformed: it is none, or its id is not the one that follows from name and key.
        """
        found = _KEY.fullmatch(text.strip())
        if not found:
            raise Malformed("not a verifier key")
        key = cls(found[1], decode_base64(found[3]))
        if key.key_id.hex() != found[2]:
            raise Malformed("the id of a verifier key does not belong to it")
        return key


class SignatureLine(NamedTuple):
    """One line below a note: whose key, which key, and what it signed."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        """Return the line with its newline."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.signature).decode()}\n"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a line, given without its newline.

        Raises:
            Malformed: it is no signature line.
        """
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not space or not is_name(name):
            raise Malformed("not a signature line")
        signed = decode_base64(encoded)
        if len(signed) <= KEY_ID_BYTES:
            raise Malformed("a signature line without a signature")
        return cls(name, signed[:KEY_ID_BYTES], signed[KEY_ID_BYTES:])

    def is_of(self, key: VerifierKey) -> bool:
        """Say whether the line claims to be of this key."""
        return self.name == key.name and self.key_id == key.key_id


class Verifier(Protocol):
    """Checks the lines of one key."""

    @property
    def key(self) -> VerifierKey:
        """The key whose lines it checks."""

    def verify(self, text: str, signature: bytes) -> bool:
        """Say whether ``signature`` (what follows the key id) signs the text of the note."""


class Signer(Protocol):
    """Signs with one key: in memory, in a process of its own, in an HSM."""

    @property
    def key(self) -> VerifierKey:
        """The public key that belongs to it."""

    def sign(self, text: str, at: int) -> bytes:
        """Return what follows the key id in the signature line.

        Args:
            text: the text of the note, with its last newline.
            at: the present moment in POSIX seconds; kinds that carry no time pass it over.
        """


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the lines below it, none of them checked yet.

    Attributes:
        text: what is signed, with its last newline.
        lines: at least one in a note that is complete.
    """

    text: str
    lines: tuple[SignatureLine, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a signed note.

        Raises:
            Malformed: it is none, or larger than 1,000,000 bytes or 64 lines.
        """
        if len(data) > NOTE_BYTES_MAX:
            raise Malformed(f"a note has at most {NOTE_BYTES_MAX} bytes")
        try:
            whole = data.decode()
        except UnicodeDecodeError:
            raise Malformed("a note is UTF-8") from None
        text, blank, below = whole.rpartition("\n\n")
        if not blank or not below.endswith("\n") or not is_text(whole):
            raise Malformed("not a signed note")
        lines = below[:-1].split("\n")
        if len(lines) > LINES_MAX:
            raise Malformed(f"a note has at most {LINES_MAX} signature lines")
        return cls(f"{text}\n", tuple(map(SignatureLine.parse, lines)))

    def __bytes__(self) -> bytes:
        """Return the note as it is kept and sent."""
        return f"{self.text}\n{self.signatures}".encode()

    @property
    def signatures(self) -> str:
        """The signature lines alone."""
        return "".join(map(str, self.lines))

    def with_lines(self, lines: Iterable[SignatureLine]) -> Self:
        """Return the note with more lines; a new line takes the place of one of the same key."""
        kept = {(line.name, line.key_id): line for line in self.lines}
        kept |= {(line.name, line.key_id): line for line in lines}
        return type(self)(self.text, tuple(kept.values()))

    def only(self, keys: Iterable[VerifierKey]) -> Self:
        """Return the note with the lines of these keys alone (a witness reads 16 KB at most)."""
        wanted = {(key.name, key.key_id) for key in keys}
        kept = (line for line in self.lines if (line.name, line.key_id) in wanted)
        return type(self)(self.text, tuple(kept))


def sign(text: str, signers: Sequence[Signer], at: int) -> Note:
    """Return a note of this text, signed by each of the signers, in their order.

    Args:
        text: what is signed; ends in a newline.
        signers: whose keys differ.
        at: the present moment in POSIX seconds.

    Raises:
        ValueError: the text is none that a note can hold.
    """
    if not text.endswith("\n") or not is_text(text):
        raise ValueError("a note's text is lines without control characters")
    return Note(text, tuple(line_of(signer, text, at) for signer in signers))


def line_of(signer: Signer, text: str, at: int) -> SignatureLine:
    """Return one signer's line below a text, at a moment in POSIX seconds."""
    return SignatureLine(signer.key.name, signer.key.key_id, signer.sign(text, at))


def known_lines(note: Note, verifiers: Iterable[Verifier]) -> tuple[SignatureLine, ...]:
    """Return the lines of known keys, all of which verify; there may be none.

    Raises:
        Refuted: a line of a known key does not verify.
    """
    known = {(one.key.name, one.key.key_id): one for one in verifiers}
    found = tuple(line for line in note.lines if (line.name, line.key_id) in known)
    for line in found:
        if not known[line.name, line.key_id].verify(note.text, line.signature):
            raise Refuted(f"the signature of {line.name} does not verify")
    return found


def verified(note: Note, verifiers: Iterable[Verifier]) -> tuple[SignatureLine, ...]:
    """Return the lines of known keys, all of which verify.

    Raises:
        Refuted: a line of a known key does not verify, or no line is of a known key.
    """
    found = known_lines(note, verifiers)
    if not found:
        raise Refuted("no signature of a known key")
    return found


def is_name(text: str) -> bool:
    """Say whether a text may name a key.

    It has at least one character, and no white space, plus sign, control character or lone
    surrogate (which stands for bytes that are no UTF-8).
    """
    odd = (c == "+" or c.isspace() or c < " " or "\ud800" <= c <= "\udfff" for c in text)
    return bool(text) and not any(odd)


def is_text(text: str) -> bool:
    """Say whether a note may hold a text: no control character but the newline."""
    return all(character >= " " or character == "\n" for character in text)


def decode_base64(text: str) -> bytes:
    """Return the bytes of standard base64 with padding, in its one canonical spelling.

    Raises:
        Malformed: it is none, or another spelling of the same bytes.
    """
    try:
        data = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raise Malformed("not base64") from None
    if b64encode(data).decode() != text:
        raise Malformed("not the canonical base64")
    return data


def decimal(text: str, at_most: int) -> int:
    """Return a number written in ASCII digits without leading zeros.

    Raises:
        Malformed: it is none, or larger than ``at_most``.
    """
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text) or int(text) > at_most:
        raise Malformed("not a decimal number in its range")
    return int(text)
