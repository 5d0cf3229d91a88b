"""Decisions on the states at hand: taken, kept while nothing they read has moved, taken anew.

A decision is a pure function of its command, the moment and the states it read. So one that was
taken while a batch was looked over holds later too, as long as every stream that it read still
stands at the same version; else it is taken again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from aggregates.decisions import Granted, Refused, Unread, World, decide
from aggregates.law.festivals import CalendarRangeError
from ledger.application.parsing import beyond
from ledger.application.preparing import Prepared
from ledger.application.states import States

FORESEEN_ROUNDS = 3
"""How often commands are looked over for streams before they are decided one by one."""
ROUNDS_MAX = 25
"""How often one command may ask for more streams, or find that those it read have moved."""


class Decision(NamedTuple):
    """What a command is answered.

    Attributes:
        answer: The facts that follow, or the rules that refuse them.
        now: The moment for which it was decided.
    """

    answer: Granted | Refused
    now: datetime


Kept = dict[Prepared, Decision]
"""Decisions taken ahead."""


class Deciding:
    """Decides commands, reading streams as decisions ask for them."""

    def __init__(
        self, states: States, now: Callable[[], datetime], new_id: Callable[[], UUID]
    ) -> None:
        self._states = states
        self._now = now
        self._new_id = new_id

    async def foresee(self, ready: Sequence[Prepared]) -> Kept:
        """Decide commands as if each came first, reading for all of them together.

        Nothing follows from it yet; what it gets wrong is decided anew when it is that
        command's turn. Commands that still lack streams after some rounds are left to their turn.
        """
        kept: Kept = {}
        waiting = list(ready)
        for _ in range(FORESEEN_ROUNDS):
            wanted: set[str] = set()
            still: list[Prepared] = []
            for one in waiting:
                try:
                    decision, lacking = self._decide(one)
                except Exception:  # noqa: BLE001, S112 - it is told when it is that command's turn
                    continue
                if lacking:
                    wanted.update(lacking)
                    still.append(one)
                elif decision is not None:
                    kept[one] = decision
            if not wanted:
                break
            await self._states.load(wanted)
            waiting = still
        return kept

    async def decide(
        self,
        ready: Prepared,
        kept: Decision | None = None,
        *,
        earliest: datetime | None = None,
    ) -> Decision:
        """Decide one command now; nothing is awaited between the decision and the return.

        Args:
            ready: The command.
            kept: A decision taken ahead, good if all that it read still stands.
            earliest: The moment before which it cannot be recorded, where the log has gone
                beyond this clock.
        """
        decision = kept
        lacking: tuple[str, ...] = ()
        if kept is None or not self.holds(kept):
            decision, lacking = self._decide(ready, earliest)
        for _ in range(ROUNDS_MAX):
            if decision is not None and not lacking:
                return decision
            await self._states.load(lacking)
            decision, lacking = self._decide(ready, earliest)
        raise AssertionError(f"{ready.declared.name} never stops asking for streams")

    def holds(self, decision: Decision) -> bool:
        """Say whether all that a decision read or writes to still stands as it saw it."""
        held = self._states.held
        for name, version in decision.answer.read.items():
            found = held.get(name)
            if found is None or found.version != version:
                return False
        return not self._unread(decision.answer)

    def _decide(
        self, ready: Prepared, earliest: datetime | None = None
    ) -> tuple[Decision | None, tuple[str, ...]]:
        """Decide, or say which streams are lacking, be it only to know their version.

        Raises:
            BadInput: its dates lie beyond any calendar.
        """
        ask = ready.ask
        now = ask.at or self._now()
        if earliest is not None:
            now = max(now, earliest)
        world = World(
            now=now,
            caller=ready.caller,
            loaded=self._states.held,
            new_id=self._ids_of(ready),
            channel=ask.channel,
            as_facts=ask.as_facts,
        )
        try:
            answer = decide(ready.command, world)
        except Unread as unread:
            return None, tuple(unread.wanted)
        except (OverflowError, CalendarRangeError):
            raise beyond() from None
        return Decision(answer, now), self._unread(answer)

    def _ids_of(self, ready: Prepared) -> Callable[[], UUID]:
        """Return what gives a command its new ids: the same ones however often it is decided.

        Otherwise each decision would begin other streams than those that were just looked up.
        """
        before = iter(tuple(ready.ids))

        def new_id() -> UUID:
            one = next(before, None)
            if one is None:
                one = self._new_id()
                ready.ids.append(one)
            return one

        return new_id

    def _unread(self, answer: Granted | Refused) -> tuple[str, ...]:
        """Return the streams that will be written but are not at hand."""
        if isinstance(answer, Refused):
            return ()
        held = self._states.held
        return tuple(
            name
            for new in answer.facts
            if not new.sealed_for and (name := new.kind.name(new.id)) not in held
        )
