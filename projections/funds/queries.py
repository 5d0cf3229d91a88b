"""Questions about the books of the funds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import args_row

from projections.funds import FUNDS
from projections.model import Moment
from projections.paging import Listing, together, within


@dataclass(frozen=True, slots=True)
class FundRow:
    """The book of one fund of a county and year, in fen.

    Attributes:
        reserved_fen: Everything ever reserved.
        released_fen: What of it was released without a payment.
        balance_fen: What is allocated and neither reserved nor paid.
    """

    fund_account_id: UUID
    county: str
    fund: str
    year: int
    allocated_fen: int
    reserved_fen: int
    released_fen: int
    paid_fen: int
    balance_fen: int


_LISTING = Listing(FUNDS, FundRow)


async def rows(
    connection: AsyncConnection[Any],
    *,
    counties: Sequence[str] = (),
    years: Sequence[int] = (),
    moment: Moment | None = None,
) -> list[FundRow]:
    """Return the books, by year, county and fund; what is empty restricts nothing."""
    statement = sql.SQL("select * from {} where {} order by year desc, county, fund").format(
        _LISTING.source(moment), together([within("county", counties), within("year", years)])
    )
    async with connection.cursor(row_factory=args_row(FundRow)) as cursor:
        await cursor.execute(statement)
        return await cursor.fetchall()


async def one(
    connection: AsyncConnection[Any], fund_account_id: UUID, *, moment: Moment | None = None
) -> FundRow | None:
    """Return one book, None where nothing is known of it."""
    return await _LISTING.one(connection, fund_account_id, moment=moment)
