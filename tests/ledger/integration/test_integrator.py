import os
import threading
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from ledger.evidence.hashes import SHA256, SM3
from ledger.evidence.tiles import tiles_of
from ledger.evidence.writing import write_log
from ledger.integration import storing
from ledger.integration.faults import FaultKind, FaultRow, IntegrationFault
from ledger.integration.integrator import Integrator
from ledger.integration.storing import Overtaken
from ledger.integration.trees import TREES
from ledger.timers.integrating import Keeper
from ledger.timers.processes import Until
from tests.ledger.integration.logs import grow, integrate, root_of, tamper
from tests.ledger.store.making import one, rows

FORGE = "update ledger.entry set body = replace(body, '371502', '371503') where position = {}"


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with storing.connected(database) as held:
        yield held


@pytest.mark.parametrize("sizes", [(1,), (255, 1, 1), (256,), (300, 5, 600)])
def test_both_trees_have_the_root_of_the_entries_bytes_however_they_grew(
    database: str, connection: psycopg.Connection, sizes: tuple[int, ...]
) -> None:
    for size in sizes:
        grow(database, size)
        integrate(database)
    for hashing in (SHA256, SM3):
        state = storing.state(connection, hashing.name)
        assert state.size == sum(sizes)
        assert state.root == root_of(database, hashing)


def test_the_tiles_are_those_of_a_log_written_as_files(
    database: str, connection: psycopg.Connection
) -> None:
    for size in (100, 700, 1, 40):
        grow(database, size)
        integrate(database)
    files: dict[str, bytes] = {}
    for hashing in (SHA256, SM3):
        files.clear()
        entries = (row.body.encode() for row in rows(database))
        size, _ = write_log(entries, files.__setitem__, hashing)
        wanted = list(tiles_of(size))
        found = storing.tiles(connection, hashing.name, wanted)
        assert {tile.path: found[tile] for tile in wanted} == {
            tile.path: files[tile.path] for tile in wanted
        }


def test_a_step_takes_no_more_than_it_is_told(
    database: str, connection: psycopg.Connection
) -> None:
    grow(database, 10)
    integrator = Integrator(connection)
    assert [integrator.step(4), integrator.step(4), integrator.step(4)] == [4, 4, 2]
    assert integrator.step(4) == 0


def test_an_entry_whose_leaf_is_not_that_of_its_bytes_stops_it_before_that_entry(
    database: str, connection: psycopg.Connection
) -> None:
    grow(database, 20)
    tamper(database, FORGE.format(13))
    integrator = Integrator(connection)
    assert integrator.step() == 12
    with pytest.raises(IntegrationFault) as stopped:
        integrator.step()
    assert stopped.value.row == FaultRow(13, FaultKind.LEAF)
    assert storing.state(connection, "sha256").root == root_of(database, SHA256, 12)


def test_an_entry_that_is_not_there_stops_it(database: str, connection: psycopg.Connection) -> None:
    grow(database, 5)
    tamper(database, "delete from ledger.entry where position = 1")
    with pytest.raises(IntegrationFault) as stopped:
        Integrator(connection).step()
    assert stopped.value.row == FaultRow(1, FaultKind.MISSING)


def test_a_last_entry_that_is_not_there_stops_it(
    database: str, connection: psycopg.Connection
) -> None:
    grow(database, 5)
    tamper(database, "delete from ledger.entry where position > 3")
    integrator = Integrator(connection)
    assert integrator.step() == 3
    with pytest.raises(IntegrationFault) as stopped:
        integrator.step()
    assert stopped.value.row == FaultRow(4, FaultKind.MISSING)


def test_a_log_that_was_cut_off_behind_its_tree_stops_it(
    database: str, connection: psycopg.Connection
) -> None:
    grow(database, 5)
    integrate(database)
    tamper(
        database,
        "delete from ledger.entry where position > 3",
        "update ledger.head set position = 3",
    )
    with pytest.raises(IntegrationFault) as stopped:
        Integrator(connection).step()
    assert stopped.value.row == FaultRow(4, FaultKind.SHORT)


