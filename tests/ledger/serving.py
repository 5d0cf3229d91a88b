"""A real server over the small world, for tests that ask it by HTTP or look at it in a browser."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
import uvicorn
import uvloop
from fastapi import FastAPI

from aggregates.decisions import Caller
from ledger.api.app import make_app
from ledger.api.questions import routes
from ledger.application.running import Ledger, open_ledger
from ledger.cli.serving import listen
from ledger.clock import SystemClock
from ledger.documents.store import DocumentStore
from ledger.ids import SystemIds
from ledger.integration.exporting import published
from ledger.integration.log_keys import LogKeys
from ledger.security.sessions import COOKIE, Sessions
from ledger.vault.keys import SeededKeyring
from ledger.web.pages import add_pages
from tests.ledger.small_world import as_role
from tests.ledger.telling import Told, tell

READY_SECONDS = 60
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Every client would read the certificates of this machine anew, and none of them is asked."""
CLASSES = 12


@dataclass
class Served:
    """A server and what it tells.

    Attributes:
        base: Its address.
        conninfo: Its database.
        told: What was written before it began.
        sessions: Who is signed in.
        ledger: The ledger; to be used in its own loop only.
        loop: That loop.
    """

    base: str
    conninfo: str
    told: Told
    sessions: Sessions
    ledger: Ledger
    loop: asyncio.AbstractEventLoop
    opened: list[httpx2.Client] = field(default_factory=list)

    def do(self, what: Coroutine[Any, Any, object]) -> object:
        """Run something in the server's own loop."""
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(READY_SECONDS)

    def session(self, caller: Caller) -> str:
        """Return the id of a session of a caller."""
        return self.sessions.begin(caller, SystemClock().now(), demo=True)

    def as_(
        self, role: str | None, *, county: str = "", institution: UUID | None = None
    ) -> httpx2.Client:
        """Return a client that is signed in, or one that is not."""
        client = httpx2.Client(base_url=self.base, timeout=READY_SECONDS, verify=NO_TLS)
        if role is not None:
            client.cookies.set(COOKIE, self.session(as_role(role, county, institution)))
        self.opened.append(client)
        return client


def _app(ledger: Ledger, sessions: Sessions, keys: LogKeys | None) -> FastAPI:
    return make_app(
        ledger,
        sessions,
        routers=[routes()],
        pages=[add_pages],
        published=published(keys) if keys else None,
        promising=(lambda: keys.promising) if keys else None,
    )


def _server(app: FastAPI) -> uvicorn.Server:
    config = uvicorn.Config(app, log_level="critical", lifespan="off", loop="none")
    return uvicorn.Server(config)


def _address(held: socket.socket) -> str:
    host, port = held.getsockname()[:2]
    return f"http://{host}:{port}"


@contextmanager
def served(
    conninfo: str,
    *,
    demo: bool = True,
    classes: int = CLASSES,
    keys: LogKeys | None = None,
    documents: DocumentStore | None = None,
) -> Iterator[Served]:
    """Write the small world and serve it until the block ends."""
    held = listen("127.0.0.1", 0)
    held.listen()
    ready, found = threading.Event(), list[Served]()
    failed: list[BaseException] = []
    stopping: list[uvicorn.Server] = []

    async def serve() -> None:
        clock = SystemClock()
        async with open_ledger(
            conninfo,
            keyring=SeededKeyring("test"),
            clock=clock,
            ids=SystemIds(clock),
            source="//simulation/test",
            documents=documents,
        ) as ledger:
            told = await tell(ledger, conninfo, classes=classes)
            sessions = Sessions()
            app = _app(ledger, sessions, keys)
            app.state.demo = demo
            server = _server(app)
            stopping.append(server)
            loop, base = asyncio.get_running_loop(), _address(held)
            found.append(Served(base, conninfo, told, sessions, ledger, loop))
            ready.set()
            # The inner call leaves the signal handlers of the test run alone.
            await server._serve(sockets=[held])  # noqa: SLF001 - see above

    def run() -> None:
        try:
            uvloop.run(serve())
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="served", daemon=True)
    thread.start()
    assert ready.wait(READY_SECONDS)
    try:
        if failed:
            raise failed[0]
        yield found[0]
    finally:
        for client in found[0].opened if found else ():
            client.close()
        for server in stopping:
            server.should_exit = True
        thread.join(READY_SECONDS)
        held.close()
