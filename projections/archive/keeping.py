"""Questions about what is kept: files stored, damaged or no longer needed; archives produced."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import args_row, dict_row

from projections.model import Moment

_TOGETHER = 1_000
_STORED = """
select sha256, array_agg(distinct class_id order by class_id) as class_ids
from detail.stored_document as held
where sha256 > %(after)s and not exists (
  select from detail.archive_end as ended
  where ended.class_id = held.class_id and ended.step = 'DESTROYED'
)
group by sha256 order by sha256 limit %(rows)s
"""
Due = Literal["unstored", "damaged", "held", "over"]
"""Files that nobody has brought, files that are damaged, holds, retentions that are over."""
DUE: tuple[Due, ...] = get_args(Due)
_CONDITIONS: Mapping[Due, str] = {
    "unstored": "unstored > 0 and destroyed_on is null",
    "damaged": "class_id in (select class_id from detail.document_damage"
    " where position = (select max(position) from detail.document_check))",
    "held": "cardinality(holds) > 0 and (held_until is null or held_until >= {today})"
    " and destroyed_on is null",
    "over": "retention_to < {today} and destroyed_on is null"
    " and (cardinality(holds) = 0 or held_until < {today})",
}
_COUNTS = sql.SQL("""
select count(*) as archives,
  count(*) filter (where sealed_on is not null and destroyed_on is null) as sealed,
  count(*) filter (where cardinality(missing) > 0 and destroyed_on is null) as lacking,
  count(*) filter (where destroyed_on is not null) as destroyed,
  {conditions}
from model.archive where {only}
""")
_UNNEEDED = """
with destroyed as (select class_id from detail.archive_end where step = 'DESTROYED')
select distinct gone.sha256 from detail.document as gone
where (%(one)s::uuid is null or gone.class_id = %(one)s)
  and gone.class_id in (select class_id from destroyed)
  and not exists (
    select from detail.document as kept
    where kept.sha256 = gone.sha256 and kept.class_id not in (select class_id from destroyed)
  )
order by gone.sha256
"""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A file that the store should hold, and the classes whose archives name it."""

    sha256: str
    class_ids: list[UUID]


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """A check of the document store.

    Attributes:
        position: Where it is on record.
        on: When.
        documents: How many files there should have been.
        octets: How many bytes were read.
        damaged: How many files were not as they were stored.
    """

    position: int
    on: date
    documents: int
    octets: int
    damaged: int


@dataclass(frozen=True, slots=True)
class ProductionRow:
    """One time that an archive was handed to somebody.

    Attributes:
        due_on: The last day on which it was in time; None where the city has set none.
        items: How many documents; 0 for the whole.
    """

    position: int
    on: date
    handed_to: str
    recipient: str
    request_doc: str
    requested_on: date
    due_on: date | None
    personal: bool
    items: int


async def stored_documents(connection: AsyncConnection[Any]) -> AsyncIterator[StoredDocument]:
    """Yield every file that the store should hold: those of archives that are not destroyed."""
    last = ""
    while True:
        async with connection.cursor(row_factory=args_row(StoredDocument)) as cursor:
            await cursor.execute(_STORED, {"after": last, "rows": _TOGETHER})
            found = await cursor.fetchall()
        for one in found:
            yield one
        if len(found) < _TOGETHER:
            return
        last = found[-1].sha256


async def any_stored(connection: AsyncConnection[Any]) -> bool:
    """Say whether any file was ever stored."""
    cursor = await connection.execute("select exists (select from detail.stored_document)")
    row = await cursor.fetchone()
    return bool(row and row[0])


async def unneeded(connection: AsyncConnection[Any], class_id: UUID | None = None) -> list[str]:
    """Return the digests that destroyed archives name, and no archive that is there.

    Args:
        connection: Where to ask.
        class_id: Only of the archive of this class; of all by default.
    """
    cursor = await connection.execute(_UNNEEDED, {"one": class_id})
    return [digest for (digest,) in await cursor.fetchall()]


async def last_check(
    connection: AsyncConnection[Any], *, moment: Moment | None = None
) -> StoreCheck | None:
    """Return the newest check of the document store, None before the first."""
    statement = (
        "select position, happened_on, documents, octets, damaged from detail.document_check"
        " where position <= %s order by position desc limit 1"
    )
    async with connection.cursor(row_factory=args_row(StoreCheck)) as cursor:
        await cursor.execute(statement, (_until(moment),))
        return await cursor.fetchone()


async def damage(
    connection: AsyncConnection[Any],
    class_ids: Sequence[UUID],
    *,
    moment: Moment | None = None,
) -> dict[UUID, dict[str, str]]:
    """Return what the newest check found damaged: by class, what is wrong with which digest."""
    statement = (
        "select class_id, sha256, found from detail.document_damage where class_id = any(%s)"
        " and position = (select max(position) from detail.document_check where position <= %s)"
    )
    cursor = await connection.execute(statement, (list(class_ids), _until(moment)))
    found: dict[UUID, dict[str, str]] = {}
    for class_id, digest, what in await cursor.fetchall():
        found.setdefault(class_id, {})[digest] = what
    return found


def condition(due: Due, today: date) -> sql.Composed:
    """Return when something is due of an archive, as it stands on a day."""
    return sql.SQL(_CONDITIONS[due]).format(today=sql.Literal(today))


async def due(
    connection: AsyncConnection[Any],
    today: date,
    *,
    only: sql.Composable | None = None,
) -> dict[str, int]:
    """Return how many archives are complete, lack something, are held, or may be destroyed.

    Args:
        connection: Where to ask.
        today: The day on which a retention is over or not.
        only: Which archives are counted; all by default.
    """
    async with connection.cursor(row_factory=dict_row) as cursor:
        counted = (
            sql.SQL("count(*) filter (where {}) as {}").format(
                condition(one, today), sql.Identifier(one)
            )
            for one in DUE
        )
        conditions = sql.SQL(", ").join(counted)
        everything = sql.SQL("true")
        await cursor.execute(_COUNTS.format(conditions=conditions, only=only or everything))
        row = await cursor.fetchone()
    return {} if row is None else dict(row)


async def stored_of(
    connection: AsyncConnection[Any], class_id: UUID, *, moment: Moment | None = None
) -> dict[str, int]:
    """Return the files of a class that were stored: their lengths by their digests."""
    statement = (
        "select sha256, octets from detail.stored_document where class_id = %s and position <= %s"
    )
    cursor = await connection.execute(statement, (class_id, _until(moment)))
    return dict(await cursor.fetchall())


async def productions(
    connection: AsyncConnection[Any], class_id: UUID, *, moment: Moment | None = None
) -> list[ProductionRow]:
    """Return to whom the archive of a class was produced, the newest first."""
    statement = (
        "select position, happened_on, handed_to, recipient, request_doc, requested_on, due_on,"
        " personal, items from detail.archive_production"
        " where class_id = %s and position <= %s order by position desc"
    )
    async with connection.cursor(row_factory=args_row(ProductionRow)) as cursor:
        await cursor.execute(statement, (class_id, _until(moment)))
        return await cursor.fetchall()


def _until(moment: Moment | None) -> int:
    return 2**62 if moment is None else moment.until
