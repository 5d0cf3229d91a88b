import threading
from pathlib import Path

import psycopg
import pytest

from ledger.store.failures import MigrationFault
from ledger.store.migrations import known, migrate, missing
from tests.ledger.store.making import one

FIRST = "create table first (n integer)"
SECOND = "create table second (n integer)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations."""
    (tmp_path / "0001_first.sql").write_text(FIRST)
    (tmp_path / "0002_second.sql").write_text(SECOND)
    return tmp_path


def test_a_database_is_brought_up_to_date_once(empty_database: str) -> None:
    names = [migration.name for migration in known()]

    assert missing(empty_database) == names
    assert migrate(empty_database) == names
    assert migrate(empty_database) == []
    assert missing(empty_database) == []


def test_migrations_run_in_the_order_of_their_numbers(empty_database: str, folder: Path) -> None:
    (folder / "0010_third.sql").write_text("alter table second add m integer")

    assert migrate(empty_database, folder) == [
        "0001_first.sql",
        "0002_second.sql",
        "0010_third.sql",
    ]


def test_a_migration_that_was_changed_after_it_ran_is_refused(
    empty_database: str, folder: Path
) -> None:
    migrate(empty_database, folder)
    (folder / "0001_first.sql").write_text(FIRST + " -- changed")

    with pytest.raises(MigrationFault, match="0001_first"):
        migrate(empty_database, folder)
    with pytest.raises(MigrationFault, match="0001_first"):
        missing(empty_database, folder)


def test_a_database_that_is_newer_than_the_program_is_refused(
    empty_database: str, folder: Path
) -> None:
    migrate(empty_database, folder)
    (folder / "0002_second.sql").unlink()

    with pytest.raises(MigrationFault, match="newer"):
        migrate(empty_database, folder)


def test_a_migration_before_ones_that_ran_is_refused(empty_database: str, folder: Path) -> None:
    migrate(empty_database, folder)
    (folder / "0001_late.sql").write_text("select 1")

    with pytest.raises(MigrationFault, match="0001_late"):
        migrate(empty_database, folder)


def test_a_migration_that_fails_leaves_nothing_of_itself(empty_database: str, folder: Path) -> None:
    (folder / "0002_second.sql").write_text(SECOND + "; select 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty_database, folder)

    assert one(empty_database, "select to_regclass('first')::text") == "first"
    assert one(empty_database, "select to_regclass('second')::text") is None
    assert missing(empty_database, folder) == ["0002_second.sql"]
    (folder / "0002_second.sql").write_text(SECOND)
    assert migrate(empty_database, folder) == ["0002_second.sql"]


def test_processes_that_migrate_at_once_do_it_once(empty_database: str) -> None:
    applied: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: applied.append(migrate(empty_database))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(len, applied)) == [0, 0, 0, len(known())]
