"""``docs``: the generated pages, written or held against what the code says."""

from pathlib import Path
from typing import Annotated

import typer

from aggregates.language import Message
from ledger.cli.telling import say
from ledger.errors import Failure


class NoSuchFolder(Failure):
    """There is no directory to write to."""

    exit_code = 66


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("docs")(docs)


def docs(
    folder: Annotated[Path, typer.Option(help="项目根目录 · the checkout")] = Path(),
    check: Annotated[bool, typer.Option("--check", help="只比较，不写入 · only compare")] = False,
) -> None:
    """生成LAW.md与COMMANDS.md · write the generated pages."""
    from ledger.cli.pages import generated  # noqa: PLC0415 - heavy

    if not folder.is_dir():
        raise NoSuchFolder(Message(f"没有目录{folder}", f"no directory {folder}"))
    stale = []
    for name, text in generated().items():
        path = folder / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, "utf-8")
    if check and stale:
        named = "、".join(stale)
        say(Message(f"与代码不符：{named}；请运行mingzhang docs", f"stale: {named}; run docs"))
        raise typer.Exit(1)
