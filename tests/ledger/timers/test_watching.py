"""The timer notices by itself what was not done in time, once, and nothing that was done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg
import pytest

from aggregates.ids import InstitutionId, derived_id
from aggregates.law.deadlines import SHANGHAI
from aggregates.monthly_plan.commands import plan_id
from aggregates.monthly_plan.facts import MonthlyPlanSubmitted
from aggregates.policy_book.facts import PolicySetPublished, Setting
from aggregates.world import policy_book_id
from ledger.application.running import Ledger, open_ledger
from ledger.clock import SystemClock
from ledger.ids import SystemIds
from ledger.timers import watching
from ledger.vault.keys import Keyring, SeededKeyring
from tests.ledger.class_story import Story
from tests.ledger.small_world import EAST, Writer, fold

SCHOOL = InstitutionId(derived_id("institution", EAST))
MIDNIGHT = datetime(2024, 2, 1, tzinfo=SHANGHAI)
"""When the plan of February 2024 is overdue."""
AFTER = MIDNIGHT + 2 * watching.GRACE


def _opened(conninfo: str, keyring: Keyring) -> Any:  # noqa: ANN401 - a context of a ledger
    clock = SystemClock()
    return open_ledger(
        conninfo, keyring=keyring, clock=clock, ids=SystemIds(clock), source="//tests"
    )


@pytest.fixture
def keyring() -> Keyring:
    """The keys of an installation."""
    return Keyring.generate()


@pytest.fixture
async def ledger(database: str, keyring: Keyring) -> AsyncIterator[Ledger]:
    """A ledger in which a class of February was filed, and no plan."""
    async with _opened(database, keyring) as opened:
        writer = Writer(opened)
        story = Story(writer, 1, SCHOOL, EAST)
        story.file()
        await writer.flush()
        fold(database)
        yield opened


async def _plan(ledger: Ledger, when: datetime) -> None:
    """Report the plan of February."""
    writer = Writer(ledger, now=when - timedelta(minutes=7))
    one = plan_id(SCHOOL, EAST, "2024-02")
    fact = MonthlyPlanSubmitted(
        plan_id=one, institution_id=SCHOOL, county_code=EAST, month="2024-02", items=()
    )
    writer.put("monthly-plan", one, fact)
    await writer.flush()


def entries(conninfo: str, *names: str) -> list[dict[str, Any]]:
    """Return the entries of some stored names."""
    with psycopg.connect(conninfo) as connection:
        found = connection.execute(
            "select body from ledger.entry where type = any(%s) order by position", (list(names),)
        )
        return [orjson.loads(body) for (body,) in found]


MISSED, REFUSED = "system.deadline-missed.v2", "access.command-refused.v1"


@pytest.mark.rule("PLN-01")
async def test_a_missed_duty_is_recorded_through_the_door_with_who_owed_it_and_when(
    ledger: Ledger, database: str
) -> None:
    found = watching.find(database, AFTER)

    recorded = await watching.record(ledger, found)

    assert recorded == {"PLN-01": 1}
    (entry,) = entries(database, MISSED)
    assert entry["data"]["duty_rule_id"] == "PLN-01"
    assert entry["data"]["responsible_org"] == str(SCHOOL)  # it never registered here
    assert datetime.fromisoformat(entry["data"]["due_at"]) == MIDNIGHT
    assert entry["data"]["subject"]["plan_id"] == str(plan_id(SCHOOL, EAST, "2024-02"))
    assert (entry["channel"], entry["actorrole"], entry["county"]) == ("timer", "TIMER", EAST)


async def test_nothing_is_missed_before_its_last_day_is_over_and_a_moment_more(
    ledger: Ledger, database: str
) -> None:
    assert ledger.simulated is False
    assert watching.find(database, MIDNIGHT).missed == []
    assert watching.find(database, MIDNIGHT + watching.GRACE / 2).missed == []
    assert len(watching.find(database, AFTER).missed) == 1


async def test_what_was_done_in_the_last_minute_is_not_missed_though_it_is_not_folded_yet(
    ledger: Ledger, database: str
) -> None:
    await _plan(ledger, MIDNIGHT - timedelta(seconds=1))
    assert watching.find(database, AFTER).missed == []
    fold(database)
    assert watching.find(database, AFTER).missed == []


async def test_what_was_done_a_minute_late_is_missed_as_well(ledger: Ledger, database: str) -> None:
    await _plan(ledger, MIDNIGHT + timedelta(minutes=1))
    fold(database)
    assert len(watching.find(database, AFTER).missed) == 1


async def test_a_timer_that_was_killed_before_it_was_folded_records_nothing_twice(
    ledger: Ledger, database: str
) -> None:
    found = watching.find(database, AFTER)
    await watching.record(ledger, found)
    assert watching.find(database, AFTER).missed == []  # behind the log, it knows nothing
    assert await watching.record(ledger, found) == {}
    fold(database)
    assert watching.find(database, AFTER).missed == []
    assert len(entries(database, MISSED)) == 1
    assert entries(database, REFUSED) == []


async def test_two_timers_at_once_record_one_miss_and_no_refusal(
    ledger: Ledger, database: str, keyring: Keyring
) -> None:
    found = watching.find(database, AFTER)
    async with _opened(database, keyring) as other:
        await asyncio.gather(watching.record(ledger, found), watching.record(other, found))
    assert len(entries(database, MISSED)) == 1
    assert entries(database, REFUSED) == []


async def test_the_loop_watches_by_itself_and_a_second_one_stands_by(
    ledger: Ledger, database: str
) -> None:
    loops = [asyncio.create_task(watching.keep_watching(ledger, database)) for _ in range(2)]
    for _ in range(200):
        if entries(database, MISSED):
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "select count(*) filter (where granted), count(*) from pg_locks"
            " where locktype = 'advisory' and database ="
            " (select oid from pg_database where datname = current_database())"
        ).fetchone()
    for loop in loops:
        loop.cancel()
        with suppress(asyncio.CancelledError):
            await loop
    assert len(entries(database, MISSED)) == 1
    assert row == (1, 2)


async def test_a_simulated_world_is_not_watched_over_in_real_time(database: str) -> None:
    async with _opened(database, SeededKeyring("class:1:7")) as simulated:
        await asyncio.wait_for(watching.keep_watching(simulated, database), 5)


@pytest.mark.rule("SUP-24")
async def test_a_policy_that_is_published_after_the_fact_moves_the_day_and_the_miss_stays(
    ledger: Ledger, database: str
) -> None:
    await _publish(ledger, 3, datetime(2024, 2, 2, tzinfo=UTC))
    fold(database)
    now = datetime(2024, 3, 1, tzinfo=UTC)
    assert await watching.record(ledger, watching.find(database, now)) == {
        "PLN-01": 1,
        "SUP-24": 1,
    }
    fold(database)
    await _publish(ledger, 9, datetime(2024, 3, 2, tzinfo=UTC))
    fold(database)

    found = watching.find(database, now + timedelta(days=2))
    await watching.record(ledger, found)
    await watching.record(ledger, found)

    (moved,) = entries(database, "system.deadline-recomputed.v2")
    old, new = moved["data"]["old_due_on"], moved["data"]["new_due_on"]
    assert (datetime.fromisoformat(new) - datetime.fromisoformat(old)).days == 6
    assert (
        len(entries(database, MISSED)) == 3
    )  # that of the first day stays, that of the new is one
    assert entries(database, REFUSED) == []


async def _publish(ledger: Ledger, days: int, when: datetime) -> None:
    fact = PolicySetPublished(
        policy_id="P1",
        version=str(days),
        doc_no="P1",
        title="时限",
        precedence="CITY",
        effective_from=datetime(2024, 1, 1, tzinfo=UTC).date(),
        parameters=(Setting(name="sla_step_days.filing", value=days),),
    )
    writer = Writer(ledger, now=when)
    one = policy_book_id()
    writer.versions[f"policy-book/{one}"] = 0 if days == 3 else 1
    writer.put("policy-book", one, fact, county="")
    await writer.flush()
