"""How a fact comes into the stream of the person that it is about."""

from aggregates.decisions import New
from aggregates.entitlement.facts import EntitlementReleased, EntitlementReserved, EntitlementUsed
from aggregates.entitlement.state import ENTITLEMENT


def of_person(
    fact: EntitlementReserved | EntitlementReleased | EntitlementUsed, regime: str = "R3"
) -> New:
    """Return a fact for the stream of the person that it is about."""
    return New(
        ENTITLEMENT,
        fact.person_id,
        fact,
        county=fact.county_code,
        about=fact.claim_id,
        regime=regime,
    )
