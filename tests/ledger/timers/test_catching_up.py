"""A project of an older log is told what its accepted claims take, each once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest

from aggregates.ids import InstitutionId, ProjectId, derived_id
from aggregates.project.facts import ProjectRegistered
from aggregates.sealed import FreeText
from aggregates.subsidy_claim.facts import ClaimAccepted, ClaimRefused, ClaimSubmitted
from aggregates.training_class.facts import Ground
from ledger.application.running import Ledger, open_ledger
from ledger.clock import SystemClock
from ledger.ids import SystemIds
from ledger.timers import catching_up
from ledger.vault.keys import Keyring
from tests.ledger.class_story import Story
from tests.ledger.money_story import submit_claim
from tests.ledger.small_world import EAST, Writer, digest, fold, official

PROJECTS = [ProjectId(derived_id("project", n)) for n in range(2)]
SCHOOL = InstitutionId(derived_id("institution", EAST))
TAKEN, REFUSED = "project.money-taken.v1", "access.command-refused.v1"


class OldStory(Story):
    """A class for a project, as a log tells of it in which nobody told projects anything."""

    project: ProjectId | None = None
    accepted: bool = True

    def put(
        self, prefix: str, one: UUID, fact: object, by: str = "INST_CLERK", **more: object
    ) -> None:
        if isinstance(fact, ClaimSubmitted):
            fact = replace(fact, project_id=self.project)
        if self.accepted or not isinstance(fact, ClaimAccepted):
            super().put(prefix, one, fact, by, **more)


def claim(
    writer: Writer, number: int, project: ProjectId | None, *, accepted: bool = True
) -> OldStory:
    story = OldStory(writer, number, SCHOOL, EAST)
    story.project, story.accepted = project, accepted
    story.file()
    submit_claim(story)
    return story


def refuse(story: OldStory) -> None:
    refused = ClaimRefused(
        claim_id=story.claim,
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        reasons=(Ground(rule_id="CLM-06", text=story.writer.personal(FreeText, "不符")),),
        stage="ACCEPTED",
        heads=story.heads,
        amount_fen=story.amount,
        decided_by=official("COUNTY_CLERK"),
        notice_doc=digest("notice"),
        served_at=story.writer.now,
        remedy="BOTH",
    )
    story.put("subsidy-claim", story.claim, refused, by="COUNTY_CLERK")


def register(writer: Writer, project: ProjectId) -> None:
    fact = ProjectRegistered(
        project_id=project,
        county_code=EAST,
        family="TARGET_GROUP",
        buyer="模拟县区人社局",
        supplier_id=SCHOOL,
        target_group=("RURAL",),
        heads=100,
        amount_fen=12_000_000,
        fund="EMPLOYMENT",
        valid_from=date(2024, 1, 1),
        valid_to=date(2029, 12, 31),
    )
    writer.put("project", project, fact, by="COUNTY_HR")


@pytest.fixture
async def ledger(database: str) -> AsyncIterator[Ledger]:
    """An empty ledger."""
    clock = SystemClock()
    async with open_ledger(
        database, keyring=Keyring.generate(), clock=clock, ids=SystemIds(clock), source="//tests"
    ) as opened:
        yield opened


@pytest.fixture
async def stories(ledger: Ledger, database: str) -> list[OldStory]:
    """Old claims: two of one project, a refused one of another, one not accepted, one of none."""
    writer = Writer(ledger)
    for project in PROJECTS:
        register(writer, project)
    told = [
        claim(writer, 1, PROJECTS[0]),
        claim(writer, 2, PROJECTS[0]),
        claim(writer, 3, PROJECTS[1]),
        claim(writer, 4, PROJECTS[1], accepted=False),
        claim(writer, 5, None),
    ]
    refuse(told[2])
    await writer.flush()
    fold(database)
    return told


def entries(conninfo: str, name: str) -> list[dict[str, Any]]:
    with psycopg.connect(conninfo) as connection:
        found = connection.execute(
            "select body from ledger.entry where type = %s order by position", (name,)
        )
        return [orjson.loads(body) for (body,) in found]


@pytest.mark.rule("ELG-28")
async def test_old_accepted_claims_are_told_to_their_projects_through_the_door(
    ledger: Ledger, database: str, stories: list[OldStory]
) -> None:
    found = catching_up.find(database)
    assert found.whole
    assert await catching_up.record(ledger, found) == 3

    told = entries(database, TAKEN)
    assert {one["data"]["claim_id"]: _taken(one["data"]) for one in told} == {
        str(stories[0].claim): (str(PROJECTS[0]), stories[0].amount),
        str(stories[1].claim): (str(PROJECTS[0]), stories[1].amount),
        str(stories[2].claim): (str(PROJECTS[1]), 0),
    }
    assert {(one["channel"], one["actorrole"]) for one in told} == {("timer", "TIMER")}


def _taken(data: dict[str, Any]) -> tuple[str, int]:
    return data["project_id"], data["amount_fen"]


async def test_what_is_told_is_not_told_again_folded_or_not(
    ledger: Ledger, database: str, stories: list[OldStory]
) -> None:
    assert stories
    await catching_up.record(ledger, catching_up.find(database))
    unfolded = catching_up.find(database)
    fold(database)
    folded = catching_up.find(database)

    assert (unfolded.untold, unfolded.whole) == ({}, False)
    assert (folded.untold, folded.whole) == ({}, True)


async def test_two_that_found_the_same_tell_it_once(
    ledger: Ledger, database: str, stories: list[OldStory]
) -> None:
    assert stories
    first, second = catching_up.find(database), catching_up.find(database)
    await catching_up.record(ledger, first)
    await catching_up.record(ledger, second)

    assert len(entries(database, TAKEN)) == 3


async def test_it_looks_once_over_everything_and_ends(
    ledger: Ledger, database: str, stories: list[OldStory]
) -> None:
    assert stories
    await catching_up.keep_catching_up(ledger, database)
    assert len(entries(database, TAKEN)) == 3
    assert entries(database, REFUSED) == []
