"""What came before its turn is held, given up in turn, and never lost or passed over."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from consumers.broker import Record
from consumers.projector.holding import Held

_offsets = count()


def record(position: int | bytes, partition: int = 0) -> Record:
    told = position if isinstance(position, bytes) else b"%d" % position
    return Record("t", partition, next(_offsets), b"k", b"v", {"position": told}, ())


def positions(batch: dict[int, list[Record]]) -> list[int]:
    return sorted(int(one.headers["position"]) for some in batch.values() for one in some)


def test_what_follows_the_mark_without_a_gap_is_given_up_and_the_rest_held() -> None:
    held = Held()
    held.add({0: [record(1), record(4), record(5)], 1: [record(2, 1), record(7, 1)]})

    assert positions(held.in_turn(0)) == [1, 2]
    assert len(held) == 3
    held.add({1: [record(3, 1)]})
    assert positions(held.in_turn(2)) == [4, 5]
    assert positions(held.all()) == [3, 7]
    assert len(held) == 0


def test_what_claims_no_position_and_what_comes_again_is_given_up_at_once() -> None:
    held = Held()
    held.add({0: [record(b"x"), record(2), record(9)]})

    (given_up,) = held.in_turn(5).values()
    assert [one.headers["position"] for one in given_up] == [b"x", b"2"]


@given(
    st.lists(st.integers(0, 2), min_size=1, max_size=40),
    st.lists(st.integers(1, 7), min_size=1, max_size=20),
)
def test_all_is_given_up_once_in_the_order_of_each_partition(
    owners: list[int], sizes: list[int]
) -> None:
    streams: dict[int, list[Record]] = {0: [], 1: [], 2: []}
    for position, owner in enumerate(owners, 1):
        streams[owner].append(record(position, owner))
    held, mark, told = Held(), 0, dict[int, list[int]]()
    turns = [(n % 3, size) for n, size in enumerate(sizes * (3 * len(owners)))]
    for partition, size in turns:
        some, streams[partition] = streams[partition][:size], streams[partition][size:]
        held.add({partition: some})
        for owner, records in held.in_turn(mark).items():
            numbers = [int(one.headers["position"]) for one in records]
            told.setdefault(owner, []).extend(numbers)
            mark = max(mark, *numbers)
    assert mark == len(owners)
    assert sorted(one for some in told.values() for one in some) == list(range(1, mark + 1))
    assert all(some == sorted(some) for some in told.values())


def test_what_tells_no_position_is_looked_at_first() -> None:
    held = Held()
    odd = [record(b"9" * 5_000), record(b"x"), record(1)]
    bare = record(1)._replace(headers={"position": None})  # type: ignore[dict-item]  # as it may come
    held.add({0: [*odd, bare]})

    assert len(held.in_turn(1)[0]) == 4
