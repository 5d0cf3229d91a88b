"""What a projector stops at: never passed over, told, and kept in the database of the copy."""

from typing import Any, Final, Literal

from psycopg import Connection

from aggregates.language import Message
from ledger.errors import Fault

Kind = Literal["ALTERED", "FORKED", "BROKEN_CHAIN", "OTHER_SOURCE", "TOPIC", "GAP"]

REBUILD: Final = Message(
    "请查明原因；主题完好后，以 projector --rebuild 从头重建",
    "find out why; once the topic is sound, projector --rebuild reads it from its beginning",
)


class Alarm(Fault):
    """Something is not as the ledger published it; nothing of it was taken over.

    Attributes:
        kind: What it is.
        position: Where in the log, 0 if that is not known.
    """

    exit_code = 3

    def __init__(
        self, kind: Kind, position: int, zh: str, en: str, mend: Message | None = REBUILD
    ) -> None:
        super().__init__(Message(zh, en), mend)
        self.kind = kind
        self.position = position


def record(connection: Connection[Any], alarm: Alarm) -> None:
    """Keep an alarm, unless the same one is open already."""
    connection.execute(
        "insert into mirror.alarm (kind, position, told) select %s, %s, %s where not exists"
        " (select from mirror.alarm where kind = %s and position = %s and mended_at is null)",
        (alarm.kind, alarm.position, alarm.message.en, alarm.kind, alarm.position),
    )


def mended(connection: Connection[Any], kind: Kind, until: int) -> None:
    """Note that alarms of a kind up to a position are no more."""
    connection.execute(
        "update mirror.alarm set mended_at = clock_timestamp()"
        " where kind = %s and position <= %s and mended_at is null",
        (kind, until),
    )
