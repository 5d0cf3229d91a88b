"""A vault for tests: seals records, keeps their rows as an append would, and asks for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from aggregates.facts import record
from aggregates.ids import EnrolmentId, PersonId, derived_id, uuid_v8
from aggregates.sealed import (
    Account,
    FreeText,
    IdNumber,
    Matchable,
    Name,
    Payload,
    Personal,
    Phone,
    Restricted,
)
from ledger.clock import SHANGHAI
from ledger.rows import VaultRows
from ledger.vault.data_keys import DataKeys
from ledger.vault.erasing import payload_links
from ledger.vault.sealing import Sealer, vault_rows

Category = Literal["UNEMPLOYED", "STUDENT", "DISABLED"]
STREAM = derived_id("test", "stream")
SOMEBODY = derived_id("test", "somebody")
ANOTHER = derived_id("test", "another")
NOON = datetime(2024, 3, 1, 12, tzinfo=SHANGHAI)
ENROLLED = derived_id("test", "enrolled")

T = TypeVar("T")


@record
class Match:
    """A restricted value of several parts."""

    source: str
    months: int


@record
class Person:
    """A record that names its owner."""

    person_id: PersonId
    name: Personal[Name]
    id_number: Matchable[IdNumber] | None = None
    phone: Matchable[Phone] | None = None
    category: Restricted[Category] | None = None
    match: Restricted[Match] | None = None


@record
class Attendance:
    """A record whose owner is an enrolment."""

    enrolment_id: EnrolmentId
    face_score: Restricted[int]


@record
class Enrolled:
    """A record that names an enrolment and, where it is known, the person."""

    enrolment_id: EnrolmentId
    person_id: PersonId | None = None
    name: Personal[Name]


@record
class Roster:
    """A command with values on every level."""

    contact: Personal[Name] | None = None
    account: Matchable[Account] | None = None
    remark: Personal[FreeText] | None = None
    people: tuple[Person, ...] = ()
    attended: tuple[Attendance, ...] = ()


@dataclass
class Vault:
    """The vault under test: a connection in autocommit and the keys."""

    connection: AsyncConnection[Any]
    data_keys: DataKeys

    def sealer(self) -> Sealer:
        """Return the sealer of one command."""
        return Sealer(self.data_keys.keyring, self.data_keys.keyring.salts("test"))

    async def sealed(self, kind: type[T], data: object, *, stream: UUID = STREAM) -> T:
        """Read a record, its personal values sealed and their rows kept."""
        sealer = self.sealer()
        read = msgspec.convert(data, kind, dec_hook=sealer.hook)
        placed = sealer.placed(read, stream)
        await keep(self.connection, await vault_rows(self.connection, self.data_keys, placed))
        return read

    async def person(self, person: UUID = SOMEBODY, **data: object) -> Person:
        """Seal a person."""
        return await self.sealed(Person, {"person_id": str(person), "name": "张三"} | data)

    async def payload(self, text: str, about: Iterable[UUID]) -> str:
        """Seal what was sent, under a key of its own, and say of whom it tells."""
        owner, sealer = uuid_v8(sha256(text.encode()).digest()), self.sealer()
        value = sealer.hook(Personal[Payload], text)
        placed = sealer.placed((value,), owner)
        rows = await vault_rows(self.connection, self.data_keys, placed)
        links = VaultRows(sealed_links=payload_links(owner, about))
        await keep(self.connection, VaultRows.joined((rows, links)))
        return value.commitment

    async def count(self, table: str) -> int:
        """Return how many rows a table of the vault has."""
        statement = f"select count(*) from vault.{table}"
        cursor = await self.connection.execute(statement.encode())
        row = await cursor.fetchone()
        assert row is not None
        return int(row[0])


async def keep(connection: AsyncConnection[Any], rows: VaultRows) -> None:
    """Write rows to the tables, as the append of their entries does."""
    tables: dict[str, Iterable[tuple[Any, ...]]] = {
        "sealed (commitment, owner, kind, secret)": rows.sealed,
        "restricted (commitment, owner, kind, salt, value)": rows.restricted,
        "sealed_fact (stream, reader, commitment, secret)": rows.sealed_facts,
        "sealed_link (kind, id, stream)": rows.sealed_links,
    }
    async with connection.cursor() as cursor:
        for table, held in tables.items():
            holes = ", ".join(["%s"] * (table.count(",") + 1))
            statement = f"insert into vault.{table} values ({holes})"
            await cursor.executemany(statement.encode(), list(held))
