"""``import``: a file of messages, with a progress bar and a report."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from aggregates.language import Message
from ledger.cli.telling import lang, out_json, say
from ledger.errors import Failure


class NoSuchFile(Failure):
    """The file to bring in cannot be read."""

    exit_code = 66


class Way(StrEnum):
    """By which way a file comes in: late paper, or history from before the ledger."""

    IMPORT = "import"
    MIGRATION = "migration"


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    file: Annotated[Path, typer.Argument(help="每行一条{command, key, data} · NDJSON of messages")],
    as_facts: Annotated[
        bool,
        typer.Option(
            "--as-facts", help="照录已发生之事，违反硬性规则记为发现 · broken rules become findings"
        ),
    ] = False,
    channel: Annotated[
        Way | None,
        typer.Option(
            help="migration：账本启用前的历史（--as-facts时的缺省）；import：启用后迟交的材料"
            " · history before the ledger, or late paper of its own time",
        ),
    ] = None,
    account: Annotated[str, typer.Option(help="以哪个账户导入 · account name")] = "import",
    role: Annotated[
        str,
        typer.Option(help="以哪个角色导入；--as-facts时不用 · role code, not with --as-facts"),
    ] = "CITY_HR",
) -> None:
    """导入命令文件；坏行指明行号与规则，不影响其他行 · bring in a file of commands."""
    way = channel or (Way.MIGRATION if as_facts else Way.IMPORT)
    if way is Way.MIGRATION and not as_facts:
        told = "migration只用于--as-facts · history comes in with --as-facts"
        raise typer.BadParameter(told, param_hint="--channel")
    if not file.is_file():
        raise NoSuchFile(Message(f"没有文件{file}", f"no file {file}"))
    report = asyncio.run(_import(file, way, as_facts=as_facts, account=account, role=role))
    out_json(report)
    if report["rejected"]:
        count = len(report["rejected"])
        say(Message(f"{count}行未导入，详见报告", f"{count} lines were not taken, see the report"))
        raise typer.Exit(1)


async def _import(
    path: Path, way: Way, *, as_facts: bool, account: str, role: str
) -> dict[str, Any]:
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn  # noqa: PLC0415 - imported late on purpose

    from aggregates.decisions import Caller  # noqa: PLC0415 - heavy
    from ledger.application.importing import Rejected, import_file  # noqa: PLC0415 - heavy
    from ledger.cli.opening import at_hand, opened  # noqa: PLC0415 - heavy
    from ledger.security.tokens import person_named  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    size = await asyncio.to_thread(lambda: path.stat().st_size)
    caller = Caller(person=person_named(account), role="MIGRATION" if as_facts else role)
    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with at_hand(Settings.read()) as place:
        async with opened(place) as ledger:
            with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task("import", total=size)
                report = await import_file(
                    ledger.door,
                    path,
                    caller,
                    channel=way.value,
                    as_facts=as_facts,
                    progress=lambda done: bar.update(task, completed=done),
                )

    def told(one: Rejected) -> dict[str, Any]:
        return {"line": one.line} | _why(one)

    return {
        "sha256": report.sha256,
        "rows": report.rows,
        "recorded": report.recorded,
        "repeated": report.repeated,
        "entries": report.entries,
        "findings": report.findings,
        "rejected": [told(one) for one in report.rejected],
    }


def _why(one: Any) -> dict[str, Any]:  # noqa: ANN401 - a rejected line
    from ledger.application.answers import Refusal, told  # noqa: PLC0415 - heavy
    from ledger.application.parsing import BadInput  # noqa: PLC0415 - heavy

    error = one.error
    if isinstance(error, Refusal):
        return {"broken": [told(broken, lang()) for broken in error.broken]}
    if isinstance(error, BadInput):
        told_of = [{"where": p.where, "what": p.what.text(lang())} for p in error.problems]
        return {"problems": told_of}
    if isinstance(error, Failure):
        return {"error": error.text(lang())}
    return {"error": type(error).__name__}
