"""What a log says of itself in entries of its own, held against the log.

Now and then an entry names the heads of all streams (``evidence.stream-heads…``) or the roots of
both trees (``evidence.sm3-root…``) at an earlier size. Signed with the log like any other entry,
it binds the log; whether it is true is seen by whoever folds the log. Roots are compared at every
size that is named; heads at the newest, which covers all that came before.
"""

import json  # noqa: TID251 - evidence is usable alone, with the standard library
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import SHA256, Hashing
from ledger.evidence.stream_heads import Head, HeadsRoot, StreamHeads

HEADS: Final = "evidence.stream-heads."
ROOTS: Final = "evidence.sm3-root."
_MARK: Final = b'"type":"evidence.s'


@dataclass(frozen=True, slots=True)
class Word:
    """An entry in which the log speaks about itself.

    Attributes:
        index: of its leaf, from 0.
        type: the stored name of the fact.
        data: what it says.
    """

    index: int
    type: str
    data: dict[str, Any]


def word_of(index: int, entry: bytes) -> Word | None:
    """Return what an entry says of the log, if it says anything of it."""
    if _MARK not in entry:
        return None
    read = _told_by(entry)
    is_one = str(read.get("type")).startswith((HEADS, ROOTS))
    return Word(index, read["type"], read.get("data", {})) if is_one else None


def heads_of(entries: Iterable[bytes], size: int) -> HeadsRoot:
    """Return the heads of all streams, folded from the first ``size`` entries."""
    last: dict[str, Head] = {}
    for entry in entries:
        read = _told_by(entry)
        if not read:
            continue  # it is of no stream
        name = read["subject"]
        last[name] = Head(name, read["streamversion"], SHA256.leaf(entry))
    return StreamHeads(size, last.values()).root


def first_false(
    words: Sequence[Word],
    hashing: Hashing,
    root_at: Callable[[int], bytes | None],
    heads_at: Callable[[int], HeadsRoot],
) -> int | None:
    """Return the index of the first word that is not so; None if all are.

    Args:
        words: in the order of the log.
        hashing: of the tree that ``root_at`` knows.
        root_at: gives its root at an earlier size.
        heads_at: gives the heads of all streams at a size.
    """
    newest = max((one.index for one in words if one.type.startswith(HEADS)), default=-1)
    for word in words:
        try:
            is_so = _is_so(word, hashing, root_at, heads_at, is_newest=word.index == newest)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, Malformed):
            is_so = False
        if not is_so:
            return word.index
    return None


def _is_so(
    word: Word,
    hashing: Hashing,
    root_at: Callable[[int], bytes | None],
    heads_at: Callable[[int], HeadsRoot],
    *,
    is_newest: bool,
) -> bool:
    data, size = word.data, word.data["size"]
    if not isinstance(size, int) or not 0 < size <= word.index:
        return False
    if word.type.startswith(ROOTS):
        told = data["sha256_root" if hashing is SHA256 else "root"]
        return root_at(size) == bytes.fromhex(told)
    if not is_newest:
        return True
    return heads_at(size) == HeadsRoot(size, data["streams"], bytes.fromhex(data["root"]))


def _told_by(entry: bytes) -> dict[str, Any]:
    try:
        read = json.loads(entry)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
