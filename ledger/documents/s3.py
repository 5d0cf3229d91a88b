"""A document store behind an S3-compatible service; needs ``pip install mingzhang[s3]``.

A file is spooled on this machine until its digest is known to be right; the service then takes it
whole or not at all.
"""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from aggregates.language import Message
from ledger.documents.incoming import Incoming
from ledger.documents.store import CHUNK_BYTES, NoSuchDocument, Stored, StoreUnusable

_PART_BYTES: Final = 5 << 20
"""The smallest part that the protocol allows; one is in memory at a time."""
_ABSENT: Final = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the objects lie.

    Attributes:
        host: of the service, with its port.
        name: of the bucket.
        prefix: what stands before each digest; empty or ended by a slash.
        access: the access key.
        secret: its secret.
        region: of the bucket, where the service has regions.
        secure: whether TLS is spoken.
    """

    host: str
    name: str
    prefix: str
    access: str
    secret: str
    region: str | None
    secure: bool

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read ``s3://access:secret@host[:port]/bucket[/prefix][?region=…&tls=no]``.

        Raises:
            ValueError: it does not have this form.
        """
        parts = urlsplit(url)
        name, _, prefix = parts.path.strip("/").partition("/")
        if parts.scheme != "s3" or not parts.hostname or not name:
            raise ValueError
        host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
        asked = parse_qs(parts.query)
        return cls(
            host=host,
            name=name,
            prefix=f"{prefix}/" if prefix else "",
            access=unquote(parts.username or ""),
            secret=unquote(parts.password or ""),
            region=asked.get("region", [None])[0],
            secure=asked.get("tls") != ["no"],
        )


class S3Store:
    """Objects of a bucket."""

    def __init__(self, bucket: Bucket) -> None:
        """Keep files in a bucket, which is there."""
        self._bucket = bucket
        self._client = Minio(
            bucket.host,
            access_key=bucket.access,
            secret_key=bucket.secret,
            secure=bucket.secure,
            region=bucket.region,
        )

    def receive(self, digest: str) -> AbstractContextManager[Incoming]:
        """Take in a file piece by piece, spooled on this machine.

        Raises:
            StoreUnusable: there is nowhere to spool it.
        """
        with _told():
            return Incoming(Path(tempfile.gettempdir()), digest)

    def keep(self, incoming: Incoming) -> Stored:
        """Keep a file that came in whole.

        Raises:
            DigestMismatch: it is another file than was announced; nothing was stored.
            StoreUnusable: it could not be written; nothing was stored.
        """
        with _told():
            incoming.finish()
            if self.octets(incoming.digest) == incoming.octets and self._is_whole(incoming.digest):
                return Stored(incoming.octets, new=False)
            self._client.fput_object(
                self._bucket.name,
                self._key(incoming.digest),
                str(incoming.path),
                part_size=_PART_BYTES,
                num_parallel_uploads=1,
            )
        return Stored(incoming.octets, new=True)

    def read(self, digest: str) -> Iterator[bytes]:
        """Yield a file piece by piece, as it lies there.

        Raises:
            NoSuchDocument: it is not there.
            StoreUnusable: it cannot be read.
        """
        with _told():
            answer = self._client.get_object(self._bucket.name, self._key(digest))
            try:
                yield from answer.stream(CHUNK_BYTES)
            finally:
                answer.close()
                answer.release_conn()

    def octets(self, digest: str) -> int | None:
        """Return the length of a file in bytes, None if it is not there.

        Raises:
            StoreUnusable: nobody knows.
        """
        try:
            with _told():
                return self._client.stat_object(self._bucket.name, self._key(digest)).size
        except NoSuchDocument:
            return None

    def remove(self, digest: str) -> bool:
        """Remove a file; return whether it was there.

        Raises:
            StoreUnusable: it could not be removed.
        """
        if self.octets(digest) is None:
            return False
        with _told():
            self._client.remove_object(self._bucket.name, self._key(digest))
        return True

    def _key(self, digest: str) -> str:
        return f"{self._bucket.prefix}{digest[:2]}/{digest}"

    def _is_whole(self, digest: str) -> bool:
        found = sha256()
        for data in self.read(digest):
            found.update(data)
        return found.hexdigest() == digest


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the library raises into what a door can tell, without keys and addresses."""
    try:
        yield
    except S3Error as error:
        if error.code in _ABSENT:
            raise NoSuchDocument from None
        raise _unusable(error.code or "S3Error") from None
    except (MinioException, HTTPError, OSError) as error:
        raise _unusable(type(error).__name__) from None


def _unusable(what: str) -> StoreUnusable:
    return StoreUnusable(
        Message(f"材料库无法读写：{what}", f"the document store cannot be used: {what}")
    )
