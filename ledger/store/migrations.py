"""Bring a database to the form that this program knows.

The files in ``sql/`` are plain SQL, run in the order of their numbers, each in a transaction of
its own together with the row that records it. An applied file is frozen: its digest is kept, and
a database to which another text was applied is refused. The row carries no more than that,
so a crash between two files leaves a database that the next run completes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

import psycopg

from aggregates.language import Message
from ledger.errors import Misconfigured
from ledger.store.failures import MigrationFault

LOCK = 0x6D696E677A68616E  # "mingzhan": one migrating process at a time and database

HISTORY = """
create table if not exists public.mingzhang_migration (
  name       text primary key,
  digest     text not null,
  applied_at timestamptz not null default clock_timestamp()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file.

    Attributes:
        name: the file's name, by which the order goes, such as ``0001_log.sql``.
        text: the statements.
    """

    name: str
    text: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the text, in hex."""
        return sha256(self.text.encode()).hexdigest()


def known(folder: Traversable | None = None) -> list[Migration]:
    """Return the migrations that this program carries, in order."""
    folder = folder or resources.files("ledger.store").joinpath("sql")
    files = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name
    )
    return [Migration(one.name, one.read_text("utf-8")) for one in files]


def migrate(conninfo: str, folder: Traversable | None = None) -> list[str]:
    """Apply what is missing, and return the names of what was applied.

    Raises:
        MigrationFault: an applied file was changed, or the database is newer than this program.
        Misconfigured: something is missing, and whoever connects may not change the database.
    """
    if not missing(conninfo, folder):
        return []  # seen by whoever may read it: most processes may not change the database
    with psycopg.connect(conninfo, autocommit=True) as connection, _alone(connection):
        try:
            connection.execute(HISTORY)
        except psycopg.errors.InsufficientPrivilege:
            raise _not_the_owner() from None
        waiting = _missing(known(folder), _applied(connection))
        for one in waiting:
            _apply(connection, one)
    return [one.name for one in waiting]


def missing(conninfo: str, folder: Traversable | None = None) -> list[str]:
    """Return the names of the migrations that were not applied, without changing anything.

    Raises:
        MigrationFault: as ``migrate``.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        there = connection.execute("select to_regclass('public.mingzhang_migration')").fetchone()
        applied = _applied(connection) if there and there[0] else {}
    return [one.name for one in _missing(known(folder), applied)]


@contextmanager
def _alone(connection: psycopg.Connection) -> Iterator[None]:
    connection.execute("select pg_advisory_lock(%s)", (LOCK,))
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(%s)", (LOCK,))


def _applied(connection: psycopg.Connection) -> dict[str, str]:
    rows = connection.execute("select name, digest from public.mingzhang_migration").fetchall()
    return dict(rows)


def _missing(migrations: list[Migration], applied: dict[str, str]) -> list[Migration]:
    unknown = sorted(applied.keys() - {one.name for one in migrations})
    if unknown:
        raise _fault(
            "数据库比本程序新，含有", "the database is newer than this program: it has", unknown
        )
    changed = [one.name for one in migrations if applied.get(one.name, one.digest) != one.digest]
    if changed:
        raise _fault("已执行的迁移被改动", "applied migrations were changed afterwards:", changed)
    waiting = [one for one in migrations if one.name not in applied]
    late = [one.name for one in waiting if one.name < max(applied, default="")]
    if late:
        raise _fault(
            "迁移编号早于已执行者", "migrations stand before ones that were applied:", late
        )
    return waiting


def _fault(zh: str, en: str, names: list[str]) -> MigrationFault:
    listed = ", ".join(names)
    return MigrationFault(
        Message(f"{zh}：{listed}。", f"{en} {listed}."),
        Message(
            "请使用与数据库相符的程序版本。",
            "Use the version of the program that fits the database.",
        ),
    )


def _not_the_owner() -> Misconfigured:
    return Misconfigured(
        Message(
            "数据库尚未升级到本程序的结构，而当前用户无权升级",
            "the database does not have the form of this program yet; this user may not change it",
        ),
        Message(
            "先以数据库所有者启动账本（init 或 serve），再启动本进程",
            "start the ledger first, as the owner of the database (init or serve), then this",
        ),
    )


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    with connection.transaction():
        connection.execute(migration.text.encode())
        connection.execute(
            "insert into public.mingzhang_migration (name, digest) values (%s, %s)",
            (migration.name, migration.digest),
        )
