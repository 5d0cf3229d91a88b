"""Two locks of a home, both dropped by the kernel when their process ends, however it ends.

``postgres.lock`` is held by one process while it starts or stops the server. ``postgres.users`` is
held together by all processes that use it: whoever can have it alone is the last one.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aggregates.language import Message
from ledger.errors import Conflict

PAUSE_SECONDS = 0.05


@contextmanager
def guarded(path: Path, patience_seconds: float, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock on a file alone while the block runs.

    Args:
        path: The file, made where it is missing.
        patience_seconds: How long to wait for whoever holds it.
        waiting: Called once if there is anyone to wait for.

    Raises:
        Conflict: Another process still holds it.
        OSError: The file cannot be made.
    """
    file = _open(path)
    try:
        end = time.monotonic() + patience_seconds
        told = False
        while not _try(file, fcntl.LOCK_EX):
            if not told:
                waiting()
                told = True
            if time.monotonic() > end:
                raise Conflict(
                    Message(
                        "另一个进程一直在启动或停止同一个服务器。",
                        "Another process is still starting or stopping the same server.",
                    ),
                    mend=Message("稍后再试。", "Try again later."),
                )
            time.sleep(PAUSE_SECONDS)
        yield
    finally:
        os.close(file)


class Use:
    """One user's share in the server of a home."""

    def __init__(self, path: Path) -> None:
        """Take a share; the file is made where it is missing."""
        self._file = _open(path)
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def end(self) -> bool:
        """Give the share back; return whether it was the last one.

        To be called under the guard: a newcomer takes a share only under it too.
        """
        try:
            return _try(self._file, fcntl.LOCK_EX)
        finally:
            # A forked child may hold the same file open: closing alone would keep the lock.
            fcntl.flock(self._file, fcntl.LOCK_UN)
            os.close(self._file)


def _open(path: Path) -> int:
    """Open a lock file for this process alone, not for programs it runs."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _try(file: int, kind: int) -> bool:
    """Take a lock if it is free; return whether it was."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
