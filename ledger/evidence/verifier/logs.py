"""A whole log in files: every leaf again from its entry, every tile, the root."""

import copy
import json  # noqa: TID251 - this program knows nothing but the standard library
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from ledger.evidence.verifier.notes import Policy, Tree, believed
from ledger.evidence.verifier.signatures import HASH_BYTES, sha256
from ledger.evidence.verifier.telling import Bad, Said
from ledger.evidence.verifier.trees import TILE, Growing, Hash, hash_of

Read = Callable[[str], bytes | None]
"""Gives what lies at a path, or None if nothing does."""

NO_LEAF = bytes(HASH_BYTES)
WORDS = ("evidence.stream-heads.", "evidence.sm3-root.")
WORD_MARK = b'"type":"evidence.s'

CHANGED = ("条目被改动", "the entry was changed")
MISSING = ("条目缺失", "the entry is missing")
INSERTED = ("条目是插入的", "the entry was inserted")
REORDERED = ("条目次序被调换", "the entry is not in its place")
REWRITTEN = ("日志以真实密钥重写，已不延续所持检查点", "the log was rewritten with its real key")
TRUNCATED = ("日志被截短，少于所持检查点", "the log was cut off before the checkpoint that is held")
TILE_CHANGED = ("哈希瓦片被改动", "the tile of hashes was changed")
TILE_MISSING = ("哈希瓦片缺失", "the tile of hashes is missing")


class Found(NamedTuple):
    """The first thing that is not as it was.

    ``start`` and ``end`` are indexes from 0; the bad leaf lies between them.
    """

    what: tuple[str, str]
    start: int
    end: int
    path: str = ""


def path_of(number: int, width: int) -> str:
    """Return number and width of a tile as its path spells them."""
    groups = f"{number:,}".split(",")
    groups[0] = groups[0].zfill(3)
    path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"{path}.p/{width}" if width < TILE else path


