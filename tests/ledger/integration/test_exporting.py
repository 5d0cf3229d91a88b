import subprocess
import sysconfig
from pathlib import Path

import psycopg
import pytest

from ledger.evidence.audit import audit
from ledger.evidence.policy import Policy
from ledger.evidence.reading import DirectoryReader
from ledger.evidence.receipt import Receipt
from ledger.evidence.tiles import bundles_of, tiles_of
from ledger.integration.exporting import NotExported, export_log, published
from ledger.integration.trees import TREES, TreeKind
from tests.ledger.evidence.checkers import build
from tests.ledger.integration.logs import grow, tamper
from tests.ledger.integration.signing import KEYS, newest, place_in, publish
from tests.ledger.store.making import rows

ENTRIES = 700


@pytest.fixture
def signed(database: str, tmp_path: Path) -> str:
    """A database with a signed log, a little of it not signed yet."""
    grow(database, ENTRIES)
    publish(database, place_in(tmp_path / "home").signer())
    grow(database, 3)
    return database


@pytest.fixture
def exported(signed: str, tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    with psycopg.connect(signed, autocommit=True) as connection:
        sizes = export_log(connection, folder, published(KEYS))
    assert sizes == {"sha256": ENTRIES, "sm3": ENTRIES}
    return folder


def outside(*told: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run tlog-scales, which is not ours."""
    program = Path(sysconfig.get_path("scripts")) / "tlog-tiles"
    return subprocess.run([program, *told], capture_output=True, check=False)


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.name)
def test_an_exported_log_is_audited_offline(exported: Path, tree: TreeKind) -> None:
    folder = exported / tree.suffix.removeprefix("/")
    policy = Policy.parse((folder / "policy").read_bytes())
    report = audit(DirectoryReader(folder), policy, hashing=tree.hashing)
    assert (report.is_clean, report.checked) == (True, ENTRIES)


def test_an_export_holds_the_files_of_its_checkpoint_and_no_others(exported: Path) -> None:
    beside = {"checkpoint", "log.vkey", "log.vkeys", "policy"}
    wanted = {tile.path for tile in tiles_of(ENTRIES)}
    wanted |= {bundle.path for bundle in bundles_of(ENTRIES)} | beside
    wanted |= {f"sm3/{path}" for path in wanted} | {"promise.vkey", "promise.policy", "verify.py"}
    found = {str(one.relative_to(exported)) for one in exported.rglob("*") if one.is_file()}
    assert found == wanted


@pytest.mark.outsider("tlog-scales")
def test_a_reader_that_is_not_ours_finds_every_entry_in_the_export(
    signed: str, exported: Path
) -> None:
    kept = rows(signed)
    for index in (0, 255, 256, ENTRIES - 1):
        told = outside("get-leaf", "-c", exported, str(index))
        assert told.returncode == 0
        assert told.stdout.rstrip(b"\n") == kept[index].body.encode()


@pytest.mark.outsider("tlog-scales")
def test_a_prover_that_is_not_ours_makes_receipts_that_ours_believes(
    signed: str, exported: Path
) -> None:
    policy = Policy.parse((exported / "policy").read_bytes())
    for index in (0, 300, ENTRIES - 1):
        told = outside("gen-proof", exported, str(index))
        assert told.returncode == 0
        receipt = Receipt.parse(told.stdout)
        leaf = TREES[0].hashing.leaf(rows(signed)[index].body.encode())
        accepted = receipt.check(leaf, policy)
        assert (receipt.index, accepted.signed.checkpoint) == (index, newest(signed))


@pytest.mark.outsider("golang.org/x/mod/sumdb", "Tessera fsck")
def test_the_checksum_databases_code_and_tesseras_fsck_accept_the_export(
    exported: Path, tmp_path: Path
) -> None:
    vkey = (exported / "log.vkey").read_text().strip()
    sumdb, tlog = build("sumdb", tmp_path), build("tlog", tmp_path)
    told = sumdb(exported, vkey)
    assert (told.code, told.out.split()[:2]) == (0, ["OK", str(ENTRIES)])
    assert tlog("fsck", exported, vkey).code == 0
    bundle = exported / "tile/entries/001"
    bundle.write_bytes(bundle.read_bytes().replace(b"371502", b"371503", 1))
    assert sumdb(exported, vkey).code != 0
    assert tlog("fsck", exported, vkey).code != 0


@pytest.mark.outsider("tlog-scales")
def test_a_reader_that_is_not_ours_refuses_a_flipped_byte(exported: Path) -> None:
    bundle = exported / "tile/entries/000"
    data = bytearray(bundle.read_bytes())
    data[100] ^= 1
    bundle.unlink()
    bundle.write_bytes(data)
    assert outside("get-leaf", "-c", exported, "0").returncode != 0


def test_a_directory_in_use_is_left_alone(signed: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with (
        psycopg.connect(signed, autocommit=True) as connection,
        pytest.raises(NotExported, match="not empty"),
    ):
        export_log(connection, tmp_path, published(KEYS))
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["notes.txt"]


def test_a_log_that_lacks_an_entry_is_not_exported_as_if_it_were_whole(
    signed: str, tmp_path: Path
) -> None:
    tamper(signed, "delete from ledger.entry where position = 300")
    with (
        psycopg.connect(signed, autocommit=True) as connection,
        pytest.raises(NotExported, match="tile/entries/001"),
    ):
        export_log(connection, tmp_path / "log", published(KEYS))
    assert not (tmp_path / "log" / "checkpoint").exists()


def test_a_log_without_a_checkpoint_is_not_exported(database: str, tmp_path: Path) -> None:
    with (
        psycopg.connect(database, autocommit=True) as connection,
        pytest.raises(NotExported, match="no signed checkpoint"),
    ):
        export_log(connection, tmp_path / "log", published(KEYS))
