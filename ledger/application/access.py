"""Who looked: the fact of a look-up or an opening is in the log before anything is shown.

Look-ups by auditors and inspectors are sealed: nobody else learns that anything was asked about
anyone. If the fact cannot be appended, nothing is shown.
"""

from collections.abc import Sequence
from uuid import UUID

from aggregates.access.facts import SensitiveDataAccessed
from aggregates.access.state import ACCESS
from aggregates.decisions import Caller, New
from aggregates.ids import PersonId
from aggregates.sealed import FreeText, Personal
from ledger.application.drafting import Place
from ledger.application.running import Ledger
from ledger.rows import VaultRows
from ledger.store.requests import Append
from ledger.vault.opening import Access, Opened, Purpose, open_values

SEALED_READERS = frozenset({"AUDITOR", "DISCIPLINE"})
"""Roles whose own look-ups are sealed, under their own role's key."""


async def record_access(
    ledger: Ledger,
    caller: Caller,
    *,
    what: str,
    fields: Sequence[str],
    purpose: Purpose,
    person: UUID | None = None,
) -> int:
    """Append the fact of a look-up and return its position.

    Args:
        ledger: The ledger.
        caller: Who looks.
        what: The data set, such as ``trail/person``.
        fields: The kinds of values seen.
        purpose: Why; its text is sealed, since people write names into it.
        person: Whose data they are, where it is one person.

    Raises:
        Fault: the fact could not be appended (by a copy: at the ledger); nothing may be shown.
    """
    if ledger.looks is not None:
        return await ledger.looks.record(
            caller, what=what, fields=fields, purpose=purpose, person=person
        )
    one = ledger.ids.new()
    told, rows = await ledger.seals.text(purpose.text, one)
    fact = SensitiveDataAccessed(
        who=caller.person,
        role=caller.role,
        what=what,
        fields=tuple(fields),
        purpose=Personal[FreeText](told.commitment),
        ticket=purpose.task or None,
        person_id=None if person is None else PersonId(person),
    )
    sealed_for = caller.role if caller.role in SEALED_READERS else ""
    new = New(ACCESS, one, fact, county=caller.county, sealed_for=sealed_for)
    made = ledger.door.drafting.draft(new, 1, Place(caller, "inner", ""))
    appended = await ledger.log.append(
        Append(
            drafts=(made.draft,),
            vault=VaultRows.joined([rows, made.rows]),
        )
    )
    return appended.first


async def open_for(
    ledger: Ledger, caller: Caller, commitments: Sequence[str], purpose: Purpose
) -> dict[str, Opened]:
    """Open sealed values for a caller; the fact of it is in the log before they are returned.

    Raises:
        OpeningRefused: the role may not, or no purpose (for auditors: no task) is given.
        Fault: the fact could not be appended; nothing was opened.
    """

    async def record(access: Access) -> None:
        person = access.owners[0] if len(access.owners) == 1 else None
        await record_access(
            ledger,
            caller,
            what="vault",
            fields=access.kinds,
            purpose=purpose,
            person=person,
        )

    async with ledger.pool.connection() as connection:
        return await open_values(
            connection,
            ledger.data_keys,
            list(commitments),
            purpose=purpose,
            caller=caller,
            record=record,
        )
