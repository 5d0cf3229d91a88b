"""Records that were read before their turn, held in memory until it comes.

Partitions are read at different speeds, so most of what comes is a little early. A projector that
has every partition need not write it down beside the log first: it keeps what has its turn, and the
offsets stay where they are for the rest. What it holds when it dies is read again.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from consumers.broker import Record
from consumers.envelope import POSITION, number_in

HELD_MAX: Final = 50_000
"""How many records are held at most; more than that is written down."""


class Held:
    """Records by partition, in order, each with its position."""

    def __init__(self) -> None:
        self._records: dict[int, list[tuple[int, Record]]] = {}
        self._positions: set[int] = set()

    def __len__(self) -> int:
        """Return how many records are held."""
        return sum(map(len, self._records.values()))

    def clear(self) -> None:
        """Forget them: partitions were given anew, and what is not kept is read again."""
        self._records.clear()
        self._positions.clear()

    def add(self, batch: Mapping[int, Sequence[Record]]) -> None:
        """Hold more."""
        for partition, records in batch.items():
            told = [(_position(one), one) for one in records]
            self._records.setdefault(partition, []).extend(told)
            self._positions.update([position for position, _ in told])

    def all(self) -> dict[int, list[Record]]:
        """Give everything up."""
        found = {
            partition: [one for _, one in records]
            for partition, records in self._records.items()
            if records
        }
        self.clear()
        return found

    def in_turn(self, mark: int) -> dict[int, list[Record]]:
        """Give up what follows the mark without a gap, and what came again."""
        last = mark
        while last + 1 in self._positions:
            last += 1
        found = {}
        for partition, records in self._records.items():
            count = next((n for n, (at, _) in enumerate(records) if at > last), len(records))
            if count:
                found[partition] = [one for _, one in records[:count]]
                del records[:count]
        self._positions = {one for one in self._positions if one > last}
        return found


def _position(record: Record) -> int:
    """Return the position that a record claims; 0 for none, so that it is looked at first."""
    try:
        return number_in(record.headers.get(POSITION))
    except ValueError:
        return 0
