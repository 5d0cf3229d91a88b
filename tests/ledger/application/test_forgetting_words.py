"""What others wrote about a person ends with the person's erasure; a person may come back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest

from aggregates.decisions import Caller
from aggregates.ids import OfficialId, derived_id
from ledger.application.access import record_access
from ledger.application.answers import Ask, Recorded, Refusal
from ledger.application.running import Ledger
from ledger.simulation.building import fold
from ledger.store.verifying import verify_log
from ledger.vault.data_keys import DataKeys
from ledger.vault.errors import OwnerErased
from ledger.vault.keys import SeededKeyring
from ledger.vault.opening import Purpose, mask_many, open_values
from tests.ledger.application.test_erasing import LATER, SECURITY, Place, built, erase, place

__all__ = ["built", "place"]  # fixtures

AUDITOR = Caller(person=OfficialId(derived_id("account", "auditor")), role="AUDITOR")
CITY = Caller(person=OfficialId(derived_id("account", "city")), role="CITY_HR")
WORDS = "核实李某是否冒名"
OTHER = "例行抽查"
pytestmark = pytest.mark.parametrize("place", ["never", "whole"], indirect=True)


def agency(place: Place) -> tuple[dict[str, Any], UUID, UUID]:
    """Return an agency claim of the world, somebody in it, and that person's enrolment."""
    objected = named_objection(place)["target"]["claim_id"]
    claim = next(one for one in agencies(place) if one["claim_id"] == objected)
    first = claim["items"][0]
    return claim, first["person_id"], first["enrolment_id"]


def named_objection(place: Place) -> dict[str, Any]:
    """Return an objection that somebody lodged by name, about a claim of the world."""
    return next(
        one for one in place.commands("lodge-objection") if one["objector"]["kind"] == "NAMED"
    )


def agencies(place: Place) -> list[dict[str, Any]]:
    """Return the agency claims of the classes of the world."""
    known = {one.class_id for one in place.world.classes}
    found = place.commands("submit-claim", mode="AGENCY")
    return [one for one in found if one["class_id"] in known]


def told(place: Place, stream: str) -> list[dict[str, Any]]:
    """Return the entries of a stream."""
    with psycopg.connect(place.conninfo) as connection:
        rows = connection.execute(
            "select body from ledger.entry where stream = %s order by position", (stream,)
        )
        return [orjson.loads(body) for (body,) in rows]


async def left(place: Place, commitments: Iterable[str]) -> set[str]:
    """Return those values that the vault still holds."""
    keys = DataKeys(SeededKeyring(place.world.name))
    async with await psycopg.AsyncConnection.connect(place.conninfo) as connection:
        return set(await mask_many(connection, keys, sorted(set(commitments))))


async def readable(place: Place) -> str:
    """Return everything that can be opened in the vault, in one text."""
    keys = DataKeys(SeededKeyring(place.world.name))
    caller = replace(AUDITOR, role="AUDITOR")

    async def record(_: object) -> None:
        return None

    async with await psycopg.AsyncConnection.connect(place.conninfo, autocommit=True) as connection:
        cursor = await connection.execute(
            "select rtrim(translate(encode(commitment, 'base64'), '+/', '-_'), '=')"
            " from vault.sealed"
        )
        every = [one for (one,) in await cursor.fetchall()]
        opened = await open_values(
            connection,
            keys,
            every,
            purpose=Purpose("a test of erasure", "T-1"),
            caller=caller,
            record=record,
        )
    return "\n".join(one.value for one in opened.values())


def texts(entry: dict[str, Any]) -> set[str]:
    """Return the commitments of the free texts of an entry about a claim."""
    data = entry["data"]
    found = {data.get("opinion"), data.get("reason"), data.get("text")}
    found |= {one.get("text") for one in data.get("reasons", ())}
    return found - {None}


async def erased(ledger: Ledger, person: UUID, objections: Sequence[Any] = ()) -> None:
    ask = erase(person)
    data = {**ask.data, "objections": list(objections)}
    answer = await ledger.door.act(Ask(ask.command, data, at=LATER), SECURITY)
    assert isinstance(answer, Recorded)


async def look(
    ledger: Ledger,
    caller: Caller,
    what: str,
    words: str,
    *,
    person: UUID | None = None,
    about: Sequence[UUID] = (),
) -> None:
    await record_access(
        ledger,
        caller,
        what=what,
        fields=("trail",),
        purpose=Purpose(words, "T-7"),
        person=person,
        about=about,
    )


