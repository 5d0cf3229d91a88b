"""Where a log's words about itself are found: in the rows of a database, or in an export's bundles.

They are read after the log itself was audited, so rows and bundles are what was signed.
"""

from collections.abc import Iterator
from typing import Any, Final, Protocol

from psycopg import Connection

from ledger.evidence.own_words import HEADS, ROOTS, Word, heads_of, word_of
from ledger.evidence.reading import LogReader
from ledger.evidence.stream_heads import HeadsRoot
from ledger.evidence.tiles import WIDTH, bundles_of, decode_bundle
from ledger.integration.heads import derived

_WORDS: Final = """
select position, convert_to(body, 'UTF8') from ledger.entry
where stream >= 'log-heads/' and stream < 'log-heads0' and starts_with(type, %s) and position <= %s
order by position
"""


class OwnWords(Protocol):
    """Where the words of a log about itself are."""

    def up_to(self, size: int) -> list[Word]:
        """Return those among the first entries, in the order of the log."""

    def heads_at(self, size: int) -> HeadsRoot:
        """Return the heads of all streams at a size."""


class LiveWords:
    """Those of a database whose rows were verified."""

    def __init__(self, connection: Connection[Any]) -> None:
        """Read by a connection in autocommit."""
        self._connection = connection

    def up_to(self, size: int) -> list[Word]:
        """Return those among the first entries, in the order of the log."""
        found = [
            word_of(position - 1, bytes(body))
            for start in (HEADS, ROOTS)
            for position, body in self._connection.execute(_WORDS, (start, size), binary=True)
        ]
        return sorted((one for one in found if one is not None), key=lambda one: one.index)

    def heads_at(self, size: int) -> HeadsRoot:
        """Return the heads of all streams at a size."""
        return derived(self._connection, size)


class FileWords:
    """Those of a log in files that was audited."""

    def __init__(self, reader: LogReader) -> None:
        """Read by a reader."""
        self._reader = reader
        self._size = 0

    def up_to(self, size: int) -> list[Word]:
        """Return those among the first entries, in the order of the log."""
        self._size = size
        found = (word_of(index, entry) for index, entry in enumerate(self._entries(size)))
        return [one for one in found if one is not None]

    def heads_at(self, size: int) -> HeadsRoot:
        """Return the heads of all streams at a size."""
        entries = enumerate(self._entries(self._size))
        return heads_of((entry for index, entry in entries if index < size), size)

    def _entries(self, size: int) -> Iterator[bytes]:
        for bundle in bundles_of(size):
            data = self._reader.read(bundle.path)
            if data is None:  # the partial one may be gone once the full one is there
                data = self._reader.read(bundle._replace(width=WIDTH).path) or b""
            yield from decode_bundle(data)[: bundle.width]
