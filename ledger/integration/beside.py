"""The files beside the log as they are at any moment: keys and policy change while it is served."""

from collections.abc import Iterator, Mapping
from typing import Final

from ledger.evidence.time_stamps import ROOTS
from ledger.integration.exporting import published
from ledger.integration.key_lives import lives_in
from ledger.integration.log_keys import LogKeysUnusable
from ledger.integration.place import SigningPlace
from ledger.integration.vouching import Vouching
from ledger.integration.witness_policy import WitnessPolicy

FRESH_SECONDS: Final = 2.0
"""How old they may be, where somebody keeps them fresh."""


class BesideLog(Mapping[str, bytes]):
    """The files beside the log, by their paths; none where there are no signing keys."""

    def __init__(self, conninfo: str, place: SigningPlace, vouching: Vouching) -> None:
        """Read them from where they come from.

        Args:
            conninfo: the database, which tells what became of keys.
            place: where the keys are.
            vouching: who the witnesses are.

        Raises:
            Misconfigured: the policy of witnesses cannot be read.
        """
        self._conninfo = conninfo
        self._place = place
        self._vouching = vouching
        self._witnesses = WitnessPolicy(vouching)
        self._files = self._now()

    def refresh(self) -> None:
        """Read them again; what cannot be read just now stays as it was. It reads and waits."""
        self._files = self._now()

    def __getitem__(self, path: str) -> bytes:
        """Return the file at a path."""
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        """Yield the paths."""
        return iter(self._files)

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(self._files)

    def _now(self) -> dict[str, bytes]:
        try:
            keys = self._place.keys()
        except LogKeysUnusable:
            return {}
        lives = lives_in(self._conninfo, keys.origin)
        files = published(keys, lives, self._witnesses().lines)
        roots = self._vouching.roots
        if self._vouching.authorities and roots is not None and roots.is_file():
            files[ROOTS] = roots.read_bytes()
        return files
