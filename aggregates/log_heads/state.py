"""What the log has said of itself at one size: whether it has."""

from dataclasses import dataclass
from uuid import UUID

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import derived_id


@dataclass(frozen=True, slots=True)
class LogHeads:
    """The log's word at one size.

    Attributes:
        recorded: Whether it is on record.
    """

    recorded: bool = False


def evolve(heads: LogHeads, fact: Fact, at: Recorded) -> LogHeads:
    """Return the word after one more fact."""
    del heads, fact, at
    return LogHeads(recorded=True)


LOG_HEADS = stream("log-heads", LogHeads(), evolve)


def heads_id(size: int) -> UUID:
    """Return the id of what the log says of itself at a size."""
    return derived_id("log-heads", size)
