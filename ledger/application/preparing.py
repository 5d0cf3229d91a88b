"""Commands made ready to be decided: read, their callers let in, their personal values sealed."""

from collections.abc import Iterable
from dataclasses import dataclass

from aggregates.decisions import Caller, Command, Declaration
from ledger.application.answers import Ask
from ledger.application.parsing import declaration, parse
from ledger.application.sealing import Seals
from ledger.rows import VaultRows
from ledger.security.authority import authorise
from ledger.vault.errors import OwnerErased
from ledger.vault.sealing import Placed


@dataclass(frozen=True, slots=True)
class Prepared:
    """A command ready to be decided: parsed, its personal values sealed."""

    ask: Ask
    caller: Caller
    declared: Declaration
    command: Command
    rows: VaultRows


class Preparing:
    """Makes commands ready, many at a time."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals

    async def each(self, asked: Iterable[tuple[Ask, Caller]]) -> list[Exception | Prepared]:
        """Read commands and seal their values, all keys in one statement."""
        read: list[tuple[Ask, Caller, Declaration, Command, list[Placed]] | Exception] = []
        for ask, caller in asked:
            try:
                read.append((ask, caller, *self.read(ask, caller)))
            except Exception as error:  # noqa: BLE001 - each command has its own answer
                read.append(error)
        good = [one for one in read if not isinstance(one, Exception)]
        rows = iter(await self._seals.rows([placed for *_, placed in good]))
        found: list[Exception | Prepared] = []
        for one in read:
            if isinstance(one, Exception):
                found.append(one)
                continue
            ask, caller, declared, command, _ = one
            sealed = next(rows)
            if isinstance(sealed, OwnerErased):
                found.append(sealed)
            else:
                found.append(Prepared(ask, caller, declared, command, sealed))
        return found

    def read(self, ask: Ask, caller: Caller) -> tuple[Declaration, Command, list[Placed]]:
        """Read one command.

        Raises:
            BadInput: the data are no command.
            Denied: the caller may not give it.
        """
        declared = declaration(ask.command)
        opened = self._seals.begin(f"{caller.person} {ask.key}" if ask.key else None)
        command = parse(declared, ask.data, opened.hook)
        authorise(caller, declared, command, as_facts=ask.as_facts)
        return declared, command, opened.placed(command, declared)
