"""What the facts of a publicity batch add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import ClaimId, OfficialId
from aggregates.publicity.facts import (
    BatchClaim,
    ObjectionAccepted,
    ObjectionDecided,
    ObjectionDismissed,
    ObjectionLodged,
    PublicityClosed,
    PublicityStarted,
    Target,
)

OPEN_OBJECTION = frozenset({"LODGED", "INVESTIGATING"})
"""An objection that is neither dismissed nor decided counts as open."""


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection.

    Attributes:
        number: Its number in the batch.
        target: What it is about.
        in_window: Whether it came before the publicity closed.
        status: LODGED, INVESTIGATING, DISMISSED, UPHELD, PARTLY or NOT_UPHELD.
        handler: Who looks into it.
        named: Whether somebody stands behind it by name, who gets a reply.
    """

    number: str
    target: Target
    in_window: bool
    status: str = "LODGED"
    handler: OfficialId | None = None
    named: bool = False

    @property
    def open(self) -> bool:
        """Whether nobody dismissed or decided it yet."""
        return self.status in OPEN_OBJECTION

    def touches(self, claim: BatchClaim) -> bool:
        """Say whether it is about a claim of the batch; without a target it is about all."""
        if self.target.claim_id is not None:
            return self.target.claim_id == claim.claim_id
        return self.target.institution_id in (None, claim.institution_id)

    def concerns(self, item_no: int) -> bool:
        """Say whether it is about an item of the claim that it touches."""
        return not self.target.items or item_no in self.target.items


_NO_CLAIMS: Mapping[ClaimId, BatchClaim] = MappingProxyType({})
_NO_OBJECTIONS: Mapping[str, Objection] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Publicity:
    """A publicity batch.

    Attributes:
        status: OPEN or CLOSED; empty before the first fact.
        county: The authority's county.
        claims: The claims on the list.
        published_on: Local date of the publication.
        last_day: The last working day, as counted when it was published.
        closes_at: From when on it may be closed, as counted then.
        closed_on: Local date of its closing.
        objections: The objections by number.
    """

    status: str = ""
    county: str = ""
    claims: Mapping[ClaimId, BatchClaim] = field(default_factory=lambda: _NO_CLAIMS)
    published_on: date | None = None
    last_day: date | None = None
    closes_at: datetime | None = None
    closed_on: date | None = None
    objections: Mapping[str, Objection] = field(default_factory=lambda: _NO_OBJECTIONS)

    def touched(self, objection: Objection) -> tuple[BatchClaim, ...]:
        """Return the claims of the batch that an objection is about."""
        return tuple(one for one in self.claims.values() if objection.touches(one))

    def open_objections(self, *, in_window: bool) -> tuple[Objection, ...]:
        """Return the open objections, those in time or the late ones."""
        return tuple(
            one for one in self.objections.values() if one.open and one.in_window is in_window
        )


def _answered(one: Publicity, number: str, status: str, handler: OfficialId) -> Publicity:
    held = one.objections.get(number)
    if held is None:
        return one
    made = replace(held, status=status, handler=handler)
    return replace(one, objections=MappingProxyType({**one.objections, number: made}))


def _handled(one: Publicity, fact: Fact) -> Publicity:
    match fact:
        case ObjectionAccepted():
            return _answered(one, fact.objection_no, "INVESTIGATING", fact.handler)
        case ObjectionDismissed():
            return _answered(one, fact.objection_no, "DISMISSED", fact.dismissed_by)
        case ObjectionDecided():
            return _answered(one, fact.objection_no, fact.result, fact.decided_by)
        case _:
            return one


def evolve(one: Publicity, fact: Fact, at: Recorded) -> Publicity:
    """Return the batch after one more fact."""
    match fact:
        case PublicityStarted():
            return replace(
                one,
                status="OPEN",
                county=fact.county_code,
                claims=MappingProxyType({claim.claim_id: claim for claim in fact.claims}),
                published_on=at.on,
                last_day=fact.last_day,
                closes_at=fact.closes_at,
            )
        case ObjectionLodged():
            named = fact.objector.kind == "NAMED"
            made = Objection(fact.objection_no, fact.target, fact.in_window, named=named)
            held = {**one.objections, fact.objection_no: made}
            return replace(one, objections=MappingProxyType(held))
        case PublicityClosed():
            return replace(one, status="CLOSED", closed_on=at.on)
        case _:
            return _handled(one, fact)


PUBLICITY = stream("publicity", Publicity(), evolve)
