"""Keeps read models: catches up live, rebuilds aside and swaps, always from one definition.

Rows and the position they reach move in one transaction, guarded by the old position: exactly
once in effect, however often a range is delivered, and whoever else runs.

    entries ─ decoded once ─→ rows of every part ─→ each model's rows for the keys touched
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from aggregates.facts import stored_names
from projections.forms import form_of_model, form_of_part
from projections.model import Moment, ReadModel
from projections.part import Part
from projections.reading import bodies, head
from projections.spreading import Folds, Spread, copy_rows, spread, uncollected
from projections.statement import PLANNED_ONCE

BATCH_ENTRIES_MAX = 5_000
"""How many entries one transaction folds live."""
FEW_KEYS = 200
"""For how many keys at most a statement keeps the plan that is made for any few."""
FILL_ENTRIES_MAX = 20_000
"""How many entries are held in memory while parts are filled anew."""
ANALYSING = "default_statistics_target = 10"
"""How closely the planner looks at tables: a sample of 3,000 rows tells it enough for a start."""
PARTS = "parts"
"""The name under which the position of all parts together is kept."""

_SCHEMA = """
create schema if not exists detail;
create schema if not exists model;
create schema if not exists aside;
create table if not exists model.progress (
  name text not null primary key, position bigint not null
);
create table if not exists model.form (
  name text not null primary key, form text not null
);
"""
# Compiling pays for no statement of ours, and a table that nobody has analysed yet must not be
# read whole for the sake of a few keys.
_BY_KEYS = "set local jit = off; set local enable_seqscan = off"
_GROWN = """
select nspname, relname
from pg_class join pg_namespace on pg_namespace.oid = relnamespace
where nspname in ('detail', 'model') and relkind = 'r'
  and pg_relation_size(pg_class.oid) > 2 * 8192 * relpages::bigint
"""
_WHOLE = "set local jit = off; set local work_mem = '128MB'"


class Overtaken(RuntimeError):  # noqa: N818 - another runner was first: nothing is wrong
    """Another runner folded the same range first; nothing was written."""


def prepare(connection: Connection[Any], folds: Folds) -> None:
    """Create what is missing, and make anew what is defined otherwise than it was.

    A part or model that is new, or whose definition has changed, is filled up to where the
    others stand, within the same transaction.
    """
    with connection.transaction():
        # Two processes that start together must not create the same table at once.
        connection.execute("select pg_advisory_xact_lock(hashtext('mingzhang folds'))")
        connection.execute(_SCHEMA)
        names = [PARTS, *(model.name for model in folds.models)]
        connection.execute(
            "insert into model.progress (name, position) select unnest(%s::text[]), 0"
            " on conflict do nothing",
            (names,),
        )
        held = dict(connection.execute("select name, form from model.form").fetchall())
        parts = [one for one in folds.parts if held.get(one.name) != form_of_part(one)]
        models = [
            one
            for one in folds.models
            if held.get(f"model.{one.name}") != form_of_model(one)
            or any(part in parts for part in one.parts)
        ]
        if parts or models:
            _make_anew(connection, parts, models)


def _make_anew(
    connection: Connection[Any], parts: Iterable[Part], models: Iterable[ReadModel]
) -> None:
    until = hold(connection)
    parts, models = tuple(parts), tuple(models)
    for part in parts:
        connection.execute(f"drop table if exists detail.{part.name}")
        connection.execute(part.table())
        _remember(connection, part.name, form_of_part(part))
    fill(connection, parts, 0, until)
    for part in parts:
        for index in part.indexing():
            connection.execute(index)
    for model in models:
        if model.kept:
            connection.execute(sql.SQL("drop table if exists {}").format(_table(model)))
            connection.execute(model.schema)
            _fill_model(connection, model, until, "model")
        _set_position(connection, model.name, until)
        _remember(connection, f"model.{model.name}", form_of_model(model))


def _remember(connection: Connection[Any], name: str, form: str) -> None:
    connection.execute(
        "insert into model.form (name, form) values (%s, %s)"
        " on conflict (name) do update set form = excluded.form",
        (name, form),
    )


def hold(connection: Connection[Any]) -> int:
    """Hold every fold of this database until the transaction ends; return the parts' position."""
    row = connection.execute(
        "select position from model.progress where name = %s for update", (PARTS,)
    ).fetchone()
    return int(row[0]) if row else 0


def position_of(connection: Connection[Any], name: str) -> int:
    """Return the position that a read model (or ``PARTS``) has reached."""
    row = connection.execute(
        "select position from model.progress where name = %s", (name,)
    ).fetchone()
    return int(row[0]) if row else 0


def catch_up(
    connection: Connection[Any],
    folds: Folds,
    *,
    until: int | None = None,
    batch: int = BATCH_ENTRIES_MAX,
) -> int:
    """Fold what is new, a batch a transaction, and return the position reached.

    ``connection`` is in autocommit mode, so that each batch commits on its own.

    Raises:
        Overtaken: another runner is at the same work.
    """
    last = head(connection) if until is None else until
    begun = at = position_of(connection, PARTS)
    while at < last:
        upto = min(at + batch, last)
        fold(connection, folds, at, upto)
        at = upto
    if at > begun:
        _measure(connection)
    return at


def _measure(connection: Connection[Any]) -> None:
    """Let the planner look at tables that it has never seen, or that have doubled since.

    Left to the server this comes a minute late, and until then a question about everybody may be
    answered a hundred times slower. A small sample of few tables does not hold a fold up.
    """
    grown = connection.execute(_GROWN).fetchall()
    if grown:
        connection.execute(f"set {ANALYSING}")
        for schema, name in grown:
            connection.execute(sql.SQL("analyze {}").format(sql.Identifier(schema, name)))
        connection.execute("reset default_statistics_target")


