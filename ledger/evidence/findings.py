"""What an audit finds, and how it is told to people."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What was done."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    REWRITTEN = "rewritten"
    TRUNCATED = "truncated"
    UNSIGNED = "unsigned"
    FALSE = "false"


class Place(StrEnum):
    """To what."""

    ENTRY = "entry"
    TILE = "tile"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing in a log that is not as it was.

    Attributes:
        kind: what was done.
        place: to an entry, to a tile of hashes, or to the checkpoint.
        start: the index of the first leaf concerned, from 0; None where it is about no leaf.
        end: the bad leaf lies before this index. One more than ``start`` where it is known
            exactly; more where the hashes that would tell were rewritten too.
        path: the file, where there is one.
    """

    kind: Kind
    place: Place
    start: int | None = None
    end: int | None = None
    path: str = ""

    @property
    def position(self) -> int | None:
        """The position in the ledger, which counts from 1, of the first leaf concerned."""
        return None if self.start is None else self.start + 1

    def text(self, lang: str) -> str:
        """Return one sentence about it, in ``zh`` or ``en``."""
        at = 0 if lang == "zh" else 1
        where = self._where()[at]
        what = _WHAT[self.kind, self.place] if self.kind != Kind.REWRITTEN else _REWRITTEN
        file = ("（" + self.path + "）", f" ({self.path})")[at] if self.path else ""
        return f"{where}{what[at]}{file}"

    def _where(self) -> tuple[str, str]:
        if self.start is None or self.end is None:
            return "", ""
        if self.end - self.start <= 1:
            return f"第 {self.start + 1} 位：", f"position {self.start + 1}: "
        return (
            f"第 {self.start + 1} 至 {self.end} 位之间：",
            f"between positions {self.start + 1} and {self.end}: ",
        )


_REWRITTEN: Final = (
    "日志以真实密钥重新签名，但已不是审计人所持检查点的延续",
    "the log was signed anew with its real key, and does not continue what the auditor holds",
)
_WHAT: Final[dict[tuple[Kind, Place], tuple[str, str]]] = {
    (Kind.CHANGED, Place.ENTRY): ("条目被改动", "the entry was changed"),
    (Kind.MISSING, Place.ENTRY): ("条目缺失", "the entry is missing"),
    (Kind.INSERTED, Place.ENTRY): ("条目是插入的", "the entry was inserted"),
    (Kind.REORDERED, Place.ENTRY): ("条目次序被调换", "the entry is not in its place"),
    (Kind.TRUNCATED, Place.ENTRY): (
        "日志被截短，少于审计人所持检查点",
        "the log was cut off before the checkpoint that the auditor holds",
    ),
    (Kind.FALSE, Place.ENTRY): (
        "日志在此载明的流头或树根与其条目不符",
        "what the log says here of its own heads or roots is not what its entries give",
    ),
    (Kind.CHANGED, Place.TILE): ("哈希瓦片被改动", "the tile of hashes was changed"),
    (Kind.MISSING, Place.TILE): ("哈希瓦片缺失", "the tile of hashes is missing"),
    (Kind.CHANGED, Place.CHECKPOINT): ("检查点不成形式", "the checkpoint is out of form"),
    (Kind.MISSING, Place.CHECKPOINT): ("检查点缺失", "the checkpoint is missing"),
    (Kind.UNSIGNED, Place.CHECKPOINT): (
        "检查点的签名不符或不足",
        "the checkpoint is not signed as it has to be",
    ),
}
