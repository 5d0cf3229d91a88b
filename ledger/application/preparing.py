"""Commands made ready to be decided: read, their callers let in, their personal values sealed."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from aggregates.decisions import Caller, Command, Declaration
from ledger.application.answers import Ask
from ledger.application.parsing import declaration, parse
from ledger.application.sealing import Seals
from ledger.rows import NO_ROWS, VaultRows
from ledger.security.authority import authorise
from ledger.vault.errors import OwnerErased
from ledger.vault.sealing import Placed


@dataclass(slots=True, eq=False)
class Prepared:
    """A command ready to be decided.

    Attributes:
        ask: As it came in.
        caller: Who gives it.
        declared: Its declaration.
        command: The command, its personal values sealed.
        placed: These values, each with its owner.
        rows: What they leave in the vault, once the owners' keys are there.
        ids: The new ids that its decision gave, which the next one gives again.
    """

    ask: Ask
    caller: Caller
    declared: Declaration
    command: Command
    placed: list[Placed]
    rows: VaultRows = NO_ROWS
    ids: list[UUID] = field(default_factory=list)


Before = Callable[[Prepared], Awaitable[object]]
"""What completes a command by what only the ledger knows, before it is decided."""


class Preparing:
    """Makes commands ready: first they are read, then many are sealed with one statement."""

    def __init__(self, seals: Seals, before: Mapping[str, Before] = MappingProxyType({})) -> None:
        self._seals = seals
        self._before = before

    def read(self, ask: Ask, caller: Caller) -> Prepared:
        """Read one command.

        Raises:
            BadInput: the data are no command.
            Denied: the caller may not give it.
        """
        declared = declaration(ask.command)
        opened = self._seals.begin(f"{caller.person} {ask.key}" if ask.key else None)
        command = parse(declared, ask.data, opened.hook)
        authorise(caller, declared, command, as_facts=ask.as_facts)
        return Prepared(ask, caller, declared, command, opened.placed(command, declared))

    def read_each(self, asked: Iterable[tuple[Ask, Caller]]) -> list[Prepared | Exception]:
        """Read commands; one that cannot be read gives the reason instead."""
        found: list[Prepared | Exception] = []
        for ask, caller in asked:
            try:
                found.append(self.read(ask, caller))
            except Exception as error:  # noqa: BLE001 - each command has its own answer
                found.append(error)
        return found

    async def complete(self, ready: Prepared) -> None:
        """Complete a command by what only the ledger knows, if it is of such a kind."""
        complete = self._before.get(ready.declared.name)
        if complete is not None:
            await complete(ready)

    async def complete_each(self, read: list[Prepared | Exception]) -> list[Prepared | Exception]:
        """Complete commands in their place; where that fails, the reason stands instead."""
        for at, one in enumerate(read):
            if isinstance(one, Prepared) and one.declared.name in self._before:
                try:
                    await self.complete(one)
                except Exception as error:  # noqa: BLE001 - each command has its own answer
                    read[at] = error
        return read

    def is_at_hand(self, prepared: Iterable[Prepared]) -> bool:
        """Say whether commands can be sealed without asking the vault for anybody's key."""
        return self._seals.are_at_hand([v.owner for one in prepared for v in one.placed])

    async def seal(self, prepared: Sequence[Prepared]) -> dict[Prepared, OwnerErased]:
        """Put the vault's rows into commands; return those about somebody who was erased."""
        erased: dict[Prepared, OwnerErased] = {}
        bearing = [one for one in prepared if one.placed]
        rows = await self._seals.rows([one.placed for one in bearing])
        for one, sealed in zip(bearing, rows, strict=True):
            if isinstance(sealed, OwnerErased):
                erased[one] = sealed
            else:
                one.rows = sealed
        return erased
