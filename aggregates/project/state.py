"""What the facts of a project add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import ClaimId, InstitutionId
from aggregates.project.facts import ProjectMoneyTaken, ProjectRegistered

_NOTHING_TAKEN: Mapping[ClaimId, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Project:
    """A project scheme.

    Attributes:
        status: ``ACTIVE``; empty while it is not registered.
        county: The county that implements it; empty for the city.
        family: One of the four families.
        supplier_id: Who trains.
        supervising_org: The body that supervises it.
        procurement_ref: The procurement that chose the supplier.
        target_group: The categories of persons it is for.
        custody_scheme: Whether it is for people in custody (ELG-17).
        occupations: Codes and levels that are trained; empty where none are named.
        heads: How many persons at most.
        amount_fen: How much at most.
        fund: The fund that pays.
        valid_from: First day.
        valid_to: Last day.
        claims: What each accepted claim takes of the amount, in fen.
    """

    status: str = ""
    county: str = ""
    family: str = ""
    supplier_id: InstitutionId | None = None
    supervising_org: str | None = None
    procurement_ref: str | None = None
    target_group: frozenset[str] = frozenset()
    custody_scheme: bool = False
    occupations: frozenset[tuple[str, str]] = frozenset()
    heads: int = 0
    amount_fen: int = 0
    fund: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    claims: Mapping[ClaimId, int] = field(default_factory=lambda: _NOTHING_TAKEN)

    def active(self, on: date) -> bool:
        """Say whether classes may be held under it on a day."""
        if self.valid_from is None or self.valid_to is None:
            return False
        return self.status == "ACTIVE" and self.valid_from <= on <= self.valid_to

    def covers(self, occupation: str, level: str) -> bool:
        """Say whether it names an occupation at a level, or names none."""
        return not self.occupations or (occupation, level) in self.occupations

    def taken_fen(self, *, but_for: ClaimId | None = None) -> int:
        """Return what all accepted claims take together, but for one of them."""
        return sum(fen for claim_id, fen in self.claims.items() if claim_id != but_for)


def evolve(project: Project, fact: Fact, at: Recorded) -> Project:
    """Return the project after one more fact."""
    del at
    match fact:
        case ProjectRegistered():
            return _registered(project, fact)
        case ProjectMoneyTaken():
            claims = {**project.claims, fact.claim_id: fact.amount_fen}
            return replace(project, claims=MappingProxyType(claims))
        case _:
            return project


def _registered(project: Project, fact: ProjectRegistered) -> Project:
    return replace(
        project,
        status="ACTIVE",
        county=fact.county_code or "",
        family=fact.family,
        supplier_id=fact.supplier_id,
        supervising_org=fact.supervising_org,
        procurement_ref=fact.procurement_ref,
        target_group=frozenset(fact.target_group),
        custody_scheme=fact.custody_scheme,
        occupations=frozenset((one.code, one.level) for one in fact.occupations),
        heads=fact.heads,
        amount_fen=fact.amount_fen,
        fund=fact.fund,
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
    )


PROJECT = stream("project", Project(), evolve)
