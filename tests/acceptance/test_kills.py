"""A server that is killed under load: what was acknowledged is there, once, and whole."""

import asyncio
import random
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg
import pytest

from aggregates.ids import derived_id
from ledger.store.verifying import verify_log
from projections.catalogue import folds
from projections.digest import digest_at, digest_now
from projections.model import Moment
from projections.run import catch_up, prepare
from tests.acceptance.serving import Installation

KILLS = 20
SENDERS = 8


def command(number: int) -> dict[str, Any]:
    return {
        "instructor_id": str(derived_id("killed", number)),
        "county_code": "371502",
        "name": "王明",
        "id_number": "371502199003070035",
        "qualifications": [],
    }


async def load(url: str, token: str, numbers: "list[int]", acknowledged: dict[int, int]) -> None:
    """Send commands until the server is gone; remember what it acknowledged, and where."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as client:

        async def sender() -> None:
            while numbers:
                number = numbers.pop()
                try:
                    answer = await client.post(
                        "/api/v1/commands/register-instructor",
                        json=command(number),
                        headers={"idempotency-key": str(number)},
                    )
                except httpx.HTTPError:
                    # Unknown whether it was written: sent again after the restart, under its key.
                    numbers.append(number)
                    return
                assert answer.status_code == 201, answer.text
                acknowledged[number] = answer.json()["first"]

        await asyncio.gather(*(sender() for _ in range(SENDERS)))


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_or_doubled_over_twenty_kills(
    database: str, tmp_path: Path
) -> None:
    installation = Installation(tmp_path, database)
    installation.run("init")
    token = installation.token("COUNTY_CLERK")
    numbers = list(range(200_000, 0, -1))
    acknowledged: dict[int, int] = {}
    chance = random.Random(7)  # noqa: S311 - when to kill is no secret
    for _ in range(KILLS):
        server = installation.serve()

        async def round_of_load(url: str = server.url, kill: Any = server.kill) -> None:  # noqa: ANN401 - a bound method
            asyncio.get_running_loop().call_later(0.2 + chance.random(), kill)
            await load(url, token, numbers, acknowledged)

        try:
            asyncio.run(round_of_load())
        finally:
            server.kill()  # also where the load itself failed: nothing is left running

    assert len(acknowledged) > KILLS
    assert verify_log(database).broken is None
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("set search_path = ledger, public")
        rows = connection.execute(
            "select stream, version, position from entry where stream like 'instructor/%'"
        ).fetchall()
        at = {stream: position for stream, version, position in rows if version == 1}
        assert len(at) == len(rows), "an instructor was written twice"
        for number, position in acknowledged.items():
            assert at[f"instructor/{derived_id('killed', number)}"] == position
        prepare(connection, folds())
        reached = catch_up(connection, folds())
        for model in folds().models:
            assert digest_now(connection, model) == digest_at(connection, model, Moment(reached))
