"""Files through the command line: late paper and history are told apart, and a report says all."""

from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from aggregates.ids import derived_id
from tests.acceptance.serving import Installation
from tests.ledger.application.test_door import institution, instructor

USAGE = 2


@pytest.fixture(scope="module")
def installation(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("home"), shared_database)
    made.run("init")
    return made


def papers(path: Path, number: int) -> Path:
    """Write a file of one paper."""
    data = {"instructor_id": str(derived_id("paper", number))} | instructor()
    path.write_bytes(orjson.dumps({"command": "register-instructor", "data": data}))
    return path


def last(installation: Installation, kind: str) -> dict[str, Any]:
    """Return the newest entry of a kind of fact."""
    with psycopg.connect(installation.database) as connection:
        row = connection.execute(
            "select body from ledger.entry where type = %s order by position desc limit 1", (kind,)
        ).fetchone()
    assert row is not None
    found: dict[str, Any] = orjson.loads(row[0])
    return found


@pytest.mark.parametrize(
    ("number", "options", "channel"),
    [
        (1, ("--role", "COUNTY_CLERK"), "import"),
        (2, ("--as-facts",), "migration"),
        (3, ("--as-facts", "--channel", "import"), "import"),
        (4, ("--as-facts", "--channel", "migration"), "migration"),
        (5, ("--role", "COUNTY_CLERK", "--channel", "import"), "import"),
    ],
)
def test_late_paper_and_history_come_by_their_own_channels(
    installation: Installation, tmp_path: Path, number: int, options: tuple[str, ...], channel: str
) -> None:
    file = papers(tmp_path / "papers.ndjson", number)

    report = orjson.loads(installation.run("import", str(file), *options).stdout)

    assert (report["recorded"], report["rejected"]) == (1, [])
    assert last(installation, "instructor.registered.v1")["channel"] == channel
    assert last(installation, "system.import-batch-accepted.v1")["channel"] == channel


def test_late_paper_as_facts_records_what_breaks_a_rule_with_a_finding(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "late.ndjson"
    unlicensed = institution(1) | {"licence_no": None}
    file.write_bytes(orjson.dumps({"command": "register-institution", "data": unlicensed}))

    refused = installation.run("import", str(file), "--role", "COUNTY_CLERK", ok=False)
    done = installation.run("import", str(file), "--as-facts", "--channel", "import")

    assert refused.returncode == 1
    assert orjson.loads(refused.stdout)["rejected"][0]["broken"][0]["rule"] == "INS-01"
    assert orjson.loads(done.stdout)["findings"] == 1
    entry = last(installation, "institution.registered.v1")
    assert [one["rule"] for one in entry["data"]["findings"]] == ["INS-01"]
    assert entry["channel"] == "import"


@pytest.mark.parametrize("options", [("--channel", "migration"), ("--channel", "outer")])
def test_a_channel_that_does_not_fit_is_not_understood(
    installation: Installation, tmp_path: Path, options: tuple[str, ...]
) -> None:
    file = papers(tmp_path / "papers.ndjson", 9)

    refused = installation.run("import", str(file), *options, ok=False)

    assert refused.returncode == USAGE
    assert "--channel" in refused.stderr
