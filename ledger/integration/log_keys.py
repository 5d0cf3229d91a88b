"""The keys of the log: which lines stand below its checkpoints, and the file that holds them.

    the tree of SHA-256     Ed25519 (01), ML-DSA-44 (06), SM2 with SM3 (ff)
    its twin of SM3         SM2 with SM3 (ff), Ed25519 (01)
    promises                Ed25519 (01), keys of their own below the origin

The secrets lie in one file of mode 0600, a line each, in the form that Go's ``sumdb/note`` gave to
secret keys. The public halves are published beside the log. While keys are exchanged, two of a kind
sign. A line that begins with ``pending`` does not sign yet, one with ``leaving`` no more: the log
has still to record it, and whoever was interrupted gives the same command again.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from hmac import digest as hmac_digest
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from aggregates.language import Message
from ledger.errors import Misconfigured
from ledger.evidence.cosignature import SUBTREE_V1, MlDsa44Cosigner
from ledger.evidence.errors import Malformed
from ledger.evidence.keys import SoftwareSigner, secret_text, signer_of
from ledger.evidence.note import VerifierKey
from ledger.evidence.policy import Policy
from ledger.evidence.signers import ED25519, SEED_BYTES, SM2_SM3, Ed25519Signer, Sm2Signer
from ledger.evidence.sm2_point import ORDER, public_point
from ledger.evidence.validity import FOR_EVER, Validity
from ledger.integration import durable
from ledger.integration.trees import TREES, TWIN, WORLD, TreeKind

PROMISES: Final = "/promise"
PROMISING: Final = "ed25519"
"""The kind of key that signs promises."""
NOBODY: Final = "quorum none\n"
"""What a policy says that needs no witness."""
KeyLives = Mapping[str, Validity]
"""At which sizes keys count, by their vkeys; those of which nothing is said are not in it."""
NO_LIVES: Final[KeyLives] = MappingProxyType({})
PENDING: Final = "pending"
LEAVING: Final = "leaving"
ALGORITHMS: Final = {"ed25519": ED25519, "ml-dsa-44": SUBTREE_V1, "sm2-sm3": SM2_SM3}
"""The kinds of keys that a log signs with, by name."""
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
        promising: sign promises.
        pending: keys that do not sign yet.
        leaving: keys that sign no more.
    """

    origin: str
    signers: tuple[SoftwareSigner, ...]
    promising: tuple[SoftwareSigner, ...]
    pending: tuple[SoftwareSigner, ...] = ()
    leaving: tuple[SoftwareSigner, ...] = ()

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
            (Ed25519Signer(origin + PROMISES, os.urandom(SEED_BYTES)),),
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
            (Ed25519Signer(origin + PROMISES, secret("promise ed25519")),),
        )

    def of(self, tree: TreeKind) -> tuple[SoftwareSigner, ...]:
        """Return what signs the heads of a tree."""
        name = tree.origin(self.origin)
        return tuple(one for one in self.signers if one.key.name == name)

    @property
    def signing(self) -> tuple[SoftwareSigner, ...]:
        """Everything that signs, heads and promises."""
        return (*self.signers, *self.promising)

    def of_kind(self, tree: TreeKind, algorithm: str) -> tuple[SoftwareSigner, ...]:
        """Return those of one kind that sign the heads of a tree."""
        return self.alike(tree.origin(self.origin), algorithm)

    def alike(self, name: str, algorithm: str) -> tuple[SoftwareSigner, ...]:
        """Return those of one name, which says what they sign, and of one kind."""
        kind, signing = ALGORITHMS[algorithm], self.signing
        named = (one for one in signing if one.key.name == name)
        return tuple(one for one in named if one.key.material.startswith(kind))

    def with_pending(self, signer: SoftwareSigner) -> Self:
        """Return the keys with one more that does not sign yet."""
        return replace(self, pending=(*self.pending, signer))

    def with_begun(self, signer: SoftwareSigner) -> Self:
        """Return the keys with a pending one signing, behind those of its tree and kind."""
        pending = _without(self.pending, signer)
        if self._promises(signer):
            return replace(self, promising=(*self.promising, signer), pending=pending)
        kind, name = algorithm_of(signer), signer.key.name
        alike = [one.key.name == name and algorithm_of(one) == kind for one in self.signers]
        place = len(alike) - alike[::-1].index(True) if any(alike) else len(alike)
        signers = (*self.signers[:place], signer, *self.signers[place:])
        return replace(self, signers=signers, pending=pending)

    def with_leaving(self, signer: SoftwareSigner) -> Self:
        """Return the keys with one signing no more."""
        signers, promising = _without(self.signers, signer), _without(self.promising, signer)
        leaving = (*self.leaving, signer)
        return replace(self, signers=signers, promising=promising, leaving=leaving)

    def without(self, signer: SoftwareSigner) -> Self:
        """Return the keys without one that is leaving."""
        return replace(self, leaving=_without(self.leaving, signer))

    def _promises(self, signer: SoftwareSigner) -> bool:
        return signer.key.name == self.origin + PROMISES


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
    keys = parsed(text)
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
    durable.write_new(path, spelled(keys))


