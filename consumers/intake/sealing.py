"""What waits is sealed, each message under a data key of its own; whom it names is linked to it.

So erasing a person reaches messages that wait as it reaches what was sent with refused commands:
the links lead from the person, the enrolments and the claims to the message, and its key goes. A
message that cannot be read as one is searched as text, since whatever it is, it may name somebody.
"""

import os
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aggregates.ids import derived_id, uuid_v8
from aggregates.language import Message
from aggregates.sealed import IdNumber, Malformed
from consumers.broker import Record
from consumers.intake.messages import SENDER, SIGNATURE
from ledger.errors import Fault
from ledger.vault.keys import NONCE_BYTES, Keyring, hmac_sha256

_ID: Final = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE
)
_ID_NUMBER: Final = re.compile(r"(?<!\d)\d(?:[ -]?\d){16}[ -]?[\dXx](?!\d)")
_Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits.

    Attributes:
        number: Its number, in the order in which messages came to wait.
        message_id: What it is known by for ever.
        topic: Where it came in.
        partition: In which partition.
        offset: At which place.
        scope: Digest of topic, sender and key: those of one scope wait behind each other.
        sender: Who is proved to have sent it, if anybody is.
        fault: Why it waits; empty for one that waits behind another.
        places: Where in the message.
        sealed: Its bytes, sealed.
        digest: Keyed digest of its value.
        arrived_at: Since when it waits.
        owner: Under which name its key is kept.
        wrapped: The key that opens it, wrapped; None once somebody whom it names was erased.
    """

    number: int
    message_id: UUID
    topic: str
    partition: int
    offset: int
    scope: bytes
    sender: UUID | None
    fault: str
    places: list[str]
    sealed: bytes
    digest: bytes
    arrived_at: datetime
    owner: UUID
    wrapped: bytes | None


class Why(NamedTuple):
    """Why a message waits.

    Attributes:
        scope: Digest of topic, sender and key: those of one scope wait behind each other.
        sender: Who is proved to have sent it, if anybody is.
        fault: Why it waits; empty for one that waits behind another.
        places: Where in the message.
    """

    scope: bytes
    sender: UUID | None
    fault: str
    places: tuple[str, ...]


class Sealed(NamedTuple):
    """A message as it is kept.

    Attributes:
        secret: Nonce and AES-256-GCM of its bytes, bound to the name of its key.
        owner: The name of its key: nobody's, and used for nothing else.
        wrapped: Its data key, wrapped under the master key.
        about: Ids of people and things that it names, as far as they can be found in it.
    """

    secret: bytes
    owner: UUID
    wrapped: bytes
    about: tuple[UUID, ...]


class Safe:
    """Seals records that wait, and opens them again."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def digest(self, *parts: bytes) -> bytes:
        """Return 32 bytes that stand for bytes and reveal nothing of them."""
        lengths = b"".join(len(part).to_bytes(8, "big") for part in parts)
        return self._keyring.keyed_digest(b"intake\0" + lengths + b"".join(parts))

    def seal(self, record: Record) -> Sealed:
        """Return a record, sealed under a fresh key."""
        owner = uuid_v8(os.urandom(16))
        key = self._keyring.new_data_key(owner)
        # A header may be without a value, whatever its type says; nothing is signed there.
        headers = [(name, value or b"") for name, value in record.raw_headers]
        plain = msgspec.msgpack.encode((record.key, record.value, headers))
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(
            nonce + _cipher(key).encrypt(nonce, plain, owner.bytes),
            owner,
            self._keyring.wrap(owner, key),
            tuple(sorted(self.named_in(record))),
        )

    def open(self, one: Waiting) -> Record | None:
        """Return the record that waits; None where somebody whom it names was erased.

        Raises:
            Fault: it was changed.
            KeysUnusable: other keys are at hand.
        """
        if one.wrapped is None:
            return None
        cipher = _cipher(self._keyring.unwrap(one.owner, one.wrapped))
        nonce, sealed = one.sealed[:NONCE_BYTES], one.sealed[NONCE_BYTES:]
        try:
            plain = cipher.decrypt(nonce, sealed, one.owner.bytes)
        except InvalidTag:
            raise Fault(
                Message(f"第{one.number}号来件无法解开", f"message {one.number} does not open")
            ) from None
        key, value, headers = msgspec.msgpack.decode(
            plain, type=tuple[bytes | None, bytes | None, _Headers]
        )
        return Record(one.topic, one.partition, one.offset, key, value, dict(headers), headers)

    def named_in(self, record: Record) -> set[UUID]:
        """Return the ids that stand in a record, and those of the people whose numbers do."""
        text = _text(record)
        found = {UUID(one) for one in _ID.findall(text)}
        for number in _ID_NUMBER.findall(text):
            try:
                found.add(self._keyring.pseudonym(IdNumber.canonical(number)))
            except Malformed:
                continue
        return found


def message_id(topic_id: str, record: Record) -> UUID:
    """Return what a record is known by: the same however often it is read."""
    return derived_id("intake-message", topic_id, record.partition, record.offset)


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hmac_sha256(key, b"intake waiting"))


def _text(record: Record) -> str:
    """Return all that can be read in a record, in one spelling of digits."""
    parts = [record.key or b"", record.value or b""]
    parts += [value or b"" for name, value in record.raw_headers if name not in {SENDER, SIGNATURE}]
    with suppress(orjson.JSONDecodeError):
        # What is written as \u0031 is read as 1.
        parts.append(orjson.dumps(orjson.loads(record.value or b"")))
    return unicodedata.normalize("NFKC", b"\n".join(parts).decode("utf-8", "replace"))
