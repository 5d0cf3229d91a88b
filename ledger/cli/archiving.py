"""``archive check``: the ten-year archive on the command line."""

import asyncio
from typing import Annotated, Any

import typer

from aggregates.language import Message
from ledger.cli.telling import out_json, say

Demo = Annotated[bool, typer.Option("--demo", help="演示账本 · the demonstration")]
INTEGRITY = 3


def add(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="档案：原件、档案包、保存期 · the archive", no_args_is_help=True)
    group.callback()(_archive)
    group.command("check")(check)
    app.add_typer(group, name="archive")


def _archive() -> None:
    """档案：原件、档案包、保存期 · the ten-year archive."""


def check(demo: Demo = False) -> None:
    """重读全部材料原件并核对摘要，结果入账；有损坏时退出码为3 · read every stored file again."""
    found = asyncio.run(_checked(demo=demo))
    damaged = [
        {"sha256": one.sha256, "found": one.found, "classes": [str(c) for c in one.class_ids]}
        for one in found.damaged
    ]
    out_json(
        {
            "documents": found.documents,
            "octets": found.octets,
            "damaged": damaged,
            "removed": found.removed,
            "position": found.position,
        }
    )
    if damaged:
        say(
            Message(
                f"{len(damaged)}份原件受损，未作修复；请按摘要补存",
                f"{len(damaged)} files are damaged, nothing was mended: bring them again",
            )
        )
        raise typer.Exit(INTEGRITY)


async def _checked(*, demo: bool) -> Any:  # noqa: ANN401 - a check
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import Progress, SpinnerColumn, TextColumn  # noqa: PLC0415 - heavy

    from ledger.application.document_check import check_documents  # noqa: PLC0415 - heavy
    from ledger.cli.opening import folded, opened  # noqa: PLC0415 - heavy

    columns = (SpinnerColumn(), TextColumn("{task.completed}"))
    with folded(demo=demo) as place:
        async with opened(place) as ledger:
            with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task("check", total=None)
                return await check_documents(
                    ledger, progress=lambda done: bar.update(task, completed=done)
                )
