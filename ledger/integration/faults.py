"""What can stop the integrator. Each is said aloud, kept in the database, and shown by doctor."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aggregates.language import Message
from ledger.errors import Fault


class FaultKind(StrEnum):
    """What is wrong; the values are kept in ``evidence.fault``."""

    LEAF = "leaf"
    MISSING = "missing"
    SHORT = "short"
    TREE = "tree"
    SIGNER = "signer"


TEXTS: Final = {
    FaultKind.LEAF: Message(
        "条目字节与入账时的叶哈希不符", "the entry's bytes do not give the leaf that was stored"
    ),
    FaultKind.MISSING: Message("条目缺失", "the entry is missing"),
    FaultKind.SHORT: Message("日志比已整合的树短", "the log is shorter than its tree"),
    FaultKind.TREE: Message(
        "瓦片、前沿与根不相符", "tiles, frontier and root of a tree do not belong together"
    ),
    FaultKind.SIGNER: Message(
        "签名器拒绝签署：树头不是上次所签的延续",
        "the signer refuses: the head does not continue what it signed last",
    ),
}


@dataclass(frozen=True, slots=True)
class FaultRow:
    """What stops the integrator, as it is kept.

    Attributes:
        position: of the first entry that cannot be integrated or signed.
        kind: what is wrong.
    """

    position: int
    kind: FaultKind

    @property
    def text(self) -> Message:
        """One sentence about it."""
        what = TEXTS[self.kind]
        return Message(f"第{self.position}位：{what.zh}", f"position {self.position}: {what.en}")


class IntegrationFault(Fault):
    """The log cannot be integrated beyond a position.

    Attributes:
        row: where, and what is wrong.
    """

    def __init__(self, position: int, kind: FaultKind) -> None:
        """Say where, and what is wrong."""
        self.row = FaultRow(position, kind)
        super().__init__(
            self.row.text,
            mend=Message(
                "运行 mingzhang verify 查明原因，从备份恢复被改动的行",
                "run mingzhang verify, and restore what was changed from a backup",
            ),
        )
