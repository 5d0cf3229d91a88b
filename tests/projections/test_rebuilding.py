"""Parts made anew from the entries, by several processes, beside the live ones."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from msgspec import ValidationError
from psycopg.errors import UndefinedTable

from projections.catalogue import MODELS, folds
from projections.digest import digest_now
from projections.rebuilding import RebuildFailed, rebuild_parts
from projections.run import PARTS, position_of
from tests.projections.chance import by_chance
from tests.projections.conftest import Mirror

LOG = by_chance(Random(11), 120).entries  # noqa: S311 - a world to be told again


@pytest.fixture
def whole(mirror: Mirror) -> Iterator[Mirror]:
    """A mirror that is folded to its end."""
    mirror.empty()
    mirror.write(LOG)
    mirror.fold()
    yield mirror
    mirror.empty()


def _digests(mirror: Mirror) -> dict[str, str]:
    return {one.name: digest_now(mirror.connection, one) for one in MODELS}


def _by_two(mirror: Mirror) -> int:
    return rebuild_parts(
        mirror.conninfo, folds(), processes=2, together_min=1, range_entries=7, entries_in="beside"
    )


def test_two_processes_leave_the_rows_that_folding_leaves(whole: Mirror) -> None:
    before = _digests(whole)
    whole.connection.execute("update detail.payment set amount_fen = 0")
    assert _by_two(whole) == len(LOG)
    assert _digests(whole) == before


def test_a_process_that_had_to_be_started_afresh_leaves_them_too(whole: Mirror) -> None:
    before = _digests(whole)
    whole.connection.execute("update detail.payment set amount_fen = 0")
    with ThreadPoolExecutor(1) as threads:  # where there are threads, nothing is split off
        assert threads.submit(_by_two, whole).result() == len(LOG)
    assert _digests(whole) == before


def test_nothing_folded_yet_is_built_to_the_end_of_the_log(mirror: Mirror) -> None:
    mirror.empty()
    mirror.write(LOG)
    assert rebuild_parts(mirror.conninfo, folds(), entries_in="beside") == len(LOG)
    built = _digests(mirror)
    assert {position_of(mirror.connection, one.name) for one in MODELS} == {len(LOG)}
    mirror.empty()
    mirror.write(LOG)
    mirror.fold()
    assert built == _digests(mirror)


def test_a_rebuild_stops_where_the_live_parts_stand(mirror: Mirror) -> None:
    middle = len(LOG) // 2
    mirror.empty()
    mirror.write(LOG[:middle])
    mirror.fold()
    mirror.write(LOG[middle:])
    assert rebuild_parts(mirror.conninfo, folds(), entries_in="beside") == middle
    assert position_of(mirror.connection, PARTS) == middle
    assert mirror.fold() == len(LOG)


def test_an_entry_that_cannot_be_read_leaves_the_live_tables(whole: Mirror) -> None:
    before = _digests(whole)
    whole.connection.execute(
        """update beside.entry set body = replace(body, '"county":"', '"county":1,"was":"')
           where position = %s""",
        (len(LOG) - 1,),
    )
    # Whichever process comes across it.
    with pytest.raises((RebuildFailed, ValidationError)):
        _by_two(whole)
    assert _digests(whole) == before


def test_nothing_is_left_beside_the_live_tables(whole: Mirror) -> None:
    rebuild_parts(whole.conninfo, folds(), entries_in="beside")
    with pytest.raises(UndefinedTable):
        whole.connection.execute("select from aside.payment")
