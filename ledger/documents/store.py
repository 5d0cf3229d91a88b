"""What a document store can do. The two that there are differ in nothing else."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Final, NamedTuple, Protocol

from aggregates.language import Message
from ledger.documents.incoming import Incoming
from ledger.errors import Failure, Fault

CHUNK_BYTES: Final = 1 << 20
"""How much of a file is in memory at a time."""


class NoSuchDocument(Failure):
    """The store does not hold the file."""

    exit_code = 4

    def __init__(self) -> None:
        super().__init__(Message("原件尚未入库", "the file was not stored"))


class StoreUnusable(Fault):
    """The store cannot be read or written; nothing was stored."""


class Stored(NamedTuple):
    """What became of a file that was brought.

    Attributes:
        octets: its length in bytes.
        new: whether the store did not hold it before, or held it damaged.
    """

    octets: int
    new: bool


class DocumentStore(Protocol):
    """Files under their SHA-256, in lower-case hexadecimal."""

    def receive(self, digest: str) -> AbstractContextManager[Incoming]:
        """Take in a file piece by piece; what is not kept within the block is gone after it."""

    def keep(self, incoming: Incoming) -> Stored:
        """Keep a file that came in whole; it is durable when this returns.

        Raises:
            DigestMismatch: it is another file than was announced; nothing was stored.
            StoreUnusable: it could not be written; nothing was stored.
        """

    def read(self, digest: str) -> Iterator[bytes]:
        """Yield a file piece by piece, as it lies there; its digest is not checked.

        Raises:
            NoSuchDocument: it is not there.
            StoreUnusable: it cannot be read.
        """

    def octets(self, digest: str) -> int | None:
        """Return the length of a file in bytes, None if it is not there.

        Raises:
            StoreUnusable: nobody knows.
        """

    def remove(self, digest: str) -> bool:
        """Remove a file; return whether it was there.

        Raises:
            StoreUnusable: it could not be removed.
        """
