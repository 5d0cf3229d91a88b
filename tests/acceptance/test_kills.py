"""A server that is killed under load: what was acknowledged is there, once, and whole."""

import asyncio
import random
from collections import defaultdict
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2 as httpx
import orjson
import psycopg
import pytest

from aggregates.fund_account.state import FUND_ACCOUNT, account_of
from aggregates.ids import derived_id
from ledger.settings import Settings
from ledger.simulation.building import build
from ledger.simulation.world import World, plan_world
from ledger.store.verifying import verify_log
from ledger.vault.keyfile import create_keyring
from ledger.vault.keys import SeededKeyring
from projections.catalogue import folds
from projections.digest import digest_at, digest_now
from projections.model import Moment
from projections.run import catch_up, prepare
from tests.acceptance.serving import Installation
from tests.projections.oracles import otherwise

KILLS = 20
SENDERS = 8
COUNTY, YEAR, FEN = "371502", 2031, 7
"""One account to which everybody writes: a stream that never stands still."""
MARKS = ("instructor_id", "sha256", "doc_sha256")
"""The fields of facts by which a command is known again."""
Acknowledged = dict[str, int]


def command(number: int, open_class: str) -> tuple[str, str, dict[str, Any]]:
    """Return the n-th command: who gives it, its name, and its data, with a mark of its own."""
    mark = sha256(f"killed {number}".encode()).hexdigest()
    if number % 3 == 0:
        instructor = {"county_code": COUNTY, "name": "王明", "id_number": "371502199003070035"}
        return (
            "COUNTY_CLERK",
            "register-instructor",
            instructor | {"instructor_id": str(derived_id("killed", number)), "qualifications": []},
        )
    if number % 3 == 1:
        document = {"class_id": open_class, "kind": "OTHER", "medium": "ELECTRONIC", "pages": 1}
        return "COUNTY_CLERK", "file-archive-document", document | {"sha256": mark}
    budget = {"county_code": COUNTY, "fund": "UI", "year": YEAR, "amount_fen": FEN}
    return "FINANCE", "allocate-budget", budget | {"doc_sha256": mark}


def marked(data: dict[str, Any]) -> str:
    """Return by what a command or its fact is known again; empty for others."""
    return next((str(data[name]) for name in MARKS if data.get(name)), "")


async def load(
    url: str, tokens: dict[str, str], numbers: list[int], open_class: str, heard: Acknowledged
) -> None:
    """Send commands until the server is gone; remember what it acknowledged, and where."""
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:

        async def sender() -> None:
            while numbers:
                number = numbers.pop()
                role, name, data = command(number, open_class)
                headers = {
                    "authorization": f"Bearer {tokens[role]}",
                    "idempotency-key": str(number),
                }
                try:
                    answer = await client.post(
                        f"/api/v1/commands/{name}", json=data, headers=headers
                    )
                except httpx.HTTPError:
                    # Unknown whether it was written: sent again after the restart, under its key.
                    numbers.append(number)
                    return
                assert answer.status_code == 201, answer.text
                heard[marked(data)] = answer.json()["first"]

        await asyncio.gather(*(sender() for _ in range(SENDERS)))


def never_sealed(world: World) -> str:
    """Return a class of the world whose archive takes more documents."""

    def named(command: str) -> set[str]:
        asked = (one.ask for one in world.planned if one.ask.command == command)
        return {str(ask.data["class_id"]) for ask in asked}

    return min(named("check-archive") - named("seal-archive"))


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_or_doubled_over_twenty_kills(
    database: str, tmp_path: Path
) -> None:
    world = plan_world("class", 1, 7)
    asyncio.run(build(database, world))
    installation = Installation(tmp_path, database)
    settings = Settings.read(installation.environment)
    create_keyring(settings.key_file, SeededKeyring(world.name))
    tokens = {role: installation.token(role) for role in ("COUNTY_CLERK", "FINANCE")}
    open_class = never_sealed(world)
    numbers = list(range(200_000, 0, -1))
    heard: Acknowledged = {}
    chance = random.Random(7)  # noqa: S311 - when to kill is no secret
    for _ in range(KILLS):
        server = installation.serve()

        async def round_of_load(url: str = server.url, kill: Any = server.kill) -> None:  # noqa: ANN401 - a bound method
            asyncio.get_running_loop().call_later(0.2 + chance.random(), kill)
            await load(url, tokens, numbers, open_class, heard)

        try:
            asyncio.run(round_of_load())
        finally:
            server.kill()  # also where the load itself failed: nothing is left running

    assert len(heard) > KILLS
    assert verify_log(database).broken is None
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("set search_path = ledger, public")
        written = marks(connection)
        assert {mark: at for mark, (at, *_) in written.items() if mark in heard} == heard
        assert [mark for mark, held in written.items() if len(held) > 1] == []
        prepare(connection, folds())
        reached = catch_up(connection, folds())
        for model in folds().models:
            assert digest_now(connection, model) == digest_at(connection, model, Moment(reached))
        assert list(islice(otherwise(database, connection), 5)) == []
        account = account_of(COUNTY, "UI", YEAR)
        stream = FUND_ACCOUNT.name(account)
        assert allocated(connection, account) == FEN * entries_of(connection, stream) > 0


def marks(connection: psycopg.Connection[Any]) -> dict[str, list[int]]:
    """Return the positions at which each mark of the load stands."""
    found = defaultdict(list)
    rows = connection.execute(
        "select position, body from entry where type in ('instructor.registered.v1',"
        " 'archive.document-filed.v1', 'fund-account.budget-allocated.v1') order by position"
    )
    for position, body in rows:
        found[marked(orjson.loads(body)["data"])].append(position)
    return found


def allocated(connection: psycopg.Connection[Any], account: object) -> int:
    """Return what the funds' books say was allocated to an account."""
    row = connection.execute(
        "select allocated_fen from model.funds where fund_account_id = %s", (account,)
    ).fetchone()
    return int(row[0]) if row else 0


def entries_of(connection: psycopg.Connection[Any], stream: str) -> int:
    """Return how many entries a stream has."""
    row = connection.execute("select count(*) from entry where stream = %s", (stream,)).fetchone()
    return int(row[0]) if row else 0
