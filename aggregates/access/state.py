"""What an access stream adds up to: little, since most have one entry."""

from dataclasses import dataclass
from datetime import date

from aggregates.access.facts import SubjectErased, SubjectReadmitted
from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import PersonId, derived_id


@dataclass(frozen=True, slots=True)
class Access:
    """One matter of access.

    Attributes:
        erased_on: Local date of the erasure that stands, if one does.
        readmitted_on: Local date on which the person came back afterwards, if so.
    """

    erased_on: date | None = None
    readmitted_on: date | None = None


def evolve(access: Access, fact: Fact, at: Recorded) -> Access:
    """Return the matter after one more fact."""
    match fact:
        case SubjectErased():
            return Access(erased_on=at.on)
        case SubjectReadmitted():
            return Access(readmitted_on=at.on)
        case _:
            return access


ACCESS = stream("access", Access(), evolve)


def erasure_id(person_id: PersonId) -> PersonId:
    """Return the id of the stream that records a person's erasure, and the way back."""
    return PersonId(derived_id("subject-erased", person_id))
