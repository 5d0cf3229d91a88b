"""Erasing a person: decided by two, recorded, then done; every proof stays valid."""

from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from aggregates.access.commands import EraseSubject
from aggregates.decisions import Command
from ledger.clock import Clock
from ledger.vault.data_keys import DataKeys
from ledger.vault.erasing import erase

# Values that belong to an enrolment (face scores, telephones) are a person's as well.
_ENROLMENTS = """
select distinct (body::jsonb #>> '{data,enrolment_id}')::uuid from ledger.entry
where type = 'enrolment.trainee-enrolled.v1'
  and (body::jsonb #>> '{data,person_id}')::uuid = %s
"""


async def erase_subject(
    pool: AsyncConnectionPool[Any], data_keys: DataKeys, clock: Clock, command: Command
) -> int:
    """Destroy the keys and rows of a person and of their enrolments; return how many owners.

    Runs once the fact is in the log. A crash in between leaves the fact and the keys; giving
    the vault's erasure the same owners again is harmless.

    Raises:
        RetentionRuns: the data of one of them have to be stored still.
    """
    assert isinstance(command, EraseSubject)  # noqa: S101 - registered for it
    person: UUID = command.person_id
    async with pool.connection() as connection:
        found = await (await connection.execute(_ENROLMENTS, (person,))).fetchall()
        owners = [person, *(one for (one,) in found)]
        return await erase(connection, data_keys, owners, at=clock.now())
