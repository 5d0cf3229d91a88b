from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from ledger.clock import SHANGHAI, SimulatedClock, SystemClock, in_shanghai, shanghai_date
from ledger.ids import SeededIds, SystemIds, new_id

NOON = datetime(2024, 5, 6, 12, 0, tzinfo=SHANGHAI)


def test_an_id_is_a_uuid_of_version_7_that_begins_with_the_time() -> None:
    made = new_id(SimulatedClock(NOON))
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(NOON.timestamp() * 1000)


def test_ids_grow_though_the_clock_stands_still() -> None:
    ids = SystemIds(SimulatedClock(NOON))
    made = [ids.new() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_ids_of_many_threads_differ() -> None:
    clock = SystemClock()
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: new_id(clock), range(5_000)))
    assert len(set(made)) == 5_000


def test_ids_of_a_seed_are_the_same_twice_and_of_another_seed_others() -> None:
    def made(seed: str) -> list[object]:
        clock = SimulatedClock(NOON)
        ids = SeededIds(seed, clock)
        first = [ids.new() for _ in range(3)]
        clock.advance(timedelta(days=1))
        return [*first, ids.new()]

    assert made("7") == made("7")
    assert not set(made("7")) & set(made("8"))
    assert made("7") == sorted(made("7"))  # type: ignore[type-var]  # wrong on purpose


def test_a_simulated_clock_never_runs_back() -> None:
    clock = SimulatedClock(NOON)
    clock.advance(timedelta(hours=1))
    with pytest.raises(ValueError, match="run back"):
        clock.set(NOON)
    assert clock.now() == NOON + timedelta(hours=1)


def test_the_clock_of_the_machine_shows_shanghai() -> None:
    assert SystemClock().now().utcoffset() == timedelta(hours=8)


def test_the_date_in_shanghai_is_ahead_of_the_date_in_greenwich() -> None:
    assert shanghai_date(datetime(2024, 5, 5, 16, 0, tzinfo=UTC)) == NOON.date()


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        in_shanghai(datetime(2024, 5, 6))  # noqa: DTZ001 - that is the point
