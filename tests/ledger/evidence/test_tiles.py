from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import HASH_BYTES, SHA256, SM3, Hashing
from ledger.evidence.tiles import (
    ENTRY_BYTES_MAX,
    WIDTH,
    Bundle,
    RightEdge,
    Tile,
    bundles_of,
    completed,
    decode_bundle,
    encode_bundle,
    partials,
    path_of,
    tile_of,
    tiles_of,
    whole_entries,
    width_at,
)
from ledger.evidence.tree import Frontier, Node, split
from ledger.evidence.writing import write_log
from tests.ledger.evidence.vectors import BIG_ROOT, BIG_SIZE, big_entries

NUMBERS = {0: "000", 5: "005", 67: "067", 1067: "x001/067", 1234067: "x001/x234/067"}
SIZES = st.one_of(st.integers(0, 1000), st.integers(0, 2**40))


def leaf_row(count: int, hashing: Hashing = SHA256) -> bytes:
    return b"".join(hashing.leaves(b"%d" % number for number in range(count)))


@pytest.mark.parametrize(("number", "path"), NUMBERS.items())
def test_a_number_is_spelled_in_groups_of_three(number: int, path: str) -> None:
    assert path_of(number) == path
    assert Tile(1, number).path == f"tile/1/{path}"
    assert Bundle(number, 7).path == f"tile/entries/{path}.p/7"


@given(st.integers(0, 63), st.integers(0, 2**55), st.integers(1, 256))
def test_a_path_is_read_as_what_it_was_made_of(level: int, number: int, width: int) -> None:
    assert Tile.parse(Tile(level, number, width).path) == Tile(level, number, width)
    assert Bundle.parse(Bundle(number, width).path) == Bundle(number, width)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/067",
        "tile/0/067/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/-1/000",
        "tile/0/../000",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/000\n",
        f"tile/0/{'x999/' * 7}999",
        "",
    ],
)
def test_no_other_spelling_is_the_path_of_a_tile(path: str) -> None:
    with pytest.raises(Malformed):
        Tile.parse(path)
    with pytest.raises(Malformed):
        Bundle.parse(path.replace("tile/0/", "tile/entries/"))


def test_a_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    tiles = list(tiles_of(BIG_SIZE))

    assert [t.path for t in tiles if t.width < WIDTH or t.level > 0] == [
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert sum(tile.level == 0 and tile.width == WIDTH for tile in tiles) == 273
    assert [tile.path for tile in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert list(tiles_of(0)) == []


@given(SIZES)
def test_partial_tiles_are_as_wide_as_the_specification_says(size: int) -> None:
    for tile in partials(size):
        assert tile.width == size // 256**tile.level % 256 == width_at(size, *tile[:2])
    assert {tile.level for tile in partials(size)} == {
        level for level in range(8) if size // 256**level % 256
    }


@given(st.integers(0, 200_000), st.integers(0, 2000))
def test_what_a_growth_completes_is_what_was_not_full_before(old: int, more: int) -> None:
    before = {tile for tile in tiles_of(old) if tile.width == WIDTH}
    after = {tile for tile in tiles_of(old + more) if tile.width == WIDTH}

    assert sorted(completed(old, old + more)) == sorted(after - before)


@given(SIZES.filter(bool), st.data())
def test_bundles_lie_below_the_tiles_of_level_0(size: int, data: st.DataObject) -> None:
    size %= 100_000
    start = data.draw(st.integers(0, size))
    bundles = list(bundles_of(size, start))

    assert [(b.number, b.width) for b in bundles] == [
        (tile.number, tile.width)
        for tile in tiles_of(size)
        if tile.level == 0 and (tile.number + 1) * WIDTH > start
    ][: len(bundles)]
    assert sum(b.width for b in bundles) == size - start // WIDTH * WIDTH or not bundles


@given(st.lists(st.binary(max_size=300), max_size=WIDTH))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries)) == entries


def test_a_bundle_holds_the_longest_entry_and_no_longer_one() -> None:
    longest = b"x" * ENTRY_BYTES_MAX

    assert decode_bundle(encode_bundle([longest, b""])) == [longest, b""]
    with pytest.raises(ValueError, match="at most 65535"):
        encode_bundle([longest + b"x"])