def replace_log_keys(path: Path, keys: LogKeys) -> None:
    """Put other keys in the place of those that are there, all or nothing, durable.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    durable.replace(path, spelled(keys))


def spelled(keys: LogKeys) -> bytes:
    """Return the contents of the file."""
    lines = [f"{PENDING} {secret_text(one)}" for one in keys.pending]
    lines += [f"{LEAVING} {secret_text(one)}" for one in keys.leaving]
    lines += [secret_text(one) for one in keys.signing]
    return (_ABOUT + "".join(f"{line}\n" for line in lines)).encode()


def generated(name: str, algorithm: str) -> SoftwareSigner:
    """Return a signer of a kind with a key that did not exist before."""
    if algorithm == "sm2-sm3":
        return Sm2Signer.generate(name)
    make = Ed25519Signer if algorithm == "ed25519" else MlDsa44Cosigner
    return make(name, os.urandom(SEED_BYTES))


def algorithm_of(signer: SoftwareSigner) -> str:
    """Return the name of a key's kind."""
    material = signer.key.material
    return next(name for name, kind in ALGORITHMS.items() if material.startswith(kind))


class KeyFile:
    """The key file as it is at any moment: read again when it was replaced."""

    def __init__(self, path: Path) -> None:
        """Read it once.

        Raises:
            LogKeysUnusable: there are no keys.
        """
        self._path = path
        self._keys = load_log_keys(path)
        self._seen = self._stamp()

    def __call__(self) -> LogKeys:
        """Return the keys; those read last, where the file cannot be read any more."""
        stamp = self._stamp()
        if stamp != self._seen:
            try:
                self._keys = load_log_keys(self._path)
            except LogKeysUnusable:
                return self._keys
            self._seen = stamp
        return self._keys

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


def vkeys(signers: Iterable[SoftwareSigner]) -> str:
    """Return the public halves as they are published, a line each."""
    return "".join(f"{one.key}\n" for one in signers)


def policy_text(
    signers: Iterable[SoftwareSigner],
    url: str = "",
    *,
    lives: KeyLives = NO_LIVES,
    witnesses: str = NOBODY,
) -> str:
    """Return the policy by which a log's checkpoints are believed: one of its own lines is enough.

    Args:
        signers: of one tree, as they sign now.
        url: where the log is found, if that is known.
        lives: at which sizes these and earlier keys count.
        witnesses: the lines about witnesses, groups and the quorum.
    """
    held = [one.key for one in signers]
    told = {VerifierKey.parse(vkey): life for vkey, life in lives.items()}
    names = {key.name for key in held}
    every = [*held, *(key for key in told if key.name in names and key not in held)]
    at = f" {url}" if url else ""
    logs = "".join(f"log {key}{at}\n" for key in every)
    limits = (told[key].line(key) for key in every if told.get(key, FOR_EVER) != FOR_EVER)
    return f"{logs}{''.join(limits)}{witnesses}"


def policy_of(
    keys: LogKeys, tree: TreeKind, *, lives: KeyLives = NO_LIVES, witnesses: str = NOBODY
) -> Policy:
    """Return the policy of a tree; witnesses cosign that of SHA-256 alone."""
    about = witnesses if tree is WORLD else NOBODY
    return Policy.parse(policy_text(keys.of(tree), lives=lives, witnesses=about).encode())


def parsed(text: bytes) -> LogKeys | None:
    """Return the keys that the contents of the file spell, or None if they are damaged."""
    # Nothing that a parser says is handed on: it could quote the file.
    held: dict[str, list[SoftwareSigner]] = {PENDING: [], LEAVING: [], "": []}
    try:
        for line in text.decode().splitlines():
            state, space, secret = line.partition(" ")
            if line and line[0] != "#":
                held[state if space else ""].append(signer_of(secret if space else line))
    except (KeyError, Malformed, UnicodeDecodeError, ValueError):
        return None
    first = next((one for one in held[""] if one.key.material.startswith(ED25519)), None)
    if first is None:
        return None
    origin = first.key.name
    promising = tuple(one for one in held[""] if one.key.name == origin + PROMISES)
    signers = tuple(one for one in held[""] if one not in promising)
    keys = LogKeys(origin, signers, promising, tuple(held[PENDING]), tuple(held[LEAVING]))
    return keys if promising and all(keys.of(tree) for tree in TREES) else None


def _without(
    signers: tuple[SoftwareSigner, ...], gone: SoftwareSigner
) -> tuple[SoftwareSigner, ...]:
    return tuple(one for one in signers if one.key != gone.key)


def _unusable(what: tuple[str, str], mend: tuple[str, str]) -> LogKeysUnusable:
    return LogKeysUnusable(Message(*what), mend=Message(*mend))
