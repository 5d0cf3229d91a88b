"""A document store in a directory: ``ab/ab12…``, the first two characters of the digest above.

A file is spooled in ``incoming/``, made durable, and moved to its place in one step: there is never
half a file under a digest, whatever happens.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from time import time
from typing import Final

from aggregates.language import Message
from ledger.documents.incoming import Incoming
from ledger.documents.store import CHUNK_BYTES, NoSuchDocument, Stored, StoreUnusable

INCOMING: Final = "incoming"
ABANDONED_SECONDS: Final = 24 * 3600
"""After so long nobody is bringing a file any more."""


class DirectoryStore:
    """Files in a directory."""

    def __init__(self, folder: Path) -> None:
        """Keep files below ``folder``, which is made when the first one comes."""
        self._folder = folder

    def receive(self, digest: str) -> AbstractContextManager[Incoming]:
        """Take in a file piece by piece.

        Raises:
            StoreUnusable: the directory cannot be written to.
        """
        spool = self._folder / INCOMING
        with _told():
            spool.mkdir(mode=0o700, parents=True, exist_ok=True)
            _clear(spool)
            return Incoming(spool, digest)

    def keep(self, incoming: Incoming) -> Stored:
        """Keep a file that came in whole; it is durable when this returns.

        Raises:
            DigestMismatch: it is another file than was announced; nothing was stored.
            StoreUnusable: it could not be written; nothing was stored.
        """
        place = self._place(incoming.digest)
        with _told():
            incoming.finish()
            if place.exists() and _digest_of(place) == incoming.digest:
                return Stored(incoming.octets, new=False)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            incoming.path.replace(place)
            for folder in (place.parent, self._folder):
                _sync(folder)
        return Stored(incoming.octets, new=True)

    def read(self, digest: str) -> Iterator[bytes]:
        """Yield a file piece by piece, as it lies there.

        Raises:
            NoSuchDocument: it is not there.
            StoreUnusable: it cannot be read.
        """
        with _told(), self._place(digest).open("rb") as file:
            while data := file.read(CHUNK_BYTES):
                yield data

    def octets(self, digest: str) -> int | None:
        """Return the length of a file in bytes, None if it is not there.

        Raises:
            StoreUnusable: nobody knows.
        """
        try:
            with _told():
                return self._place(digest).stat().st_size
        except NoSuchDocument:
            return None

    def remove(self, digest: str) -> bool:
        """Remove a file; return whether it was there.

        Raises:
            StoreUnusable: it could not be removed.
        """
        place = self._place(digest)
        try:
            with _told():
                place.unlink()
                _sync(place.parent)
        except NoSuchDocument:
            return False
        return True

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the system raises into what a door can tell."""
    try:
        yield
    except FileNotFoundError:
        raise NoSuchDocument from None
    except OSError as error:
        raise StoreUnusable(
            Message(
                f"材料库无法读写：{error.strerror}",
                f"the document store cannot be used: {error.strerror}",
            )
        ) from None


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Make the names in a directory durable."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _clear(spool: Path) -> None:
    """Remove what was left by somebody who went away in the middle of it."""
    long_ago = time() - ABANDONED_SECONDS
    for one in spool.iterdir():
        # Whoever brings another file meanwhile takes it away from here.
        with suppress(FileNotFoundError):
            if one.stat().st_mtime < long_ago:
                one.unlink()
