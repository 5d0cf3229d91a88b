"""What a read model is: one statement over parts, with holes for *until when* and *for whom*."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib import resources
from types import MappingProxyType
from typing import Any
from uuid import UUID

from psycopg import sql

from aggregates.language import Message
from projections.part import Part
from projections.statement import DETAIL, bound, filled

_NO_REACH: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class ReadModel:
    """One question's answer, kept as a table in schema ``model``.

    Attributes:
        name: Its name, which is also its package below ``projections`` and its table.
        title: Its short title.
        key: The column by which its rows are touched.
        parts: The parts it reads.
        reach: For a part without that column: the column that stands for it, and the statement
            that finds the keys of the ``ids`` touched there.
        kept: Whether a table is kept; otherwise every question goes to the part itself.
        row: The columns of its rows where none is kept, all of which together order them.
        restricted: Its rows depend on restricted values: they stay in the vault's schema, and
            an offline replay cannot reproduce them.
    """

    name: str
    title: Message
    key: str
    parts: tuple[Part, ...]
    reach: Mapping[str, str] = field(default_factory=lambda: _NO_REACH)
    kept: bool = True
    row: tuple[str, ...] = ()
    restricted: bool = False

    def _text(self, file: str) -> str:
        return resources.files(f"projections.{self.name}").joinpath(file).read_text("utf-8")

    @cached_property
    def schema(self) -> str:
        """The DDL of its table, ``model.<name>``, with primary key and indexes."""
        return self._text("schema.sql") if self.kept else ""

    @cached_property
    def definition(self) -> str:
        """The one statement, its holes open."""
        return self._text("rows.sql").strip().rstrip(";")

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """Column names of its table, in order, to what the DDL says of each."""
        inside = self.schema.partition("(")[2]
        found = re.findall(r"^ {2}([a-z_0-9]+) (.+?),?$", inside, re.MULTILINE)
        return {name: kind for name, kind in found if name not in {"primary", "unique"}}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Column names of its rows, in order."""
        return tuple(self.kinds) if self.kept else self.row

    @cached_property
    def primary(self) -> tuple[str, ...]:
        """The columns of its primary key, by which its rows are ordered, read from the DDL."""
        if not self.kept:
            return self.row
        inside = self.schema.split("primary key", 1)[1].lstrip()
        if not inside.startswith("("):
            return (self.key,)
        return tuple(name.strip() for name in inside[1:].split(")", 1)[0].split(","))

    def touching(self, part: Part) -> str:
        """Return the column of a part's rows that says whom they touch."""
        if self.key in part.columns:
            return self.key
        return next(name for name in self.reach if name in part.columns)

    def statement(self, *, keyed: bool, dated: bool = False, schema: str = DETAIL) -> sql.SQL:
        """Return the statement with its holes filled, from the parts' tables in a schema.

        Parameters of the result: ``until`` (a position), ``whom`` (a list of ids) if ``keyed``,
        ``day`` (the last business date) if ``dated``.
        """
        return filled(self, keyed=keyed, dated=dated, schema=schema)

    def as_of(
        self, moment: "Moment", whom: Sequence[UUID] | None = None, *, schema: str = DETAIL
    ) -> sql.Composed:
        """Return the statement as a relation to select from, everything filled in.

        Args:
            moment: How far it looks.
            whom: The keys it is asked for; everybody by default.
            schema: Where the tables of the parts stand.
        """
        dated = moment.day is not None
        text = self.statement(keyed=whom is not None, dated=dated, schema=schema)
        return bound(text, moment.parameters(whom))


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a question looks.

    Attributes:
        until: Position up to which entries count: what was known.
        day: Business date up to which they count: what had happened; None for all.
    """

    until: int
    day: date | None = None

    def parameters(self, whom: Sequence[UUID] | None = None) -> dict[str, Any]:
        """Return the parameters of a statement."""
        found: dict[str, Any] = {"until": self.until}
        if whom is not None:
            found["whom"] = list(whom)
        if self.day is not None:
            found["day"] = self.day
        return found
