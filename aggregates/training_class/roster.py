"""What may be asked of the roster after the filing: add heads, take heads off."""

from collections.abc import Iterator

from aggregates.decisions import Command, New, Unmet, World, command, hard, lifecycle, unmet
from aggregates.ids import ClassId, OfficialId, PersonId
from aggregates.sealed import FreeText, Personal
from aggregates.training_class.facts import RosterChanged, RosterPhase
from aggregates.training_class.filing import ROWS_A_FACT
from aggregates.training_class.form import RosterRow
from aggregates.training_class.reach import class_is_known, of_class, whose
from aggregates.training_class.rules_people import unverified
from aggregates.training_class.size import too_large
from aggregates.training_class.state import TRAINING_CLASS


def phase_of(class_id: ClassId, world: World) -> RosterPhase:
    """Return whether a change of the roster comes before or after the start."""
    started = world.state(TRAINING_CLASS, class_id).started_at is not None
    return "AFTER_START" if started else "BEFORE_START"


def heads_after(
    class_id: ClassId,
    added: tuple[RosterRow, ...],
    removed: tuple[PersonId, ...],
    world: World,
) -> int:
    """Return how many heads a roster has after a change."""
    held = set(world.state(TRAINING_CLASS, class_id).roster) - set(removed)
    return len(held | {row.person_id for row in added})


@command(
    "change-roster",
    zh="调整花名册",
    en="Change a roster",
    kind=TRAINING_CLASS,
    roles=("INST_CLERK", "INST_HEAD", "EMPLOYER", "COUNTY_HR", "CITY_HR"),
)
class ChangeRoster(Command):
    """Heads are added to the roster or taken off it, before or after the start."""

    class_id: ClassId
    added: tuple[RosterRow, ...] = ()
    removed: tuple[PersonId, ...] = ()
    reason: Personal[FreeText] | None = None
    approver: OfficialId | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the change, in parts where it is long."""
        institution_id, county = whose(self.class_id, world)
        for at in range(0, max(len(self.added), 1), ROWS_A_FACT):
            upto = self.added[: at + ROWS_A_FACT]
            fact = RosterChanged(
                class_id=self.class_id,
                institution_id=institution_id,
                county_code=county,
                added=upto[at:],
                removed=() if at else self.removed,
                reason=None if at else self.reason,
                phase=phase_of(self.class_id, world),
                heads=heads_after(self.class_id, upto, self.removed, world),
                approver=self.approver,
            )
            yield of_class(self.class_id, fact, world)


@lifecycle(ChangeRoster)
def roster_is_open(c: ChangeRoster, world: World) -> Iterator[Unmet]:
    """A roster changes from the filing until the teaching is completed."""
    yield from class_is_known(c.class_id, world, "APPROVED", "RUNNING")
    held = world.state(TRAINING_CLASS, c.class_id).roster
    if not c.added and not c.removed:
        yield unmet(("增加或减少的人员", "heads to add or to take off"), ("没有", "none"))
    for at, row in enumerate(c.added):
        if row.person_id in held or any(row.person_id == r.person_id for r in c.added[:at]):
            yield unmet(
                ("名册以外的人员", "a person not on the roster"),
                ("已在名册", "on it already"),
                where=f"added[{at}]",
            )
    for at, person in enumerate(c.removed):
        if person not in held:
            yield unmet(
                ("名册中的人员", "a person on the roster"),
                ("不在名册", "not on it"),
                where=f"removed[{at}]",
            )


@hard("FIL-04", ChangeRoster)
def added_heads_have_real_names(c: ChangeRoster, world: World) -> Iterator[Unmet]:
    """Whoever joins was verified before."""
    yield from unverified(c.added, world, "added")


@hard("FIL-08", ChangeRoster)
def class_stays_small_enough(c: ChangeRoster, world: World) -> Iterator[Unmet]:
    """The cap holds at every moment, also when heads are added later."""
    one = world.state(TRAINING_CLASS, c.class_id)
    if c.added and one.filing is not None:
        heads = heads_after(c.class_id, c.added, c.removed, world)
        yield from too_large(one.filing, heads, world, one.county)
