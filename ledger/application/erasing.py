"""Erasing a person: decided by two, recorded, then done; every proof stays valid.

    complete   the command learns every class of the person, whatever list it came with
    note       the append that records the erasure leaves a note in the vault
    carry out  keys and rows are destroyed, then the note is taken away

A crash in between leaves the note, and whoever opens the ledger next carries the erasure out.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from aggregates.access.commands import EraseSubject
from aggregates.decisions import Command
from aggregates.ids import PersonId
from aggregates.law.deadlines import local_date
from ledger.application.preparing import Prepared
from ledger.clock import Clock
from ledger.rows import VaultRows
from ledger.vault.data_keys import DataKeys
from ledger.vault.erasing import (
    erase,
    erasures_noted,
    may_be_erased,
    note_of,
    take_note_away,
)
from ledger.vault.errors import RetentionRuns
from projections.trail.belongings import Belongings, belongings


class Erasing:
    """Erases people, each once the fact of it is in the log."""

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
        async with self._pool.connection() as connection:
            found = await belongings(connection, command.person_id)
            await may_be_erased(connection, owners_of(command.person_id, found), on=on)
        named = dict.fromkeys((*command.class_ids, *sorted(found.classes)))
        ready.command = replace(command, class_ids=tuple(named))
        ready.rows = VaultRows(sealed_links=(note_of(command.person_id),))

    async def carry_out(self, command: Command) -> None:
        """Destroy the keys and rows of a person.

        Raises:
            RetentionRuns: the data of one of them have to be stored still.
        """
        assert isinstance(command, EraseSubject)  # noqa: S101 - registered for it
        async with self._pool.connection() as connection:
            await self._destroy(connection, command.person_id)

    async def resume(self) -> int:
        """Carry out the erasures that are recorded and were interrupted; return how many.

        Where the data have meanwhile to be stored, the note is left for a later time.
        """
        done = 0
        async with self._pool.connection() as connection:
            for person in await erasures_noted(connection):
                with suppress(RetentionRuns):
                    await self._destroy(connection, PersonId(person))
                    done += 1
        return done

    async def _destroy(self, connection: AsyncConnection[Any], person: PersonId) -> None:
        # Asked after the commit, so that nothing that was enrolled before it is left out;
        # whoever was erased is enrolled no more.
        found = await belongings(connection, person)
        await erase(connection, self._data_keys, owners_of(person, found), at=self._clock.now())
        await take_note_away(connection, person)


def owners_of(person: PersonId, found: Belongings) -> list[UUID]:
    """Return under whose keys the values of a person lie: the person's own and what is theirs.

    Face scores and reasons belong to an enrolment; accounts and opinions of a claim in person
    to that claim.
    """
    return [person, *sorted(found.enrolments), *sorted(found.claims)]
