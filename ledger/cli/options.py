"""Options that many commands have, said in one place so that they read alike."""

from typing import Annotated

import typer

Demo = Annotated[bool, typer.Option("--demo", help="演示账本 · the demonstration")]
Read = Annotated[bool, typer.Option("--read", help="只读数据库 · the read database")]
