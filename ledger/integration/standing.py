"""How the witnesses stand: which checkpoint a quorum cosigned last, when, and who did not.

An answer without a fresh quorum is no failure of the service: entries are taken and signed as
before. But what only the log's own keys vouch for can still be rewritten with them, so it is told
wherever health is shown, once it is older than the operator allows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import Connection

from aggregates.language import Message
from ledger.evidence.policy import NONE, Policy
from ledger.integration.publishing import newest_checkpoint
from ledger.integration.trees import WORLD
from ledger.integration.witnesses import TEXTS, Known, Outcome, known

NEWEST_COSIGNED: Final = (
    "select size, note from evidence.cosigned order by size desc, met_at desc limit 1"
)
MET: Final = """
select coalesce((select max(size) from evidence.checkpoint where algorithm = 'sha256'), 0),
  (select size from evidence.cosigned order by size desc, met_at desc limit 1),
  (select met_at from evidence.cosigned order by size desc, met_at desc limit 1)
"""


def newest_cosigned(connection: Connection[Any]) -> tuple[int, bytes] | None:
    """Return size and note of the newest checkpoint that a quorum cosigned, if there is one."""
    row = connection.execute(NEWEST_COSIGNED).fetchone()
    return None if row is None else (row[0], bytes(row[1]))


def newest_believed(connection: Connection[Any], policy: Policy) -> tuple[int, bytes] | None:
    """Return size and note of the newest checkpoint of the tree of SHA-256 that a policy believes.

    Where it needs witnesses this is one that a quorum cosigned, if there is one yet.
    """
    cosigned = None if policy.quorum == NONE else newest_cosigned(connection)
    return cosigned or newest_checkpoint(connection, WORLD.name)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the witnesses of a policy stand.

    Attributes:
        quorum: as the policy names it; ``none`` if nobody is needed.
        signed: the size of the newest checkpoint.
        cosigned: the size of the newest that a quorum cosigned; 0 if there is none.
        met_at: when the quorum was met.
        each: what is kept of every witness.
        allowed: how old the quorum may be.
    """

    quorum: str
    signed: int
    cosigned: int
    met_at: datetime | None
    each: tuple[Known, ...]
    allowed: timedelta

    def is_stale(self, now: datetime) -> bool:
        """Say whether no quorum vouched for the log lately, though one should."""
        if self.quorum == NONE or self.signed == 0:
            return False
        return self.met_at is None or now - self.met_at > self.allowed

    @property
    def contradicting(self) -> tuple[str, ...]:
        """The witnesses that say that the log is not what they saw."""
        return tuple(one.name for one in self.each if one.outcome == Outcome.CONTRADICTED)

    def is_well(self, now: datetime) -> bool:
        """Say whether nobody has to look at it."""
        return not self.contradicting and not self.is_stale(now)

    def text(self, now: datetime) -> Message:
        """Return one sentence about what is the matter, or how far the witnesses have come."""
        if self.contradicting:
            named, what = "、".join(self.contradicting), TEXTS[Outcome.CONTRADICTED]
            return Message(f"见证人 {named}：{what.zh}", f"witness {named}: {what.en}")
        others = [one for one in self.each if one.outcome not in {"", Outcome.COSIGNED}]
        zh = "；".join(f"{one.name}：{TEXTS[Outcome(one.outcome)].zh}" for one in others)
        en = "; ".join(f"{one.name}: {TEXTS[Outcome(one.outcome)].en}" for one in others)
        if self.is_stale(now):
            since = "从未" if self.met_at is None else f"{_seconds(now, self.met_at)} 秒未"
            ago = " ever" if self.met_at is None else ""
            long = "" if self.met_at is None else f" for {_seconds(now, self.met_at)} s"
            return Message(
                f"{since}有法定数的见证人共同签名。{zh}".rstrip(),
                f"no quorum of the witnesses has{ago} cosigned{long}. {en}".rstrip(),
            )
        return Message(
            f"见证至第 {self.cosigned} 条，已签至第 {self.signed} 条。{zh}".rstrip(),
            f"cosigned up to {self.cosigned} entries, signed up to {self.signed}. {en}".rstrip(),
        )

    def as_json(self, now: datetime) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "quorum": self.quorum,
            "signed": self.signed,
            "cosigned": self.cosigned,
            "cosigned_at": None if self.met_at is None else self.met_at.isoformat(),
            "stale": self.is_stale(now),
            "contradicted_by": list(self.contradicting),
            "each": {
                one.name: {
                    "outcome": one.outcome,
                    "size": one.size,
                    "failures": one.failures,
                    "cosigned_at": one.cosigned_at.isoformat() if one.cosigned_at else None,
                }
                for one in self.each
            },
        }


def standing(connection: Connection[Any], policy: Policy, stale_seconds: float) -> Standing:
    """Return how the witnesses of a policy stand."""
    row = connection.execute(MET).fetchone()
    return standing_of(policy, stale_seconds, row, known(connection).values())


def standing_of(
    policy: Policy, stale_seconds: float, met: Sequence[Any] | None, each: Iterable[Known]
) -> Standing:
    """Return how the witnesses of a policy stand, from what ``MET`` and ``KNOWN`` gave."""
    mine = {str(one.key) for one in policy.witnesses.values()}
    signed, cosigned, met_at = met or (0, None, None)
    listed = tuple(one for one in each if one.vkey in mine)
    allowed = timedelta(seconds=stale_seconds)
    return Standing(policy.quorum, signed, cosigned or 0, met_at, listed, allowed)


def _seconds(now: datetime, then: datetime) -> int:
    return int((now - then).total_seconds())
