"""Erasing a person, and letting one come back: decided, recorded, then done; proofs stay valid.

    complete   the command learns every class of the person, whatever list it came with
    note       the append that records it leaves a note in the vault
    carry out  keys and rows are destroyed, or a fresh key is made; then the note is taken away

A crash in between leaves the note, and whoever opens the ledger next carries it out.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from aggregates.access.commands import EraseSubject, ReadmitSubject
from aggregates.decisions import Command
from aggregates.ids import PersonId
from aggregates.law.deadlines import local_date
from ledger.application.preparing import Prepared
from ledger.clock import Clock
from ledger.rows import VaultRows
from ledger.vault.commitments import commitment_bytes
from ledger.vault.data_keys import DataKeys
from ledger.vault.erasing import (
    erase,
    may_be_erased,
    note_of,
    people_noted,
    readmit,
    sweep,
    take_notes_away,
    told_in_notes,
)
from ledger.vault.errors import RetentionRuns
from ledger.vault.sealed_facts import read_sealed, sealed_about
from projections.trail.belongings import Belongings, belongings
from projections.trail.writings import of_claims, of_objectors, purpose_in

LOOKING = ("AUDITOR", "DISCIPLINE")
"""The roles whose own look-ups are sealed facts."""


class Erasing:
    """Erases people, each once the fact of it is in the log, and readmits them likewise."""

    def __init__(self, pool: AsyncConnectionPool[Any], data_keys: DataKeys, clock: Clock) -> None:
        """Prepare to erase.

        Args:
            pool: Connections to log, read models and vault.
            data_keys: The keys at hand, of which those destroyed are forgotten.
            clock: When it is done.
        """
        self._pool = pool
        self._data_keys = data_keys
        self._clock = clock

    async def complete(self, ready: Prepared) -> None:
        """Let the command look at every class of the person, and its append leave a note.

        Raises:
            RetentionRuns: the data of the person have to be stored still.
        """
        command = ready.command
        assert isinstance(command, EraseSubject)  # noqa: S101 - registered for it
        on = local_date(ready.ask.at or self._clock.now())
        person = command.person_id
        async with self._pool.connection() as connection:
            found = await belongings(connection, person)
            await may_be_erased(connection, owners_of(person, found), on=on)
        named = dict.fromkeys((*command.class_ids, *sorted(found.classes)))
        ready.command = replace(command, class_ids=tuple(named))
        objected = [
            note_of("objected", person, f"{one.publicity_id}/{one.objection_no}")
            for one in command.objections
        ]
        ready.rows = VaultRows(sealed_links=(note_of("erase", person), *objected))

    async def carry_out(self, command: Command) -> None:
        """Destroy the keys and rows of a person.

        Raises:
            RetentionRuns: the data of one of them have to be stored still.
        """
        assert isinstance(command, EraseSubject)  # noqa: S101 - registered for it
        async with self._pool.connection() as connection:
            await self._destroy(connection, command.person_id)

    async def complete_readmission(self, ready: Prepared) -> None:
        """Let the append of a readmission leave a note.

        Raises:
            RetentionRuns: the person's erasure is recorded, and waits for the retention to end.
        """
        command = ready.command
        assert isinstance(command, ReadmitSubject)  # noqa: S101 - registered for it
        person, on = command.person_id, local_date(ready.ask.at or self._clock.now())
        async with self._pool.connection() as connection:
            if person in await people_noted(connection, "erase"):
                found = await belongings(connection, person)
                await may_be_erased(connection, owners_of(person, found), on=on)
        ready.rows = VaultRows(sealed_links=(note_of("readmit", person),))

    async def readmit(self, command: Command) -> None:
        """Make a fresh key for a person who comes back."""
        assert isinstance(command, ReadmitSubject)  # noqa: S101 - registered for it
        async with self._pool.connection() as connection:
            await self._readmit(connection, command.person_id)

    async def resume(self) -> int:
        """Carry out what is recorded and was interrupted; return how much.

        What reached the vault of somebody while being erased is removed, too.

        Where the data have meanwhile to be stored, the note is left for a later time.
        """
        done = 0
        async with self._pool.connection() as connection:
            for person in await people_noted(connection, "erase"):
                with suppress(RetentionRuns):
                    await self._destroy(connection, PersonId(person))
                    done += 1
            for person in await people_noted(connection, "readmit"):
                await self._readmit(connection, PersonId(person))
                done += 1
            await sweep(connection)
        return done

    async def _readmit(self, connection: AsyncConnection[Any], person: PersonId) -> None:
        if person in await people_noted(connection, "erase"):
            await self._destroy(connection, person)  # it was recorded before
        await readmit(connection, self._data_keys, person)
        await take_notes_away(connection, "readmit", person)

    async def _destroy(self, connection: AsyncConnection[Any], person: PersonId) -> None:
        # Asked after the commit, so that nothing that was enrolled before it is left out;
        # whoever was erased is enrolled no more.
        found = await belongings(connection, person)
        values = await self._told_of(connection, person, found)
        await erase(
            connection,
            self._data_keys,
            owners_of(person, found),
            at=self._clock.now(),
            about=sorted(found.named_in),
            values=[commitment_bytes(one) for one in sorted(values)],
        )
        await take_notes_away(connection, "objected", person)
        await take_notes_away(connection, "erase", person)

    async def _told_of(
        self, connection: AsyncConnection[Any], person: PersonId, found: Belongings
    ) -> set[str]:
        """Return the commitments of what others wrote about a person, or it as an objector."""
        notes = await told_in_notes(connection, "objected", person)
        objections = {
            (UUID(publicity), number)
            for publicity, _, number in (note.partition("/") for note in notes)
        }
        return (
            found.purposes
            | await of_claims(connection, person, found.named_in | found.claims)
            | await of_objectors(connection, objections)
            | await self._sealed_purposes(connection, person)
        )

    async def _sealed_purposes(
        self, connection: AsyncConnection[Any], person: PersonId
    ) -> set[str]:
        purposes: set[str] = set()
        for role in LOOKING:
            streams = await sealed_about(connection, reader=role, kind="person", about=person)
            facts = await read_sealed(connection, self._data_keys, reader=role, streams=streams)
            for one in facts.values():
                whole = orjson.loads(one.body)
                purposes.update(purpose_in(whole["type"], whole["data"]))
        return purposes


def owners_of(person: PersonId, found: Belongings) -> list[UUID]:
    """Return under whose keys the values of a person lie: the person's own and what is theirs.

    Face scores and reasons belong to an enrolment; accounts and opinions of a claim in person
    to that claim.
    """
    return [person, *sorted(found.enrolments), *sorted(found.claims)]
