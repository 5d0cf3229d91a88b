"""What became of each signing key of a log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import derived_id
from aggregates.signing_keys.facts import (
    PromiseKeyIntroduced,
    PromiseKeyRetired,
    PromiseKeyRevoked,
    SigningKeyIntroduced,
    SigningKeyRetired,
    SigningKeyRevoked,
)

KEPT_BY = "inner"
"""The channel of whoever stands at the machine that holds the keys."""
CURRENT, RETIRED, REVOKED = "current", "retired", "revoked"


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The keys of a log.

    Attributes:
        became: What became of each, by its vkey: current, retired or revoked.
    """

    became: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def evolve(keys: SigningKeys, fact: Fact, at: Recorded) -> SigningKeys:
    """Return the keys after one more fact; what was imported says nothing about them."""
    if at.channel != KEPT_BY:
        return keys
    match fact:
        case SigningKeyIntroduced() | PromiseKeyIntroduced():
            state = CURRENT
        case SigningKeyRetired() | PromiseKeyRetired():
            state = RETIRED
        case SigningKeyRevoked() | PromiseKeyRevoked():
            state = REVOKED
        case _:
            return keys
    return SigningKeys(MappingProxyType({**keys.became, fact.vkey: state}))


SIGNING_KEYS = stream("signing-keys", SigningKeys(), evolve)


def signing_keys_id(log: str) -> UUID:
    """Return the id of the stream of a log's keys."""
    return derived_id("signing-keys", log)
