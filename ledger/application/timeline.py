"""From entries to a story that people can read, with personal values masked.

Masks come from the vault in one query for the whole page. A sealed fact joins the story of
whoever may read it, at the position of the entry that commits to it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import orjson

from aggregates.facts import Fact, Finding, decode
from aggregates.sealed import Restricted, Sealed
from ledger.application.asking import Asked
from ledger.application.drafting import SEALED_TYPE
from ledger.application.entries import Sight, entries_of_streams, sight
from ledger.application.running import Ledger
from ledger.entry import leaf_hash
from ledger.vault.opening import mask_many
from ledger.vault.sealed_facts import read_sealed, sealed_about
from projections.model import Moment
from projections.trail.queries import TrailPage


class Stored(Protocol):
    """An entry as the log or the trail gives it."""

    @property
    def position(self) -> int:
        """Its place in the log."""

    @property
    def stream(self) -> str:
        """The stream it extends."""

    @property
    def version(self) -> int:
        """Its place in the stream."""

    @property
    def type(self) -> str:
        """The stored name of its fact."""

    @property
    def body(self) -> str:
        """The entry, byte for byte."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a story.

    Attributes:
        position: Its place in the log.
        stream: The stream it extends, or would, were it not sealed.
        version: Its place in that stream; 0 for a sealed fact.
        type: The stored name of its fact.
        time: When the ledger learned it.
        actor: The id of whoever said it.
        role: As what.
        org: For which organisation.
        county: The county it belongs to.
        channel: By which way it came.
        leaf: Its leaf hash in hexadecimal.
        sight: How much of it the reader sees; ``title`` leaves everything below empty.
        sealed: Whether it is a sealed fact, opened for its reading role.
        data: The fact as the entry holds it.
        fact: The same, typed.
    """

    position: int
    stream: str
    version: int
    type: str
    time: datetime
    actor: str
    role: str
    org: str
    county: str
    channel: str
    leaf: str
    sight: Sight
    sealed: bool
    data: Mapping[str, Any]
    fact: Fact | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The rules that the fact does not keep."""
        return () if self.fact is None else self.fact.findings


@dataclass(frozen=True, slots=True)
class Timeline:
    """A story.

    Attributes:
        events: Its entries in the order of the log.
        masks: What may be shown of sealed values, by commitment.
    """

    events: tuple[Event, ...]
    masks: Mapping[str, str]


async def timeline(
    ledger: Ledger, asked: Asked, stored: Iterable[Stored], *, without: Iterable[str] = ()
) -> Timeline:
    """Return the story that entries tell.

    Args:
        ledger: The ledger.
        asked: Who asks, and how far that reaches.
        stored: The entries, in whatever order.
        without: First parts of stored names that are left out.
    """
    left_out = tuple(without)
    found = [_event(asked, one) for one in stored if not one.type.startswith(left_out)]
    return await with_sealed(ledger, asked, (one for one in found if one.sight != "nothing"), ())


async def sealed_story(
    ledger: Ledger, asked: Asked, kind: str, about: UUID, page: TrailPage, moment: Moment | None
) -> list[Event]:
    """Return the sealed facts about a thing, among the entries of a page of its trail.

    Args:
        ledger: The ledger.
        asked: Who asks; only what that role may read is opened.
        kind: The kind of the thing.
        about: Its id.
        page: The page of its trail.
        moment: As of when; now by default, when what the read models lack counts as well.
    """
    low = page.rows[-1].position if page.rows and page.older is not None else 0
    high = page.rows[0].position if page.rows and page.newer is not None else None
    if high is None and moment is not None:
        high = moment.until
    found: list[Event] = []
    for reader in asked.reach.sealed:
        streams = await sealed_about(asked.connection, reader=reader, kind=kind, about=about)
        found += await _opened(ledger, asked, reader, streams)
    return sorted(
        (one for one in found if low <= one.position and (high is None or one.position <= high)),
        key=lambda one: one.position,
    )


async def _opened(ledger: Ledger, asked: Asked, reader: str, streams: Sequence[str]) -> list[Event]:
    if not streams:
        return []
    facts = await read_sealed(
        asked.connection, ledger.data_keys, reader=reader, streams=list(streams)
    )
    kept = await entries_of_streams(asked.connection, list(facts))
    return [_unsealed(one, orjson.loads(facts[one.stream].body)) for one in kept]


async def with_sealed(
    ledger: Ledger, asked: Asked, events: Iterable[Event], sealed: Iterable[Event]
) -> Timeline:
    """Return events as a story, with sealed facts in the places of their entries."""
    by_position = {one.position: one for one in (*events, *sealed)}
    told = tuple(by_position[position] for position in sorted(by_position))
    wanted = {one for event in told for one in commitments_in(event.fact)}
    return Timeline(told, await mask_many(asked.connection, ledger.data_keys, wanted))


def commitments_in(value: object) -> Iterator[str]:
    """Yield the commitments of all identity within a fact; restricted values are never shown."""
    if isinstance(value, Sealed):
        if not isinstance(value, Restricted):
            yield value.commitment
    elif isinstance(value, tuple):
        for item in value:
            yield from commitments_in(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from commitments_in(getattr(value, name))


def _event(asked: Asked, kept: Stored) -> Event:
    attributes = orjson.loads(kept.body)
    seen = sight(asked.caller, asked.reach, kept.type, attributes)
    whole = seen == "whole"
    sealed = kept.type == SEALED_TYPE
    return Event(
        position=kept.position,
        stream=kept.stream,
        version=kept.version,
        type=kept.type,
        time=datetime.fromisoformat(attributes["time"]),
        actor=attributes["actor"] if whole else "",
        role=attributes["actorrole"],
        org=attributes["actororg"] if whole else "",
        county=attributes["county"],
        channel=attributes["channel"],
        leaf=leaf_hash(kept.body.encode()).hex(),
        sight=seen,
        sealed=sealed,
        data=attributes["data"] if whole else {},
        fact=decode(kept.type, attributes["data"]) if whole else None,
    )


def _unsealed(kept: Stored, whole: Mapping[str, Any]) -> Event:
    return Event(
        position=kept.position,
        stream=whole["subject"],
        version=0,
        type=whole["type"],
        time=datetime.fromisoformat(orjson.loads(kept.body)["time"]),
        actor=whole["actor"],
        role=whole["actorrole"],
        org=whole["actororg"],
        county=whole["county"],
        channel=whole["channel"],
        leaf=leaf_hash(kept.body.encode()).hex(),
        sight="whole",
        sealed=True,
        data=whole["data"],
        fact=decode(whole["type"], whole["data"]),
    )
