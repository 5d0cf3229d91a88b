"""Records put to the door: one at a time of each key, in order, many keys at once."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from psycopg import InterfaceError, OperationalError

from consumers.broker import Message, Record
from consumers.intake.answers import GRANTED, REFUSED, answered, dead_letter, waits
from consumers.intake.messages import (
    BAD_DATA,
    DEAD_LETTERS,
    DENIED,
    ERASED,
    OTHER_MESSAGE_OF_THIS_ID,
    UNEXPECTED,
    Incoming,
    Undecidable,
    answers_of,
    claimed,
    incoming,
    proved,
)
from consumers.intake.sealing import Safe, Why
from ledger.application.answers import Answer, Recorded
from ledger.application.parsing import BadInput
from ledger.application.running import Ledger
from ledger.errors import Conflict, Failure, Fault
from ledger.security.authority import Denied
from ledger.security.senders import Sender, found
from ledger.store.failures import AppendRejected, KeyMismatch
from ledger.vault.errors import OwnerErased

PLACES_MAX = 20


@dataclass(slots=True)
class Taken:
    """What became of records.

    Attributes:
        told: What is to be sent, each with its topic.
        waiting: Records that wait, each with why.
        answers: How many of each topic were granted or refused.
    """

    told: list[tuple[str, Message]] = field(default_factory=list)
    waiting: list[tuple[Record, Why]] = field(default_factory=list)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(slots=True)
class _Item:
    """A record and who sent it, or why that is not known."""

    record: Record
    sender: Sender | None
    why: Undecidable | None


class Deciding:
    """Decides records."""

    def __init__(self, ledger: Ledger, safe: Safe) -> None:
        self._ledger = ledger
        self._safe = safe

    async def take(self, records: Iterable[Record], parked: set[bytes]) -> Taken:
        """Decide records.

        Args:
            records: The records; those of one key in their order.
            parked: The scopes in which a message waits; those that come to wait are added.

        Raises:
            Failure: it is not known whether something was written; all of it has to come again.
        """
        taken = Taken()
        queues = await self._queues(records)
        while queues:
            asked: list[tuple[bytes, _Item, Incoming]] = []
            for scope, queue in list(queues.items()):
                if scope in parked:
                    taken.waiting.extend(
                        (one.record, Why(scope, _id(one.sender), "", ())) for one in queue
                    )
                    del queues[scope]
                    continue
                one = queue.popleft()
                if not queue:
                    del queues[scope]
                try:
                    asked.append((scope, one, _read(one)))
                except Undecidable as why:
                    self._park(taken, parked, scope, one.record, why)
            answers = await self._ledger.door.act_each(
                [(read.ask, read.sender.caller) for _, _, read in asked]
            )
            for (scope, one, read), answer in zip(asked, answers, strict=True):
                try:
                    decided = _decided(answer, read)
                except Undecidable as why:
                    self._park(taken, parked, scope, one.record, why)
                else:
                    told = answered(read.sender, str(read.ask.key), decided)
                    taken.told.append((answers_of(read.sender.kind), told))
                    kind = GRANTED if isinstance(decided, Recorded) else REFUSED
                    taken.answers[one.record.topic, kind] += 1
        return taken

    async def _queues(self, records: Iterable[Record]) -> dict[bytes, deque[_Item]]:
        """Return records by what they have to keep their order in."""
        held = list(records)
        now = self._ledger.clock.now()
        ids = {one for record in held if (one := claimed(record)) is not None}
        async with self._ledger.pool.connection() as connection:
            senders = await found(connection, list(ids))
        queues: dict[bytes, deque[_Item]] = {}
        for record in held:
            try:
                item = _Item(record, proved(record, senders, now), None)
            except Undecidable as why:
                item = _Item(record, why.sender, why)
            queues.setdefault(self.scope(record, item.sender), deque()).append(item)
        return queues

    def scope(self, record: Record, sender: Sender | None) -> bytes:
        """Return what a record keeps its order in: topic, sender and key.

        Records whose sender is not proved are among themselves: nobody can make another's wait.
        """
        whose = b"" if sender is None else sender.caller.person.bytes
        return self._safe.digest(record.topic.encode(), whose, record.key or b"")

    def _park(
        self, taken: Taken, parked: set[bytes], scope: bytes, record: Record, why: Undecidable
    ) -> None:
        parked.add(scope)
        places = why.places[:PLACES_MAX]
        taken.waiting.append((record, Why(scope, _id(why.sender), why.fault, places)))
        letter = dead_letter(record, why, self._safe.digest(record.value or b""))
        taken.told.append((DEAD_LETTERS, letter))
        if why.sender is not None and why.key:
            told = waits(why.sender, why.key, why.fault, places)
            taken.told.append((answers_of(why.sender.kind), told))


def _id(sender: Sender | None) -> UUID | None:
    return None if sender is None else sender.id


def _read(one: _Item) -> Incoming:
    """Return the command of an item.

    Raises:
        Undecidable: there is none.
    """
    if one.why is not None:
        raise one.why
    assert one.sender is not None  # noqa: S101 - or there were a reason
    return incoming(one.record, one.sender)


def _decided(answer: Answer | Exception, read: Incoming) -> Answer:
    """Return the law's answer.

    Raises:
        Undecidable: there is none, and asking again would not bring one.
        Failure: asking again may.
    """
    if not isinstance(answer, Exception):
        return answer
    sender, key = read.sender, str(read.ask.key)
    if isinstance(answer, BadInput):
        places = tuple(problem.where for problem in answer.problems if problem.where)
        raise Undecidable(BAD_DATA, places, sender, key)
    for kind, fault in (
        (Denied, DENIED),
        (KeyMismatch, OTHER_MESSAGE_OF_THIS_ID),
        (OwnerErased, ERASED),
        (AppendRejected, UNEXPECTED),
    ):
        if isinstance(answer, kind):
            raise Undecidable(fault, (), sender, key)
    if isinstance(answer, Fault | Conflict | OperationalError | InterfaceError | OSError):
        raise answer
    if isinstance(answer, Failure):
        raise Undecidable(type(answer).__name__, (), sender, key)
    raise Undecidable(f"{UNEXPECTED}:{type(answer).__name__}", (), sender, key)
