"""What a decision leaves is put into the appender's queue: entries, guards, key and vault rows."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, Protocol

import orjson

from aggregates.decisions import Granted, New, Recorded, Refused, policy_book_id
from aggregates.law.deadlines import local_date
from ledger.application.answers import Answer, Written
from ledger.application.deciding import Decision
from ledger.application.drafting import Drafting, Place, numbered, written_of
from ledger.application.parsing import too_much, unspellable
from ledger.application.preparing import Prepared
from ledger.application.refusing import as_kept
from ledger.application.sealing import Seals
from ledger.application.states import States
from ledger.entry import NotCanonical
from ledger.rows import VaultRows
from ledger.store.failures import MalformedAppend
from ledger.store.requests import Append, Appended, Key

POLICY_BOOK: Final = f"policy-book/{policy_book_id()}"


class Log(Protocol):
    """What the door needs of the log."""

    def submit(self, append: Append) -> Awaitable[Appended]:
        """Put an append in the queue at once; awaited, it is acknowledged after its commit."""


@dataclass(slots=True)
class Handed:
    """A command that is with the appender.

    Attributes:
        ready: The command.
        decision: What it was answered.
        appended: What the appender will say.
        written: The entries that it leads to.
        touched: The streams whose states rest on it, or on which it rests.
        repeated: The answer that its key had before, in which case nothing was appended.
    """

    ready: Prepared
    decision: Decision
    appended: Awaitable[Appended] | None = None
    written: tuple[Written, ...] = ()
    touched: frozenset[str] = frozenset()
    repeated: Answer | None = None


class Submitting:
    """Submits what was decided, on the states that it was decided on."""

    def __init__(self, log: Log, states: States, seals: Seals, drafting: Drafting) -> None:
        self.drafting = drafting
        self._log = log
        self._states = states
        self._seals = seals

    def grant(self, ready: Prepared, decision: Decision, answer: Granted) -> Handed:
        """Submit the facts of a command that was granted; the states at hand go on with them.

        Raises:
            BadInput: they are too large for entries, or cannot be spelled.
        """
        ask, now = ready.ask, decision.now
        entries = numbered(answer.facts, self._states.held)
        written = written_of(entries)
        place = Place(ready.caller, ask.channel, self._policy())
        try:
            made = [self.drafting.draft(new, version, place) for new, _, version in entries]
        except NotCanonical as fault:
            raise unspellable(fault.path) from None
        names = {one.draft.stream for one in made}
        append = Append(
            drafts=tuple([one.draft for one in made]),
            guards=tuple([(s, v) for s, v in answer.read.items() if s not in names]),
            key=self.key(ready),
            answer=orjson.dumps([tuple(one) for one in written]),
            vault=VaultRows.joined([ready.rows, *(one.rows for one in made)]),
            decided_on=local_date(now),
            at=ask.at,
        )
        try:
            appended = self._log.submit(append)
        except MalformedAppend:
            raise too_much() from None
        person, channel = ready.caller.person, ask.channel
        for new, stream, version in entries:
            if not new.sealed_for:
                self._states.advance(stream, new.fact, Recorded(now, person, channel, version))
        return Handed(ready, decision, appended, written, frozenset(names.union(answer.read)))

    def refusal(
        self, ready: Prepared, decision: Decision, answer: Refused, fact: tuple[New, VaultRows]
    ) -> Handed:
        """Submit the fact that a command was refused, and its payload's rows beside it."""
        place = Place(ready.caller, ready.ask.channel, self._policy())
        new, rows = fact
        made = self.drafting.draft(new, 1, place)
        append = Append(
            drafts=(made.draft,),
            guards=tuple(answer.read.items()),
            key=self.key(ready) if ready.ask.once else None,
            answer=as_kept(answer),
            vault=VaultRows.joined([rows, made.rows]),
            decided_on=local_date(decision.now),
            at=ready.ask.at,
        )
        touched = frozenset(answer.read)
        return Handed(ready, decision, self._log.submit(append), touched=touched)

    def key(self, ready: Prepared) -> Key | None:
        """Return a command's idempotency key, with the digest of what it was sent with."""
        if ready.ask.key is None:
            return None
        body = orjson.dumps([ready.ask.command, ready.ask.data], option=orjson.OPT_SORT_KEYS)
        return Key(str(ready.caller.person), ready.ask.key, self._seals.keyed_digest(body))

    def _policy(self) -> str:
        held = self._states.held.get(POLICY_BOOK)
        version: str = held.state.law.version if held is not None and held.version else ""
        return version
