"""A subscription that loses no wake-up and survives the loss of its connection.

The library's own waits for a notification without a limit of time, and looks before it listens.
"""

from collections.abc import Sequence
from typing import Final

from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    Subscription,
    TApplicationRecorder_co,
)

from ledger.store.listening import SyncListener

PAGE_EVENTS: Final = 500
STOP_SECONDS: Final = 0.2
"""How long a subscription at the end of the log takes to notice that it was stopped."""


class LogSubscription(Subscription[TApplicationRecorder_co]):
    """Yields the events after a position, for ever; for one thread, ``stop`` from any."""

    def __init__(
        self,
        recorder: TApplicationRecorder_co,
        gt: int | None = None,
        topics: Sequence[str] = (),
        *,
        conninfo: str,
    ) -> None:
        """Begin after a position; nothing is asked yet."""
        super().__init__(recorder, gt, topics)
        self._listener = SyncListener(conninfo)
        self._read = gt or 0
        self._page: list[Notification] = []

    def __exit__(self, *args: object, **kwargs: object) -> None:
        super().__exit__(*args, **kwargs)
        self._listener.close()

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            if self._page:
                return self._page.pop()
            head = self._listener.wait(self._read, STOP_SECONDS)
            if head > self._read:
                self._turn_to(head)
        raise StopIteration

    def _turn_to(self, head: int) -> None:
        """Read the next page; with a filter, remember also what was passed over."""
        recorder: ApplicationRecorder = self._recorder
        page = recorder.select_notifications(
            self._read, PAGE_EVENTS, head, self._topics, inclusive_of_start=False
        )
        self._read = page[-1].id if len(page) == PAGE_EVENTS else head
        self._page = list(reversed(page))
