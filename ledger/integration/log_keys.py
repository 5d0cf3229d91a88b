"""The keys of the log: which lines stand below its checkpoints, and the file that holds them.

    the tree of SHA-256     Ed25519 (01), ML-DSA-44 (06), SM2 with SM3 (ff)
    its twin of SM3         SM2 with SM3 (ff), Ed25519 (01)
    promises                Ed25519 (01), a key of its own below the origin

The secrets lie in one file of mode 0600, a line each, in the form that Go's ``sumdb/note`` gave to
secret keys. The public halves are published beside the log.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest as hmac_digest
from pathlib import Path
from typing import Final, Self

from aggregates.language import Message
from ledger.errors import Misconfigured
from ledger.evidence.cosignature import MlDsa44Cosigner
from ledger.evidence.errors import Malformed
from ledger.evidence.keys import SoftwareSigner, secret_text, signer_of
from ledger.evidence.policy import Policy
from ledger.evidence.signers import ED25519, SEED_BYTES, Ed25519Signer, Sm2Signer
from ledger.evidence.sm2_point import ORDER, public_point
from ledger.integration.durable import write_new
from ledger.integration.trees import TREES, TWIN, TreeKind

PROMISES: Final = "/promise"
_OTHERS: Final = 0o077
_ABOUT: Final = (
    "# 日志签名私钥：勿外传，勿与数据库同存 · the log's signing keys: keep them secret, and apart\n"
)


class LogKeysUnusable(Misconfigured):
    """The keys of the log are not there, are open to others, or are damaged."""


@dataclass(frozen=True, slots=True)
class LogKeys:
    """What a log signs with.

    Attributes:
        origin: the name of the log.
        signers: of all lines, each named after the tree whose heads it signs.
        promising: signs promises.
    """

    origin: str
    signers: tuple[SoftwareSigner, ...]
    promising: SoftwareSigner

    @classmethod
    def generate(cls, origin: str) -> Self:
        """Return keys that did not exist before."""
        twin = TWIN.origin(origin)
        return cls(
            origin,
            (
                Ed25519Signer(origin, os.urandom(SEED_BYTES)),
                MlDsa44Cosigner(origin, os.urandom(SEED_BYTES)),
                Sm2Signer.generate(origin),
                Sm2Signer.generate(twin),
                Ed25519Signer(twin, os.urandom(SEED_BYTES)),
            ),
            Ed25519Signer(origin + PROMISES, os.urandom(SEED_BYTES)),
        )

    @classmethod
    def derived(cls, origin: str, seed: str) -> Self:
        """Return the keys of a simulated log: the same seed, the same keys, and no secrets."""

        def secret(label: str) -> bytes:
            return hmac_digest(sha256(seed.encode()).digest(), label.encode(), "sha256")

        def sm2(name: str, label: str) -> Sm2Signer:
            number = int.from_bytes(secret(label)) % (ORDER - 2) + 1
            private = number.to_bytes(SEED_BYTES)
            return Sm2Signer(name, private, public_point(private))

        twin = TWIN.origin(origin)
        return cls(
            origin,
            (
                Ed25519Signer(origin, secret("log ed25519")),
                MlDsa44Cosigner(origin, secret("log ml-dsa-44")),
                sm2(origin, "log sm2"),
                sm2(twin, "twin sm2"),
                Ed25519Signer(twin, secret("twin ed25519")),
            ),
            Ed25519Signer(origin + PROMISES, secret("promise ed25519")),
        )

    def of(self, tree: TreeKind) -> tuple[SoftwareSigner, ...]:
        """Return what signs the heads of a tree."""
        name = tree.origin(self.origin)
        return tuple(one for one in self.signers if one.key.name == name)


def load_log_keys(path: Path) -> LogKeys:
    """Read the keys of the log.

    Raises:
        LogKeysUnusable: the file is missing, open to others, or damaged.
    """
    try:
        with path.open("rb") as file:
            mode, text = os.fstat(file.fileno()).st_mode, file.read()
    except FileNotFoundError:
        raise _unusable(
            (f"找不到日志签名密钥 {path}", f"there are no signing keys {path}"),
            ("请运行 mingzhang init，或从备份恢复", "run mingzhang init, or restore a backup"),
        ) from None
    if mode & _OTHERS:
        raise _unusable(
            (f"{path} 他人可以读取", f"others may read {path}"),
            (f"请运行 chmod 600 {path}", f"run chmod 600 {path}"),
        )
    keys = _read(text)
    if keys is None:
        raise _unusable(
            (f"日志签名密钥 {path} 已损坏", f"the signing keys {path} are damaged"),
            ("请从备份恢复", "restore them from a backup"),
        )
    return keys


def create_log_keys(path: Path, keys: LogKeys) -> None:
    """Write the file of a new installation, durable when this returns.

    Raises:
        FileExistsError: there is one already; it is never overwritten.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = (secret_text(one) for one in (*keys.signers, keys.promising))
    write_new(path, (_ABOUT + "".join(f"{line}\n" for line in lines)).encode())


def vkeys(signers: Iterable[SoftwareSigner]) -> str:
    """Return the public halves as they are published, a line each."""
    return "".join(f"{one.key}\n" for one in signers)


def policy_text(signers: Iterable[SoftwareSigner], url: str = "") -> str:
    """Return the policy by which a log's checkpoints are believed: one of its own lines is enough.

    Args:
        signers: of one tree.
        url: where the log is found, if that is known.
    """
    at = f" {url}" if url else ""
    logs = "".join(f"log {one.key}{at}\n" for one in signers)
    return f"{logs}quorum none\n"


def policy_of(keys: LogKeys, tree: TreeKind) -> Policy:
    """Return the policy of a tree."""
    return Policy.parse(policy_text(keys.of(tree)).encode())


def _read(text: bytes) -> LogKeys | None:
    # Nothing that a parser says is handed on: it could quote the file.
    try:
        lines = [line for line in text.decode().splitlines() if line and line[0] != "#"]
        *signers, promising = map(signer_of, lines)
    except (Malformed, UnicodeDecodeError, ValueError):
        return None
    first = next((one for one in signers if one.key.material.startswith(ED25519)), None)
    if first is None or promising.key.name != first.key.name + PROMISES:
        return None
    keys = LogKeys(first.key.name, tuple(signers), promising)
    return keys if all(keys.of(tree) for tree in TREES) else None


def _unusable(what: tuple[str, str], mend: tuple[str, str]) -> LogKeysUnusable:
    return LogKeysUnusable(Message(*what), mend=Message(*mend))
