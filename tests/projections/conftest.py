"""A mirror of the log, and the read models kept on it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from projections.catalogue import MODELS, folds
from projections.model import Moment, ReadModel
from projections.run import catch_up, prepare
from tests.projections.entries import Written

_ENTRY = """
create schema beside;
create table beside.entry (
  position bigint primary key, stream text, version int, type text, recorded_at timestamptz,
  body text
)
"""
_TABLES = """
select string_agg(format('delete from %I.%I', schemaname, tablename), ';') from pg_tables
where schemaname = 'detail' or schemaname = 'model' and tablename not in ('form', 'progress')
"""


@dataclass
class Mirror:
    """Entries in a relation of their own, and what is folded from them.

    Attributes:
        conninfo: Where it is.
        connection: A connection on which ``entry`` stands.
    """

    conninfo: str
    connection: Connection[Any]

    def write(self, entries: Iterable[Written]) -> None:
        """Bring entries in."""
        statement = (
            "copy beside.entry (position, stream, version, type, recorded_at, body) from stdin"
        )
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for one in entries:
                told = (one.position, one.stream, one.version, one.type, one.recorded_at)
                copy.write_row((*told, one.body.decode()))

    def empty(self) -> None:
        """Forget everything."""
        # Deleting few rows is much cheaper than making forty tables anew.
        row = self.connection.execute(_TABLES).fetchone()
        with self.connection.transaction():
            self.connection.execute("delete from beside.entry")
            self.connection.execute(row[0] if row else "")
            self.connection.execute("update model.progress set position = 0")

    def fold(self, cuts: Iterable[int] = ()) -> int:
        """Fold what is new, with a cut at each of some positions."""
        for cut in sorted(set(cuts)):
            catch_up(self.connection, folds(), until=cut)
        return catch_up(self.connection, folds())

    def rows(self, model: ReadModel) -> dict[Any, dict[str, Any]]:
        """Return the rows of a kept model as they stand, by primary key."""
        return self._told(model, f"select * from model.{model.name}")

    def rows_then(self, model: ReadModel, moment: Moment) -> dict[Any, dict[str, Any]]:
        """Return the rows of a model as of a moment, by primary key."""
        return self._told(model, model.as_of(moment))

    def _told(self, model: ReadModel, statement: Any) -> dict[Any, dict[str, Any]]:  # noqa: ANN401 - a word of a list
        with self.connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            cursor.execute(statement)
            rows = cursor.fetchall()
        keys = [tuple(row[name] for name in model.primary) for row in rows]
        return {key if len(key) > 1 else key[0]: row for key, row in zip(keys, rows, strict=True)}


@pytest.fixture(scope="module")
def mirror(shared_database: str) -> Iterator[Mirror]:
    """One mirror for the tests of a module; each empties it first."""
    with psycopg.connect(shared_database, autocommit=True) as connection:
        connection.execute(_ENTRY)
        connection.execute("set search_path = beside, public; set timezone = 'Asia/Shanghai'")
        prepare(connection, folds())
        yield Mirror(shared_database, connection)


@pytest.fixture(params=[one for one in MODELS if one.kept], ids=lambda one: one.name)
def kept(request: pytest.FixtureRequest) -> ReadModel:
    """Each read model that keeps a table."""
    model: ReadModel = request.param
    return model
