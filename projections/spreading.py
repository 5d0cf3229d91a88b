"""Spreads entries into the rows of parts, and brings rows into their tables."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from aggregates.facts import Fact
from projections.model import ReadModel
from projections.part import Part, Read, Row

_PLACES_BEFORE = 3
"""A row in a table begins with position, n and happened_on."""
_BINARY = {
    "bigint": "int8",
    "integer": "int4",
    "smallint": "int2",
    "boolean": "bool",
}


@dataclass(frozen=True)
class Folds:
    """The parts and read models that are kept together on one database.

    Attributes:
        parts: Every part that any of the models reads, once.
        models: The read models.
    """

    parts: tuple[Part, ...]
    models: tuple[ReadModel, ...]

    def by_fact(self) -> Mapping[type[Fact], tuple[Part, ...]]:
        """Return the parts that each fact leaves rows in."""
        found: dict[type[Fact], list[Part]] = {}
        for part in self.parts:
            for cls in part.facts:
                found.setdefault(cls, []).append(part)
        return {cls: tuple(parts) for cls, parts in found.items()}


Touched = dict[str, dict[str, set[UUID]]]
"""By model, by column: the ids in the new rows. The column is the model's key, or one that
stands for it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What a range of entries left.

    Attributes:
        count: How many entries there were.
        rows: The rows of each part: ``(position, n, happened_on, *columns)``.
        touched: Whom they touch.
    """

    count: int
    rows: Mapping[str, list[Row]]
    touched: Touched


def spread(reads: Iterable[Read], folds: Folds) -> Spread:
    """Spread entries into rows of parts, and note whom they touch."""
    by_fact = folds.by_fact()
    every = tuple(part for part in folds.parts if not part.facts)
    rows: dict[str, list[Row]] = {part.name: [] for part in folds.parts}
    count = 0
    with _uncollected():
        for read in reads:
            count += 1
            position = read.position
            for part in (*by_fact.get(read.fact.__class__, ()), *every):
                into = rows[part.name]
                for n, row in enumerate(part.rows(read)):
                    into.append((position, n, *row))
    return Spread(count, rows, dict(_touched(rows, folds)))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector from going through rows by the million: none refers back to itself."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _touched(
    rows: Mapping[str, list[Row]], folds: Folds
) -> Iterator[tuple[str, dict[str, set[UUID]]]]:
    for model in folds.models:
        found: dict[str, set[UUID]] = {}
        for part in model.parts if model.kept else ():
            column = model.touching(part)
            place = _PLACES_BEFORE + list(part.columns).index(column)
            ids = found.setdefault(column, set())
            ids.update(row[place] for row in rows[part.name])
            ids.discard(None)
        yield model.name, found


def copy_rows(
    connection: Connection[Any], part: Part, rows: Sequence[Row], *, schema: str = "detail"
) -> None:
    """Add rows to a part's table."""
    if not rows:
        return
    statement, kinds = _copying(part, schema)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(kinds)
        for row in rows:
            copy.write_row(row)


@cache
def _copying(part: Part, schema: str) -> tuple[sql.Composed, tuple[str, ...]]:
    names = ["position", "n", "happened_on", *part.columns]
    kinds = ("int8", "int4", "date", *(_binary(kind) for kind in part.columns.values()))
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(schema, part.name),
        sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    return statement, kinds


def _binary(kind: str) -> str:
    """Return the name under which the driver knows a type of a DDL."""
    plain = kind.split(" ", 1)[0]
    name = plain.removesuffix("[]")
    return _BINARY.get(name, name) + plain[len(name) :]
