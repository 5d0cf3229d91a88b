"""A log, and what the indicators say of it."""

from datetime import datetime, timedelta

from psycopg import Connection

from projections.model import Moment
from projections.risk.raising import Signal, run_indicators
from tests.projections.conftest import Mirror
from tests.projections.entries import Log
from tests.projections.stories import Story

SEEN_LATER = timedelta(days=90)


class World:
    """A log, and what the indicators say once it is folded."""

    def __init__(self, mirror: Mirror) -> None:
        self.mirror = mirror
        self.log = Log()

    def signals(self, rule: str, *, until: int | None = None, **params: int) -> list[Signal]:
        """Fold what was told, and return the signals of one indicator."""
        held = self.mirror.connection.execute("select coalesce(max(position), 0) from entry")
        row = held.fetchone()
        self.mirror.write(self.log.entries[row[0] if row else 0 :])
        reached = self.mirror.fold()
        connection: Connection[tuple[object, ...]] = self.mirror.connection
        return run_indicators(connection, Moment(until or reached), [rule], params={rule: params})

    def wait(self, on: datetime | None = None) -> None:
        """Let time pass: a later entry of another class."""
        story = Story(self.log, 99)
        story.enrol()
        story.write(story.one, story.log.entries[-1].fact, on or self.log.now + SEEN_LATER)


def found(signal: Signal, name: str) -> object:
    """Return a value that a signal carries."""
    return next(one.value for one in signal.values if one.name == name)