class Files:
    """A log's files, as wide as they are at one size."""

    def __init__(self, read: Read, tree: Tree) -> None:
        self._read = read
        self._size = tree.size
        self.hash: Hash = hash_of(tree.origin)

    def width(self, level: int, number: int) -> int:
        """Return how many hashes a tile has."""
        return max(0, min(TILE, (self._size >> 8 * level) - number * TILE))

    def tile(self, level: int, number: int) -> str:
        """Return the path of a tile."""
        return f"tile/{level}/{path_of(number, self.width(level, number))}"

    def bundle(self, number: int) -> str:
        """Return the path of a bundle of entries."""
        return f"tile/entries/{path_of(number, self.width(0, number))}"

    def row(self, level: int, number: int) -> list[bytes] | None:
        """Return the hashes of a tile as they lie there; what is cut off counts as one."""
        data, end = self._read(self.tile(level, number)), None
        if data is None:
            data = self._read(f"tile/{level}/{path_of(number, TILE)}")
            end = self.width(level, number)
        if data is None:
            return None
        return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)][:end]

    def leaves(self, number: int) -> list[bytes] | None:
        """Return the leaves of a bundle, derived from its entries."""
        data, hashed, cut = self._read(self.bundle(number)), self.hash, None
        if data is None:
            data, cut = self._read(f"tile/entries/{path_of(number, TILE)}"), self.width(0, number)
        if data is None:
            return None
        leaves, at = [], 0
        while at + 2 <= len(data):
            start = at + 2
            end = start + (data[at] << 8 | data[at + 1])
            if end > len(data):
                break
            leaves.append(hashed(b"\0" + data[start:end]))
            at = end
        return (leaves if at == len(data) else [*leaves, NO_LEAF])[:cut]

    def all_leaves(self, start: int) -> Iterator[bytes]:
        """Yield the derived leaves from a bundle on."""
        for number in range(start, -(-self._size // TILE)):
            yield from self.leaves(number) or ()

    def all_hashes(self, start: int) -> Iterator[bytes]:
        """Yield the leaves as they lie in tiles, from a tile on."""
        for number in range(start, -(-self._size // TILE)):
            yield from self.row(0, number) or ()

    def entries(self) -> Iterator[bytes]:
        """Yield the entries themselves; the log was audited before."""
        left = self._size
        for number in range(-(-self._size // TILE)):
            data = self._read(self.bundle(number))
            if data is None:
                data = self._read(f"tile/entries/{path_of(number, TILE)}") or b""
            at = 0
            while at + 2 <= len(data) and left:
                end = at + 2 + (data[at] << 8 | data[at + 1])
                yield data[at + 2 : end]
                at, left = end, left - 1


def parting(one: list[bytes], other: list[bytes]) -> int:
    """Return where two lists part."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def done_to_entries(derived: Iterator[bytes], stored: Iterator[bytes]) -> tuple[str, str]:
    """Say what was done, from the first leaf on that is another one.

    One leaf is found where another was expected. Found more often than it should be, it is new;
    the expected one, found less often than it should be, is gone.
    """
    found, expected = next(derived, None), next(stored, None)
    while found == expected and found is not None:
        found, expected = next(derived, None), next(stored, None)
    if found is None or expected is None:
        return MISSING if found is None else INSERTED
    surplus, lack = 1, 1
    for leaf in derived:
        surplus += leaf == found
        lack -= leaf == expected
    for leaf in stored:
        surplus -= leaf == found
        lack += leaf == expected
    if surplus > 0 and lack > 0:
        return CHANGED
    if lack > 0:
        return MISSING
    return INSERTED if surplus > 0 else REORDERED


class Audit:
    """One log under audit."""

    def __init__(self, read: Read, tree: Tree, held: Tree | None) -> None:
        self._files = Files(read, tree)
        self._tree = tree
        self._held = held
        self._growing = Growing(self._files.hash)
        self._continues = held is None or held.size == 0
        self._suspect: Found | None = None

    def found(self) -> Found | None:
        """Return the first thing that is not as it was."""
        tree, held = self._tree, self._held
        if held and held.size > tree.size:
            return Found(TRUNCATED, tree.size, held.size)
        for number in range(-(-tree.size // TILE)):
            found = self._bundle(number)
            if found and held and not self._continues and self._growing.size >= held.size:
                return Found(REWRITTEN, 0, held.size)
            if found:
                return self._above(self._growing.partial()) or found
        return self._end()

    def _end(self) -> Found | None:
        """Conclude, when every leaf and every tile that filled up has been looked at."""
        tree, held = self._tree, self._held
        self._above(self._growing.partial())
        is_signed = self._growing.root() == tree.root
        if is_signed and held and not self._continues:
            return Found(REWRITTEN, 0, held.size)
        if self._suspect and self._suspect.what == TILE_CHANGED and not is_signed:
            return self._suspect._replace(what=CHANGED)
        if self._suspect or is_signed:
            return self._suspect
        return Found(CHANGED, *self._unsure())

    def _bundle(self, number: int) -> Found | None:
        files, start = self._files, number * TILE
        derived, stored = files.leaves(number), files.row(0, number)
        if derived is None:
            return Found(MISSING, start, start + 1, files.bundle(number))
        if stored is None:
            return Found(TILE_MISSING, start, start + 1, files.tile(0, number))
        if derived != stored or len(derived) != files.width(0, number):
            return self._difference(number, derived, stored)
        for leaf in derived:
            self._above(self._growing.add(leaf))
            if self._held and self._growing.size == self._held.size:
                self._continues = self._growing.root() == self._held.root
        return None

    def _above(self, tiles: list[tuple[int, int, list[bytes]]]) -> Found | None:
        """Compare derived tiles above the leaves, full or not yet, with those that lie there."""
        for level, number, row in tiles:
            if level == 0:
                continue
            stored, leaves = self._files.row(level, number), TILE**level
            start, path = number * TILE * leaves, self._files.tile(level, number)
            is_whole = len(row) == self._files.width(level, number)
            if stored is None:
                found = Found(TILE_MISSING, start, start + 1, path)
            elif stored == row or (not is_whole and stored[: len(row)] == row):
                continue
            else:
                start += parting(stored, row) * leaves
                found = Found(TILE_CHANGED, start, start + leaves, path)
            if self._suspect is None or found.end <= self._suspect.start:
                self._suspect = found
        return self._suspect

    def _difference(self, number: int, derived: list[bytes], stored: list[bytes]) -> Found:
        """Find out which is wrong, entries or tile, and what was done."""
        files, width = self._files, self._files.width(0, number)
        at = number * TILE + parting(derived, stored)
        if len(derived) == width and (len(stored) != width or self._is_proven(number, derived)):
            return Found(TILE_CHANGED, at, at + 1, files.tile(0, number))
        path = files.bundle(number)
        if derived == stored:
            return Found(MISSING if len(derived) < width else INSERTED, *self._unsure(), path)
        what = done_to_entries(files.all_leaves(number), files.all_hashes(number))
        return Found(what, at, at + 1, path)

    def _is_proven(self, number: int, derived: list[bytes]) -> bool:
        """Say whether what lies above a leaf tile vouches for these leaves."""
        grown = copy.deepcopy(self._growing)
        full = [tile for leaf in derived for tile in grown.add(leaf)]
        if not full:
            return grown.root() == self._tree.root
        above = full[1][2] if len(full) > 1 else grown.partial()[0][2]
        stored = self._files.row(1, number // TILE) or []
        return stored[number % TILE : number % TILE + 1] == above[-1:]

    def _unsure(self) -> tuple[int, int]:
        held = self._held.size if self._held else 0
        if held and not self._continues and self._growing.size >= held:
            return 0, held
        return (held if self._growing.size >= held else 0), self._tree.size


def told_by(entry: bytes) -> dict[str, Any]:
    """Return what an entry says; nothing where it is none."""
    try:
        read = json.loads(entry)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def size_in(word: dict[str, Any]) -> int:
    """Return the size of which a word of the log speaks; one that no log has, if it is no word."""
    data = word.get("data")
    size = data.get("size") if isinstance(data, dict) else None
    return size if isinstance(size, int) else -1


def roots_at(files: Files, sizes: set[int]) -> dict[int, bytes]:
    """Return the roots at earlier sizes, grown once from the hashes of the tiles."""
    growing, roots = Growing(files.hash), dict[int, bytes]()
    for leaf in files.all_hashes(0):
        growing.add(leaf)
        if growing.size in sizes:
            roots[growing.size] = growing.root()
    return roots


class Words:
    """What a log says of itself in its entries: heads of all streams, roots of both trees."""

    def __init__(self, files: Files, tree: Tree) -> None:
        self._files = files
        self._tree = tree

    def first_false(self, said: Said) -> int | None:
        """Return the index of the first word that is not so, after telling what was checked."""
        words: list[tuple[int, dict[str, Any]]] = []
        for index, entry in enumerate(self._files.entries()):
            if WORD_MARK in entry and str((read := told_by(entry)).get("type")).startswith(WORDS):
                words.append((index, read))
        newest = max((at for at, one in words if one["type"].startswith(WORDS[0])), default=-1)
        roots = roots_at(self._files, {size_in(one) for _, one in words})
        for index, one in words:
            try:
                is_so = self._is_so(index, one, roots, is_newest=index == newest)
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
                is_so = False
            if not is_so:
                return index
        if words:
            said.good(
                f"日志自述的树根 {sum(one['type'].startswith(WORDS[1]) for _, one in words)} 处、"
                "最新流头均与条目相符",
                "the roots that the log says of itself, and its newest heads of streams, are what "
                "its entries give",
            )
        return None

    def _is_so(
        self, index: int, one: dict[str, Any], roots: dict[int, bytes], *, is_newest: bool
    ) -> bool:
        data, size = one["data"], size_in(one)
        if not 0 < size <= index:
            return False
        if one["type"].startswith(WORDS[1]):
            told = data["sha256_root" if self._files.hash is sha256 else "root"]
            return roots[size].hex() == str(told)
        return not is_newest or self._heads(size) == (data["streams"], data["root"])

    def _heads(self, size: int) -> tuple[int, str]:
        """Return how many streams there were, and the root over their last entries."""
        last: dict[bytes, bytes] = {}
        for entry in islice(self._files.entries(), size):
            read = told_by(entry)
            if not read:
                continue  # it is of no stream
            name, version = read["subject"].encode(), int(read["streamversion"])
            head = len(name).to_bytes(2, "big") + name + version.to_bytes(8, "big")
            last[name] = head + sha256(b"\0" + entry)
        growing = Growing(sha256)
        for name in sorted(last):
            growing.add(sha256(b"\0" + last[name]))
        return len(last), growing.root().hex()


def check_log(read: Read, policy: Policy, held: Tree | None, said: Said) -> Tree | None:
    """Check a log in files, against a checkpoint held from before if there is one.

    Returns:
        Its tree; None where an entry, a tile or the root is not as it was.
    """
    data = read("checkpoint")
    if data is None:
        raise Bad("检查点缺失", "the checkpoint is missing")
    tree = believed(data, policy, said)
    if held and held.origin != tree.origin:
        raise Bad("所持检查点属于另一日志", "the checkpoint held is of another log")
    found = Audit(read, tree, held).found()
    if found is None:
        said.good(
            f"{tree.size} 条逐条重算：叶、各层瓦片与根均相符",
            f"{tree.size} entries hashed again: leaves, tiles of all levels and the root agree",
        )
        if held:
            said.good(
                f"延续所持检查点（{held.size} 条）",
                f"continues the checkpoint held ({held.size} entries)",
            )
        false = Words(Files(read, tree), tree).first_false(said)
        if false is not None:
            said.wrong(
                f"第 {false + 1} 位：日志在此载明的流头或树根与其条目不符",
                f"position {false + 1}: what the log says here of its own heads or roots is not "
                "what its entries give",
            )
        return tree
    first, last = found.start + 1, found.end
    path = f"（{found.path}）" if found.path else ""
    where = (f"第 {first} 位", f"position {first}")
    if last > first:
        where = (f"第 {first} 至 {last} 位之间", f"between positions {first} and {last}")
    zh, en = found.what
    said.wrong(f"{where[0]}：{zh}{path}", f"{where[1]}: {en} {found.path}".rstrip())
    return None
