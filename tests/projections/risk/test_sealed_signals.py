"""A sealed signal leaves no row that says of whom it is, in any part."""

from psycopg.rows import dict_row

from aggregates.system.facts import SealedRecorded
from projections.catalogue import MODELS
from projections.detail.catalogue import PARTS
from projections.model import Moment
from projections.risk.raising import run_indicators
from tests.projections.doubting import World
from tests.projections.entries import some_id


def test_a_sealed_entry_leaves_no_row_in_any_part(world: World) -> None:
    world.log.write(some_id("sealed"), SealedRecorded(commitment="A" * 43), actor="", county="")
    assert world.signals("RI-27") == []
    connection = world.mirror.connection
    for name in PARTS:
        assert connection.execute(f"select from detail.{name}").fetchall() == []
    for one in MODELS:
        with connection.cursor(row_factory=dict_row) as cursor:
            assert cursor.execute(one.as_of(Moment(1))).fetchall() == []


def test_of_an_empty_log_there_is_nothing_to_doubt(world: World) -> None:
    assert run_indicators(world.mirror.connection, Moment(0)) == []
