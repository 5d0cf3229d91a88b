"""Verification of the living database and of exports, with what an auditor holds.

    rows → leaves → tiles → root → the newest checkpoint → the checkpoint that the auditor holds

The rows are verified on the way (``ledger.store.verifying``); what is wrong first, in the order of
positions, is what is told. Where both name the same place, the audit of the tree does, because it
knows what was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from cryptography.x509 import Certificate
from psycopg import Connection

from aggregates.language import Message
from ledger.errors import Failure
from ledger.evidence.audit import Held, Report, audit
from ledger.evidence.errors import Unproven
from ledger.evidence.findings import Finding, Kind, Place
from ledger.evidence.own_words import ROOTS, first_false
from ledger.evidence.policy import NONE, Policy
from ledger.evidence.reading import DirectoryReader, LogReader, hashes_of
from ledger.evidence.time_stamps import LIST, Stamps, check_stamps
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
        stamps: what its time stamps say; None where none were looked at.
        stamps_passed_over: how many there are that could not be looked at, for want of roots.
    """

    tree: TreeKind
    rows: Verification | None = None
    report: Report | None = None
    stamps: Stamps | None = None
    stamps_passed_over: int = 0

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
        if accepted is not None and accepted.outlived:
            told["passed_over"] = list(accepted.outlived)
        if self.stamps is not None:
            told["time_stamps"] = {
                "checked": self.stamps.checked,
                "newest": self.stamps.newest,
                "newest_at": self.stamps.newest_at,
                "wrong": [path for path, _ in self.stamps.wrong],
            }
        elif self.stamps_passed_over:
            told["time_stamps"] = {"checked": 0, "unchecked": self.stamps_passed_over}
        return told | {
            "checkpoint": accepted.signed.checkpoint.size if accepted else None,
            "ok": wrong is None and not (self.stamps and self.stamps.wrong),
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
    conninfo: str,
    policy: Policy | None,
    held: Held | None = None,
    tree: TreeKind = WORLD,
    roots: Sequence[Certificate] = (),
) -> Verified:
    """Verify a database.

    Args:
        conninfo: the database.
        policy: whose signatures on the checkpoint count; None where it signs none: rows alone.
        held: what the auditor holds.
        tree: over which tree; the rows themselves are verified with that of SHA-256.
        roots: in which the chains of time-stamping authorities may end; none leaves stamps out.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        if policy is None or (held is None and storing.state(connection, tree.name).size == 0):
            return Verified(tree, rows=verify_log(conninfo))
        # The newest checkpoint is mostly too young for a quorum: one that met it is looked at.
        tiles = StoredTiles(connection, tree, cosigned=policy.quorum != NONE)
        if tree is not WORLD:
            leaves = PlainLeaves(connection, tree.hashing)
            report = audit(tiles, policy, held, tree.hashing, leaves)
            words = LiveWords(connection)
            return Verified(tree, report=_with_words(report, tiles, tree, words, held))
        with VerifiedLeaves(conninfo) as rows:
            report = audit(tiles, policy, held, tree.hashing, rows)
            ended = rows.end() or verify_log(conninfo)
            report = _with_words(report, tiles, tree, LiveWords(connection), held)
        return _with_stamps(Verified(tree, ended, report), tiles, policy, roots)


def verify_export(
    folder: Path,
    policy: Policy,
    held: Held | None,
    tree: TreeKind,
    roots: Sequence[Certificate] = (),
) -> Verified:
    """Verify an exported log, without any database; with its time stamps, where roots are given."""
    reader = DirectoryReader(folder / prefix_of(tree))
    report = audit(reader, policy, held, tree.hashing)
    found = Verified(tree, report=_with_words(report, reader, tree, FileWords(reader), held))
    return _with_stamps(found, reader, policy, roots) if tree is WORLD else found


def _with_stamps(
    found: Verified, reader: LogReader, policy: Policy, roots: Sequence[Certificate]
) -> Verified:
    """Check the stamps too, where the log itself is as it was; without roots, count them."""
    accepted = found.report.accepted if found.report else None
    if accepted is None or found.wrong is not None:
        return found
    size = accepted.signed.checkpoint.size
    if not roots:
        rows = (reader.read(LIST) or b"").count(b"\n")
        return replace(found, stamps_passed_over=rows)
    return replace(found, stamps=check_stamps(reader, policy, roots, size))


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
