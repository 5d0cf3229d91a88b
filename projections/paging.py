"""Lists of a read model's rows: filtered, sorted by any column, page by page, now or as of then.

Pages are found by key, not by counting: a cursor holds the sorted value and the key of the row
at the page's edge, so the thousandth page costs what the first does, and rows that come in
meanwhile shift nothing.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from psycopg import AsyncConnection, sql
from psycopg.rows import args_row

from projections.model import Moment, ReadModel
from projections.statement import PLANNED_ONCE

R = TypeVar("R")

PAGE_ROWS = 50
PAGE_ROWS_MAX = 500
STREAM_ROWS = 2_000
"""How many rows of an endless list are fetched at a time."""
# A row without a value sorts before all that have one, and by an index of the same expression.
_NOTHING = {
    "text": "''",
    "date": "'-infinity'",
    "integer": "-1",
    "bigint": "-1",
    "uuid": "'00000000-0000-0000-0000-000000000000'",
}


class BadCursor(ValueError):  # noqa: N818 - the word says it
    """A cursor is none, or belongs to another order of the list."""


@dataclass(frozen=True, slots=True)
class Order:
    """By which column a list is sorted; its key settles ties.

    Attributes:
        column: A column of the read model.
        descending: From the highest to the lowest.
    """

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """A page of a list.

    Attributes:
        rows: Its rows, in the order of the list.
        before: The cursor of the page before; None on the first.
        after: The cursor of the page after; None on the last.
    """

    rows: tuple[R, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a page begins: beyond a row, forwards or backwards."""

    column: str
    descending: bool
    value: str
    key: str
    back: bool

    def text(self) -> str:
        """Return the cursor that stands for it."""
        told = [self.column, self.descending, self.value, self.key, self.back]
        return urlsafe_b64encode(orjson.dumps(told)).decode().rstrip("=")

    @staticmethod
    def read(cursor: str, order: Order) -> "Edge":
        """Read a cursor.

        Raises:
            BadCursor: it is none, or of another order.
        """
        try:
            told = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            column, descending, value, key, back = told
            edge = Edge(str(column), bool(descending), str(value), str(UUID(key)), bool(back))
        except (ValueError, TypeError, NotBase64):
            raise BadCursor("not a cursor of a list") from None
        if (edge.column, edge.descending) != (order.column, order.descending):
            raise BadCursor("a cursor of another order")
        return edge


