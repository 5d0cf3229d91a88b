"""Live, rebuilt and as of then, a read model is the same rows: those that plain folds give."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.catalogue import MODELS, folds, model
from projections.digest import digest_at, digest_now
from projections.model import Moment
from projections.rebuilding import rebuild_parts
from projections.run import rebuild
from tests.projections.chance import by_chance
from tests.projections.conftest import Mirror
from tests.projections.oracles import ORACLES

EXAMPLES = 20
STEPS_MAX = 150
# A seed shrinks to nothing readable, but spreads the worlds wide; their lengths shrink.
worlds = st.builds(Random, st.integers(0, 2**32 - 1))
shares = st.floats(0, 1)
cutting = st.lists(shares, max_size=6)
lengths = st.integers(0, STEPS_MAX)


def test_every_read_model_has_an_oracle() -> None:
    assert {one.name for one in MODELS} == set(ORACLES)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds, steps=lengths, cuts=cutting, then=shares)
def test_rows_are_the_same_however_they_come_about(
    mirror: Mirror, world: Random, steps: int, cuts: list[float], then: float
) -> None:
    log = by_chance(world, steps).entries
    mirror.empty()
    mirror.write(log)

    reached = mirror.fold(int(cut * len(log)) for cut in cuts)

    assert reached == len(log)
    earlier = Moment(int(then * len(log)))
    for one in MODELS:
        whole, part = ORACLES[one.name](log), ORACLES[one.name](log[: earlier.until])
        if one.kept:
            assert mirror.rows(one) == whole, f"{one.name}, live"
        assert mirror.rows_then(one, Moment(reached)) == whole, f"{one.name}, as of now"
        assert mirror.rows_then(one, earlier) == part, f"{one.name}, as of {earlier.until}"


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds, steps=lengths, cuts=cutting)
def test_digests_are_the_same_however_rows_come_about(
    mirror: Mirror, world: Random, steps: int, cuts: list[float]
) -> None:
    log = by_chance(world, steps).entries
    mirror.empty()
    mirror.write(log)
    reached = mirror.fold(int(cut * len(log)) for cut in cuts)
    live = {one.name: digest_now(mirror.connection, one) for one in MODELS}

    for one in MODELS:
        assert digest_at(mirror.connection, one, Moment(reached)) == live[one.name]
        rebuild(mirror.connection, one)
        assert digest_now(mirror.connection, one) == live[one.name], f"{one.name}, from the parts"
    rebuild_parts(mirror.conninfo, folds(), entries_in="beside")
    for one in MODELS:
        assert digest_now(mirror.connection, one) == live[one.name], f"{one.name}, from the log"


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_one_row_as_of_then_is_the_row_among_all(mirror: Mirror, name: str) -> None:
    one = model(name)
    if not one.kept:
        pytest.skip("does not apply: the trail is asked by kind and id")
    mirror.empty()
    mirror.write(by_chance(Random(7), 120).entries)  # noqa: S311 - a world to be told again
    reached = mirror.fold()
    for until in (reached // 3, reached):
        everybody = mirror.rows_then(one, Moment(until))
        for key, row in everybody.items():
            statement = one.as_of(Moment(until), [row[one.key]])
            assert mirror._told(one, statement)[key] == row  # noqa: SLF001 - the same reading
