"""A copy elsewhere, fed by Kafka and served: real processes, the broker of the wheel."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import httpx2 as httpx
import pytest

from consumers.projector import gaps
from consumers.projector.fetching import HttpLog
from ledger.settings import Settings
from ledger.vault.keyfile import create_keyring
from ledger.vault.keys import SeededKeyring
from tests.acceptance.serving import Installation, Server
from tests.consumers.brokers import Wheel
from tests.consumers.worlds import connected, digests, entries, head, write_small_world

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
WITHIN_SECONDS = 60.0
INTERNAL = 500
LOOK = {"purpose": "look into a complaint of 2024", "task": "T-2024-7"}


@dataclass
class Layout:
    """A ledger, its copy, and a server for each."""

    home: Installation
    away: Installation
    ledger: Server
    copy: Server


@pytest.fixture
def layout(database: str, second_database: str, tmp_path: Path) -> Iterator[Layout]:
    """Everything that runs where reading is done elsewhere."""
    kafka, running = Wheel(), []
    for name in ("home", "away"):
        (tmp_path / name).mkdir()
    home = Installation(tmp_path / "home", database)
    create_keyring(Settings.read(home.environment).key_file, SeededKeyring("test"))
    home.run("init")
    write_small_world(database)
    kafka.start()
    try:
        ledger = home.serve()
        running.append(ledger.process)
        token = tmp_path / "token"
        token.write_text(home.token("MIRROR"))
        told = {
            "MINGZHANG_KAFKA": kafka.cluster.bootstrap[0],
            "MINGZHANG_READ_DATABASE_URL": second_database,
            "MINGZHANG_LEDGER_URL": ledger.url,
            "MINGZHANG_LEDGER_TOKEN_FILE": str(token),
        }
        home.more = told
        away = Installation(tmp_path / "away", second_database, told)
        home.run("kafka", "apply", "--replicas", "1")
        running += [home.start("relay"), away.start("projector")]
        came(second_database, head(database))
        copy = away.serve("--read")
        running.append(copy.process)
        yield Layout(home, away, ledger, copy)
    finally:
        for process in running[::-1]:
            process.terminate()
            process.wait(WITHIN_SECONDS)
        kafka.stop()


def came(copy: str, position: int) -> None:
    """Wait until a copy has come so far, read models and all."""
    until = monotonic() + WITHIN_SECONDS
    while head(copy) < position or folded(copy) < position:
        assert monotonic() < until, f"{head(copy)}, {folded(copy)} < {position}"
        sleep(0.2)


def folded(copy: str) -> int:
    with connected(copy) as connection:
        there = connection.execute("select to_regclass('model.progress')").fetchone()
        if there is None or there[0] is None:
            return 0
        row = connection.execute("select min(position) from model.progress").fetchone()
    return 0 if row is None else row[0] or 0


def get(server: Server, path: str, token: str, **asked: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    return httpx.get(f"{server.url}{path}", params=asked, headers=headers, timeout=30)


def test_a_copy_answers_as_the_ledger_does_takes_no_command_and_tells_who_looked(
    layout: Layout,
) -> None:
    here = layout.home.token("AUDITOR")
    there = layout.away.token("AUDITOR")
    ledger, copy = (
        get(one, "/api/v1/class-ledger", token).json()["rows"]
        for one, token in ((layout.ledger, here), (layout.copy, there))
    )
    assert ledger == copy
    assert len(copy) > 3
    assert digests(layout.away.database) == digests(layout.home.database)

    refused = httpx.post(
        f"{layout.copy.url}/api/v1/commands/register-instructor",
        json={},
        headers={"authorization": f"Bearer {there}", "accept-language": "en"},
        timeout=30,
    )
    assert refused.status_code == 403
    assert "to the ledger itself" in refused.text

    before = head(layout.home.database)
    one = copy[0]["class_id"]
    looked = get(layout.copy, f"/api/v1/trail/class/{one}", there, **LOOK)
    assert looked.status_code == 200
    assert looked.json()["count"] > 5
    assert looked.json()["recorded"] > before
    came(layout.away.database, looked.json()["recorded"])

    every_question_is_answered_with_the_rights_of_a_reader(layout, there, one)
    how_far_it_is_is_told(layout, there)
    missing_entries_are_had_from_the_ledger(layout)

    layout.ledger.stop()
    unseen = get(layout.copy, f"/api/v1/trail/class/{one}", there, **LOOK)
    assert unseen.status_code == 503
    assert "nothing is shown" in unseen.text
    assert get(layout.copy, "/api/v1/class-ledger", there).status_code == 200


def every_question_is_answered_with_the_rights_of_a_reader(
    layout: Layout, there: str, class_id: str
) -> None:
    told = get(layout.copy, "/api/v1/openapi.json", there).json()["paths"]
    paths = [path for path, methods in told.items() if "get" in methods]
    assert len(paths) > 15
    paths += ["/", "/risk", "/duties", "/archive", "/trail", "/funds", "/verify", "/entries/1"]
    broken = {}
    for path in paths:
        for value in (class_id, "1"):
            asked = re.sub(r"\{\w+(:\w+)?\}", value, path)
            for more in ({}, {"at": "30"}):
                answer = get(layout.copy, asked, there, **LOOK, **more)
                # 503: files and checkpoints stay where the ledger is, and the answer says so.
                if answer.status_code == INTERNAL:
                    broken[asked] = answer.text
    assert broken == {}
    assert "cannot be taken" not in (layout.away.home / "server.err").read_text("utf-8")


def how_far_it_is_is_told(layout: Layout, there: str) -> None:
    page = httpx.get(
        f"{layout.copy.url}/status",
        headers={"authorization": f"Bearer {there}"},
        params={"lang": "en"},
        timeout=30,
    )
    assert "A copy to read" in page.text
    assert "ledger.events.v1" in page.text
    metrics = httpx.get(f"{layout.copy.url}/metrics", timeout=30).text
    assert f"mingzhang_log_position {head(layout.away.database)}" in metrics
    assert 'mingzhang_copy_alarms_open{topic="ledger.events.v1"} 0' in metrics
    assert 'mingzhang_relay_behind_entries{topic="ledger.events.v1"}' in (
        httpx.get(f"{layout.ledger.url}/metrics", timeout=30).text
    )


def missing_entries_are_had_from_the_ledger(layout: Layout) -> None:
    token = Path(layout.home.more["MINGZHANG_LEDGER_TOKEN_FILE"]).read_text("utf-8")
    log = HttpLog(layout.ledger.url, token)

    fetched = list(gaps.fetch(log, range(250, 270)))
    kept = entries(layout.home.database)[249:269]
    assert [(one.position, one.body, one.leaf) for one in fetched] == kept
    with pytest.raises(OSError, match="401"):
        HttpLog(layout.ledger.url, "").read("tile/entries/000")
