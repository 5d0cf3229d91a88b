"""A log for tests: facts become canonical entries at gapless positions."""

from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from aggregates.facts import Fact, decode, encode
from aggregates.ids import derived_id
from aggregates.law.deadlines import SHANGHAI
from aggregates.sealed import Matchable, Personal, Restricted
from ledger.entry import Envelope, draft, leaf_hash

BEGUN = datetime(2024, 1, 2, 8, 0, tzinfo=SHANGHAI)
OFFICIAL: Any = derived_id("test", "official")


def some_id(*parts: object) -> Any:  # noqa: ANN401 - of whatever kind the field takes
    """Return the id that these parts name."""
    return derived_id("test", *parts)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Return an instant of a local day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def digest(*parts: object) -> str:
    """Return a digest in hexadecimal."""
    return sha256(repr(parts).encode()).hexdigest()


def _commitment(parts: tuple[object, ...]) -> str:
    return urlsafe_b64encode(sha256(repr(parts).encode()).digest()).decode().rstrip("=")


def personal(*parts: object) -> Personal[Any]:
    """Return what stands for a sealed value."""
    return Personal(_commitment(parts))


def restricted(*parts: object) -> Restricted[Any]:
    """Return what stands for a restricted value."""
    return Restricted(_commitment(parts))


def matchable(*parts: object) -> Matchable[Any]:
    """Return what stands for a value that is compared: the same for the same parts."""
    token = urlsafe_b64encode(sha256(repr(parts).encode()).digest()[:16]).decode().rstrip("=")
    return Matchable(_commitment(parts), token)


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it stands in the log, and the fact in it."""

    position: int
    stream: str
    version: int
    type: str
    body: bytes
    recorded_at: datetime
    channel: str
    actor: UUID | None
    fact: Fact
    county: str

    @property
    def recorded_on(self) -> date:
        """The local date of the record."""
        return self.recorded_at.date()


@dataclass
class Log:
    """Entries in the order in which they were written."""

    entries: list[Written] = field(default_factory=list)
    now: datetime = BEGUN
    _versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _leaves: dict[str, bytes] = field(default_factory=dict)

    def write(
        self,
        one: UUID,
        fact: Fact,
        *,
        on: datetime | None = None,
        channel: str = "inner",
        actor: UUID | str = OFFICIAL,
        county: str = "371502",
    ) -> int:
        """Append a fact to the stream of its kind and id; return its position.

        Args:
            one: The id of the stream.
            fact: What happened.
            on: When it is recorded; a second after the entry before by default, never earlier.
            channel: By which way it came.
            actor: Who said it.
            county: The county it belongs to.
        """
        self.now = max(self.now + timedelta(seconds=1), on or self.now)
        prefix = fact.TYPE.partition(".")[0]
        stream = f"{prefix}/{one}"
        self._versions[stream] += 1
        envelope = Envelope(
            stream=stream,
            version=self._versions[stream],
            type=fact.TYPE,
            source="//test",
            actor=str(actor),
            actorrole="COUNTY_CLERK",
            actororg="371502-HR",
            county=county,
            channel=channel,
            regime="R3",
            policy="1",
        )
        body = draft(envelope, encode(fact)).spliced(self._leaves.get(stream, b""), self.now)
        self._leaves[stream] = leaf_hash(body)
        position = len(self.entries) + 1
        self.entries.append(
            Written(
                position,
                stream,
                envelope.version,
                fact.TYPE,
                body,
                self.now,
                channel,
                None if actor == "" else UUID(str(actor)),
                fact,
                county,
            )
        )
        return position


def insert(connection: Connection[Any], entries: Iterable[Written]) -> None:
    """Bring entries into the ledger's table."""
    statement = (
        "copy ledger.entry (position, recorded_at, version, stream, type, body, leaf) from stdin"
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for one in entries:
            row = (
                one.position,
                one.recorded_at,
                one.version,
                one.stream,
                one.type,
                one.body.decode(),
                leaf_hash(one.body),
            )
            copy.write_row(row)


def read_back(connection: Connection[Any]) -> list[Written]:
    """Return the entries of the relation ``entry`` as they stand, their facts decoded."""
    rows = connection.execute(
        "select position, stream, version, type, body, recorded_at from entry order by position"
    )
    return [_read(*row) for row in rows]


def _read(
    position: int, stream: str, version: int, name: str, body: str, recorded_at: datetime
) -> Written:
    said = orjson.loads(body)
    actor = UUID(said["actor"]) if said["actor"] else None
    fact = decode(name, said["data"])
    when = recorded_at.astimezone(SHANGHAI)
    return Written(
        position,
        stream,
        version,
        name,
        body.encode(),
        when,
        said["channel"],
        actor,
        fact,
        said["county"],
    )
