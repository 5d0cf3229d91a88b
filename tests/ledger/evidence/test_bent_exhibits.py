"""Whatever is changed in an exhibit that bears on what it proves is found; the rest is known."""

import copy
import json  # noqa: TID251 - exhibits are read as anybody reads them
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.exhibit import Withheld
from ledger.evidence.hashes import SHA256
from ledger.evidence.verifier.documents import Exhibit
from ledger.evidence.verifier.notes import policy_of
from ledger.evidence.verifier.telling import Bad, Said
from tests.ledger.evidence.auditing import ENTRIES, exhibit_of
from tests.ledger.evidence.logs import POLICY_TEXT, signed_log

POLICY = policy_of(POLICY_TEXT.encode())
LABELS = (
    *(("about", "kind"), ("about", "id"), ("policy",)),
    *(("models", 0, "name"), ("models", 0, "position")),
)
"""What nothing in the file can vouch for: which policy counts is for the reader to say, and what
it is about, and what read models held, only a replay of the log can tell."""
LESS = (("about",), ("heads",), ("models",), ("models", 0), ("models", 0, "rows"))
"""What may be taken away as a whole: the exhibit then claims less."""

Path = tuple[str | int, ...]


def honest() -> dict[str, Any]:
    good = exhibit_of(signed_log(ENTRIES))
    hidden = good.entries[9]
    leaf = SHA256.leaf(hidden.body)
    told: dict[str, Any] = json.loads(
        bytes(
            type(good)(
                good.checkpoint,
                good.policy,
                [one for one in good.entries if one is not hidden],
                good.heads,
                good.models,
                [Withheld(hidden.index, "class/1", 10, leaf, hidden.path)],
                good.about,
            )
        )
    )
    return told


HONEST = honest()


def places(value: object, at: Path = ()) -> list[Path]:
    """Return the paths of everything in a JSON value."""
    found = [at]
    if isinstance(value, dict):
        return found + [place for key, one in value.items() for place in places(one, (*at, key))]
    if isinstance(value, list):
        return found + [place for n, one in enumerate(value) for place in places(one, (*at, n))]
    return found


PLACES = [place for place in places(HONEST) if place]
LEAVES = [
    place
    for place in PLACES
    if not any(place == other[: len(place)] and place != other for other in PLACES)
]


def parent(told: Any, place: Path) -> Any:  # noqa: ANN401 - JSON
    for key in place[:-1]:
        told = told[key]
    return told


def judged(told: object) -> bool:
    """Say whether an exhibit is relied on."""
    try:
        Exhibit(json.dumps(told).encode()).check(POLICY, Said(aloud=False))
    except Bad:
        return False
    return True


def test_the_honest_one_is_relied_on() -> None:
    assert judged(HONEST)


@settings(max_examples=400)
@given(st.sampled_from(LEAVES), st.integers(0, 2**16), st.integers(1, 9))
def test_a_value_that_is_changed_is_found(place: Path, at: int, by: int) -> None:
    told = copy.deepcopy(HONEST)
    within, key = parent(told, place), place[-1]
    was = within[key]
    if isinstance(was, int):
        within[key] = was + by
    else:
        spot = at % len(was)
        within[key] = was[:spot] + chr((ord(was[spot]) + by) % 0xD800) + was[spot + 1 :]

    assert judged(told) == (place in LABELS), place


@settings(max_examples=300)
@given(st.sampled_from(PLACES))
def test_something_that_is_left_out_is_found_unless_less_is_claimed(place: Path) -> None:
    told = copy.deepcopy(HONEST)
    del parent(told, place)[place[-1]]

    if place in LESS:
        assert judged(told), place
    elif place in LABELS:
        return  # a label less: the exhibit is out of form, or names less
    else:
        assert not judged(told), place


@settings(max_examples=200)
@given(st.sampled_from(["entries", "nodes"]), st.lists(st.integers(0, 99), min_size=2, max_size=2))
def test_two_that_changed_places_or_stand_twice_are_found(what: str, both: list[int]) -> None:
    one, other = (number % len(HONEST[what]) for number in both)
    told = copy.deepcopy(HONEST)
    if one == other:
        told[what].insert(one, told[what][one])
        assert not judged(told)
        return
    first, second = told[what][one], told[what][other]
    if what == "entries":
        first["body"], second["body"] = second["body"], first["body"]
    else:
        told[what][one], told[what][other] = second, first

    assert not judged(told)


def test_what_an_exhibit_does_not_say_of_itself_is_told() -> None:
    told = copy.deepcopy(HONEST)
    del told["about"]
    said = Said(aloud=False)

    Exhibit(json.dumps(told).encode()).check(POLICY, said)

    assert any("未说明" in zh for _, zh, _ in said.told)
