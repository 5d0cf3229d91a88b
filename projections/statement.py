"""Statements with holes: each hole becomes the rows of a part, until a position, for some or all.

``from {filing} f full join {teaching} t using (class_id)`` names parts in braces. The same text
runs live, rebuilds, and answers as of any moment; there is no second one.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

from psycopg import sql

from projections.part import Part

PLANNED_ONCE = "set local plan_cache_mode = force_generic_plan"
"""For few keys: to plan a statement over twenty parts takes ten times as long as to answer it."""
HOLE = re.compile(r"\{([a-z_]+)\}")


class Holed(Protocol):
    """A statement with holes, and what they may be filled with; it is held for ever."""

    @property
    def key(self) -> str:
        """The column by which rows belong to somebody."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that it names."""

    @property
    def definition(self) -> str:
        """The text, its holes open."""


DETAIL = "detail"
"""The schema in which the tables of the parts stand."""


@cache
def filled(holed: Holed, *, keyed: bool, dated: bool, schema: str = DETAIL) -> sql.SQL:
    """Return a statement with its holes filled, from the tables of parts in a schema.

    Parameters of the result: ``until`` (a position), ``whom`` (a list of ids) if ``keyed``,
    ``day`` (the last business date) if ``dated``. A part without the key column gives all its
    rows: the statement joins them by what they have.
    """
    known = {part.name: part for part in holed.parts}

    def fill(hole: re.Match[str]) -> str:
        part = known[hole[1]]
        where = "position <= %(until)s"
        if holed.key in part.columns and keyed:
            where += f" and {holed.key} = any(%(whom)s)"
        elif "not null" not in part.columns.get(holed.key, "not null"):
            where += f" and {holed.key} is not null"
        if dated:
            where += " and happened_on <= %(day)s"
        return f"(select * from {schema}.{part.name} where {where})"  # noqa: S608 - our own words

    # The text is a file of this package, filled with names that are declared in it.
    return sql.SQL(HOLE.sub(fill, holed.definition))


def bound(statement: sql.SQL, parameters: Mapping[str, Any]) -> sql.Composed:
    """Return a statement with its parameters spelled in as literals."""
    pieces = re.split(r"%\(([a-z_]+)\)s", statement.as_string())
    return sql.Composed(
        [
            sql.Literal(parameters[piece]) if index % 2 else sql.SQL(piece)
            for index, piece in enumerate(pieces)
        ]
    )
