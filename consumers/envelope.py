"""An entry as a message: CloudEvents 1.0 in Kafka's structured mode, its value the entry's bytes.

    key      the stream, so that its entries keep their order
    value    the entry, byte for byte: CloudEvents as JSON
    headers  content-type     application/cloudevents+json
             ce_type, ce_subject, ce_streamversion, ce_county: as in the value, for routing
             position         the place in the log, from 1
             leaf             SHA-256(0x00 || value), in hexadecimal
             barrier          every entry up to this position was acknowledged before this was sent

Whoever reads believes none of the headers: position apart, all of it can be derived from the value.
"""

import re
from datetime import datetime
from typing import Final, NamedTuple

from aggregates.language import Message as Text
from consumers.broker import Message, Record
from ledger.entry import BYTES_MAX, leaf_hash
from ledger.errors import Fault

CONTENT_TYPE: Final = b"application/cloudevents+json"
POSITION: Final = "position"
LEAF: Final = "leaf"
BARRIER: Final = "barrier"

DIGITS_MAX: Final = 18
"""As many digits has a position at most: PostgreSQL's bigint holds them all."""
VERSION_MAX: Final = 2**31 - 1

_STRING: Final = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
# Keys are sorted, and within a string a quote is escaped: so this is the attribute, wherever the
# data of the fact hold something like it.
_COUNTY: Final = b',"county":"'
_END: Final = re.compile(
    rb'"prev":"([0-9a-f]{64}|)","regime":'
    + _STRING
    + rb',"source":('
    + _STRING
    + rb'),"specversion":"1\.0","streamversion":([1-9][0-9]{0,9}),"subject":"([^"\\]+)",'
    rb'"time":"([^"\\]+)","type":"([^"\\]+)"\}\Z'
)
_PREV: Final = b'"prev":"'
_END_BYTES: Final = 2_000
"""How long the end of an entry is at most, from ``prev`` on."""


class NotAsPublished(Fault):
    """A message is not what the relay sent: altered on its way, or of another origin."""

    exit_code = 3

    def __init__(self, record: Record, zh: str, en: str) -> None:
        place = f"{record.topic}[{record.partition}]@{record.offset}"
        super().__init__(
            Text(f"消息{place}与所发布的不符：{zh}", f"message {place} is not as published: {en}"),
            mend=Text(
                "请勿跳过：查明是谁改动，再由账本重新发布（relay --republish）",
                "do not pass it over: find out who changed it, then publish anew with"
                " relay --republish",
            ),
        )


class Row(NamedTuple):
    """An entry as it is read for publishing, all text as bytes.

    Attributes:
        position: Its place in the log.
        stream: The stream it extends.
        version: Its place in the stream.
        type: The stored name of its fact.
        body: The entry, byte for byte.
        leaf: SHA-256(0x00 || body).
    """

    position: int
    stream: bytes
    version: int
    type: bytes
    body: bytes
    leaf: bytes


class Arrived(NamedTuple):
    """An entry that came as a message, its leaf derived from its bytes.

    Attributes:
        position: Its place in the log, as the header says.
        recorded_at: When the ledger learned it.
        version: Its place in the stream.
        stream: The stream it extends.
        type: The stored name of its fact.
        body: Its bytes, as text.
        leaf: Its leaf, 32 bytes.
        prev: The leaf of the stream's entry before, 32 bytes; none for the first.
        source: The ledger it comes from.
        barrier: Up to where all was acknowledged before it was sent.
    """

    position: int
    recorded_at: datetime
    version: int
    stream: str
    type: str
    body: str
    leaf: bytes
    prev: bytes
    source: str
    barrier: int


def county_of(body: bytes) -> bytes:
    """Return the county that stands in an entry; empty for the city."""
    begin = body.index(_COUNTY) + len(_COUNTY)
    return body[begin : body.index(b'"', begin)]


def message_of(row: Row, barrier: int) -> Message:
    """Return an entry as a message.

    Args:
        row: The entry.
        barrier: Up to where all is acknowledged before it is sent.
    """
    position, stream, version, type_, body, leaf = row
    return Message(
        stream,
        body,
        (
            ("content-type", CONTENT_TYPE),
            ("ce_type", type_),
            ("ce_subject", stream),
            ("ce_streamversion", b"%d" % version),
            ("ce_county", county_of(body)),
            (POSITION, b"%d" % position),
            (LEAF, leaf.hex().encode()),
            (BARRIER, b"%d" % barrier),
        ),
    )


def arrived(record: Record) -> Arrived:
    """Return the entry that a message holds, its leaf derived again and compared.

    Raises:
        NotAsPublished: the bytes do not have the leaf, or are no entry.
    """
    body = record.value
    if body is None or len(body) > BYTES_MAX:
        raise NotAsPublished(record, "没有内容或过长", "it is empty or too long")
    leaf = leaf_hash(body)
    if record.headers.get(LEAF) != leaf.hex().encode():
        raise NotAsPublished(record, "叶值不符", "its leaf is not that of its bytes")
    try:
        barrier = number_in(record.headers.get(BARRIER, b"0"))
        return read_entry(number_in(record.headers[POSITION]), body, leaf, barrier)
    except (KeyError, ValueError):
        raise NotAsPublished(record, "不是条目", "it is no entry") from None


def number_in(told: bytes | None) -> int:
    """Return the number that a header holds; a header may be without a value.

    Raises:
        ValueError: it holds none, or one that no log reaches.
    """
    if told is None or not told.isdigit() or len(told) > DIGITS_MAX:
        raise ValueError("no number")
    return int(told)


def read_entry(position: int, body: bytes, leaf: bytes, barrier: int = 0) -> Arrived:
    """Return an entry, read from its bytes.

    Raises:
        ValueError: the bytes are no entry in canonical form.
    """
    # What stands behind it is flat, and quotes within a string are escaped: it is the last one.
    at = body.rfind(_PREV, -_END_BYTES)
    found = _END.match(body, at) if at >= 0 else None
    if found is None or position < 1 or b"\0" in body or not body.startswith(b'{"actor":'):
        raise ValueError("no entry")
    prev, source, version, stream, type_, time = found.group(1, 2, 3, 4, 6, 5)
    if int(version) > VERSION_MAX:
        raise ValueError("no version")
    return Arrived(
        position,
        datetime.fromisoformat(time.decode()),
        int(version),
        stream.decode(),
        type_.decode(),
        body.decode(),
        leaf,
        bytes.fromhex(prev.decode()),
        source[1:-1].decode(),
        barrier,
    )
