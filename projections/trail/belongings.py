"""What is a person's, found by the trail and, where that has not come so far, by the log itself.

Answers whoever erases a person: under which classes, enrolments and claims do values of that
person lie? The answer is right at the moment of the question, however far the folds are: the
trail is asked up to where it stands, and the few entries behind it are read one by one.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from psycopg import AsyncConnection

from aggregates.access.facts import SensitiveDataAccessed
from aggregates.enrolment.facts import TraineeEnrolled
from aggregates.facts import Fact, decode, links, stored_names
from aggregates.ids import ClaimId, ClassId, EnrolmentId, PersonId
from aggregates.subsidy_claim.facts import ClaimResubmitted, ClaimSubmitted
from aggregates.training_class.facts import (
    ClassFilingResubmitted,
    ClassFilingSubmitted,
    RosterChanged,
)
from projections.detail.link import CODES

_TELLING: tuple[type[Fact], ...] = (
    ClassFilingSubmitted,
    ClassFilingResubmitted,
    RosterChanged,
    TraineeEnrolled,
    ClaimSubmitted,
    ClaimResubmitted,
    SensitiveDataAccessed,
)
"""The facts that say that something is a person's, or tells of the person."""
_FOLDED_BEFORE = "select to_regclass('model.progress') is not null"
_NEVER_FOLDED = "select type, body from entry where type = any(%(types)s) order by position"
# One statement, so that links and position are of one moment.
_FOUND = """
with folded (position) as (select position from model.progress where name = 'parts')
select type, body from entry
where position in (
  select link.position from detail.link, folded
  where link.kind = %(person)s and link.id = %(one)s and link.position <= folded.position
) and type = any(%(types)s)
union all
select type, body from entry
where position > coalesce((select position from folded), 0) and type = any(%(types)s)
"""


@dataclass(slots=True)
class Belongings:
    """What is a person's.

    Attributes:
        classes: Every class on whose roster the person was, or for which the person claimed.
        enrolments: Every enrolment of the person.
        claims: The claims that the person made in person.
        named_in: The claims of others in which the person is an item.
        purposes: The commitments of the purposes of open look-ups about the person.
    """

    classes: set[ClassId] = field(default_factory=set)
    enrolments: set[EnrolmentId] = field(default_factory=set)
    claims: set[ClaimId] = field(default_factory=set)
    named_in: set[ClaimId] = field(default_factory=set)
    purposes: set[str] = field(default_factory=set)


async def belongings(connection: AsyncConnection[Any], person: PersonId) -> Belongings:
    """Return what is a person's by now.

    Args:
        connection: Where to ask; ``entry`` stands on it.
        person: The person.
    """
    asked = {
        "person": CODES["person"],
        "one": person,
        "types": sorted(stored_names(_TELLING)),
    }
    row = await (await connection.execute(_FOLDED_BEFORE)).fetchone()
    statement = _FOUND if row is not None and row[0] else _NEVER_FOLDED
    found = Belongings()
    cursor = await connection.execute(statement.encode(), asked)
    for name, body in await cursor.fetchall():
        fact = decode(name, msgspec.json.decode(body)["data"])
        if ("person", person) in set(links(fact)):
            _add(found, fact, person)
    return found


def _add(found: Belongings, fact: Any, person: PersonId) -> None:  # noqa: ANN401 - one of those telling
    if isinstance(fact, SensitiveDataAccessed):
        found.purposes.add(fact.purpose.commitment)
        return
    found.classes.add(fact.class_id)
    if isinstance(fact, TraineeEnrolled):
        found.enrolments.add(fact.enrolment_id)
    elif isinstance(fact, ClaimSubmitted | ClaimResubmitted):
        own = getattr(fact, "applicant_person_id", None) == person
        (found.claims if own else found.named_in).add(fact.claim_id)
