"""Work in a process of its own beside the server, which ends with it.

Processor time that is spent within the server's process is taken from whoever waits for an answer.
A process that is started here ends when it is told to, and also when its parent was killed.
"""

import gc
import os
import signal
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any, Final, Protocol

GARBAGE_THRESHOLDS: Final = (20_000, 20, 20)
"""So many objects more than were freed set off a collection; Python's 700 are a few requests."""


def collect_seldom() -> None:
    """Let this process look for garbage seldom, and never in what stands by now: it is ready."""
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


GIVING_WAY: Final = 10
"""By how much a process that can wait lowers its priority (``nice``)."""


def give_way() -> None:
    """Let others have the processor first, such as who folds what this process keeps."""
    os.nice(GIVING_WAY)


class Stopping(Protocol):
    """An event between processes."""

    def is_set(self) -> bool:
        """Say whether it has come."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for it."""


class Until:
    """Says when to stop: on request, or when nobody is left to request it."""

    def __init__(self, stopping: Stopping, parent: int) -> None:
        """Stop when the event comes, or when the parent is another process than this one."""
        self._stopping = stopping
        self._parent = parent

    def is_set(self) -> bool:
        """Say whether to stop now."""
        return self._stopping.is_set() or os.getppid() != self._parent

    def wait(self, seconds: float) -> bool:
        """Wait for it, at most so long."""
        self._stopping.wait(seconds)
        return self.is_set()


class Beside:
    """A process beside the server."""

    def __init__(self, name: str, work: Callable[..., None], *told: Any) -> None:  # noqa: ANN401 - handed on
        """Prepare a process.

        Args:
            name: of the process.
            work: a function of a module; it is called with ``told`` and an ``Until``.
            told: what it is told; it has to travel between processes.
        """
        # A fresh interpreter: a forked one would share this one's connections and loop.
        context = get_context("spawn")
        self._stopping = context.Event()
        self._process = context.Process(
            target=_work, args=(work, told, self._stopping, os.getpid()), name=name
        )

    def start(self) -> None:
        """Begin."""
        self._process.start()

    def stop(self) -> None:
        """End after the piece of work that is under way."""
        self._stopping.set()
        self._process.join()


def _work(
    work: Callable[..., None], told: tuple[Any, ...], stopping: Stopping, parent: int
) -> None:
    for sign in (signal.SIGINT, signal.SIGTERM):
        # A signal to the group is for the parent, which then says stop.
        signal.signal(sign, signal.SIG_IGN)
    work(*told, Until(stopping, parent))
