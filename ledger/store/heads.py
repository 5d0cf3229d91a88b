"""What the appender remembers of streams: where each one stands, for so many of them."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, NamedTuple

STREAMS_MAX: Final = 100_000


class StreamHead(NamedTuple):
    """Where a stream stands.

    Attributes:
        version: of its newest entry; 0 when it has none.
        leaf: of its newest entry, 32 bytes; empty when it has none.
    """

    version: int
    leaf: bytes


NOT_BEGUN: Final = StreamHead(0, b"")


class StreamHeads:
    """The heads of the streams that were used last, as of one position of the log.

    The owner tells it of every entry that the log takes, its own and others'; what it has
    forgotten must be looked up again.
    """

    def __init__(self, streams_max: int = STREAMS_MAX) -> None:
        self._heads: OrderedDict[str, StreamHead] = OrderedDict()
        self._streams_max = streams_max

    def __len__(self) -> int:
        return len(self._heads)

    def get(self, stream: str) -> StreamHead | None:
        """Return where a stream stands, or None when it is not remembered."""
        head = self._heads.get(stream)
        if head is not None:
            self._heads.move_to_end(stream)
        return head

    def put(self, heads: Iterable[tuple[str, StreamHead]]) -> None:
        """Remember where streams stand by now."""
        for stream, head in heads:
            self._heads[stream] = head
            self._heads.move_to_end(stream)

    def trim(self) -> None:
        """Forget what is too many. Only between batches: a batch relies on what it looked up."""
        while len(self._heads) > self._streams_max:
            self._heads.popitem(last=False)

    def forget(self, streams: Iterable[str]) -> None:
        """Forget where these streams stand."""
        for stream in streams:
            self._heads.pop(stream, None)

    def clear(self) -> None:
        """Forget everything."""
        self._heads.clear()
