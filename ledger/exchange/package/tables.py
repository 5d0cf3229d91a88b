"""Entries as lines and as a table, and the list of the archive's documents."""

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256

import orjson

from ledger.application.entries import Kept
from ledger.application.naming import fact_title
from ledger.application.tables import BOM, cell
from ledger.clock import in_shanghai
from projections.archive.queries import DocumentRow

_EVENTS = (
    *("账位 position", "入账时间 recorded", "事项 title", "类型 type", "流 stream"),
    *("版本 version", "角色 role", "渠道 channel", "县区 county", "条目SHA-256 entry sha256"),
)
_DOCUMENTS = (
    *("类别 kind", "材料 title", "SHA-256", "介质 medium", "页数 pages"),
    *("纸质存放 paper", "归档 filed", "归档账位 position", "原件 file"),
)


def lines(kept: Iterable[Kept]) -> bytes:
    """Return entries byte for byte, one a line: whoever hashes a line hashes the entry."""
    return b"".join(one.body.encode() + b"\n" for one in kept)


def events(kept: Iterable[Kept]) -> bytes:
    """Return entries as a table for people; what it says is said by the lines."""
    rows = []
    for one in kept:
        says = orjson.loads(one.body)
        rows.append(
            [
                str(one.position),
                f"{in_shanghai(one.recorded_at):%Y-%m-%d %H:%M:%S}",
                fact_title(one.type).zh,
                one.type,
                one.stream,
                str(one.version),
                cell("role", says["actorrole"], "zh"),
                cell("channel", says["channel"], "zh"),
                cell("county", says["county"], "zh") if says["county"] else "",
                sha256(one.body.encode()).hexdigest(),
            ]
        )
    return _table(_EVENTS, rows)


def documents(held: Sequence[DocumentRow], stored: Collection[str]) -> bytes:
    """Return the list of an archive's documents, and whether the file of each is in the package."""
    rows = [
        [
            one.kind,
            cell("kind", one.kind, "zh"),
            one.sha256,
            cell("medium", one.medium, "zh"),
            str(one.pages),
            cell("paper_location", one.paper_location, "zh"),
            f"{one.filed_on:%Y-%m-%d}",
            str(one.position),
            f"representations/media/{one.sha256}" if one.sha256 in stored else "未入库 not stored",
        ]
        for one in held
    ]
    return _table(_DOCUMENTS, rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    held = io.StringIO()
    csv.writer(held).writerows((head, *rows))
    return (BOM + held.getvalue()).encode()
