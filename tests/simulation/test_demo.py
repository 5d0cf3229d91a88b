"""The demonstration is built once, never over another one, and checked the same every time."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ledger.cli import build
from ledger.errors import Misconfigured
from ledger.settings import Settings
from ledger.simulation.building import connected
from ledger.simulation.demo import build_world, check_world
from ledger.simulation.scales import YEARS_MAX
from ledger.vault.keyfile import create_keyring
from ledger.vault.keys import SeededKeyring


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings.read({"MINGZHANG_HOME": str(tmp_path)}).for_demo()
    create_keyring(found.key_file, SeededKeyring("class:1:7"))
    return found


def entries(conninfo: str) -> int:
    with connected(conninfo) as connection:
        row = connection.execute("select position from ledger.head").fetchone()
    return int(row[0]) if row else 0


def test_building_twice_writes_nothing_twice(
    database: str, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    build_world(database, settings, scale="class", years=1, seed=7)
    once = entries(database)
    assert once > 500
    build_world(database, settings, scale="class", years=1, seed=7)
    assert entries(database) == once
    assert capfd.readouterr().out == ""


def test_another_world_is_not_built_over_the_one_that_stands(
    database: str, settings: Settings
) -> None:
    with pytest.raises(Misconfigured, match="class:1:7"):
        build_world(database, settings, scale="class", years=1, seed=8)
    assert entries(database) == 0


def test_real_keys_are_never_taken_for_a_demonstration(
    database: str, settings: Settings, tmp_path: Path
) -> None:
    real = replace(settings, key_file=tmp_path / "real.keys")
    create_keyring(real.key_file, SeededKeyring("x").generate())
    with pytest.raises(Misconfigured):
        build_world(database, real, scale="class", years=1, seed=7)


@pytest.mark.slow
def test_two_checks_print_the_same() -> None:
    one = asyncio.run(check_world("class", 1, 7))
    assert one == asyncio.run(check_world("class", 1, 7))
    assert one["sound"]
    assert all(held["rebuilt_equal"] for held in one["models"].values())
    assert one["signals"] == {"RI-03": 4, "RI-15": 5, "RI-17": 3, "RI-18": 4, "RI-27": 5}


# A county takes a minute of two processors: one seed is enough of it, the others are of classes.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("scale", "seed", "least"), [("county", 23, 60_000), ("class", 7, 500), ("class", 11, 500)]
)
def test_a_world_is_lawful_and_its_irregularities_are_found(
    scale: str, seed: int, least: int
) -> None:
    found = asyncio.run(check_world(scale, 1, seed))
    assert found["sound"]
    assert found["paid_items"]["broken"] == 0
    assert found["entries"] > least
    for rule, told in found["labels"].items():
        assert told["missed"] == told["wrong"] == 0, rule
        assert told["planted"] == told["found"] > 0, rule
        assert told["lookalikes"] > 0, rule


@pytest.mark.slow
@pytest.mark.parametrize("years", range(2, YEARS_MAX + 1))
def test_more_years_are_answered_as_planned_and_their_irregularities_are_found(years: int) -> None:
    found = asyncio.run(check_world("class", years, 3))
    assert found["sound"]
    assert found["paid_items"]["broken"] == 0
    assert found["classes"] > 4 * years
    for rule, told in found["labels"].items():
        assert told["missed"] == told["wrong"] == 0, rule
        assert told["planted"] == told["found"] > 0, rule


@pytest.mark.parametrize("wrong", [("--scale", "village"), ("--years", "9")])
def test_a_world_that_is_not_to_be_had_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, str]
) -> None:
    monkeypatch.setenv("MINGZHANG_HOME", str(tmp_path))
    refused = CliRunner().invoke(build(), ["run", *wrong])
    assert isinstance(refused.exception, Misconfigured)
    assert list(tmp_path.iterdir()) == []
