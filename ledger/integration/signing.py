"""The signer of heads: a witness built into the log, with a memory that no database can rewrite.

It signs nothing but what provably continues the head that it signed last, and it checks the proof
itself. What it signed last lies in files of its own, outside PostgreSQL, and is durable before a
signature is handed out; so whoever rewrites tables gets no signature over them. If these files are
lost it refuses, until an operator tells it which checkpoint to go on from.

``HeadSigner`` is all that the integrator knows of it: another process or an HSM may be behind it.
"""

import fcntl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from aggregates.language import Message
from ledger.errors import Fault
from ledger.evidence.checkpoint import Checkpoint, open_checkpoint
from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.keys import verifier_of
from ledger.evidence.note import sign
from ledger.evidence.witness import Seen, check_growth
from ledger.integration.durable import replace, write_new
from ledger.integration.log_keys import LogKeys
from ledger.integration.trees import TREES, TreeKind

_LOCK: Final = "lock"


class SignerRefuses(Fault):
    """The signer does not sign this. Nothing was signed."""


class HeadSigner(Protocol):
    """Signs the heads of a log's trees."""

    def last(self, tree: TreeKind) -> Checkpoint:
        """Return what it signed last of a tree: where a proof has to begin.

        Raises:
            SignerRefuses: it does not know any more.
        """

    def sign(
        self, tree: TreeKind, checkpoint: Checkpoint, proof: Sequence[bytes], at: int
    ) -> bytes:
        """Return the signed note of a head.

        Args:
            tree: which tree's.
            checkpoint: the head.
            proof: that it continues what was signed last (RFC 6962 section 2.1.2).
            at: the present moment in POSIX seconds.

        Raises:
            SignerRefuses: it does not, or what was signed last is not known any more.
            OSError: what is signed cannot be remembered; it was not signed.
        """


