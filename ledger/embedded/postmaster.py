"""The server's process: what its pid file says, and whether that is still true.

A pid file outlives a server that was killed, and its number may by then belong to another process
(in a container it soon does). So a number is believed only if that process was started on this
data directory. Command lines are asked for, since everybody may read them: under root in a
container, where another user's process is, may not be.
"""

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")

PID_FILE_LINES = 8
"""A whole pid file ends with the line of the server's state."""

PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What ``postmaster.pid`` says.

    Attributes:
        pid: The number of the process, 0 if the file is not whole.
        alive: Whether the process is there and is this data directory's server.
        ready: Whether it takes connections.
        sockets: Where its socket stands, as soon as it says so.
    """

    pid: int
    alive: bool
    ready: bool
    sockets: Path | None


def postmaster_of(data: Path) -> Postmaster | None:
    """Return what the pid file of a data directory says, or ``None`` without one."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    lines = [line.strip() for line in lines] + [""] * PID_FILE_LINES
    pid = int(lines[0]) if lines[0].isdecimal() else 0
    alive = pid > 0 and _serves(pid, data)
    return Postmaster(
        pid=pid,
        alive=alive,
        ready=alive and lines[PID_FILE_LINES - 1] == "ready",
        sockets=Path(lines[4]) if lines[4] else None,
    )


def mark(data: Path) -> str:
    """Return the server's ``cluster_name``, which all its processes show in their titles."""
    return f"mingzhang-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"


def is_there(pid: int) -> bool:
    """Whether a process is there and has not ended, be it that nobody has asked how."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if not PROC.joinpath("self").exists():
        return any("defunct" not in shown for number, shown in _ps() if number == pid)
    try:
        state = (PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return not state.rpartition(")")[2].lstrip().startswith(("Z", "X"))


def command_line(pid: int) -> list[str]:
    """Return a process's program and arguments; nothing if it is not there or has ended."""
    if PROC.joinpath("self").exists():
        try:
            shown = (PROC / str(pid) / "cmdline").read_bytes()
        except OSError:
            return []
        return [part.decode(errors="surrogateescape") for part in shown.split(b"\0")]
    return [line for number, line in _ps() if number == pid]


def process_on(data: Path) -> int | None:
    """Return the server's first process, found without its pid file.

    It has none yet if whoever started it was killed a moment later. Its children bear our mark, but
    are not left behind; and a pid file that it writes now must not be taken away.
    """
    part = f" -D {data} "
    found = (pid for pid, shown in _processes() if "/postgres -D" in shown and part in shown)
    return next(found, None)


def left_behind(data: Path) -> list[int]:
    """Return the processes of a server that was killed itself."""
    title = f"postgres: {mark(data)}: "
    return [pid for pid, shown in _processes() if shown.startswith(title)]


def end_left_behind(data: Path, seconds: float) -> list[int]:
    """Wait until what a killed server left behind has ended, and ask it to after half the time.

    It ends by itself as soon as it looks up; what is in the middle of a long query does not.

    Returns:
        The processes that are still there.
    """
    begin = time.monotonic()
    asked = False
    while left := left_behind(data):
        waited = time.monotonic() - begin
        if waited > seconds:
            break
        if not asked and waited > seconds / 2:
            asked = True
            for pid in left:
                send(pid, signal.SIGTERM)
        time.sleep(PAUSE_SECONDS)
    return left


def end_maker(unfinished: Path) -> None:
    """End the program that makes a data directory, if whoever started it was killed meanwhile."""
    for pid, shown in _processes():
        if shown.endswith(f" -D {unfinished}") or f" -D {unfinished} " in shown:
            # It leads a group of its own; the server that it runs step by step is in it.
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            while is_there(pid):
                time.sleep(PAUSE_SECONDS)


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may just have ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _serves(pid: int, data: Path) -> bool:
    """Whether a process is the server of a data directory, also if that was renamed since."""
    shown = command_line(pid)
    if not shown or "postgres" not in shown[0]:
        return False
    if str(data) in shown or f"-D {data} " in shown[0]:
        return True
    try:
        return (PROC / str(pid) / "cwd").samefile(data)
    except OSError:
        return False


def _processes() -> Iterator[tuple[int, str]]:
    """Yield every process with its command line as one text."""
    if not PROC.joinpath("self").exists():
        yield from _ps()
        return
    for entry in PROC.glob("[0-9]*"):
        yield int(entry.name), " ".join(command_line(int(entry.name)))


def _ps() -> Iterator[tuple[int, str]]:
    """Yield every process where there is no ``/proc``."""
    shown = subprocess.run(
        ["/bin/ps", "-ax", "-o", "pid=,command="],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=True,
    )
    for line in shown.stdout.splitlines():
        number, _, command = line.strip().partition(" ")
        yield int(number), command
