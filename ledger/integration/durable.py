"""Files that are whole and durable, or not there: what a signer relies on."""

import os
from pathlib import Path


def write_new(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads; durable when this returns.

    Raises:
        FileExistsError: there is one already.
        OSError: it cannot be written; nothing of it is left.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()
        raise
    _sync_directory(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Put new contents in the place of a file, all or nothing; durable when this returns.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)  # an earlier writer was killed
    write_new(beside, data)
    beside.replace(path)
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    # A new name is durable only when its directory is.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
