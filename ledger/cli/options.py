"""Options that many commands have, said in one place so that they read alike."""

from typing import Annotated

import typer

from ledger.cli.telling import Form

Account = Annotated[str, typer.Option(help="以哪个账户办理 · account name")]
Class = Annotated[
    str, typer.Argument(metavar="CLASS", help="班期标识（UUID）或备案编号 · id or filing number")
]
Demo = Annotated[bool, typer.Option("--demo", help="演示账本 · the demonstration")]
Format = Annotated[Form | None, typer.Option("--format", "-o")]
Read = Annotated[bool, typer.Option("--read", help="只读数据库 · the read database")]
Role = Annotated[str, typer.Option(help="以哪个角色办理 · role code")]
Twin = Annotated[bool, typer.Option("--sm3", help="SM3树 · the tree of SM3")]
