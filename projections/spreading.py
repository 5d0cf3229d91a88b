"""Spreads entries into the rows of parts, and brings rows into their tables."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from aggregates.facts import Fact, stored_names
from projections.model import ReadModel
from projections.packing import BEGIN, END, packer
from projections.part import Part, Read, Row
from projections.reading import fact_name
from projections.sparing import NotRead, Sparing

_PLACES_BEFORE = 3
"""A row in a table begins with position, n and happened_on."""
_PACKED_TOGETHER = 256
"""For how many entries rows wait to be packed: few enough for the processor to hold them near."""


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


Touched = dict[str, dict[str, set[UUID | None]]]
"""By model, by column: the ids in the new rows. The column is the model's key, or one that
stands for it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What a range of entries left.

    Attributes:
        count: How many entries there were.
        rows: The rows of each part that has some, packed: ``(position, n, happened_on, *columns)``.
        touched: Whom they touch.
    """

    count: int
    rows: Mapping[str, list[bytes]]
    touched: Touched


def spread(entries: Iterable[tuple[int, bytes]], folds: Folds) -> Spread:
    """Spread entries, position and body of each, into rows of parts; note whom they touch."""
    gathered = _Gathered(folds)
    ways: dict[bytes, _Way] = {}
    count = 0
    for position, body in entries:
        name = fact_name(body)
        try:
            way = ways[name]
        except KeyError:
            way = ways[name] = _way(folds.parts, name, gathered.fresh)
        try:
            way.take(position, way.sparing.decode(body))
        except NotRead as missing:
            way.take_again(position, body, missing)
        count += 1
        if not count % _PACKED_TOGETHER:
            gathered.pack()
    gathered.pack()
    return Spread(count, gathered.packed, gathered.touched)


class _Gathered:
    """The rows of a range: packed but for the newest, which are packed while they are at hand.

    Attributes:
        fresh: By part, the rows that are not packed.
        packed: By part, those that are.
        touched: Whom these touch.
    """

    def __init__(self, folds: Folds) -> None:
        self._parts = folds.parts
        self.fresh: dict[str, list[Row]] = {part.name: [] for part in folds.parts}
        self.packed: dict[str, list[bytes]] = {}
        self.touched: Touched = {model.name: {} for model in folds.models}
        self._touching = [
            (part.name, _place(part, model.touching(part)), self._ids(model, part))
            for model in folds.models
            for part in (model.parts if model.kept else ())
        ]

    def _ids(self, model: ReadModel, part: Part) -> set[UUID | None]:
        return self.touched[model.name].setdefault(model.touching(part), set())

    def pack(self) -> None:
        """Pack the fresh rows."""
        for name, place, ids in self._touching:
            ids.update([row[place] for row in self.fresh[name]])
        for part in self._parts:
            rows = self.fresh[part.name]
            if rows:
                self.packed.setdefault(part.name, []).append(_packer(part)(rows))
                rows.clear()


def _place(part: Part, column: str) -> int:
    return _PLACES_BEFORE + list(part.columns).index(column)


@dataclass(frozen=True, slots=True)
class _Way:
    """From the entries of one stored name to rows.

    Attributes:
        sparing: How they are read.
        into: What makes rows of them, and where these are gathered.
    """

    sparing: Sparing
    into: tuple[tuple[Callable[[Read], Iterable[Row]], list[Row]], ...]

    def take(self, position: int, read: Read) -> None:
        """Add the rows of an entry."""
        read.position = position
        for make, rows in self.into:
            rows += [(position, n, *row) for n, row in enumerate(make(read))]

    def take_again(self, position: int, body: bytes, missing: NotRead) -> None:
        """Add the rows of an entry of which too little was read."""
        for _, rows in self.into:
            while rows and rows[-1][0] == position:
                rows.pop()
        self.sparing.learn(missing)
        try:
            self.take(position, self.sparing.decode(body))
        except NotRead as another:
            self.take_again(position, body, another)


def _way(parts: tuple[Part, ...], name: bytes, rows: Mapping[str, list[Row]]) -> _Way:
    sparing, asking = _read_for(parts, name)
    return _Way(sparing, tuple((part.rows, rows[part.name]) for part in asking))


@cache
def _read_for(parts: tuple[Part, ...], name: bytes) -> tuple[Sparing, tuple[Part, ...]]:
    """Return how entries of a stored name are read, and for which of the parts."""
    told = name.decode()
    asking = tuple(one for one in parts if not one.facts or told in stored_names(one.facts))
    return Sparing(name), asking


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector from going through rows by the million: none refers back to itself."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def copy_rows(
    connection: Connection[Any], part: Part, rows: Iterable[bytes], *, schema: str = "detail"
) -> None:
    """Add packed rows to a part's table."""
    with connection.cursor() as cursor, cursor.copy(_copying(part, schema)) as copy:
        copy.write(b"".join((BEGIN, *rows, END)))


@cache
def _copying(part: Part, schema: str) -> sql.Composed:
    names = ["position", "n", "happened_on", *part.columns]
    return sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(schema, part.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )


@cache
def _packer(part: Part) -> Callable[[Iterable[Row]], bytes]:
    always = ("bigint not null", "integer not null", "date not null")
    return packer((*always, *part.columns.values()))
