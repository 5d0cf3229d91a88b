"""The appender's conversation with the database: one batch, in one of three ways.

1. *Normal*: judge by what we remember, one autocommit call that compares and sets the head.
2. *Contended*: another process moved the head. Lock it, catch up with what was appended, judge,
   write. Kept up until some batches in a row found nothing to catch up with.
3. *Isolated*: a row was there already. Under the lock, ask for every key and every stream of the
   batch, answer or refuse each caller, write the rest.

A stream that we do not remember and that a request begins (version 1) is not asked for: were it
there, the unique constraint would refuse the batch, and the third way names whose fault it was.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Final

import psycopg
from psycopg import errors
from psycopg.pq.abc import PGresult

from ledger.clock import Clock
from ledger.errors import Conflict
from ledger.store import arrays, statements
from ledger.store.batch import Batch, LogHead, build
from ledger.store.failures import AppendRejected, KeyMismatch, KeyReused
from ledger.store.heads import STREAMS_MAX, StreamHeads
from ledger.store.requests import Appended, Key, Packed
from ledger.store.statements import StoredKey
from ledger.store.wire import Call, ConnectionLost, NotSent, Wire

TELL_SECONDS: Final = 0.01
"""So long those who listen may not hear of a commit; each time they are woken costs as much."""
QUIET_BATCHES: Final = 8
"""So many contended batches in a row without anything to catch up with end the contention."""

Outcomes = dict[Packed, Appended | Exception]


class Session:
    """One connection, and what the log looked like when it was last heard of.

    Attributes:
        in_doubt: the batch whose commit was under way when the connection broke, if one was.
        untold: whether something was committed of which those who listen were not told.
    """

    def __init__(self, clock: Clock, streams_max: int = STREAMS_MAX) -> None:
        self.in_doubt: Batch | None = None
        self.untold = False
        self._told_at = 0.0
        self._clock = clock
        self._wire: Wire | None = None
        self._head = LogHead(0, arrays.EPOCH)
        self._known = StreamHeads(streams_max)
        self._contended = 0

    async def open(self, conninfo: str) -> None:
        """Connect, and learn where the log stands.

        Raises:
            ConnectionLost: nobody answers.
        """
        await self.close()
        self._wire = await statements.opened_to_append(conninfo)
        (head,) = await self._wire.run(Call(statements.HEAD))
        # Another server may have taken over: nothing that we remember is certain any more.
        self._known.clear()
        self._head = statements.head_of(head)

    async def close(self) -> None:
        """Close the connection."""
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.close()

    async def settle(self, requests: Sequence[Packed], outcomes: Outcomes) -> None:
        """Write what can be written, and put the outcome of every request into ``outcomes``.

        Raises:
            ConnectionLost: the connection broke; requests without an outcome were not written,
                unless they are in the batch ``in_doubt``.
            psycopg.Error: the database is in no state to append; nothing of them was written.
        """
        try:
            await self._settle_together(requests, outcomes)
        except (errors.IntegrityError, errors.DataError, errors.ProgramLimitExceeded) as refusal:
            if len(requests) == 1:
                outcomes[requests[0]] = AppendRejected(refusal.sqlstate or "")
                return
            # One caller's rows are to blame; in order, so that what depends comes after.
            half = len(requests) // 2
            await self.settle(requests[:half], outcomes)
            await self.settle(requests[half:], outcomes)

    async def tell(self) -> None:
        """Wake those who listen; if that fails, they look by themselves before long."""
        self.untold = False
        self._told_at = monotonic()
        with suppress(ConnectionLost, psycopg.Error):
            await self._connected.run(Call(statements.TELL))

    async def resolve(self, outcomes: Outcomes) -> None:
        """Find out what became of the batch in doubt; written requests get their outcome.

        The lock waits for whatever the broken connection still had under way. Should the
        database begin with it only afterwards, the head that it expects has moved, or nothing
        of the batch is asked for any more.
        """
        batch = self.in_doubt
        if batch is None:
            return
        position = arrays.bare(arrays.of_int8(batch.head.position + 1))
        _, _, row, _ = await self._connected.run(
            Call(statements.BEGIN),
            Call(statements.LOCK),
            Call(statements.LEAF_AT, [position]),
            Call(statements.COMMIT),
        )
        if row.ntuples and row.get_value(0, 0) == batch.first_leaf:
            _answer_written(batch, outcomes)
        self.in_doubt = None

    @property
    def _connected(self) -> Wire:
        if self._wire is None:
            raise NotSent("not connected")
        return self._wire

    async def _settle_together(self, requests: Sequence[Packed], outcomes: Outcomes) -> None:
        try:
            if self._contended == 0 and await self._settle_normal(requests, outcomes):
                return
            await self._settle_locked(requests, outcomes, thorough=False)
        except errors.UniqueViolation:
            await self._settle_locked(requests, outcomes, thorough=True)

    async def _settle_normal(self, requests: Sequence[Packed], outcomes: Outcomes) -> bool:
        """Settle by what we remember; false when that turns out to be out of date."""
        await self._look_up(self._unknown(requests, assume=True))
        batch = build(requests, self._head, self._known, self._clock.now())
        if batch.ahead:
            return False
        if batch.count:
            (result,) = await self._commit(batch, self._appending(batch))
            if result.get_value(0, 0) != statements.TRUE:
                self._contended = QUIET_BATCHES
                return False
            self._written(batch, outcomes)
        await self._refuse(batch, outcomes)
        return True

    async def _settle_locked(
        self, requests: Sequence[Packed], outcomes: Outcomes, *, thorough: bool
    ) -> None:
        """Settle under the lock on the head.

        Args:
            requests: what to settle.
            outcomes: where the outcomes go.
            thorough: ask for every key and stream instead of trusting what we remember.
        """
        if thorough:
            self._known.forget(name for one in requests for name in one.names)
        try:
            await self._lock(requests, thorough=thorough)
            if thorough:
                await self._answer_keys(requests, outcomes)
                requests = [one for one in requests if one not in outcomes]
            batch = build(requests, self._head, self._known, self._clock.now())
            if batch.ahead:
                await self._look_up(self._unknown(requests, assume=False))
                batch = build(requests, self._head, self._known, self._clock.now())
            calls = [self._appending(batch)] if batch.count else []
            await self._commit(batch, *calls, Call(statements.COMMIT))
        except psycopg.Error:
            await self._connected.run(Call(statements.ROLLBACK))
            raise
        if batch.count:
            self._written(batch, outcomes)
        await self._refuse(batch, outcomes)

    def _appending(self, batch: Batch) -> Call:
        now = monotonic()
        tell = now - self._told_at >= TELL_SECONDS
        if tell:
            self._told_at = now
        self.untold = not tell
        last = statements.TRUE if tell else statements.FALSE
        return Call(statements.APPEND, [*batch.parameters, last])

    async def _commit(self, batch: Batch, *calls: Call) -> list[PGresult]:
        """Run the calls that commit a batch; it is in doubt until an answer is there."""
        self.in_doubt = batch if batch.count else None
        try:
            results = await self._connected.run(*calls)
        except (psycopg.Error, NotSent):
            self.in_doubt = None
            raise
        self.in_doubt = None
        return results

    def _written(self, batch: Batch, outcomes: Outcomes) -> None:
        self._head = LogHead(batch.head.position + batch.count, batch.time)
        self._known.put(batch.heads.items())
        self._known.trim()
        _answer_written(batch, outcomes)

    def _unknown(self, requests: Iterable[Packed], *, assume: bool) -> list[str]:
        """Return the streams to look up.

        Args:
            requests: what is to be judged.
            assume: leave out the streams that a request begins: were one there, the database
                would refuse the batch.
        """
        names = dict.fromkeys(name for one in requests for name in one.names)
        unknown = [name for name in names if self._known.get(name) is None]
        if not (unknown and assume):
            return unknown
        drafts = (draft for one in requests for draft in one.append.drafts)
        begun = {draft.stream for draft in drafts if draft.version == 1}
        begun -= {stream for one in requests for stream, _ in one.append.guards}
        return [name for name in unknown if name not in begun]

    async def _look_up(self, streams: Sequence[str]) -> None:
        if streams:
            (result,) = await self._connected.run(statements.heads_asked(streams))
            self._known.put(statements.heads_of(result))

    async def _lock(self, requests: Sequence[Packed], *, thorough: bool) -> None:
        """Begin, lock the head and catch up with what was appended since we looked."""
        since = arrays.bare(arrays.of_int8(self._head.position))
        unknown = self._unknown(requests, assume=not thorough)
        calls = [Call(statements.BEGIN), Call(statements.LOCK), Call(statements.SINCE, [since])]
        if unknown:
            calls.append(statements.heads_asked(unknown))
        _, locked, appended, *found = await self._connected.run(*calls)
        head = statements.head_of(locked)
        moved = head.position != self._head.position
        if moved and head.position - self._head.position != appended.ntuples:
            self._known.clear()  # too far behind, or not the log that we knew
        elif moved:
            self._known.put(statements.heads_of(appended))
        self._head = head
        self._contended = QUIET_BATCHES if moved else max(0, self._contended - 1)
        for result in found:
            self._known.put(statements.heads_of(result))
        await self._look_up(self._unknown(requests, assume=not thorough))

    async def _answer_keys(self, requests: Iterable[Packed], outcomes: Outcomes) -> None:
        """Answer the requests whose key was used before."""
        keyed = [(one, key) for one in requests if (key := one.append.key) is not None]
        if not keyed:
            return
        asked = statements.keys_asked([(key.scope, key.key) for _, key in keyed])
        (result,) = await self._connected.run(asked)
        stored = statements.keys_of(result)
        for request, key in keyed:
            row = stored.get((key.scope, key.key))
            if row is not None:
                outcomes[request] = _same_key(key, row)

    async def _refuse(self, batch: Batch, outcomes: Outcomes) -> None:
        """Refuse what cannot be written, unless it was written before under the same key."""
        await self._answer_keys([one for one, _ in batch.refused], outcomes)
        for request, refusal in batch.refused:
            outcomes.setdefault(request, refusal)


def _answer_written(batch: Batch, outcomes: Outcomes) -> None:
    outcomes.update(batch.written)
    for twin, request in batch.twins:
        appended = outcomes[request]
        assert isinstance(appended, Appended)  # noqa: S101 - a twin's request is written
        key, answer = request.append.key, request.append.answer
        assert key is not None  # noqa: S101 - or it would have no twin
        outcomes[twin] = _same_key(twin.append.key, StoredKey(key.digest, answer, appended))


def _same_key(key: Key | None, row: StoredKey) -> Conflict:
    if key is not None and key.digest == row.digest:
        return KeyReused(row.answer, row.appended)
    return KeyMismatch()
