"""A world is the same from the same seed, and holds what it says it holds."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from aggregates.decisions import COMMANDS
from ledger.errors import Misconfigured
from ledger.simulation.scales import YEARS_MAX
from ledger.simulation.world import World, plan_world
from tests.simulation.worlds import planned

VARIANTS = {
    "RI-03": {"history", "late"},
    "RI-15": {"a", "b", "c", "d"},
    "RI-17": {"one", "many"},
    "RI-18": {"missing", "unbacked", "practice", "online"},
    "RI-27": {"reviewer", "short", "order", "objection", "overpaid"},
}
LAWFUL = {
    "RI-03": {"another level", "more than a year later", "refused"},
    "RI-15": {"same day", "waived", "history"},
    "RI-17": {"in time", "joint"},
    "RI-18": {"forty", "waived", "standard"},
    "RI-27": {"history", "objection"},
}


def test_the_same_seed_plans_the_same_bytes(world: World) -> None:
    assert plan_world("class", 1, 7).digest() == world.digest()


def test_another_seed_plans_another_world(world: World) -> None:
    assert planned("class", 1, 8).digest() != world.digest()


@pytest.mark.parametrize("seed", ["0", "1"])
def test_neither_hashes_nor_the_zone_of_the_machine_matter(world: World, seed: str) -> None:
    code = (
        "from ledger.simulation.world import plan_world; print(plan_world('class', 1, 7).digest())"
    )
    zone = "America/New_York" if seed == "1" else "Asia/Kolkata"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == world.digest()


def test_commands_stand_in_the_order_of_time_and_within_the_years(world: World) -> None:
    moments = [one.at for one in world.planned]
    assert moments == sorted(moments)
    assert world.begins_at < moments[0]
    assert moments[-1] < world.last_moment < world.ends_at
    assert world.ends_at.year == 2026


def test_the_last_simulated_year_is_2025(world: World) -> None:
    assert Counter(one.at.year for one in world.planned).most_common(1)[0][0] == 2025


@pytest.mark.parametrize("years", range(1, YEARS_MAX + 1))
def test_a_world_of_some_years_holds_classes_of_each_of_them(years: int) -> None:
    found = planned("class", years, 7)
    live = [one for one in found.classes if one.paper is None]
    assert {one.start.year for one in live} == set(range(2026 - years, 2026))
    assert len({one.filing_no for one in found.classes}) == len(found.classes)


def test_irregularities_lie_in_years_wholly_under_the_notice() -> None:
    one, all_of_them = planned("class", 2, 7), planned("class", YEARS_MAX, 7)
    assert Counter((label.rule, label.variant) for label in one.labels if label.planted) == Counter(
        (label.rule, label.variant) for label in all_of_them.labels if label.planted
    )


def test_every_command_is_one_that_the_ledger_knows(world: World) -> None:
    assert {one.ask.command for one in world.planned} <= COMMANDS.keys()


@pytest.mark.parametrize("rule", VARIANTS)
def test_every_kind_of_irregularity_is_planted(world: World, rule: str) -> None:
    planted = {one.variant for one in world.labels if one.rule == rule and one.planted}
    assert planted == VARIANTS[rule]


@pytest.mark.parametrize("rule", LAWFUL)
def test_every_kind_has_lawful_lookalikes(world: World, rule: str) -> None:
    lawful = {one.variant for one in world.labels if one.rule == rule and not one.planted}
    assert lawful >= LAWFUL[rule]


def test_labels_name_what_the_script_is_about(world: World) -> None:
    text = b"".join(str(one.ask.data).encode() for one in world.planned).decode()
    for label in world.labels:
        assert label.subjects
        assert all(one in text for kind, one in label.subjects), label


def test_nothing_is_planted_that_is_also_called_lawful(world: World) -> None:
    planted = {(one.rule, held) for one in world.labels if one.planted for held in one.subjects}
    lawful = {(one.rule, held) for one in world.labels if not one.planted for held in one.subjects}
    assert not planted & lawful


def test_back_dated_filings_come_as_late_paper_and_the_rest_as_history(world: World) -> None:
    late = {
        one
        for label in world.labels
        if label.rule == "RI-15" and label.variant != "history"
        for _, one in label.subjects
    }
    channels = Counter[tuple[bool, str]]()
    for one in world.planned:
        if one.ask.as_facts:
            channels[str(one.ask.data.get("class_id")) in late, one.ask.channel] += 1
            assert one.caller.role == "MIGRATION"
    assert channels.keys() == {(True, "import"), (False, "migration")}


def test_some_are_tried_that_the_law_refuses(world: World) -> None:
    rules = {rule for one in world.planned for rule in one.refused}
    assert rules >= {"FIL-01", "FIL-02", "CLM-09", "CLM-10", "CLM-11"}


def test_all_three_ways_to_claim_are_taken(world: World) -> None:
    modes = {one.ask.data["mode"] for one in world.planned if one.ask.command == "submit-claim"}
    assert modes == {"PERSON", "ENTERPRISE", "AGENCY"}


def test_a_county_has_the_size_of_the_benchmark() -> None:
    found = planned("county", 1, 7)
    live = [one for one in found.classes if one.number < 9_000]
    assert len(live) == 150
    heads = sum(len(one.seats) for one in live)
    assert 6_000 <= heads <= 7_400
    sessions = sum(len(one.sessions) for one in live)
    assert 10 <= sessions / len(live) <= 13


@pytest.mark.parametrize(
    ("scale", "years"), [("village", 1), ("class", 0), ("class", YEARS_MAX + 1)]
)
def test_a_world_that_is_not_to_be_had_is_refused(scale: str, years: int) -> None:
    with pytest.raises(Misconfigured):
        plan_world(scale, years, 7)