@pytest.mark.parametrize(
    "data", [b"\0", b"\0\5four", b"\0\1a\0", b"\xff\xff", b"\0\0" * (WIDTH + 1)]
)
def test_bytes_that_do_not_end_where_an_entry_ends_are_no_bundle(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode_bundle(data)


def test_what_is_no_entry_is_told_apart_in_a_damaged_bundle() -> None:
    assert whole_entries(b"\0\1a\0\2b") == ([b"a"], b"\0\2b")
    assert whole_entries(b"\0\1a\0") == ([b"a"], b"\0")
    assert whole_entries(b"\0\1a") == ([b"a"], b"")
    assert whole_entries(b"") == ([], b"")


@pytest.mark.parametrize("hashing", [SHA256, SM3], ids=lambda hashing: hashing.name)
def test_a_tree_grown_by_tiles_is_the_tree_grown_by_leaves(hashing: Hashing) -> None:
    leaves = leaf_row(700, hashing)
    edge, frontier = RightEdge(hashing), Frontier(hashing)
    for leaf in split(leaves):
        edge.extend(leaf)
        frontier.push(leaf)
        assert edge.hashes() == frontier.hashes()
    assert (edge.size, edge.root()) == (700, frontier.root())


@settings(max_examples=60)
@given(st.lists(st.integers(0, 1500), max_size=6))
def test_an_edge_gives_each_tile_once_however_it_grows(steps: list[int]) -> None:
    leaves = leaf_row(sum(steps))
    edge, found, at = RightEdge(), [], 0
    for step in steps:
        before = edge.size
        new = edge.extend(leaves[at * HASH_BYTES : (at + step) * HASH_BYTES])
        at += step
        assert [tile for tile, _ in new] == list(completed(before, edge.size))
        edge = RightEdge(SHA256, edge.size, edge.rows())
        found += new

    whole = RightEdge()
    assert sorted(found) == sorted(whole.extend(leaves))
    assert (whole.root(), whole.partials()) == (edge.root(), edge.partials())
    assert [tile for tile, _ in edge.partials()] == partials(at)


def test_the_hashes_of_a_tile_are_the_roots_of_what_lies_below() -> None:
    written: dict[str, bytes] = {}
    write_log(big_entries(), written.__setitem__)
    first = written["tile/1/000"]

    for number in (0, 1, 255):
        below = written[Tile(0, number).path]
        frontier = Frontier()
        frontier.extend(split(below))
        assert first[number * HASH_BYTES : (number + 1) * HASH_BYTES] == frontier.root()
    assert written["tile/2/000.p/1"] == SHA256.perfect_root(first)


@pytest.mark.parametrize(
    ("size", "rows"), [(0, [b""]), (1, []), (1, [b"x" * 31]), (256, [b""]), (256, [b"x" * 32])]
)
def test_rows_of_another_size_are_refused(size: int, rows: list[bytes]) -> None:
    with pytest.raises(Malformed):
        RightEdge(SHA256, size, rows)


def test_an_edge_takes_whole_hashes_only() -> None:
    with pytest.raises(Malformed):
        RightEdge().extend(b"x" * 33)


def test_the_big_tree_has_the_root_of_the_vector() -> None:
    written: dict[str, bytes] = {}
    size, root = write_log(big_entries(), written.__setitem__)

    assert (size, b64encode(root).decode()) == (BIG_SIZE, BIG_ROOT)
    assert set(written) == {
        *(tile.path for tile in tiles_of(BIG_SIZE)),
        *(bundle.path for bundle in bundles_of(BIG_SIZE)),
    }


def test_a_subtree_is_read_from_the_tile_that_holds_it() -> None:
    assert tile_of(Node(0, 69_999), BIG_SIZE) == Tile(0, 273, 112)
    assert tile_of(Node(7, 0), BIG_SIZE) == Tile(0, 0)
    assert tile_of(Node(8, 272), BIG_SIZE) == Tile(1, 1, 17)
    assert tile_of(Node(16, 0), BIG_SIZE) == Tile(2, 0, 1)
    with pytest.raises(ValueError, match="not full"):
        tile_of(Node(16, 1), BIG_SIZE)
