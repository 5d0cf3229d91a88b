"""``bench``: speed goals, each beside its anchor on the same server."""

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Annotated

import typer

from aggregates.language import Message
from ledger.cli.options import Format
from ledger.cli.telling import Form, out_json, out_rows, say

if TYPE_CHECKING:
    from ledger.measuring.results import Result

NAMES = ("append", "http", "rebuild", "asof", "ask", "follow", "integrate", "receipt", "grown")
DISK_BOUND = ("append", "http")
"""What of these depends on how long a flush takes."""


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench")(bench)


def bench(
    name: Annotated[str, typer.Argument(help="、".join(NAMES))],
    repetitions: Annotated[int, typer.Option("-n", min=1, max=50, help="重复次数 · times")] = 5,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="每次秒数 · seconds each")] = 4,
    entries: Annotated[
        int,
        typer.Option(min=1000, max=10**9, help="receipt、grown：账本条数 · length of the log"),
    ] = 200_000,
    flush_delay: Annotated[
        int,
        typer.Option(
            min=0, max=100_000, help="append、http：每次落盘至少多花的微秒 · a slower disk, in µs"
        ),
    ] = 0,
    form: Format = None,
) -> None:
    """与同一 PostgreSQL 上的基准轮流测量，给出比值 · measure goals beside their anchors."""
    from ledger.measuring.anchors import scratch  # noqa: PLC0415 - heavy
    from ledger.measuring.results import COLUMNS  # noqa: PLC0415 - heavy

    others = {one.name: one for one in entry_points(group="mingzhang.benches")}
    _refuse(name, (*NAMES, *others), flush_delay)
    say(Message("测量中，请稍候……", "measuring, please wait"))
    with scratch(flush_delay) as conninfo:
        if name in others:
            results = others[name].load()(conninfo, repetitions=repetitions)
        else:
            results = _measured(name, conninfo, repetitions, seconds, entries)
    if form is Form.JSON:
        out_json([one.as_json() for one in results])
        return
    out_rows(COLUMNS, [one.as_row() for one in results], form or Form.TABLE)


def _measured(
    name: str, conninfo: str, repetitions: int, seconds: float, entries: int
) -> "list[Result]":
    import uvloop  # noqa: PLC0415 - heavy

    from ledger.measuring import (  # noqa: PLC0415 - heavy
        appending,
        asking,
        folding,
        following,
        growing,
        integrating,
        receipts,
        serving,
    )

    found: list[Result]
    match name:
        case "append" | "http" | "integrate":
            driven = {"append": appending, "http": serving, "integrate": integrating}[name]
            found = driven.measure(
                conninfo, repetitions=repetitions, seconds=seconds, run=uvloop.run
            )
        case "receipt" | "grown":
            long = {"receipt": receipts, "grown": growing}[name]
            found = long.measure(conninfo, repetitions, seconds, entries=entries, run=uvloop.run)
        case "ask":
            found = asking.measure(conninfo, repetitions=repetitions, run=uvloop.run)
        case "follow":
            found = following.measure(conninfo, repetitions=repetitions)
        case "rebuild":
            found = folding.measure_rebuild(conninfo, repetitions=repetitions)
        case _:
            found = folding.measure_asof(conninfo, repetitions=repetitions)
    return found


def _refuse(name: str, known: tuple[str, ...], flush_delay: int) -> None:
    """Refuse what cannot be measured, before anything is started."""
    if name not in known:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(known)}", param_hint="name")
    if flush_delay and name not in DISK_BOUND:
        raise typer.BadParameter(f"only for {', '.join(DISK_BOUND)}", param_hint="--flush-delay")
