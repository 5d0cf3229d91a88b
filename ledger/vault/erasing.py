"""Erasing a person, or allowing storage only while the law still asks for the data.

Erasing destroys the data key and every row of the owner, and leaves a tombstone. Entries keep
their commitments, so every proof stays as it was; what they commit to is gone. The caller
appends ``access.subject-erased``. PostgreSQL keeps old row versions until vacuum, and copies in
its write-ahead log and backups: those of this schema need a retention of their own.

A person has several owners: the person's own id, the enrolments, and streams that bear values
outside any record of a person, such as a claim. The caller finds them by the trail.

What was sent with a refused command is sealed whole. Where it names one person it is that
person's; where it names several, links say of whom it tells, and it ends with the first of them
who is erased.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from aggregates.language import Message
from aggregates.law.deadlines import local_date
from ledger.rows import SealedLinkRow
from ledger.vault import statements
from ledger.vault.data_keys import FORGET_CHANNEL, DataKeys
from ledger.vault.errors import RetentionRuns
from ledger.vault.sealed_facts import is_reader

PAYLOAD: Final = "payload"
"""The kind of link from a person to what was sent with a refused command."""
Note = Literal["erase", "objected", "readmit"]
"""What a note tells: a person is to be erased, lodged an objection, or comes back."""
_RETAINED = Message(
    "法定保存期未满：现在只能限制处理，不能删除",
    "the statutory retention still runs: the data may be restricted, not erased",
)


async def erase(
    connection: AsyncConnection[Any],
    data_keys: DataKeys,
    owners: Collection[UUID],
    *,
    at: datetime,
    about: Collection[UUID] = (),
    values: Collection[bytes] = (),
) -> int:
    """Destroy keys and rows of owners in one transaction; return how many were not erased yet.

    Idempotent. Other processes are told to forget keys that they hold.

    Args:
        connection: The vault.
        data_keys: The keys at hand.
        owners: Whose keys and rows.
        at: When.
        about: Who else is told of by texts that lie under keys of their own; those end too.
        values: Commitments of values that tell of the owners and lie under others' keys.

    Raises:
        RetentionRuns: the data of one of them have to be stored still; nobody was erased.
        ValueError: one of them is a reading role, whose key opens the sealed facts of all.
    """
    if any(is_reader(owner) for owner in owners):
        raise ValueError("the key of a reading role is not a person's")
    async with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        told_of = [*owners, *about]
        await cursor.execute(statements.PAYLOADS_ABOUT, {"about": told_of})
        named = [*owners, *(payload for (payload,) in await cursor.fetchall())]
        await cursor.execute(
            statements.KEYS_DESTROYED, {"owners": named, "at": at, "on": local_date(at)}
        )
        erased = cursor.rowcount
        await cursor.execute(statements.OWNERS_STILL_THERE, {"owners": named})
        if await _number(cursor):
            raise RetentionRuns(_RETAINED)
        await cursor.execute(statements.ROWS_OF_ERASED, {"owners": named})
        await cursor.execute(statements.VALUES_REMOVED, {"values": list(values)})
        await cursor.execute("select pg_notify(%s, '')", (FORGET_CHANNEL,))
    data_keys.forget(named)
    return erased


async def may_be_erased(
    connection: AsyncConnection[Any], owners: Collection[UUID], *, on: date
) -> None:
    """Say nothing where owners may be erased on a day.

    Raises:
        RetentionRuns: the data of one of them have to be stored still.
    """
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(statements.OWNERS_RETAINED, {"owners": list(owners), "on": on})
        if await _number(cursor):
            raise RetentionRuns(_RETAINED)


async def any_erased(connection: AsyncConnection[Any], owners: Collection[UUID]) -> bool:
    """Say whether any of some owners was erased."""
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(statements.OWNERS_GONE, {"owners": list(owners)})
        return bool(await _number(cursor))


async def sweep(connection: AsyncConnection[Any]) -> int:
    """Remove rows that reached the vault while their owner was being erased; return how many.

    Sealed ones among them could not be opened by anybody, unless they tell of the owner under
    another key; restricted ones could be read.
    """
    async with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(statements.PAYLOADS_ENDED)
        await cursor.execute(statements.ROWS_OF_ERASED, {"owners": None})
        return await _number(cursor)


async def restrict(
    connection: AsyncConnection[Any],
    data_keys: DataKeys,
    owners: Collection[UUID],
    *,
    until: date,
) -> None:
    """Allow storage only until a day, the first on which the owners may be erased.

    Values of restricted owners are hidden even in masked display, and are opened for audits and
    inspections alone (Personal Information Protection Law, article 47). A day set before stands
    where it is later.

    Raises:
        OwnerErased: one of them is erased already.
    """
    await data_keys.of(connection, owners)
    async with connection.cursor() as cursor:
        await cursor.execute(statements.KEYS_RESTRICTED, {"owners": list(owners), "until": until})


async def owners_due(connection: AsyncConnection[Any], *, on: date) -> list[UUID]:
    """Return the owners whose retention has ended by a day, and who are now to be erased."""
    async with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        await cursor.execute(statements.OWNERS_DUE, {"on": on})
        return [owner for (owner,) in await cursor.fetchall()]


async def readmit(connection: AsyncConnection[Any], data_keys: DataKeys, owner: UUID) -> bool:
    """Give an erased owner a fresh key, for a person who comes back; return whether it did.

    What was erased stays erased.
    """
    wrapped = data_keys.keyring.wrap(owner, data_keys.keyring.new_data_key(owner))
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.execute(statements.OWNER_READMITTED, {"owner": owner, "wrapped": wrapped})
        readmitted = cursor.rowcount == 1
        await cursor.execute("select pg_notify(%s, '')", (FORGET_CHANNEL,))
    data_keys.forget((owner,))
    return readmitted


def note_of(kind: Note, person: UUID, what: str = "") -> SealedLinkRow:
    """Return the note that something about a person is recorded and not carried out yet.

    Args:
        kind: What it is.
        person: The person.
        what: What is told beside, where that is anything.
    """
    return SealedLinkRow(kind, person, f"{kind}/{what or person}")


async def people_noted(connection: AsyncConnection[Any], kind: Note) -> list[UUID]:
    """Return the people about whom something is recorded and not carried out yet."""
    async with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        await cursor.execute(statements.NOTES, {"kind": kind})
        return [person for (person,) in await cursor.fetchall()]


async def told_in_notes(connection: AsyncConnection[Any], kind: Note, person: UUID) -> list[str]:
    """Return what the notes of a kind tell beside the person."""
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(statements.NOTES_OF, {"kind": kind, "person": person})
        return [stream.partition("/")[2] for (stream,) in await cursor.fetchall()]


async def take_notes_away(connection: AsyncConnection[Any], kind: Note, person: UUID) -> None:
    """Say that it was carried out."""
    async with connection.cursor() as cursor:
        await cursor.execute(statements.NOTE_TAKEN_AWAY, {"kind": kind, "person": person})


def payload_links(payload: UUID, about: Iterable[UUID]) -> tuple[SealedLinkRow, ...]:
    """Return the links that say of whom a payload tells, which lies under a key of its own."""
    return tuple(SealedLinkRow(PAYLOAD, one, f"{PAYLOAD}/{payload}") for one in about)


async def _number(cursor: Any) -> int:  # noqa: ANN401 - a cursor of whatever row type
    row = await cursor.fetchone()
    return int(row[0])
