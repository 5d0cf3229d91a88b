"""The entry as a document: its attributes, how it is drafted, and how it is read again.

CloudEvents 1.0 attributes and our extensions, sorted. Whoever decides does not know yet which
entry of the stream comes before, nor when the log will take it: a ``Draft`` is spelled around
these two holes, and the log only splices::

    {"actor":…,"prev":"  prev  ","regime":…,"time":"  time  ","type":…}
    -------head--------        -------middle--------        --tail---
"""

import re
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, Self

import msgspec

from ledger.clock import in_shanghai
from ledger.entry.canonical import BYTES_MAX, NotCanonical, canonical

VERSION_MAX: Final = 2**31 - 1
STREAM_CHARACTERS_MAX: Final = 200
PREV_BYTES: Final = 64
TIME_BYTES: Final = 32

_STREAM: Final = re.compile(r"[a-z][a-z0-9-]*/[A-Za-z0-9._~-]+")


class NotAnEntry(ValueError):  # noqa: N818 - the word says what is wrong
    """Bytes were given as an entry that are none. The message does not quote them."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
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


class Draft(msgspec.Struct, frozen=True):
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
        names = Envelope.__struct_fields__
        return Envelope(**{name: getattr(self, name) for name in names})


_DECODER: Final = msgspec.json.Decoder(Entry)

_HEAD: Final = (
    b'{"actor":%b,"actororg":%b,"actorrole":%b,"causation":%b,"channel":%b,"correlation":%b,'
    b'"county":%b,"data":%b,"datacontenttype":"application/json","id":"%b/%d","onbehalf":%b,'
    b'"policy":%b,"prev":"'
)
_MIDDLE: Final = (
    b'","regime":%b,"source":%b,"specversion":"1.0","streamversion":%d,"subject":"%b","time":"'
)
_TAIL: Final = b'","type":%b}'
"""Together all attributes, keys sorted; ``id`` and ``subject`` need no escapes."""


def draft(envelope: Envelope, data: dict[str, Any]) -> Draft:
    """Spell an entry around its two holes.

    Raises:
        NotCanonical: the envelope or the data are outside the limits, or both together too long.
    """
    if type(data) is not dict:
        raise NotCanonical("$.data", "not an object")
    try:
        spelled = canonical(data)
    except NotCanonical as fault:
        raise NotCanonical(f"$.data{fault.path[1:]}", fault.why) from None
    return drafted(envelope, spelled)


def drafted(envelope: Envelope, data: bytes) -> Draft:
    """Spell an entry around its two holes, its data being spelled already.

    Args:
        envelope: all that the entry says about its fact.
        data: the canonical bytes of the fact's data, an object.

    Raises:
        NotCanonical: the envelope is outside the limits, or the entry too long.
    """
    about, stream, version = envelope, envelope.stream, envelope.version
    if type(version) is not int or not 1 <= version <= VERSION_MAX:
        raise NotCanonical("$.streamversion", f"not an integer between 1 and {VERSION_MAX}")
    name = _stream_spelled(stream)
    head = _HEAD % (
        _spelled(about.actor, "actor"),
        _spelled(about.actororg, "actororg"),
        _spelled(about.actorrole, "actorrole"),
        _spelled(about.causation, "causation"),
        _spelled(about.channel, "channel"),
        _spelled(about.correlation, "correlation"),
        _spelled(about.county, "county"),
        data,
        name,
        version,
        _spelled(about.onbehalf, "onbehalf"),
        _spelled(about.policy, "policy"),
    )
    regime, source = _spelled(about.regime, "regime"), _spelled(about.source, "source")
    middle = _MIDDLE % (regime, source, version, name)
    tail = _TAIL % _spelled(about.type, "type")
    size = len(head) + len(middle) + len(tail) + PREV_BYTES + TIME_BYTES
    if size > BYTES_MAX:
        raise NotCanonical("$", f"an entry of up to {size} bytes, at most {BYTES_MAX} are allowed")
    return Draft(stream, version, about.type, head, middle, tail)


def time_text(moment: datetime) -> bytes:
    """Return a moment as entries spell it: +08:00, always six digits of a second."""
    return in_shanghai(moment).isoformat(timespec="microseconds").encode()


def leaf_hash(body: bytes) -> bytes:
    """Return the leaf hash of an entry: SHA-256(0x00 || entry), RFC 6962 section 2.1."""
    return sha256(b"\0" + body).digest()


@lru_cache(8192)
def _spelled(text: str, attribute: str) -> bytes:
    if type(text) is not str:
        raise NotCanonical(f"$.{attribute}", "not a string")
    try:
        return canonical(text)
    except NotCanonical as fault:
        raise NotCanonical(f"$.{attribute}", fault.why) from None


def _stream_spelled(stream: str) -> bytes:
    if type(stream) is not str:
        raise NotCanonical("$.subject", "not a string")
    if len(stream) > STREAM_CHARACTERS_MAX or not _STREAM.fullmatch(stream):
        raise NotCanonical("$.subject", "not of the form <prefix>/<id>")
    return stream.encode()
