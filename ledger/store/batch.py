"""One batch: judge the waiting requests against what is known, and spell what will be written.

Nothing here waits or talks to anybody. The judgement holds if the log still stands at the
position it was made for; the database checks that by compare-and-set.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from ledger.clock import in_shanghai
from ledger.entry import time_text
from ledger.errors import Conflict
from ledger.store import arrays
from ledger.store.arrays import Oid
from ledger.store.failures import DateMoved, VersionConflict
from ledger.store.heads import NOT_BEGUN, StreamHead, StreamHeads
from ledger.store.requests import VAULT_COLUMNS, Appended, Packed, PackedKey


@dataclass(frozen=True, slots=True)
class LogHead:
    """Where the log stands.

    Attributes:
        position: of its newest entry; 0 when it is empty.
        time: the recorded time of its newest entry.
    """

    position: int
    time: datetime


@dataclass(slots=True)
class Batch:
    """What became of the requests, and what is to be written.

    Attributes:
        head: where the log stood when the batch was built.
        count: how many entries it writes.
        time: the recorded time of its last entry.
        written: the requests that it writes, and where.
        refused: the requests that cannot be written, and why.
        twins: the requests whose key is that of one that it writes, and that one.
        ahead: whether a request knows a stream further than we do, so that we must look again.
        heads: where the written streams will stand.
        parameters: those of ``ledger.append``, but for whether it tells.
        first_leaf: the leaf of its first entry, by which it is known again after a broken commit.
    """

    head: LogHead
    count: int = 0
    time: datetime = field(init=False)
    written: list[tuple[Packed, Appended]] = field(default_factory=list)
    refused: list[tuple[Packed, Conflict]] = field(default_factory=list)
    twins: list[tuple[Packed, Packed]] = field(default_factory=list)
    ahead: bool = False
    heads: dict[str, StreamHead] = field(default_factory=dict)
    parameters: list[bytes] = field(default_factory=list)
    first_leaf: bytes = b""

    def __post_init__(self) -> None:
        """Start from the head's time."""
        self.time = self.head.time


def build(requests: Sequence[Packed], head: LogHead, known: StreamHeads, now: datetime) -> Batch:
    """Judge requests in their order and spell the batch.

    Args:
        requests: what waits, at most so much as one call may carry.
        head: where the log stands.
        known: where its streams stand. A stream that is not known counts as not begun: whoever
            calls has looked up all of which that may be untrue, or lets the database refuse it.
        now: the time of the clock; requests with a time of their own bring it.
    """
    batch = Batch(head)
    spelled = _Spelled()
    keyed: dict[tuple[str, str], Packed] = {}
    for request in requests:
        key = request.append.key
        if key is not None and (key.scope, key.key) in keyed:
            batch.twins.append((request, keyed[key.scope, key.key]))
            continue
        time = max(in_shanghai(request.append.at or now), batch.time)
        refusal = _judged(request, batch, known) or _on_date(request, time)
        if refusal is not None:
            batch.refused.append((request, refusal))
            continue
        if key is not None:
            keyed[key.scope, key.key] = request
        _write(request, time, batch, known, spelled)
    if batch.count:
        batch.first_leaf = spelled.leaves[0][4:]
        batch.parameters = spelled.parameters(head.position, batch.count)
    return batch


def _judged(request: Packed, batch: Batch, known: StreamHeads) -> VersionConflict | None:
    """Return what stands against the streams of a request, if anything does."""
    append = request.append
    moved: dict[str, int] = {}
    conflicts: set[str] = set()
    for stream, version in append.guards:
        stands_at = (batch.heads.get(stream) or known.get(stream) or NOT_BEGUN).version
        if stands_at != version:
            conflicts.add(stream)
            batch.ahead = batch.ahead or stands_at < version
    for draft in append.drafts:
        stream = draft.stream
        stands_at = moved.get(stream, -1)
        if stands_at < 0:
            stands_at = (batch.heads.get(stream) or known.get(stream) or NOT_BEGUN).version
        if draft.version != stands_at + 1:
            conflicts.add(stream)
            batch.ahead = batch.ahead or stands_at + 1 < draft.version
        moved[stream] = draft.version
    return VersionConflict(tuple(sorted(conflicts))) if conflicts else None


def _on_date(request: Packed, time: datetime) -> DateMoved | None:
    decided_on = request.append.decided_on
    if decided_on is not None and time.date() != decided_on:
        return DateMoved(decided_on, time)
    return None


