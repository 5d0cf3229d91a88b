"""What may be asked to start a class that the bureau agreed to."""

from collections.abc import Iterator
from datetime import timedelta

from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.facts import Count, Instant
from aggregates.ids import ClassId
from aggregates.law.clauses import clause
from aggregates.law.deadlines import local_date
from aggregates.law.regimes import binds
from aggregates.training_class.facts import ClassStarted
from aggregates.training_class.filing import regime_of
from aggregates.training_class.reach import class_is_known, of_class, whose
from aggregates.training_class.rules_body import not_listed, suspended
from aggregates.training_class.state import STARTED, TRAINING_CLASS


@command(
    "start-class",
    zh="开班",
    en="Start a class",
    kind=TRAINING_CLASS,
    roles=("INST_CLERK", "INST_HEAD", "CLASS_HEAD", "EMPLOYER"),
)
class StartClass(Command):
    """A class opens with its first session.

    Attributes:
        materials_issued: To how many heads timetable and materials were given.
        set_up_at: When the site, or the platform's instructions, stood ready.
    """

    class_id: ClassId
    actual_start: Instant
    first_session_no: Count
    present: Count
    reminder_sent_at: Instant | None = None
    materials_issued: Count | None = None
    set_up_at: Instant | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the start under the regime that it brings about."""
        one = world.state(TRAINING_CLASS, self.class_id)
        institution_id, county = whose(self.class_id, world)
        under = start_regime(self, world)
        fact = ClassStarted(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            actual_start=self.actual_start,
            first_session_no=self.first_session_no,
            present=self.present,
            heads=one.heads,
            reminder_sent_at=self.reminder_sent_at,
            materials_issued=self.materials_issued,
            set_up_at=self.set_up_at,
            regime=under,
        )
        yield of_class(self.class_id, fact, world, under)


def start_regime(c: StartClass, world: World) -> str:
    """Return the regime of a class from its real start on (TRN-01, TRN-02, TRN-05)."""
    approved = world.state(TRAINING_CLASS, c.class_id).approved_at
    approved_on = None if approved is None else local_date(approved)
    return regime_of(world, local_date(c.actual_start), approved_on)


def _bound(rule_id: str, c: StartClass, world: World) -> bool:
    return binds(clause(rule_id).document, start_regime(c, world), local_date(c.actual_start))


@lifecycle(StartClass)
def class_has_not_started(c: StartClass, world: World) -> Iterator[Unmet]:
    """A class that was filed starts once, and not in the future."""
    yield from class_is_known(c.class_id, world)
    if world.state(TRAINING_CLASS, c.class_id).status in STARTED:
        yield unmet(("尚未开班", "a class that has not started"), ("已开班", "it has started"))
    if local_date(c.actual_start) > world.today:
        yield unmet(
            (f"不晚于{world.today}", f"not after {world.today}"),
            (f"{local_date(c.actual_start)}", f"{local_date(c.actual_start)}"),
            where="actual_start",
        )


@hard("FIL-02", StartClass)
def class_was_approved_before(c: StartClass, world: World) -> Iterator[Unmet]:
    """A class opens only after the bureau agreed, by the ledger's clock, and not too early.

    An approval lapses `class_expiry_days` after the planned start, where the city set them.
    """
    one = world.state(TRAINING_CLASS, c.class_id)
    if not one.approved or one.approved_at is None or one.valid_start_from is None:
        yield unmet(("经人社部门审核同意", "the bureau's consent"), ("未同意", "it is lacking"))
        return
    on = local_date(c.actual_start)
    if c.actual_start <= one.approved_at:
        approved = f"{one.approved_at.astimezone(c.actual_start.tzinfo):%Y-%m-%d %H:%M}"
        yield unmet(
            (f"在审核同意（{approved}）之后", f"after the consent of {approved}"),
            ("在同意之前", "before it"),
            where="actual_start",
        )
    elif on < one.valid_start_from:
        yield unmet(
            (f"不早于{one.valid_start_from}", f"not before {one.valid_start_from}"),
            (f"{on}", f"{on}"),
            where="actual_start",
        )
    days = world.law.parameter("class_expiry_days", world.today, county=one.county)
    if days is not None and on > one.valid_start_from + timedelta(days=days):
        yield unmet(
            (f"{one.valid_start_from}后{days}天内", f"within {days} days of the planned start"),
            (f"{on}", f"{on}"),
            where="actual_start",
        )


@hard("INS-07", StartClass)
def body_is_still_listed(c: StartClass, world: World) -> Iterator[Unmet]:
    """A body that lost its listing before the start opens no class."""
    one = world.state(TRAINING_CLASS, c.class_id)
    if one.filing is None or not _bound("INS-07", c, world):
        return
    own, on = whose(c.class_id, world)[0], local_date(c.actual_start)
    yield from not_listed(own, one.filing.occupation, one.filing.level, world, on)


@hard("INS-12", StartClass)
def body_is_not_suspended(c: StartClass, world: World) -> Iterator[Unmet]:
    """A body that is suspended opens no class."""
    one = world.state(TRAINING_CLASS, c.class_id)
    own, on = whose(c.class_id, world)[0], local_date(c.actual_start)
    occupation = "" if one.filing is None else one.filing.occupation
    yield from suspended(own, one.county, occupation, world, on)


@flag("FIL-18", StartClass)
def trainees_were_reminded(c: StartClass, world: World) -> Iterator[Unmet]:
    """The trainees are reminded before the class opens."""
    sent = c.reminder_sent_at
    if _bound("FIL-18", c, world) and (sent is None or sent >= c.actual_start):
        yield unmet(
            ("开班前发送提醒", "a reminder before the start"),
            ("没有", "none") if sent is None else ("开班后才发送", "it was sent later"),
            where="reminder_sent_at",
        )


@flag("FIL-23", StartClass)
def site_stood_ready(c: StartClass, world: World) -> Iterator[Unmet]:
    """The site is set up, or the platform explained, before the class opens."""
    ready = c.set_up_at
    if _bound("FIL-23", c, world) and (ready is None or ready > c.actual_start):
        yield unmet(
            ("开班前做好准备", "set up before the start"),
            ("没有记录", "not recorded") if ready is None else ("开班后", "after it"),
            where="set_up_at",
        )


@flag("DEL-15", StartClass)
def everybody_got_the_materials(c: StartClass, world: World) -> Iterator[Unmet]:
    """Timetable and materials are given to every trainee."""
    heads = world.state(TRAINING_CLASS, c.class_id).heads
    issued = c.materials_issued or 0
    if _bound("DEL-15", c, world) and issued < heads:
        yield unmet(
            (f"向{heads}名学员发放课程表和资料", f"timetable and materials for {heads} heads"),
            (f"{issued}名", f"{issued}"),
            where="materials_issued",
        )
