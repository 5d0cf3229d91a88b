"""Whoever follows a trail on the command line says why, and the look is in the log before."""

from pathlib import Path

import orjson
import pytest

from tests.acceptance.serving import Installation
from tests.ledger.application.test_door import instructor
from tests.ledger.store.making import one, rows

WHY = ("--purpose", "年度审计抽查师资", "--task", "聊审〔2024〕3号")
COUNT = "select count(*) from ledger.entry"


@pytest.fixture
def installation(database: str, tmp_path: Path) -> Installation:
    """An installation in whose log an instructor is registered."""
    made = Installation(tmp_path / "home", database)
    made.run("init")
    lines = tmp_path / "lines.ndjson"
    lines.write_bytes(orjson.dumps({"command": "register-instructor", "data": instructor()}))
    made.run("import", str(lines), "--role", "COUNTY_CLERK")
    return made


def instructor_in(installation: Installation) -> str:
    return next(
        stream.stream.removeprefix("instructor/")
        for stream in rows(installation.database)
        if stream.stream.startswith("instructor/")
    )


def test_a_look_is_recorded_before_anything_is_shown_and_nobody_else_learns_of_it(
    installation: Installation,
) -> None:
    which = instructor_in(installation)
    before = one(installation.database, COUNT)

    done = installation.run("trail", "instructor", which, *WHY, "-o", "ndjson")

    assert [orjson.loads(line)["subject"] for line in done.stdout.splitlines()] == [
        f"instructor/{which}"
    ]
    (look,) = rows(installation.database)[before:]
    assert orjson.loads(look.body)["type"] == "sealed.recorded.v1"
    assert which not in look.body
    assert "审计" not in look.body


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "say what the look-up is for"),
        (WHY[:2], 2, "give the number of the task"),
        ((*WHY, "--role", "COUNTY_CLERK"), 77, "may not follow a trail"),
    ],
)
def test_who_does_not_say_why_or_may_not_look_is_shown_nothing(
    installation: Installation, words: tuple[str, ...], code: int, says: str
) -> None:
    before = one(installation.database, COUNT)

    done = installation.run("trail", "instructor", instructor_in(installation), *words, ok=False)

    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert one(installation.database, COUNT) == before
