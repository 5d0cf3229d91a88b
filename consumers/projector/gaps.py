"""An entry that does not come: is it certain, and can it be had from the ledger itself?

What waits beyond the mark may only be early: partitions are read at different speeds, and a relay
that was killed has sent half a batch. A gap is certain once the relay is known to have had the
missing entry acknowledged (``barrier``) and nothing is left unread in any partition.
"""

from collections.abc import Iterator
from typing import Any, Final

from psycopg import Connection

from consumers.broker import Cluster, Reader
from consumers.envelope import Arrived, read_entry
from consumers.projector import keeping, mirror
from consumers.projector.alarms import Alarm, mended, record
from ledger.entry import leaf_hash
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import HASH_BYTES
from ledger.evidence.note import Note
from ledger.evidence.reading import CHECKPOINT, LogReader
from ledger.evidence.tiles import WIDTH, Bundle, Tile, decode_bundle, width_at

UNREAD_SECONDS: Final = 3.0
"""How long a partition is listened to before it counts as read to its end."""


def is_certain(connection: Connection[Any], cluster: Cluster, topic: str) -> bool:
    """Say whether the entry after the mark is missing for certain; takes some seconds.

    Raises:
        BrokerFault: the topic cannot be read.
    """
    lost = missing(connection)
    row = connection.execute("select coalesce(max(barrier), 0) from mirror.progress").fetchone()
    if not lost or row is None or row[0] < lost.start:
        return False
    offsets = mirror.next_offsets(connection)
    reader = Reader(cluster, {(topic, partition): at for partition, at in offsets.items()})
    try:
        return not reader.poll(UNREAD_SECONDS, 1) and missing(connection) == lost
    finally:
        reader.close()


def missing(connection: Connection[Any]) -> range:
    """Return the positions between the mark and the first entry that waits beyond it."""
    row = connection.execute(
        "select position, (select min(entry.position) from ledger.entry"
        " where entry.position > head.position) from ledger.head"
    ).fetchone()
    return range(0) if row is None or row[1] is None else range(row[0] + 1, row[1])


def close(connection: Connection[Any], log: LogReader | None) -> int:
    """Tell a gap and close it from the ledger's own log; return how many entries were fetched.

    Args:
        connection: The database of the copy (``mirror.connected``).
        log: The ledger's log; None where there is none to ask.

    Raises:
        Alarm: nothing could be fetched, or it is not what the log's tree holds.
    """
    lost = missing(connection)
    if not lost:
        return 0
    alarm = Alarm(
        "GAP",
        lost.stop - 1,
        f"第{lost.start}至{lost.stop - 1}条未随主题送达",
        f"entries {lost.start} to {lost.stop - 1} did not come by the topic",
    )
    record(connection, alarm)
    if log is None:
        raise alarm
    try:
        fetched = list(fetch(log, lost))
    except (Malformed, ValueError, OSError) as error:
        raise Alarm(
            "GAP",
            lost.stop - 1,
            f"{alarm.message.zh}，也未能从账本取得（{type(error).__name__}）",
            f"{alarm.message.en}, nor could they be had from the ledger ({type(error).__name__})",
        ) from None
    keeping.add(connection, fetched)
    mended(connection, "GAP", lost.stop - 1)
    return len(fetched)


def fetch(log: LogReader, positions: range) -> Iterator[Arrived]:
    """Yield entries from a log, each compared with the leaf that its tree holds.

    Raises:
        Malformed: the log does not reach so far, or an entry is not what the tree holds.
        OSError: the log cannot be reached.
    """
    size = _size(log)
    for number in range((positions.start - 1) // WIDTH, (positions.stop - 2) // WIDTH + 1):
        width = width_at(size, 0, number)
        bodies = log.read(Bundle(number, width).path) if width else None
        hashes = log.read(Tile(0, number, width).path) if width else None
        if bodies is None or hashes is None:
            raise Malformed("the log does not reach so far")
        for index, body in enumerate(decode_bundle(bodies)):
            position = number * WIDTH + index + 1
            if position in positions:
                leaf = leaf_hash(body)
                if leaf != hashes[index * HASH_BYTES : (index + 1) * HASH_BYTES]:
                    raise Malformed("an entry is not what the tree holds")
                yield read_entry(position, body, leaf)


def _size(log: LogReader) -> int:
    note = log.read(CHECKPOINT)
    if note is None:
        raise Malformed("the log has no checkpoint")
    return Checkpoint.parse(Note.parse(note).text).size
