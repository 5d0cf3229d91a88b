"""Two doors on one database race for what only one may have."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from aggregates.decisions import Caller, Loaded, New, policy_book_id
from aggregates.policy_book.state import PolicyBook
from ledger.application.answers import Answer, Ask, Recorded, Refusal
from ledger.application.drafting import Place
from ledger.application.running import Ledger, open_ledger
from ledger.application.states import States, Streams
from ledger.clock import SimulatedClock
from ledger.ids import SystemIds
from ledger.store.requests import Append
from ledger.vault.keys import Keyring
from tests.aggregates.claim_commands import submit_claim
from tests.aggregates.claim_stories import Story, a_submitted_claim
from tests.aggregates.claims import ACCEPTED, CLAIM, CLAIM_LAW, CLERK, OTHER_CLAIM, PACKAGE
from tests.aggregates.harness import COUNTY, Happened, given, moment
from tests.aggregates.stories import told

BOOK = f"policy-book/{policy_book_id()}"


class Told(States):
    """States that begin as a story tells, under the law of the story."""

    def __init__(self, streams: Streams, story: Story) -> None:
        super().__init__(streams)
        for name, loaded in given(*story, law=CLAIM_LAW).loaded().items():
            self._hold(name, loaded)

    async def load(self, names: Iterable[str]) -> None:
        wanted = set(names)
        if BOOK in wanted:
            self._hold(BOOK, Loaded(0, PolicyBook(law=CLAIM_LAW)))
        await super().load(wanted - {BOOK})


async def tell(ledger: Ledger, story: Iterable[Happened]) -> None:
    """Write a story into the log, entry by entry."""
    versions: dict[str, int] = {}
    for one in story:
        name = one.kind.name(one.id)
        versions[name] = versions.get(name, 0) + 1
        place = Place(Caller(person=one.recorded.actor, role="MIGRATION"), "inner", "")
        made = ledger.door.drafting.draft(New(one.kind, one.id, one.fact), versions[name], place)
        await ledger.log.append(Append(drafts=(made.draft,), at=one.recorded.time))


async def race(database: str) -> list[Answer | BaseException]:
    keyring = Keyring.generate()
    other = submit_claim(claim_id=OTHER_CLAIM, outer_receipt="W-20240401-2")
    story = told(a_submitted_claim(), other, "2024-04-01 11:00", under=CLAIM_LAW, role="INST_CLERK")
    async with AsyncExitStack() as stack:
        doors: list[Ledger] = []
        for _ in range(2):
            clock = SimulatedClock(moment(ACCEPTED))
            doors.append(
                await stack.enter_async_context(
                    open_ledger(
                        database,
                        keyring=keyring,
                        clock=clock,
                        ids=SystemIds(clock),
                        source="//tests",
                        states=lambda streams: Told(streams, story),
                    )
                )
            )
        await tell(doors[0], story)
        caller = Caller(person=CLERK, role="COUNTY_CLERK", county=COUNTY)
        asks: list[Any] = [
            door.door.act(
                Ask("accept-claim", {"claim_id": str(claim), "package_sha256": PACKAGE}), caller
            )
            for door, claim in zip(doors, (CLAIM, OTHER_CLAIM), strict=True)
        ]
        return list(await asyncio.gather(*asks, return_exceptions=True))


@pytest.mark.rule("ELG-08")
async def test_of_two_claims_for_the_same_training_accepted_at_once_one_is_refused(
    database: str,
) -> None:
    answers = await race(database)

    granted = [one for one in answers if isinstance(one, Recorded)]
    refused = [one for one in answers if isinstance(one, Refusal)]
    assert len(granted) == 1, answers
    assert len(refused) == 1, answers
    assert "ELG-08" in {broken.rule for broken in refused[0].broken}
