"""A log and a witness of another body, each in processes of its own, as operators run them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx2
import orjson
import pytest

from ledger.evidence.errors import Refuted
from ledger.evidence.policy import Policy
from tests.acceptance.serving import Installation
from tests.ledger.embedded.harness import wait_until
from tests.ledger.integration.witnessing import Bureau, Serving, policy_lines

WITHIN_SECONDS = 60


@pytest.fixture
def installation(database: str, tmp_path: Path) -> Installation:
    made = Installation(tmp_path / "home", database)
    made.run("init")
    return made


@dataclass
class Vouched:
    """A log that is served, and the witness that vouches for it."""

    installation: Installation
    witness: Serving
    client: httpx2.Client

    def ready(self) -> dict[str, Any]:
        # Until the read models are prepared it is not ready, and says nothing of them.
        return dict(self.client.get("/readyz").json().get("witnesses") or {})

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = monotonic() + WITHIN_SECONDS
        while not holds(found := self.ready()):
            assert monotonic() < deadline, found
            sleep(0.2)
        return found


@pytest.fixture
def vouched(installation: Installation, tmp_path: Path) -> Iterator[Vouched]:
    bureau = Bureau(tmp_path / "bureau")
    vkey = bureau.run("witness", "init", "sjj.example/w1").stdout.strip()
    log = installation.run("evidence", "keys").stdout.splitlines()[0]
    bureau.run("witness", "add-log", log.partition("+")[0], log)
    witness = bureau.serve()
    lines = policy_lines("all", sjj=(vkey, witness.url))
    (installation.home / "witness.policy").write_text(lines)
    installation.more = {
        "MINGZHANG_WITNESS_SECONDS": "1",
        "MINGZHANG_WITNESS_STALE_SECONDS": "4",
    }
    server = installation.serve()
    try:
        with httpx2.Client(base_url=server.url, timeout=30) as client:
            made = Vouched(installation, witness, client)
            made.until(lambda told: told.get("cosigned", 0) == told.get("signed") != 0)
            yield made
    finally:
        ended = server.stop()
        witness.stop()
    assert ended == 0


def test_what_a_witness_cosigned_is_served_received_verified_and_exported(
    vouched: Vouched, tmp_path: Path
) -> None:
    client, run = vouched.client, vouched.installation.run
    seen = vouched.ready()
    assert (seen["stale"], seen["each"]["sjj"]["outcome"]) == (False, "cosigned")
    held, policy_file = tmp_path / "held", tmp_path / "policy"
    policy_file.write_bytes(client.get("/log/policy").content)
    held.write_bytes(client.get("/log/checkpoint").content)
    policy = Policy.parse(policy_file.read_bytes())
    assert policy.quorum == "everybody"
    accepted = policy.check(held.read_bytes())
    assert set(accepted.cosigned) == {"sjj"}
    cosigned = policy.check(client.get("/log/checkpoint.cosigned").content)
    assert cosigned.signed.checkpoint == accepted.signed.checkpoint
    assert client.get("/log/sm3/checkpoint.cosigned").status_code == 404
    auditor = {"authorization": f"Bearer {vouched.installation.token('AUDITOR')}"}
    receipt = client.get("/api/v1/receipts/1", headers=auditor).content
    assert policy.check(receipt.partition(b"\n\n")[2]).cosigned

    told = run("verify", "--policy", str(policy_file), "--checkpoint", str(held))
    assert orjson.loads(told.stdout)["self_check"] is False
    assert "--policy" not in told.stderr
    told = run("verify")
    assert orjson.loads(told.stdout)["self_check"] is True
    assert "this is a self-check" in told.stderr
    exported = run("export", "log", str(tmp_path / "log"))
    assert orjson.loads(exported.stdout)["sizes"]["sha256"] == seen["signed"]
    run("verify", "--export", str(tmp_path / "log"), "--policy", str(policy_file))


def test_a_witness_that_is_away_is_told_wherever_health_is_shown(vouched: Vouched) -> None:
    vouched.witness.kill()
    vouched.until(lambda told: bool(told["stale"]))
    assert vouched.client.get("/readyz").status_code == 200  # taking entries goes on
    auditor = {"authorization": f"Bearer {vouched.installation.token('AUDITOR')}"}
    page = vouched.client.get("/status?lang=en", headers=auditor).text
    assert "no quorum of the witnesses has cosigned" in page
    assert "no answer" in page
    status = vouched.installation.run("status")
    assert orjson.loads(status.stdout)["witnesses"]["stale"] is True
    assert "no quorum of the witnesses has cosigned" in status.stderr
    doctor = vouched.installation.run("doctor", "-o", "json", ok=False)
    (found,) = [one for one in orjson.loads(doctor.stdout) if one["name"] == "Witnesses"]
    assert found["ok"] == "✗"
    assert "no answer" in found["found"]


def test_a_policy_that_changes_is_taken_up_while_the_log_is_served_and_a_bad_one_is_not(
    vouched: Vouched, tmp_path: Path
) -> None:
    file, client = vouched.installation.home / "witness.policy", vouched.client
    first = file.read_text()
    bureau = Bureau(tmp_path / "second")
    vkey = bureau.run("witness", "init", "czj.example/w1").stdout.strip()
    log = vouched.installation.run("evidence", "keys").stdout.splitlines()[0]
    bureau.run("witness", "add-log", log.partition("+")[0], log)
    second = bureau.serve()
    try:
        sjj = first.split()[2]
        file.write_text(policy_lines("all", sjj=(sjj, vouched.witness.url), czj=(vkey, second.url)))
        told = vouched.until(lambda told: set(told["each"]) == {"sjj", "czj"})
        assert told["policy_fault"] is None
        vouched.until(lambda told: all(one["cosigned_at"] for one in told["each"].values()))
        _published(client, lambda policy: set(policy.witnesses) == {"sjj", "czj"})
        both = client.get("/log/policy").content
        # Until both have answered, what the one of before cosigned is served.
        wait_until(lambda: _cosigners(client, Policy.parse(both)) == {"sjj", "czj"}, WITHIN_SECONDS)

        file.write_text("witness nobody\n")
        told = vouched.until(lambda told: bool(told["policy_fault"]))
        assert "line 1 of the policy" in told["policy_fault"]
        assert set(told["each"]) == {"sjj", "czj"}
        auditor = {"authorization": f"Bearer {vouched.installation.token('AUDITOR')}"}
        page = client.get("/status?lang=en", headers=auditor).text
        assert "the policy of before counts" in page
        assert "line 1 of the policy" in page
        file.unlink()
        vouched.until(lambda told: "is gone" in (told["policy_fault"] or ""))
        assert client.get("/log/policy").content == both
    finally:
        second.stop()
    file.write_text(first)
    vouched.until(lambda told: set(told["each"]) == {"sjj"} and not told["policy_fault"])
    vouched.until(lambda told: not told["stale"])
    _published(client, lambda policy: set(policy.witnesses) == {"sjj"})


def _cosigners(client: httpx2.Client, policy: Policy) -> set[str]:
    try:
        return set(policy.check(client.get("/log/checkpoint.cosigned").content).cosigned)
    except Refuted:
        return set()


def _published(client: httpx2.Client, holds: Callable[[Policy], bool]) -> None:
    deadline = monotonic() + WITHIN_SECONDS
    while not holds(policy := Policy.parse(client.get("/log/policy").content)):
        assert monotonic() < deadline, policy
        sleep(0.2)


def test_a_policy_of_witnesses_out_of_form_is_told_before_anything_is_served(
    installation: Installation,
) -> None:
    (installation.home / "witness.policy").write_text("witness nobody\n")
    refused = installation.run("serve", "--port", "0", ok=False)
    assert refused.returncode == 78
    assert "line 1 of the policy" in refused.stderr
