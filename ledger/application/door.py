"""The one point through which every command passes, with its caller.

    seal → decide → draft → append → answer

A decision that needs more streams is asked again once they are read; one whose streams moved
on is taken again on the new states. A refusal is recorded too, its payload sealed beside it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

import orjson

from aggregates.decisions import (
    Caller,
    Command,
    Granted,
    New,
    Recorded,
    Refused,
    Unread,
    World,
    decide,
    policy_book_id,
)
from aggregates.law.deadlines import local_date
from ledger.application.answers import Answer, Ask, Checked, Refusal, Superseded, Written
from ledger.application.answers import Recorded as RecordedAnswer
from ledger.application.drafting import Drafting, Place
from ledger.application.preparing import Prepared, Preparing
from ledger.application.refusing import refusal_fact
from ledger.application.sealing import Seals
from ledger.application.states import States
from ledger.clock import Clock
from ledger.errors import Conflict
from ledger.ids import Ids
from ledger.rows import NO_ROWS, VaultRows
from ledger.store.failures import DateMoved, KeyMismatch, KeyReused, VersionConflict
from ledger.store.requests import Append, Appended, Key
from ledger.store.statements import StoredKey

TRIES_MAX = 25
"""How often one command is decided anew before its caller is told of the conflict."""
FORESEEN_ROUNDS = 3
"""How often a batch looks ahead for streams before it is decided one by one."""
ROUNDS_MAX = 12
"""How often one decision may ask for more streams."""
POLICY_BOOK = f"policy-book/{policy_book_id()}"


class Log(Protocol):
    """What the door needs of the log."""

    async def append(self, append: Append) -> Appended:
        """Append entries, acknowledged once they are committed."""


Answered = Callable[[str, str], Awaitable[StoredKey | None]]
"""From scope and key to what is stored under them."""
After = Callable[[Command], Awaitable[object]]
"""What has to be done once a command's facts are in the log, such as destroying keys."""


