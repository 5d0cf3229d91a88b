"""Who looked: the fact of a look-up or an opening is in the log before anything is shown.

Look-ups by auditors and inspectors are sealed: nobody else learns that anything was asked about
anyone. If the fact cannot be appended, nothing is shown.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from aggregates.access.facts import SensitiveDataAccessed
from aggregates.access.state import ACCESS
from aggregates.decisions import Caller, New
from aggregates.ids import PersonId
from aggregates.sealed import FreeText, Personal
from ledger.application.drafting import Place
from ledger.application.running import Ledger
from ledger.rows import NO_ROWS, VaultRows
from ledger.store.requests import Append
from ledger.vault.erasing import any_erased, payload_links
from ledger.vault.opening import Access, Opened, Purpose, open_values

PERSONAL = frozenset({"person", "enrolment", "claim"})
"""The kinds of things of which one may be a person's."""
SEALED_READERS = frozenset({"AUDITOR", "DISCIPLINE"})
"""Roles whose own look-ups are sealed, under their own role's key."""


async def record_access(  # noqa: PLR0913 - all that the fact of a look says
    ledger: Ledger,
    caller: Caller,
    *,
    what: str,
    fields: Sequence[str],
    purpose: Purpose,
    person: UUID | None = None,
    about: Collection[UUID] = (),
) -> int:
    """Append the fact of a look-up and return its position.

    Args:
        ledger: The ledger.
        caller: Who looks.
        what: The data set, such as ``trail/person``.
        fields: The kinds of values seen.
        purpose: Why; its text is sealed, since people write names into it.
        person: Whose data they are, where it is one person.
        about: Whose else they are, as persons, enrolments or claims: when one of them is
            erased, the words of the purpose end as well.

    Raises:
        Fault: the fact could not be appended (by a copy: at the ledger); nothing may be shown.
    """
    if ledger.looks is not None:
        return await ledger.looks.record(
            caller, what=what, fields=fields, purpose=purpose, person=person
        )
    one = ledger.ids.new()
    told, rows = await ledger.seals.text(purpose.text, one)
    whom = {*about} if person is None else {person, *about}
    if whom and await any_erased(ledger.seals.connection, whom):
        rows = NO_ROWS  # nothing is kept in words about somebody who was erased
    elif whom:
        rows = VaultRows.joined((rows, VaultRows(sealed_links=payload_links(one, sorted(whom)))))
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


async def record_trail(
    ledger: Ledger, caller: Caller, kind: str, one: UUID, purpose: Purpose
) -> int:
    """Append the fact that the trail of a thing is looked at, and return its position.

    Args:
        ledger: The ledger.
        caller: Who looks.
        kind: The kind of the thing.
        one: Its id.
        purpose: Why.

    Raises:
        Fault: as ``record_access``.
    """
    return await record_access(
        ledger,
        caller,
        what=f"{kind}/{one}",
        fields=("trail",),
        purpose=purpose,
        person=one if kind == "person" else None,
        about=(one,) if kind in PERSONAL else (),
    )


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
            about=access.owners,
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
