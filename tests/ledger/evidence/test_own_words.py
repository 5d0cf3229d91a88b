"""What a log says of its own heads and roots, held against its entries."""

import pytest

from ledger.evidence.hashes import SHA256, SM3, Hashing
from ledger.evidence.own_words import Word, first_false, heads_of, word_of
from ledger.evidence.stream_heads import HeadsRoot
from ledger.evidence.tree import tree_root
from tests.ledger.evidence.auditing import COMMITTED, ENTRIES, HEADS, fact


def root_at(hashing: Hashing) -> dict[int, bytes]:
    return {size: tree_root(hashing, hashing.leaves(ENTRIES[:size])) for size in (5, 9, COMMITTED)}


def heads_at(size: int) -> HeadsRoot:
    return heads_of(ENTRIES[:size], size)


def roots(size: int, **changed: str) -> dict[str, object]:
    sm3, sha256 = root_at(SM3)[size].hex(), root_at(SHA256)[size].hex()
    return {"size": size, "root": sm3, "sha256_root": sha256, **changed}


def judged(*words: Word, hashing: Hashing = SHA256) -> int | None:
    return first_false(words, hashing, root_at(hashing).get, heads_at)


def test_the_heads_of_a_log_are_those_of_a_tree_over_its_last_entries() -> None:
    assert heads_at(COMMITTED) == HEADS.root
    assert heads_of([*ENTRIES[:3], b"nothing", b"[]"], 5) == heads_of(ENTRIES[:3], 5)


def test_a_word_is_told_from_what_only_looks_like_one() -> None:
    read = word_of(COMMITTED, ENTRIES[COMMITTED])
    assert read is not None
    assert judged(read) is None
    other = fact("a/1", 1, "", '{"type":"evidence.stream-heads.v1"}', "a.b.v1")
    for entry in (ENTRIES[0], other, b'"type":"evidence.s', b'["type":"evidence.s"]'):
        assert word_of(1, entry) is None


@pytest.mark.parametrize("hashing", [SHA256, SM3], ids=lambda one: one.name)
def test_each_tree_checks_its_own_root(hashing: Hashing) -> None:
    good = Word(9, "evidence.sm3-root.v1", roots(9))
    lie = Word(7, "evidence.sm3-root.v1", roots(5, root="00" * 32, sha256_root="00" * 32))

    assert judged(good, hashing=hashing) is None
    assert judged(lie, good, hashing=hashing) == 7
    one = roots(5, **{"sha256_root" if hashing is SM3 else "root": "00" * 32})
    assert judged(Word(7, "evidence.sm3-root.v1", one), hashing=hashing) is None


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"size": "5"},
        {"size": 0},
        {"size": -1},
        {"size": 10},
        {"size": 6, "root": "", "sha256_root": ""},
        {"size": 5},
        {"size": 5, "root": 1, "sha256_root": 1},
        {"size": 5, "root": "xyz", "sha256_root": "xyz"},
    ],
    ids=range(9),
)
def test_a_word_out_of_form_or_of_the_future_is_not_so(data: dict[str, object]) -> None:
    assert judged(Word(9, "evidence.sm3-root.v1", data)) == 9
    assert judged(Word(9, "evidence.stream-heads.v1", data)) == 9


def test_of_the_heads_the_newest_word_is_held_against_the_log() -> None:
    told: dict[str, object] = {"size": 9, "streams": 3, "root": heads_at(9).root.hex()}
    old = Word(9, "evidence.stream-heads.v1", told | {"streams": 4})
    new = Word(20, "evidence.stream-heads.v1", told)

    assert judged(old, new) is None
    assert judged(old) == 9
    assert judged(new, Word(21, "evidence.stream-heads.v1", told | {"root": "00" * 32})) == 21
