"""A record behaves as a frozen dataclass, though less of it is compiled."""

from dataclasses import FrozenInstanceError, dataclass, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.facts import record


@record
class Pair:
    """Two values."""

    one: int
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """The same, as a dataclass of the library's."""

    one: int
    other: tuple[str, ...] = ()


@record
class Longer(Pair):
    """One more."""

    last: str = ""


@record
class Single:
    """One value."""

    only: str


@record
class Empty:
    """None."""


VALUES = st.tuples(st.integers(0, 2), st.lists(st.sampled_from("ab"), max_size=2).map(tuple))


@given(VALUES, VALUES)
def test_records_are_equal_and_hashed_as_a_dataclass_of_their_fields_is(
    first: tuple[int, tuple[str, ...]], second: tuple[int, tuple[str, ...]]
) -> None:
    one, two = (Pair(one=a, other=b) for a, b in (first, second))
    twins = [Twin(one=a, other=b) for a, b in (first, second)]

    assert (one == two) == (twins[0] == twins[1])
    assert hash(one) == hash(twins[0])
    assert repr(one) == repr(twins[0]).replace("Twin", "Pair")


def test_records_of_two_kinds_are_never_equal() -> None:
    assert Pair(one=1) != Longer(one=1)
    twin: object = Twin(one=1)
    assert Pair(one=1) != twin
    assert Longer(one=1, last="a") != Longer(one=1, last="b")
    assert Single(only="a") != Single(only="b")
    assert {Empty(), Empty()} == {Empty()}


def test_a_record_is_taken_apart_and_put_together_and_never_changed() -> None:
    pair = Pair(one=1)

    assert [one.name for one in fields(Longer)] == ["one", "other", "last"]
    assert replace(pair, one=2) == Pair(one=2)
    with pytest.raises(FrozenInstanceError):
        pair.one = 2  # type: ignore[misc]  # that is what is refused
    assert not hasattr(pair, "__dict__")
