"""For those whom entries touched, indicators find what they find for everybody."""

from collections.abc import Iterable
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.model import Moment
from projections.risk.raising import Signal, run_indicators, touched_between
from tests.projections.chance import by_chance
from tests.projections.conftest import Mirror

worlds = st.builds(Random, st.integers(0, 2**32 - 1))


def told(signals: Iterable[Signal]) -> set[tuple[object, ...]]:
    """Return what identifies signals and what they say, but for how far they read."""
    return {
        (one.rule_id, one.subject, one.window, one.severity, one.evidence, one.values)
        for one in signals
    }


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds, steps=st.integers(20, 150), then=st.floats(0.1, 0.9))
def test_new_signals_are_those_of_the_subjects_touched(
    mirror: Mirror, world: Random, steps: int, then: float
) -> None:
    log = by_chance(world, steps).entries
    if not log:
        return
    mirror.empty()
    mirror.write(log)
    last = mirror.fold()
    middle = max(1, int(then * last))

    before = told(run_indicators(mirror.connection, Moment(middle)))
    everybody = told(run_indicators(mirror.connection, Moment(last)))
    touched = touched_between(mirror.connection, middle, last)
    some = told(run_indicators(mirror.connection, Moment(last), whom=touched))

    assert some <= everybody
    # Time passes for classes that nobody touched: their lag may end.
    late = {one for one in everybody - before - some if one[0] == "RI-18"}
    assert everybody - before - some == late
