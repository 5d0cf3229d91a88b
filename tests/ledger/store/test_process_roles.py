"""The roles of processes on Kafka and of doors that only read: their part, and nothing beyond."""

import logging
from contextlib import closing

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.errors import Misconfigured
from ledger.store.migrations import known, migrate
from ledger.store.roles import INTAKE, PROJECTOR, READER, RELAY, as_role
from projections.catalogue import folds
from projections.run import prepare
from tests.ledger.store.making import other_process

ENTRY = "insert into ledger.entry values (1, now(), 1, 's/1', 't', '{}', sha256(''))"


def asked(conninfo: str, statement: str) -> None:
    with closing(psycopg.connect(conninfo, autocommit=True)) as connection:
        connection.execute(statement.encode())


@pytest.fixture
def copy(database: str) -> str:
    """A database that is a copy, with empty read models."""
    with other_process(database) as connection:
        connection.execute(
            "insert into mirror.origin (topic, cluster, topic_id, partitions)"
            " values ('t', 'c', 'i', 6)"
        )
        connection.execute("select mirror.let_in()")
        connection.execute("set search_path = ledger, public")
        prepare(connection, folds())
    return database


def test_every_session_has_the_role_and_what_else_was_asked_of_it(database: str) -> None:
    told = as_role(make_conninfo(database, options="-c statement_timeout=7s"), RELAY)

    with psycopg.connect(told, autocommit=True) as connection:
        row = connection.execute(
            "select current_user::text, current_setting('statement_timeout')"
        ).fetchone()
        connection.execute("reset role")
        again = connection.execute("select current_user::text").fetchone()
    assert row == (RELAY, "7s")
    assert again == (RELAY,)


