"""Wrong input by every door: the answer names rule, place or line, and nothing is half done.

A small world is lived up to the moments at which its script itself tries what the law refuses;
there the same is sent by HTTP, in a batch of lines, and in a file to import.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2 as httpx
import orjson
import pytest

from aggregates.decisions import Caller
from aggregates.ids import OfficialId, derived_id
from ledger.api.app import make_app
from ledger.application.answers import Refusal
from ledger.application.founding import found
from ledger.application.importing import Report, import_file, reason_of
from ledger.application.parsing import BadInput
from ledger.application.running import Ledger, open_ledger
from ledger.clock import SimulatedClock
from ledger.ids import SeededIds
from ledger.security.sessions import COOKIE, Sessions
from ledger.simulation.feeding import feed
from ledger.simulation.script import Planned
from ledger.simulation.world import World, plan_world
from ledger.vault.keys import SeededKeyring
from tests.ledger.application.test_door import NUMBER, institution, instructor

CLERK = Caller(person=OfficialId(derived_id("account", "clerk")), role="COUNTY_CLERK")
BAD_NUMBER = NUMBER[:-1] + "6"
ROSTER = 61
BROKEN = b'{"command": "register-instructor", "data": {'
ONLY_REFUSED = ["access.command-refused.v1"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something wrong that is sent.

    Attributes:
        command: The command.
        data: Its data.
        caller: Who sends it.
        says: The rule that is broken, or the place that is wrong.
        good: A command of the same caller that is right, to stand beside it; with its data.
        importer: As whom it comes in a file.
        as_facts: It comes in a file as what has happened, for who gives it may not import.
    """

    command: str
    data: dict[str, Any]
    caller: Caller
    says: str
    good: tuple[str, dict[str, Any]]
    importer: Caller
    as_facts: bool = False


@dataclass(slots=True)
class Told:
    """What was answered, and what came into the log with it."""

    alone: httpx.Response
    wrote: list[str]
    batch: list[dict[str, Any]]
    report: Report
    entries: list[dict[str, Any]] = field(default_factory=list)


class Doors:
    """An open ledger behind its HTTP application."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self.ledger = ledger
        self.folder = folder
        self.sessions = Sessions()
        self.app = make_app(ledger, self.sessions)
        self.count = 0

    async def entries(self, after: int = 0) -> list[dict[str, Any]]:
        async with self.ledger.pool.connection() as connection:
            rows = await (
                await connection.execute(
                    "select body from ledger.entry where position > %s order by position", (after,)
                )
            ).fetchall()
        return [orjson.loads(body) for (body,) in rows]

    async def tell(self, wrong: Wrong) -> Told:
        """Send what is wrong by every door."""
        session = self.sessions.begin(wrong.caller, self.ledger.clock.now())
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://here", cookies={COOKIE: session}
        ) as client:
            before = len(await self.entries())
            alone = await client.post(
                f"/api/v1/commands/{wrong.command}", content=orjson.dumps(wrong.data)
            )
            wrote = [one["type"] for one in await self.entries(before)]
            lines = [self.line(*self.another(wrong)), self.line(wrong.command, wrong.data)]
            lines += [BROKEN, self.line(*self.another(wrong))]
            answer = await client.post("/api/v1/commands", content=b"\n".join(lines))
        batch = [orjson.loads(one) for one in answer.content.splitlines()]
        before = len(await self.entries())
        report = await self.bring_in(wrong)
        return Told(alone, wrote, batch, report, await self.entries(before))

    async def bring_in(self, wrong: Wrong) -> Report:
        file = self.folder / f"{wrong.says}.ndjson"
        lines = [self.line(*self.another(wrong)), self.line(wrong.command, wrong.data)]
        lines += [BROKEN, self.line(*self.another(wrong))]
        file.write_bytes(b"\n".join(lines))
        return await import_file(
            self.ledger.door, file, wrong.importer, channel="import", as_facts=wrong.as_facts
        )

    def another(self, wrong: Wrong) -> tuple[str, dict[str, Any]]:
        """Return a right command, each time another one."""
        self.count += 1
        name, data = wrong.good
        if name == "register-instructor":
            data = data | {"instructor_id": str(derived_id("right", self.count))}
        return name, data

    @staticmethod
    def line(command: str, data: dict[str, Any]) -> bytes:
        return orjson.dumps({"command": command, "data": data})


RIGHT = ("register-instructor", instructor())


def badly_put() -> list[Wrong]:
    """Return input that is no command at all."""
    unlicensed = institution(7) | {"licence_valid_to": "2027-02-30"}
    return [
        Wrong("register-instructor", data, CLERK, where, RIGHT, CLERK)
        for data, where in (
            (instructor() | {"surplus": 1}, "[…]"),
            (instructor() | {"id_number": BAD_NUMBER}, "id_number"),
        )
    ] + [Wrong("register-institution", unlicensed, CLERK, "licence_valid_to", RIGHT, CLERK)]


def unlawful(world: World) -> list[tuple[Planned, Wrong]]:
    """Return what the world's script tries and the law refuses, in the order of time."""
    found: dict[str, tuple[Planned, Wrong]] = {}
    for one in world.planned:
        for rule in one.refused:
            if rule in {"FIL-01", "CLM-09", "CLM-11"} and rule not in found:
                found[rule] = one, _wrong(world, one, rule)
    late, _ = found["FIL-01"]
    crowd: dict[str, Any] = {**late.ask.data, "class_id": derived_id("crowd", 1)}
    crowd["filing"] = crowd["filing"] | {
        "training_type": "EMPLOYMENT_SKILL",
        "project_id": None,
        "scheme": None,
        "roster": crowded(crowd["filing"]["roster"]),
    }
    found["FIL-08"] = late, replace(found["FIL-01"][1], data=crowd, says="FIL-08")
    return sorted(found.values(), key=lambda pair: pair[0].at)


