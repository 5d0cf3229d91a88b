"""``witness init|add-log|drop-key|serve|status``: a witness that another body runs."""

from typing import TYPE_CHECKING, Annotated

import typer

from aggregates.language import Message
from ledger.cli.telling import out, out_json, say

if TYPE_CHECKING:
    from ledger.witnessing.keeping import Memory

PORT = 7380
KEEP_ALIVE_SECONDS = 30
CONCURRENT_MAX = 64

Origin = Annotated[str, typer.Argument(help="日志名称，即检查点首行 · the log's origin")]


def add(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="见证人：财政、审计、纪检等单位以自有密钥为日志作证 · a witness of another body",
        no_args_is_help=True,
    )
    group.command("init")(init)
    group.command("add-log")(add_log)
    group.command("drop-key")(drop_key)
    group.command("serve")(serve)
    group.command("status")(status)
    app.add_typer(group, name="witness")


def init(
    name: Annotated[
        str, typer.Argument(help="见证人名称，如 caizheng.example/w1 · a URL without its scheme")
    ],
    post_quantum: Annotated[
        bool, typer.Option("--ml-dsa", help="另加抗量子签名 · cosign with ML-DSA-44 too")
    ] = False,
) -> None:
    """建立见证人密钥，输出公钥 · make the keys, print the public ones."""
    memory = _memory()
    for key in memory.begin(name, post_quantum=post_quantum):
        out(str(key))
    say(
        Message(
            "请将公钥当面交给日志运行单位，私钥留在本机。",
            "Hand the public key over in person; the secret one stays on this machine.",
        )
    )


def add_log(
    origin: Origin,
    vkey: Annotated[str, typer.Argument(help="日志公钥（Ed25519） · the log's public key")],
) -> None:
    """登记日志，或为其登记新公钥 · know a log, or another key of it."""
    _memory().add_log(origin, vkey)
    say(Message(f"已登记日志 {origin}", f"the log is known: {origin}"))


def drop_key(
    origin: Origin,
    key_id: Annotated[str, typer.Argument(help="公钥编号（八位十六进制） · the key's id")],
) -> None:
    """不再承认日志的某一公钥 · accept a key of a log no more."""
    _memory().drop_key(origin, key_id)
    say(Message(f"不再承认 {key_id}", f"not accepted any more: {key_id}"))


def serve(
    host: Annotated[str, typer.Option(help="监听地址 · address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口，0为任选 · port")] = PORT,
) -> None:
    """开始作证 · answer requests to cosign."""
    import asyncio  # noqa: PLC0415 - heavy

    import uvicorn  # noqa: PLC0415 - heavy

    from ledger.cli.serving import listen  # noqa: PLC0415 - heavy
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy
    from ledger.witnessing.answering import make_witness  # noqa: PLC0415 - heavy

    memory = _memory()
    memory.cosigners()
    memory.remembered()
    held = listen(host, port)
    held.listen()  # before it is told, so that whoever is told is answered
    config = uvicorn.Config(
        make_witness(memory, SystemClock()),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        limit_concurrency=CONCURRENT_MAX,
    )
    address, bound = held.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    say(Message(f"见证人已就绪：http://{shown}:{bound}", f"witnessing at http://{shown}:{bound}"))
    asyncio.run(uvicorn.Server(config).serve(sockets=[held]))


def status() -> None:
    """见证人所记：各日志已见到的大小与时间 · what it remembers of each log."""
    from ledger.evidence.checkpoint import Checkpoint  # noqa: PLC0415 - heavy
    from ledger.evidence.cosignature import Timestamped  # noqa: PLC0415 - heavy

    memory = _memory()
    mine = [one.key for one in memory.cosigners()]
    logs = {}
    for one in memory.remembered():
        lines = one.note.lines if one.note else ()
        times = [
            Timestamped.parse(line.signature).at
            for line in lines
            if any(line.is_of(key) for key in mine)
        ]
        logs[one.origin] = {
            "size": Checkpoint.parse(one.note.text).size if one.note else 0,
            "cosigned_at": max(times, default=None),
            "vkeys": list(one.vkeys),
        }
    out_json({"name": mine[0].name, "vkeys": [str(key) for key in mine], "logs": logs})


def _memory() -> "Memory":
    from ledger.settings import Settings  # noqa: PLC0415 - heavy
    from ledger.witnessing.keeping import Memory  # noqa: PLC0415 - heavy

    return Memory(Settings.read().home / "witness")
