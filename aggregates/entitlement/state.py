"""What the facts of a person's entitlements add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from aggregates.decisions import Recorded, stream
from aggregates.entitlement.facts import (
    EntitlementReleased,
    EntitlementReserved,
    EntitlementUsed,
)
from aggregates.facts import Fact
from aggregates.ids import ClaimId, ClassId, EnrolmentId


@dataclass(frozen=True, slots=True)
class Place:
    """One live item: pending, approved or paid (C-08).

    Attributes:
        claim_id: The claim.
        item_no: The item's number in it.
        class_id: The class.
        enrolment_id: The enrolment.
        kind: TRAINING, ASSESSMENT or LIVING_ALLOWANCE.
        occupation: What was learnt or assessed.
        level: At which level.
        certified_on: The date of the certificate.
        year: The year that it counts in.
        scheme: The scheme of an enterprise's training; empty for none.
        employer: The employer's credit code; empty for none.
        used: Whether it was paid.
    """

    claim_id: ClaimId
    item_no: int
    class_id: ClassId
    enrolment_id: EnrolmentId
    kind: str
    occupation: str
    level: str
    certified_on: date | None
    year: int
    scheme: str = ""
    employer: str = ""
    used: bool = False

    @property
    def counts_on(self) -> date:
        """The day on which the limits count it: the certificate's, else the year's first."""
        return self.certified_on or date(self.year, 1, 1)

    @property
    def skill(self) -> tuple[str, str]:
        """Occupation and level, which may not be subsidised twice (ELG-08)."""
        return self.occupation, self.level


Places = Mapping[tuple[ClaimId, int], Place]
_NO_PLACES: Places = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one person was granted, as far as it counts.

    Attributes:
        places: The live items by claim and item number.
    """

    places: Places = field(default_factory=lambda: _NO_PLACES)

    def live(self, kind: str, *, but_for: ClaimId | None = None) -> tuple[Place, ...]:
        """Return the live items of a kind, those of one claim left out."""
        return tuple(
            one for one in self.places.values() if one.kind == kind and one.claim_id != but_for
        )

    def holds(self, claim_id: ClaimId, item_no: int) -> bool:
        """Say whether an item has a place."""
        return (claim_id, item_no) in self.places


def evolve(one: Entitlement, fact: Fact, at: Recorded) -> Entitlement:
    """Return the entitlements after one more fact."""
    places = dict(one.places)
    match fact:
        case EntitlementReserved():
            places[fact.claim_id, fact.item_no] = Place(
                claim_id=fact.claim_id,
                item_no=fact.item_no,
                class_id=fact.class_id,
                enrolment_id=fact.enrolment_id,
                kind=fact.kind,
                occupation=fact.occupation,
                level=fact.level,
                certified_on=fact.certified_on,
                year=fact.year,
                scheme=fact.scheme or "",
                employer=fact.employer or "",
            )
        case EntitlementReleased():
            places.pop((fact.claim_id, fact.item_no), None)
        case EntitlementUsed():
            held = places.get((fact.claim_id, fact.item_no))
            if held is None:
                return one
            places[fact.claim_id, fact.item_no] = replace(held, used=True)
        case _:
            return one
    return Entitlement(MappingProxyType(places))


ENTITLEMENT = stream("entitlement", Entitlement(), evolve)
