"""Requests for the tests of the log, made from little."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from msgspec.structs import replace

from ledger.clock import SHANGHAI, SimulatedClock
from ledger.entry import Draft, Envelope, draft
from ledger.store.requests import Append, Key

NOON = datetime(2024, 5, 6, 12, 0, tzinfo=SHANGHAI)
_numbers = count(1)


def new_stream(prefix: str = "training-class") -> str:
    """Return the name of a stream that no other test uses."""
    return f"{prefix}/{UUID(int=next(_numbers))}"


def drafted(stream: str, version: int, **data: object) -> Draft:
    """Return a draft of a fact."""
    envelope = Envelope(
        stream=stream,
        version=version,
        type="training-class.started.v1",
        source="ledger.example/county",
        actor="0190a000-0000-7000-8000-00000000000a",
        actorrole="INST_CLERK",
        actororg="0190a000-0000-7000-8000-00000000000b",
        county="371502",
        channel="outer",
        regime="2021",
        policy="2021-1",
    )
    return draft(envelope, data)


def writing(*places: tuple[str, int], **rest: Any) -> Append:  # noqa: ANN401 - attributes of Append
    """Return a request that writes at (stream, version), with other attributes as given."""
    return Append(drafts=tuple(drafted(stream, version) for stream, version in places), **rest)


def keyed(append: Append, key: str, *, body: bytes = b"body", answer: bytes = b"done") -> Append:
    """Return the request under an idempotency key."""
    return replace(append, key=Key("clerk", key, sha256(body).digest()), answer=answer)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the log."""

    position: int
    stream: str
    version: int
    body: str
    leaf: bytes
    recorded_at: datetime


def rows(conninfo: str) -> list[Row]:
    """Return the whole log."""
    with psycopg.connect(conninfo) as connection:
        found = connection.execute(
            "select position, stream, version, body, leaf, recorded_at from ledger.entry"
            " order by position"
        )
        return [Row(*row) for row in found]


def one(conninfo: str, question: str, *parameters: object) -> Any:  # noqa: ANN401 - of any type
    """Return the one value of a question."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute(question.encode(), parameters).fetchone()
    return row[0] if row else None


@contextmanager
def other_process(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection that is not the log's."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection


def clock_at(moment: datetime = NOON) -> SimulatedClock:
    """Return a clock that stands at a moment."""
    return SimulatedClock(moment)


def later(**by: float) -> datetime:
    """Return a moment some time after noon."""
    return NOON + timedelta(**by)
