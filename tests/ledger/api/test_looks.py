"""Whoever supervises leaves a trace before seeing anything, and no trace means no answer."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest

from ledger.vault.data_keys import DataKeys
from ledger.vault.keys import SeededKeyring
from ledger.vault.sealed_facts import read_sealed, sealed_about
from tests.ledger.serving import Served, served

WHY = {"purpose": "专项审计抽查", "task": "审2026-015"}


@pytest.fixture
def breakable(database: str) -> Iterator[Served]:
    """A server of its own for a test that breaks its database."""
    with served(database, classes=1) as found:
        yield found


def last_entry(place: Served) -> tuple[int, str, Any]:
    with psycopg.connect(place.conninfo) as connection:
        row = connection.execute(
            "select position, type, body from ledger.entry order by position desc limit 1"
        ).fetchone()
    assert row is not None
    return row[0], row[1], orjson.loads(row[2])


def sealed_for(place: Served, reader: str, person: UUID) -> list[dict[str, Any]]:
    """Return the sealed facts about a person that a role may read."""

    async def read() -> list[dict[str, Any]]:
        keys = DataKeys(SeededKeyring("test"))
        async with await psycopg.AsyncConnection.connect(place.conninfo) as connection:
            streams = await sealed_about(connection, reader=reader, kind="person", about=person)
            facts = await read_sealed(connection, keys, reader=reader, streams=streams)
            return [orjson.loads(one.body) for one in facts.values()]

    return asyncio.run(read())


@pytest.mark.parametrize("what", ["trail/person", "entitlements"])
def test_a_look_at_a_person_is_in_the_log_before_it_is_answered(place: Served, what: str) -> None:
    person = place.told.stories[3].trainees[1].person
    before, *_ = last_entry(place)
    answer = place.as_("AUDITOR").get(f"/api/v1/{what}/{person}", params=WHY)
    position, type_, entry = last_entry(place)

    assert answer.status_code == 200
    assert (position, type_) == (before + 1, "sealed.recorded.v1")
    assert str(person) not in str(entry)
    assert set(entry["data"]) == {"commitment", "findings"}


def test_a_look_says_who_why_and_for_which_task_to_its_readers_alone(place: Served) -> None:
    person = place.told.stories[4].trainees[2].person
    place.as_("DISCIPLINE").get(f"/api/v1/trail/person/{person}", params=WHY)
    (found,) = sealed_for(place, "DISCIPLINE", person)

    assert found["type"] == "access.sensitive-data-accessed.v1"
    assert found["data"]["role"] == "DISCIPLINE"
    assert found["data"]["ticket"] == WHY["task"]
    assert WHY["purpose"] not in str(found)
    assert sealed_for(place, "AUDITOR", person) == []


def test_a_look_shows_in_the_trail_of_whom_it_was_about_to_its_readers(place: Served) -> None:
    person = place.told.stories[1].trainees[3].person
    path = f"/api/v1/trail/person/{person}"
    place.as_("DISCIPLINE").get(path, params=WHY)

    def looks(role: str) -> list[str]:
        events = place.as_(role).get(path, params=WHY).json()["events"]
        return [one["role"] for one in events if one["sealed"]]

    assert "DISCIPLINE" in looks("DISCIPLINE")
    assert "DISCIPLINE" not in looks("AUDITOR")


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({}, ["purpose", "task"]),
        ({"purpose": "抽查"} | {"task": "T1"}, ["purpose"]),
        ({"purpose": WHY["purpose"]}, ["task"]),
        ({"purpose": WHY["purpose"], "task": "为了张三"} | {"task": "a b"}, ["task"]),
    ],
)
def test_a_look_without_purpose_or_task_is_refused_and_not_recorded(
    place: Served, asked: dict[str, str], where: list[str]
) -> None:
    person = place.told.stories[1].trainees[0].person
    before, *_ = last_entry(place)
    answer = place.as_("AUDITOR").get(f"/api/v1/trail/person/{person}", params=asked)

    assert answer.status_code == 400
    assert [one["where"] for one in answer.json()["problems"]] == where
    assert last_entry(place)[0] == before


@pytest.mark.slow
def test_a_look_that_cannot_be_recorded_is_not_answered(breakable: Served) -> None:
    story = breakable.told.stories[1]
    with psycopg.connect(breakable.conninfo, autocommit=True) as connection:
        connection.execute(
            "create function ledger.full() returns trigger language plpgsql as"
            " $$ begin raise exception 'no'; end $$"
        )
        connection.execute(
            "create trigger full_disk before insert on ledger.entry execute function ledger.full()"
        )
    client = breakable.as_("AUDITOR")
    answer = client.get(f"/api/v1/trail/person/{story.trainees[0].person}", params=WHY)

    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/fault"
    assert "events" not in answer.json()


def test_a_ledger_that_cannot_be_read_is_not_ready(breakable: Served) -> None:
    client = breakable.as_(None)
    assert client.get("/readyz").json()["status"] == "ok"
    with psycopg.connect(breakable.conninfo, autocommit=True) as connection:
        connection.execute("alter table model.progress rename to gone")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
    assert client.get("/healthz").status_code == 200


def test_a_database_that_is_gone_is_a_fault_and_tells_nothing_of_itself(breakable: Served) -> None:
    client = breakable.as_("AUDITOR")
    with psycopg.connect(breakable.conninfo, autocommit=True) as connection:
        connection.execute("alter table model.class_ledger rename to gone")
    answer = client.get("/api/v1/class-ledger")

    assert answer.status_code == 503
    assert "gone" not in answer.text
    assert "class_ledger" not in answer.text
