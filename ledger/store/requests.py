"""What may be asked of the log, and how one request is packed for the wire.

A request is packed when it is handed over, in its caller's turn: what cannot be packed fails its
caller there and never reaches a batch.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

from ledger.entry import BYTES_MAX, Draft
from ledger.entry.document import PREV_BYTES, STREAM_CHARACTERS_MAX, TIME_BYTES, VERSION_MAX
from ledger.rows import NO_ROWS, VaultRows
from ledger.store import arrays
from ledger.store.appended import Appended
from ledger.store.failures import MalformedAppend

__all__ = ["ENTRIES_MAX", "Append", "Appended", "Key", "Packed", "packed"]

ENTRIES_MAX: Final = 512
"""Most entries of one request, and of one batch."""
KEY_CHARACTERS_MAX: Final = 200
ANSWER_BYTES_MAX: Final = 262_144
SECRET_BYTES_MAX: Final = 1_048_576
VAULT_ROWS_MAX: Final = 4_096


class Key(msgspec.Struct, frozen=True):
    """What makes a request happen once, however often it is sent.

    Attributes:
        scope: whose key it is; keys of two scopes never meet.
        key: as the caller chose it.
        digest: 32 bytes over the request; another digest under the same key is a mismatch.
    """

    scope: str
    key: str
    digest: bytes


class Append(msgspec.Struct, frozen=True):
    """One request: all of it is written, or none.

    Attributes:
        drafts: the entries, in order; those of one stream with rising versions.
        guards: (stream, version) that must still stand so at the commit; version 0 says that the
            stream must not have begun.
        key: the idempotency key, if any.
        answer: what to keep with the key for whoever asks again.
        vault: the rows of the vault that belong to the entries.
        decided_on: the Shanghai date for which it was decided; on another it is not written.
        at: the recorded time, under simulation only; never before the log's last.
    """

    drafts: tuple[Draft, ...]
    guards: tuple[tuple[str, int], ...] = ()
    key: Key | None = None
    answer: bytes = b""
    vault: VaultRows = NO_ROWS
    decided_on: date | None = None
    at: datetime | None = None


class PackedKey(msgspec.Struct, frozen=True):
    """The elements of a row of ``ledger.idempotency`` that do not depend on the position."""

    scope: bytes
    key: bytes
    digest: bytes
    answer: bytes


class PackedRows(msgspec.Struct, frozen=True):
    """Rows of one table of the vault: how many, and each column's joined elements."""

    count: int
    columns: tuple[bytes, ...]


class Packed(msgspec.Struct, frozen=True, eq=False):
    """A request as it waits for its batch; two are never equal, whatever they ask.

    Attributes:
        append: the request.
        streams: the joined elements of its drafts' streams; likewise versions and types.
        versions: see streams.
        types: see streams.
        key: the packed key, if any.
        vault: the packed rows of sealed, restricted, sealed_fact and sealed_link, or nothing.
        names: the streams that it writes or relies on.
        size: about how many bytes it will send.
    """

    append: Append
    streams: bytes
    versions: bytes
    types: bytes
    key: PackedKey | None
    vault: tuple[PackedRows, ...]
    names: tuple[str, ...]
    size: int


def packed(append: Append) -> Packed:
    """Check a request and pack what does not depend on its place in the log.

    Raises:
        MalformedAppend: a type is wrong or a limit is passed. The message quotes no value.
    """
    try:
        size = _check(append)
        drafts, guards = append.drafts, append.guards
        vault = _packed_vault(append.vault) if append.vault else ()
        streams = [draft.stream for draft in drafts]
        return Packed(
            append=append,
            streams=b"".join([arrays.of_text(stream) for stream in streams]),
            versions=b"".join([arrays.of_int4(draft.version) for draft in drafts]),
            types=b"".join([_type_packed(draft.type) for draft in drafts]),
            key=_packed_key(append),
            vault=vault,
            names=tuple(dict.fromkeys(streams + [stream for stream, _ in guards])),
            size=size + sum([len(column) for rows in vault for column in rows.columns]),
        )
    except MalformedAppend:
        raise
    except (AttributeError, TypeError, ValueError, OverflowError, arrays.PackingError) as fault:
        raise MalformedAppend(f"an append cannot be packed: {type(fault).__name__}") from None


