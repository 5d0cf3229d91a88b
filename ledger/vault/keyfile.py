"""The file that holds the keyring: readable by its owner alone, written once, replaced whole.

Whoever holds this file and the database can open everything; whoever loses it can open nothing
any more. It belongs in the backup of secrets, never in the backup of the database.
"""

import os
from binascii import a2b_base64, b2a_base64
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson

from aggregates.language import Message
from ledger.vault.errors import KeysUnusable
from ledger.vault.keys import Keyring, SeededKeyring

KEY_FILE_VARIABLE: Final = "MINGZHANG_MASTER_KEY_FILE"
"""The environment variable that names a key file elsewhere than in ``MINGZHANG_HOME/keys``."""
_NAME = "vault.keys"
_FORM = 1
_OTHERS = 0o077
_ABOUT = "Keys of the vault. Whoever reads this file can open all personal data."


def key_path(home: Path, named: str | None) -> Path:
    """Return where the keyring lies: the file named by the environment, else that of ``home``."""
    return Path(named) if named else home / "keys" / _NAME


def load_keyring(path: Path) -> Keyring:
    """Read the keyring.

    Raises:
        KeysUnusable: the file is missing, open to others, another's, or not a key file.
    """
    try:
        with path.open("rb") as file:
            _refuse_exposed(path, os.fstat(file.fileno()))
            text = file.read()
    except FileNotFoundError:
        raise _unusable(
            (f"找不到密钥文件 {path}", f"there is no key file {path}"),
            ("请先运行 mingzhang init，或从备份恢复", "run mingzhang init, or restore a backup"),
        ) from None
    except PermissionError:
        raise _unusable(
            (f"无权读取密钥文件 {path}", f"the key file {path} may not be read"),
            ("请以其所有者身份运行", "run as its owner"),
        ) from None
    return _read(path, text)


def create_keyring(path: Path, keyring: Keyring) -> None:
    """Write the file of a new installation, durable when this returns.

    Raises:
        KeysUnusable: there is one already. It is never overwritten: with the old keys gone,
            nothing sealed under them could be opened again.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _write(path, keyring)
    except FileExistsError:
        raise _unusable(
            (f"密钥文件 {path} 已存在，不会被覆盖", f"the key file {path} exists and is kept"),
            ("如需更换主密钥，请用轮换命令", "to change the master key, rotate it"),
        ) from None


def replace_keyring(path: Path, keyring: Keyring) -> None:
    """Put a rotated keyring in the place of the old one, all or nothing.

    Raises:
        KeysUnusable: an earlier replacement was cut short.
    """
    beside = path.with_name(path.name + ".new")
    try:
        _write(beside, keyring)
    except FileExistsError:
        raise _unusable(
            (f"上次更换密钥中断，留下 {beside}", f"an earlier replacement left {beside}"),
            ("密钥未更换：请删除该文件后重试", "no key was changed: remove the file, try again"),
        ) from None
    beside.replace(path)
    _sync_directory(path.parent)


def _unusable(what: tuple[str, str], mend: tuple[str, str]) -> KeysUnusable:
    return KeysUnusable(Message(*what), mend=Message(*mend))


def _write(path: Path, keyring: Keyring) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_spelled(keyring))
        file.flush()
        os.fsync(file.fileno())
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    # A new name is durable only when its directory is.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_exposed(path: Path, status: os.stat_result) -> None:
    mode = status.st_mode & 0o777
    if mode & _OTHERS:
        raise _unusable(
            (
                f"密钥文件 {path} 的权限为 {mode:04o}，他人可以读取",
                f"the key file {path} has mode {mode:04o}: others may read it",
            ),
            (f"请运行 chmod 600 {path}", f"run chmod 600 {path}"),
        )
    if status.st_uid not in (os.geteuid(), 0):
        raise _unusable(
            (f"密钥文件 {path} 属于另一用户", f"the key file {path} belongs to another user"),
            ("请用 chown 改为本服务的用户", "chown it to the user of this service"),
        )


def _spelled(keyring: Keyring) -> bytes:
    held: dict[str, Any] = {"about": _ABOUT, "form": _FORM}
    if isinstance(keyring, SeededKeyring):
        held["simulation_seed"] = keyring.seed
    else:
        held["masters"] = [_text(key) for key in keyring.masters]
        held["matching"] = _text(keyring.matching)
    return orjson.dumps(held, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _read(path: Path, text: bytes) -> Keyring:
    # The error is raised apart from what was found: the parser's message would quote the file.
    keyring = _keyring(text)
    if keyring is None:
        raise _unusable(
            (f"密钥文件 {path} 已损坏", f"the key file {path} is damaged"),
            ("请从备份恢复", "restore it from a backup"),
        )
    return keyring


def _keyring(text: bytes) -> Keyring | None:
    with suppress(ValueError, KeyError, TypeError, AttributeError, KeysUnusable):
        held = orjson.loads(text)
        if held["form"] != _FORM:
            return None
        if "simulation_seed" in held:
            return SeededKeyring(held["simulation_seed"])
        return Keyring([_key(key) for key in held["masters"]], matching=_key(held["matching"]))
    return None


def _text(key: bytes) -> str:
    return b2a_base64(key, newline=False).decode()


def _key(text: str) -> bytes:
    return a2b_base64(text, strict_mode=True)
