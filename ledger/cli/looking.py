"""Who looked, on the command line: what a look-up leaves in the log before anything is shown."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from getpass import getuser
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import typer

from ledger.cli.acting import caller_of, with_ledger

if TYPE_CHECKING:
    from ledger.application.running import Ledger

T = TypeVar("T")
Account = Annotated[
    str, typer.Option(help="以哪个账户查询，默认为本机账户 · account name; that of this machine")
]
Role = Annotated[str, typer.Option(help="以哪个角色查询 · role code")]
Purpose = Annotated[str, typer.Option(help="查询事由；班期之外必填 · why; needed but for classes")]
Task = Annotated[str, typer.Option(help="任务编号；班期之外必填 · task number; likewise")]


@dataclass(frozen=True, slots=True)
class Why:
    """Who looks something up, and what for.

    Attributes:
        account: The account; that of this machine, where none is named.
        role: The role.
        purpose: The purpose, in words.
        task: The number of the task.
    """

    account: str
    role: str
    purpose: str
    task: str


def look_up(
    kind: str, one: UUID, why: Why, answer: Callable[[Any], Awaitable[T]], *, demo: bool
) -> T:
    """Answer a question about the trail of a thing; the look is in the log before.

    Args:
        kind: The kind of the thing.
        one: Its id.
        why: Who asks, and what for.
        answer: Finds the answer on a connection for reading.
        demo: Ask the demonstration.

    Raises:
        BadInput: no purpose is given, or no number of a task.
        Denied: that role reads no trails.
        Fault: the fact cannot be appended; nothing may be shown.
    """

    async def look(ledger: "Ledger") -> T:
        from ledger.application.access import record_trail  # noqa: PLC0415 - heavy
        from ledger.application.asking import asking, purpose_of  # noqa: PLC0415 - heavy

        caller = caller_of(why.account or getuser(), why.role)
        async with asking(ledger, caller, "trail") as asked:
            purpose = purpose_of(why.purpose, why.task)
            found = await answer(asked.connection)
            await record_trail(ledger, asked.caller, kind, one, purpose)
        return found

    return with_ledger(look, demo=demo)
