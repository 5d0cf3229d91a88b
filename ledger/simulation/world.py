"""A whole world: one seed, a number of years, one or all counties of the city."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from ledger.simulation.classes import ClassPlan
from ledger.simulation.county import County
from ledger.simulation.days import at_or_after, moment
from ledger.simulation.files import line_of
from ledger.simulation.lists import Lists, publish_parameters
from ledger.simulation.naming import Naming
from ledger.simulation.scales import COUNTIES, LAST_YEAR, sized
from ledger.simulation.script import Label, Planned, Script
from ledger.vault.keys import SeededKeyring


@dataclass(frozen=True, slots=True)
class World:
    """A world as planned.

    Attributes:
        name: Scale, years and seed, such as ``county:1:7``; also the seed of keys and ids.
        begins_at: The first moment.
        ends_at: The moment after the last one.
        planned: Its commands in the order of time.
        labels: What was planted.
        classes: Its classes.
    """

    name: str
    begins_at: datetime
    ends_at: datetime
    planned: tuple[Planned, ...]
    labels: tuple[Label, ...]
    classes: tuple[ClassPlan, ...]

    @property
    def last_moment(self) -> datetime:
        """The moment at which signals are raised, after everything else."""
        return self.ends_at - timedelta(seconds=1)

    def digest(self) -> str:
        """Return the SHA-256 of the script as ``mingzhang simulate`` writes it."""
        hashed = sha256()
        for one in self.planned:
            hashed.update(line_of(one))
        return hashed.hexdigest()


def world_name(scale: str, years: int, seed: int) -> str:
    """Return the name of a world, from which keys, salts and ids derive."""
    return f"{scale}:{years}:{seed}"


def plan_world(scale: str, years: int, seed: int) -> World:
    """Plan a world; the same arguments give the same one on every machine.

    Args:
        scale: ``class``, ``county``, ``city`` or ``peak``.
        years: How many years, the last of which is ``LAST_YEAR``.
        seed: Which of the worlds of this size.

    Raises:
        Misconfigured: no such scale, or too many years.
    """
    size = sized(scale, years)
    name = world_name(scale, years, seed)
    naming, keyring, script = Naming(name), SeededKeyring(name), Script()
    first = LAST_YEAR - years + 1
    begins = at_or_after(date(first - 1, 12, 2))
    named = COUNTIES[: size.counties]
    publish_parameters(script, moment(begins, 9))
    lists = Lists(script, "1")
    lists.general(moment(begins, 10), [code for code, _ in named])
    counties = [
        County(script, naming, keyring, size, one, region, begins)
        for region, one in enumerate(named, start=1)
    ]
    bodies = [body for county in counties for body in county.bodies]
    lists.bodies(moment(counties[0].preparing.listing_day, 10), bodies)
    classes: list[ClassPlan] = []
    for county in counties:
        county.prepare()
    for year in range(first, LAST_YEAR + 1):
        for county in counties:
            classes += county.year(year)
    ends = moment(date(LAST_YEAR + 1, 1, 1), 0)
    return World(
        name=name,
        begins_at=moment(begins, 8),
        ends_at=ends,
        planned=tuple(script.until(ends)),
        labels=tuple(script.labels),
        classes=tuple(classes),
    )
