"""A file on its way in: spooled beside the store, hashed as it comes, and small in memory."""

import os
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import Final, Self

from aggregates.language import Message
from ledger.errors import Failure

OCTETS_MAX: Final = 4 << 30
"""The longest file that is taken, 4 GiB."""


class DigestMismatch(Failure):
    """A file is not the one that was announced. Nothing was stored."""

    exit_code = 65

    def __init__(self, announced: str, found: str) -> None:
        super().__init__(
            Message(
                f"文件与摘要不符：应为{announced}，实为{found}，未入库",
                f"not the file of this digest: expected {announced}, found {found}; not stored",
            )
        )


class TooLong(Failure):
    """A file is longer than any document. Nothing was stored."""

    exit_code = 65

    def __init__(self) -> None:
        limit = OCTETS_MAX >> 30
        super().__init__(Message(f"文件超过{limit} GiB", f"the file is longer than {limit} GiB"))


class Incoming:
    """A file that comes in; a context that leaves nothing behind.

    Attributes:
        digest: what it is announced as.
        path: where it is spooled.
        octets: how many bytes came so far.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        """Spool into a directory, which is there.

        Raises:
            OSError: it cannot be written to.
        """
        self.digest = digest
        held, name = mkstemp(dir=folder)
        self.path = Path(name)
        self.octets = 0
        self._hash = sha256()
        self._file = os.fdopen(held, "wb", buffering=0)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was spooled, unless the store has taken it."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Take the next piece.

        Raises:
            TooLong: the file is longer than any document.
            OSError: the disk is full or cannot be written to.
        """
        self.octets += len(data)
        if self.octets > OCTETS_MAX:
            raise TooLong
        self._hash.update(data)
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) or 0 :]

    def finish(self) -> None:
        """Make the spooled file durable, if it is the one that was announced.

        Raises:
            DigestMismatch: it is another one.
            OSError: it could not be made durable.
        """
        found = self._hash.hexdigest()
        if found != self.digest:
            raise DigestMismatch(self.digest, found)
        os.fsync(self._file.fileno())
        self._file.close()
