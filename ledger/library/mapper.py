"""Facts as the library's events, and how their data are spelled.

The library's own mapper stores the name of a Python class and imports whatever a row names.
Ours knows the registered names only: an unknown one is an error, never an import.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    JSONTranscoder,
    Mapper,
    MapperDeserialisationError,
    StoredEvent,
)

from aggregates import facts
from aggregates.facts import Fact
from ledger.entry import canonical

Encode = Callable[[Any], dict[str, Any]]
"""From a fact to its data."""
Decode = Callable[[str, Mapping[str, Any]], Any]
"""From a stored name and data to the fact, in its newest form."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact at its place: what the library calls a domain event.

    Attributes:
        originator_id: the stream.
        originator_version: the version in the stream, from 1.
        fact: what happened; it bears its stored name as ``TYPE``.
    """

    originator_id: str
    originator_version: int
    fact: Fact


class FactMapper(Mapper[str]):
    """topic = stored name, state = canonical data."""

    def __init__(self, encode: Encode = facts.encode, decode: Decode = facts.decode) -> None:
        """Take the two functions by which facts are spelled and read."""
        super().__init__(JSONTranscoder())
        self._encode = encode
        self._decode = decode

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Spell a fact.

        Raises:
            TypeError: it is not a ``Happened``.
            NotCanonical: its data are outside the limits.
        """
        if not isinstance(domain_event, Happened):
            raise TypeError("the log takes facts at their places, no other events")
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=domain_event.fact.TYPE,
            state=canonical(self._encode(domain_event.fact)),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """Read a fact.

        Raises:
            MapperDeserialisationError: nobody knows its name, or its data have another form. The
                message names the place and quotes no data.
        """
        stream, version = str(stored_event.originator_id), stored_event.originator_version
        try:
            fact = self._decode(stored_event.topic, orjson.loads(stored_event.state))
        except (LookupError, TypeError, ValueError) as fault:
            raise MapperDeserialisationError(
                f"{stream}/{version} of type {stored_event.topic}: {type(fault).__name__}"
            ) from fault
        return Happened(stream, version, fact)
