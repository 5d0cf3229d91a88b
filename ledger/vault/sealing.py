"""Sealing: plain values become commitments while a command is being read, before it is decided.

One ``Sealer`` serves one command. It is the parser's hook for custom types, so no plain value
ever stands in a command. It remembers what it sealed; once the command is read, every value is
*placed* with its owner, and the placed values become rows for the vault::

    sealer = Sealer(keyring, keyring.salts(context))
    command = msgspec.convert(data, SomeCommand, dec_hook=sealer.hook)
    placed = sealer.placed(command, stream_id)
    rows = await vault_rows(connection, data_keys, placed)       # before the append
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from functools import cache
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin
from uuid import UUID

import msgspec
import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection

from aggregates.facts import hints_of
from aggregates.ids import PersonId
from aggregates.language import Message
from aggregates.sealed import (
    Form,
    IdNumber,
    Malformed,
    Matchable,
    Personal,
    Restricted,
    Sealed,
    form_of,
)
from ledger.rows import RestrictedRow, SealedRow, VaultRows
from ledger.vault.commitments import base64url, commit
from ledger.vault.data_keys import DataKeys
from ledger.vault.keys import NONCE_BYTES, Keyring, Salts

OWNER_FIELDS: Final = ("person_id", "enrolment_id", "applicant_person_id")
"""The fields that name the owner of the values beside and below them, the first one first."""

_NOT_TEXT = Message(
    "应为加引号的文字：数字会丢失位数", "expected text in quotes: a number loses digits"
)
_NO_SUCH_VALUE = Message("取值不符合要求", "the value is not of the expected form")


class Placed(NamedTuple):
    """A value that was sealed, with whose it is.

    Attributes:
        commitment: 32 bytes.
        owner: A person, an enrolment, or the stream itself.
        kind: The code of the kind of identity; for a restricted value the name of its field.
        salt: 32 bytes.
        value: The canonical value in UTF-8, for a restricted value its canonical JSON.
        restricted: Whether the fold role may read it.
    """

    commitment: bytes
    owner: UUID
    kind: str
    salt: bytes
    value: bytes
    restricted: bool


class _Taken(NamedTuple):
    commitment: bytes
    kind: str
    salt: bytes
    value: bytes


class Sealer:
    """Seals the personal values of one command and remembers them until they are placed."""

    __slots__ = ("_keyring", "_salts", "_taken")

    def __init__(self, keyring: Keyring, salts: Salts) -> None:
        self._keyring = keyring
        self._salts = salts
        self._taken: dict[str, _Taken] = {}

    def __repr__(self) -> str:
        return f"Sealer({len(self._taken)} values)"

    def hook(self, hint: Any, value: object) -> Sealed:  # noqa: ANN401 - the parser's contract
        """Seal one value: the parser's hook for custom types.

        Raises:
            Malformed: the value is not of the kind that the field asks for.
            AssertionError: a field has a type that is neither sealed nor known to the parser:
                a mistake of the program, which the parser would take for one of the input.
        """
        form = form_of(hint)
        if form is None:
            raise AssertionError(f"no form is known for fields of type {hint}")
        if form.sealed is Restricted:
            typed, canonical = _restricted(form, value)
            return Restricted(self._commit("", canonical), typed)
        if not isinstance(value, str):
            raise Malformed(_NOT_TEXT)
        kind = form.inner
        canonical = kind.canonical(value).encode()
        commitment = self._commit(kind.code, canonical)
        if form.sealed is Matchable:
            return Matchable(commitment, base64url(self._keyring.token(kind.code, canonical)))
        return Personal(commitment)

    def _commit(self, kind: str, canonical: bytes) -> str:
        salt = self._salts()
        commitment = commit(salt, canonical)
        spelled = base64url(commitment)
        self._taken[spelled] = _Taken(commitment, kind, salt, canonical)
        return spelled

    def person(self, id_number: str) -> PersonId:
        """Return the id of the person with an ID number, in whatever spelling.

        Raises:
            Malformed: it is not an ID number.
        """
        return self._keyring.pseudonym(IdNumber.canonical(id_number))

    def placed(self, record: object, stream_id: UUID) -> list[Placed]:
        """Return each value that this sealer sealed and ``record`` bears, with its owner.

        The owner is named by the nearest enclosing record: its ``person_id``, else its
        ``enrolment_id``, else who claims in person; a value that no such record encloses belongs
        to the stream. Values that were sealed before, such as those of a state, lie in the vault
        already and are left out.
        """
        found: dict[str, Placed] = {}
        self._place(record, stream_id, "", found)
        return list(found.values())

    def _place(self, held: Any, owner: UUID, field: str, found: dict[str, Placed]) -> None:  # noqa: ANN401 - any value fits here
        if isinstance(held, Sealed):
            self._place_sealed(held, owner, field, found)
        elif isinstance(held, tuple | list):
            for item in held:
                self._place(item, owner, field, found)
        elif isinstance(held, Mapping):
            for item in held.values():
                self._place(item, owner, field, found)
        elif (plan := _plan(held.__class__)) is not None:
            owner = plan.owner_in(held) or owner
            for name in plan.bearing:
                value = getattr(held, name)
                if value is not None:
                    self._place(value, owner, name, found)

    def _place_sealed(
        self, sealed: Sealed, owner: UUID, field: str, found: dict[str, Placed]
    ) -> None:
        taken = self._taken.get(sealed.commitment)
        if taken is None or sealed.commitment in found:
            return
        commitment, kind, salt, value = taken
        restricted = isinstance(sealed, Restricted)
        found[sealed.commitment] = Placed(commitment, owner, kind or field, salt, value, restricted)


def _restricted(form: Form, value: object) -> tuple[Any, bytes]:
    typed = _typed(form.inner, value)
    if typed is None:
        raise Malformed(_expected(form.inner))
    return typed, canonical_json(typed)


def _typed(inner: Any, value: object) -> Any:  # noqa: ANN401 - type hints have no type
    """Return the typed value, None where it is not of the type.

    Not by raising: the parser's message may quote the value, and an error raised while another
    is handled carries that other along.
    """
    with suppress(msgspec.ValidationError):
        return msgspec.convert(value, inner)
    return None


def canonical_json(value: object) -> bytes:
    """Return the one JSON spelling of a restricted value: keys sorted, no white space."""
    return orjson.dumps(msgspec.to_builtins(value), option=orjson.OPT_SORT_KEYS)


def _expected(inner: Any) -> Message:  # noqa: ANN401 - type hints have no type
    if get_origin(inner) is not Literal:
        return _NO_SUCH_VALUE
    allowed = get_args(inner)
    return Message(
        "应为下列之一：" + "、".join(map(str, allowed)),
        "expected one of " + ", ".join(map(str, allowed)),
    )


class _Plan(NamedTuple):
    """Where to look in a record.

    Attributes:
        owners: The fields that name an owner, the nearest one first.
        bearing: The fields that may bear sealed values.
    """

    owners: tuple[str, ...]
    bearing: tuple[str, ...]

    def owner_in(self, held: object) -> UUID | None:
        """Return the owner that a record names, if it names one."""
        for name in self.owners:
            named: UUID | None = getattr(held, name)
            if named is not None:
                return named
        return None


@cache
def _plan(cls: type) -> _Plan | None:
    """Return where to look in a record of a class; None for what is no record."""
    if not is_dataclass(cls):
        return None
    hints = hints_of(cls)
    owners = tuple(name for name in OWNER_FIELDS if name in hints)
    above = frozenset({cls})
    return _Plan(owners, tuple(name for name, hint in hints.items() if _bears(hint, above)))


def _bears(hint: Any, above: frozenset[type]) -> bool:  # noqa: ANN401 - type hints have no type
    if form_of(hint) is not None:
        return True
    if isinstance(hint, type) and is_dataclass(hint):
        if hint in above:
            return True  # a record within its own kind is looked into to be sure
        inside = above | {hint}
        return any(_bears(part, inside) for part in hints_of(hint).values())
    return any(_bears(part, above) for part in get_args(hint))


async def vault_rows(
    connection: AsyncConnection[Any], data_keys: DataKeys, placed: Iterable[Placed]
) -> VaultRows:
    """Return the rows of placed values, those of many commands at once if need be.

    Data keys that are missing are made and, outside a transaction, committed: to be called
    before the append, never while holding a transaction that the append would wait for.

    Raises:
        OwnerErased: somebody in it was erased.
    """
    held = list(placed)
    keys = await data_keys.of(connection, {one.owner for one in held})
    return rows_under(keys, held)


def rows_under(keys: Mapping[UUID, bytes], placed: Iterable[Placed]) -> VaultRows:
    """Return the rows of placed values; ``keys`` holds the data key of each owner.

    The nonce of a secret is the beginning of its commitment. A commitment is an HMAC under a
    salt used once, hence as good as random and never the same for two secrets of one key. It
    also ties the secret to its commitment: under another it does not decrypt.
    """
    sealed: dict[bytes, SealedRow] = {}
    restricted: dict[bytes, RestrictedRow] = {}
    ciphers: dict[UUID, AESGCM] = {}
    for commitment, owner, kind, salt, value, is_restricted in placed:
        if is_restricted:
            restricted[commitment] = RestrictedRow(commitment, owner, kind, salt, value.decode())
            continue
        cipher = ciphers.get(owner)
        if cipher is None:
            cipher = ciphers[owner] = AESGCM(keys[owner])
        bound_to = owner.bytes + kind.encode()
        secret = cipher.encrypt(commitment[:NONCE_BYTES], salt + value, bound_to)
        sealed[commitment] = SealedRow(commitment, owner, kind, secret)
    return VaultRows(sealed=tuple(sealed.values()), restricted=tuple(restricted.values()))
