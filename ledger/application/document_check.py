"""Every stored file is read again and its digest compared; the result is a fact, whatever it is.

Nothing is repaired: a damaged file is named, and whoever has it brings it again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final, Literal

import msgspec
from psycopg import AsyncConnection

from aggregates.decisions import Caller
from aggregates.ids import ClassId, OfficialId, derived_id
from aggregates.language import Message
from aggregates.system.facts import Damage
from ledger.application.answers import Ask, Recorded
from ledger.application.running import Ledger
from ledger.documents.store import DocumentStore, NoSuchDocument, StoreUnusable
from ledger.errors import Fault, Misconfigured
from projections.archive import keeping

TIMER: Final = Caller(person=OfficialId(derived_id("account", "timer")), role="TIMER")
_MONTHS: Final = 3


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """What a check found.

    Attributes:
        documents: How many files there should be.
        octets: How many bytes were read.
        damaged: Those that are not as they were stored.
        removed: How many files of destroyed archives were still there, and were removed.
        position: Where it is on record.
    """

    documents: int
    octets: int
    damaged: tuple[Damage, ...]
    removed: int
    position: int


Progress = Callable[[int], None]
"""Told how many files were read."""


async def check_documents(ledger: Ledger, *, progress: Progress = lambda _: None) -> DocumentCheck:
    """Read every stored file again and record what was found.

    Raises:
        Misconfigured: there is no document store.
        StoreUnusable: the store cannot be read at all.
        Fault: the result could not be recorded.
    """
    store = ledger.documents
    if store is None:
        raise Misconfigured(Message("没有材料库", "there is no document store"))
    begun = ledger.clock.now()
    documents = octets = 0
    damaged: list[Damage] = []
    async with ledger.pool.connection() as connection:
        removed = await ledger.custody.sweep(connection)
        async for one in keeping.stored_documents(connection):
            documents += 1
            length, found = await asyncio.to_thread(_look_at, store, one.sha256)
            octets += length
            if found is not None:
                classes = tuple(map(ClassId, one.class_ids))
                damaged.append(Damage(sha256=one.sha256, found=found, class_ids=classes))
            progress(documents)
    position = await _record(ledger, begun, documents, octets, damaged)
    return DocumentCheck(documents, octets, tuple(damaged), removed, position)


def _look_at(
    store: DocumentStore, digest: str
) -> tuple[int, Literal["MISSING", "CHANGED", "UNREADABLE"] | None]:
    """Return how long a file is, and what is wrong with it."""
    hashed, length = sha256(), 0
    try:
        for data in store.read(digest):
            hashed.update(data)
            length += len(data)
    except NoSuchDocument:
        return length, "MISSING"
    except StoreUnusable:
        return length, "UNREADABLE"
    return length, None if hashed.hexdigest() == digest else "CHANGED"


async def _record(
    ledger: Ledger, begun: datetime, documents: int, octets: int, damaged: list[Damage]
) -> int:
    data = {
        "begun_at": begun.isoformat(),
        "documents": documents,
        "octets": octets,
        "damaged": msgspec.to_builtins(damaged),
    }
    answer = await ledger.door.act(Ask("record-document-check", data, channel="timer"), TIMER)
    if not isinstance(answer, Recorded):
        raise Fault(Message("核对结果未能记录", "the result could not be recorded"))
    return answer.last


async def is_due(connection: AsyncConnection[Any], today: date) -> bool:
    """Say whether no check is on record for the quarter of a day."""
    last = await keeping.last_check(connection)
    return last is None or quarter(last.on) < quarter(today)


def quarter(day: date) -> tuple[int, int]:
    """Return year and quarter of a day, the first quarter being 0."""
    return day.year, (day.month - 1) // _MONTHS