def fold(connection: Connection[Any], folds: Folds, after: int, until: int) -> None:
    """Fold the entries ``after`` + 1 to ``until`` in one transaction.

    Raises:
        Overtaken: the parts do not stand at ``after``.
        LookupError: some of the entries are not there.
    """
    with uncollected(), connection.transaction():
        found = _spread(connection, folds, after, until)
        if found.count != until - after:
            raise LookupError(f"expected {until - after} entries, found {found.count}")
        _advance(connection, folds, after, until)
        for part in folds.parts:
            if part.name in found.rows:
                copy_rows(connection, part, found.rows[part.name])
        connection.execute(_BY_KEYS)
        if _keys(found) <= FEW_KEYS:
            connection.execute(PLANNED_ONCE)
        for model in folds.models:
            _refresh(connection, model, until, found.touched[model.name])


def _keys(found: Spread) -> int:
    """Return how many ids of one kind were touched at most."""
    touched = (ids for columns in found.touched.values() for ids in columns.values())
    return max(map(len, touched), default=0)


def _spread(
    connection: Connection[Any],
    folds: Folds,
    after: int,
    until: int,
    types: Collection[str] | None = None,
) -> Spread:
    # Left half read, a COPY holds the connection, and ending the transaction would wait for it.
    with closing(bodies(connection, after, until, types)) as entries:
        return spread(entries, folds)


def fill(
    connection: Connection[Any],
    parts: Iterable[Part],
    after: int,
    until: int,
    *,
    schema: str = "detail",
) -> None:
    """Bring the rows that entries ``after`` + 1 to ``until`` leave into tables of parts."""
    folds = Folds(tuple(parts), ())
    if not folds.parts:
        return
    every = any(not part.facts for part in folds.parts)
    types = None if every else stored_names(folds.by_fact())
    while after < until:
        upto = min(after + FILL_ENTRIES_MAX, until)
        with uncollected(), connection.transaction():  # one commit for all of them
            found = _spread(connection, folds, after, upto, types)
            for part in folds.parts:
                if part.name in found.rows:
                    copy_rows(connection, part, found.rows[part.name], schema=schema)
        after = upto


def _refresh(
    connection: Connection[Any],
    model: ReadModel,
    until: int,
    touched: Mapping[str, set[UUID | None]],
) -> None:
    """Replace a model's rows of the keys touched by what the statement gives for them now."""
    whom = _whom(connection, model, touched)
    if not whom:
        return
    asked = Moment(until).parameters(whom)
    connection.execute(
        sql.SQL("delete from {} where {} = any(%(whom)s)").format(
            _table(model), sql.Identifier(model.key)
        ),
        asked,
    )
    statement = _insert(model, "model", model.statement(keyed=True))
    connection.execute(statement, asked, prepare=len(whom) <= FEW_KEYS)


def _whom(
    connection: Connection[Any], model: ReadModel, touched: Mapping[str, set[UUID | None]]
) -> list[UUID]:
    found = {one for one in touched.get(model.key, ()) if one is not None}
    for column, statement in model.reach.items():
        ids = [one for one in touched.get(column, ()) if one is not None]
        if ids:
            rows = connection.execute(statement, {"ids": ids})
            found.update(one for (one,) in rows)
    return sorted(found)


def rebuild(connection: Connection[Any], model: ReadModel) -> int:
    """Make a model anew beside the live one and swap it in; return its position.

    Live folding of this database waits for the swap, so no range is lost between.
    """
    with connection.transaction():
        until = hold(connection)
        if model.kept:
            table, aside = _table(model), sql.Identifier("aside", model.name)
            connection.execute(sql.SQL("drop table if exists {}").format(aside))
            connection.execute(model.schema.replace("model.", "aside."))
            _fill_model(connection, model, until, "aside")
            connection.execute(sql.SQL("drop table {}").format(table))
            connection.execute(sql.SQL("alter table {} set schema model").format(aside))
        _set_position(connection, model.name, until)
    if model.kept:
        connection.execute(sql.SQL("analyze {}").format(_table(model)))
    return until


def _fill_model(connection: Connection[Any], model: ReadModel, until: int, schema: str) -> None:
    connection.execute(_WHOLE)
    statement = model.statement(keyed=False)
    connection.execute(_insert(model, schema, statement), Moment(until).parameters())


def _insert(model: ReadModel, schema: str, statement: sql.Composable) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, model.columns))
    return sql.SQL("insert into {} ({}) select {} from ({}) as answer").format(
        sql.Identifier(schema, model.name), columns, columns, statement
    )


def _table(model: ReadModel) -> sql.Identifier:
    return sql.Identifier("model", model.name)


def _set_position(connection: Connection[Any], name: str, position: int) -> None:
    connection.execute("update model.progress set position = %s where name = %s", (position, name))


def _advance(connection: Connection[Any], folds: Folds, after: int, until: int) -> None:
    names = [PARTS, *(model.name for model in folds.models)]
    moved = connection.execute(
        "update model.progress set position = %s where name = any(%s) and position = %s",
        (until, names, after),
    )
    if moved.rowcount != len(names):
        raise Overtaken(f"the read models do not stand at {after}: another runner was first")


__all__ = [
    "ANALYSING",
    "PARTS",
    "Folds",
    "Overtaken",
    "catch_up",
    "fill",
    "fold",
    "hold",
    "position_of",
    "prepare",
    "rebuild",
]
