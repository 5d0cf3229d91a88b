"""When a process of its own is to stop: at a polite signal, after the piece of work under way."""

import signal
import threading
from types import FrameType


class Stop:
    """Says when to stop; a signal or another thread may ask for it."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def is_set(self) -> bool:
        """Say whether to stop now."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for it, at most so long; say whether to stop."""
        return self._event.wait(seconds)

    def set(self) -> None:
        """Ask to stop."""
        self._event.set()

    def at_signals(self) -> None:
        """Let SIGTERM and SIGINT ask for it, in place of ending the process at once."""
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._heard)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        self._event.set()