def test_a_role_that_cannot_be_taken_is_told_and_the_login_keeps_its_rights(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert as_role(database, "mingzhang_nobody") == database
        narrow = as_role(database, RELAY)
        assert as_role(narrow, "mingzhang_nobody") == narrow

    assert caplog.text.count("mingzhang_nobody cannot be taken") == 2
    assert conninfo_to_dict(database).get("options") is None


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (RELAY, "update ledger.relay set position = 0"),
        (RELAY, "select from ledger.entry"),
        (INTAKE, ENTRY),
        (INTAKE, "select from vault.restricted"),
        (INTAKE, "insert into vault.data_key (owner, wrapped) values (gen_random_uuid(), '')"),
        (INTAKE, "select intake.done_with(1)"),
        (READER, "select from intake.outcome, intake.listed, intake.progress"),
        (READER, "select from public.mingzhang_migration"),
        (PROJECTOR, "select from public.mingzhang_migration"),
    ],
)
def test_a_process_may_do_its_part(database: str, role: str, statement: str) -> None:
    asked(as_role(database, role), statement)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (RELAY, ENTRY),
        (RELAY, "update ledger.head set position = 1"),
        (RELAY, "delete from ledger.relay"),
        (RELAY, "select from vault.data_key"),
        (RELAY, "select from vault.sealed_fact"),
        (RELAY, "select from intake.waiting"),
        (RELAY, "select from security.token"),
        (RELAY, "insert into intake.outcome values ('t', 'granted', 1)"),
        (INTAKE, "select from vault.sealed"),
        (INTAKE, "select from vault.sealed_fact"),
        (INTAKE, "select from vault.sealed_link"),
        (INTAKE, "delete from vault.sealed"),
        (INTAKE, "update vault.data_key set wrapped = null, destroyed_at = now()"),
        (INTAKE, "delete from vault.data_key"),
        (INTAKE, "delete from intake.waiting"),
        (INTAKE, "delete from intake.outcome"),
        (INTAKE, "delete from ledger.entry"),
        (INTAKE, "update ledger.entry set body = ''"),
        (INTAKE, "delete from ledger.idempotency"),
        (INTAKE, "insert into security.sender select * from security.sender"),
        (INTAKE, "select from security.token"),
        (INTAKE, "update ledger.relay set position = 0"),
        (INTAKE, "create table public.mine ()"),
        (PROJECTOR, ENTRY),
        (PROJECTOR, "select from ledger.entry"),
        (PROJECTOR, "select mirror.let_in()"),
        (READER, ENTRY),
        (READER, "select from intake.waiting"),
        (READER, "select from security.token"),
        (READER, "select intake.done_with(1)"),
        (READER, "update intake.progress set next_offset = 0"),
    ],
)
def test_a_process_may_do_nothing_else(database: str, role: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        asked(as_role(database, role), statement)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (PROJECTOR, f"set mingzhang.mirroring = 'on'; {ENTRY}"),
        (PROJECTOR, "update ledger.head set position = 1"),
        (PROJECTOR, "update mirror.progress set next_offset = 1"),
        (PROJECTOR, "insert into mirror.alarm (kind, position, told) values ('GAP', 1, '')"),
        (READER, "select from model.class_ledger, detail.filing, model.progress"),
        (READER, "select from security.token, mirror.alarm, ledger.entry, vault.sealed"),
    ],
)
def test_in_a_copy_a_projector_keeps_and_a_door_reads(copy: str, role: str, statement: str) -> None:
    asked(as_role(copy, role), statement)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (PROJECTOR, "delete from ledger.entry"),
        (PROJECTOR, "update mirror.origin set topic = 'mine'"),
        (PROJECTOR, "delete from mirror.alarm"),
        (PROJECTOR, "select from security.token"),
        (PROJECTOR, "update model.progress set position = 0"),
        (PROJECTOR, "drop table ledger.entry"),
        (READER, ENTRY),
        (READER, "update model.progress set position = 0"),
        (READER, "delete from mirror.alarm"),
        (READER, "update security.token set revoked_at = null"),
        (READER, "delete from vault.sealed"),
        (READER, "drop table model.class_ledger"),
    ],
)
def test_in_a_copy_neither_does_more(copy: str, role: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        asked(as_role(copy, role), statement)


def test_nobody_is_let_into_a_ledger_as_into_a_copy(database: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match="no copy"):
        asked(database, "select mirror.let_in()")
    with pytest.raises(errors.InsufficientPrivilege):
        asked(as_role(database, READER), "select from vault.sealed")


def test_a_read_model_that_is_made_anew_is_read_as_before(copy: str) -> None:
    with other_process(copy) as connection:
        connection.execute("create table aside.funds (n int)")
        connection.execute("drop table model.funds")
        connection.execute("alter table aside.funds set schema model")

    asked(as_role(copy, READER), "select n from model.funds")


def test_ending_the_key_of_a_message_ends_nobody_elses(database: str) -> None:
    with other_process(database) as connection:
        connection.execute(
            "insert into vault.data_key (owner, wrapped)"
            " select ('00000000-0000-8000-8000-00000000000' || n)::uuid, ''"
            " from generate_series(1, 3) n"
        )
        connection.execute(
            'insert into intake.waiting (message_id, topic, partition, "offset", scope, sealed,'
            " digest, owner) select gen_random_uuid(), 't', 0, n, sha256(''), '', sha256(''),"
            " ('00000000-0000-8000-8000-00000000000' || n)::uuid from generate_series(1, 2) n"
        )
    asked(as_role(database, INTAKE), "select intake.done_with(1)")

    with other_process(database) as connection:
        rows = connection.execute("select right(owner::text, 1) from vault.data_key order by 1")
        assert rows.fetchall() == [("2",), ("3",)]


def test_who_may_not_change_a_database_uses_it_once_it_has_its_form(
    database: str, empty_database: str
) -> None:
    assert migrate(as_role(database, RELAY)) == []

    with pytest.raises(Misconfigured, match="start the ledger first"):
        migrate(as_role(empty_database, RELAY))
    assert len(migrate(empty_database)) == len(known())
