"""The publishing of alerts: a relay that selects."""

from collections.abc import Iterable
from typing import Any, Final

from psycopg import Connection

from consumers import broker
from consumers.alerts.selecting import TYPES, is_for_others
from consumers.broker import Cluster
from consumers.envelope import Row
from consumers.relay.running import Relay
from consumers.stopping import Stop
from consumers.topics import Definition, definition

ALERTS: Final = "ledger.alerts.v1"
"""The topic of alerts."""
BATCH_ENTRIES: Final = 20_000
"""How many entries are looked through at once; hardly any is an alert."""
_READ: Final = """
select position, convert_to(stream, 'UTF8'), version, convert_to(type, 'UTF8'),
  convert_to(body, 'UTF8'), leaf
from ledger.entry where position > %s and position <= %s and type = any(%s) order by position
"""


class Alerts(Relay):
    """Publishes alerts until it is told to stop.

    Attributes:
        position: Every entry up to it was looked at, and every alert among them acknowledged.
    """

    selects = True

    def __init__(
        self,
        conninfo: str,
        cluster: Cluster,
        stop: Stop,
        *,
        topic: Definition | None = None,
        batch: int = BATCH_ENTRIES,
        delivery_ms: int = broker.DELIVERY_MS,
    ) -> None:
        """Prepare to publish; see ``Relay``."""
        super().__init__(
            conninfo,
            cluster,
            stop,
            topic=topic or definition(ALERTS),
            batch=batch,
            delivery_ms=delivery_ms,
        )

    def rows(self, connection: Connection[Any], after: int, until: int) -> Iterable[Row]:
        """Yield the entries ``after`` + 1 to ``until`` that others are alerted to, in order."""
        with connection.cursor(binary=True) as cursor:
            for row in cursor.execute(_READ, (after, until, list(TYPES))):
                if is_for_others(row[4]):
                    yield Row(*row)
