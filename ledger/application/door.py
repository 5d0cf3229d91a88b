"""The one point through which every command passes, with its caller.

    seal → decide → draft → append → answer

A decision that needs more streams is asked again once they are read; one whose streams moved
on is taken again on the new states. A refusal is recorded too, its payload sealed beside it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime

from aggregates.decisions import Caller, Command, Refused
from ledger.application.answers import Answer, Ask, Checked, Refusal, Superseded, repeated
from ledger.application.answers import Recorded as RecordedAnswer
from ledger.application.deciding import Deciding, Decision
from ledger.application.drafting import Drafting, numbered, written_of
from ledger.application.preparing import Before, Prepared, Preparing
from ledger.application.refusing import refusal_fact
from ledger.application.sealing import Seals
from ledger.application.states import States
from ledger.application.submitting import Handed, Log, Submitting
from ledger.clock import Clock
from ledger.ids import Ids
from ledger.store.failures import (
    DateMoved,
    KeyMismatch,
    KeyReused,
    VersionConflict,
)
from ledger.store.requests import Appended
from ledger.store.statements import StoredKey

TRIES_MAX = 25
"""How often one command is decided anew before its caller is told of the conflict."""
TURN_COMMANDS = 64
"""How many commands of a batch are worked on before others have a turn: the appender too, which
commits these while the next are decided."""


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
        before: Mapping[str, Before] | None = None,
        after: Mapping[str, After] | None = None,
    ) -> None:
        self._states = states
        self._seals = seals
        self._preparing = Preparing(seals, before or {})
        self._deciding = Deciding(states, clock.now, ids.new)
        self._submitting = Submitting(log, states, seals, drafting)
        self._ids = ids
        self._answered = answered
        self._after = dict(after or {})
        self._under_way: dict[tuple[str, str], asyncio.Event] = {}

    @property
    def drafting(self) -> Drafting:
        """What spells entries."""
        return self._submitting.drafting

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
        ready = self._preparing.read(ask, caller)
        await self._preparing.complete(ready)
        handed = await self._hand(ready, await self._made_ready(ready))
        try:
            answer = await self._settle(handed)
        except Exception:
            self._release(ready)
            raise
        except BaseException:
            self._abandon([handed])
            raise
        self._release(ready)
        return answer

    async def act_all(self, asks: Iterable[Ask], caller: Caller) -> list[Answer | Exception]:
        """Take one caller's commands in their order; see ``act_each``."""
        return await self.act_each((ask, caller) for ask in asks)

    async def act_each(self, asked: Iterable[tuple[Ask, Caller]]) -> list[Answer | Exception]:
        """Take commands in their order, one commit for many; each has its own answer.

        A command sees the effects of those before it: it is decided once the one before has
        been handed to the appender. One that fails does not stop the rest.
        """
        read = await self._read(asked)
        ready = [one for one in read if isinstance(one, Prepared)]
        answers: dict[Prepared, Answer | Exception] = {}
        handed: list[Handed] = []
        try:
            kept = await self._look_over(ready, answers)
            for at, one in enumerate(ready):
                if one in answers:
                    continue
                if at % TURN_COMMANDS == TURN_COMMANDS - 1:
                    await asyncio.sleep(0)
                if handed and self._key_is_under_way(one):
                    # Whoever has that key may wait for one of ours.
                    await self._settle_each(handed, answers)
                try:
                    handed.append(await self._hand(one, kept.get(one)))
                except Exception as error:  # noqa: BLE001 - each command has its own answer
                    answers[one] = error
            await self._settle_each(handed, answers)
        finally:
            self._abandon(handed)
        return [answers[one] if isinstance(one, Prepared) else one for one in read]

    async def check(self, ask: Ask, caller: Caller) -> Checked | Refusal:
        """Say what a command would be answered now, without recording anything.

        Raises:
            BadInput: the data are no command.
            Denied: the caller may not give it.
        """
        ready = self._preparing.read(ask, caller)
        await self._preparing.complete(ready)
        answer, _ = await self._deciding.decide(ready)
        if isinstance(answer, Refused):
            return Refusal(answer.broken, answer.findings)
        return Checked(written_of(numbered(answer.facts, self._states.held)), answer.findings)

    async def _read(self, asked: Iterable[tuple[Ask, Caller]]) -> list[Prepared | Exception]:
        held = list(asked) if not isinstance(asked, list) else asked
        found: list[Prepared | Exception] = []
        for start in range(0, len(held), TURN_COMMANDS):
            if start:
                await asyncio.sleep(0)
            found.extend(self._preparing.read_each(held[start : start + TURN_COMMANDS]))
        return await self._preparing.complete_each(found)

    async def _look_over(
        self, ready: Sequence[Prepared], answers: dict[Prepared, Answer | Exception]
    ) -> dict[Prepared, Decision]:
        """Get keys and streams for all commands at once, and decide them as things stand."""
        if self._states.whole or self._preparing.is_at_hand(ready):
            answers.update(await self._preparing.seal(ready))
            return {} if self._states.whole else await self._deciding.foresee(ready)
        erased, kept = await asyncio.gather(
            self._preparing.seal(ready), self._deciding.foresee(ready)
        )
        answers.update(erased)
        return kept

    async def _made_ready(self, ready: Prepared) -> Decision | None:
        """Seal one command; what has to be waited for meanwhile may bring its decision.

        Raises:
            OwnerErased: it is about somebody who was erased.
        """
        answers: dict[Prepared, Answer | Exception] = {}
        kept: dict[Prepared, Decision] = {}
        if self._preparing.is_at_hand([ready]):
            answers.update(await self._preparing.seal([ready]))
        else:
            kept = await self._look_over([ready], answers)
        if isinstance(erased := answers.get(ready), Exception):
            raise erased
        return kept.get(ready)

    def _key_is_under_way(self, ready: Prepared) -> bool:
        ask = ready.ask
        return ask.key is not None and (str(ready.caller.person), ask.key) in self._under_way

    async def _hand(self, ready: Prepared, kept: Decision | None) -> Handed:
        """Decide a command and hand it to the appender, once for its key at a time."""
        if ready.ask.key is None:
            return await self._decide_and_submit(ready, kept)
        key = (str(ready.caller.person), ready.ask.key)
        while (before := self._under_way.get(key)) is not None:
            await before.wait()
        self._under_way[key] = asyncio.Event()
        try:
            return await self._decide_and_submit(ready, kept)
        except BaseException:
            self._release(ready)
            raise

    def _release(self, ready: Prepared) -> None:
        if ready.ask.key is not None:
            self._under_way.pop((str(ready.caller.person), ready.ask.key)).set()

    async def _settle_each(
        self, handed: list[Handed], answers: dict[Prepared, Answer | Exception]
    ) -> None:
        """Wait for the answers of commands in their order, and take them off the list."""
        while handed:
            one = handed[0]
            try:
                answers[one.ready] = await self._settle(one)
            except Exception as error:  # noqa: BLE001 - each command has its own answer
                answers[one.ready] = error
            del handed[0]
            self._release(one.ready)

    def _abandon(self, handed: Iterable[Handed]) -> None:
        """Let go of commands whose caller has gone; they are written or not, as it comes."""
        for one in handed:
            self._states.forget(one.touched)
            self._release(one.ready)
            if isinstance(one.appended, asyncio.Future):
                one.appended.add_done_callback(_heard)

    async def _settle(self, handed: Handed) -> Answer:
        """Wait for the commit, and decide anew as often as others are first."""
        earliest: datetime | None = None
        for _ in range(TRIES_MAX):
            if handed.appended is None:
                assert handed.repeated is not None  # noqa: S101 - or it had been appended
                return handed.repeated
            try:
                appended = await handed.appended
            except KeyReused as used:
                self._states.forget(handed.touched)
                return repeated(used.answer, used.appended)
            except VersionConflict as conflict:
                self._states.forget(handed.touched.union(conflict.streams))
            except DateMoved as moved:
                earliest = moved.time  # the log may stand on a later date than this clock
                self._states.forget(handed.touched)
            except BaseException:
                self._states.forget(handed.touched)
                raise
            else:
                return await self._recorded(handed, appended)
            handed = await self._decide_and_submit(handed.ready, None, earliest)
        raise VersionConflict(tuple(sorted(handed.touched)))

    async def _recorded(self, handed: Handed, appended: Appended) -> Answer:
        answer, ready = handed.decision.answer, handed.ready
        if isinstance(answer, Refused):
            return Refusal(answer.broken, answer.findings, appended.first)
        effect = self._after.get(ready.declared.name)
        if effect is not None:
            await effect(ready.command)
        return RecordedAnswer(
            handed.written, appended.first, appended.last, appended.time, answer.findings
        )

    async def _decide_and_submit(
        self, ready: Prepared, kept: Decision | None, earliest: datetime | None = None
    ) -> Handed:
        """Decide, and put what follows into the appender's queue.

        Nothing is awaited between a decision and its place in the queue: the states it saw are
        those it is appended on, and commands keep the order in which they came.
        """
        if ready.ask.if_match:
            await self._states.load(ready.ask.if_match)
        decision = await self._deciding.decide(ready, kept, earliest=earliest)
        while isinstance(decision.answer, Refused):
            # What the key granted before may be the very reason for this refusal.
            before = await self._answer_before(ready)
            if before is not None:
                return Handed(ready, decision, repeated=before)
            fact = await refusal_fact(ready, decision.answer, self._seals, self._ids.new())
            if self._deciding.holds(decision):
                self._match(ready.ask)
                return self._submitting.refusal(ready, decision, decision.answer, fact)
            decision = await self._deciding.decide(ready, earliest=earliest)
        self._match(ready.ask)
        return self._submitting.grant(ready, decision, decision.answer)

    async def _answer_before(self, ready: Prepared) -> Answer | None:
        """Return what the command's key was answered before, if it was.

        Raises:
            KeyMismatch: the key belongs to another request.
        """
        key = self._submitting.key(ready)
        if key is None or self._answered is None:
            return None
        stored = await self._answered(key.scope, key.key)
        if stored is None:
            return None
        if stored.digest != key.digest:
            raise KeyMismatch
        return repeated(stored.answer, stored.appended)

    def _match(self, ask: Ask) -> None:
        held = self._states.held
        moved = [
            name
            for name, version in ask.if_match.items()
            if name not in held or held[name].version != version
        ]
        if moved:
            raise Superseded(tuple(sorted(moved)))


def _heard(appended: asyncio.Future[Appended]) -> None:
    """Take notice of an outcome that nobody waits for any more."""
    if not appended.cancelled():
        appended.exception()
