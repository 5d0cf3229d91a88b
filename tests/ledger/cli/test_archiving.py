"""The ten-year archive on the command line, as an operator uses it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from psycopg.conninfo import conninfo_to_dict

from ledger.vault.keyfile import create_keyring
from ledger.vault.keys import SeededKeyring
from tests.ledger.exchange.conftest import World, made

Run = Callable[..., tuple[int, Any, str]]
REFUSED, USAGE, INTEGRITY, NOT_FOUND, NOT_COMPLETE, TAKEN = 1, 2, 3, 4, 65, 73
NUMBER = "BA-371502-2024-0001"


@pytest.fixture
def world(database: str, tmp_path: Path) -> World:
    """An installation whose home holds the small world's documents and keys."""
    home = tmp_path / "home"
    held = made(database, home)
    create_keyring(home / "keys" / "vault.keys", SeededKeyring("test"))
    return held


@pytest.fixture
def run(world: World, tmp_path: Path) -> Run:
    """Run the program; exit code, what it printed as JSON, and what it told people."""
    named = conninfo_to_dict(world.conninfo)
    url = f"postgresql://{named['user']}@/{named['dbname']}?host={named['host']}"
    url += f"&port={named.get('port', 5432)}"
    environment = {
        "MINGZHANG_HOME": str(tmp_path / "home"),
        "MINGZHANG_DATABASE_URL": url,
        "PATH": "/usr/bin",
    }

    def run(*told: object) -> tuple[int, Any, str]:
        ended = subprocess.run(
            [sys.executable, "-m", "ledger.cli", "archive", *map(str, told)],
            env=environment,
            capture_output=True,
            check=False,
            text=True,
        )
        found: Any = ended.stdout.strip()
        if told[0] == "list":
            found = [orjson.loads(line) for line in found.split("\n")]
        elif told[0] != "verify":
            found = orjson.loads(found) if found else {}
        return ended.returncode, found, ended.stderr

    return run


def test_a_package_is_built_verified_and_handed_out(run: Run, tmp_path: Path) -> None:
    code, built, _ = run("build", NUMBER, "--out", tmp_path)
    assert code == 0
    assert built["four_properties"]["failed"] == ["电子件原件均在包内"]
    assert built["unstored"] == 4  # the files lie there, and nobody has said so
    code, told, _ = run("verify", built["package"])
    assert (code, "63 条条目均在日志中" in told) == (0, True)
    code, _, told = run("build", NUMBER, "--out", tmp_path)
    assert (code, "已经存在" in told) == (TAKEN, True)
    asked = (
        *("--to", "聊城市审计局", "--recipient", "AUDIT", "--request", "聊审〔2024〕3号"),
        *("--purpose", "专项审计", "--requested-on", "2024-05-06"),
    )
    code, told_of, _ = run("produce", NUMBER, *asked, "--package", built["package"])
    assert (code, told_of["recorded"]) == (0, ["archive.produced.v1"])
    code, refused, _ = run("produce", NUMBER, *asked[:3], "OTHER", *asked[4:], "--personal")
    assert (code, refused["broken"][0]["rule"]) == (REFUSED, "ARC-03")


def test_a_second_bag_is_written_for_a_purpose_alone(run: Run, tmp_path: Path) -> None:
    code, _, told = run("build", NUMBER, "--out", tmp_path, "--personal")
    assert (code, "--purpose" in told) == (USAGE, True)
    code, built, _ = run(
        *("build", NUMBER, "--out", tmp_path, "--folder", "--personal", "--purpose", "移交档案馆")
    )
    assert (code, built["personal"]["erased"]) == (0, 0)
    code, _, _ = run("verify", built["personal"]["package"], "--of", built["package"])
    assert code == 0


def test_what_cannot_be_packed_is_told(run: Run, world: World, tmp_path: Path) -> None:
    code, _, told = run("build", world.told.of(2), "--out", tmp_path)
    assert (code, "档案尚未封存" in told) == (NOT_COMPLETE, True)
    assert run("build", "BA-0", "--out", tmp_path)[0] == NOT_FOUND
    assert list(tmp_path.glob("CLASS*")) == []


def test_files_are_stored_checked_and_missed(run: Run, world: World, tmp_path: Path) -> None:
    paper = tmp_path / "plan.pdf"
    paper.write_text(f"{world.class_id}/TRAINING_PLAN")
    code, told, _ = run("store", NUMBER, paper, "--role", "COUNTY_CLERK")
    assert (code, told[0]["stored"]) == (0, True)
    paper.write_text("something else")
    code, told, _ = run("store", NUMBER, paper, "--role", "COUNTY_CLERK")
    assert (code, told[0]["stored"], told[0]["broken"][0]["where"]) == (REFUSED, False, "sha256")
    code, told, _ = run("check")
    assert (code, told["documents"], told["damaged"]) == (0, 1, [])
    (file,) = (tmp_path / "home/documents").rglob(told_digest(world))
    file.write_bytes(b"changed")
    code, told, words = run("check")
    assert (code, told["damaged"][0]["found"]) == (INTEGRITY, "CHANGED")
    assert told["damaged"][0]["classes"] == [str(world.class_id)]
    assert "未作修复" in words
    _, rows, _ = run("list")
    assert {row["filing_no"]: row["damaged"] for row in rows}[NUMBER] == 1
    _, status, _ = run("status")
    assert (status["damaged"], status["last_check"]["damaged"], status["check_due"]) == (
        1,
        1,
        False,
    )
    assert file.read_bytes() == b"changed"


def told_digest(world: World) -> str:
    from tests.ledger.small_world import digest  # noqa: PLC0415 - only here

    return digest(world.class_id, "TRAINING_PLAN")


def test_an_archive_is_held_released_and_not_destroyed_before_its_day(
    run: Run, tmp_path: Path
) -> None:
    code, told, _ = run("hold", NUMBER, "H-1", "--reason", "某案需要", "--until", "2099-01-01")
    assert (code, told["recorded"]) == (0, ["archive.retention-extended.v1"])
    _, status, _ = run("status")
    assert (status["held"], status["sealed"], status["over"]) == (1, 1, 0)
    listing = tmp_path / "list.csv"
    listing.write_text(NUMBER)
    code, told, words = run(
        *("approve", NUMBER, "--decision", "销1号", "--list", listing, "--account", "wang")
    )
    found = [one["found"] for one in told["broken"]]
    assert (code, len(found)) == (REFUSED, 2)
    assert "2099-01-01" in found[1]
    assert "已记录" in words
    code, told, _ = run("release", NUMBER, "H-1", "--basis", "结案1号")
    assert (code, told["recorded"]) == (0, ["archive.hold-released.v1"])
    given = ("--list", listing, "--method", "DELETED", "--supervisor", "li", "--account", "wang")
    code, told, _ = run("destroy", NUMBER, *given)
    assert (code, {one["rule"] for one in told["broken"]}) == (REFUSED, {"ARC-01"})


def test_the_log_is_renewed_once_a_day(run: Run) -> None:
    code, told, _ = run("renew")
    assert (code, told["time_stamped"]) == (0, False)
    assert Path(told["folder"], "statement.note").exists()
    assert run("renew")[0] == TAKEN
