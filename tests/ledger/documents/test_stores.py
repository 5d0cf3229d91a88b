"""A store keeps what has the digest that it was announced under, whole or not at all."""

import errno
import os
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ledger.documents.directory import INCOMING, DirectoryStore
from ledger.documents.incoming import DigestMismatch, TooLong
from ledger.documents.place import store_at
from ledger.documents.store import DocumentStore, NoSuchDocument, Stored, StoreUnusable
from tests.ledger.documents.ports import free_port

PAPER = b"\x89scan" * 1000
DIGEST = sha256(PAPER).hexdigest()


def bring(store: DocumentStore, data: bytes, digest: str = DIGEST, step: int = 999) -> Stored:
    with store.receive(digest) as incoming:
        for at in range(0, len(data), step):
            incoming.write(data[at : at + step])
        return store.keep(incoming)


def files_below(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


def test_a_file_comes_back_as_it_was_brought(store: DocumentStore) -> None:
    assert store.octets(DIGEST) is None
    assert bring(store, PAPER) == Stored(len(PAPER), new=True)
    assert store.octets(DIGEST) == len(PAPER)
    assert b"".join(store.read(DIGEST)) == PAPER


def test_a_file_that_is_there_is_not_new(store: DocumentStore) -> None:
    bring(store, PAPER)
    assert bring(store, PAPER) == Stored(len(PAPER), new=False)


def test_an_empty_file_is_a_file(store: DocumentStore) -> None:
    digest = sha256(b"").hexdigest()
    assert bring(store, b"", digest) == Stored(0, new=True)
    assert b"".join(store.read(digest)) == b""


def test_many_bring_files_at_once_and_none_is_in_the_way_of_another(store: DocumentStore) -> None:
    papers = {sha256(data).hexdigest(): data for data in (b"%d" % n for n in range(200))}
    with ThreadPoolExecutor(8) as pool:
        kept = pool.map(lambda one: bring(store, papers[one], one), papers)
        assert [one.new for one in kept] == [True] * len(papers)
    assert {b"".join(store.read(one)) for one in papers} == set(papers.values())


def test_another_file_than_was_announced_is_refused_and_nothing_is_kept(
    store: DocumentStore,
) -> None:
    with pytest.raises(DigestMismatch) as refused:
        bring(store, PAPER + b"x")
    assert DIGEST in refused.value.message.en
    assert store.octets(DIGEST) is None
    with pytest.raises(NoSuchDocument):
        list(store.read(DIGEST))


def test_a_file_is_removed_once(store: DocumentStore) -> None:
    bring(store, PAPER)
    assert store.remove(DIGEST)
    assert not store.remove(DIGEST)
    assert store.octets(DIGEST) is None


def test_what_is_not_brought_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    with pytest.raises(DigestMismatch):
        bring(store, PAPER[:-1])
    with store.receive(DIGEST) as incoming:
        incoming.write(PAPER)
    assert files_below(tmp_path) == []


def test_a_damaged_file_is_replaced_by_the_right_one_and_counts_as_new(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    bring(store, PAPER)
    (place,) = (one for one in tmp_path.rglob(DIGEST))
    place.write_bytes(PAPER[:-1])
    assert bring(store, PAPER) == Stored(len(PAPER), new=True)
    assert b"".join(store.read(DIGEST)) == PAPER


def test_a_file_is_durable_before_its_name_is_and_both_before_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    replace, fsync = Path.replace, os.fsync

    def watched(held: int) -> None:
        done.append(Path(f"/proc/self/fd/{held}").resolve().name)
        fsync(held)

    def moved(one: Path, other: Any) -> Path:  # noqa: ANN401 - a path
        done.append("moved")
        return replace(one, other)

    monkeypatch.setattr(os, "fsync", watched)
    monkeypatch.setattr(Path, "replace", moved)
    bring(DirectoryStore(tmp_path), PAPER)
    spooled, *after = done
    assert spooled not in {"moved", DIGEST[:2]}
    assert after == ["moved", DIGEST[:2], tmp_path.name]


def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnusable):
        bring(DirectoryStore(tmp_path), PAPER)
    assert files_below(tmp_path) == []


def test_a_directory_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    place = tmp_path / "documents"
    place.write_text("in the way")
    with pytest.raises(StoreUnusable):
        DirectoryStore(place).receive(DIGEST)


def test_what_somebody_left_half_brought_is_cleared_after_a_day(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    bring(store, PAPER)
    for name, age in (("old", 2 * 86_400), ("new", 60)):
        left = tmp_path / INCOMING / name
        left.write_bytes(b"half")
        at = left.stat().st_mtime - age
        os.utime(left, (at, at))
    with store.receive(DIGEST):
        pass
    assert files_below(tmp_path / INCOMING) == ["new"]


def test_a_file_longer_than_any_document_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.documents.incoming.OCTETS_MAX", 4000)
    with pytest.raises(TooLong):
        bring(DirectoryStore(tmp_path), PAPER)
    assert files_below(tmp_path) == []


def test_a_long_file_passes_in_pieces_through_little_memory(store: DocumentStore) -> None:
    piece = bytes(1 << 20)
    whole = sha256()
    for _ in range(48):
        whole.update(piece)
    tracemalloc.start()
    with store.receive(whole.hexdigest()) as incoming:
        for _ in range(48):
            incoming.write(piece)
        store.keep(incoming)
    assert sum(map(len, store.read(whole.hexdigest()))) == 48 << 20
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 << 20


def test_a_service_that_does_not_answer_is_told_without_its_address_and_secret() -> None:
    store = store_at(f"s3://key:se-cret@127.0.0.1:{free_port()}/papers?region=here&tls=no")
    with pytest.raises(StoreUnusable) as told:
        store.octets(DIGEST)
    assert "se-cret" not in str(told.value)
    assert "127.0.0.1" not in str(told.value)
