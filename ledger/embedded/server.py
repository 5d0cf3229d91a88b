"""A PostgreSQL of our own for one home: started, shared between processes, stopped by the last.

    with EmbeddedServer(home) as url:
        …

Several processes may use the server of one home. Whoever leaves last stops it. A process that was
killed counts no longer; a server that it left behind is used again by the next one, and then
stopped. The server listens on a socket only, and the system vouches for who connects (``peer``).
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

from aggregates.language import Message
from ledger.embedded import failures
from ledger.embedded.abandoned import sweep
from ledger.embedded.account import Account, account_for
from ledger.embedded.binaries import binary, programs_for
from ledger.embedded.configuration import conninfo
from ledger.embedded.launch import (
    answers,
    check_version,
    greet,
    initialise,
    launch,
    shut_down,
    wait_ready,
)
from ledger.embedded.locks import Use, guarded
from ledger.embedded.place import Place, make_place, open_home, place_of
from ledger.embedded.postmaster import Postmaster, postmaster_of, process_on
from ledger.embedded.telling import Tell, tell_stderr
from ledger.errors import Conflict, Fault

__all__ = ["EmbeddedServer", "ServerStatus", "binary"]

LOCK = "postgres.lock"
USERS = "postgres.users"

PATIENCE_SECONDS = 600.0
"""How long a start waits for a recovery after a crash, which may have gigabytes to go through."""

LAUNCHES_MAX = 10
LAUNCH_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """How the server of a home is.

    Attributes:
        state: ``absent`` before the first start; ``left`` if it was killed and left its pid file.
        root: The directory that holds its data and its log.
        pid: Its process while it runs.
        url: Where to connect while it runs.
    """

    state: Literal["absent", "stopped", "left", "starting", "running"]
    root: Path | None = None
    pid: int | None = None
    url: str | None = None


class EmbeddedServer:
    """The server of one home, as one of those who use it. An object is for one thread."""

    def __init__(
        self, home: Path, *, tell: Tell = tell_stderr, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Name the home; nothing happens before ``start``.

        Args:
            home: The directory of the installation; it is created at the first start.
            tell: Hears of long steps, and of what is made outside the home.
            patience_seconds: How long a start waits for a recovery, or for another process.
        """
        self._home = home.expanduser().absolute()
        self._tell = tell
        self._patience_seconds = patience_seconds
        self._use: Use | None = None
        self._place: Place | None = None

    def start(self) -> str:
        """Start the server, or join those who use it already; return where to connect.

        Raises:
            Misconfigured: Somebody has to mend the directory, the disk or the account.
            Conflict: It still recovers, or another process still starts it.
            Fault: It does not run.
        """
        with self._guarded() as home:
            use, self._use = self._use or Use(home / USERS), None
            try:
                url = self._start(home)
            except BaseException:
                use.end()
                raise
            self._use = use
            return url

    def stop(self) -> None:
        """Leave the server, and stop it if nobody else uses it.

        Nothing happens to a server that this object did not start or join.

        Raises:
            Conflict: Another process is starting it just now, for very long.
            Fault: It does not stop.
        """
        if self._use is None or self._place is None:
            return
        if not self._home.exists():
            # Somebody removed it while we ran: nothing is left to guard, or to keep.
            use, self._use = self._use, None
            if use.end():
                shut_down(self._place, self._tell)
            return
        with self._guarded():
            use, self._use = self._use, None
            if use.end():
                shut_down(self._place, self._tell)

    def discard(self) -> None:
        """Stop the server and remove all its data, also what stands outside the home.

        Raises:
            Conflict: Somebody else uses it.
            Fault: It does not stop.
        """
        with self._guarded() as home:
            use, self._use = self._use or Use(home / USERS), None
            if not use.end():
                raise Conflict(
                    Message("另有进程正在使用该服务器。", "Somebody else uses the server."),
                    mend=Message("先停止它。", "Stop that first."),
                )
            place = place_of(home)
            if place is not None:
                shut_down(place, self._tell)
                shutil.rmtree(place.root)
                shutil.rmtree(place.sockets, ignore_errors=True)
                (home / "postgres").unlink(missing_ok=True)

    def status(self) -> ServerStatus:
        """Return how the server is, without touching anything.

        Raises:
            Misconfigured: The home may not be looked at, or is not whole.
        """
        with failures.explained(self._home):
            place = place_of(self._home.resolve())
            if place is None or not place.data.exists():
                return ServerStatus("absent")
            found = postmaster_of(place.data)
        if found is None:
            return ServerStatus("stopped", place.root)
        if not found.alive:
            return ServerStatus("left", place.root)
        if not found.ready or found.sockets is None:
            return ServerStatus("starting", place.root, found.pid)
        return ServerStatus("running", place.root, found.pid, conninfo(found.sockets))

    @property
    def running(self) -> bool:
        """Whether the server takes connections, whoever started it."""
        return self.status().state == "running"

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @contextmanager
    def _guarded(self) -> Iterator[Path]:
        """Hold the home's lock; gives the home, and explains what the system has against it."""
        with failures.explained(self._home):
            home = open_home(self._home)
            with guarded(home / LOCK, self._patience_seconds, self._tell_waiting):
                yield home

    def _start(self, home: Path) -> str:
        """Start or find the server; to be called under the guard."""
        known = place_of(home)
        if known is None:
            sweep()
        account = account_for((known.root if known else home / "postgres") / "data", self._tell)
        self._place = place = make_place(home, account, self._tell)
        found = self._running(place) or self._launch(place, account)
        sockets = found.sockets or place.sockets
        greet(sockets)
        return conninfo(sockets)

    def _running(self, place: Place) -> Postmaster | None:
        """Return the server that runs already, if one does, waiting while it recovers."""
        found = postmaster_of(place.data)
        if found is not None and found.ready:
            return found
        if found is not None and not found.alive and found.sockets and answers(found.sockets):
            return found
        pid = found.pid if found is not None and found.alive else process_on(place.data)
        if pid is None:
            return None
        since = failures.log_size(place.log)
        return wait_ready(place, pid, since, self._patience_seconds, self._tell)

    def _launch(self, place: Place, account: Account) -> Postmaster:
        """Start the server.

        Once more if it was killed meanwhile, or if what a killed one left behind still holds on.
        """
        programs = programs_for(account, self._tell)
        initialise(place, account, programs)
        check_version(place.data)
        for _ in range(LAUNCHES_MAX):
            pid, since = launch(place, account, programs)
            try:
                found = wait_ready(place, pid, since, self._patience_seconds, self._tell)
            except Fault:
                said = "\n".join(failures.log_tail(place.log, since))
                if failures.BUSY not in said:
                    raise
            else:
                if found is not None:
                    return found
            time.sleep(LAUNCH_PAUSE_SECONDS)
        raise failures.killed(place.log)

    def _tell_waiting(self) -> None:
        """Say that another process is at work on the same server."""
        self._tell(
            Message(
                "另一个进程正在启动或停止同一个服务器，请稍候…",
                "Another process is starting or stopping the same server; waiting…",
            )
        )
