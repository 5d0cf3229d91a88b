"""Places outside a home that nobody can come back to."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import get_ident
from typing import Final

from ledger.embedded.directories import OUTSIDE
from ledger.embedded.launch import shut_down
from ledger.embedded.place import OUTSIDE_PREFIX, Place, claimed_by
from ledger.embedded.telling import tell_nobody

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a file system, not a file


def sweep() -> None:
    """Remove the places whose home was under the temporary directory or in memory, and is gone.

    A test that was killed leaves such a place, and perhaps its server, which is stopped first.
    Any other place stays: a home that is missing may be on a disk that is not mounted. Of several
    processes that sweep at once one takes a place aside, and the others pass it over.

    Raises:
        Fault: A server does not stop.
        OSError: A place cannot be removed.
    """
    passing = (Path(tempfile.gettempdir()).resolve(), MEMORY)
    for directory in OUTSIDE:
        if not os.access(directory, os.W_OK):
            continue  # nothing in it is ours, and homes of other accounts may not be looked at
        for root in directory.glob(f"{OUTSIDE_PREFIX}*"):
            home = claimed_by(root)
            if home is None or home.exists() or not any(map(home.is_relative_to, passing)):
                continue
            shut_down(Place(root, root / "run"), tell_nobody)
            aside = root.with_name(f"{root.name}-{os.getpid()}-{get_ident()}")
            with suppress(FileNotFoundError):
                root.rename(aside)
                shutil.rmtree(aside)
