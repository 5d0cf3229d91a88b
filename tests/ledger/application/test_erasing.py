"""A person is erased whole: every class is looked at, every key that is theirs is destroyed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from aggregates.decisions import COMMANDS, Caller
from aggregates.ids import ClassId, OfficialId, PersonId, derived_id
from aggregates.training_class.state import enrolment_of
from ledger.application.answers import Ask, Checked, Recorded, Refusal
from ledger.application.founding import found
from ledger.application.running import Ledger, open_ledger
from ledger.clock import SHANGHAI, SimulatedClock, SystemClock
from ledger.ids import SeededIds, SystemIds
from ledger.simulation.building import fold
from ledger.simulation.feeding import OwnStates, feed
from ledger.simulation.world import World, plan_world
from ledger.vault.data_keys import DataKeys
from ledger.vault.erasing import restrict
from ledger.vault.errors import OwnerErased, RetentionRuns
from ledger.vault.keys import SeededKeyring
from ledger.vault.opening import mask_many

WITHIN_SECONDS = 10
LATER = datetime(2040, 1, 5, 9, tzinfo=SHANGHAI)
"""A day on which no archive of the world has to be kept any more."""
SECURITY = Caller(person=OfficialId(derived_id("account", "security")), role="SEC_ADMIN")
CLERK = Caller(person=OfficialId(derived_id("account", "clerk")), role="")
APPROVERS = [OfficialId(derived_id("account", n)) for n in ("a", "b")]


@dataclass(frozen=True, slots=True)
class Place:
    """A world of one class and year in a database, as far as it was folded."""

    world: World
    conninfo: str

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Ledger]:
        clock = SystemClock()
        async with open_ledger(
            self.conninfo,
            keyring=SeededKeyring(self.world.name),
            clock=clock,
            ids=SystemIds(clock),
            source=f"//simulation/{self.world.name}",
        ) as ledger:
            yield ledger

    def commands(self, name: str, **wanted: object) -> list[dict[str, Any]]:
        """Return the data of all commands of a name that were granted."""
        return [
            dict(one.ask.data)
            for one in self.world.planned
            if one.ask.command == name
            and not one.refused
            and all(one.ask.data.get(key) == value for key, value in wanted.items())
        ]

    def owned(self, *owners: UUID) -> int:
        """Return how many values lie in the vault under some keys."""
        statement = (
            "select (select count(*) from vault.sealed where owner = any(%(o)s))"
            " + (select count(*) from vault.restricted where owner = any(%(o)s))"
        )
        with psycopg.connect(self.conninfo) as connection:
            row = connection.execute(statement, {"o": list(owners)}).fetchone()
        assert row is not None
        return int(row[0])


async def fed(conninfo: str, world: World) -> None:
    clock = SimulatedClock(world.begins_at)
    async with open_ledger(
        conninfo,
        keyring=SeededKeyring(world.name),
        clock=clock,
        ids=SeededIds(world.name, clock),
        source=f"//simulation/{world.name}",
        states=OwnStates,
    ) as ledger:
        await found(ledger)
        await feed(ledger, clock, world.planned)


@pytest.fixture(scope="module")
def built(shared_database: str) -> Place:
    world = plan_world("class", 1, 7)
    asyncio.run(fed(shared_database, world))
    return Place(world, shared_database)


@pytest.fixture(params=["never", "half", "whole"])
def place(built: Place, server: str, request: pytest.FixtureRequest) -> Iterator[Place]:
    """The world in a database of this test's own, folded never, half or whole."""
    origin = psycopg.conninfo.conninfo_to_dict(built.conninfo)["dbname"]
    name = f"{origin}_{request.param}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name} template {origin}".encode())
    conninfo = make_conninfo(server, dbname=name)
    if request.param != "never":
        fold(conninfo)
    if request.param == "half":
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("delete from detail.link where position > 900")
            connection.execute("delete from detail.enrolment where position > 900")
            connection.execute("update model.progress set position = 900")
    yield Place(built.world, conninfo)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())


def erase(person: UUID) -> Ask:
    data = {"person_id": str(person), "approvers": [str(one) for one in APPROVERS], "basis": "B-1"}
    return Ask("erase-subject", data, at=LATER)


def in_person(place: Place) -> tuple[UUID, UUID, UUID]:
    """Return somebody who claimed in person: the person, the class and the claim."""
    claim = place.commands("submit-claim", mode="PERSON")[0]
    return claim["applicant_person_id"], claim["class_id"], claim["claim_id"]


def shown(place: Place) -> tuple[UUID, UUID]:
    """Return somebody of whom a terminal kept face scores, and the enrolment."""
    for plan in place.world.classes:
        for seat in plan.seats:
            if place.owned(seat.enrolment_id):
                return seat.person.person_id, seat.enrolment_id
    raise AssertionError("nobody was shown to a terminal")


async def test_every_key_of_a_person_is_destroyed_however_far_the_folds_are(place: Place) -> None:
    claimant, _, claim = in_person(place)
    person, enrolment = shown(place)
    assert claimant != person
    assert all(place.owned(one) for one in (claimant, claim, person, enrolment))
    neighbour = next(
        one["person_id"]
        for one in place.commands("enrol-trainee")
        if one["person_id"] not in {person, claimant}
    )
    before = place.owned(neighbour)

    async with place.opened() as ledger:
        for one in (claimant, person):
            assert isinstance(await ledger.door.act(erase(one), SECURITY), Recorded)

    assert place.owned(claimant, claim, person, enrolment) == 0
    assert place.owned(neighbour) == before > 0