class Door:
    """Takes commands: ``act`` records, ``check`` only says what would be."""

    def __init__(  # noqa: PLR0913 - the parts it is made of, by name
        self,
        *,
        log: Log,
        states: States,
        seals: Seals,
        drafting: Drafting,
        clock: Clock,
        ids: Ids,
        answered: Answered | None = None,
        after: Mapping[str, After] | None = None,
    ) -> None:
        self._log = log
        self._states = states
        self._seals = seals
        self._preparing = Preparing(seals)
        self._drafting = drafting
        self._clock = clock
        self._ids = ids
        self._answered = answered
        self._after = dict(after or {})
        self._under_way: dict[tuple[str, str], asyncio.Event] = {}

    @property
    def drafting(self) -> Drafting:
        """What spells entries."""
        return self._drafting

    @property
    def states(self) -> States:
        """The states at hand."""
        return self._states

    async def act(self, ask: Ask, caller: Caller) -> Answer:
        """Decide a command and append what follows.

        Raises:
            BadInput: the data are no command.
            Denied: the caller may not give it.
            Conflict: streams kept moving, or ``if_match`` or the key do not fit.
            Fault: it is unknown whether the entries are in the log, or it cannot be reached.
        """
        (ready,) = await self._preparing.each([(ask, caller)])
        if isinstance(ready, Exception):
            raise ready
        assert isinstance(ready, Prepared)  # noqa: S101 - nothing else is left
        return await self._record(ready)

    async def act_all(self, asks: Iterable[Ask], caller: Caller) -> list[Answer | Exception]:
        """Take one caller's commands in their order; see ``act_each``."""
        return await self.act_each((ask, caller) for ask in asks)

    async def act_each(self, asked: Iterable[tuple[Ask, Caller]]) -> list[Answer | Exception]:
        """Take commands in their order, one commit for many; each has its own answer.

        A command sees the effects of those before it: it is decided once the one before has
        been handed to the appender. One that fails does not stop the rest.
        """
        answers = await self._preparing.each(asked)
        ready = [one for one in answers if isinstance(one, Prepared)]
        if not self._states.whole:
            await self._foresee(ready)
        tasks: list[asyncio.Task[Answer]] = []
        for one in ready:
            handed = asyncio.Event()
            task = asyncio.create_task(self._record(one, handed))
            task.add_done_callback(partial(_hand_over, handed))
            tasks.append(task)
            await handed.wait()
        done = iter(await asyncio.gather(*tasks, return_exceptions=True))
        return [_plain(next(done)) if isinstance(one, Prepared) else one for one in answers]

    async def _foresee(self, ready: Sequence[Prepared]) -> None:
        """Read what the decisions to come will ask for, for all of them together.

        They are tried on the states as they stand, without effect; what that gets wrong is
        asked for again when they are decided in earnest.
        """
        waiting = list(ready)
        for _ in range(FORESEEN_ROUNDS):
            wanted: set[str] = set()
            still: list[Prepared] = []
            for one in waiting:
                try:
                    lacking = self._unread(decide(one.command, self._world(one)))
                except Unread as unread:
                    lacking = list(unread.wanted)
                if lacking:
                    wanted.update(lacking)
                    still.append(one)
            if not wanted:
                return
            await self._states.load(wanted)
            waiting = still

    def _world(self, ready: Prepared, now: datetime | None = None) -> World:
        return World(
            now=now or ready.ask.at or self._clock.now(),
            caller=ready.caller,
            loaded=self._states.held,
            new_id=self._ids.new,
            channel=ready.ask.channel,
            as_facts=ready.ask.as_facts,
        )

    async def check(self, ask: Ask, caller: Caller) -> Checked | Refusal:
        """Say what a command would be answered now, without recording anything.

        Raises:
            BadInput: the data are no command.
            Denied: the caller may not give it.
        """
        declared, command, _ = self._preparing.read(ask, caller)
        ready = Prepared(ask, caller, declared, command, NO_ROWS)
        answer, _ = await self._decide(ready, ask.at or self._clock.now())
        if isinstance(answer, Refused):
            return Refusal(answer.broken, answer.findings)
        return Checked(_written(self._entries(answer.facts)), answer.findings)

    async def _record(self, ready: Prepared, handed: asyncio.Event | None = None) -> Answer:
        """Answer a command once for its key, however often it comes and while it is under way."""
        if ready.ask.key is None:
            return await self._decide_and_append(ready, handed)
        key = (str(ready.caller.person), ready.ask.key)
        while (before := self._under_way.get(key)) is not None:
            await before.wait()
        done = self._under_way[key] = asyncio.Event()
        try:
            return await self._decide_and_append(ready, handed)
        finally:
            del self._under_way[key]
            done.set()

    async def _decide_and_append(self, ready: Prepared, handed: asyncio.Event | None) -> Answer:
        """Decide and append, anew as often as others are first.

        Nothing is awaited between a decision and its place in the appender's queue: the states
        it saw are those it is appended on, and commands keep the order in which they came.
        """
        ask = ready.ask
        read: set[str] = set(ask.if_match)
        head: datetime | None = None
        for _ in range(TRIES_MAX):
            await self._states.load(ask.if_match)
            now = ask.at or self._clock.now()
            now = max(now, head or now)  # the log may stand on a later date than this clock
            answer, asked = await self._decide(ready, now)
            read |= asked
            unread = self._unread(answer)
            if unread:
                await self._states.load(unread)
                continue
            if isinstance(answer, Refused):
                # What the key granted before may be the very reason for this refusal.
                repeated = await self._answer_before(ready)
                if repeated is not None:
                    return repeated
            self._match(ask)
            try:
                if isinstance(answer, Refused):
                    return await self._refuse(ready, answer, now, handed)
                return await self._grant(ready, answer, now, handed)
            except VersionConflict as conflict:
                self._states.forget(conflict.streams)
            except DateMoved as moved:
                head = moved.time
                self._states.forget(read)
        raise VersionConflict(tuple(sorted(read)))

    async def _answer_before(self, ready: Prepared) -> Answer | None:
        """Return what the command's key was answered before, if it was.

        Raises:
            KeyMismatch: the key belongs to another request.
        """
        key = self._key(ready)
        if key is None or self._answered is None:
            return None
        stored = await self._answered(key.scope, key.key)
        if stored is None:
            return None
        if stored.digest != key.digest:
            raise KeyMismatch
        return _repeated(KeyReused(stored.answer, stored.appended))

    def _unread(self, answer: Granted | Refused) -> list[str]:
        """Return the streams that will be written but are not at hand."""
        if isinstance(answer, Refused):
            return []
        names = (new.kind.name(new.id) for new in answer.facts if not new.sealed_for)
        return [name for name in names if name not in self._states.held]

    async def _decide(self, ready: Prepared, now: datetime) -> tuple[Granted | Refused, set[str]]:
        for _ in range(ROUNDS_MAX):
            try:
                answer = decide(ready.command, self._world(ready, now))
            except Unread as lacking:
                await self._states.load(lacking.wanted)
                continue
            return answer, set(answer.read)
        raise AssertionError(f"{ready.declared.name} never stops asking for streams")

    def _match(self, ask: Ask) -> None:
        held = self._states.held
        moved = [
            name
            for name, version in ask.if_match.items()
            if name not in held or held[name].version != version
        ]
        if moved:
            raise Superseded(tuple(sorted(moved)))

    def _entries(self, facts: Sequence[New]) -> list[tuple[New, int]]:
        versions: dict[str, int] = {}
        found = []
        for new in facts:
            name = new.kind.name(new.id)
            at = versions.get(name)
            if at is None:
                held = self._states.held.get(name)
                at = held.version if held is not None else 0
            versions[name] = at + 1
            found.append((new, at + 1))
        return found

    async def _grant(
        self, ready: Prepared, answer: Granted, now: datetime, handed: asyncio.Event | None
    ) -> Answer:
        ask, person = ready.ask, ready.caller.person
        entries = self._entries(answer.facts)
        written = _written(entries)
        place = Place(ready.caller, ask.channel, self._policy())
        made = [self._drafting.draft(new, version, place) for new, version in entries]
        names = {one.stream for one in made}
        append = Append(
            drafts=tuple(one.draft for one in made),
            guards=tuple((s, v) for s, v in answer.read.items() if s not in names),
            key=self._key(ready),
            answer=orjson.dumps([[w.stream, w.version, w.type] for w in written]),
            vault=VaultRows.joined([ready.rows, *(one.rows for one in made)]),
            decided_on=local_date(now),
            at=ask.at,
        )
        for new, version in entries:
            if not new.sealed_for:
                recorded = Recorded(now, person, ask.channel, version)
                self._states.advance(new.kind.name(new.id), new.fact, recorded)
        try:
            appended = await self._append(append, handed)
        except KeyReused as used:
            self._states.forget(names)
            return _repeated(used)
        except BaseException:
            self._states.forget(names | set(answer.read))
            raise
        effect = self._after.get(ready.declared.name)
        if effect is not None:
            await effect(ready.command)
        return RecordedAnswer(
            written, appended.first, appended.last, appended.time, answer.findings
        )

    async def _append(self, append: Append, handed: asyncio.Event | None) -> Appended:
        if handed is not None:
            # Whoever waits runs at the next turn of the loop, when the append is queued.
            handed.set()
        return await self._log.append(append)

    async def _refuse(
        self, ready: Prepared, answer: Refused, now: datetime, handed: asyncio.Event | None
    ) -> Answer:
        new, rows = await refusal_fact(
            ready.command,
            ready.ask.data,
            ready.caller,
            answer,
            self._seals,
            self._ids.new(),
        )
        place = Place(ready.caller, ready.ask.channel, self._policy())
        made = self._drafting.draft(new, 1, place)
        append = Append(
            drafts=(made.draft,),
            guards=tuple(answer.read.items()),
            vault=rows,
            decided_on=local_date(now),
            at=ready.ask.at,
        )
        try:
            appended = await self._append(append, handed)
        except Conflict:
            self._states.forget(answer.read)
            raise
        return Refusal(answer.broken, answer.findings, appended.first)

    def _policy(self) -> str:
        held = self._states.held.get(POLICY_BOOK)
        version: str = held.state.law.version if held is not None and held.version else ""
        return version

    def _key(self, ready: Prepared) -> Key | None:
        if ready.ask.key is None:
            return None
        body = orjson.dumps([ready.ask.command, ready.ask.data], option=orjson.OPT_SORT_KEYS)
        return Key(str(ready.caller.person), ready.ask.key, self._seals.keyed_digest(body))


def _hand_over(handed: asyncio.Event, _: object) -> None:
    handed.set()


def _written(entries: Iterable[tuple[New, int]]) -> tuple[Written, ...]:
    return tuple(
        Written(new.kind.name(new.id), version, new.fact.TYPE)
        for new, version in entries
        if not new.sealed_for
    )


def _repeated(used: KeyReused) -> Answer:
    stored = tuple(Written(*one) for one in orjson.loads(used.answer))
    at = used.appended
    return RecordedAnswer(stored, at.first, at.last, at.time, (), repeated=True)


def _plain(answer: Answer | BaseException) -> Answer | Exception:
    if isinstance(answer, BaseException) and not isinstance(answer, Exception):
        raise answer
    return answer