def crowded(roster: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    more = [{"person_id": derived_id("crowd", n), "category": "UNEMP"} for n in range(ROSTER)]
    return [*roster, *more][:ROSTER]


def _wrong(world: World, one: Planned, rule: str) -> Wrong:
    name, data, caller = one.ask.command, dict(one.ask.data), one.caller
    history = replace(caller, role="MIGRATION")
    if rule == "FIL-01":
        data["class_id"] = derived_id("late", 1)
        return Wrong(name, data, caller, rule, RIGHT, history, as_facts=True)
    if rule == "CLM-09":
        centre = replace(caller, role="CITY_CENTRE")
        return Wrong(name, data, caller, rule, _document(world, data["claim_id"]), centre)
    budget = {"county_code": caller.county, "fund": "UI", "year": 2031, "amount_fen": 1}
    right = ("allocate-budget", budget | {"doc_sha256": "0" * 64})
    return Wrong(name, data, caller, rule, right, history, as_facts=True)


def _document(world: World, claim_id: UUID) -> tuple[str, dict[str, Any]]:
    """Return how to file a document of a claim, which reviewers and the city's centre may."""
    claims = (one.ask.data for one in world.planned if one.ask.command == "submit-claim")
    class_id = next(data["class_id"] for data in claims if data["claim_id"] == claim_id)
    document = {"class_id": class_id, "kind": "OTHER", "sha256": "1" * 64}
    document |= {"medium": "BOTH", "paper_location": "A-1", "pages": 1}
    return "file-archive-document", document


@asynccontextmanager
async def doors(conninfo: str, world: World, folder: Path) -> AsyncIterator[Doors]:
    clock = SimulatedClock(world.begins_at)
    async with open_ledger(
        conninfo,
        keyring=SeededKeyring(world.name),
        clock=clock,
        ids=SeededIds(world.name, clock),
        source=f"//simulation/{world.name}",
    ) as ledger:
        await found(ledger)
        yield Doors(ledger, folder)


async def everything(conninfo: str, folder: Path) -> dict[str, tuple[Wrong, Told]]:
    world = plan_world("class", 1, 7)
    told: dict[str, tuple[Wrong, Told]] = {}
    async with doors(conninfo, world, folder) as place:
        clock = place.ledger.clock
        assert isinstance(clock, SimulatedClock)
        done = 0
        for planned, wrong in unlawful(world):
            at = world.planned.index(planned)
            fed = await feed(place.ledger, clock, world.planned[done:at])
            assert [one.told() for one in fed.unforeseen] == []
            done = max(done, at + 1)
            clock.set(max(planned.at, clock.now()))
            told[wrong.says] = wrong, await place.tell(wrong)
        for wrong in badly_put():
            told[wrong.says] = wrong, await place.tell(wrong)
    return told


@pytest.fixture(scope="module")
def told(
    shared_database: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Wrong, Told]]:
    return asyncio.run(everything(shared_database, tmp_path_factory.mktemp("files")))


