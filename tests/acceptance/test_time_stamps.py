"""A log whose checkpoints an authority stamps, as its operator sets it up."""

from pathlib import Path
from time import monotonic, sleep

import httpx2
import orjson

from ledger.evidence.time_stamps import listed
from tests.acceptance.serving import Installation
from tests.ledger.integration.authority import made_in

WITHIN_SECONDS = 60


def test_checkpoints_are_stamped_by_themselves_served_told_and_verified(
    database: str, tmp_path: Path
) -> None:
    authority = made_in(tmp_path / "authority")
    installation = Installation(tmp_path / "home", database)
    installation.run("init")
    with authority.serving() as url:
        installation.more = {"MINGZHANG_TSA_URL": url, "MINGZHANG_TSA_SECONDS": "1"}
        refused = installation.run("serve", "--port", "0", ok=False)
        assert refused.returncode == 78
        assert "tsa.pem" in refused.stderr
        (installation.home / "tsa.pem").write_bytes(authority.root)
        server = installation.serve()
        try:
            with httpx2.Client(base_url=server.url, timeout=30) as client:
                until = monotonic() + WITHIN_SECONDS
                while not (every := list(listed(client.get("/log/timestamps/list").content))):
                    assert monotonic() < until
                    sleep(0.2)
                (first, *_) = every
                answer = client.get(f"/log/{first.path}")
                assert answer.headers["content-type"] == "application/octet-stream"
                assert answer.content[:1] == b"\x30"
                assert client.get(f"/log/{first.note_path}").status_code == 200
                assert client.get("/log/timestamps/roots.pem").content == authority.root
        finally:
            server.stop()
        told = orjson.loads(installation.run("status").stdout)["time_stamps"][url]
        assert told["size"] >= first.size
        doctor = orjson.loads(installation.run("doctor", "-o", "json", ok=False).stdout)
        (found,) = [one for one in doctor if one["name"] == "Time stamps"]
        assert "Stamped up to" in found["found"] or "No time stamp lately" in found["found"]
        told = orjson.loads(installation.run("verify").stdout)
        assert told["time_stamps"]["checked"] >= 1
        assert told["time_stamps"]["wrong"] == []
        folder = str(tmp_path / "log")
        installation.run("export", "log", folder)
    roots = ("--tsa-roots", str(installation.home / "tsa.pem"))
    policy = ("--policy", f"{folder}/policy")
    offline = installation.run("verify", "--export", folder, *policy, *roots)
    assert orjson.loads(offline.stdout)["time_stamps"]["newest"] >= first.size
    other = made_in(tmp_path / "another")
    wrong = (
        *("verify", "--export", folder, *policy),
        *("--tsa-roots", str(other.folder / "root.pem")),
    )
    found_wrong = installation.run(*wrong, ok=False)
    assert found_wrong.returncode == 3
    assert "a time stamp does not hold" in found_wrong.stderr