@dataclass(frozen=True)
class Listing(Generic[R]):
    """The lists of one read model whose key is a single column.

    Attributes:
        model: The read model.
        row: What becomes of a row: called with its columns in order.
    """

    model: ReadModel
    row: type[R]

    @cached_property
    def _columns(self) -> sql.SQL:
        # Spelled once: forty identifiers composed anew cost a page a tenth of its time.
        named = sql.SQL(", ").join(map(sql.Identifier, self.model.columns))
        return sql.SQL(named.as_string(None))

    def source(self, moment: Moment | None, whom: Sequence[UUID] | None = None) -> sql.Composable:
        """Return the relation that is asked: the table as kept, or the rows as of a moment."""
        if moment is None:
            return sql.Identifier("model", self.model.name)
        return sql.SQL("({}) as told").format(self.model.as_of(moment, whom))

    def sorted_by(self, order: Order) -> tuple[sql.Composable, sql.SQL]:
        """Return the expression that a list is sorted by, and its type.

        Raises:
            KeyError: the model has no such column, or none that can be sorted by.
        """
        told = self.model.kinds[order.column]
        kind = told.split(" ", 1)[0]
        column = sql.Identifier(order.column)
        cast_to = sql.SQL(kind)
        if "not null" in told:
            return column, cast_to
        nothing = sql.SQL(_NOTHING[kind])
        return sql.SQL("coalesce({}, {})").format(column, nothing), cast_to

    async def page(  # noqa: PLR0913 - what a list is asked for
        self,
        connection: AsyncConnection[Any],
        where: sql.Composable,
        *,
        order: Order,
        cursor: str | None = None,
        rows: int = PAGE_ROWS,
        moment: Moment | None = None,
        whom: Sequence[UUID] | None = None,
    ) -> Page[R]:
        """Return a page.

        Args:
            connection: Where to ask.
            where: What rows must fulfil.
            order: How the list is sorted.
            cursor: Where the page begins; the first page by default.
            rows: How many rows it has at most.
            moment: As of when; now by default.
            whom: The keys asked for, which makes the question as of a moment a cheap one.

        Raises:
            BadCursor: the cursor is none of this list.
            KeyError: there is no such column to sort by.
        """
        edge = None if cursor is None else Edge.read(cursor, order)
        back = edge is not None and edge.back
        wanted = max(1, min(rows, PAGE_ROWS_MAX))
        value, kind = self.sorted_by(order)
        key = sql.Identifier(self.model.key)
        down = order.descending is not back
        if edge is not None:
            where = sql.SQL("{} and ({}, {}) {} ({}::{}, {}::uuid)").format(
                where,
                value,
                key,
                sql.SQL("<" if down else ">"),
                sql.Literal(edge.value),
                kind,
                sql.Literal(edge.key),
            )
        way = sql.SQL("desc" if down else "asc")
        statement = sql.SQL(
            "select {}, {}::text as edge from {} where {} order by {} {}, {} {} limit {}"
        ).format(
            self._columns,
            value,
            self.source(moment, whom),
            where,
            value,
            way,
            key,
            way,
            sql.Literal(wanted + 1),
        )
        cursor_ = await connection.execute(statement)
        found = await cursor_.fetchall()
        return self._cut(found, order, wanted, edge)

    def _cut(self, found: list[Any], order: Order, wanted: int, edge: Edge | None) -> Page[R]:
        back = edge is not None and edge.back
        more = len(found) > wanted
        held = found[:wanted]
        if back:
            held.reverse()
        at = self.model.columns.index(self.model.key)

        def edge_of(row: Any, *, back: bool) -> str:  # noqa: ANN401 - a row of the database
            return Edge(order.column, order.descending, row[-1], str(row[at]), back).text()

        before = bool(held) and (more if back else edge is not None)
        after = bool(held) and (back or more)
        return Page(
            tuple(self.row(*row[:-1]) for row in held),
            edge_of(held[0], back=True) if before else None,
            edge_of(held[-1], back=False) if after else None,
        )

    async def each(
        self,
        connection: AsyncConnection[Any],
        where: sql.Composable,
        *,
        order: Order,
        moment: Moment | None = None,
    ) -> AsyncIterator[R]:
        """Yield every row of a list, for a file; one moment for all of it.

        Raises:
            KeyError: there is no such column to sort by.
        """
        value, _ = self.sorted_by(order)
        way = sql.SQL("desc" if order.descending else "asc")
        statement = sql.SQL("select {} from {} where {} order by {} {}, {} {}").format(
            self._columns,
            self.source(moment),
            where,
            value,
            way,
            sql.Identifier(self.model.key),
            way,
        )
        async with (
            connection.transaction(),
            connection.cursor("rows", row_factory=args_row(self.row)) as cursor,
        ):
            cursor.itersize = STREAM_ROWS
            await cursor.execute(statement)
            async for row in cursor:
                yield row

    async def one(
        self, connection: AsyncConnection[Any], key: UUID, *, moment: Moment | None = None
    ) -> R | None:
        """Return the row of a key, None where there is none."""
        if moment is not None:
            return await self._one_then(connection, key, moment)
        statement = self._by_key(self.source(None))
        async with connection.cursor(row_factory=args_row(self.row)) as cursor:
            await cursor.execute(statement, {"key": key}, prepare=True)
            return await cursor.fetchone()

    async def _one_then(
        self, connection: AsyncConnection[Any], key: UUID, moment: Moment
    ) -> R | None:
        then = self.model.statement(keyed=True, dated=moment.day is not None)
        statement = self._by_key(sql.SQL("({}) as told").format(then))
        async with (
            connection.transaction(),
            connection.cursor(row_factory=args_row(self.row)) as cursor,
        ):
            await connection.execute(PLANNED_ONCE)
            asked = {"key": key} | moment.parameters((key,))
            await cursor.execute(statement, asked, prepare=True)
            return await cursor.fetchone()

    def _by_key(self, source: sql.Composable) -> sql.Composed:
        return sql.SQL("select {} from {} where {} = %(key)s").format(
            self._columns, source, sql.Identifier(self.model.key)
        )


def within(column: str, values: Sequence[object]) -> sql.Composable:
    """Return the condition that a column holds one of some values; of none, no condition."""
    if not values:
        return sql.SQL("true")
    if len(values) == 1:  # an equality keeps the order of an index
        return sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(values[0]))
    return sql.SQL("{} = any({})").format(sql.Identifier(column), sql.Literal(list(values)))


def together(conditions: Sequence[sql.Composable]) -> sql.Composed:
    """Return the condition that all of them hold."""
    return sql.SQL(" and ").join(conditions or [sql.SQL("true")])
