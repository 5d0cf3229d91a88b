"""What an access stream adds up to: little, since each has one entry."""

from dataclasses import dataclass
from datetime import date

from aggregates.access.facts import SubjectErased
from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import PersonId, derived_id


@dataclass(frozen=True, slots=True)
class Access:
    """One matter of access.

    Attributes:
        erased_on: Local date of the erasure that the stream records, if it records one.
    """

    erased_on: date | None = None


def evolve(access: Access, fact: Fact, at: Recorded) -> Access:
    """Return the matter after one more fact."""
    return Access(erased_on=at.on) if isinstance(fact, SubjectErased) else access


ACCESS = stream("access", Access(), evolve)


def erasure_id(person_id: PersonId) -> PersonId:
    """Return the id of the stream that records a person's erasure."""
    return PersonId(derived_id("subject-erased", person_id))
