"""Messages that may come again by themselves: a refusal, too, is given again under its key."""

from typing import Any

import pytest

from aggregates.decisions import Caller
from aggregates.ids import InstitutionId, OfficialId, derived_id
from ledger.application.answers import Ask, Recorded, Refusal
from ledger.application.running import Ledger
from ledger.store.failures import KeyMismatch
from tests.ledger.class_story import Story
from tests.ledger.small_world import Writer

CLERK = Caller(person=OfficialId(derived_id("account", "gate")), role="COUNTY_CLERK")
COUNTY = "371502"


def plan(month: str = "2027-01") -> dict[str, Any]:
    return {
        "level": "COUNTY",
        "county_code": COUNTY,
        "month": month,
        "channel": "WEBSITE",
        "url": "https://hrss.example.cn/plan",
        "content_sha256": "0" * 64,
    }


def register(number: int, key: str, *, once: bool) -> Ask:
    data = {
        "instructor_id": str(derived_id("i", number)),
        "name": "欧阳明远",
        "id_number": "371502199003070035",
        "county_code": COUNTY,
        "qualifications": [],
    }
    return Ask("register-instructor", data, key, "api", once=once)


async def count(ledger: Ledger) -> int:
    async with ledger.pool.connection() as connection:
        row = await (await connection.execute("select position from ledger.head")).fetchone()
    assert row is not None
    return int(row[0])


async def test_a_refusal_that_comes_again_is_the_same_and_recorded_once(ledger: Ledger) -> None:
    ask = Ask("publish-monthly-plan", plan(), "m-1", "api", once=True)

    first = await ledger.door.act(ask, CLERK)
    recorded = await count(ledger)
    again = await ledger.door.act(ask, CLERK)

    assert isinstance(first, Refusal)
    assert first == again
    assert first.position == recorded == await count(ledger)


def recording(story: Story, key: str, *, once: bool = True) -> Ask:
    data = {
        "class_id": str(story.id),
        "camera_id": "CAM-1",
        "session_nos": [1],
        "starts_at": "2024-03-05T10:00:00+08:00",
        "ends_at": "2024-03-05T11:00:00+08:00",
        "storage_ref": "nvr/1",
        "sha256": "0" * 64,
    }
    return Ask("register-recording", data, key, "device", once=once)


async def test_a_refusal_holds_even_where_the_command_would_be_granted_by_now(
    ledger: Ledger,
) -> None:
    school = InstitutionId(derived_id("institution", COUNTY))
    writer = Writer(ledger, now=ledger.clock.now())
    story = Story(writer, 1, school, COUNTY)
    device = Caller(person=CLERK.person, role="CLASS_HEAD", institution=school)
    refused = await ledger.door.act(recording(story, "m-1"), device)
    assert isinstance(refused, Refusal)
    story.file()
    await writer.flush()
    ledger.door.states.clear()

    assert await ledger.door.act(recording(story, "m-1"), device) == refused
    assert isinstance(await ledger.door.act(recording(story, "m-2"), device), Recorded)


async def test_the_key_of_a_refusal_is_for_no_other_message(ledger: Ledger) -> None:
    await ledger.door.act(Ask("publish-monthly-plan", plan(), "m-1", "api", once=True), CLERK)

    with pytest.raises(KeyMismatch):
        await ledger.door.act(register(1, "m-1", once=True), CLERK)


async def test_without_it_a_refused_command_is_decided_anew_under_its_key(ledger: Ledger) -> None:
    ask = Ask("publish-monthly-plan", plan(), "m-1", "api")

    first = await ledger.door.act(ask, CLERK)
    again = await ledger.door.act(ask, CLERK)

    assert isinstance(first, Refusal)
    assert isinstance(again, Refusal)
    assert again.position > first.position


async def test_a_batch_with_the_same_message_twice_records_its_refusal_once(
    ledger: Ledger,
) -> None:
    ask = Ask("publish-monthly-plan", plan(), "m-1", "api", once=True)
    before = await count(ledger)

    answers = await ledger.door.act_all([ask, ask, register(1, "m-2", once=True)], CLERK)

    first, again, granted = answers
    assert isinstance(first, Refusal)
    assert first == again
    assert isinstance(granted, Recorded)
    assert await count(ledger) == before + 2