class FileSigner:
    """Signs with keys in memory, and remembers in a directory."""

    def __init__(self, keys: LogKeys | Callable[[], LogKeys], folder: Path) -> None:
        """Prepare to sign.

        Args:
            keys: with which; or what gives those of the moment, since they may be exchanged.
            folder: where it is remembered what was signed last.
        """
        self._give: Callable[[], LogKeys] = keys if callable(keys) else lambda: keys
        self._folder = folder

    @property
    def _keys(self) -> LogKeys:
        return self._give()

    def begin(self) -> None:
        """Begin a new log: remember that nothing was signed yet.

        Raises:
            FileExistsError: something was remembered already.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for tree in TREES:
            origin = tree.origin(self._keys.origin)
            write_new(self._path(tree), Checkpoint(origin, 0, tree.hashing.empty).text.encode())

    def forget(self) -> None:
        """Forget what was signed; only for a log that is thrown away as a whole."""
        for tree in TREES:
            self._path(tree).unlink(missing_ok=True)
            self._floor(tree).unlink(missing_ok=True)

    def is_begun(self) -> bool:
        """Say whether something is remembered of every tree."""
        return all(self._path(tree).exists() for tree in TREES)

    def adopt(self, note: bytes) -> Checkpoint:
        """Go on from a checkpoint that this log signed before: an operator's explicit word.

        Args:
            note: the newest signed checkpoint that anybody holds.

        Returns:
            What it says.

        Raises:
            Unproven: it is no checkpoint of this log, signed with these keys.
            SignerRefuses: a backup knows that a later one was signed.
        """
        verifiers = [verifier_of(one.key) for one in self._keys.signers]
        taken = open_checkpoint(note, verifiers).checkpoint
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for tree in TREES:
            if tree.origin(self._keys.origin) == taken.origin:
                self._refuse_behind(taken, self._floor(tree))
                replace(self._path(tree), taken.text.encode())
                self._floor(tree).unlink(missing_ok=True)
        return taken

    def remembered(self) -> dict[str, str]:
        """Return what is remembered of each tree, as a backup keeps it, by the trees' names."""
        with self._alone():
            return {tree.name: self.last(tree).text for tree in TREES}

    def refuse_to_fall_behind(self, backup: Mapping[str, str]) -> None:
        """Take up what a backup remembers: never as what was signed last, only as its floor.

        More may have been signed since the backup. So where nothing is remembered here, nothing is
        signed until an operator names the newest checkpoint, and it may not be older than this.

        Raises:
            Malformed: the backup's are no checkpoints.
            SignerRefuses: what is remembered here is older than the backup.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        floors = {tree: Checkpoint.parse(backup[tree.name]) for tree in TREES}
        for tree, floor in floors.items():
            if self._path(tree).exists():
                _refuse_older(self.last(tree), floor)
        for tree, floor in floors.items():
            if not self._path(tree).exists():
                replace(self._floor(tree), floor.text.encode())

    def _refuse_behind(self, taken: Checkpoint, floor: Path) -> None:
        if floor.exists():
            _refuse_older(taken, Checkpoint.parse(floor.read_text()))

    def settled(self, tree: TreeKind) -> Checkpoint:
        """Return what was signed last of a tree, once nobody is signing: with keys of before.

        Raises:
            SignerRefuses: it does not know any more.
        """
        with self._alone():
            return self.last(tree)

    def last(self, tree: TreeKind) -> Checkpoint:
        """Return what was signed last of a tree."""
        path = self._path(tree)
        try:
            last = Checkpoint.parse(path.read_text())
        except FileNotFoundError:
            raise _refusal(
                f"签名器的记录 {path} 已丢失", f"what the signer remembered is lost: {path}"
            ) from None
        except (Malformed, UnicodeDecodeError):
            raise _refusal(
                f"签名器的记录 {path} 已损坏", f"what the signer remembered is damaged: {path}"
            ) from None
        if last.origin != tree.origin(self._keys.origin):
            raise _refusal(f"{path} 属于另一日志", f"{path} is of another log")
        return last

    def sign(
        self, tree: TreeKind, checkpoint: Checkpoint, proof: Sequence[bytes], at: int
    ) -> bytes:
        """Return the signed note of a head, once it is remembered that it was signed."""
        with self._alone():
            last = self.last(tree)
            if checkpoint.origin != last.origin:
                raise _refusal("树头属于另一日志", "the head is of another log")
            try:
                check_growth(Seen(last.size, last.root), checkpoint, proof, tree.hashing)
            except Refuted:
                raise _refusal(
                    f"大小为{checkpoint.size}的树头不是已签的大小{last.size}的延续",
                    f"the head of {checkpoint.size} does not continue the one of {last.size}"
                    " that was signed last",
                ) from None
            replace(self._path(tree), checkpoint.text.encode())
            return bytes(sign(checkpoint.text, self._keys.of(tree), at))

    def _path(self, tree: TreeKind) -> Path:
        return self._folder / f"{tree.name}.signed"

    def _floor(self, tree: TreeKind) -> Path:
        return self._folder / f"{tree.name}.floor"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # Two integrators of two databases under one home would otherwise sign two histories.
        with (self._folder / _LOCK).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _refuse_older(one: Checkpoint, floor: Checkpoint) -> None:
    is_fork = one.size == floor.size and one.root != floor.root
    if one.origin != floor.origin or one.size < floor.size or is_fork:
        raise _refusal(
            f"备份记得已签至大小{floor.size}，早于或不同于此的大小{one.size}不能作为起点",
            f"the backup knows that size {floor.size} was signed: nothing goes on from an older or"
            f" other head of size {one.size}",
        )


def _refusal(zh: str, en: str) -> SignerRefuses:
    return SignerRefuses(
        Message(zh, en),
        mend=Message(
            "查明原因；确属迁移或恢复时，用 mingzhang evidence adopt 指明从哪个检查点继续",
            "find out why; after a move or a restore, name the checkpoint to go on from with"
            " mingzhang evidence adopt",
        ),
    )
