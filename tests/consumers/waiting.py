"""Waiting for something that another thread or process does."""

from collections.abc import Callable
from time import monotonic, sleep

SECONDS = 60.0


def await_that(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    until = monotonic() + SECONDS
    while not holds():
        assert monotonic() < until
        sleep(0.02)
