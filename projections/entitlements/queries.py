"""Questions about what persons have been granted."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import args_row

from projections.entitlements import ENTITLEMENTS
from projections.model import Moment
from projections.paging import Listing


@dataclass(frozen=True, slots=True)
class EntitlementRow:
    """An item that a person was granted.

    Attributes:
        kind: TRAINING, ASSESSMENT or LIVING_ALLOWANCE.
        year: The year that it counts in.
        certified_on: The date of the certificate, on which the limits count.
        state: RESERVED, USED or RELEASED; a released one counts no more.
    """

    person_id: UUID
    claim_id: UUID
    item_no: int
    class_id: UUID
    county: str
    kind: str
    occupation: str | None
    level: str | None
    year: int | None
    certified_on: date | None
    reserved_fen: int | None
    used_fen: int | None
    used_on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class YearRow:
    """How often a person was subsidised in a year: what counts against the cap of ELG-07."""

    person_id: UUID
    year: int
    live: int
    used: int
    used_fen: int


_LISTING = Listing(ENTITLEMENTS, EntitlementRow)


async def of_person(
    connection: AsyncConnection[Any], person_id: UUID, *, moment: Moment | None = None
) -> list[EntitlementRow]:
    """Return what a person was granted, newest certificate first."""
    statement = sql.SQL(
        "select * from {} where person_id = {}"
        " order by certified_on desc nulls last, claim_id, item_no"
    ).format(_LISTING.source(moment, (person_id,)), sql.Literal(person_id))
    async with connection.cursor(row_factory=args_row(EntitlementRow)) as cursor:
        await cursor.execute(statement)
        return await cursor.fetchall()


async def years_of_person(
    connection: AsyncConnection[Any], person_id: UUID, *, moment: Moment | None = None
) -> list[YearRow]:
    """Return how many live training items a person has in each year, latest year first."""
    statement = sql.SQL(
        "select person_id, coalesce(year, 0), count(*) filter (where state <> 'RELEASED'),"
        " count(*) filter (where state = 'USED'), coalesce(sum(used_fen), 0)::bigint"
        " from {} where person_id = {} and kind = 'TRAINING'"
        " group by person_id, year order by year desc nulls last"
    ).format(_LISTING.source(moment, (person_id,)), sql.Literal(person_id))
    async with connection.cursor(row_factory=args_row(YearRow)) as cursor:
        await cursor.execute(statement)
        return await cursor.fetchall()
