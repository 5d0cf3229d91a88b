"""Places outside a home that nobody can come back to."""

import shutil
import tempfile
from pathlib import Path

from ledger.embedded.directories import OUTSIDE
from ledger.embedded.launch import shut_down
from ledger.embedded.place import OUTSIDE_PREFIX, Place, claimed_by
from ledger.embedded.telling import tell_nobody


def sweep() -> None:
    """Remove the places whose home was under the temporary directory and is gone.

    A test that was killed leaves such a place, and perhaps its server, which is stopped first.
    Any other place stays: a home that is missing may be on a disk that is not mounted.

    Raises:
        Fault: A server does not stop.
        OSError: A place cannot be removed.
    """
    temporary = Path(tempfile.gettempdir()).resolve()
    for directory in OUTSIDE:
        for root in directory.glob(f"{OUTSIDE_PREFIX}*"):
            home = claimed_by(root)
            if home is not None and home.is_relative_to(temporary) and not home.exists():
                shut_down(Place(root, root / "run"), tell_nobody)
                shutil.rmtree(root)
