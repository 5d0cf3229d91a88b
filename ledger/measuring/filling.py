"""A long log in little time: entries as the appender would have written them, copied in.

Streams, chains, times and leaves are right, so that integrating, verifying and appending go on from
there as from any other log; only no command was decided. Whatever its length, a batch at a time is
held in memory.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import Connection

from ledger.clock import SystemClock
from ledger.entry import leaf_hash
from ledger.measuring.appending import STREAM_ENTRIES, SUBMITTERS, Writer
from ledger.store.requests import Append

BATCH: Final = 10_000
STEP: Final = timedelta(microseconds=100)
_ENTRIES: Final = (
    "copy ledger.entry (position, recorded_at, version, stream, type, body, leaf)"
    " from stdin (format binary)"
)
_KEYS: Final = (
    "copy ledger.idempotency (scope, key, digest, answer, first, last, recorded_at)"
    " from stdin (format binary)"
)
_SEALED: Final = "copy vault.sealed (commitment, owner, kind, secret) from stdin (format binary)"
_HEAD: Final = "update ledger.head set position = %s, recorded_at = %s"


class _Written(NamedTuple):
    """An entry with all that goes into the tables beside it."""

    position: int
    at: datetime
    request: Append
    body: bytes
    leaf: bytes


def fill_log(conninfo: str, entries: int) -> None:
    """Fill an empty log, with keys and sealed rows as a benchmark's submitters write them.

    Args:
        conninfo: a migrated database without entries.
        entries: how many.
    """
    begun = SystemClock().now() - entries * STEP
    with psycopg.connect(conninfo) as connection:
        for batch in _batches(_written(entries, begun)):
            _copy(connection, batch)
            connection.commit()
        connection.autocommit = True
        connection.execute("vacuum analyze")


def _written(entries: int, begun: datetime) -> Iterator[_Written]:
    """Yield entries of streams that grow in turn, as those of many submitters do."""
    writer = Writer()
    growing = deque((writer.stream(), 1, b"") for _ in range(SUBMITTERS))
    for position in range(1, entries + 1):
        stream, version, prev = growing.popleft()
        request, at = writer.request(stream, version), begun + position * STEP
        body = request.drafts[0].spliced(prev, at)
        leaf = leaf_hash(body)
        yield _Written(position, at, request, body, leaf)
        is_full = version == STREAM_ENTRIES
        growing.append((writer.stream(), 1, b"") if is_full else (stream, version + 1, leaf))


def _batches(written: Iterable[_Written]) -> Iterator[list[_Written]]:
    batch: list[_Written] = []
    for one in written:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _copy(connection: Connection[Any], batch: list[_Written]) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(_ENTRIES) as copy:
            copy.set_types(("int8", "timestamptz", "int4", "text", "text", "text", "bytea"))
            for one in batch:
                draft = one.request.drafts[0]
                body = one.body.decode()
                place = (one.position, one.at, draft.version, draft.stream, draft.type)
                copy.write_row((*place, body, one.leaf))
        with cursor.copy(_KEYS) as copy:
            copy.set_types(("text", "text", "bytea", "bytea", "int8", "int8", "timestamptz"))
            for one in batch:
                if (key := one.request.key) is not None:
                    said = (key.scope, key.key, key.digest, one.request.answer)
                    copy.write_row((*said, one.position, one.position, one.at))
        with cursor.copy(_SEALED) as copy:
            copy.set_types(("bytea", "uuid", "text", "bytea"))
            for one in batch:
                for row in one.request.vault.sealed:
                    copy.write_row((row.commitment, row.owner, row.kind, row.secret))
        cursor.execute(_HEAD, (batch[-1].position, batch[-1].at))
