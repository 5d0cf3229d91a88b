"""Asking one witness to cosign (C2SP tlog-witness), and what is kept of each.

The witness answers by what it remembers. If that is another size than was thought, it says so, and
is asked again with a proof from there. What it signed counts only once it is verified.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from psycopg import Connection

from aggregates.language import Message
from ledger.errors import Misconfigured
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Unproven
from ledger.evidence.note import Note, SignatureLine, Verifier
from ledger.evidence.policy import Policy
from ledger.evidence.witness import (
    PATH,
    TEXT,
    AddCheckpoint,
    Answer,
    Cosigned,
    NotCosigned,
    Stale,
    read_answer,
)
from ledger.integration.posting import Unreachable, is_address, post

ANSWER_BYTES_MAX: Final = 65_536
TRIES: Final = 3
"""How often one witness is asked in a round: it may have to say where it stands, twice at most."""
KNOWN: Final = """
select vkey, name, size, outcome, failures, asked_at, cosigned_at from evidence.witness
order by name
"""
_KEEP: Final = """
insert into evidence.witness (vkey, name, size, outcome, failures, asked_at, cosigned_at)
values (%(vkey)s, %(name)s, %(size)s, %(outcome)s, %(failures)s, %(asked_at)s, %(cosigned_at)s)
on conflict on constraint witness_key do update set
  name = excluded.name, size = excluded.size, outcome = excluded.outcome,
  failures = excluded.failures, asked_at = excluded.asked_at,
  cosigned_at = coalesce(excluded.cosigned_at, evidence.witness.cosigned_at)
"""
_FORGET: Final = "delete from evidence.witness where not vkey = any(%s)"


class Outcome(StrEnum):
    """How a witness answered; the values are kept in ``evidence.witness``."""

    COSIGNED = "cosigned"
    AHEAD = "ahead"
    CONTRADICTED = "contradicted"
    UNKNOWN_LOG = "unknown-log"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    UNBELIEVABLE = "unbelievable"
    UNREACHABLE = "unreachable"


TEXTS: Final = {
    Outcome.COSIGNED: Message("已共同签名", "it cosigned"),
    Outcome.AHEAD: Message("其所记大小超过本次检查点", "it remembers more than the checkpoint has"),
    Outcome.CONTRADICTED: Message(
        "拒绝：日志不是其所见的延续（可能被改写或截短）",
        "it refuses: the log does not continue what it saw (rewritten, or cut off)",
    ),
    Outcome.UNKNOWN_LOG: Message(
        "不认识本日志；请该方执行 mingzhang witness add-log",
        "it does not know this log; it has to be added there: mingzhang witness add-log",
    ),
    Outcome.FORBIDDEN: Message(
        "不承认本日志的签名；请该方核对所登记的日志公钥",
        "it does not accept the log's signature; the key that it has of the log is another",
    ),
    Outcome.REFUSED: Message("拒绝或出错", "it refuses, or is out of order"),
    Outcome.UNBELIEVABLE: Message(
        "应答不可信：签名不符策略文件所列公钥，或不合格式",
        "its answer is not to be believed: not signed by the key of the policy, or out of form",
    ),
    Outcome.UNREACHABLE: Message("未应答", "no answer"),
}
_BY_STATUS: Final[dict[int, Outcome]] = {
    HTTPStatus.FORBIDDEN: Outcome.FORBIDDEN,
    HTTPStatus.NOT_FOUND: Outcome.UNKNOWN_LOG,
}


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness that is asked.

    Attributes:
        name: its name in the policy.
        verifier: checks its cosignatures.
        url: the prefix below which it takes checkpoints.
    """

    name: str
    verifier: Verifier
    url: str

    @property
    def vkey(self) -> str:
        """Its key, by which its row is found."""
        return str(self.verifier.key)


