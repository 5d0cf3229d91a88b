"""Where an installation keeps what it signs with, and what it signed last."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aggregates.language import Message
from ledger.errors import Conflict
from ledger.integration.log_keys import KeyFile, LogKeys, create_log_keys, load_log_keys
from ledger.integration.signing import FileSigner


class KeysBusy(Conflict):
    """Somebody else exchanges keys just now; nothing was changed."""


@dataclass(frozen=True, slots=True)
class SigningPlace:
    """Where the signer's things lie.

    Attributes:
        key_file: the signing keys.
        memory: the directory in which the signer remembers.
    """

    key_file: Path
    memory: Path

    @classmethod
    def below(cls, home: Path) -> "SigningPlace":
        """Return the place of an installation with this home."""
        return cls(home / "keys" / "log.keys", home / "signer")

    def keys(self) -> LogKeys:
        """Return the keys.

        Raises:
            LogKeysUnusable: there are none, or they are exposed or damaged.
        """
        return load_log_keys(self.key_file)

    def signer(self) -> FileSigner:
        """Return the signer, which takes up other keys as soon as they are there.

        Raises:
            LogKeysUnusable: it has no keys.
        """
        return FileSigner(KeyFile(self.key_file), self.memory)

    def signer_of(self, keys: LogKeys) -> FileSigner:
        """Return a signer with keys that are not in the file, and the memory that is here."""
        return FileSigner(keys, self.memory)

    def prepare(self, keys: LogKeys) -> None:
        """Make keys and memory of a new log; keys that are there already are kept.

        With keys that are there, a memory that is lost is not made again: the signer refuses
        until an operator says from where to go on.
        """
        if self.key_file.exists():
            return
        signer = self.signer_of(keys)
        if not signer.is_begun():
            signer.begin()
        create_log_keys(self.key_file, keys)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else exchange keys meanwhile: what one read, another could overwrite.

        Raises:
            KeysBusy: somebody does just now.
        """
        path = self.key_file.with_name(self.key_file.name + ".lock")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise KeysBusy(
                    Message("另有人正在更换密钥", "somebody else exchanges keys just now")
                ) from None
            yield

    def forget(self) -> None:
        """Begin anew: what was signed was a simulated log that is thrown away."""
        if not self.key_file.exists():
            return
        signer = self.signer()
        signer.forget()
        signer.begin()
