"""Rows packed by hand are the rows that PostgreSQL then holds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from aggregates.law.deadlines import SHANGHAI
from projections.detail.catalogue import PARTS
from projections.packing import BEGIN, END, packer

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9)
MOMENTS = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 - the zone is given beside it
    datetime(2200, 1, 1),  # noqa: DTZ001 - likewise
    timezones=st.sampled_from((UTC, SHANGHAI)),
)
INT4 = st.integers(-(2**31), 2**31 - 1)
INT8 = st.integers(-(2**63), 2**63 - 1)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "bigint": INT8,
    "integer": INT4,
    "boolean": st.booleans(),
    "uuid": st.uuids(allow_nil=True),
    "date": st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    "timestamptz": MOMENTS,
    "text": TEXTS,
    "text[]": st.lists(TEXTS, max_size=3),
    "integer[]": st.lists(INT4, max_size=3),
    "bigint[]": st.lists(INT8, max_size=3),
}
# Columns of one size next to each other and apart, alone, and without a value.
KINDS = (
    *("bigint not null", "uuid not null", "text", "integer not null", "boolean not null"),
    *("date not null", "timestamptz not null", "text not null", "uuid", "date", "integer"),
    *("bigint", "boolean", "timestamptz", "text[] not null", "integer[] not null"),
    *("bigint[] not null", "uuid not null"),
)


def _rows(kinds: tuple[str, ...]) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    columns = (
        VALUES[kind.split(" ", 1)[0]]
        if "not null" in kind
        else st.none() | VALUES[kind.split(" ", 1)[0]]
        for kind in kinds
    )
    return st.lists(st.tuples(*columns), max_size=4)


@pytest.fixture(scope="module")
def table(shared_database: str) -> Iterator[Connection[Any]]:
    """A connection with a table of every kind of column."""
    with psycopg.connect(shared_database, autocommit=True) as connection:
        columns = ", ".join(f"c{place} {kind}" for place, kind in enumerate(KINDS))
        connection.execute(f"create temp table packed (place serial, {columns})".encode())
        yield connection


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_rows(KINDS))
def test_rows_come_back_as_they_were_packed(
    table: Connection[Any], rows: list[tuple[Any, ...]]
) -> None:
    names = ", ".join(f"c{place}" for place in range(len(KINDS)))
    table.execute("truncate packed")
    statement = f"copy packed ({names}) from stdin (format binary)"
    with table.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.write(BEGIN + packer(KINDS)(rows) + END)
    found = table.execute(f"select {names} from packed order by place".encode()).fetchall()
    assert found == rows


def test_every_column_of_every_part_can_be_packed() -> None:
    for part in PARTS.values():
        assert packer(tuple(part.columns.values()))([]) == b""


def test_a_type_that_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError):
        packer(("numeric not null",))


def test_a_number_too_large_for_its_column_is_refused() -> None:
    with pytest.raises(Exception, match="format requires"):
        packer(("integer not null",))([(2**31,)])


def test_many_different_texts_are_packed_like_few() -> None:
    pack = packer(("text not null",))
    rows = [(str(number),) for number in range(30_000)]
    assert pack(rows) == b"".join(pack([row]) for row in rows)
