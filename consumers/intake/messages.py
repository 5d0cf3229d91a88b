"""A record as a message: who sent it, and which command it holds.

    key        what the message is about, such as the id of a class: messages of one key keep order
    value      {"command": …, "key": the message's id, "data": {…}}, the one form of messages
    headers    sender     the registration, a UUID
               signature  Ed25519 over what ``signed_text`` says, 64 bytes

Nothing else is read: no role, no organisation, no county is taken from a message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from consumers.broker import Record
from ledger.application.answers import Ask
from ledger.application.messages import message
from ledger.application.parsing import BadInput
from ledger.security.senders import KINDS, Kind, Sender

SENDER: Final = "sender"
SIGNATURE: Final = "signature"
_CONTEXT: Final = b"mingzhang-intake-v1"

# Why a message waits; codes, in the dead-letter topic, in lists and in the fact of giving it up.
NO_KEY: Final = "NO_KEY"
NO_SENDER: Final = "NO_SENDER"
UNKNOWN_SENDER: Final = "UNKNOWN_SENDER"
SENDER_EXPIRED: Final = "SENDER_EXPIRED"
OTHER_TOPIC: Final = "OTHER_TOPIC"
BAD_SIGNATURE: Final = "BAD_SIGNATURE"
NO_MESSAGE: Final = "NO_MESSAGE"
NO_ID: Final = "NO_ID"
NOT_ITS_COMMAND: Final = "NOT_ITS_COMMAND"
BAD_DATA: Final = "BAD_DATA"
DENIED: Final = "DENIED"
OTHER_MESSAGE_OF_THIS_ID: Final = "OTHER_MESSAGE_OF_THIS_ID"
ERASED: Final = "ERASED"
UNEXPECTED: Final = "UNEXPECTED"


class Undecidable(Exception):  # noqa: N818 - it is what the message is
    """A message that cannot be decided.

    Attributes:
        fault: Why, a code.
        places: Where in the message, as far as that can be told; names of fields, no values.
        sender: Who sent it, where that is proved.
        key: Its id, where it was read.
    """

    def __init__(
        self,
        fault: str,
        places: tuple[str, ...] = (),
        sender: Sender | None = None,
        key: str = "",
    ) -> None:
        super().__init__(fault)
        self.fault = fault
        self.places = places
        self.sender = sender
        self.key = key


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that can be put to the door.

    Attributes:
        sender: Who sent it.
        ask: The command.
    """

    sender: Sender
    ask: Ask


def topic_of(kind: str) -> str:
    """Return the topic that a kind of sender writes to."""
    return f"intake.{kind}.v1"


def answers_of(kind: str) -> str:
    """Return the topic that a kind of sender reads its answers from."""
    return f"intake.{kind}.answers.v1"


DEAD_LETTERS: Final = "intake.dead-letters.v1"
TOPICS: Final = {topic_of(kind): kind for kind in KINDS}
"""Topics that are read, each with its kind of sender."""


def signed_text(topic: str, key: bytes, value: bytes) -> bytes:
    """Return what a sender signs: where it goes, its key and its value, none to be exchanged."""
    return b"\n".join(
        (
            _CONTEXT,
            topic.encode(),
            sha256(key).hexdigest().encode(),
            sha256(value).hexdigest().encode(),
            b"",
        )
    )


def claimed(record: Record) -> UUID | None:
    """Return the sender that a record says it is from; nothing is proved by it."""
    try:
        return UUID(record.headers[SENDER].decode("ascii"))
    except (KeyError, ValueError, AttributeError):
        return None


def proved(record: Record, senders: Mapping[UUID, Sender], now: datetime) -> Sender:
    """Return who sent a record.

    Raises:
        Undecidable: it does not say so, or it is not proved.
    """
    one = claimed(record)
    if one is None:
        raise Undecidable(NO_SENDER)
    sender = senders.get(one)
    if sender is None:
        raise Undecidable(UNKNOWN_SENDER)
    text = signed_text(record.topic, record.key or b"", record.value or b"")
    if not sender.signed(record.headers.get(SIGNATURE) or b"", text):
        raise Undecidable(BAD_SIGNATURE)
    if not sender.holds(now):
        raise Undecidable(SENDER_EXPIRED, sender=sender)
    return sender


def incoming(record: Record, sender: Sender) -> Incoming:
    """Return the command of a message whose sender is proved.

    Raises:
        Undecidable: it holds none that this sender may give.
    """
    kind: Kind = KINDS[TOPICS[record.topic]]
    if sender.kind != kind.code:
        raise Undecidable(OTHER_TOPIC, sender=sender)
    if not record.key:
        raise Undecidable(NO_KEY, sender=sender)
    try:
        ask = message(record.value or b"", kind.channel)
    except BadInput as bad:
        places = tuple(problem.where for problem in bad.problems if problem.where)
        raise Undecidable(NO_MESSAGE, places, sender) from None
    if ask.key is None:
        raise Undecidable(NO_ID, ("key",), sender)
    if ask.command not in kind.commands:
        raise Undecidable(NOT_ITS_COMMAND, ("command",), sender, ask.key)
    return Incoming(sender, Ask(ask.command, ask.data, ask.key, kind.channel, once=True))