BADLY_PUT = ["[…]", "id_number", "licence_valid_to"]
UNLAWFUL = ["FIL-01", "FIL-08", "CLM-09", "CLM-11"]
Answers = dict[str, tuple[Wrong, Told]]


@pytest.mark.parametrize("where", BADLY_PUT)
def test_input_that_is_no_command_is_named_by_its_place_and_leaves_nothing(
    told: Answers, where: str
) -> None:
    _, answer = told[where]

    assert answer.alone.status_code == 400
    assert [one["where"] for one in answer.alone.json()["problems"]] == [where]
    assert BAD_NUMBER not in answer.alone.text
    assert answer.wrote == []


@pytest.mark.parametrize("rule", UNLAWFUL)
def test_what_the_law_refuses_is_named_by_rule_and_clause_and_leaves_the_refusal_alone(
    told: Answers, rule: str
) -> None:
    _, answer = told[rule]

    assert answer.alone.status_code == 422
    broken = {one["rule"]: one for one in answer.alone.json()["broken"]}
    assert broken[rule]["clause"]
    assert broken[rule]["quote"]
    assert broken[rule]["expected"] != broken[rule]["found"]
    assert answer.wrote == ONLY_REFUSED


@pytest.mark.parametrize("says", BADLY_PUT + UNLAWFUL)
def test_in_a_batch_each_line_has_its_own_answer(told: Answers, says: str) -> None:
    _, answer = told[says]
    before, wrong, broken, after = answer.batch

    assert (before["status"], after["status"]) == (201, 201)
    assert broken["status"] == 400
    if says in UNLAWFUL:
        assert says in {one["rule"] for one in wrong["broken"]}
        assert before["last"] < wrong["position"] < after["first"]
    else:
        assert [one["where"] for one in wrong["problems"]] == [says]


@pytest.mark.parametrize("says", BADLY_PUT + UNLAWFUL)
def test_in_a_file_the_line_is_named_and_the_others_are_brought_in(
    told: Answers, says: str
) -> None:
    wrong, answer = told[says]
    report = answer.report
    rejected = {one.line: one.error for one in report.rejected}
    types = [one["type"] for one in answer.entries]

    assert isinstance(rejected.pop(3), BadInput)
    assert report.rows == 4
    assert types[-1] == "system.import-batch-accepted.v1"
    lines = [one["line"] for one in answer.entries[-1]["data"]["rejected"]]
    if wrong.as_facts:
        findings = [f["rule"] for one in answer.entries for f in one["data"]["findings"]]
        assert (rejected, lines, report.recorded) == ({}, [3], 3)
        assert says in findings
        assert ONLY_REFUSED[0] not in types
        return
    error = rejected.pop(2)
    assert (rejected, lines, report.recorded) == ({}, [2, 3], 2)
    if says in UNLAWFUL:
        assert isinstance(error, Refusal)
        assert reason_of(error) == says
        assert types.count(ONLY_REFUSED[0]) == 1
    else:
        assert isinstance(error, BadInput)
        assert [one.where for one in error.problems] == [says]
        assert len(types) == 3
