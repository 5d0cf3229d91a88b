"""``verify``: the stored leaves and chains, from the database's own rows."""

from typing import Annotated

import typer

from aggregates.language import Message
from ledger.cli.telling import out_json, say

INTEGRITY = 3
_KINDS = {
    "POSITION": "此前缺少一个位置",
    "LEAF": "叶哈希与条目字节不符",
    "BODY": "字节不是条目",
    "PLACE": "行中的流、版本、类型或时间与字节不符",
    "VERSION": "所在流缺少前一版本",
    "PREV": "未与所在流的前一条目相连",
    "TIME": "记录时间早于前一条目",
    "HEAD": "日志末尾与条目不符",
}


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify)


def verify(
    first: Annotated[int, typer.Option("--from", min=1, help="起始位置 · first position")] = 1,
    last: Annotated[
        int | None, typer.Option("--to", min=1, help="截止位置；缺省至末尾 · last position")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="核验演示账本 · the demonstration")] = False,
) -> None:
    """核验日志：重算叶哈希，检查连号与链；有问题时退出码为3 · verify; exit 3 if broken."""
    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy
    from ledger.store.verifying import verify_log  # noqa: PLC0415 - heavy

    settings = Settings.read()
    with at_hand(settings.for_demo() if demo else settings) as place:
        found = verify_log(place.conninfo, first, last)
    broken = found.broken
    out_json(
        {
            "first": found.first,
            "last": found.last,
            "entries": found.entries,
            "ok": broken is None,
            "position": None if broken is None else broken.position,
            "kind": None if broken is None else broken.kind.name,
        }
    )
    if broken is not None:
        say(
            Message(
                f"第{broken.position}位：{_KINDS[broken.kind.name]}",
                f"position {broken.position}: {broken.kind.value}",
            )
        )
        raise typer.Exit(INTEGRITY)
