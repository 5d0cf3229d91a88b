"""A world as files: what an import takes, and labels apart."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from aggregates.decisions import COMMANDS
from ledger.application.messages import message
from ledger.cli import build
from ledger.simulation.files import HISTORY, INPUTS, LABELS, LATE_PAPER, write
from ledger.simulation.world import World


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, world: World) -> Path:
    found = tmp_path_factory.mktemp("world")
    write(found, world.name, world.planned, world.labels)
    return found


def test_every_command_stands_in_one_file(folder: Path, world: World) -> None:
    count = sum(
        len((folder / one).read_bytes().splitlines()) for one in (INPUTS, HISTORY, LATE_PAPER)
    )
    assert count == len(world.planned)


@pytest.mark.parametrize("name", [HISTORY, LATE_PAPER])
def test_history_is_made_of_messages_that_any_import_takes(folder: Path, name: str) -> None:
    lines = (folder / name).read_bytes().splitlines()
    assert lines
    asks = [message(line, "migration", as_facts=True) for line in lines]
    assert {one.command for one in asks} <= COMMANDS.keys()
    assert len({one.key for one in asks}) == len(asks)


def test_inputs_say_when_and_by_whom(folder: Path) -> None:
    lines = [orjson.loads(line) for line in (folder / INPUTS).read_bytes().splitlines()]
    assert all(one.keys() >= {"command", "key", "data", "at", "caller", "channel"} for one in lines)
    assert [one["at"] for one in lines] == sorted(one["at"] for one in lines)


def test_labels_stand_in_a_file_of_their_own(folder: Path, world: World) -> None:
    lines = [orjson.loads(line) for line in (folder / LABELS).read_bytes().splitlines()]
    assert len(lines) == len(world.labels)
    assert all(one.keys() == {"rule", "variant", "planted", "subjects", "why"} for one in lines)
    others = b"".join((folder / one).read_bytes() for one in (INPUTS, HISTORY, LATE_PAPER))
    assert not any(one["why"].encode() in others for one in lines)


def test_the_command_line_writes_the_same_files(folder: Path, tmp_path: Path) -> None:
    asked = ["simulate", "--scale", "class", "--seed", "7", "--out", str(tmp_path)]
    done = CliRunner().invoke(build(), asked)
    assert done.exit_code == 0, done.output
    for name in (INPUTS, HISTORY, LATE_PAPER, LABELS):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
