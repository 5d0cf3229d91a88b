"""Verification of the living database and of exports, with what an auditor holds.

    rows → leaves → tiles → root → the newest checkpoint → the checkpoint that the auditor holds

The rows are verified on the way (``ledger.store.verifying``); what is wrong first, in the order of
positions, is what is told. Where both name the same place, the audit of the tree does, because it
knows what was done.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from aggregates.language import Message
from ledger.errors import Failure
from ledger.evidence.audit import Held, Report, audit
from ledger.evidence.errors import Unproven
from ledger.evidence.findings import Finding, Kind, Place
from ledger.evidence.own_words import ROOTS, first_false
from ledger.evidence.policy import Policy
from ledger.evidence.reading import DirectoryReader, LogReader, hashes_of
from ledger.evidence.tree import Span, span_root
from ledger.integration import storing
from ledger.integration.exporting import prefix_of
from ledger.integration.live import PlainLeaves, StoredTiles, VerifiedLeaves
from ledger.integration.saying import FileWords, LiveWords, OwnWords
from ledger.integration.trees import TREES, WORLD, TreeKind
from ledger.store.verifying import Broken, Verification, verify_log
from ledger.store.verifying import Kind as RowKind

ROW_TEXTS = {
    RowKind.POSITION: "此前缺少一个位置",
    RowKind.LEAF: "叶哈希与条目字节不符",
    RowKind.BODY: "字节不是条目",
    RowKind.PLACE: "行中的流、版本、类型或时间与字节不符",
    RowKind.VERSION: "所在流缺少前一版本",
    RowKind.PREV: "未与所在流的前一条目相连",
    RowKind.TIME: "记录时间早于前一条目",
    RowKind.HEAD: "日志末尾与条目不符",
}


class NotEvidence(Failure):
    """What an auditor gave is no checkpoint, policy or receipt, or not of this log."""

    exit_code = 65


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found.

    Attributes:
        tree: over which tree.
        rows: what the rows say; None where none were looked at.
        report: what the audit of the tree says; None where there is no tree yet.
    """

    tree: TreeKind
    rows: Verification | None = None
    report: Report | None = None

    @property
    def wrong(self) -> Finding | Broken | None:
        """The first thing that is wrong."""
        finding = self.report.finding if self.report else None
        broken = self.rows.broken if self.rows else None
        if finding is None or broken is None:
            return finding or broken
        return finding if (finding.position or 0) <= broken.position else broken

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        rows, report, wrong = self.rows, self.report, self.wrong
        accepted = report.accepted if report else None
        told: dict[str, Any] = {"tree": self.tree.name}
        if rows is not None:
            told |= {"first": rows.first, "last": rows.last, "entries": rows.entries}
        elif report is not None:
            told |= {"entries": report.checked}
        return told | {
            "checkpoint": accepted.signed.checkpoint.size if accepted else None,
            "ok": wrong is None,
            "position": None if wrong is None else wrong.position,
            "kind": None if wrong is None else kind_of(wrong),
        }


def kind_of(wrong: Finding | Broken) -> str:
    """Return the name of what is wrong, for programs."""
    if isinstance(wrong, Broken):
        return wrong.kind.name
    return f"{wrong.place.name}_{wrong.kind.name}"


def text_of(wrong: Finding | Broken) -> Message:
    """Return one sentence about what is wrong."""
    if isinstance(wrong, Broken):
        return Message(
            f"第{wrong.position}位：{ROW_TEXTS[wrong.kind]}",
            f"position {wrong.position}: {wrong.kind.value}",
        )
    return Message(wrong.text("zh"), wrong.text("en"))


def held_of(note: bytes, policy: Policy, *, is_enough: bool) -> Held:
    """Return what an auditor holds, once it is believed.

    Raises:
        NotEvidence: it is no checkpoint that the policy believes.
    """
    try:
        checkpoint = policy.check(note).signed.checkpoint
    except Unproven as fault:
        raise NotEvidence(
            Message(f"所持检查点不可信：{fault}", f"the checkpoint is not to be believed: {fault}")
        ) from None
    return Held(checkpoint, is_enough=is_enough)


def verify_live(
    conninfo: str, policy: Policy | None, held: Held | None = None, tree: TreeKind = WORLD
) -> Verified:
    """Verify a database.

    Args:
        conninfo: the database.
        policy: whose signatures on the checkpoint count; None where it signs none: rows alone.
        held: what the auditor holds.
        tree: over which tree; the rows themselves are verified with that of SHA-256.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        if policy is None or (held is None and storing.state(connection, tree.name).size == 0):
            return Verified(tree, rows=verify_log(conninfo))
        tiles = StoredTiles(connection, tree)
        if tree is not WORLD:
            leaves = PlainLeaves(connection, tree.hashing)
            report = audit(tiles, policy, held, tree.hashing, leaves)
            words = LiveWords(connection)
            return Verified(tree, report=_with_words(report, tiles, tree, words, held))
        with VerifiedLeaves(conninfo) as rows:
            report = audit(tiles, policy, held, tree.hashing, rows)
            found = rows.end() or verify_log(conninfo)
            report = _with_words(report, tiles, tree, LiveWords(connection), held)
            return Verified(tree, found, report)


def verify_export(folder: Path, policy: Policy, held: Held | None, tree: TreeKind) -> Verified:
    """Verify an exported log, without any database."""
    reader = DirectoryReader(folder / prefix_of(tree))
    report = audit(reader, policy, held, tree.hashing)
    return Verified(tree, report=_with_words(report, reader, tree, FileWords(reader), held))


def _with_words(
    report: Report, reader: LogReader, tree: TreeKind, words: OwnWords, held: Held | None
) -> Report:
    """Hold what the log says of itself against it, where all else is as it was.

    Whoever audits only what is new reads the new words; heads of streams take the whole log.
    """
    if report.accepted is None or report.finding is not None:
        return report
    size = report.accepted.signed.checkpoint.size
    read = hashes_of(reader, size, tree.hashing)

    def root_at(earlier: int) -> bytes | None:
        return span_root(tree.hashing, Span(0, earlier), read) if earlier <= size else None

    said = words.up_to(size)
    if held is not None and held.is_enough:
        new = (one for one in said if one.index >= held.checkpoint.size)
        said = [one for one in new if one.type.startswith(ROOTS)]
    index = first_false(said, tree.hashing, root_at, words.heads_at)
    if index is None:
        return report
    return replace(report, finding=Finding(Kind.FALSE, Place.ENTRY, index, index + 1))


def tree_of(origin: str) -> TreeKind:
    """Return the tree whose checkpoints bear an origin."""
    return next((one for one in reversed(TREES) if origin.endswith(one.suffix)), WORLD)


def entry_at(connection: Connection[Any], position: int) -> bytes:
    """Return an entry's bytes.

    Raises:
        NotEvidence: there is none at this position.
    """
    read = storing.entries(connection, position - 1, 1)
    if list(read.positions) != [position]:
        raise NotEvidence(
            Message(f"第{position}位没有条目", f"there is no entry at position {position}")
        )
    return read.bodies[0]
