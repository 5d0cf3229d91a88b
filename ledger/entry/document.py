"""The entry as a document: its attributes, how it is drafted, and how it is read again.

CloudEvents 1.0 attributes and our extensions, sorted. Whoever decides does not know yet which
entry of the stream comes before, nor when the log will take it: a ``Draft`` is spelled around
these two holes, and the log only splices::

    {"actor":…,"prev":"  prev  ","regime":…,"time":"  time  ","type":…}
    -------head--------        -------middle--------        --tail---
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import Any, Final, Self

import msgspec

from ledger.clock import in_shanghai
from ledger.entry.canonical import BYTES_MAX, NotCanonical, canonical

VERSION_MAX: Final = 2**31 - 1
STREAM_CHARACTERS_MAX: Final = 200
PREV_BYTES: Final = 64
TIME_BYTES: Final = 32

_STREAM: Final = re.compile(r"[a-z][a-z0-9-]*/[A-Za-z0-9._~-]+")
_CONTENT_TYPE: Final = "application/json"


class NotAnEntry(ValueError):  # noqa: N818 - the word says what is wrong
    """Bytes were given as an entry that are none. The message does not quote them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Everything an entry says about its fact, but for ``prev`` and ``time``, which the log adds.

    Attributes:
        stream: ``<prefix>/<id>``, the CloudEvents subject.
        version: of the stream, from 1, without gaps.
        type: the stored name of the fact, ``training-class.started.v1``.
        source: the installation (the origin of the log).
        actor: who acted.
        actorrole: as what, a role code.
        actororg: for which organisation.
        onbehalf: on whose behalf, or empty.
        county: the code of the jurisdiction.
        correlation: the class or claim it belongs to, or empty.
        causation: the id of the entry or command that led to it, or empty.
        channel: outer, inner, api, device, import, migration, timer or risk.
        regime: the legal regime under which it was decided.
        policy: the policy version under which it was decided.
    """

    stream: str
    version: int
    type: str
    source: str
    actor: str
    actorrole: str
    actororg: str
    county: str
    channel: str
    regime: str
    policy: str
    onbehalf: str = ""
    correlation: str = ""
    causation: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that only lacks its two holes.

    Attributes:
        stream: the stream that it extends.
        version: the version that it becomes.
        type: the stored name of its fact.
        head: the bytes up to and with ``"prev":"``.
        middle: from the quote after prev, up to and with ``"time":"``.
        tail: from the quote after time, to the end.
    """

    stream: str
    version: int
    type: str
    head: bytes
    middle: bytes
    tail: bytes

    def spliced(self, prev: bytes, time: datetime) -> bytes:
        """Return the whole entry.

        Args:
            prev: the leaf hash of the stream's previous entry, 32 bytes; none for the first.
            time: when the log takes it.
        """
        return b"".join((self.head, prev.hex().encode(), self.middle, time_text(time), self.tail))


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry as read: the attributes of its envelope, those the log added, and the data."""

    specversion: str
    id: str
    source: str
    datacontenttype: str
    type: str
    stream: str = msgspec.field(name="subject")
    version: int = msgspec.field(name="streamversion")
    time: datetime
    prev: str
    actor: str
    actorrole: str
    actororg: str
    onbehalf: str
    county: str
    correlation: str
    causation: str
    channel: str
    regime: str
    policy: str
    data: dict[str, Any]

    @classmethod
    def parse(cls, body: bytes | str) -> Self:
        """Read an entry.

        Raises:
            NotAnEntry: it is no JSON object of these attributes.
        """
        try:
            return _DECODER.decode(body)  # type: ignore[return-value]  # generic at run time
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            raise NotAnEntry(str(fault)) from None

    def envelope(self) -> Envelope:
        """Return the envelope under which it was drafted."""
        names = Envelope.__dataclass_fields__
        return Envelope(**{name: getattr(self, name) for name in names})


_DECODER: Final = msgspec.json.Decoder(Entry)
_TEXTS: Final = tuple(name for name in Envelope.__dataclass_fields__ if name != "version")
_ONLY_TEXT: Final = {str}
_texts_of: Final = attrgetter(*_TEXTS)


def draft(envelope: Envelope, data: dict[str, Any]) -> Draft:
    """Spell an entry around its two holes.

    Raises:
        NotCanonical: the envelope or the data are outside the limits, or both together too long.
    """
    _check(envelope, data)
    about, stream = envelope, envelope.stream
    head = canonical(
        {
            "actor": about.actor,
            "actororg": about.actororg,
            "actorrole": about.actorrole,
            "causation": about.causation,
            "channel": about.channel,
            "correlation": about.correlation,
            "county": about.county,
            "data": data,
            "datacontenttype": _CONTENT_TYPE,
            "id": f"{stream}/{about.version}",
            "onbehalf": about.onbehalf,
            "policy": about.policy,
        }
    )
    # The names of streams need no escapes, and the other three are few: spelled without a speller.
    middle = b'","regime":%b,"source":%b,"specversion":"1.0","streamversion":%d,"subject":"%b"' % (
        _spelled(about.regime, "regime"),
        _spelled(about.source, "source"),
        about.version,
        stream.encode(),
    )
    drafted = Draft(
        stream=stream,
        version=about.version,
        type=about.type,
        head=head[:-1] + b',"prev":"',
        middle=middle + b',"time":"',
        tail=b'","type":%b}' % _spelled(about.type, "type"),
    )
    size = len(drafted.head) + len(drafted.middle) + len(drafted.tail) + PREV_BYTES + TIME_BYTES
    if size > BYTES_MAX:
        raise NotCanonical("$", f"an entry of up to {size} bytes, at most {BYTES_MAX} are allowed")
    return drafted


def time_text(moment: datetime) -> bytes:
    """Return a moment as entries spell it: +08:00, always six digits of a second."""
    return in_shanghai(moment).isoformat(timespec="microseconds").encode()


def leaf_hash(body: bytes) -> bytes:
    """Return the leaf hash of an entry: SHA-256(0x00 || entry), RFC 6962 section 2.1."""
    return sha256(b"\0" + body).digest()


@lru_cache(4096)
def _spelled(text: str, attribute: str) -> bytes:
    try:
        return canonical(text)
    except NotCanonical as fault:
        raise NotCanonical(f"$.{attribute}", fault.why) from None


def _check(envelope: Envelope, data: dict[str, Any]) -> None:
    if type(data) is not dict:
        raise NotCanonical("$.data", "not an object")
    if set(map(type, _texts_of(envelope))) != _ONLY_TEXT:
        wrong = (name for name in _TEXTS if type(getattr(envelope, name)) is not str)
        raise NotCanonical(f"$.{next(wrong)}", "not a string")
    if type(envelope.version) is not int or not 1 <= envelope.version <= VERSION_MAX:
        raise NotCanonical("$.streamversion", f"not an integer between 1 and {VERSION_MAX}")
    if len(envelope.stream) > STREAM_CHARACTERS_MAX or not _STREAM.fullmatch(envelope.stream):
        raise NotCanonical("$.subject", "not of the form <prefix>/<id>")
