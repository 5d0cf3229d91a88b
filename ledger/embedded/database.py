"""Which database holds the ledger: the user's own, or the embedded one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from aggregates.language import Message
from ledger.embedded.server import EmbeddedServer
from ledger.embedded.telling import Tell, tell_stderr
from ledger.errors import Misconfigured
from ledger.settings import Settings

CONNECT_SECONDS = 10

VERSION_MIN = 150000
"""The oldest server that has all that the statements use, in PostgreSQL's own counting."""
DEMO_COPY = "mingzhang_read"
"""The database of a demonstration's copy."""
_THERE = "select from pg_database where datname = %s"


class Database(Protocol):
    """A database that can be had: ``start`` says where, ``stop`` ends what ``start`` began."""

    def start(self) -> str:
        """Return where to connect, once somebody answers there."""

    def stop(self) -> None:
        """Leave it."""

    def __enter__(self) -> str:
        """Start."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A PostgreSQL that the user runs; it is never started or stopped by us.

    Attributes:
        url: Where to connect; it may hold a password and is not shown.
        variable: What it was named by.
    """

    url: str = field(repr=False)
    variable: str = "MINGZHANG_DATABASE_URL"

    def start(self) -> str:
        """Return where to connect, having seen that a server answers that is new enough.

        Raises:
            Misconfigured: None answers, it refuses us, or it is too old.
        """
        try:
            with psycopg.connect(self.url, connect_timeout=CONNECT_SECONDS) as connection:
                version = connection.info.server_version
        except psycopg.Error as error:
            raise unreachable(error, self.variable) from error
        if version < VERSION_MIN:
            raise Misconfigured(
                Message(
                    f"{self.variable} 的服务器为 {version // 10000} 版，需 15 版以上。",
                    f"The server of {self.variable} is version {version // 10000}; "
                    "15 or later is needed.",
                ),
                mend=Message("升级该服务器。", "Upgrade that server."),
            )
        return self.url

    def stop(self) -> None:
        """Leave it running."""

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def resolve(settings: Settings, *, tell: Tell = tell_stderr) -> Database:
    """Return the database that the settings name: the user's own server comes first."""
    if settings.database_url is not None:
        return OwnServer(settings.database_url)
    return EmbeddedServer(settings.home, tell=tell)


@contextmanager
def resolve_copy(settings: Settings, *, demo: bool, begin: bool = False) -> Iterator[str]:
    """Give the database that holds the copy for reading: where to connect, until the end.

    Args:
        settings: The settings, which name a server for it; or those of a demonstration.
        demo: The copy lies beside the ledger, on the same server, as a demonstration's does.
        begin: Make that database if it is not there yet.

    Raises:
        Misconfigured: none is named, its server does not take us, or nobody has begun it.
    """
    if not demo:
        if settings.read_database_url is None:
            raise _no_copy()
        with OwnServer(settings.read_database_url, "MINGZHANG_READ_DATABASE_URL") as url:
            yield url
        return
    with resolve(settings) as server:
        with psycopg.connect(server, autocommit=True) as connection:
            if connection.execute(_THERE, [DEMO_COPY]).fetchone() is None:
                if not begin:
                    raise _no_copy()
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DEMO_COPY)))
        yield make_conninfo(server, dbname=DEMO_COPY)


def _no_copy() -> Misconfigured:
    return Misconfigured(
        Message("没有只读数据库", "there is no read database"),
        mend=Message(
            "请设置 MINGZHANG_READ_DATABASE_URL；演示账本用 make run KAFKA=1 建立",
            "set MINGZHANG_READ_DATABASE_URL; for the demonstration, make run KAFKA=1 makes one",
        ),
    )


def unreachable(error: psycopg.Error, variable: str = "MINGZHANG_DATABASE_URL") -> Misconfigured:
    """Say that the user's own server does not take us; libpq's reason holds no password."""
    reason = " ".join(str(error).split())
    return Misconfigured(
        Message(
            f"连不上 {variable} 的服务器：{reason}",
            f"The server of {variable} cannot be reached: {reason}",
        ),
        mend=Message(
            "检查地址、口令和 pg_hba.conf；或取消该变量，使用内嵌数据库。",
            "See to address, password and pg_hba.conf, or unset it to use the embedded server.",
        ),
    )
