"""The distributed layout as an operator meets it: rights, stops, and what can be had again."""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from ledger.embedded.binaries import binary
from ledger.store.migrations import migrate
from tests.consumers.worlds import entries, write_small_world
from tests.infra.test_manifests import LAYOUT, OURS, containers, objects, pods, services

PINNED = re.compile(r"[a-z/]+:[0-9][0-9.a-z-]*@sha256:[0-9a-f]{64}")
_WRITE = "insert into ledger.head (one, position, recorded_at) values (false, 1, now())"
_SEEN = "select from vault.sealed"


def test_every_image_that_is_not_ours_is_pinned_to_its_bytes() -> None:
    images = [one["image"] for one in services().values()]
    images += [one["image"] for _, one in containers()]
    for line in (LAYOUT / "Dockerfile").read_text("utf-8").splitlines():
        if line.startswith("FROM "):
            images.append(line.split()[1])

    strange = {one for one in images if not one.startswith(OURS)}
    assert {one for one in strange if not PINNED.fullmatch(one)} == set()
    assert len(strange) == 3  # the same everywhere: PostgreSQL, Kafka, Python


def test_relay_alerts_and_backups_come_with_logins_that_own_nothing() -> None:
    users: dict[str, str | None] = {}
    for name, one in services().items():
        for variable in ("MINGZHANG_DATABASE_URL", "DATABASE"):
            if variable in one.get("environment", {}):
                users[name] = urlsplit(one["environment"][variable]).username
    for name, one in containers():
        for told in one.get("env", []):
            if told["name"] in {"MINGZHANG_DATABASE_URL", "DATABASE"}:
                users[name] = urlsplit(told["value"]).username

    assert users == dict.fromkeys(
        ("ledger", "intake", "ledger/ledger", "ledger/intake", "init/init", "topics/topics"),
        "mingzhang",
    ) | dict.fromkeys(
        ("relay", "alerts", "relay/relay", "alerts/alerts"), "mingzhang-relay"
    ) | dict.fromkeys(("backup", "backup/backup"), "mingzhang-backup")
    hba = (LAYOUT / "pg_hba.conf").read_text("utf-8")
    assert {line.split()[2] for line in hba.splitlines() if line.startswith("hostssl")} == set(
        users.values()
    )
    secrets = {
        name: {one["secret"]["secretName"] for one in pod["spec"]["volumes"] if "secret" in one}
        for name, pod in pods().items()
    }
    assert secrets["relay"] == secrets["alerts"] == {"relay"}
    assert secrets["backup"] == {"backup"}


def test_the_logins_of_the_layout_may_do_what_their_processes_do(database: str) -> None:
    statements = (LAYOUT / "ledger.sql").read_text("utf-8").splitlines()
    logins = ("mingzhang-relay", "mingzhang-backup")
    with psycopg.connect(database, autocommit=True) as connection:
        for line in statements:
            if line.startswith('create role "'):
                connection.execute(line.encode())
        try:
            for login, may, may_not in (
                ("mingzhang-relay", "update ledger.relay set position = 0", _WRITE),
                ("mingzhang-relay", "select from public.mingzhang_migration", _SEEN),
                ("mingzhang-backup", _SEEN, _WRITE),
                ("mingzhang-backup", "select from ledger.entry", "delete from intake.waiting"),
            ):
                connection.execute(f'set role "{login}"'.encode())
                connection.execute(may.encode())
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(may_not.encode())
                connection.execute("reset role")
        finally:
            connection.execute("reset role")
            for login in logins:
                connection.execute(f'drop role "{login}"'.encode())


def test_nothing_is_cut_off_while_it_starts_or_stops() -> None:
    for name, one in containers():
        if "livenessProbe" in one:
            assert one["startupProbe"]["failureThreshold"] >= 100, name
            assert "initialDelaySeconds" not in one["livenessProbe"], name
    for name, one in services().items():
        if name != "backup":
            assert int(one["stop_grace_period"].removesuffix("s")) >= 60, name


def test_what_there_is_two_of_is_not_taken_away_at_once() -> None:
    several = {
        one["metadata"]["name"]
        for one in objects()
        if one["kind"] in {"StatefulSet", "Deployment"} and one["spec"]["replicas"] > 1
    }
    kept = {
        one["metadata"]["name"]: one["spec"]["maxUnavailable"]
        for one in objects()
        if one["kind"] == "PodDisruptionBudget"
    }
    assert kept == dict.fromkeys(several, 1)


def test_a_door_stays_open_when_what_runs_beside_it_stops() -> None:
    for one in objects():
        if one["kind"] == "Service" and one["metadata"]["name"] in {"ledger", "read"}:
            pod = pods()[one["spec"]["selector"]["app"]]
            assert len(pod["spec"]["containers"]) > 1
            assert one["spec"]["publishNotReadyAddresses"] is True


def test_only_the_owner_of_the_database_is_started_before_it_has_its_form() -> None:
    waits = {
        name: set(one["depends_on"])
        for name, one in services().items()
        if one["image"].startswith(OURS) and name in {"ledger", "relay", "alerts", "intake"}
    }
    assert waits == {
        "ledger": {"postgres"},
        **{one: {"ledger"} for one in ("relay", "alerts", "intake")},
    }


def back_up(database: str, folder: Path) -> int:
    programs = f"{binary('pg_dump').parent}:{os.environ['PATH']}"
    told = {"PATH": programs, "DATABASE": database, "BACKUPS": str(folder)}
    return subprocess.run(
        ["sh", str(LAYOUT / "backup.sh")], env=told, capture_output=True, check=False
    ).returncode


def test_a_backup_is_whole_replaces_old_ones_and_gives_the_log_again(
    database: str, empty_database: str, tmp_path: Path
) -> None:
    write_small_world(database, classes=1)
    old, young = tmp_path / "ledger-1.dump", tmp_path / "ledger-2.dump"
    for file, days in ((old, 15), (young, 12)):
        file.write_bytes(b"")
        then = file.stat().st_mtime - days * 24 * 3600
        os.utime(file, (then, then))

    assert back_up("postgresql:///nothing?host=/nowhere", tmp_path) != 0
    assert old.exists()
    assert back_up(database, tmp_path) == 0

    (made,) = set(tmp_path.glob("*.dump")) - {young}
    assert made.stat().st_mode & 0o077 == 0
    subprocess.run(
        [binary("pg_restore"), "--dbname", empty_database, str(made)],
        check=True,
        capture_output=True,
    )
    assert entries(empty_database) == entries(database)
    assert migrate(empty_database) == []
