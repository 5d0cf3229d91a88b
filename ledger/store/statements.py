"""The statements of the appender: their text, what they are given, and what they give back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq.abc import PGresult

from ledger.store import arrays
from ledger.store.arrays import Oid
from ledger.store.batch import PARAMETER_OIDS, LogHead
from ledger.store.heads import NOT_BEGUN, StreamHead
from ledger.store.requests import Appended
from ledger.store.wire import Call, Wire

TRUE: Final = b"\x01"
FALSE: Final = b"\x00"
CATCH_UP_ENTRIES_MAX: Final = 5_000
"""Further behind than this it is cheaper to forget the streams than to catch up."""

HEAD: Final = b"head"
APPEND: Final = b"append"
HEADS: Final = b"heads"
KEYS: Final = b"keys"
BEGIN: Final = b"begin"
LOCK: Final = b"lock"
SINCE: Final = b"since"
LEAF_AT: Final = b"leaf_at"
TELL: Final = b"tell"
COMMIT: Final = b"commit"
ROLLBACK: Final = b"rollback"

Statements = Mapping[bytes, tuple[str, tuple[int, ...]]]
"""Statements by name: text, and the types of the parameters."""

_TEXTS: Final = arrays.ARRAY_OF[Oid.TEXT]
STATEMENTS: Final[Statements] = {
    HEAD: ("select position, recorded_at from ledger.head", ()),
    APPEND: (
        f"select ledger.append({', '.join(f'${n + 1}' for n in range(len(PARAMETER_OIDS)))})",
        PARAMETER_OIDS,
    ),
    HEADS: (
        """
        select asked.stream, newest.version, newest.leaf
        from unnest($1) as asked (stream)
        left join lateral (
          select version, leaf from ledger.entry where entry.stream = asked.stream
          order by version desc limit 1
        ) as newest on true
        """,
        (_TEXTS,),
    ),
    KEYS: (
        """
        select held.scope, held.key, held.digest, held.answer,
               held.first, held.last, held.recorded_at
        from unnest($1, $2) as asked (scope, key)
        join ledger.idempotency as held on held.scope = asked.scope and held.key = asked.key
        """,
        (_TEXTS, _TEXTS),
    ),
    BEGIN: ("begin isolation level read committed", ()),
    LOCK: ("select position, recorded_at from ledger.head for update", ()),
    SINCE: (
        f"""
        select stream, version, leaf from ledger.entry where position > $1
        order by position limit {CATCH_UP_ENTRIES_MAX}
        """,  # noqa: S608 - a constant of this module
        (Oid.INT8,),
    ),
    LEAF_AT: ("select leaf from ledger.entry where position = $1", (Oid.INT8,)),
    TELL: ("select pg_notify('ledger_entry', position::text) from ledger.head", ()),
    COMMIT: ("commit", ()),
    ROLLBACK: ("rollback", ()),
}

# An appender that hangs must not hold the head for ever; acknowledged means flushed, whatever
# the server's default; a network that swallows packets is noticed.
_SETTINGS: Final = """
set idle_in_transaction_session_timeout = '5s';
set lock_timeout = '15s';
set jit = off;
select set_config('synchronous_commit', 'on', false)
  where current_setting('synchronous_commit') in ('off', 'local');
"""
_CONNECTION: Final = {
    "client_encoding": "UTF8",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}


class StoredKey(NamedTuple):
    """A row of ``ledger.idempotency`` without its key.

    Attributes:
        digest: over the request that used the key.
        answer: what was kept for whoever asks again.
        appended: where that request's entries lie.
    """

    digest: bytes
    answer: bytes
    appended: Appended


async def opened(conninfo: str, purpose: str, statements: Statements, settings: str = "") -> Wire:
    """Open a connection with statements prepared.

    Args:
        conninfo: a connection string; what it says of time-outs goes before ours.
        purpose: how the connection is called in PostgreSQL's own lists.
        statements: by name, text and parameter types.
        settings: statements to run first.

    Raises:
        ConnectionLost: nobody answers.
        psycopg.Error: the database is not migrated, or this role may not use it.
    """
    ours = _CONNECTION | {"application_name": f"mingzhang {purpose}"}
    wire = await Wire.connect(
        make_conninfo(conninfo, **(ours | conninfo_to_dict(conninfo))), settings
    )
    try:
        for name, (text, oids) in statements.items():
            await wire.prepare(name, text.encode(), oids)
    except BaseException:
        await wire.close()
        raise
    return wire


async def opened_to_append(conninfo: str) -> Wire:
    """Open a connection for the appender; raises as ``opened``."""
    return await opened(conninfo, "append", STATEMENTS, _SETTINGS)


def heads_asked(streams: Sequence[str]) -> Call:
    """Return the call that asks where streams stand."""
    names = [arrays.of_text(stream) for stream in streams]
    return Call(HEADS, [arrays.array(Oid.TEXT, len(names), names)])


def heads_of(result: PGresult) -> Iterator[tuple[str, StreamHead]]:
    """Yield the streams of rows (stream, version, leaf), and where they stand."""
    for row in range(result.ntuples):
        version, leaf = result.get_value(row, 1), result.get_value(row, 2)
        head = NOT_BEGUN
        if version is not None and leaf is not None:
            head = StreamHead(int.from_bytes(version), leaf)
        yield (result.get_value(row, 0) or b"").decode(), head


def head_of(result: PGresult) -> LogHead:
    """Return the head of the log from its row."""
    position, time = (result.get_value(0, column) or b"" for column in (0, 1))
    return LogHead(int.from_bytes(position), arrays.time_of(time))


def keys_asked(keys: Sequence[tuple[str, str]]) -> Call:
    """Return the call that asks for idempotency rows by scope and key."""
    return Call(
        KEYS,
        [
            arrays.array(Oid.TEXT, len(keys), [arrays.of_text(scope) for scope, _ in keys]),
            arrays.array(Oid.TEXT, len(keys), [arrays.of_text(key) for _, key in keys]),
        ],
    )


def keys_of(result: PGresult) -> dict[tuple[str, str], StoredKey]:
    """Return the stored rows by scope and key."""
    stored = {}
    for row in range(result.ntuples):
        scope, key, digest, answer, first, last, time = (
            result.get_value(row, column) or b"" for column in range(7)
        )
        appended = Appended(int.from_bytes(first), int.from_bytes(last), arrays.time_of(time))
        stored[scope.decode(), key.decode()] = StoredKey(digest, answer, appended)
    return stored
