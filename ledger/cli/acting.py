"""A ledger at hand for one question or command, and who acts on the command line."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import typer

from aggregates.language import Message
from ledger.cli.telling import lang, out_json, say

if TYPE_CHECKING:
    from aggregates.decisions import Caller
    from ledger.application.running import Ledger

T = TypeVar("T")


def with_ledger(ask: "Callable[[Ledger], Awaitable[T]]", *, demo: bool) -> T:
    """Open the ledger, its read models brought up to the log, for one question or command."""

    async def run() -> T:
        from ledger.cli.opening import folded, opened  # noqa: PLC0415 - heavy

        with folded(demo=demo) as place:
            async with opened(place) as ledger:
                return await ask(ledger)

    return asyncio.run(run())


def caller_of(account: str, role: str) -> "Caller":
    """Return who acts on the command line: two people are two accounts."""
    from aggregates.decisions import Caller  # noqa: PLC0415 - heavy
    from ledger.security.tokens import person_named  # noqa: PLC0415 - heavy

    return Caller(person=person_named(account), role=role)


async def class_of(ledger: "Ledger", text: str) -> UUID:
    """Return the id of a class, given as such or as its filing number.

    Raises:
        NotFound: there is no such class.
    """
    from ledger.application.asking import NotFound  # noqa: PLC0415 - heavy
    from projections.class_ledger.queries import ClassFilter, page  # noqa: PLC0415 - heavy

    try:
        return UUID(text)
    except ValueError:
        pass
    async with ledger.pool.connection() as connection:
        found = await page(connection, only=ClassFilter(text=text), rows=50)
    exact = [row.class_id for row in found.rows if row.filing_no == text]
    if len(exact) != 1:
        raise NotFound(Message(f"没有班期{text}", f"no class {text}"))
    return exact[0]


async def answer_of(ledger: "Ledger", name: str, data: dict[str, Any], caller: "Caller") -> Any:  # noqa: ANN401 - an answer
    """Give a command and return its answer."""
    from ledger.application.answers import Ask  # noqa: PLC0415 - heavy

    return await ledger.door.act(Ask(name, data, channel="inner"), caller)


def act_on(one: str, name: str, data: dict[str, Any], caller: "Caller", *, demo: bool) -> None:
    """Give a command about a class and tell what was recorded; exit 1 where the law says no."""
    from ledger.application.answers import Recorded  # noqa: PLC0415 - heavy

    async def act(ledger: "Ledger") -> Any:  # noqa: ANN401 - an answer
        full = {"class_id": str(await class_of(ledger, one))} | data
        return await answer_of(ledger, name, full, caller)

    answer = with_ledger(act, demo=demo)
    if isinstance(answer, Recorded):
        out_json(
            {
                "recorded": [written.type for written in answer.entries],
                "position": answer.last,
                "findings": [{"rule": f.rule, "detail": f.detail} for f in answer.findings],
            }
        )
        return
    out_json(refusal_told(answer))
    say(Message("依规定不予办理，已记录", "the law refuses this; it is on record"))
    raise typer.Exit(1)


def refusal_told(refusal: Any) -> dict[str, Any]:  # noqa: ANN401 - a refusal
    """Return every broken rule of a refusal, and where it is on record."""
    from ledger.application.answers import told  # noqa: PLC0415 - heavy

    return {"broken": [told(one, lang()) for one in refusal.broken], "position": refusal.position}
