"""``run`` and ``serve``."""

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregates.language import Message
from ledger.cli.telling import out, out_json, say
from ledger.settings import Settings
from ledger.simulation.scales import LAST_YEAR, YEARS_MAX, sized

if TYPE_CHECKING:
    from ledger.security.sessions import Sessions

Scale = Annotated[
    str, typer.Option(help="模拟规模 class|county|city|peak · size of the simulated world")
]
Years = Annotated[
    int,
    typer.Option(
        help=f"模拟年数，1至{YEARS_MAX}，止于{LAST_YEAR}年"
        f" · how many years, 1 to {YEARS_MAX}, the last of which is {LAST_YEAR}"
    ),
]
Seed = Annotated[int, typer.Option(help="随机种子；同种子同结果 · same seed, same world")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="端口，0为任选 · port")]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run)
    app.command("serve")(serve)


def run(
    scale: Scale = "county",
    years: Years = 1,
    seed: Seed = 7,
    port: Port = None,
    check: Annotated[
        bool, typer.Option("--check", help="只建账并核对，输出JSON，不留服务 · build, check, print")
    ] = False,
) -> None:
    """演示：一个县一年的培训账，可直接浏览 · a county's year of training, ready to look at."""
    from ledger.simulation.demo import build_world, check_world  # noqa: PLC0415 - heavy

    sized(scale, years)  # refused before anything is made for a world that is not to be had
    settings = Settings.read()
    if check:
        out_json(asyncio.run(check_world(scale=scale, years=years, seed=seed)))
        return
    demo = settings.for_demo()
    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.cli.serving import listen  # noqa: PLC0415 - heavy
    from ledger.cli.serving import serve as serve_until_signal  # noqa: PLC0415 - heavy
    from ledger.vault.keys import SeededKeyring  # noqa: PLC0415 - heavy

    held = listen(demo.host, demo.port if port is None else port)
    with at_hand(demo, create_keys=SeededKeyring(f"{scale}:{years}:{seed}")) as place:
        build_world(place.conninfo, demo, scale=scale, years=years, seed=seed)
        _run_loop(serve_until_signal(place, held, demo=True, ready=_tell_demo))


def serve(
    host: Annotated[str | None, typer.Option(help="监听地址 · address")] = None,
    port: Port = None,
    read: Annotated[
        bool, typer.Option("--read", help="以只读数据库服务，不受理命令 · serve the read database")
    ] = False,
) -> None:
    """对外服务（需令牌） · serve an installation; callers need tokens."""
    if read:
        _serve_copy(host, port)
        return
    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.cli.serving import listen, refuse_open_door  # noqa: PLC0415 - heavy
    from ledger.cli.serving import serve as serve_until_signal  # noqa: PLC0415 - heavy

    settings = Settings.read()
    bind = settings.host if host is None else host
    with at_hand(settings) as place:
        place.keyring()
        refuse_open_door(bind, place.conninfo)
        held = listen(bind, settings.port if port is None else port)
        _run_loop(serve_until_signal(place, held, demo=False, ready=_tell))


def _serve_copy(host: str | None, port: int | None) -> None:
    from ledger.application.looks import ForwardedLooks, Looks, NoLooks  # noqa: PLC0415 - heavy
    from ledger.cli.opening import copy_at_hand  # noqa: PLC0415 - heavy
    from ledger.cli.serving import listen, refuse_open_door, serve_copy  # noqa: PLC0415 - heavy
    from ledger.store.roles import READER  # noqa: PLC0415 - heavy

    settings = Settings.read()
    looks: Looks = NoLooks()
    if settings.ledger_url is not None:
        looks = ForwardedLooks(settings.ledger_url, settings.ledger_token())
    bind = settings.host if host is None else host
    with copy_at_hand(settings) as place:
        refuse_open_door(bind, place.conninfo)
        held = listen(bind, settings.port if port is None else port)
        _run_loop(serve_copy(place.taking(READER).conninfo, looks, held, ready=_tell))


def _run_loop(serving: Coroutine[Any, Any, None]) -> None:
    import uvloop  # noqa: PLC0415 - heavy

    uvloop.run(serving)


def _tell_demo(base: str, sessions: "Sessions") -> None:
    link = f"{base}/login?code={sessions.make_link()}"
    say(
        Message(
            "演示数据均为模拟，不含任何真实人员。用下面的一次性链接进入：",
            "All data are simulated; no real person is in them. Enter by this one-time link:",
        )
    )
    out(link)


def _tell(base: str, _: "Sessions") -> None:
    say(Message(f"服务已就绪：{base}", f"serving at {base}"))
