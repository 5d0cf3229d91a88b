from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.hashes import SHA256
from ledger.evidence.stream_heads import (
    VERSION_MAX,
    Absent,
    Head,
    HeadsRoot,
    Placed,
    StreamHeads,
    check_absent,
    check_complete,
    check_head,
)
from ledger.evidence.tree import tree_root

NAMES = st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=40)


def head(name: str, version: int = 3) -> Head:
    return Head(name, version, sha256(name.encode()).digest())


def placed(heads: StreamHeads, name: str) -> Placed:
    found = heads.prove(name)
    assert isinstance(found, Placed)
    return found


def absent(heads: StreamHeads, name: str) -> Absent:
    found = heads.prove(name)
    assert isinstance(found, Absent)
    return found


def test_a_head_is_encoded_with_lengths_so_that_no_two_are_alike() -> None:
    assert Head("a/1", 258, b"l" * 32).encoded() == (b"\0\3a/1" + b"\0\0\0\0\0\0\1\2" + b"l" * 32)
    assert Head("流/1", 1, b"l" * 32).encoded()[:2] == b"\0\5"


def test_the_root_is_that_of_the_heads_sorted_by_their_names() -> None:
    heads = StreamHeads(9, [head("b"), head("a"), head("é"), head("z")])
    leaves = [SHA256.leaf(head(name).encoded()) for name in ("a", "b", "z", "é")]

    assert heads.root == HeadsRoot(9, 4, tree_root(SHA256, leaves))
    assert StreamHeads(0, []).root == HeadsRoot(0, 0, SHA256.empty)


@settings(max_examples=200)
@given(NAMES, st.text(min_size=1, max_size=8))
def test_each_stream_is_proven_or_its_absence_is(names: list[str], other: str) -> None:
    heads = StreamHeads(99, map(head, names))

    for name in names:
        found = placed(heads, name)
        assert found.head == head(name)
        check_head(found, heads.root)
    if other in names:
        check_head(placed(heads, other), heads.root)
    else:
        check_absent(other, absent(heads, other), heads.root)


MANY = StreamHeads(10_000, [head(f"s/{number:04d}") for number in range(0, 1400, 2)])


@given(st.integers(0, 699), st.sampled_from(["stream", "version", "leaf"]))
def test_another_head_than_the_signed_one_is_not_believed(number: int, part: str) -> None:
    found = placed(MANY, f"s/{2 * number:04d}")
    heads = {
        "stream": found.head._replace(stream="s/x"),
        "version": found.head._replace(version=2),
        "leaf": found.head._replace(leaf=bytes(32)),
    }
    forged = replace(found, head=heads[part])

    with pytest.raises(Refuted):
        check_head(forged, MANY.root)
    with pytest.raises(Refuted):
        check_head(replace(found, index=found.index ^ 1), MANY.root)
    with pytest.raises(Refuted):
        check_head(found, replace(MANY.root, count=2000))


@given(st.integers(0, 699))
def test_absence_is_shown_by_neighbours_and_by_nothing_else(number: int) -> None:
    name = f"s/{2 * number + 1:04d}"
    shown = absent(MANY, name)
    check_absent(name, shown, MANY.root)
    before = shown.before
    assert before is not None

    wrong = [Absent(None, shown.after), Absent(before, None), Absent(None, None)]
    if shown.after is None:
        wrong.remove(Absent(before, None))
    if before.index > 0:
        wrong.append(Absent(placed(MANY, f"s/{2 * number - 2:04d}"), shown.after))
    for one in wrong:
        with pytest.raises(Refuted):
            check_absent(name, one, MANY.root)
    for other in (before.head.stream, "a", "z"):
        if other == "z" and shown.after is None:
            continue
        with pytest.raises(Refuted):
            check_absent(other, shown, MANY.root)


def test_a_stream_that_exists_cannot_be_shown_absent() -> None:
    left, right = placed(MANY, "s/0002"), placed(MANY, "s/0006")

    for shown in (Absent(left, placed(MANY, "s/0004")), Absent(left, right)):
        with pytest.raises(Refuted):
            check_absent("s/0004", shown, MANY.root)


def test_absence_before_the_first_and_beyond_the_last_is_shown_by_one() -> None:
    first, last = absent(MANY, "a"), absent(MANY, "z")

    assert first.before is None
    assert last.after is None
    check_absent("a", first, MANY.root)
    check_absent("z", last, MANY.root)
    check_absent("a", Absent(None, None), StreamHeads(0, []).root)
    with pytest.raises(Refuted):
        check_absent("a", Absent(None, None), MANY.root)


def test_a_trail_that_leaves_out_an_entry_is_not_complete() -> None:
    leaves = [sha256(b"%d" % number).digest() for number in range(3)]
    heads = StreamHeads(50, [Head("class/1", 3, leaves[-1]), head("class/2")])
    proof = placed(heads, "class/1")

    check_complete(leaves, "class/1", proof, heads.root)
    for wrong in (leaves[:2], leaves[1:], [*leaves, leaves[0]], [*leaves[:2], bytes(32)]):
        with pytest.raises(Refuted, match="not all of the stream"):
            check_complete(wrong, "class/1", proof, heads.root)
    with pytest.raises(Refuted):
        check_complete(leaves, "class/2", proof, heads.root)
    with pytest.raises(Refuted):
        check_complete(leaves, "class/1", proof, replace(heads.root, root=bytes(32)))


def test_a_stream_has_one_head() -> None:
    with pytest.raises(ValueError, match="one head"):
        StreamHeads(5, [head("a"), head("a", 4)])


@pytest.mark.parametrize(
    "one",
    [
        Head("", 1, bytes(32)),
        Head("a" * 65_536, 1, bytes(32)),
        Head("a", 0, bytes(32)),
        Head("a", VERSION_MAX + 1, bytes(32)),
        Head("a", 1, bytes(31)),
    ],
)
def test_a_head_out_of_range_is_refused(one: Head) -> None:
    with pytest.raises(Malformed):
        StreamHeads(5, [one])
