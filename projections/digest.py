"""The digest of a read model: SHA-256 over its rows, the same on every machine.

    digest = SHA-256( header LF, row LF, row LF, … )

The header is the column names, the rows are PostgreSQL's text COPY of them in order of the
primary key, under fixed settings for dates, zone and collation. Two machines that folded the
same entries to the same position print the same digest.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from projections.model import Moment, ReadModel
from projections.run import position_of
from projections.statement import DETAIL

_FIXED = """
set local timezone = 'Asia/Shanghai'; set local datestyle = 'ISO, YMD';
set local intervalstyle = 'iso_8601'; set local extra_float_digits = 1;
set local bytea_output = 'hex'; set local jit = off;
"""


def digest_now(connection: Connection[Any], model: ReadModel) -> str:
    """Return the digest of a model's rows as they stand, in hexadecimal."""
    if not model.kept:
        return digest_at(connection, model, Moment(position_of(connection, model.name)))
    return _digest(connection, model, sql.Identifier("model", model.name))


def digest_at(
    connection: Connection[Any], model: ReadModel, moment: Moment, *, schema: str = DETAIL
) -> str:
    """Return the digest of the rows as of a moment, from the parts whose tables are in a schema."""
    source = sql.SQL("({}) as answer").format(model.as_of(moment, schema=schema))
    return _digest(connection, model, source)


def rows_at(
    connection: Connection[Any],
    model: ReadModel,
    moment: Moment,
    whom: Sequence[UUID],
    *,
    schema: str = DETAIL,
) -> bytes:
    """Return header and rows of some keys as of a moment: that over which a digest is taken.

    A model whose parts do not all have its key gives rows of others too, if it is not asked to
    leave them out; they are left out here.
    """
    source = sql.SQL("(select * from ({}) as answer where {} = any({})) as answer").format(
        model.as_of(moment, whom, schema=schema),
        sql.Identifier(model.key),
        sql.Literal(list(whom)),
    )
    with connection.transaction():
        return b"".join(_copied(connection, model, source))


def _digest(connection: Connection[Any], model: ReadModel, source: sql.Composable) -> str:
    hashed = sha256()
    with connection.transaction():
        for block in _copied(connection, model, source):
            hashed.update(block)
    return hashed.hexdigest()


def _copied(
    connection: Connection[Any], model: ReadModel, source: sql.Composable
) -> Iterator[bytes]:
    """Yield header and rows, within the caller's transaction."""
    # Text keys are compared byte by byte, or two locales would order the same rows differently.
    order = sql.SQL(", ").join(
        sql.SQL('{}::text collate "C"').format(sql.Identifier(name)) for name in model.primary
    )
    columns = sql.SQL(", ").join(map(sql.Identifier, model.columns))
    yield (",".join(model.columns) + "\n").encode()
    connection.execute(_FIXED)
    statement = sql.SQL("copy (select {} from {} order by {}) to stdout").format(
        columns, source, order
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield from map(bytes, copy)
