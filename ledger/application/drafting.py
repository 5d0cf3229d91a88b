"""From new facts to drafts of entries; sealed facts become commitments on the way."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from aggregates.decisions import Caller, Channel, Loaded, New
from aggregates.facts import Fact, encode, links, spelled
from aggregates.ids import STREAM_KINDS
from ledger.application.answers import Written
from ledger.entry import Draft, Envelope, canonical, doubtful, draft, drafted
from ledger.ids import Ids
from ledger.rows import NO_ROWS, VaultRows
from ledger.vault.keys import Salts
from ledger.vault.sealed_facts import seal_fact

SEALED_TYPE = "sealed.recorded.v1"


class Numbered(NamedTuple):
    """A new fact with its stream and its version in it."""

    new: New
    stream: str
    version: int


def numbered(facts: Iterable[New], held: Mapping[str, Loaded]) -> list[Numbered]:
    """Return facts with the versions that follow on where their streams stand."""
    versions: dict[str, int] = {}
    found = []
    for new in facts:
        name = new.kind.name(new.id)
        at = versions.get(name)
        if at is None:
            loaded = held.get(name)
            at = loaded.version if loaded is not None else 0
        versions[name] = at + 1
        found.append(Numbered(new, name, at + 1))
    return found


def written_of(entries: Iterable[Numbered]) -> tuple[Written, ...]:
    """Return what the caller is told of entries; nothing of sealed ones."""
    return tuple(
        [
            Written(stream, version, new.fact.TYPE)
            for new, stream, version in entries
            if not new.sealed_for
        ]
    )


class Place(NamedTuple):
    """Who said it, by which way, and under which version of the policy book."""

    caller: Caller
    channel: Channel
    policy: str


class Made(NamedTuple):
    """A draft, and what it leaves in the vault."""

    stream: str
    draft: Draft
    rows: VaultRows


class Drafting:
    """Drafts the entries of one installation.

    Attributes:
        source: The installation's name, the origin of its log.
    """

    def __init__(
        self, source: str, *, reader_keys: Mapping[str, bytes], salts: Salts, ids: Ids
    ) -> None:
        self.source = source
        self._reader_keys = reader_keys
        self._salts = salts
        self._ids = ids

    def draft(self, new: New, version: int, place: Place) -> Made:
        """Draft one entry.

        Raises:
            NotCanonical: the fact is outside the limits of an entry, such as its length.
        """
        if new.sealed_for:
            return self._sealed(new, place)
        stream = new.kind.name(new.id)
        envelope = self._envelope(new, stream, version, place)
        return Made(stream, drafted(envelope, _spelled(new.fact)), NO_ROWS)

    def _envelope(self, new: New, stream: str, version: int, place: Place) -> Envelope:
        caller = place.caller
        return Envelope(
            stream=stream,
            version=version,
            type=new.fact.TYPE,
            source=self.source,
            actor=_actor(caller.person),
            actorrole=caller.role,
            actororg=caller.org,
            onbehalf=caller.on_behalf,
            county=new.county,
            correlation="" if new.about is None else str(new.about),
            channel=place.channel,
            regime=new.regime,
            policy=place.policy,
        )

    def _sealed(self, new: New, place: Place) -> Made:
        """Draft the entry of a sealed fact: a commitment, and nothing that says of whom."""
        found = set(links(new.fact))
        own = STREAM_KINDS.get(new.kind.prefix)
        if own is not None:
            found.add((own, new.id))
        sealed = seal_fact(
            self._reader_keys[new.sealed_for],
            canonical(self._whole(new, place)),
            reader=new.sealed_for,
            stream_id=self._ids.new(),
            salt=self._salts(),
            links=sorted(found),
        )
        envelope = Envelope(
            stream=sealed.stream,
            version=1,
            type=SEALED_TYPE,
            source=self.source,
            actor="",
            actorrole="",
            actororg="",
            county="",
            channel="",
            regime="",
            policy="",
        )
        data = {"commitment": sealed.commitment, "findings": []}
        return Made(sealed.stream, draft(envelope, data), sealed.rows)

    def _whole(self, new: New, place: Place) -> Mapping[str, Any]:
        caller = place.caller
        return {
            "actor": str(caller.person),
            "actororg": caller.org,
            "actorrole": caller.role,
            "channel": place.channel,
            "correlation": "" if new.about is None else str(new.about),
            "county": new.county,
            "data": encode(new.fact),
            "policy": place.policy,
            "regime": new.regime,
            "subject": new.kind.name(new.id),
            "type": new.fact.TYPE,
        }


@lru_cache(1024)
def _actor(person: UUID) -> str:
    return str(person)


def _spelled(fact: Fact) -> bytes:
    """Return the canonical bytes of a fact's data, spelled at once where that is beyond doubt."""
    data = spelled(fact)
    return canonical(encode(fact)) if doubtful(data) else data