def _write(
    request: Packed, time: datetime, batch: Batch, known: StreamHeads, spelled: "_Spelled"
) -> None:
    """Splice the entries of a request; after this point it is in the batch."""
    first = batch.head.position + batch.count + 1
    text, element = spelled.time(time)
    for draft in request.append.drafts:
        stream = draft.stream
        prev = (batch.heads.get(stream) or known.get(stream) or NOT_BEGUN).leaf.hex().encode()
        body = b"".join((b"\0", draft.head, prev, draft.middle, text, draft.tail))
        leaf = sha256(body).digest()
        spelled.bodies.append(arrays.length(len(body) - 1))
        spelled.bodies.append(body[1:])
        spelled.leaves.append(b"\0\0\0\x20" + leaf)
        spelled.times.append(element)
        batch.heads[stream] = StreamHead(draft.version, leaf)
    batch.count += len(request.append.drafts)
    batch.time = time
    appended = Appended(first, batch.head.position + batch.count, time)
    batch.written.append((request, appended))
    spelled.requests.append(request)
    if request.key is not None:
        spelled.keys.append((request.key, appended, element))


@dataclass(slots=True)
class _Spelled:
    """The columns of a batch, as lists of packed pieces."""

    bodies: list[bytes] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    times: list[bytes] = field(default_factory=list)
    requests: list[Packed] = field(default_factory=list)
    keys: list[tuple[PackedKey, Appended, bytes]] = field(default_factory=list)
    _time: datetime | None = None
    _time_spelled: tuple[bytes, bytes] = (b"", b"")

    def time(self, time: datetime) -> tuple[bytes, bytes]:
        """Return a time as an entry spells it and as an element; most are the one before."""
        if time is not self._time:
            self._time, self._time_spelled = time, (time_text(time), arrays.of_time(time))
        return self._time_spelled

    def parameters(self, position: int, count: int) -> list[bytes]:
        """Return the parameters of ``ledger.append``, but for whether it tells."""
        requests = self.requests
        parameters = [
            arrays.bare(arrays.of_int8(position)),
            arrays.bare(arrays.of_int4(count)),
            arrays.array(Oid.TIMESTAMPTZ, count, self.times),
            arrays.array(Oid.INT4, count, [one.versions for one in requests]),
            arrays.array(Oid.TEXT, count, [one.streams for one in requests]),
            arrays.array(Oid.TEXT, count, [one.types for one in requests]),
            arrays.array(Oid.TEXT, count, self.bodies),
            arrays.array(Oid.BYTEA, count, self.leaves),
        ]
        parameters += self._key_parameters()
        vaults = [one.vault for one in requests if one.vault]
        if not vaults:
            return parameters + _NO_VAULT
        for table, oids in enumerate(VAULT_COLUMNS):
            rows = [vault[table] for vault in vaults if vault[table].count]
            if not rows:
                parameters += [arrays.EMPTY[oid] for oid in oids]
                continue
            total = sum(one.count for one in rows)
            parameters += [
                arrays.array(oid, total, [one.columns[at] for one in rows])
                for at, oid in enumerate(oids)
            ]
        return parameters

    def _key_parameters(self) -> list[bytes]:
        keys, count = self.keys, len(self.keys)
        if not keys:
            return _NO_KEYS
        return [
            arrays.array(Oid.TEXT, count, [key.scope for key, _, _ in keys]),
            arrays.array(Oid.TEXT, count, [key.key for key, _, _ in keys]),
            arrays.array(Oid.BYTEA, count, [key.digest for key, _, _ in keys]),
            arrays.array(Oid.BYTEA, count, [key.answer for key, _, _ in keys]),
            arrays.array(Oid.INT8, count, [arrays.of_int8(lies.first) for _, lies, _ in keys]),
            arrays.array(Oid.INT8, count, [arrays.of_int8(lies.last) for _, lies, _ in keys]),
            arrays.array(Oid.TIMESTAMPTZ, count, [time for _, _, time in keys]),
        ]


KEY_COLUMNS: Final = (
    *(Oid.TEXT, Oid.TEXT, Oid.BYTEA, Oid.BYTEA, Oid.INT8, Oid.INT8, Oid.TIMESTAMPTZ),
)
"""The types of the columns of the idempotency rows, in their order."""
_NO_KEYS: Final = [arrays.EMPTY[oid] for oid in KEY_COLUMNS]
_NO_VAULT: Final = [arrays.EMPTY[oid] for oids in VAULT_COLUMNS for oid in oids]
PARAMETER_OIDS: Final = (
    Oid.INT8,
    Oid.INT4,
    *(
        arrays.ARRAY_OF[oid]
        for oid in (
            *(Oid.TIMESTAMPTZ, Oid.INT4, Oid.TEXT, Oid.TEXT, Oid.TEXT, Oid.BYTEA),
            *KEY_COLUMNS,
            *(oid for oids in VAULT_COLUMNS for oid in oids),
        )
    ),
    Oid.BOOL,
)
"""The types of the parameters of ``ledger.append``, in their order; the last is the session's."""
