"""What a form over the class ledger offers to choose from."""

from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import args_row

_INSTITUTIONS = """
select institution_id, coalesce(max(institution), '') as name
from model.class_ledger
where institution_id is not null and (%(county)s = '' or county = %(county)s)
group by institution_id
order by name, institution_id
"""


class Institution(NamedTuple):
    """A training body that has filed a class.

    Attributes:
        id: Its id.
        name: Its name; empty while it is not known.
    """

    id: UUID
    name: str


async def institutions(connection: AsyncConnection[Any], county: str = "") -> list[Institution]:
    """Return the training bodies of the ledger by name, of one county or of all."""
    async with connection.cursor(row_factory=args_row(Institution)) as cursor:
        await cursor.execute(_INSTITUTIONS, {"county": county})
        return await cursor.fetchall()
