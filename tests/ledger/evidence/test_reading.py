from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import SHA256, SM3, Hashing
from ledger.evidence.reading import (
    DirectoryReader,
    TileHashes,
    hashes_of,
    read_leaves,
    read_tile,
    tiles_for,
)
from ledger.evidence.tiles import Bundle, RightEdge, Tile
from ledger.evidence.tree import (
    Node,
    consistency_holds,
    consistency_proof,
    consistency_spans,
    inclusion_holds,
    inclusion_proof,
    inclusion_spans,
)
from ledger.evidence.writing import write_log
from tests.ledger.evidence.logs import MemoryLog
from tests.ledger.evidence.vectors import big_entries

SIZE = 66_048
SIZES = st.one_of(st.integers(1, 65_536), st.just(SIZE))
"""Sizes whose tiles lie in the log of ``SIZE``, whole or cut from full ones."""

ENTRIES = [entry for entry, _ in zip(big_entries(), range(SIZE), strict=False)]


@pytest.fixture(scope="module", params=[SHA256, SM3], ids=lambda hashing: hashing.name)
def hashing(request: pytest.FixtureRequest) -> Hashing:
    chosen: Hashing = request.param
    return chosen


@pytest.fixture(scope="module")
def leaves(hashing: Hashing) -> list[bytes]:
    return hashing.leaves(ENTRIES)


@pytest.fixture(scope="module")
def log(hashing: Hashing) -> MemoryLog:
    log = MemoryLog()
    write_log(ENTRIES, log.files.__setitem__, hashing)
    return log


def root_at(leaves: list[bytes], size: int, hashing: Hashing) -> bytes:
    edge = RightEdge(hashing)
    edge.extend(b"".join(leaves[:size]))
    return edge.root()


@settings(max_examples=15)
@given(SIZES, st.data())
def test_proofs_read_from_tiles_hold_at_every_size(
    log: MemoryLog, leaves: list[bytes], hashing: Hashing, size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    read, root = hashes_of(log, size, hashing), root_at(leaves, size, hashing)

    proof = inclusion_proof(hashing, index, size, read)
    assert inclusion_holds(hashing, leaves[index], index, size, root, proof)
    proof = consistency_proof(hashing, old, size, read)
    before = root_at(leaves, old, hashing)
    assert consistency_holds(hashing, old, size, before, root, proof)


def test_the_tiles_that_a_proof_needs_are_told_beforehand(log: MemoryLog, hashing: Hashing) -> None:
    for spans in (inclusion_spans(300, SIZE), consistency_spans(777, SIZE)):
        asked: list[Tile] = []

        def tile(place: Tile, asked: list[Tile] = asked) -> bytes:
            asked.append(place)
            return log.files[place.path]

        read = TileHashes(SIZE, tile, hashing)
        if spans == inclusion_spans(300, SIZE):
            inclusion_proof(hashing, 300, SIZE, read)
        else:
            consistency_proof(hashing, 777, SIZE, read)
        assert sorted(asked) == tiles_for(spans, SIZE)


def test_a_tile_is_read_once_for_many_proofs(log: MemoryLog, hashing: Hashing) -> None:
    read = hashes_of(log, SIZE, hashing)
    log.asked.clear()
    for index in range(512, 768):
        inclusion_proof(hashing, index, SIZE, read)

    assert len(log.asked) == len(set(log.asked)) <= 5


def test_no_more_tiles_are_kept_than_there_is_place_for(
    log: MemoryLog, leaves: list[bytes], hashing: Hashing
) -> None:
    read = hashes_of(log, SIZE, hashing)
    for index in [*range(0, SIZE, 200), 0]:
        assert read(Node(0, index)) == leaves[index]


def test_a_partial_tile_that_is_gone_is_cut_from_the_full_one(log: MemoryLog) -> None:
    assert read_tile(log, Tile(0, 3, 5)) == log.files["tile/0/003"][: 5 * 32]
    assert read_leaves(log, Bundle(3, 5)) == SHA256.leaves(ENTRIES[768:773])
    assert read_tile(log, Tile(0, 300, 5)) is None
    assert read_leaves(log, Bundle(300)) is None


def test_a_missing_tile_and_one_of_another_length_are_told(hashing: Hashing) -> None:
    log = MemoryLog()
    write_log(ENTRIES[:300], log.files.__setitem__, hashing)

    del log.files["tile/1/000.p/1"]
    with pytest.raises(Malformed, match=r"tile/1/000\.p/1 is missing"):
        inclusion_proof(hashing, 299, 300, hashes_of(log, 300, hashing))
    log.files["tile/0/001.p/44"] += b"x"
    with pytest.raises(Malformed, match="1409 bytes, not 1408"):
        inclusion_proof(hashing, 299, 300, hashes_of(log, 300, hashing))


def test_a_log_is_read_from_a_directory(tmp_path: Path) -> None:
    def write(path: str, data: bytes) -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)

    size, root = write_log(ENTRIES[:300], write)
    reader = DirectoryReader(tmp_path)
    proof = inclusion_proof(SHA256, 7, size, hashes_of(reader, size))

    assert inclusion_holds(SHA256, SHA256.leaf(ENTRIES[7]), 7, size, root, proof)
    assert reader.read("tile/0/007") is None
    with pytest.raises(IsADirectoryError):
        reader.read("tile")
