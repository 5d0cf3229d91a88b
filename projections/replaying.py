"""Replays entries aside, changes nothing, and says what the read models would hold.

Everything happens in one transaction that is taken back: the rows of the parts are made anew from
the entries in tables of their own, questions are asked of these, and nothing stays.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection

from projections.part import Part
from projections.run import ANALYSING, fill

REPLAY: Final = "replay"
"""The schema in which the replayed parts stand, while they do."""


@contextmanager
def replayed(connection: Connection[Any], parts: Iterable[Part], until: int) -> Iterator[str]:
    """Replay the entries up to a position, and give the schema in which their rows stand.

    Two at once wait for each other.

    Args:
        connection: In autocommit; the relation ``entry`` stands on it.
        parts: Whose rows are made.
        until: The last position.
    """
    made = tuple(parts)
    with connection.transaction(force_rollback=True):
        connection.execute("select pg_advisory_xact_lock(hashtext('mingzhang replay'))")
        connection.execute(f"create schema {REPLAY}")
        for part in made:
            connection.execute(part.table(REPLAY))
        fill(connection, made, 0, until, schema=REPLAY)
        for part in made:
            for index in part.indexing(REPLAY):
                connection.execute(index)
            connection.execute(f"set local {ANALYSING}; analyze {REPLAY}.{part.name}")
        yield REPLAY
