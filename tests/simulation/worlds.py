"""Worlds for tests: each planned once a process."""

from functools import cache
from typing import NamedTuple

from ledger.simulation.building import Built
from ledger.simulation.world import World, plan_world


@cache
def planned(scale: str, years: int, seed: int) -> World:
    """Return a world, planned once."""
    return plan_world(scale, years, seed)


class Standing(NamedTuple):
    """A world in a database."""

    world: World
    built: Built
    conninfo: str
