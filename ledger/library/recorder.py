"""The recorder: the library's way to write and read, on our log."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

import orjson
import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    DataError,
    IntegrityError,
    Notification,
    NotSupportedError,
    OperationalError,
    StoredEvent,
)
from msgspec.structs import replace
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool, PoolTimeout

from ledger.entry import Draft, Entry, Envelope, NotAnEntry, NotCanonical, canonical, draft
from ledger.errors import Conflict
from ledger.library.subscription import LogSubscription
from ledger.store.failures import AppendRejected, KeyReused, LogFault, MalformedAppend
from ledger.store.requests import Append
from ledger.store.threads import SyncLog

_STREAM: Final = """
select stream, version, type, body from ledger.entry
where stream = %(stream)s and version > %(gt)s and version <= %(lte)s
order by version {order} limit %(limit)s
"""
_RANGE: Final = """
select stream, version, type, body, position from ledger.entry
where position >= %(first)s and position <= %(last)s
  and (%(topics)s::text[] is null or type = any(%(topics)s))
order by position limit %(limit)s
"""
_VERSION_MAX: Final = 2**31 - 1
_POSITION_MAX: Final = 2**63 - 1


class StateForm(Protocol):
    """How the library's states (bytes) stand in entries (JSON objects)."""

    def data(self, state: bytes) -> dict[str, Any]:
        """Return the data of an entry for a state."""

    def state(self, data: Mapping[str, Any]) -> bytes:
        """Return the state for the data of an entry."""


class CanonicalState:
    """A state is the canonical spelling of the data itself."""

    def data(self, state: bytes) -> dict[str, Any]:
        """Return the data of an entry for a state."""
        data = orjson.loads(state)
        if not isinstance(data, dict):
            raise NotCanonical("$", "not an object")
        return data

    def state(self, data: Mapping[str, Any]) -> bytes:
        """Return the state for the data of an entry."""
        return canonical(data)


class LedgerRecorder(ApplicationRecorder):
    """Writes through the appender of ``SyncLog``; reads from a pool of connections.

    ``insert_events`` takes ``envelope=`` (who acts, instead of the one given here) and the
    attributes of ``Append`` (``guards=``, ``key=``, ``answer=``, ``vault=``, ``decided_on=``,
    ``at=``); they come from the keyword arguments of ``Application.save``.
    """

    def __init__(
        self,
        log: SyncLog,
        pool: ConnectionPool[Any],
        envelope: Envelope,
        *,
        conninfo: str,
        form: StateForm | None = None,
    ) -> None:
        """Put a recorder on a running log.

        Args:
            log: where it writes.
            pool: where it reads; connections in autocommit.
            envelope: who acts when nobody else is named; its stream, version and type are not
                used.
            conninfo: where subscriptions listen.
            form: how states stand in entries.
        """
        super().__init__()
        self._log = log
        self._pool = pool
        self._envelope = envelope
        self._conninfo = conninfo
        self._form = form or CanonicalState()

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,  # noqa: ANN401 - the library's signature
    ) -> Sequence[int] | None:
        """Write events, all or none, and return their positions.

        Raises:
            IntegrityError: a stream has moved on, or a key is used for something else.
            DataError: something is outside the limits of an entry.
            OperationalError: the log cannot be reached, or the outcome is unknown.
            NotSupportedError: a position of another log shall be tracked with the events.
        """
        envelope = kwargs.pop("envelope", None) or self._envelope
        if kwargs.pop("tracking", None) is not None:
            raise NotSupportedError("read models keep their positions beside their rows")
        if not stored_events:
            return None
        try:
            drafts = tuple(self._drafted(envelope, event) for event in stored_events)
            appended = self._log.append(Append(drafts, **kwargs))
        except KeyReused as reused:
            appended = reused.appended
            if appended.last - appended.first + 1 != len(stored_events):
                raise IntegrityError("the key was used for other events") from reused
        except Conflict as conflict:
            raise IntegrityError(conflict.text("en")) from conflict
        except (MalformedAppend, NotCanonical, AppendRejected, orjson.JSONDecodeError) as refusal:
            raise DataError(f"not written: {type(refusal).__name__}") from refusal
        except LogFault as fault:
            raise OperationalError(fault.text("en")) from fault
        return list(range(appended.first, appended.last + 1))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events of a stream."""
        statement = _STREAM.format(order="desc" if desc else "asc")
        rows = self._rows(
            statement,
            {
                "stream": str(originator_id),
                "gt": 0 if gt is None else gt,
                "lte": _VERSION_MAX if lte is None else lte,
                "limit": limit,
            },
        )
        return [
            StoredEvent(stream, version, topic, self._state(body))
            for stream, version, topic, body in rows
        ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return the events of a range of positions."""
        first = 1 if start is None else start + (not inclusive_of_start)
        rows = self._rows(
            _RANGE,
            {
                "first": first,
                "last": _POSITION_MAX if stop is None else stop,
                "topics": list(topics) or None,
                "limit": limit,
            },
        )
        return [
            Notification(stream, version, topic, self._state(body), position)
            for stream, version, topic, body, position in rows
        ]

    def max_notification_id(self) -> int | None:
        """Return the position of the newest event, or None."""
        ((position,),) = self._rows("select position from ledger.head", {})
        return position or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> "LogSubscription[LedgerRecorder]":
        """Return an iterator of events that waits for more at the end of the log."""
        return LogSubscription(self, gt=gt, topics=topics, conninfo=self._conninfo)

    def _drafted(self, envelope: Envelope, event: StoredEvent) -> Draft:
        about = replace(
            envelope,
            stream=str(event.originator_id),
            version=event.originator_version,
            type=event.topic,
        )
        return draft(about, self._form.data(event.state))

    def _state(self, body: str) -> bytes:
        try:
            return self._form.state(Entry.parse(body).data)
        except NotAnEntry as fault:
            raise DataError("a row of the log holds no entry") from fault

    def _rows(self, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        try:
            with self._pool.connection() as connection:
                cursor = connection.cursor(binary=True, row_factory=tuple_row)
                cursor.execute(statement.encode(), parameters, prepare=True)
                found: list[tuple[Any, ...]] = cursor.fetchall()
                return found
        except (psycopg.OperationalError, PoolTimeout) as fault:
            raise OperationalError(f"not read: {type(fault).__name__}") from fault
