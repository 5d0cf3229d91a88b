"""The command line: every command has its help, and wrong input ends with a clear word and code."""

import os
import signal
import sys
from collections.abc import Callable, Iterator

import pytest
import typer
from typer.testing import CliRunner

from ledger.cli import build, main
from tests.acceptance.serving import Installation

USAGE, NOT_FOUND, USAGE_BY_SYSEXITS, NO_INPUT, CONFIG = 2, 4, 64, 66, 78
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def installation(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("home"), shared_database)
    made.run("init")
    return made


CommandLine = Callable[..., tuple[int, str]]


@pytest.fixture
def command_line(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[CommandLine]:
    """Run the command line in this process; give its exit code and what it tells people."""
    for name, value in installation.environment.items():
        monkeypatch.setenv(name, value)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["mingzhang", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().err

    yield run
    signal.signal(signal.SIGTERM, handler)


def commands() -> list[tuple[str, ...]]:
    """Return every command and group, as the words with which it is called."""
    found: list[tuple[str, ...]] = []

    def walk(command: object, words: tuple[str, ...]) -> None:
        found.append(words)
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, (*words, name))

    walk(typer.main.get_command(build()), ())
    return found


@pytest.mark.parametrize("words", commands())
def test_every_command_has_help_in_both_languages(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(build(), [*words, "--help"])

    assert done.exit_code == 0
    said = done.output.partition("Options:")[0]
    assert any("\u4e00" <= one <= "\u9fff" for one in said)
    assert " · " in said


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("nothing",), USAGE, "No such command"),
        (("simulate", "--scale", "village"), CONFIG, "county"),
        (("simulate", "--years", "9"), CONFIG, "2022"),
        (("run", "--scale", "village", "--check"), CONFIG, "county"),
        (("run", "--port", "99999"), USAGE, "--port"),
        (("import", "nothing.ndjson"), NO_INPUT, "nothing.ndjson"),
        (("import", os.devnull, "--channel", "migration"), USAGE, "--as-facts"),
        (("token", "create", "x", "--role", "KING"), USAGE_BY_SYSEXITS, "CITY_HR"),
        (("token", "create", "x", "--role", "INST_CLERK"), USAGE_BY_SYSEXITS, "institution"),
        (("token", "revoke", "nope"), NOT_FOUND, "nope"),
        (("class", "show", NOBODY), NOT_FOUND, NOBODY),
        (("class", "list", "--at", "soon"), USAGE, "--at"),
        (("trail", "person", "somebody"), USAGE, "UUID"),
        (("trail", "nothing", NOBODY), USAGE, "class"),
        (("replay", "--at", "2025-13-01"), USAGE, "--at"),
        (("project", "digest", "nothing"), NOT_FOUND, "class_ledger"),
        (("project", "digest", "trail", "--at", "99999999"), NOT_FOUND, "ends at"),
        (("project", "rebuild", "nothing"), NOT_FOUND, "class_ledger"),
        (("verify", "--from", "3", "--to", "2"), USAGE, "--from"),
        (("verify", "--from", "99999999"), NOT_FOUND, "ends at"),
        (("verify", "--to", "99999999"), NOT_FOUND, "ends at"),
        (("bench", "nothing"), USAGE, "append"),
        (("docs", "--folder", "/nowhere"), NO_INPUT, "/nowhere"),
    ],
)
def test_wrong_input_ends_with_a_clear_word_and_a_code_of_its_own(
    command_line: CommandLine, words: tuple[str, ...], code: int, says: str
) -> None:
    found, told = command_line(*words)

    assert found == code, told
    assert says in told


def test_what_is_sound_is_verified_in_part_and_whole(command_line: CommandLine) -> None:
    for words in ((), ("--from", "2", "--to", "5")):
        code, told = command_line("verify", *words)
        assert code == 0, told
