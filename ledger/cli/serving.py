"""Serving: the application on a socket, the read models kept up beside it, a clean end."""

import asyncio
import ipaddress
import signal
import socket
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta

import psycopg
import uvicorn
from fastapi import FastAPI

from aggregates.language import Message
from ledger.api.app import make_app
from ledger.api.corking import CorkedProtocol
from ledger.api.promises import Promising
from ledger.api.questions import routes as question_routes
from ledger.application.copying import open_copy
from ledger.application.looks import Looks
from ledger.application.running import Ledger
from ledger.cli.opening import Place, opened
from ledger.clock import SystemClock
from ledger.errors import Misconfigured
from ledger.ids import SystemIds
from ledger.integration.beside import FRESH_SECONDS, BesideLog
from ledger.integration.log_keys import KeyFile, LogKeysUnusable
from ledger.integration.watch import Watch
from ledger.integration.witness_policy import WitnessPolicy
from ledger.security.sessions import Sessions
from ledger.security.tokens import any_living
from ledger.timers.catching_up import keep_catching_up
from ledger.timers.checking import keep_checking
from ledger.timers.folding import Folding
from ledger.timers.heads import keep_heads
from ledger.timers.integrating import Integrating
from ledger.timers.processes import collect_seldom
from ledger.timers.signalling import keep_signalling
from ledger.timers.watching import keep_watching
from ledger.web.pages import add_pages

KEEP_ALIVE_SECONDS = 30
DRAIN_SECONDS = 10
TIMERS = (keep_signalling, keep_heads, keep_checking, keep_watching, keep_catching_up)
"""What runs within the server's own loop."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        Misconfigured: the address or port cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
    except OSError as error:
        held.close()
        raise Misconfigured(
            Message(
                f"无法监听 {host}:{port}：{error.strerror}",
                f"cannot listen on {host}:{port}: {error.strerror}",
            ),
            mend=Message(
                "请用 --port 另选端口，或用 --port 0 任选",
                "choose another with --port, or --port 0",
            ),
        ) from None
    held.set_inheritable(True)
    return held


def is_loopback(host: str) -> bool:
    """Say whether an address is reached from this machine alone."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def refuse_open_door(host: str, conninfo: str) -> None:
    """Refuse to serve others while nobody could prove who they are.

    Raises:
        Misconfigured: the address is not of this machine alone, and there is no token.
    """
    if is_loopback(host):
        return
    with psycopg.connect(conninfo, autocommit=True) as connection:
        if any_living(connection, SystemClock().now()):
            return
    raise Misconfigured(
        Message(
            f"尚无任何访问令牌，不能在 {host} 上对外服务",
            f"there is no access token yet: refusing to serve on {host}",
        ),
        mend=Message(
            "请先用 mingzhang token create 建立令牌，或改用127.0.0.1",
            "make one with mingzhang token create, or serve on 127.0.0.1",
        ),
    )


async def serve(
    place: Place, held: socket.socket, *, demo: bool, ready: Callable[[str, Sessions], None]
) -> None:
    """Serve until a signal comes.

    Args:
        place: The installation.
        held: The socket to serve on.
        demo: Whether a one-time login link is made and roles may be chosen.
        ready: Called with the base URL and the sessions once requests are answered.
    """
    sessions, watch = Sessions(), _watch(place)
    every = timedelta(seconds=place.settings.heads_seconds)
    beside = (
        Folding(place.conninfo),
        Integrating(place.conninfo, place.signing, place.vouching, every),
    )
    async with opened(place) as ledger:
        log_files = BesideLog(place.conninfo, place.signing, place.vouching)
        app = _app(place, ledger, sessions, log_files)
        app.state.demo, app.state.watch = demo, watch
        for process in beside:
            process.start()
        timers = [asyncio.create_task(keep(ledger, place.conninfo)) for keep in TIMERS]
        timers.append(asyncio.create_task(_keep_fresh(log_files)))
        try:
            await _until_signal(app, held, sessions, ready)
        finally:
            await _ended(timers)
            for process in beside:
                await asyncio.to_thread(process.stop)


def _app(
    place: Place, ledger: Ledger, sessions: Sessions, log_files: Mapping[str, bytes]
) -> FastAPI:
    keys = _promising(place)
    return make_app(
        ledger,
        sessions,
        routers=[question_routes()],
        pages=[add_pages],
        published=log_files,
        promising=keys,
        renewals=place.renewals,
    )


async def serve_copy(
    conninfo: str, looks: Looks, held: socket.socket, *, ready: Callable[[str, Sessions], None]
) -> None:
    """Serve a copy, which others feed, until a signal comes: questions alone.

    Args:
        conninfo: The read database.
        looks: Where look-ups are recorded.
        held: The socket to serve on.
        ready: Called with the base URL and the sessions once requests are answered.
    """
    sessions, clock = Sessions(), SystemClock()
    async with open_copy(conninfo, clock=clock, ids=SystemIds(clock), looks=looks) as ledger:
        app = make_app(ledger, sessions, routers=[question_routes()], pages=[add_pages])
        app.state.demo = False
        await _until_signal(app, held, sessions, ready)


async def _until_signal(
    app: FastAPI, held: socket.socket, sessions: Sessions, ready: Callable[[str, Sessions], None]
) -> None:
    host, port = held.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(
        app,
        loop="none",
        http=CorkedProtocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    server = uvicorn.Server(config)
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, _stop, server)
    collect_seldom()
    serving = asyncio.create_task(_quietly(server, held))
    while not server.started and not serving.done():  # noqa: ASYNC110 - it has no event
        await asyncio.sleep(0.02)
    if server.started:
        ready(f"http://{shown}:{port}", sessions)
    await serving


def _watch(place: Place) -> Watch:
    """Return whose cosignatures are looked for.

    Raises:
        Misconfigured: the policy that names them is out of form, or there are no roots for the
            time-stamping authorities.
    """
    place.vouching.certificates()  # refused before anything is served
    witnesses = WitnessPolicy(place.vouching)
    return Watch(witnesses, place.vouching.stale_seconds, SystemClock())


async def _keep_fresh(log_files: BesideLog) -> None:
    """Take up keys that were exchanged and what the log says of them, until cancelled."""
    while True:
        await asyncio.sleep(FRESH_SECONDS)
        await asyncio.to_thread(log_files.refresh)


async def _ended(timers: Iterable[asyncio.Task[None]]) -> None:
    for timer in timers:
        timer.cancel()
        with suppress(asyncio.CancelledError):
            await timer


def _promising(place: Place) -> Promising | None:
    """Return what gives the keys of promises as they are; None, where the log signs nothing."""
    try:
        keys = KeyFile(place.signing.key_file)
    except LogKeysUnusable:
        return None
    return lambda: keys().promising


def _stop(server: uvicorn.Server) -> None:
    server.should_exit = True


async def _quietly(server: uvicorn.Server, held: socket.socket) -> None:
    # uvicorn would put its own signal handlers over ours: the inner call leaves them alone.
    await server._serve(sockets=[held])  # noqa: SLF001 - the documented serve() takes the signals
