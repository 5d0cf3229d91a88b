from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from ledger.embedded import configuration
from ledger.embedded.configuration import PARAMETERS
from ledger.embedded.server import EmbeddedServer
from tests.ledger.embedded.harness import ask, data_of


@pytest.fixture
def server(home: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(home)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def url(server: EmbeddedServer) -> str:
    url = server.status().url
    assert url is not None
    return url


def test_every_parameter_that_is_written_holds(url: str) -> None:
    written = "select count(*) from pg_settings where sourcefile like '%/postgresql.conf'"
    assert ask(url, written) == str(len(PARAMETERS) + 1)
    broken = "select count(*) from pg_file_settings where error is not null or not applied"
    assert ask(url, broken) == "0"


def test_the_promised_values_hold(url: str) -> None:
    promised = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "autovacuum": "on",
        "jit": "off",
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "lc_messages": "C",
    }
    assert {name: ask(url, f"show {name}") for name in promised} == promised


def test_text_is_ordered_alike_on_every_machine(url: str) -> None:
    assert (
        ask(
            url,
            "select concat(datlocprovider, datlocale) from pg_database where datname='mingzhang'",
        )
        == "bC.UTF-8"
    )
    assert (
        ask(url, "select string_agg(c, '' order by c) from unnest('{张,B,a,李}'::text[]) c")
        == "Ba张李"
    )
    assert ask(url, "select upper('é')") == "É"


def test_what_the_operator_sets_with_alter_system_comes_after_ours(
    server: EmbeddedServer, url: str
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter system set work_mem = '33MB'")
        connection.execute("alter system set listen_addresses = '*'")
    server.stop()
    again = server.start()
    assert ask(again, "show work_mem") == "33MB"
    assert ask(again, "show listen_addresses") == ""


def test_the_log_holds_no_value_of_a_row(server: EmbeddedServer, url: str) -> None:
    secret = "371502199001011238"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table person (id text primary key check (length(id) < 20))")
        connection.execute("insert into person values (%s)", [secret])
        for statement in (
            b"insert into person values ('371502199001011238')",
            b"insert into person values ('371502199001011238 and longer')",
            b"select '371502199001011238x'::int",
            b"selct '371502199001011238'",
            b"do $$ begin raise warning 'found 371502199001011238'; end $$",
            b"do $$ begin raise exception 'found 371502199001011238'; end $$",
        ):
            with suppress(psycopg.Error):
                connection.execute(statement)
    log = data_of(server).parent / "log" / "server.log"
    said = log.read_text("utf-8")
    assert "ready to accept connections" in said
    assert secret not in said


def test_small_shared_memory_is_not_used_for_parallel_queries(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(configuration, "SHARED_MEMORY_BYTES_MIN", 1 << 60)
    with EmbeddedServer(home) as url:
        assert ask(url, "show dynamic_shared_memory_type") == "sysv"
        with psycopg.connect(url) as connection:
            connection.execute("set debug_parallel_query = on")
            assert connection.execute("select count(*) from pg_class").fetchone()
