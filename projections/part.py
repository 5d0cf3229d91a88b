"""What a part is: which facts leave which rows, and the table that holds them.

A part's table stands in schema ``detail``. Each row is keyed (position, n): the entry it comes
from and its number within that entry; it carries ``happened_on``, the business date. Rows are
only ever added, so that a read model of any moment is the same statement over fewer of them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from msgspec import Struct, field, json

from aggregates.facts import Fact


class Read(Struct, kw_only=True):
    """An entry as parts see it; its fields are filled straight from the entry's bytes.

    Attributes:
        position: Its place in the log.
        type: The stored name it bears.
        stream: The stream it extends, ``<prefix>/<id>``.
        version: Its place in the stream.
        recorded_at: When the ledger learned it, at +08:00.
        by: Who said it, as text; empty where that is sealed.
        role: As what.
        county: The county it belongs to; empty for the city.
        channel: By which way it came.
        regime: The legal regime under which it was decided.
        fact: What happened, in the newest form of that fact.
    """

    position: int = 0
    type: str
    stream: str = field(name="subject")
    version: int = field(name="streamversion")
    recorded_at: datetime = field(name="time")
    by: str = field(name="actor")
    role: str = field(name="actorrole")
    county: str
    channel: str
    regime: str
    fact: Fact = field(name="data")

    @property
    def recorded_on(self) -> date:
        """The local date of the record."""
        return self.recorded_at.date()

    @property
    def prefix(self) -> str:
        """The kind of its stream."""
        return self.stream.partition("/")[0]

    @property
    def id(self) -> UUID:
        """The id of its stream."""
        return _uuid(self.stream.partition("/")[2])

    @property
    def actor(self) -> UUID | None:
        """Who said it; None where that is sealed."""
        return _person(self.by) if self.by else None


_UUID = json.Decoder(UUID)


def _uuid(text: str) -> UUID:
    return _UUID.decode(f'"{text}"')  # four times as fast as the class itself


# Few people act, and each of them often.
_person = lru_cache(4096)(_uuid)

Row = tuple[Any, ...]
DDL = """\
create table if not exists {schema}.{name} (
  position bigint not null,
  n integer not null,
  happened_on date not null,
  {columns}
)"""


@dataclass(frozen=True, eq=False)
class Part:
    """One kind of rows.

    Attributes:
        name: The table's name in schema ``detail``.
        columns: Column names to PostgreSQL types, after position, n and happened_on.
        facts: The facts that leave such rows; empty for a part that reads every fact.
        rows: From an entry to its rows: ``(happened_on, *columns)`` each.
        indexes: Columns, or lists of columns, to index.
        primary: The columns of the primary key.
    """

    name: str
    columns: Mapping[str, str]
    facts: tuple[type[Fact], ...]
    rows: Callable[[Read], Iterable[Row]]
    indexes: tuple[str, ...] = ()
    primary: str = "position, n"

    def table(self, schema: str = "detail") -> str:
        """Return the statement that creates its table, without any index."""
        columns = ",\n  ".join(f"{name} {kind}" for name, kind in self.columns.items())
        return DDL.format(schema=schema, name=self.name, columns=columns)

    def indexing(self, schema: str = "detail") -> tuple[str, ...]:
        """Return the statements that create its indexes, the primary key first."""
        table = f"{schema}.{self.name}"
        made = [f"unique index if not exists {self.name}_key on {table} ({self.primary})"]
        for columns in self.indexes:
            name = f"{self.name}_{columns.replace(', ', '_')}"
            made.append(f"index if not exists {name} on {table} ({columns})")
        return tuple(f"create {one}" for one in made)
