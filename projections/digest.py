"""The digest of a read model: SHA-256 over its rows, the same on every machine.

    digest = SHA-256( header LF, row LF, row LF, … )

The header is the column names, the rows are PostgreSQL's text COPY of them in order of the
primary key, under fixed settings for dates, zone and collation. Two machines that folded the
same entries to the same position print the same digest.
"""

from hashlib import sha256
from typing import Any

from psycopg import Connection, sql

from projections.model import Moment, ReadModel
from projections.run import position_of

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


def digest_at(connection: Connection[Any], model: ReadModel, moment: Moment) -> str:
    """Return the digest of the rows as of a moment, from the parts."""
    source = sql.SQL("({}) as answer").format(model.as_of(moment))
    return _digest(connection, model, source)


def _digest(connection: Connection[Any], model: ReadModel, source: sql.Composable) -> str:
    # Text keys are compared byte by byte, or two locales would order the same rows differently.
    order = sql.SQL(", ").join(
        sql.SQL('{}::text collate "C"').format(sql.Identifier(name)) for name in model.primary
    )
    columns = sql.SQL(", ").join(map(sql.Identifier, model.columns))
    hashed = sha256((",".join(model.columns) + "\n").encode())
    with connection.transaction():
        connection.execute(_FIXED)
        statement = sql.SQL("copy (select {} from {} order by {}) to stdout").format(
            columns, source, order
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for block in copy:
                hashed.update(block)
    return hashed.hexdigest()
