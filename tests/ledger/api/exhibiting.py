"""What exhibits are tried on: a served log whose heads are gathered, said and signed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import psycopg

from ledger.evidence.verifier.assembling import single_file
from ledger.integration import storing
from ledger.integration.exporting import prefix_of, published
from ledger.integration.heads import gather
from ledger.integration.signing import HeadSigner
from ledger.integration.trees import WORLD, TreeKind
from ledger.timers.heads import say_heads
from tests.ledger.integration.signing import KEYS, publish
from tests.ledger.serving import Served
from tests.ledger.small_world import fold

WHY = {"purpose": "专项审计抽查", "task": "审2026-015"}


async def _say(place: Served) -> None:
    async with place.ledger.pool.connection() as connection:
        await say_heads(place.ledger, connection)


def settle(place: Served, signer: HeadSigner) -> None:
    """Gather the heads of all streams, put them into the log, fold it, and sign it."""
    publish(place.conninfo, signer)
    with storing.connected(place.conninfo) as connection:
        gather(connection)
    place.do(_say(place))
    fold(place.conninfo)
    publish(place.conninfo, signer)


def offline(
    folder: Path, data: bytes, *, of: Path | None = None, tree: TreeKind = WORLD
) -> tuple[int, str]:
    """Let ``verify.py`` alone check an exhibit, or a log in a directory; exit code and words."""
    program, file, policy = folder / "verify.py", folder / "exhibit.json", folder / "policy.tlog"
    program.write_text(single_file(), "utf-8")
    file.write_bytes(data)
    policy.write_bytes(published(KEYS)[prefix_of(tree) + "policy"])
    ran = subprocess.run(
        [sys.executable, "-I", "-S", program, of or file, "--policy", policy],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONUTF8": "1"},
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def says(data: bytes) -> dict[str, Any]:
    """Return what an exhibit says."""
    read: dict[str, Any] = orjson.loads(data)
    return read


def respelled(told: dict[str, Any]) -> bytes:
    """Return an exhibit that says something else."""
    return orjson.dumps(told)


def positions(conninfo: str, question: str, *parameters: object) -> list[int]:
    """Return the positions that a question finds."""
    with psycopg.connect(conninfo) as connection:
        return [one for (one,) in connection.execute(question.encode(), parameters)]
