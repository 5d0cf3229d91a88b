"""The rows of schema ``vault`` that travel with an append, in the shape of their tables.

The vault makes them, the store writes them in the transaction of the entries they belong to:
two neighbours that do not know each other meet here. The tables, each column as named::

    vault.data_key     owner uuid pk, wrapped bytea null, destroyed_at timestamptz null,
                       restricted_until date null
    vault.sealed       commitment bytea pk, owner uuid, kind text, secret bytea
    vault.restricted   commitment bytea pk, owner uuid, kind text, salt bytea, value text
    vault.sealed_fact  stream text pk, reader text, commitment bytea, secret bytea
    vault.sealed_link  kind text, id uuid, stream text, pk (kind, id, stream)

``vault.sealed`` and ``vault.restricted`` need an index on ``owner``: erasure goes by it.
``data_key`` is not written with an append: a key exists before anything is sealed under it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


class SealedRow(NamedTuple):
    """One value of identity, encrypted under its owner's data key.

    Attributes:
        commitment: 32 bytes, as the entry spells them in base64url.
        owner: Whose data key opens it: a person, an enrolment, or the stream itself.
        kind: The code of the kind of value, such as ``id-number``.
        secret: AES-256-GCM of salt and value, its tag at the end.
    """

    commitment: bytes
    owner: UUID
    kind: str
    secret: bytes


class RestrictedRow(NamedTuple):
    """One value that rules and folds need, readable by the fold role.

    Attributes:
        commitment: 32 bytes, as the entry spells them in base64url.
        owner: Whose erasure removes it.
        kind: The name of the field that bears it.
        salt: The 32 bytes under which the commitment was made.
        value: The value as canonical JSON.
    """

    commitment: bytes
    owner: UUID
    kind: str
    salt: bytes
    value: str


class SealedFactRow(NamedTuple):
    """One whole fact, encrypted under the key of the role that may read it.

    Attributes:
        stream: The stream of its one entry, ``sealed/<uuid>``.
        reader: The role code, such as ``DISCIPLINE``.
        commitment: 32 bytes, as the entry spells them in base64url.
        secret: AES-256-GCM of salt, length, body and padding, its tag at the end.
    """

    stream: str
    reader: str
    commitment: bytes
    secret: bytes


class SealedLinkRow(NamedTuple):
    """What a sealed fact refers to; it never leaves the schema.

    Attributes:
        kind: The word of the trail, such as ``person`` or ``class``.
        id: The thing referred to.
        stream: The stream of the sealed fact.
    """

    kind: str
    id: UUID
    stream: str


@dataclass(frozen=True, slots=True)
class VaultRows:
    """All that one append leaves in the vault; empty by default."""

    sealed: tuple[SealedRow, ...] = ()
    restricted: tuple[RestrictedRow, ...] = ()
    sealed_facts: tuple[SealedFactRow, ...] = ()
    sealed_links: tuple[SealedLinkRow, ...] = ()

    def __bool__(self) -> bool:
        """Say whether there is any row."""
        return bool(self.sealed or self.restricted or self.sealed_facts or self.sealed_links)

    @staticmethod
    def joined(parts: Iterable["VaultRows"]) -> "VaultRows":
        """Return the rows of all ``parts`` as one, in their order."""
        held = [part for part in parts if part]
        if len(held) <= 1:
            return held[0] if held else NO_ROWS
        return VaultRows(
            sealed=tuple(row for part in held for row in part.sealed),
            restricted=tuple(row for part in held for row in part.restricted),
            sealed_facts=tuple(row for part in held for row in part.sealed_facts),
            sealed_links=tuple(row for part in held for row in part.sealed_links),
        )


NO_ROWS = VaultRows()
"""Nothing for the vault."""
