"""The policy of witnesses as it is at any moment: taken up when its file changes.

What cannot be read, or is no policy, changes nothing: the one before goes on, and it is told. It
does so too where the file is gone: who vouches is taken back in words alone (``quorum none``).
"""

from pathlib import Path
from typing import Final, NamedTuple

from aggregates.language import Message
from ledger.errors import Misconfigured
from ledger.evidence.policy import Policy
from ledger.integration.log_keys import NOBODY
from ledger.integration.vouching import Named, Vouching

_GONE: Final = Message(
    "见证策略文件不见了，仍用原来的；不再需要见证人时，请写 quorum none",
    "the policy of witnesses is gone, the one before goes on; to do without witnesses, write"
    " quorum none",
)


class Held(NamedTuple):
    """What counts at the moment.

    Attributes:
        policy: names the witnesses; None if there are none.
        lines: about witnesses, as they are published with the log's own.
        fault: why what lies in the file now is not taken, for anybody to read; None if it is.
    """

    policy: Policy | None
    lines: str
    fault: Message | None


class WitnessPolicy:
    """Reads the policy again when its file was replaced."""

    def __init__(self, vouching: Vouching) -> None:
        """Read it once.

        Args:
            vouching: says where it is.

        Raises:
            Misconfigured: it cannot be read, is no policy, or its quorum cannot be asked.
        """
        self._vouching = vouching
        self._seen = self._stamp()
        self._named = vouching.named()
        self._fault: Message | None = None

    def __call__(self) -> Held:
        """Return what counts now."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._take_up()
            self._seen = stamp
        named = self._named
        if named is None:
            return Held(None, NOBODY, self._fault)
        return Held(named.policy, named.lines, self._fault)

    def _take_up(self) -> None:
        try:
            named = self._vouching.named()
        except Misconfigured as error:
            self._fault = _without_place(error.message, self._vouching.policy_file)
            return
        if named is None and self._named is not None:
            self._fault = _GONE
            return
        self._named, self._fault = _if_changed(self._named, named), None

    def _stamp(self) -> tuple[int, int, int] | None:
        file = self._vouching.policy_file
        try:
            found = None if file is None else file.stat()
        except OSError:
            return None
        return None if found is None else (found.st_ino, found.st_mtime_ns, found.st_size)


def _if_changed(before: Named | None, now: Named | None) -> Named | None:
    """Return the one before where the file says the same as before: nobody begins anew for it."""
    is_same = before is not None and now is not None and before.lines == now.lines
    return before if is_same else now


def _without_place(told: Message, file: Path | None) -> Message:
    """Return what is told of a file without where it lies: that is nobody's business outside."""
    if file is None:
        return told
    place, name = str(file), file.name
    return Message(told.zh.replace(place, name), told.en.replace(place, name))
