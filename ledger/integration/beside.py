"""The files beside the log as they are at any moment: keys and policy change while it is served."""

from collections.abc import Mapping
from time import monotonic
from typing import Final

from ledger.evidence.time_stamps import ROOTS
from ledger.integration.exporting import published
from ledger.integration.key_lives import lives_in
from ledger.integration.log_keys import LogKeysUnusable
from ledger.integration.place import SigningPlace
from ledger.integration.vouching import Vouching

FRESH_SECONDS: Final = 2.0


class BesideLog:
    """Gives the files beside the log, by their paths; none where there are no signing keys."""

    def __init__(self, conninfo: str, place: SigningPlace, vouching: Vouching) -> None:
        """Read them from where they come from.

        Args:
            conninfo: the database, which tells what became of keys.
            place: where the keys are.
            vouching: who the witnesses are.
        """
        self._conninfo = conninfo
        self._place = place
        self._vouching = vouching
        self._read = 0.0
        self._files: Mapping[str, bytes] | None = None

    def __call__(self) -> Mapping[str, bytes]:
        """Return the files, at most two seconds old.

        Raises:
            Misconfigured: the policy of witnesses cannot be read.
        """
        if self._files is None or monotonic() - self._read > FRESH_SECONDS:
            self._files, self._read = self._now(), monotonic()
        return self._files

    def _now(self) -> dict[str, bytes]:
        try:
            keys = self._place.keys()
        except LogKeysUnusable:
            return {}
        lives = lives_in(self._conninfo, keys.origin)
        files = published(keys, lives, self._vouching.lines())
        roots = self._vouching.roots
        if self._vouching.authorities and roots is not None and roots.is_file():
            files[ROOTS] = roots.read_bytes()
        return files
