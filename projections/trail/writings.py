"""What people wrote about somebody: texts that lie under other keys than the person's own.

Answers whoever erases a person, beside ``belongings``: which sealed texts may name that person?
Those of officials and objectors in the claims that the person is an item of, and the purposes of
look-ups about the person. A text about several people tells of each of them.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from aggregates.access.facts import SensitiveDataAccessed
from aggregates.facts import Fact, decode, hints_of, parts_of
from aggregates.ids import ClaimId, PersonId
from aggregates.publicity.facts import ObjectionDecided, ObjectionDismissed, ObjectionLodged
from aggregates.sealed import FreeText, form_of
from aggregates.subsidy_claim.facts import ClaimItemDisallowed

_OF_STREAMS = "select type, body from entry where stream = any(%s) order by position"


async def of_claims(
    connection: AsyncConnection[Any], person: PersonId, claims: Collection[ClaimId]
) -> set[str]:
    """Return the commitments of the texts that were written about claims, or an item of a person.

    Args:
        connection: Where to ask; ``entry`` stands on it.
        person: The person.
        claims: The claims that name the person.
    """
    found: set[str] = set()
    batches: set[UUID] = set()
    for fact in await _facts(connection, (f"subsidy-claim/{one}" for one in claims)):
        publicity: UUID | None = getattr(fact, "publicity_id", None)
        if publicity is not None:
            batches.add(publicity)
        if not isinstance(fact, ClaimItemDisallowed) or fact.person_id == person:
            found.update(free_texts(fact))
    told = await _facts(connection, (f"publicity/{one}" for one in batches))
    answers = [
        fact
        for fact in told
        if isinstance(fact, ObjectionLodged | ObjectionDismissed | ObjectionDecided)
    ]
    about = {
        (fact.publicity_id, fact.objection_no)
        for fact in answers
        if isinstance(fact, ObjectionLodged) and fact.target.claim_id in claims
    }
    for one in answers:
        if (one.publicity_id, one.objection_no) in about:
            found.update(free_texts(one))
    return found


async def of_objectors(
    connection: AsyncConnection[Any], objections: Collection[tuple[UUID, str]]
) -> set[str]:
    """Return the commitments of what objectors said of themselves, and in what words they objected.

    Args:
        connection: Where to ask; ``entry`` stands on it.
        objections: Publicity and number of each objection.
    """
    found: set[str] = set()
    for fact in await _facts(connection, (f"publicity/{one}" for one, _ in objections)):
        if not isinstance(fact, ObjectionLodged):
            continue
        if (fact.publicity_id, fact.objection_no) in objections:
            said = (fact.content, fact.objector.name, fact.objector.contact)
            found.update(one.commitment for one in said if one is not None)
    return found


def purpose_in(name: str, data: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield the commitment of the purpose of a look-up, if that is what an entry tells of."""
    fact = decode(name, data)
    if isinstance(fact, SensitiveDataAccessed):
        yield fact.purpose.commitment


def free_texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - a fact or a part of one
    """Yield the commitments of all that was written freely in a fact."""
    for name, hint in hints_of(value.__class__).items():
        yield from _texts_in(getattr(value, name), hint)


def _texts_in(held: Any, hint: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a field holds
    if held is None:
        return
    form = form_of(hint)
    if form is not None:
        if form.inner is FreeText:
            yield held.commitment
    elif isinstance(held, tuple):
        for part in parts_of(hint):
            for item in held:
                yield from _texts_in(item, part)
    elif hasattr(held, "__dataclass_fields__"):
        yield from free_texts(held)
    else:
        for part in parts_of(hint):
            if form_of(part) is not None:
                yield from _texts_in(held, part)


async def _facts(connection: AsyncConnection[Any], streams: Iterable[str]) -> list[Fact]:
    cursor = await connection.execute(_OF_STREAMS, (sorted(set(streams)),))
    return [
        decode(name, msgspec.json.decode(body)["data"]) for name, body in await cursor.fetchall()
    ]
