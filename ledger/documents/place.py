"""Which document store an installation has: a directory, or a bucket behind S3."""

from pathlib import Path

from aggregates.language import Message
from ledger.documents.directory import DirectoryStore
from ledger.documents.store import DocumentStore
from ledger.errors import Misconfigured


def store_at(place: str) -> DocumentStore:
    """Return the store at a place, as ``MINGZHANG_DOCUMENTS`` says it.

    Args:
        place: a directory, or ``s3://access:secret@host/bucket``.

    Raises:
        Misconfigured: the library for S3 is not installed.
    """
    if not place.startswith("s3://"):
        return DirectoryStore(Path(place))
    try:
        from ledger.documents.s3 import Bucket, S3Store  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise Misconfigured(
            Message("未安装 S3 客户端库 minio", "the library for S3, minio, is not installed"),
            mend=Message("请执行 pip install 'mingzhang[s3]'", "run pip install 'mingzhang[s3]'"),
        ) from None
    return S3Store(Bucket.parse(place))
