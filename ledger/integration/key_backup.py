"""Keys in an encrypted file, to be kept apart: scrypt (RFC 7914) over a passphrase, AES-256-GCM.

What the signer had signed by then is in it too. It is never taken up as what was signed last,
because more may have been signed since: it only says behind what a restored signer never falls.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from aggregates.language import Message
from ledger.errors import Failure
from ledger.evidence.validity import KeyState
from ledger.integration import durable
from ledger.integration.log_keys import (
    NO_LIVES,
    KeyLives,
    LogKeys,
    algorithm_of,
    parsed,
    spelled,
)
from ledger.integration.place import SigningPlace

FORM: Final = "mingzhang-keys-backup/v1"
COST: Final = 2**17
"""128 MiB and a third of a second a guess."""
COST_MAX: Final = 2**20
PASSPHRASE_MIN: Final = 12
_BLOCK: Final = 8
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12


class BackupUnusable(Failure):
    """A backup cannot be made or taken up; nothing was changed."""

    exit_code = 65


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds.

    Attributes:
        log_keys: the file of the log's signing keys.
        vault_keys: the file of the vault's keys; None where it was left out.
        signed: what the signer remembered of each tree.
    """

    log_keys: bytes
    vault_keys: bytes | None
    signed: dict[str, str]

    def sealed(self, passphrase: str) -> bytes:
        """Return the contents of the file.

        Raises:
            BackupUnusable: the passphrase is too short.
        """
        if len(passphrase) < PASSPHRASE_MIN:
            raise BackupUnusable(
                Message(
                    f"口令至少{PASSPHRASE_MIN}个字符",
                    f"a passphrase has at least {PASSPHRASE_MIN} characters",
                )
            )
        salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
        head = {"form": FORM, "cost": COST, "salt": _text(salt), "nonce": _text(nonce)}
        held = {
            "log_keys": _text(self.log_keys),
            "vault_keys": None if self.vault_keys is None else _text(self.vault_keys),
            "signed": self.signed,
        }
        key = AESGCM(_key(passphrase, salt, COST))
        sealed = key.encrypt(nonce, orjson.dumps(held), _spelled(head))
        whole = {**head, "sealed": _text(sealed)}
        return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def opened(cls, data: bytes, passphrase: str) -> "Backup":
        """Read a backup.

        Raises:
            BackupUnusable: it is none, it was changed, or the passphrase is another.
        """
        head, salt, nonce, sealed = _parts(data)
        try:
            key = AESGCM(_key(passphrase, salt, head["cost"]))
            plain = key.decrypt(nonce, sealed, _spelled(head))
        except (InvalidTag, ValueError):
            raise BackupUnusable(
                Message(
                    "无法解开：口令不符，或备份已被改动",
                    "it does not open: another passphrase, or the backup was changed",
                )
            ) from None
        held = orjson.loads(plain)
        vault = held["vault_keys"]
        return cls(
            b64decode(held["log_keys"]), None if vault is None else b64decode(vault), held["signed"]
        )


def taken(place: SigningPlace, vault_file: Path | None) -> Backup:
    """Return what has to be kept of an installation.

    Args:
        place: where the log's keys are.
        vault_file: the vault's keys; None leaves them out.

    Raises:
        LogKeysUnusable: there are no signing keys.
        SignerRefuses: the signer has lost what it signed last.
        OSError: a file cannot be read.
    """
    place.keys()
    vault = None if vault_file is None else vault_file.read_bytes()
    return Backup(place.key_file.read_bytes(), vault, place.signer().remembered())


def restore(
    backup: Backup, place: SigningPlace, vault_file: Path, lives: KeyLives = NO_LIVES
) -> list[Path]:
    """Put keys back where they are missing, and return which files were written.

    Args:
        backup: what was kept.
        place: where the log's keys belong.
        vault_file: where the vault's keys belong.
        lives: what the log says about its keys: one whose service has ended since is not put back.

    Raises:
        BackupUnusable: there are other keys already, which are never overwritten; or the backup is
            of before a key was exchanged.
        SignerRefuses: the signer remembers less here than the backup does.
    """
    wanted = {place.key_file: spelled(_in_service(backup, lives))}
    if backup.vault_keys is not None:
        wanted[vault_file] = backup.vault_keys
    missing = _missing(wanted)
    keys = parsed(wanted[place.key_file])
    if keys is not None:
        place.signer_of(keys).refuse_to_fall_behind(backup.signed)
    for path in missing:
        _put(path, wanted[path])
    return missing


def restore_vault(backup: Backup, vault_file: Path) -> list[Path]:
    """Put the vault's keys back alone, where the log's are lost and are to be made anew.

    Raises:
        BackupUnusable: they are not in it, or there are others already.
    """
    if backup.vault_keys is None:
        raise BackupUnusable(
            Message("备份中没有保险库密钥", "the vault's keys are not in the backup")
        )
    missing = _missing({vault_file: backup.vault_keys})
    for path in missing:
        _put(path, backup.vault_keys)
    return missing


def _in_service(backup: Backup, lives: KeyLives) -> LogKeys:
    """Return the keys of a backup without those whose service has ended."""
    keys = parsed(backup.log_keys)
    if keys is None:
        raise BackupUnusable(Message("备份中的密钥已损坏", "the keys in the backup are damaged"))
    states = {vkey: life.state for vkey, life in lives.items()}
    ended = [
        one
        for one in keys.signing
        if states.get(str(one.key), KeyState.CURRENT) is not KeyState.CURRENT
    ]
    left = keys
    for one in ended:
        left = left.with_leaving(one).without(one)
    kinds = {(one.key.name, algorithm_of(one)) for one in left.signing}
    for one in ended:
        if (one.key.name, algorithm_of(one)) not in kinds:
            gone = one.key.key_id.hex()
            raise BackupUnusable(
                Message(
                    f"该备份早于密钥 {gone} 的更换", f"the backup is of before {gone} was exchanged"
                ),
                mend=Message(
                    "请用更换之后的备份；若没有，用 --vault-only 恢复保险库密钥，"
                    "再用 mingzhang init 建立新的签名密钥",
                    "take a later one; if there is none, restore the vault's keys with --vault-only"
                    " and make new signing keys with mingzhang init",
                ),
            )
    return left


def _missing(wanted: Mapping[Path, bytes]) -> list[Path]:
    for path, data in wanted.items():
        if path.exists() and path.read_bytes() != data:
            raise BackupUnusable(
                Message(f"{path} 已有其他密钥，不会被覆盖", f"{path} holds other keys and is kept"),
                mend=Message("确属不用时，先将其移走", "move it away first if it is not needed"),
            )
    return [path for path in wanted if not path.exists()]


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    durable.write_new(path, data)


def _parts(data: bytes) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    """Return the head of a backup, its salt, its nonce and what is sealed."""
    try:
        head = orjson.loads(data)
        sealed, cost = b64decode(head.pop("sealed"), validate=True), head["cost"]
        salt, nonce = b64decode(head["salt"]), b64decode(head["nonce"])
        # Whoever made the file up must not make us use all memory.
        if head["form"] == FORM and 1 < cost <= COST_MAX and not cost & (cost - 1):
            return head, salt, nonce, sealed
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise BackupUnusable(Message("不是密钥备份", "this is no backup of keys"))


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=_BLOCK, p=1).derive(passphrase.encode())


def _spelled(head: dict[str, Any]) -> bytes:
    return orjson.dumps(head, option=orjson.OPT_SORT_KEYS)


def _text(data: bytes) -> str:
    return b64encode(data).decode()
