"""A log as files: what the service answers below ``/log/``, written into a directory.

checkpoint, tile/…, tile/entries/…      the tree of SHA-256
sm3/checkpoint, sm3/tile/…              its twin; its bundles are the same files once more
log.vkey, log.vkeys, policy             keys and policy, of the twin below sm3/
promise.vkey, promise.policy            keys of promises: the newest; all, and how far they count
timestamps/…                            checkpoints that others stamped (RFC 3161)
verify.py                               checks all of it, with nothing but Python
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from psycopg import Connection

from aggregates.language import Message
from ledger.errors import Failure
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.note import Note
from ledger.evidence.reading import CHECKPOINT
from ledger.evidence.tiles import bundles_of, tiles_of
from ledger.evidence.time_stamps import LIST, listed
from ledger.evidence.verifier.assembling import single_file
from ledger.integration.log_keys import NO_LIVES, NOBODY, KeyLives, LogKeys, policy_text, vkeys
from ledger.integration.slices import COSIGNED, StoredLog
from ledger.integration.trees import TREES, WORLD, TreeKind

PROMISE_POLICY: Final = "promise.policy"
"""Where it is said which keys sign promises, and for entries up to where those of before count."""


class NotExported(Failure):
    """The log cannot be written out: there is nothing signed, or the directory is in use."""

    exit_code = 73


def published(
    keys: LogKeys, lives: KeyLives = NO_LIVES, witnesses: str = NOBODY
) -> dict[str, bytes]:
    """Return what lies beside a log, by path below its prefix: who signs it, what verifies it.

    Args:
        keys: as they sign now.
        lives: what the log says about its keys.
        witnesses: the lines of the policy about witnesses.
    """
    files: dict[str, bytes] = {"verify.py": single_file().encode()}
    for tree in TREES:
        signers = keys.of(tree)
        about = witnesses if tree is WORLD else NOBODY
        policy = policy_text(signers, lives=lives, witnesses=about)
        files[prefix_of(tree) + "log.vkey"] = f"{signers[0].key}\n".encode()
        files[prefix_of(tree) + "log.vkeys"] = vkeys(signers).encode()
        files[prefix_of(tree) + "policy"] = policy.encode()
    files["promise.vkey"] = f"{keys.promising[-1].key}\n".encode()
    files[PROMISE_POLICY] = policy_text(keys.promising, lives=lives).encode()
    return files


def prefix_of(tree: TreeKind) -> str:
    """Return what stands before a tree's paths below the log's prefix: nothing, or ``sm3/``."""
    return tree.suffix.removeprefix("/") + "/" if tree.suffix else ""


def export_log(
    connection: Connection[Any],
    folder: Path,
    beside: Mapping[str, bytes],
    *,
    cosigned: bool = False,
) -> dict[str, int]:
    """Write both trees at their newest checkpoints.

    Args:
        connection: to the database, in autocommit.
        folder: where to; it is made, and must be empty.
        beside: further files, by their paths (``published``).
        cosigned: write the tree of SHA-256 at the newest checkpoint that a quorum of the witnesses
            cosigned, which is mostly a few seconds older.

    Returns:
        The size of each tree, by its name.

    Raises:
        NotExported: nothing was signed yet, a part of the log is missing, or the directory holds
            something.
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NotExported(Message(f"目录 {folder} 不为空", f"the directory {folder} is not empty"))
    for path, data in beside.items():
        _write(folder / path, data)
    return {
        tree.name: _export(StoredLog(connection, tree), folder, tree, cosigned=cosigned)
        for tree in TREES
    }


def _export(log: StoredLog, folder: Path, tree: TreeKind, *, cosigned: bool) -> int:
    note = log.read(COSIGNED if cosigned and tree is WORLD else CHECKPOINT)
    if note is None and cosigned:
        raise NotExported(
            Message(
                "尚无法定数的见证人共同签名的检查点",
                "no quorum of the witnesses has cosigned a checkpoint yet",
            ),
            mend=Message(
                "用 mingzhang status 查看见证人；或以 --uncosigned 导出仅由日志签署者",
                "see to the witnesses with mingzhang status, or export what the log alone signed"
                " with --uncosigned",
            ),
        )
    if note is None:
        raise NotExported(
            Message("尚无已签的检查点", "there is no signed checkpoint yet"),
            mend=Message(
                "先用 mingzhang init 建立签名密钥，再启动服务",
                "make signing keys with mingzhang init, and start the service",
            ),
        )
    below = folder / prefix_of(tree)
    size = Checkpoint.parse(Note.parse(note).text).size
    for path in _paths(size):
        first = folder / path
        # Both trees are over the same entries: the files are there already.
        if tree is not WORLD and path.startswith("tile/entries/") and first.exists():
            _link(first, below / path)
            continue
        data = log.read(path)
        if data is None:
            raise NotExported(
                Message(f"日志缺少 {path}", f"the log lacks {path}"),
                mend=Message("请运行 mingzhang verify", "run mingzhang verify"),
            )
        _write(below / path, data)
    if tree is WORLD:
        for one in listed(log.read(LIST) or b""):
            # A stamp is over a checkpoint that this one continues, or it is of later.
            if one.size <= size:
                for path in (one.note_path, one.path):
                    _write(below / path, log.read(path) or b"")
                with (below / LIST).open("a") as file:
                    file.write(str(one))
    # Last, so that a directory with a checkpoint is whole.
    _write(below / CHECKPOINT, note)
    return size


def _paths(size: int) -> Iterator[str]:
    yield from (tile.path for tile in tiles_of(size))
    yield from (bundle.path for bundle in bundles_of(size))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _link(first: Path, second: Path) -> None:
    second.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(first, second)
    except OSError:  # a file system without links
        second.write_bytes(first.read_bytes())