def _check(append: Append) -> int:
    """Check all that is not checked by packing it; return about how many bytes it has."""
    size = len(append.answer)
    if not 1 <= len(append.drafts) <= ENTRIES_MAX:
        raise MalformedAppend(f"an append has 1 to {ENTRIES_MAX} entries")
    for draft in append.drafts:
        _check_place(draft.stream, draft.version, least=1)
        long = 0
        for piece in (draft.head, draft.middle, draft.tail):
            if type(piece) is not bytes or b"\0" in piece:
                raise MalformedAppend("an entry is bytes that hold no NUL")
            long += len(piece)
        if long > BYTES_MAX - PREV_BYTES - TIME_BYTES:
            raise MalformedAppend(f"an entry has at most {BYTES_MAX} bytes")
        size += long
    for stream, version in append.guards:
        _check_place(stream, version, least=0)
    if type(append.answer) is not bytes or len(append.answer) > ANSWER_BYTES_MAX:
        raise MalformedAppend(f"an answer has at most {ANSWER_BYTES_MAX} bytes")
    if append.at is not None and append.at.utcoffset() is None:
        raise MalformedAppend("a recorded time needs an offset")
    if append.decided_on is not None and type(append.decided_on) is not date:
        raise MalformedAppend("the date of a decision is a date")
    return size


@lru_cache(1024)
def _type_packed(name: str) -> bytes:
    _check_text(name, KEY_CHARACTERS_MAX)
    return arrays.of_text(name)


def _check_place(stream: str, version: int, least: int) -> None:
    _check_text(stream, STREAM_CHARACTERS_MAX)
    if type(version) is not int or not least <= version <= VERSION_MAX:
        raise MalformedAppend(f"a version is an integer from {least} to {VERSION_MAX}")


def _check_text(text: str, characters_max: int) -> None:
    if type(text) is not str or not 1 <= len(text) <= characters_max or "\0" in text:
        raise MalformedAppend(f"a name has 1 to {characters_max} characters and no NUL")


def _packed_key(append: Append) -> PackedKey | None:
    key = append.key
    if key is None:
        return None
    _check_text(key.scope, KEY_CHARACTERS_MAX)
    _check_text(key.key, KEY_CHARACTERS_MAX)
    if len(key.digest) != 32:  # noqa: PLR2004 - SHA-256
        raise MalformedAppend("the digest of a request has 32 bytes")
    return PackedKey(
        scope=arrays.of_text(key.scope),
        key=arrays.of_text(key.key),
        digest=arrays.of_bytes(key.digest),
        answer=arrays.of_bytes(append.answer),
    )


_NO_ROWS: Final = PackedRows(0, ())

_Packers = tuple[Callable[[Any], bytes], ...]
"""For each column of a table, what packs its value."""


def _packed_vault(rows: VaultRows) -> tuple[PackedRows, ...]:
    tables: tuple[tuple[_Packers, Sequence[tuple[Any, ...]]], ...] = (
        (_SEALED, rows.sealed),
        (_RESTRICTED, rows.restricted),
        (_SEALED_FACT, rows.sealed_facts),
        (_SEALED_LINK, rows.sealed_links),
    )
    if sum(len(held) for _, held in tables) > VAULT_ROWS_MAX:
        raise MalformedAppend(f"an append leaves at most {VAULT_ROWS_MAX} rows in the vault")
    return tuple(
        PackedRows(
            count=len(held),
            columns=tuple(
                b"".join(map(pack, column))
                for pack, column in zip(packers, zip(*held, strict=True), strict=True)
            ),
        )
        if held
        else _NO_ROWS
        for packers, held in tables
    )


@lru_cache(4096)
def _name(value: str) -> bytes:
    _check_text(value, KEY_CHARACTERS_MAX)
    return arrays.of_text(value)


def _secret(value: bytes) -> bytes:
    if len(value) > SECRET_BYTES_MAX:
        raise MalformedAppend(f"a value of the vault has at most {SECRET_BYTES_MAX} bytes")
    return arrays.of_bytes(value)


def _value(value: str) -> bytes:
    if "\0" in value or len(value) > SECRET_BYTES_MAX:
        raise MalformedAppend("a restricted value is a text without NUL, of bounded length")
    return arrays.of_text(value)


_SEALED: Final[_Packers] = (_secret, arrays.of_uuid, _name, _secret)
_RESTRICTED: Final[_Packers] = (_secret, arrays.of_uuid, _name, _secret, _value)
_SEALED_FACT: Final[_Packers] = (_name, _name, _secret, _secret)
_SEALED_LINK: Final[_Packers] = (_name, arrays.of_uuid, _name)
VAULT_COLUMNS: Final = (
    (arrays.Oid.BYTEA, arrays.Oid.UUID, arrays.Oid.TEXT, arrays.Oid.BYTEA),
    (arrays.Oid.BYTEA, arrays.Oid.UUID, arrays.Oid.TEXT, arrays.Oid.BYTEA, arrays.Oid.TEXT),
    (arrays.Oid.TEXT, arrays.Oid.TEXT, arrays.Oid.BYTEA, arrays.Oid.BYTEA),
    (arrays.Oid.TEXT, arrays.Oid.UUID, arrays.Oid.TEXT),
)
"""The types of the columns of sealed, restricted, sealed_fact and sealed_link, in their order."""