@pytest.mark.parametrize(
    "change",
    [
        "update evidence.tree set root = sha256('x') where algorithm = 'sm3'",
        "update evidence.tree set frontier = sha256('x') where algorithm = 'sha256'",
        "update evidence.tree set size = 299 where algorithm = 'sha256'",
        "update evidence.tile set hashes = sha256('x') || substr(hashes, 33) where number = 1",
        "delete from evidence.tile where level = 1",
        "delete from evidence.tile; delete from evidence.tree where algorithm = 'sm3'",
    ],
)
def test_a_tree_whose_parts_do_not_belong_together_is_not_extended(
    database: str, connection: psycopg.Connection, change: str
) -> None:
    grow(database, 300)
    integrate(database)
    tamper(database, change)
    with pytest.raises(IntegrationFault) as stopped:
        Integrator(connection)
    assert stopped.value.row.kind is FaultKind.TREE


def test_of_two_that_extend_the_same_tree_one_is_overtaken(
    database: str, connection: psycopg.Connection
) -> None:
    grow(database, 10)
    late = Integrator(connection)
    assert integrate(database) == 10
    with pytest.raises(Overtaken):
        late.step()
    assert storing.state(connection, "sha256").root == root_of(database, SHA256)


@pytest.mark.parametrize(
    "change",
    [
        "delete from evidence.tile",
        "truncate evidence.tile",
        "update evidence.tile set hashes = substring(hashes for 32)",
        "update evidence.tile set hashes = overlay(hashes placing sha256('x') from 1)",
        "update evidence.tile set number = number + 1",
        "delete from evidence.tree",
        "update evidence.tree set size = size - 1",
    ],
)
def test_what_is_written_only_grows_even_for_the_owner(
    database: str, connection: psycopg.Connection, change: str
) -> None:
    grow(database, 5)
    integrate(database)
    with pytest.raises(errors.InsufficientPrivilege, match="only grows"):
        connection.execute(change.encode())


@pytest.fixture
def kept(database: str) -> Iterator[str]:
    """A database whose trees are kept up."""
    asked = threading.Event()
    keeper = Keeper(database, Until(asked, os.getppid()))
    thread = threading.Thread(target=keeper.run)
    thread.start()
    yield database
    asked.set()
    thread.join()


def _until(conninfo: str, question: str, expected: object, seconds: float = 20) -> object:
    waited = threading.Event()
    found: object = None
    for _ in range(int(seconds / 0.05)):
        found = one(conninfo, question)
        if found == expected:
            break
        waited.wait(0.05)
    return found


SIZE = "select min(size) from evidence.tree"


def test_the_keeper_follows_the_log_by_itself(kept: str) -> None:
    grow(kept, 3)
    assert _until(kept, SIZE, 3) == 3
    grow(kept, 2500)
    assert _until(kept, SIZE, 2503) == 2503


def test_a_fault_is_kept_in_the_database_and_so_is_that_it_was_mended(kept: str) -> None:
    grow(kept, 3)
    assert _until(kept, SIZE, 3) == 3
    tamper(kept, "update ledger.head set position = 2")
    assert _until(kept, "select count(*) from evidence.fault where mended_at is null", 1) == 1
    assert one(kept, "select position || ' ' || kind from evidence.fault") == "3 short"
    tamper(kept, "update ledger.head set position = 3")
    assert _until(kept, "select count(*) from evidence.fault where mended_at is null", 0) == 0
    grow(kept, 2)
    assert _until(kept, SIZE, 5) == 5
    assert one(kept, "select count(*) from evidence.fault") == 1


def test_the_tree_of_no_entries_is_the_one_that_the_migration_wrote(
    connection: psycopg.Connection,
) -> None:
    for tree in TREES:
        state = storing.state(connection, tree.name)
        assert (state.size, state.root) == (0, tree.hashing.empty)
