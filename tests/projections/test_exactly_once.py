"""However often a range is delivered, and whoever else runs, its rows come once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import psycopg
import pytest
from msgspec import ValidationError

from projections.catalogue import MODELS, folds
from projections.digest import digest_now
from projections.run import PARTS, Overtaken, catch_up, fold, position_of
from tests.projections.chance import by_chance
from tests.projections.conftest import Mirror

LOG = by_chance(Random(3), 60).entries  # noqa: S311 - a world to be told again


@pytest.fixture
def half(mirror: Mirror) -> Iterator[int]:
    """A mirror folded to its middle; the position."""
    mirror.empty()
    mirror.write(LOG)
    middle = len(LOG) // 2
    catch_up(mirror.connection, folds(), until=middle)
    yield middle
    mirror.empty()


def _digests(mirror: Mirror) -> dict[str, str]:
    return {one.name: digest_now(mirror.connection, one) for one in MODELS}


def test_a_range_delivered_twice_is_refused_and_changes_nothing(mirror: Mirror, half: int) -> None:
    before = _digests(mirror)
    with pytest.raises(Overtaken):
        fold(mirror.connection, folds(), 0, half)
    assert _digests(mirror) == before
    assert position_of(mirror.connection, PARTS) == half


def test_a_range_that_is_not_next_is_refused(mirror: Mirror, half: int) -> None:
    with pytest.raises(Overtaken):
        fold(mirror.connection, folds(), half + 1, len(LOG))
    assert position_of(mirror.connection, PARTS) == half


def test_a_range_with_a_gap_is_not_folded(mirror: Mirror, half: int) -> None:
    mirror.connection.execute("delete from beside.entry where position = %s", (half + 2,))
    with pytest.raises(LookupError):
        fold(mirror.connection, folds(), half, half + 4)
    assert position_of(mirror.connection, PARTS) == half


def test_an_entry_that_cannot_be_read_ends_the_fold(mirror: Mirror, half: int) -> None:
    mirror.connection.execute(
        """update beside.entry set body = replace(body, '"county":"', '"county":1,"was":"')
           where position = %s""",
        (half + 2,),
    )
    with pytest.raises(ValidationError):
        catch_up(mirror.connection, folds())
    assert position_of(mirror.connection, PARTS) == half


def test_two_runners_at_once_leave_what_one_leaves(mirror: Mirror, half: int) -> None:
    def run(_: int) -> None:
        with psycopg.connect(mirror.conninfo, autocommit=True) as connection:
            connection.execute("set search_path = beside, public")
            while position_of(connection, PARTS) < len(LOG):
                try:
                    catch_up(connection, folds(), until=len(LOG), batch=7)
                except Overtaken:
                    continue

    with ThreadPoolExecutor(2) as runners:
        list(runners.map(run, range(2)))
    both = _digests(mirror)
    mirror.empty()
    mirror.write(LOG)
    mirror.fold()
    assert both == _digests(mirror)
    assert half < len(LOG)


def test_a_runner_that_dies_in_between_leaves_nothing_half_done(mirror: Mirror, half: int) -> None:
    before = _digests(mirror)
    with psycopg.connect(mirror.conninfo, autocommit=True) as connection:
        connection.execute("set search_path = beside, public")
        connection.execute("begin")
        fold(connection, folds(), half, len(LOG))
        connection.close()
    assert _digests(mirror) == before
    assert mirror.fold() == len(LOG)
