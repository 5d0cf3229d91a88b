"""The smallest world: planned once a process, built once a module."""

import asyncio

import pytest

from ledger.simulation.building import build
from ledger.simulation.world import World
from tests.simulation.worlds import Standing, planned


@pytest.fixture(scope="session")
def world() -> World:
    """The smallest world, with the seed of the demonstration."""
    return planned("class", 1, 7)


@pytest.fixture(scope="module")
def standing(shared_database: str, world: World) -> Standing:
    """The smallest world in a database that the tests of a module only read."""
    return Standing(world, asyncio.run(build(shared_database, world)), shared_database)
