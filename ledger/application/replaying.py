"""Exhibits beside the log that they came from: is it the same history, and do replays agree?

``verify.py`` tells whether an exhibit is sound in itself. Whoever has the whole log can tell more:
that its checkpoint is of this history, that what it calls all entries of a thing is all of them,
and, by replaying every entry, that the read models held what it says.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from ledger.application.exhibits import HIDDEN
from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import SHA256
from ledger.evidence.reading import TileHashes
from ledger.evidence.tiles import Tile
from ledger.evidence.tree import Span, span_root
from ledger.evidence.verifier.documents import ILL_FORMED, Exhibit
from ledger.evidence.verifier.notes import Tree
from ledger.evidence.verifier.telling import Bad, Said
from ledger.integration import storing
from ledger.integration.trees import WORLD, TreeKind
from projections.catalogue import folds, model
from projections.digest import digest_at, rows_at
from projections.model import Moment
from projections.replaying import replayed
from projections.trail.queries import every_position

_SHOWN: Final = "select position from entry where position = any(%s) and not (type like any(%s))"
_HIDDEN: Final = [f"{one}%" for one in HIDDEN]


def check_history(
    connection: Connection[Any], head: Tree, said: Said, tree: TreeKind = WORLD
) -> None:
    """Check that a checkpoint is of this very history.

    Args:
        connection: in autocommit.
        head: what the checkpoint says.
        said: takes what is seen.
        tree: over which tree.

    Raises:
        Bad: it reaches beyond the log, or another tree was signed at its size.
    """
    own = storing.state(connection, tree.name).size
    if head.size > own:
        raise Bad(
            f"检查点含 {head.size} 条，而本账本只整合到 {own} 条：来自未来，或本账本已被截短",
            f"the checkpoint has {head.size} entries and this log {own}: it is from the future, or "
            "this log was cut off",
        )
    if root_at(connection, head.size, tree) != head.root:
        raise Bad(
            f"本账本在 {head.size} 条时的根与检查点不同：两段历史不是同一段",
            f"this log's root at size {head.size} is another one: these are two histories",
        )
    said.good(
        f"检查点是本账本 {head.size} 条时的树头",
        f"the checkpoint is this log's at size {head.size}",
    )


def root_at(connection: Connection[Any], size: int, tree: TreeKind = WORLD) -> bytes | None:
    """Return the root of a tree at an earlier size, from its tiles; None if they are broken."""

    def tile(place: Tile) -> bytes:
        return storing.tiles(connection, tree.name, [place]).get(place, b"")

    try:
        return span_root(tree.hashing, Span(0, size), TileHashes(size, tile, tree.hashing))
    except Malformed:
        return None


def replay(connection: Connection[Any], exhibit: Exhibit, said: Said) -> None:
    """Replay the log's entries, and compare what comes out with what an exhibit says.

    Args:
        connection: in autocommit; the relation ``entry`` stands on it.
        exhibit: once it is checked in itself and against the history.
        said: takes what is seen.

    Raises:
        Bad: entries are held back or do not belong to it, or a read model held something else.
    """
    with replayed(connection, folds().parts, _until(connection, exhibit)) as schema:
        compare(connection, exhibit, said, schema=schema)


def _until(connection: Connection[Any], exhibit: Exhibit) -> int:
    try:
        told = (exhibit.about.get("position", 0), *(one["position"] for one in exhibit.models))
        until = max(map(int, told))
    except ILL_FORMED:
        raise Bad("证据材料不成形式", "the exhibit is out of form") from None
    if until > storing.head(connection):
        raise Bad("材料超出本账本末尾", "the exhibit goes beyond the end of this log")
    return until


def compare(connection: Connection[Any], exhibit: Exhibit, said: Said, *, schema: str) -> None:
    """Compare what an exhibit says of a thing with what the parts in a schema say of it.

    Raises:
        Bad: entries are held back or do not belong to it, or a read model held something else.
    """
    _until(connection, exhibit)
    try:
        if exhibit.about:
            _compare_entries(connection, exhibit, schema, said)
        for one in exhibit.models:
            _compare_model(connection, one, schema, said)
    except ILL_FORMED:
        raise Bad("证据材料不成形式", "the exhibit is out of form") from None


def _compare_entries(
    connection: Connection[Any], exhibit: Exhibit, schema: str, said: Said
) -> None:
    about, found = exhibit.about, {one + 1 for one in (*exhibit.bodies, *exhibit.withheld)}
    until, after = int(about["position"]), int(about.get("after", 0))
    among = range(after + 1, until + 1)
    trail = every_position(
        connection, about["kind"], UUID(about["id"]), among, at_most=until, schema=schema
    )
    expected = {one for (one,) in connection.execute(_SHOWN, (trail, _HIDDEN))}
    _none(expected - found, "条目被隐去", "an entry was held back")
    _none(found - expected, "条目与所述对象无关", "an entry that is not about it")
    said.good(
        f"第 {after + 1} 至 {until} 位，账本中与该对象有关的共 {len(expected)} 条，均已列出",
        f"from position {after + 1} to {until} this log has {len(expected)} entries about it, "
        "all of them listed",
    )


def _none(positions: Iterable[int], zh: str, en: str) -> None:
    for position in sorted(positions)[:1]:
        raise Bad(f"第 {position} 位：{zh}", f"position {position}: {en}")


def _compare_model(
    connection: Connection[Any], told: dict[str, Any], schema: str, said: Said
) -> None:
    kept = model(told["name"])
    moment = Moment(
        int(told["position"]), date.fromisoformat(told["day"]) if told.get("day") else None
    )
    keys = [UUID(one) for one in told.get("of", [])]
    if keys:
        digest = SHA256.plain(rows_at(connection, kept, moment, keys, schema=schema)).hex()
    else:
        digest = digest_at(connection, kept, moment, schema=schema)
    what = (f"读模型 {kept.name}（至第 {moment.until} 位）", f"read model {kept.name}")
    if digest != told["digest"]:
        raise Bad(
            f"{what[0]}：按条目重算的摘要为 {digest}，材料所载不同",
            f"{what[1]} to {moment.until}: made from the entries it has the digest {digest}, "
            "and the exhibit says another",
        )
    said.good(
        f"{what[0]}与按条目重算的一致",
        f"{what[1]} is what the entries give",
    )