async def test_no_class_of_a_person_is_passed_over_whatever_list_is_given(place: Place) -> None:
    person, class_id, _ = in_person(place)
    now = place.world.ends_at
    ask = erase(person)

    async with place.opened() as ledger:
        soon = await ledger.door.check(Ask(ask.command, ask.data, at=now), SECURITY)
        done = await ledger.door.act(ask, SECURITY)

    assert isinstance(soon, Refusal)
    assert {one.rule for one in soon.broken} == {"ARC-01"}
    assert isinstance(done, Recorded)
    with psycopg.connect(place.conninfo) as connection:
        row = connection.execute(
            "select body::jsonb #> '{data,class_ids}' from ledger.entry where position = %s",
            (done.first,),
        ).fetchone()
    assert row is not None
    assert str(class_id) in row[0]


@pytest.mark.parametrize("place", ["never"], indirect=True)
async def test_another_process_drops_what_it_holds_of_somebody_erased(place: Place) -> None:
    person, class_id, _ = in_person(place)
    stream = f"training-class/{class_id}"
    async with place.opened() as here, place.opened() as there:
        await there.door.states.load([stream])
        await there.data_keys.of(there.seals.connection, [person])
        assert isinstance(await here.door.act(erase(person), SECURITY), Recorded)
        until = monotonic() + WITHIN_SECONDS
        while monotonic() < until and stream in there.door.states.held:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.01)

        assert person not in there.data_keys
        assert stream not in there.door.states.held
        await there.door.states.load([stream])
        roster = there.door.states.held[stream].state.roster
        assert roster[person].category.value is None


@pytest.mark.parametrize("place", ["never"], indirect=True)
async def test_what_has_to_be_stored_still_is_told_before_anything_is_recorded(
    place: Place,
) -> None:
    person, *_ = in_person(place)
    async with place.opened() as ledger:
        until = LATER.date() + timedelta(days=1)
        await restrict(ledger.seals.connection, ledger.data_keys, [person], until=until)
        with pytest.raises(RetentionRuns):
            await ledger.door.act(erase(person), SECURITY)

        ask = erase(person)
        later = Ask(ask.command, ask.data, at=LATER + timedelta(days=1))
        assert isinstance(await ledger.door.check(later, SECURITY), Checked)
    assert place.owned(person) > 0


@pytest.mark.parametrize("place", ["never"], indirect=True)
async def test_an_erasure_that_was_cut_short_is_carried_out_at_the_next_opening(
    place: Place,
) -> None:
    person, *_ = in_person(place)
    async with place.opened() as ledger:
        ledger.door._after.clear()  # noqa: SLF001 - as if the process died after the commit
        assert isinstance(await ledger.door.act(erase(person), SECURITY), Recorded)
    assert place.owned(person) > 0

    async with place.opened():
        pass

    assert place.owned(person) == 0


@pytest.mark.parametrize("place", ["never"], indirect=True)
@pytest.mark.parametrize(
    ("command", "changed"),
    [
        ("enrol-trainee", {}),
        ("submit-class-filing", {}),
        ("seal-attendance", {"class_id": str(UUID(int=1))}),
        ("withdraw-trainee", {"withdrawn_on": "2040-01-04", "reason": "已离开"}),
        ("initial-review", {"result": "RETURN", "opinion": "请补正"}),
        ("register-instructor", {}),
    ],
)
async def test_what_was_sent_with_a_refused_command_ends_with_the_person_it_tells_of(
    place: Place, command: str, changed: dict[str, object]
) -> None:
    person, class_id, claim = in_person(place)
    sent = naming(place, person, class_id, claim)[command]
    async with place.opened() as ledger:
        body = next(one.body for one in place.world.classes if one.class_id == class_id)
        role = COMMANDS[command].roles[0]
        caller = replace(CLERK, role=role, institution=body.institution_id)
        refused = await ledger.door.act(Ask(command, sent | changed, at=LATER), caller)
        assert isinstance(refused, Refusal)
        payload = payload_at(place, refused.position)
        assert await readable(place, payload)

        assert isinstance(await ledger.door.act(erase(person), SECURITY), Recorded)
        assert not await readable(place, payload)

        (again,) = await ledger.door.act_all([Ask(command, sent | changed, at=LATER)], caller)
        assert isinstance(again, OwnerErased | Refusal)
        assert isinstance(again, OwnerErased) or payload_at(place, again.position) is None


def naming(place: Place, person: UUID, class_id: UUID, claim: UUID) -> dict[str, dict[str, Any]]:
    """Return commands that tell of a person: by id, in a roster, by enrolment, claim or number."""
    enrolment = enrolment_of(ClassId(class_id), PersonId(person))
    seats = [seat for plan in place.world.classes for seat in plan.seats]
    number = next(one.person.id_number for one in seats if one.person.person_id == person)
    instructor = place.commands("register-instructor")[0]
    return {
        "enrol-trainee": place.commands("enrol-trainee", person_id=person)[0],
        "submit-class-filing": place.commands("submit-class-filing", class_id=class_id)[0],
        "seal-attendance": place.commands("seal-attendance", class_id=class_id)[0],
        "withdraw-trainee": {"enrolment_id": enrolment},
        "initial-review": place.commands("initial-review", claim_id=claim)[0],
        "register-instructor": instructor | {"id_number": number},
    }


def payload_at(place: Place, position: int) -> str | None:
    with psycopg.connect(place.conninfo) as connection:
        row = connection.execute(
            "select body::jsonb #>> '{data,payload}' from ledger.entry where position = %s",
            (position,),
        ).fetchone()
    assert row is not None
    found: str | None = row[0]
    return found


async def readable(place: Place, commitment: str | None) -> bool:
    assert commitment is not None
    keys = DataKeys(SeededKeyring(place.world.name))
    async with await psycopg.AsyncConnection.connect(place.conninfo) as connection:
        return commitment in await mask_many(connection, keys, [commitment])
