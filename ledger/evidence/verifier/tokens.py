"""Time-stamp tokens (RFC 3161 in CMS, RFC 5652), read with Python alone.

Checked is the form (DER), that the authority granted it, that the imprint is of the bytes that it
is said to be over, and that what was signed is the statement with that imprint and time.
"""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple

from ledger.evidence.verifier.signatures import sm3
from ledger.evidence.verifier.telling import Bad

SEQUENCE, SET, INTEGER, OCTETS, OID, TIME = 0x30, 0x31, 0x02, 0x04, 0x06, 0x18
FIRST = 0xA0
"""The tag of what ASN.1 writes as [0]."""
LENGTH_BYTES = 4
"""A length has at most so many bytes: no answer is longer."""
LONG_TAG = 0x1F
"""A tag that goes on in further bytes: none of ours does."""
SIGNED_DATA = "1.2.840.113549.1.7.2"
STATEMENT_TYPE = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
CERTIFIED = "1.2.840.113549.1.9.16.2.12"
CERTIFIED_V2 = "1.2.840.113549.1.9.16.2.47"
GRANTED = (0, 1)
HASHES = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "1.2.156.10197.1.401": "sm3",
}


class Unknowable(Exception):  # noqa: N818 - it is no error
    """Something cannot be checked here.

    Attributes:
        zh: why, in Chinese.
        en: why, in English.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Item(NamedTuple):
    """A value in DER: its tag, its contents, and both with the length between them."""

    tag: int
    body: bytes
    whole: bytes


class Token(NamedTuple):
    """What a token says, and what was signed.

    Attributes:
        hashed: the hash of the imprint, by name.
        imprint: of what was stamped.
        at: when, by the authority's clock.
        statement: what it states, in DER.
        attributes: what is signed.
        digest: the hash with which the statement stands in the attributes.
        scheme: the kind of signature.
        signature: the signature.
        certificates: those that came along, in DER.
        certified: the hash, and by it the certificate with which it was signed.
    """

    hashed: str
    imprint: bytes
    at: datetime
    statement: bytes
    attributes: bytes
    digest: str
    scheme: str
    signature: bytes
    certificates: tuple[bytes, ...]
    certified: tuple[str, bytes]


def out_of_form() -> Bad:
    """Return what is said of an answer that is none."""
    return Bad("不是时间戳机构的应答", "not the answer of a time-stamping authority")


def items(data: bytes) -> list[Item]:
    """Return the values that stand one after the other, each in DER (X.690, 8.1 and 10.1)."""
    found, at = [], 0
    while at < len(data):
        start, tag = at, data[at]
        if tag & LONG_TAG == LONG_TAG or at + 1 >= len(data):
            raise out_of_form()
        size, at = data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[at : at + count], "big")
            is_shortest = size >> 7 and size >> 8 * (count - 1)
            if not 0 < count <= LENGTH_BYTES or at + count > len(data) or not is_shortest:
                raise out_of_form()
            at += count
        if at + size > len(data):
            raise out_of_form()
        found.append(Item(tag, data[at : at + size], data[start : at + size]))
        at += size
    return found


def inside(item: Item, *tags: int) -> list[Item]:
    """Return what a value holds; it begins with values of these tags, the first being its own."""
    held = items(item.body)
    own, *wanted = tags
    if item.tag != own or [one.tag for one in held[: len(wanted)]] != wanted:
        raise out_of_form()
    return held


def only(data: bytes) -> Item:
    """Return the one value that these bytes are."""
    found = items(data)
    if len(found) != 1:
        raise out_of_form()
    return found[0]


def name_of(item: Item) -> str:
    """Return an object identifier as it is written with dots."""
    if item.tag != OID or not item.body or item.body[-1] & 0x80:
        raise out_of_form()
    numbers, number = [], 0
    for byte in item.body:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def hash_in(item: Item) -> str:
    """Return which hash an algorithm is, by name."""
    name = name_of(inside(item, SEQUENCE, OID)[0])
    if name not in HASHES:
        raise Unknowable(f"未知的杂凑算法 {name}", f"an unknown hash function {name}")
    return HASHES[name]


def digest_of(name: str, data: bytes) -> bytes:
    """Return a digest."""
    return sm3(data) if name == "sm3" else hashlib.new(name, data).digest()


def time_of(item: Item) -> datetime:
    """Return a moment in UTC (GeneralizedTime)."""
    text = item.body.decode("ascii", "replace")
    whole, _, part = text.removesuffix("Z").partition(".")
    try:
        at = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        micros = int(f"{part:0<6}"[:6] or 0) if part else 0
    except ValueError:
        raise out_of_form() from None
    if item.tag != TIME or not text.endswith("Z") or len(whole) != 14:  # noqa: PLR2004 - digits
        raise out_of_form()
    return at.replace(microsecond=micros)


def token_of(answer: bytes) -> Token:
    """Read an authority's answer (RFC 3161, 2.4.2).

    Raises:
        Bad: it is none, or no stamp was granted.
        Unknowable: it uses a hash function that is not known here.
    """
    signed = signed_data(answer)
    kind, explicit = inside(signed[2], SEQUENCE, OID, FIRST)[:2]
    statement = only(explicit.body)
    signers = [one for one in signed[3:] if one.tag == SET]
    if name_of(kind) != STATEMENT_TYPE or statement.tag != OCTETS or len(signers) != 1:
        raise out_of_form()
    fields = inside(only(statement.body), SEQUENCE, INTEGER, OID, SEQUENCE, INTEGER, TIME)
    algorithm, imprint = inside(fields[2], SEQUENCE, SEQUENCE, OCTETS)[:2]
    signer = inside(only(signers[0].body), SEQUENCE, INTEGER)
    if [one.tag for one in signer[2:6]] != [SEQUENCE, FIRST, SEQUENCE, OCTETS]:
        raise out_of_form()
    certificates = [one for one in signed[3:] if one.tag == FIRST]
    digest, attributes = hash_in(signer[2]), told_in(signer[3])
    if attributes.get(CONTENT_TYPE) != kind.whole:
        raise out_of_form()
    if attributes.get(MESSAGE_DIGEST) != encoded(OCTETS, digest_of(digest, statement.body)):
        raise Bad("时间戳所签的不是其所述", "what the authority signed is not what it states")
    return Token(
        hash_in(algorithm),
        imprint.body,
        time_of(fields[4]),
        statement.body,
        # Signed is the set as such, not as the part of a signer that it is (RFC 5652, 5.4).
        bytes([SET]) + signer[3].whole[1:],
        digest,
        name_of(inside(signer[4], SEQUENCE, OID)[0]),
        signer[5].body,
        tuple(one.whole for one in items(certificates[0].body)) if certificates else (),
        certified_by(attributes),
    )


def signed_data(answer: bytes) -> list[Item]:
    """Return the parts of what an authority signed (RFC 5652, 5.1), if it granted a stamp."""
    status, *granted = inside(only(answer), SEQUENCE, SEQUENCE)
    said = inside(status, SEQUENCE, INTEGER)[0]
    if int.from_bytes(said.body, "big") not in GRANTED or len(granted) != 1:
        raise Bad("时间戳机构未予盖戳", "the authority granted no stamp")
    kind, explicit = inside(granted[0], SEQUENCE, OID, FIRST)[:2]
    if name_of(kind) != SIGNED_DATA:
        raise out_of_form()
    return inside(only(explicit.body), SEQUENCE, INTEGER, SET, SEQUENCE)


def encoded(tag: int, body: bytes) -> bytes:
    """Return a short value in DER."""
    return bytes([tag, len(body)]) + body


def told_in(attributes: Item) -> dict[str, bytes]:
    """Return the signed attributes, each by its name: the one value that it has."""
    told: dict[str, bytes] = {}
    for one in items(attributes.body):
        name, values = inside(one, SEQUENCE, OID, SET)[:2]
        if name_of(name) in told:
            raise out_of_form()
        told[name_of(name)] = values.body
    return told


def certified_by(attributes: dict[str, bytes]) -> tuple[str, bytes]:
    """Return which certificate an authority names as its own (RFC 5816, RFC 5035): hash, digest."""
    told = attributes.get(CERTIFIED_V2) or attributes.get(CERTIFIED)
    if told is None:
        raise out_of_form()
    first = items(inside(only(told), SEQUENCE, SEQUENCE)[0].body)[0]
    parts = items(first.body)
    if CERTIFIED_V2 not in attributes:
        return "sha1", parts[0].body
    named = hash_in(parts[0]) if parts[0].tag == SEQUENCE else "sha256"
    digest = parts[1] if parts[0].tag == SEQUENCE else parts[0]
    if digest.tag != OCTETS:
        raise out_of_form()
    return named, digest.body


def stamped_at(answer: bytes, data: bytes) -> Token:
    """Read an authority's answer, and check that it is over these bytes.

    Raises:
        Bad: it is not, or it is no answer.
        Unknowable: it uses a hash function that is not known here.
    """
    try:
        token = token_of(answer)
    except (IndexError, ValueError):
        raise out_of_form() from None
    if token.imprint != digest_of(token.hashed, data):
        raise Bad("时间戳不是盖在这些字节上", "the stamp is over something else")
    return token
