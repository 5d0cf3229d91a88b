"""What a witness keeps, in one directory that belongs to it alone.

witness.keys            its secret keys, a line each; mode 0600
logs                    the keys of the logs that it knows, as lines of a policy
seen/<hash of origin>   of each log the newest checkpoint that it cosigned, as a signed note

A decision is taken, written and made durable under one lock, between processes too, before a
cosignature leaves. A memory that is lost or damaged is not begun anew: the log could otherwise show
another history. Nor may one be used that was restored from a backup, which forgets cosignatures.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from aggregates.language import Message
from ledger.errors import Failure, Fault, Misconfigured
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.cosignature import Ed25519Cosigner, MlDsa44Cosigner
from ledger.evidence.errors import Malformed
from ledger.evidence.keys import SoftwareSigner, secret_text, signer_of, verifier_of
from ledger.evidence.note import Note, Verifier, VerifierKey, is_name
from ledger.evidence.signers import SEED_BYTES
from ledger.evidence.witness import AddCheckpoint, Decision, Seen, decide, monitoring_path
from ledger.integration import durable

_OTHERS: Final = 0o077
_KEYS: Final = "witness.keys"
_LOGS: Final = "logs"
_SEEN: Final = "seen"
_LOCK: Final = "lock"
_LINE: Final = "log "
_ABOUT: Final = "# 见证人私钥：勿外传 · the keys of a witness: keep them secret\n"


class WitnessUnusable(Misconfigured):
    """A witness is not there, or its keys cannot be used."""


class NotALog(Failure):
    """What was given names no log."""

    exit_code = 65


class MemoryLost(Fault):
    """What was seen of a log is not known any more: nothing of it is cosigned."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a witness knows of a log.

    Attributes:
        origin: which log.
        vkeys: the keys that it accepts of it.
        note: the newest checkpoint that it cosigned; None if it cosigned none yet.
    """

    origin: str
    vkeys: tuple[str, ...]
    note: Note | None


class Memory:
    """The directory of one witness."""

    def __init__(self, folder: Path) -> None:
        """Keep things in ``folder``."""
        self._folder = folder
        self._here = Lock()

    def begin(self, name: str, *, post_quantum: bool = False) -> list[VerifierKey]:
        """Make a witness, and return its public keys.

        Args:
            name: a URL without scheme; it stands in every cosignature.
            post_quantum: cosign with ML-DSA-44 as well.

        Raises:
            WitnessUnusable: there is one already, or the name cannot name a key.
        """
        if not is_name(name):
            raise WitnessUnusable(
                Message(
                    "名称应为不带协议的网址，不含空格和加号",
                    "a name is a URL without its scheme, without spaces and plus signs",
                )
            )
        signers: list[SoftwareSigner] = [Ed25519Cosigner(name, os.urandom(SEED_BYTES))]
        if post_quantum:
            signers.append(MlDsa44Cosigner(name, os.urandom(SEED_BYTES)))
        (self._folder / _SEEN).mkdir(mode=0o700, parents=True, exist_ok=True)
        text = _ABOUT + "".join(f"{secret_text(one)}\n" for one in signers)
        try:
            durable.write_new(self._folder / _KEYS, text.encode())
        except FileExistsError:
            raise WitnessUnusable(
                Message(
                    f"{self._folder} 已有见证人，不会被覆盖",
                    f"there is a witness in {self._folder}, and it is kept",
                )
            ) from None
        return [one.key for one in signers]

    def cosigners(self) -> list[SoftwareSigner]:
        """Return what it cosigns with.

        Raises:
            WitnessUnusable: there are no keys, they are open to others, or damaged.
        """
        path = self._folder / _KEYS
        try:
            with path.open("rb") as file:
                mode, data = os.fstat(file.fileno()).st_mode, file.read()
        except FileNotFoundError:
            raise WitnessUnusable(
                Message(f"{self._folder} 尚无见证人", f"there is no witness in {self._folder}"),
                mend=Message("请运行 mingzhang witness init", "run mingzhang witness init"),
            ) from None
        if mode & _OTHERS:
            raise WitnessUnusable(
                Message(f"{path} 他人可以读取", f"others may read {path}"),
                mend=Message(f"请运行 chmod 600 {path}", f"run chmod 600 {path}"),
            )
        text = data.decode(errors="replace")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        signers = _signers(lines)
        if not signers:
            raise WitnessUnusable(Message(f"{path} 已损坏", f"{path} is damaged"))
        return signers

    def add_log(self, origin: str, vkey: str) -> None:
        """Know a log, or another key of one that is known.

        Raises:
            NotALog: the key is none, or names another log.
        """
        key = _key(vkey)
        if key.name != origin:
            raise NotALog(Message(f"公钥属于 {key.name}", f"the key is of another log: {key.name}"))
        with self._alone():
            known = self.logs()
            if all(one.key != key for one in known.get(origin, ())):
                # Only of a log that is new nothing was seen: otherwise it is lost.
                if origin not in known and not self._path(origin).exists():
                    empty = Checkpoint(origin, 0, Seen().root)
                    durable.replace(self._path(origin), f"{empty.text}\n".encode())
                every = [one.key for keys in known.values() for one in keys]
                self._write_logs([*every, key])

    def drop_key(self, origin: str, key_id: str) -> None:
        """Accept a key of a log no more, since it was retired or revoked; the log stays known.

        Raises:
            NotALog: there is no such key, or it is the only one of its log.
        """
        with self._alone():
            known = self.logs()
            kept = [one for one in known.get(origin, ()) if one.key.key_id.hex() != key_id]
            if not kept or len(kept) == len(known[origin]):
                raise NotALog(
                    Message(
                        "没有该公钥，或为该日志唯一的公钥",
                        "there is no such key, or it is the only one of its log",
                    )
                )
            others = [one for name, keys in known.items() if name != origin for one in keys]
            self._write_logs([one.key for one in (*others, *kept)])

    def logs(self) -> dict[str, list[Verifier]]:
        """Return the keys of the logs that it knows, by origin.

        Raises:
            WitnessUnusable: the file is damaged.
        """
        try:
            lines = (self._folder / _LOGS).read_text("utf-8").splitlines()
        except FileNotFoundError:
            return {}
        found: dict[str, list[Verifier]] = {}
        try:
            for line in lines:
                verifier = verifier_of(line.removeprefix(_LINE))
                found.setdefault(verifier.key.name, []).append(verifier)
        except Malformed:
            path = self._folder / _LOGS
            raise WitnessUnusable(Message(f"{path} 已损坏", f"{path} is damaged")) from None
        return found

    def remembered(self) -> list[Remembered]:
        """Return what is known of each log.

        Raises:
            MemoryLost: what was seen of one is lost.
        """
        found = []
        for origin, keys in self.logs().items():
            note = self._note(origin)
            vkeys = tuple(str(one.key) for one in keys)
            found.append(Remembered(origin, vkeys, note if note.lines else None))
        return found

    def decide(self, body: bytes, at: int) -> Decision:
        """Answer a request to cosign; what is to be remembered is durable when this returns.

        Args:
            body: of the request.
            at: the present moment in POSIX seconds.

        Raises:
            MemoryLost: what was seen of the log is lost, or nothing more can be kept.
        """
        with self._alone():
            decision = decide(body, self.logs(), self._seen, self.cosigners(), at)
            if decision.after is not None:
                note = Note.parse(AddCheckpoint.parse(body).checkpoint)
                mine = Note.parse(f"{note.text}\n{decision.answer.body}".encode())
                try:
                    whole = bytes(note.with_lines(mine.lines))
                    durable.replace(self._path(decision.origin), whole)
                except OSError as error:
                    raise _lost(f"{error.strerror}", f"{error.strerror}") from None
            return decision

    def checkpoint(self, path: str) -> bytes | None:
        """Return the newest cosigned checkpoint at a monitoring path, or None if there is none."""
        for origin in self.logs():
            if monitoring_path(origin) == path:
                note = self._note(origin)
                return bytes(note) if note.lines else None
        return None

    def _seen(self, origin: str) -> Seen:
        checkpoint = Checkpoint.parse(self._note(origin).text)
        return Seen(checkpoint.size, checkpoint.root)

    def _note(self, origin: str) -> Note:
        path = self._path(origin)
        try:
            data = path.read_bytes()
            # Of a log of which nothing was cosigned yet there is a note without lines.
            note = Note(data[:-1].decode()) if data.count(b"\n") == 4 else Note.parse(data)  # noqa: PLR2004 - three lines and a blank one
            is_its = Checkpoint.parse(note.text).origin == origin
        except FileNotFoundError:
            raise _lost(f"{path} 已丢失", f"{path} is lost") from None
        except (Malformed, UnicodeDecodeError):
            is_its = False
            note = Note("")
        if not is_its:
            raise _lost(f"{path} 已损坏", f"{path} is damaged")
        return note

    def _path(self, origin: str) -> Path:
        return self._folder / _SEEN / monitoring_path(origin).partition("/")[0]

    def _write_logs(self, keys: list[VerifierKey]) -> None:
        text = "".join(f"{_LINE}{key}\n" for key in keys)
        durable.replace(self._folder / _LOGS, text.encode())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # Two interleaved requests could otherwise roll the memory back, in one process or in two.
        self.cosigners()
        with self._here, (self._folder / _LOCK).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _signers(lines: list[str]) -> list[SoftwareSigner]:
    # Nothing that a parser says is handed on: it could quote the file.
    try:
        return [signer_of(line) for line in lines]
    except ValueError:
        return []


def _key(vkey: str) -> VerifierKey:
    try:
        return verifier_of(vkey).key
    except Malformed as fault:
        raise NotALog(
            Message(f"不是日志公钥：{fault}", f"not the key of a log: {fault}"),
            mend=Message("公钥见日志的 /log/log.vkey", "a log publishes its key at /log/log.vkey"),
        ) from None


def _lost(zh: str, en: str) -> MemoryLost:
    return MemoryLost(
        Message(f"见证人的记录不可用：{zh}", f"what the witness remembered cannot be used: {en}"),
        mend=Message(
            "在查明之前不再为该日志签名；确需重来时另立名称和密钥",
            "nothing of that log is cosigned; to begin anew, make another witness by another name",
        ),
    )
