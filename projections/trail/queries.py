"""Questions to the trail: the entries that concern one thing, newest first, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, Connection, sql
from psycopg.rows import args_row

from projections.detail.link import CODES
from projections.model import Moment
from projections.paging import PAGE_ROWS, PAGE_ROWS_MAX
from projections.statement import DETAIL

KINDS = tuple(CODES)
"""The kinds of things that can be followed, such as ``class``, ``person`` or ``account``."""


@dataclass(frozen=True, slots=True)
class TrailRow:
    """An entry of a trail.

    Attributes:
        position: Its place in the log.
        stream: The stream it extends.
        version: Its place in the stream.
        type: The stored name of its fact.
        recorded_at: When the ledger learned it.
        body: The entry, byte for byte.
    """

    position: int
    stream: str
    version: int
    type: str
    recorded_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of a trail.

    Attributes:
        rows: Its entries, in the order asked for.
        newer: The position to give as ``after`` for the page with newer entries, if there are.
        older: The position to give as ``before`` for the page with older entries, if there are.
    """

    rows: tuple[TrailRow, ...]
    newer: int | None
    older: int | None


# Each thing is looked up by itself, so that a page costs the same however long the trail is.
_THINGS = sql.SQL("""
with thing (kind, id) as (
  select %(kind)s::text collate "C", %(one)s::uuid
  union all
  select %(enrolment)s::text, enrolment_id from {schema}.enrolment
  where %(kind)s::text = %(person)s::text and person_id = %(one)s and position <= %(until)s
)
""")
_HERE = sql.Identifier(DETAIL)
_PAGE = sql.SQL("""
{things}
select entry.position, entry.stream, entry.version, entry.type, entry.recorded_at, entry.body
from (
  select distinct found.position
  from thing, lateral (
    select position from detail.link
    where link.kind = thing.kind and link.id = thing.id
      and position <= %(until)s and position {beyond} %(edge)s{dated}
    order by position {way} limit %(rows)s
  ) as found
  order by position {way} limit %(rows)s
) as place join entry using (position)
order by position {way}
""")
_COUNT = sql.SQL("""
{things}
select count(distinct position)
from thing join detail.link using (kind, id)
where position <= %(until)s{dated}
""")
_POSITIONS = sql.SQL("""
{things}
select distinct position from thing join {schema}.link using (kind, id)
where position > %(edge)s and position <= %(until)s
order by position limit %(rows)s
""")
_DATED = sql.SQL(" and happened_on <= %(day)s")
_LAST = 2**62


async def page(  # noqa: PLR0913 - what a trail is asked for
    connection: AsyncConnection[Any],
    kind: str,
    one: UUID,
    *,
    before: int | None = None,
    after: int | None = None,
    rows: int = PAGE_ROWS,
    moment: Moment | None = None,
) -> TrailPage:
    """Return a page of what concerns one thing, newest first.

    The trail of a person includes what names only an enrolment of that person, such as
    attendance sheets.

    Args:
        connection: Where to ask; ``entry`` stands on it.
        kind: The kind of the thing, one of ``KINDS``.
        one: Its id.
        before: Only entries before this position.
        after: Only entries after this position: those next to it.
        rows: How many entries at most.
        moment: As of when; now by default. A business date is judged on the day of the record.

    Raises:
        KeyError: nothing of that kind can be followed.
    """
    wanted = max(1, min(rows, PAGE_ROWS_MAX))
    back = after is not None
    asked = _asked(kind, one, moment) | {
        "edge": after if after is not None else _LAST if before is None else before,
        "rows": wanted + 1,
    }
    statement = _PAGE.format(
        things=_THINGS.format(schema=_HERE),
        dated=_dated(moment),
        beyond=sql.SQL(">" if back else "<"),
        way=sql.SQL("asc" if back else "desc"),
    )
    async with connection.cursor(row_factory=args_row(TrailRow)) as cursor:
        await cursor.execute(statement, asked, prepare=True)
        found = await cursor.fetchall()
    more = len(found) > wanted
    held = found[:wanted]
    if back:
        held.reverse()
    newer = bool(held) and (more if back else before is not None)
    older = bool(held) and (back or more)
    return TrailPage(
        tuple(held),
        held[0].position if newer else None,
        held[-1].position if older else None,
    )


async def count(
    connection: AsyncConnection[Any], kind: str, one: UUID, *, moment: Moment | None = None
) -> int:
    """Return how many entries a trail has.

    Raises:
        KeyError: nothing of that kind can be followed.
    """
    statement = _COUNT.format(things=_THINGS.format(schema=_HERE), dated=_dated(moment))
    cursor = await connection.execute(statement, _asked(kind, one, moment), prepare=True)
    row = await cursor.fetchone()
    return 0 if row is None else int(row[0])


def every_position(
    connection: Connection[Any],
    kind: str,
    one: UUID,
    among: range,
    *,
    at_most: int,
    schema: str = DETAIL,
) -> list[int]:
    """Return the positions of all entries that concern one thing, in the order of the log.

    Args:
        connection: Where to ask.
        kind: The kind of the thing, one of ``KINDS``.
        one: Its id.
        among: The positions that are looked at.
        at_most: How many are returned; whoever gets one more than can be used knows of more.
        schema: Where the tables of the parts stand.

    Raises:
        KeyError: nothing of that kind can be followed.
    """
    place = sql.Identifier(schema)
    statement = _POSITIONS.format(things=_THINGS.format(schema=place), schema=place)
    asked = _asked(kind, one, Moment(among.stop - 1))
    asked |= {"edge": among.start - 1, "rows": at_most}
    return [position for (position,) in connection.execute(statement, asked)]


async def positions(
    connection: AsyncConnection[Any], kind: str, one: UUID, until: int
) -> list[int]:
    """Return the positions of all entries that concern one thing, up to one of them.

    Raises:
        KeyError: nothing of that kind can be followed.
    """
    statement = (
        "select distinct position from detail.link"
        " where kind = %s and id = %s and position <= %s order by position"
    )
    cursor = await connection.execute(statement, (CODES[kind], one, until))
    return [position for (position,) in await cursor.fetchall()]


async def people_of_class(
    connection: AsyncConnection[Any], class_id: UUID, until: int
) -> list[UUID]:
    """Return the people who were enrolled in a class."""
    statement = (
        "select distinct person_id from detail.enrolment"
        " where class_id = %s and position <= %s order by person_id"
    )
    cursor = await connection.execute(statement, (class_id, until))
    return [person for (person,) in await cursor.fetchall()]


async def positions_of_streams(
    connection: AsyncConnection[Any], streams: Sequence[str], until: int
) -> list[int]:
    """Return the positions of all entries of some streams, up to one of them."""
    statement = "select position from entry where stream = any(%s) and position <= %s"
    cursor = await connection.execute(statement, (list(streams), until))
    return [position for (position,) in await cursor.fetchall()]


def _asked(kind: str, one: UUID, moment: Moment | None) -> dict[str, object]:
    return {
        "kind": CODES[kind],
        "one": one,
        "person": CODES["person"],
        "enrolment": CODES["enrolment"],
        "until": _LAST if moment is None else moment.until,
        "day": None if moment is None else moment.day,
    }


def _dated(moment: Moment | None) -> sql.SQL:
    return _DATED if moment is not None and moment.day is not None else sql.SQL("")
