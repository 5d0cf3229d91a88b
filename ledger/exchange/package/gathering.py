"""What the log, the read models and the store hold of a class, as of one signed head of the log."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from aggregates.language import Message
from ledger.application.asking import NotFound
from ledger.application.entries import Kept, entries_at
from ledger.clock import in_shanghai
from ledger.errors import Conflict, Failure
from ledger.exchange.package.anchors import Anchor, anchors
from ledger.exchange.package.completeness import Word, word_under
from ledger.exchange.package.proving import Head, Paths, head_at, paths_of
from ledger.integration.trees import TWIN, WORLD
from projections.archive import queries as archives
from projections.archive.queries import ArchiveRow, DocumentRow
from projections.class_ledger import queries as classes
from projections.class_ledger.queries import ClassRow
from projections.model import Moment
from projections.trail import queries as trails

LEFT_OUT: Final = ("access.", "evidence.", "risk-signal.", "sealed.", "system.documents-checked.")
"""What is no record of a class: who looked or was refused, doubts, what the log says of itself."""
OF_TRAINEES: Final = ("trainee.identity-verified.", "trainee.category-confirmed.")
"""What of the people in a class was recorded once for all their classes."""
SEALED: Final = "archive.sealed."
CLOSED: Final = "training-class.closed."
_TOGETHER: Final = 1_000
_NO_HEAD: Final = Message("没有这个大小的已签检查点", "there is no signed head of this size")
_NOT_COSIGNED: Final = Message(
    "尚无法定数的见证人共同签名的检查点", "no quorum of the witnesses has cosigned such a head yet"
)


class NotComplete(Failure):
    """The archive of a class cannot be packed yet."""

    exit_code = 65


class NotSigned(Conflict):
    """No signed head covers what is asked for, or the read models have not come so far."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a package is made of, but the files of the documents.

    Attributes:
        class_id: The class.
        row: Its line in the class ledger.
        archive: Its archive.
        documents: What the archive holds, in the order in which it was filed.
        kept: Its entries in the order of the log.
        closed_on: The day on which it was closed.
        head: The signed head under which all of this stands.
        paths: The way from each entry to the root of that head.
        twin: The head of the tree of SM3 of the same size, where it was kept.
        twin_paths: The way from each entry to its root.
        word: What the log said of all its streams, if it had said anything under the head.
        word_path: The way from that entry to the root.
        anchors: Time stamps of others that cover all of it.
    """

    class_id: UUID
    row: ClassRow
    archive: ArchiveRow
    documents: Sequence[DocumentRow]
    kept: Sequence[Kept]
    closed_on: date
    head: Head
    paths: Paths
    twin: Head | None
    twin_paths: Paths
    word: Word | None
    word_path: tuple[bytes, ...]
    anchors: tuple[Anchor, ...]

    @property
    def until(self) -> datetime:
        """When the last of its entries was recorded; what is dated in a package is dated so."""
        return in_shanghai(self.kept[-1].recorded_at)

    def only(self, prefix: str) -> Kept | None:
        """Return its last entry of a kind."""
        return next((one for one in reversed(self.kept) if one.type.startswith(prefix)), None)


async def gather(
    connection: AsyncConnection[Any],
    conninfo: str,
    class_id: UUID,
    *,
    size: int | None = None,
    cosigned: bool = False,
) -> Gathered:
    """Return what there is of a class.

    Args:
        connection: Where to ask; in autocommit, ``entry`` stands on it.
        conninfo: The same database, for what is read in a snapshot of its own.
        class_id: The class.
        size: The size of the head under which it is to stand; the newest by default.
        cosigned: Whether the log's policy asks for witnesses of that head.

    Raises:
        NotFound: there is no such class.
        NotComplete: its archive is not sealed, or the class not closed.
        NotSigned: there is no signed head of this size, or the read models are behind it.
    """
    head = await head_at(connection, WORLD, size, cosigned=cosigned)
    if head is None:
        raise NotSigned(
            _NOT_COSIGNED if cosigned else _NO_HEAD,
            mend=Message("请稍后再试，或运行 mingzhang doctor", "wait, or run mingzhang doctor"),
        )
    await _folded(connection, head.size)
    moment = Moment(head.size)
    row = await classes.one(connection, class_id, moment=moment)
    archive = await archives.one(connection, class_id, moment=moment)
    if row is None or archive is None:
        raise NotFound(Message("没有这个班期", "there is no such class"))
    kept = await _kept(connection, class_id, head.size)
    closed = _complete(archive, kept)
    indexes = [one.position - 1 for one in kept]
    twin = await head_at(connection, TWIN, head.size, cosigned=cosigned)
    word = await asyncio.to_thread(word_under, conninfo, head.size, kept)
    index = None if word is None else word.position - 1
    found = await paths_of(connection, WORLD, [] if index is None else [index], head.size)
    return Gathered(
        class_id=class_id,
        row=row,
        archive=archive,
        documents=await archives.documents(connection, class_id, moment=moment),
        kept=kept,
        closed_on=in_shanghai(closed.recorded_at).date(),
        head=head,
        paths=await paths_of(connection, WORLD, indexes, head.size),
        twin=twin,
        twin_paths=await paths_of(connection, TWIN, indexes, head.size) if twin else {},
        word=word,
        word_path=() if index is None else found[index],
        anchors=await anchors(connection, kept[-1].position, head.size),
    )


def _complete(archive: ArchiveRow, kept: Sequence[Kept]) -> Kept:
    """Return the entry that closed the class, once its archive is sealed."""
    if archive.destroyed_on is not None:
        raise NotComplete(Message("档案已销毁", "the archive was destroyed"))
    closed = next((one for one in reversed(kept) if one.type.startswith(CLOSED)), None)
    if archive.sealed_on is None:
        missing = "、".join(archive.missing)
        raise NotComplete(
            Message(f"档案尚未封存；缺：{missing}", f"the archive is not sealed; lacks: {missing}")
        )
    if closed is None:
        raise NotComplete(Message("班期尚未结班", "the class is not closed"))
    return closed


async def _folded(connection: AsyncConnection[Any], size: int) -> None:
    found = await connection.execute("select coalesce(min(position), 0) from model.progress")
    row = await found.fetchone()
    if row is None or row[0] < size:
        raise NotSigned(
            Message("读模型落后于检查点，请稍后再试", "the read models are behind; try again later")
        )


async def _kept(connection: AsyncConnection[Any], class_id: UUID, size: int) -> list[Kept]:
    """Return the entries of a class, those of its people that came before included."""
    positions = await trails.positions(connection, "class", class_id, size)
    people = await trails.people_of_class(connection, class_id, size)
    found = [one async for one in _each(connection, sorted(positions))]
    kept = {one.position: one for one in found if not one.type.startswith(LEFT_OUT)}
    own = await trails.positions_of_streams(connection, [f"trainee/{one}" for one in people], size)
    async for one in _each(connection, sorted(set(own) - kept.keys())):
        if one.type.startswith(OF_TRAINEES):
            kept[one.position] = one
    return [kept[position] for position in sorted(kept)]


async def _each(connection: AsyncConnection[Any], positions: Sequence[int]) -> AsyncIterator[Kept]:
    for start in range(0, len(positions), _TOGETHER):
        for one in await entries_at(connection, positions[start : start + _TOGETHER]):
            yield one
