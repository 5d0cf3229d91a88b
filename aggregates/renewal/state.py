"""How far the chain of a log's renewals has come."""

from dataclasses import dataclass
from uuid import UUID

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import derived_id
from aggregates.renewal.facts import RootsRenewed
from aggregates.signing_keys.state import KEPT_BY


@dataclass(frozen=True, slots=True)
class Renewals:
    """The renewals of a log.

    Attributes:
        last: The digest of the last statement; empty where none is on record.
        size: The size of the log of which it speaks.
    """

    last: str = ""
    size: int = 0


def evolve(renewals: Renewals, fact: Fact, at: Recorded) -> Renewals:
    """Return the chain after one more fact; what was imported says nothing about it."""
    if at.channel != KEPT_BY or not isinstance(fact, RootsRenewed):
        return renewals
    return Renewals(fact.digest, fact.size)


RENEWALS = stream("renewals", Renewals(), evolve)


def renewals_id(log: str) -> UUID:
    """Return the id of the stream of a log's renewals."""
    return derived_id("renewals", log)
