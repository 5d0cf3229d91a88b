"""What holds for every indicator."""

import pytest

from projections.model import Moment
from projections.risk.indicators import INDICATORS, indicator
from projections.risk.raising import run_indicators
from tests.projections.doubting import World
from tests.projections.filings import DAY
from tests.projections.stories import Story


def test_every_indicator_says_what_it_is() -> None:
    assert [one.id for one in INDICATORS] == ["RI-03", "RI-15", "RI-17", "RI-18", "RI-27"]
    for one in INDICATORS:
        assert one.clause
        assert one.title.zh
        assert one.title.en
        assert one.area.en
        assert one.post.en
        assert all(held.title.zh and held.title.en for held in one.params.values())
    assert indicator("RI-27").owner == "AUDITOR"


def test_an_unknown_parameter_is_refused(world: World) -> None:
    Story(world.log).file()
    with pytest.raises(KeyError):
        world.signals("RI-17", minutes=3)


def test_as_of_a_business_date_only_what_had_happened_counts(world: World) -> None:
    story = Story(world.log)
    story.file()
    story.hold(1, room_id="R2")
    world.signals("RI-17")
    last = Moment(len(world.log.entries), story.first - DAY)
    assert run_indicators(world.mirror.connection, last, ["RI-17"]) == []
