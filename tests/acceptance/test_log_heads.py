"""The log's words about itself as a service says them, and exhibits from the command line."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx2 as httpx
import orjson
import pytest

from ledger.evidence.note import Note, VerifierKey
from ledger.evidence.policy import Policy
from ledger.evidence.promise import open_promise
from ledger.evidence.validity import KeyState
from tests.acceptance.serving import WITHIN_SECONDS, Installation
from tests.aggregates.harness import COUNTY
from tests.ledger.application.test_door import instructor
from tests.ledger.store.making import one, rows

SAID = "select count(*) from ledger.entry where type = 'evidence.stream-heads.v1'"
GATHERED = "select size from evidence.heads"
SIGNED = "select max(size) from evidence.checkpoint where algorithm = 'sha256'"


@pytest.fixture
def installation(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation whose hour is a second."""
    monkeypatch.setenv("MINGZHANG_HEADS_SECONDS", "1")
    made = Installation(tmp_path / "home", database)
    made.run("init")
    return made


def until(holds: Callable[[], bool]) -> None:
    end = monotonic() + WITHIN_SECONDS
    while not holds():
        assert monotonic() < end
        sleep(0.1)


def registered(installation: Installation, url: str) -> dict[str, Any]:
    """Register an instructor in a batch, with a promise for each line."""
    token = installation.token("COUNTY_CLERK", "--county", COUNTY)
    line = {"command": "register-instructor", "key": "1", "data": instructor()}
    answer = httpx.post(
        f"{url}/api/v1/commands",
        content=orjson.dumps(line) + b"\nnonsense\n",
        headers={"authorization": f"Bearer {token}", "prefer": "promise"},
        timeout=30,
    )
    done, refused = map(orjson.loads, answer.content.splitlines())
    assert (done["status"], refused["status"]) == (201, 400)
    assert done["promise"].split("\n")[1:3] == ["promise/v1", f"index {done['last'] - 1}"]
    assert "promise" not in refused
    return dict(done)


def test_a_service_names_its_heads_and_then_proves_that_nothing_is_held_back(
    installation: Installation, tmp_path: Path
) -> None:
    server = installation.serve()
    try:
        last = registered(installation, server.url)["last"]
        until(lambda: one(installation.database, GATHERED) >= last)
        gathered = one(installation.database, GATHERED)
        until(lambda: one(installation.database, SIGNED) > gathered)
        said = one(installation.database, SAID)
        sleep(3)  # three of its hours, in which nothing but these words was appended
        assert one(installation.database, SAID) == said
    finally:
        server.stop()

    stream = next(
        one for one in rows(installation.database) if one.stream.startswith("instructor/")
    )
    file = tmp_path / "exhibit.json"
    one_id = stream.stream.removeprefix("instructor/")
    why = ("--purpose", "抽查师资登记", "--task", "A-1")
    installation.run("trail", "instructor", one_id, *why, "--exhibit", str(file))
    told = orjson.loads(file.read_bytes())
    assert [one["stream"] for one in told["heads"]["streams"]] == [stream.stream]

    checked = installation.run("verify", "--exhibit", str(file))
    assert orjson.loads(checked.stdout)["ok"] is True
    assert installation.run("verify").returncode == 0

    told["entries"] = told["entries"][:-1]
    told["about"]["entries"] -= 1
    file.write_bytes(orjson.dumps(told))
    found = installation.run("verify", "--exhibit", str(file), ok=False)
    assert found.returncode == 3
    assert "lacks" in found.stderr or "are not all there are" in found.stderr


def test_the_key_of_promises_is_exchanged_while_the_log_is_served(
    installation: Installation,
) -> None:
    server = installation.serve()
    try:
        token = installation.token("COUNTY_CLERK", "--county", COUNTY)
        heads = {"authorization": f"Bearer {token}", "prefer": "promise", "idempotency-key": "1"}
        address = f"{server.url}/api/v1/commands/register-instructor"
        asked = instructor()

        def promised() -> bytes:
            """The promise of one entry; whoever asks again is promised the same."""
            answer = httpx.post(address, json=asked, headers=heads, timeout=30)
            assert answer.status_code in {200, 201}, answer.text
            return str(answer.json()["promise"]).encode()

        def policy() -> Policy:
            return Policy.parse(httpx.get(f"{server.url}/log/promise.policy").content)

        before, (old,) = promised(), policy().logs
        new = installation.run("evidence", "keys", "rotate", "ed25519", "--promises").stdout
        both = promised()
        assert [line.key_id for line in Note.parse(both).lines] == [
            old.key.key_id,
            VerifierKey.parse(new.strip()).key_id,
        ]
        installation.run("evidence", "keys", "retire", old.key.key_id.hex())
        after = promised()
        assert [line.key_id for line in Note.parse(after).lines] == [
            VerifierKey.parse(new.strip()).key_id
        ]
        until(lambda: len(policy().valid) > 0)
        told = policy()
        assert [life.state for life in told.valid.values() if life.last] == [KeyState.RETIRED]
        words = {open_promise(note, told.logs, told.valid) for note in (before, both, after)}
        assert len(words) == 1
        assert open_promise(both, [old]) in words  # whoever has not heard of the new key
    finally:
        server.stop()
