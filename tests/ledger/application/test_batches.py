"""A batch goes to the log in few commits, in its order, and a caller may leave in the middle."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from aggregates.decisions import Caller
from aggregates.ids import OfficialId, derived_id
from ledger.application.answers import Ask, Recorded
from ledger.application.running import Ledger

CLERK = Caller(person=OfficialId(derived_id("account", "clerk")), role="COUNTY_CLERK")
COMMITS_MAX = 8


def register(number: int, key: str | None = None) -> Ask:
    data: dict[str, Any] = {
        "instructor_id": str(derived_id("batch", number)),
        "name": "欧阳明远",
        "id_number": "371502199003070035",
        "county_code": "371502",
        "qualifications": [],
    }
    return Ask("register-instructor", data, key)


async def test_hundreds_of_commands_share_a_few_commits(ledger: Ledger) -> None:
    answers = await ledger.door.act_all([register(n) for n in range(256)], CLERK)

    times = {one.time for one in answers if isinstance(one, Recorded)}
    assert sum(isinstance(one, Recorded) for one in answers) == 256
    assert len(times) <= COMMITS_MAX


async def test_the_commands_of_a_batch_lie_in_the_log_in_its_order(ledger: Ledger) -> None:
    answers = await ledger.door.act_all([register(n) for n in range(150)], CLERK)

    positions = [one.first for one in answers if isinstance(one, Recorded)]
    assert positions == list(range(positions[0], positions[0] + 150))


async def test_a_key_twice_in_a_batch_is_answered_twice_and_written_once(ledger: Ledger) -> None:
    answers = await ledger.door.act_all(
        [register(1, "same"), register(2), register(1, "same"), register(3)], CLERK
    )

    first, between, again, after = answers
    assert isinstance(first, Recorded)
    assert isinstance(between, Recorded)
    assert isinstance(again, Recorded)
    assert isinstance(after, Recorded)
    assert (again.repeated, again.first) == (True, first.first)
    assert after.first == between.first + 1


async def test_batches_that_share_keys_in_opposite_order_both_end(ledger: Ledger) -> None:
    there = [register(n, str(n)) for n in range(40)]

    both = await asyncio.wait_for(
        asyncio.gather(ledger.door.act_all(there, CLERK), ledger.door.act_all(there[::-1], CLERK)),
        timeout=60,
    )

    answers = [one for batch in both for one in batch]
    assert all(isinstance(one, Recorded) for one in answers)
    assert sum(isinstance(one, Recorded) and one.repeated for one in answers) == 40


async def test_a_key_is_free_again_when_its_caller_has_left(ledger: Ledger) -> None:
    leaving = asyncio.create_task(
        ledger.door.act_all([register(n, str(n)) for n in range(100)], CLERK)
    )
    await asyncio.sleep(0.01)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving

    answers = await asyncio.wait_for(
        ledger.door.act_all([register(n, str(n)) for n in range(100)], CLERK), timeout=60
    )

    assert all(isinstance(one, Recorded) for one in answers)
    streams = [one.entries[0].stream for one in answers if isinstance(one, Recorded)]
    assert {UUID(name.partition("/")[2]) for name in streams} == {
        derived_id("batch", n) for n in range(100)
    }
    async with ledger.pool.connection() as connection:
        row = await (
            await connection.execute(
                "select count(*) from ledger.entry where stream like 'instructor/%'"
            )
        ).fetchone()
    assert row == (100,)
