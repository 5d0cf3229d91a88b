"""Sealed facts: that something was said is in the log, what and about whom is not.

The entry of a sealed fact is ``sealed.recorded.v1`` in a stream of its own and bears one
commitment over the whole fact. The fact lies here under the key of the role that may read it,
padded so that its length says little; what it refers to lies beside it, in this schema alone.

A reading role has a data key like a person's, under an owner id that says so.
"""

from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from aggregates.ids import uuid_v8
from aggregates.language import Message
from ledger.rows import SealedFactRow, SealedLinkRow, VaultRows
from ledger.vault.commitments import base64url, commit, verify_opening
from ledger.vault.data_keys import DataKeys
from ledger.vault.errors import SealBroken
from ledger.vault.keys import NONCE_BYTES, SALT_BYTES
from ledger.vault.statements import SEALED_FACTS, SEALED_LINKS

PREFIX: Final = "sealed"
"""The first part of the streams of sealed facts."""
BLOCK_BYTES: Final = 512
"""Sealed facts are padded to a multiple of this."""
_LENGTH_BYTES = 4
_READER = b"reader"

_BROKEN = Message(
    "封存的事实与其承诺不符：记录已被改动", "a sealed fact does not match its commitment"
)


class SealedFact(NamedTuple):
    """A fact, sealed.

    Attributes:
        stream: The stream of its one entry, ``sealed/<uuid>``.
        commitment: What the entry bears: 43 characters base64url.
        rows: What the append takes to the vault.
    """

    stream: str
    commitment: str
    rows: VaultRows


class ReadFact(NamedTuple):
    """A sealed fact in clear.

    Attributes:
        body: The fact as it was sealed.
        salt: 32 bytes; with it the fact can be proven against its entry.
        commitment: 32 bytes.
    """

    body: bytes
    salt: bytes
    commitment: bytes


def reader_owner(role: str) -> UUID:
    """Return the id under which the data key of a reading role is kept."""
    return uuid_v8(_READER + sha256(role.encode()).digest())


def is_reader(owner: UUID) -> bool:
    """Say whether an owner is a reading role, not a person."""
    return owner.bytes.startswith(_READER)


async def reader_key(connection: AsyncConnection[Any], data_keys: DataKeys, role: str) -> bytes:
    """Return the data key of a reading role, made if there is none; to be had before sealing."""
    owner = reader_owner(role)
    return (await data_keys.of(connection, (owner,)))[owner]


def seal_fact(
    key: bytes,
    body: bytes,
    *,
    reader: str,
    stream_id: UUID,
    salt: bytes,
    links: Iterable[tuple[str, UUID]] = (),
) -> SealedFact:
    """Seal a whole fact.

    Args:
        key: The key of the reading role (``reader_key``).
        body: The fact in canonical form, with everything that its entry may not say.
        reader: The role code.
        stream_id: A fresh id; it must not derive from anything in the fact.
        salt: 32 bytes used once.
        links: What the fact refers to, as the trail files it.
    """
    stream = f"{PREFIX}/{stream_id}"
    commitment = commit(salt, body)
    plain = salt + len(body).to_bytes(_LENGTH_BYTES, "big") + body
    plain += bytes(-len(plain) % BLOCK_BYTES)
    secret = AESGCM(key).encrypt(commitment[:NONCE_BYTES], plain, _bound_to(stream, reader))
    rows = VaultRows(
        sealed_facts=(SealedFactRow(stream, reader, commitment, secret),),
        sealed_links=tuple(SealedLinkRow(kind, one, stream) for kind, one in dict.fromkeys(links)),
    )
    return SealedFact(stream, base64url(commitment), rows)


def _bound_to(stream: str, reader: str) -> bytes:
    return f"{stream} {reader}".encode()


async def read_sealed(
    connection: AsyncConnection[Any],
    data_keys: DataKeys,
    *,
    reader: str,
    streams: Collection[str],
) -> Mapping[str, ReadFact]:
    """Return the sealed facts of these streams that a role may read; others are absent.

    Raises:
        SealBroken: a fact is not the one that was committed to.
        KeysUnusable: the keyring lacks a key.
    """
    asked = {"owner": reader_owner(reader), "reader": reader, "streams": list(streams)}
    async with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        await cursor.execute(SEALED_FACTS, asked)
        rows = await cursor.fetchall()
    found: dict[str, ReadFact] = {}
    for stream, commitment, secret, owner, wrapped in rows:
        key = data_keys.held(owner, wrapped)
        found[stream] = _opened(key, commitment, secret, _bound_to(stream, reader))
    return found


def _opened(key: bytes, commitment: bytes, secret: bytes, bound_to: bytes) -> ReadFact:
    try:
        plain = AESGCM(key).decrypt(commitment[:NONCE_BYTES], secret, bound_to)
    except InvalidTag:
        raise SealBroken(_BROKEN) from None
    salt = plain[:SALT_BYTES]
    start = SALT_BYTES + _LENGTH_BYTES
    length = int.from_bytes(plain[SALT_BYTES:start], "big")
    body = plain[start : start + length]
    if not verify_opening(commitment, salt, body):
        raise SealBroken(_BROKEN)
    return ReadFact(body, salt, commitment)


async def sealed_about(
    connection: AsyncConnection[Any], *, reader: str, kind: str, about: UUID
) -> list[str]:
    """Return the streams of the sealed facts about a thing that a role may read, in order."""
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(SEALED_LINKS, {"kind": kind, "id": about, "reader": reader})
        return [stream for (stream,) in await cursor.fetchall()]
