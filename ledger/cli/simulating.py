"""``simulate``: the inputs of a world that never was, as files."""

from pathlib import Path
from typing import Annotated

import typer

from aggregates.language import Message
from ledger.cli.running import Scale, Seed, Years
from ledger.cli.telling import out_json, say
from ledger.errors import Failure


class NotWritten(Failure):
    """The files of a simulation could not be written."""

    exit_code = 73


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate)


def simulate(
    scale: Scale = "county",
    years: Years = 1,
    seed: Seed = 7,
    out: Annotated[Path, typer.Option("--out", help="输出目录 · where to write")] = Path(
        "simulation"
    ),
) -> None:
    """生成模拟输入、历史和标签；不含任何真实人员 · inputs, history and labels; nobody is real."""
    from ledger.simulation.files import write  # noqa: PLC0415 - heavy
    from ledger.simulation.world import plan_world  # noqa: PLC0415 - heavy

    world = plan_world(scale, years, seed)
    try:
        counts = write(out, world.name, world.planned, world.labels)
    except OSError as error:
        raise NotWritten(
            Message(f"写不进{out}：{error.strerror}", f"cannot write to {out}: {error.strerror}")
        ) from None
    say(
        Message(
            "全部为模拟数据。标签文件不得导入账本。",
            "All of it is simulated. The file of labels is not for any ledger.",
        )
    )
    out_json({"world": world.name, "sha256": world.digest(), "lines": counts})