async def test_the_purposes_of_look_ups_about_a_person_end_with_the_person(place: Place) -> None:
    claim, person, enrolment = agency(place)
    del claim
    neighbour = place.commands("enrol-trainee")[0]["person_id"]
    assert neighbour != person
    async with place.opened() as ledger:
        for caller in (AUDITOR, CITY):
            await look(ledger, caller, f"person/{person}", WORDS, person=person)
            await look(ledger, caller, f"enrolment/{enrolment}", WORDS, about=(enrolment,))
            await look(ledger, caller, "vault", WORDS, about=(person, neighbour))
            await look(ledger, caller, f"person/{neighbour}", OTHER, person=neighbour)
        # Those of before the links: all that tells of whom they were is in the facts themselves.
        with psycopg.connect(place.conninfo) as connection:
            connection.execute(
                "delete from vault.sealed_link where kind = 'payload' and id = %s"
                " and stream in (select stream from vault.sealed_link where kind = 'payload'"
                " group by stream having count(*) = 1)",
                (person,),
            )
        assert (await readable(place)).count(WORDS) == 6
        await erased(ledger, person)
        text = await readable(place)
        assert WORDS not in text
        assert text.count(OTHER) == 2
        await look(ledger, CITY, f"person/{person}", WORDS, person=person)
    assert WORDS not in await readable(place)


async def test_what_reviewers_wrote_about_a_claim_of_many_ends_with_the_first_of_them(
    place: Place,
) -> None:
    claim, person, _ = agency(place)
    stream = f"subsidy-claim/{claim['claim_id']}"
    written = {one for entry in told(place, stream) for one in texts(entry)}
    lodged = named_objection(place)
    objected = {
        entry["data"][name]
        for entry in told(place, f"publicity/{lodged['publicity_id']}")
        for name in ("content", "reason", "explanation")
        if name in entry["data"] and entry["data"]["objection_no"] == lodged["objection_no"]
    }
    assert len(written) > 0
    assert len(objected) > 1
    assert await left(place, written | objected) == written | objected
    others = {
        one
        for other in agencies(place)
        if person not in {row["person_id"] for row in other["items"]}
        for entry in told(place, f"subsidy-claim/{other['claim_id']}")
        for one in texts(entry)
    }
    before = place.owned(claim["claim_id"])
    async with place.opened() as ledger:
        await erased(ledger, person)
    assert await left(place, written | objected) == set()
    kept = await left(place, others)
    assert place.owned(claim["claim_id"]) == before - len(written) > 0  # the payee's account
    assert kept == others


async def test_an_objector_is_forgotten_where_the_person_says_which_objection_it_was(
    place: Place,
) -> None:
    lodged = named_objection(place)
    publicity, number = lodged["publicity_id"], lodged["objection_no"]
    (entry,) = [
        one
        for one in told(place, f"publicity/{publicity}")
        if one["type"] == "publicity.objection-lodged.v1" and one["data"]["objection_no"] == number
    ]
    objector = entry["data"]["objector"]
    said = {objector["name"], objector["contact"], entry["data"]["content"]}
    person = place.commands("submit-claim", mode="PERSON")[0]["applicant_person_id"]
    started = told(place, f"publicity/{publicity}")[0]["data"]["contact"]
    assert await left(place, {*said, started}) == {*said, started}
    before = (await readable(place)).count("钱模拟")

    async with place.opened() as ledger:
        ledger.door._after.clear()  # noqa: SLF001 - as if the process died after the commit
        which = [{"publicity_id": str(publicity), "objection_no": number}]
        await erased(ledger, person, objections=which)
    assert await left(place, said) == said

    async with place.opened():
        pass
    assert await left(place, {*said, started}) == {started}
    assert (await readable(place)).count("钱模拟") == before - 1


async def test_entries_stay_valid_and_the_log_says_nothing_of_objectors(place: Place) -> None:
    _, person, _ = agency(place)
    async with place.opened() as ledger:
        await erased(ledger, person)
    fold(place.conninfo)
    assert verify_log(place.conninfo).broken is None
    with psycopg.connect(place.conninfo) as connection:
        row = connection.execute(
            "select body::jsonb -> 'data' from ledger.entry where type = %s",
            ("access.subject-erased.v1",),
        ).fetchone()
    assert row is not None
    assert "objections" not in row[0]


async def test_whoever_was_erased_comes_back_with_a_fresh_key(place: Place) -> None:
    _, person, _ = agency(place)
    seats = [seat for plan in place.world.classes for seat in plan.seats]
    number = next(one.person.id_number for one in seats if one.person.person_id == person)
    data = place.commands("verify-identity", id_number=number)[0]
    verify_again = Ask("verify-identity", data, at=LATER)
    clerk = replace(CITY, role="COUNTY_CLERK")
    back = Ask("readmit-subject", {"person_id": str(person), "basis": "本人申请"}, at=LATER)
    async with place.opened() as ledger:
        early = await ledger.door.act(back, SECURITY)
        assert isinstance(early, Refusal)
        await erased(ledger, person)
        (refused,) = await ledger.door.act_all([verify_again], clerk)
        assert isinstance(refused, OwnerErased)

        ledger.door._after.clear()  # noqa: SLF001 - as if the process died after the commit
        assert isinstance(await ledger.door.act(back, SECURITY), Recorded)
    async with place.opened() as ledger:
        assert isinstance(await ledger.door.act(verify_again, clerk), Recorded)
        assert place.owned(person) == 2  # number and name, as they were verified now

        await erased(ledger, person)
    assert place.owned(person) == 0
