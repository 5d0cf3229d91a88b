"""A small world of entries, written as facts: what pages and questions have to show.

Two institutions in two counties, and as many classes as a test asks for, each brought to one of
several ends. Personal values are sealed as the door seals them; people and numbers are made up.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg

import aggregates.catalogue  # noqa: F401 - all facts and streams register themselves
from aggregates.decisions import Caller, Channel, New, Stream
from aggregates.facts import Fact
from aggregates.ids import InstitutionId, OfficialId, PersonId, derived_id
from aggregates.sealed import IdNumber, Kind, Matchable, Personal, Restricted
from ledger.application.drafting import Place
from ledger.application.running import Ledger
from ledger.rows import VaultRows
from ledger.store.requests import Append
from ledger.vault.sealing import Placed, Sealer, rows_under
from projections.catalogue import folds
from projections.run import catch_up, prepare

EAST, NORTH = "371502", "371526"
BEGUN = datetime(2024, 1, 5, 1, 0, tzinfo=UTC)


def digest(*parts: object) -> str:
    return sha256("/".join(map(str, parts)).encode()).hexdigest()


def official(name: str) -> OfficialId:
    return OfficialId(derived_id("account", name))


def as_role(role: str, county: str = "", institution: UUID | None = None) -> Caller:
    body = None if institution is None else InstitutionId(institution)
    return Caller(person=official(role), role=role, county=county, institution=body)


@dataclass
class Writer:
    """Puts facts into the log, a hundred or so at a time, one minute apart."""

    ledger: Ledger
    now: datetime = BEGUN
    waiting: list[tuple[New, int, Place, datetime, list[Placed]]] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        keyring = self.ledger.seals.keyring
        self.sealer = Sealer(keyring, keyring.salts("small world"))

    def put(  # noqa: PLR0913 - all that an envelope says
        self,
        prefix: str,
        one: UUID,
        fact: Fact,
        *,
        by: str = "INST_CLERK",
        county: str = EAST,
        about: UUID | None = None,
        channel: Channel = "inner",
        sealed_for: str = "",
    ) -> None:
        kind: Stream[Any] = Stream(prefix, None, lambda state, *_: state)
        name = f"{prefix}/{one}"
        version = self.versions.get(name, 0) + 1
        self.versions[name] = version
        self.now += timedelta(minutes=7)
        new = New(kind, one, fact, county=county, about=about, sealed_for=sealed_for)
        place = Place(as_role(by, county), channel, "17号/1")
        placed = self.sealer.placed(fact, one)
        self.waiting.append((new, version, place, self.now, placed))

    def personal(self, kind: type[Kind], text: str) -> Personal[Any]:
        hint: Any = Personal[kind]  # type: ignore[valid-type]  # a type at run time
        return Personal(self.sealer.hook(hint, text).commitment)

    def matchable(self, kind: type[Kind], text: str) -> Matchable[Any]:
        hint: Any = Matchable[kind]  # type: ignore[valid-type]  # a type at run time
        value = self.sealer.hook(hint, text)
        assert isinstance(value, Matchable)
        return value

    def restricted(self, kind: object, held: object) -> Restricted[Any]:
        hint: Any = Restricted[kind]  # type: ignore[valid-type]  # a type at run time
        value = self.sealer.hook(hint, held)
        assert isinstance(value, Restricted)
        return value

    def person(self, id_number: str) -> PersonId:
        return self.sealer.person(IdNumber.canonical(id_number))

    async def flush(self) -> None:
        ledger, drafting = self.ledger, self.ledger.door.drafting
        owners = {value.owner for *_, placed in self.waiting for value in placed}
        keys = await ledger.data_keys.of(ledger.seals.connection, owners)
        appends = []
        for new, version, place, at, placed in self.waiting:
            made = drafting.draft(new, version, place)
            vault = VaultRows.joined([rows_under(keys, placed), made.rows])
            appends.append(Append(drafts=(made.draft,), vault=vault, at=at))
        self.waiting.clear()
        # They reach the appender in this order and share its commits.
        await asyncio.gather(*(self.ledger.log.append(one) for one in appends))


def fold(conninfo: str) -> None:
    """Bring every read model up to the end of the log."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("set search_path = ledger, public")
        prepare(connection, folds())
        catch_up(connection, folds())


def on(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)
