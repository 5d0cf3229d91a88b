"""The command line: every command has its help, and wrong input ends with a clear word and code."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ledger.cli import NOT_WRITTEN, build, main
from tests.acceptance.serving import Installation

USAGE, NOT_FOUND, USAGE_BY_SYSEXITS, NO_INPUT, CONFIG = 2, 4, 64, 66, 78
FULL = Path("/dev/full")
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
        (("class", "list", "--at", "99999999"), NOT_FOUND, "ends at"),
        (("class", "list", "--at", "2099-01-01"), USAGE, "not come yet"),
        (("class", "list", "--at", "2025-W01-1"), USAGE, "--at"),
        (("class", "list", "--status", "NOPE"), USAGE, "CLOSED"),
        (("archive", "list", "--state", "NOPE"), USAGE, "SEALED"),
        (("trail", "class", "371502-2025-0000"), NOT_FOUND, "371502-2025-0000"),
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


@pytest.mark.parametrize(
    ("form", "says"), [("json", "[]"), ("ndjson", ""), ("csv", "class_id,filing_no,county,")]
)
def test_an_empty_list_is_one_for_programs_too(
    installation: Installation, form: str, says: str
) -> None:
    done = installation.run("class", "list", "-o", form)

    assert done.stdout.startswith(says)
    assert "nothing found" in done.stderr


def test_a_list_on_paper_is_in_words(installation: Installation) -> None:
    done = installation.run("project", "list", "-o", "table")
    head, *rows = (line for line in done.stdout.splitlines() if "│" in line or "┃" in line)

    assert "what it answers" in head
    assert any("class_ledger" in row and "payment" in row for row in rows)


@pytest.mark.skipif(not FULL.exists(), reason="this machine has no device that is always full")
def test_output_that_cannot_be_written_is_told_and_no_trace(installation: Installation) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ledger.cli", "version"],
            env=installation.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == NOT_WRITTEN
    assert done.stderr.startswith("the output cannot be written: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_reader_who_goes_away_or_never_was_there_sees_no_trace(
    installation: Installation,
) -> None:
    command = f"{shlex.quote(sys.executable)} -m ledger.cli project list -o csv"
    for whole in (f"{command} | true", f"{command} >&-"):
        done = subprocess.run(
            ["/bin/sh", "-c", whole],
            env=installation.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == "", whole


def test_what_is_sound_is_verified_in_part_and_whole(command_line: CommandLine) -> None:
    for words in ((), ("--from", "2", "--to", "5")):
        code, told = command_line("verify", *words)
        assert code == 0, told


def test_the_command_line_is_there_before_anything_heavy_is_loaded() -> None:
    asked = (
        "import sys; from ledger.cli import build; build();"
        "print(*{'psycopg', 'rich', 'pydantic', 'fastapi', 'kafka', 'aggregates.decisions'}"
        ".intersection(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []
