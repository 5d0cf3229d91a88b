"""How far everything has come: log, read models, trees, publishing, and how a copy is fed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection, Connection

MODELS: Final = "select name, position from model.progress order by name"
RELAYS: Final = """
select topic, position, extract(epoch from clock_timestamp() - updated_at)::float8,
  (select sum(one)::int8 from unnest(ends) as one)
from ledger.relay order by topic
"""
STANDING: Final = """
select (select position from ledger.head), (select recorded_at from ledger.head),
  (select coalesce(min(size), 0) from evidence.tree where algorithm = 'sha256')
"""
COPY: Final = """
select origin.topic, max(progress.position), sum(ends_at - next_offset),
  extract(epoch from clock_timestamp() - max(arrived_at))::float8,
  (select count(*) from ledger.entry where entry.position > (select position from ledger.head)),
  (select count(*) from mirror.alarm where mended_at is null)
from mirror.origin left join mirror.progress on true group by origin.topic
"""

INTAKES: Final = """
select topic, sum(greatest(0, ends_at - next_offset))::int8,
  (select extract(epoch from clock_timestamp() - min(arrived_at))::float8 from intake.listed
    where listed.topic = progress.topic),
  extract(epoch from clock_timestamp() - min(looked_at))::float8,
  (select coalesce(jsonb_object_agg(fault, count), '{}') from
    (select fault, count(*) from intake.listed where listed.topic = progress.topic group by fault)
    as waits),
  (select coalesce(jsonb_object_agg(outcome, count), '{}') from intake.outcome
    where outcome.topic = progress.topic)
from intake.progress group by topic order by topic
"""
ANSWERS: Final = ("granted", "refused", "dropped")
"""What a message that waits no longer was answered; every other outcome is why one came to wait."""


@dataclass(frozen=True, slots=True)
class Published:
    """How far a topic was published.

    Attributes:
        topic: The topic.
        position: Every entry up to it was acknowledged.
        seconds: How long ago that was noted.
        messages: How many messages were acknowledged, those that were sent again among them.
    """

    topic: str
    position: int
    seconds: float
    messages: int


@dataclass(frozen=True, slots=True)
class Fed:
    """How far a copy was fed.

    Attributes:
        topic: From which topic.
        seen: The highest position that has come.
        unread: How many records were there, but not read, when it was last heard of them.
        seconds: How long ago something came; None if nothing ever did.
        waiting: How many entries wait for one before them.
        alarms: How many alarms are open.
    """

    topic: str
    seen: int
    unread: int
    seconds: float | None
    waiting: int
    alarms: int


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How far messages from outside were taken in.

    Attributes:
        topic: From which topic.
        unread: How many messages were there, but not read, when it was last heard of them.
        seconds: How long the oldest that waits has waited; None if none does.
        looked: How long ago the partition that was left longest was looked at; None if never.
        waits: How many wait for a person, by the reason; the empty one: behind another message.
        outcomes: How many were ``granted``, ``refused``, ``dropped``, or came to wait, by the
            reason.
    """

    topic: str
    unread: int
    seconds: float | None
    looked: float | None
    waits: Mapping[str, int]
    outcomes: Mapping[str, int]

    @property
    def waiting(self) -> int:
        """How many wait for a person, those behind another message among them."""
        return sum(self.waits.values())

    @property
    def answers(self) -> dict[str, int]:
        """How many were answered, by the answer."""
        return {one: self.outcomes.get(one, 0) for one in ANSWERS}

    @property
    def dead_letters(self) -> dict[str, int]:
        """How many came to wait, by the reason."""
        return {one: count for one, count in self.outcomes.items() if one not in ANSWERS}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far everything has come.

    Attributes:
        head: The last position of the log.
        recorded_at: When its entry was recorded.
        integrated: How many entries the trees cover.
        models: Names of read models (and ``parts``) to their positions.
        published: Topics of Kafka that are published to.
        fed: How a copy is fed; None for a ledger itself.
        taken_in: Topics of Kafka that messages from outside come by.
    """

    head: int
    recorded_at: datetime
    integrated: int
    models: dict[str, int]
    published: tuple[Published, ...]
    fed: Fed | None
    taken_in: tuple[TakenIn, ...] = ()

    @property
    def folded(self) -> int:
        """The position that every read model has reached."""
        return min(self.models.values(), default=0)

    @property
    def newest(self) -> int:
        """The highest position that is known of, here or in the topic."""
        return self.head if self.fed is None else max(self.head, self.fed.seen)


_QUESTIONS: Final = (STANDING, MODELS, RELAYS, COPY, INTAKES)
_Answers = Sequence[Sequence[Sequence[Any]]]


async def progress_of(connection: AsyncConnection[Any]) -> Progress:
    """Return how far everything has come."""
    return _told([await (await connection.execute(one.encode())).fetchall() for one in _QUESTIONS])


def progress_in(connection: Connection[Any]) -> Progress:
    """Return how far everything has come."""
    return _told([connection.execute(one.encode()).fetchall() for one in _QUESTIONS])


def _told(answers: _Answers) -> Progress:
    ((standing,), models, relays, copies, intakes) = answers
    fed = None
    for topic, seen, unread, seconds, waiting, alarms in copies:
        fed = Fed(topic, seen or 0, int(unread or 0), seconds, waiting, alarms)
    return Progress(
        head=standing[0],
        recorded_at=standing[1],
        integrated=standing[2],
        models={one[0]: one[1] for one in models},
        published=tuple(Published(*one) for one in relays),
        fed=fed,
        taken_in=tuple(TakenIn(*one) for one in intakes),
    )


def metrics_of(progress: Progress) -> str:
    """Return the figures in Prometheus' text format (version 0.0.4)."""
    return "".join(f"{line}\n" for line in _lines(progress))


def _lines(told: Progress) -> Iterator[str]:
    yield from _gauge("log_position", "Last position of the log.", [("", told.head)])
    yield from _gauge(
        "log_recorded_timestamp_seconds",
        "When the last entry was recorded.",
        [("", told.recorded_at.timestamp())],
    )
    yield from _gauge("evidence_size", "Entries that the trees cover.", [("", told.integrated)])
    named = [(f'{{model="{name}"}}', at) for name, at in told.models.items()]
    yield from _gauge("model_position", "Position that a read model has reached.", named)
    yield from _gauge(
        "model_behind_entries",
        "Entries that a read model has still to read.",
        [(name, max(0, told.newest - at)) for name, at in named],
    )
    topics = [(f'{{topic="{one.topic}"}}', one) for one in told.published]
    yield from _gauge(
        "relay_position",
        "Position up to which a topic was published.",
        [(name, one.position) for name, one in topics],
    )
    yield from _gauge(
        "relay_behind_entries",
        "Entries that have still to be published.",
        [(name, max(0, told.head - one.position)) for name, one in topics],
    )
    yield from _intake_lines(told.taken_in)
    if told.fed is not None:
        yield from _copy_lines(told, told.fed)


def _intake_lines(taken_in: Sequence[TakenIn]) -> Iterator[str]:
    for name, text, values in (
        ("unread_messages", "Messages from outside that were not read yet.", "unread"),
        ("waiting_messages", "Messages from outside that wait for a person.", "waiting"),
        ("waiting_seconds", "How long the oldest of them has waited.", "seconds"),
        ("looked_seconds", "How long ago the topic was last looked at.", "looked"),
    ):
        told = [(f'{{topic="{one.topic}"}}', getattr(one, values)) for one in taken_in]
        yield from _gauge(f"intake_{name}", text, [(labels, one or 0) for labels, one in told])
    yield from _gauge(
        "intake_waiting_by_fault",
        "Messages that wait for a person by the reason; none: they wait behind another one.",
        _by("fault", [(one.topic, one.waits) for one in taken_in]),
    )
    yield from _counter(
        "intake_answers_total",
        "Messages from outside that were answered for good.",
        _by("status", [(one.topic, one.answers) for one in taken_in]),
    )
    yield from _counter(
        "intake_dead_letters_total",
        "Messages from outside that came to wait, by the reason.",
        _by("fault", [(one.topic, one.dead_letters) for one in taken_in]),
    )


def _by(label: str, told: Sequence[tuple[str, Mapping[str, int]]]) -> list[tuple[str, float]]:
    return [
        (f'{{topic="{topic}",{label}="{one}"}}', count)
        for topic, counts in told
        for one, count in sorted(counts.items())
    ]


def _copy_lines(told: Progress, fed: Fed) -> Iterator[str]:
    name = f'{{topic="{fed.topic}"}}'
    for what, text, value in (
        ("seen_position", "Highest position that came from the topic.", fed.seen),
        ("behind_entries", "Entries between the mark and that position.", told.newest - told.head),
        ("unread_records", "Records of the topic that were not read yet.", fed.unread),
        ("waiting_entries", "Entries that wait for one before them.", fed.waiting),
        ("alarms_open", "Alarms that nobody has mended.", fed.alarms),
        ("arrived_seconds", "How long ago something came.", fed.seconds),
    ):
        if value is not None:
            yield from _gauge(f"copy_{what}", text, [(name, value)])


def _gauge(name: str, text: str, values: Sequence[tuple[str, float]]) -> Iterator[str]:
    yield from _family("gauge", name, text, values)


def _counter(name: str, text: str, values: Sequence[tuple[str, float]]) -> Iterator[str]:
    yield from _family("counter", name, text, values)


def _family(kind: str, name: str, text: str, values: Sequence[tuple[str, float]]) -> Iterator[str]:
    if values:
        yield f"# HELP mingzhang_{name} {text}"
        yield f"# TYPE mingzhang_{name} {kind}"
        yield from (f"mingzhang_{name}{labels} {value}" for labels, value in values)