@dataclass(frozen=True, slots=True)
class Told:
    """What a witness said in a round.

    Attributes:
        outcome: how it answered.
        size: what it remembers, as far as is known now.
        lines: its signature lines, verified.
    """

    outcome: Outcome
    size: int
    lines: tuple[SignatureLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a witness.

    Attributes:
        vkey: its key.
        name: its name in the policy.
        size: what it remembers of the log, as far as is known.
        outcome: how it answered last; empty if it was never asked.
        failures: how often in a row it did not cosign.
        asked_at: when it was asked last.
        cosigned_at: when it cosigned last.
    """

    vkey: str
    name: str
    size: int = 0
    outcome: str = ""
    failures: int = 0
    asked_at: datetime | None = None
    cosigned_at: datetime | None = None


def witnesses_of(policy: Policy) -> list[Witness]:
    """Return the witnesses of a policy that can be asked.

    Raises:
        Misconfigured: an address is none, or the quorum needs somebody who has no address.
    """
    found = [
        Witness(name, verifier, policy.urls[name])
        for name, verifier in policy.witnesses.items()
        if name in policy.urls
    ]
    wrong = [one.name for one in found if not is_address(one.url)]
    if wrong:
        named = ", ".join(wrong)
        raise Misconfigured(
            Message(f"见证人地址不可用：{named}", f"not an address to ask: {named}"),
            mend=Message(
                "应为 http:// 或 https:// 网址", "an address is an http:// or https:// URL"
            ),
        )
    if not policy.is_met_by({one.name for one in found}):
        raise Misconfigured(
            Message(
                "策略中有地址的见证人不足法定人数",
                "the witnesses that have an address in the policy are no quorum",
            ),
            mend=Message("在 witness 行末补上网址", "add their URLs at the end of their lines"),
        )
    return found


def ask(
    witness: Witness,
    note: Note,
    old: int,
    prove: Callable[[int], Sequence[bytes]],
    seconds: float,
) -> Told:
    """Ask a witness to cosign a checkpoint.

    Args:
        witness: whom.
        note: the checkpoint, with the log's own Ed25519 lines alone.
        old: what it is thought to remember.
        prove: gives the proof from a size to the checkpoint's.
        seconds: how long to wait for one answer.
    """
    size = Checkpoint.parse(note.text).size
    for _ in range(TRIES):
        if old > size:
            return Told(Outcome.AHEAD, old)
        request = AddCheckpoint(old, tuple(prove(old)) if old else (), bytes(note))
        try:
            read = _answer(witness, request, note, seconds)
        except Unreachable:
            return Told(Outcome.UNREACHABLE, old)
        except (Unproven, UnicodeDecodeError):
            break
        if isinstance(read, Cosigned):
            return Told(Outcome.COSIGNED, size, read.lines)
        if isinstance(read, NotCosigned):
            refused = _BY_STATUS.get(read.status, Outcome.REFUSED)
            return Told(Outcome.CONTRADICTED if read.is_contradiction else refused, old)
        if read.size == old:
            break  # it asks for the proof that it was given
        old = read.size
    return Told(Outcome.UNBELIEVABLE, old)


def _answer(
    witness: Witness, request: AddCheckpoint, note: Note, seconds: float
) -> Cosigned | Stale | NotCosigned:
    url = f"{witness.url.rstrip('/')}/{PATH}"
    got = post(url, bytes(request), TEXT, seconds=seconds, at_most=ANSWER_BYTES_MAX)
    answer = Answer(got.status, got.body.decode(), got.media)
    return read_answer(answer, note, [witness.verifier])


def known(connection: Connection[Any]) -> dict[str, Known]:
    """Return what is kept of each witness, by its key."""
    rows = connection.execute(KNOWN).fetchall()
    return {row[0]: Known(*row) for row in rows}


def keep(connection: Connection[Any], one: Known) -> None:
    """Keep what is known of a witness now; without a new time, it cosigned when it did before."""
    connection.execute(_KEEP, {name: getattr(one, name) for name in Known.__slots__})


def forget_others(connection: Connection[Any], witnesses: Iterable[Witness]) -> None:
    """Forget witnesses that the policy names no more."""
    connection.execute(_FORGET, ([one.vkey for one in witnesses],))
