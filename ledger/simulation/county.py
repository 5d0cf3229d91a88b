"""One county: its bodies, its people, and its classes from the plan of the month to the archive."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from ledger.simulation import planting
from ledger.simulation.archiving import Archiving
from ledger.simulation.assessing import Assessing
from ledger.simulation.bodies import Bodies, Body
from ledger.simulation.claims import ClaimPlan, Claims
from ledger.simulation.classes import ClassPlan, Pool
from ledger.simulation.courses import (
    CARE,
    COMMERCE,
    COMMERCE_4,
    COOKING,
    DOUGH,
    SELLING,
    WELDING,
    YUAN,
)
from ledger.simulation.crafting import Crafting
from ledger.simulation.days import at_or_after, moment
from ledger.simulation.delivery import Delivery
from ledger.simulation.filing import Filing
from ledger.simulation.inspecting import Inspecting
from ledger.simulation.naming import Naming
from ledger.simulation.offices import Office
from ledger.simulation.paying import Paying
from ledger.simulation.people import People
from ledger.simulation.preparing import Preparing
from ledger.simulation.projects import Project, register
from ledger.simulation.reviewing import Money, Reviewing
from ledger.simulation.scales import NOTICE_YEAR, Scale
from ledger.simulation.script import Script
from ledger.simulation.stage import Stage
from ledger.simulation.stumbling import Stumbling
from ledger.simulation.years import Year, number_items
from ledger.vault.keys import Keyring

MADE_FROM: Final = 9_001
"""The number of the first class that is made for a purpose."""
BUDGET: Final = {"EMPLOYMENT": 1_300, "SPECIAL_ACCOUNT": 420, "UI": 120}
"""What a county gets for a year, in yuan a head planned, by fund."""


class County:
    """A county of the simulated city.

    Attributes:
        code: Its code.
        bodies: Its bodies.
        preparing: What stands before the first class.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a county is made from
        self,
        script: Script,
        naming: Naming,
        keyring: Keyring,
        scale: Scale,
        named: tuple[str, str],
        region: int,
        begins: date,
    ) -> None:
        """Make the bodies and register them from the first working day on."""
        self.code, _ = named
        self._script = script
        self._naming = naming
        self._scale = scale
        self._office = Office(self.code)
        self._people = people = People(naming.seed, keyring, self.code, region)
        maker = Bodies(naming, named, region, people)
        first = (CARE, COOKING, WELDING, SELLING, COMMERCE, COMMERCE_4, DOUGH)
        self.bodies: list[Body] = [
            maker.trainer(number, begins, first if number == 1 else ())
            for number in range(1, scale.bodies + 1)
        ]
        self.bodies += [maker.employer(number, begins) for number in range(1, scale.employers + 1)]
        self._assessor = maker.assessor(1, begins)
        self.bodies.append(self._assessor)
        self._crafting = Crafting(naming, self.code, people, MADE_FROM)
        self._pool = Pool(people, naming.seed, self.code)
        self.preparing = Preparing(script, naming, self._office, begins)
        self._projects: list[Project] = []
        self._paying = Paying(script, naming, self._office)
        self._waiting: list[ClaimPlan] = []
        self._open: list[tuple[ClassPlan, list[ClaimPlan]]] = []

    def prepare(self) -> None:
        """Write what stands before the first class."""
        self.preparing.register(self.bodies)
        self.preparing.select(self.bodies)
        on = self.preparing.on(12)
        self._projects = register(self._script, self._naming, self._office, self.bodies, on)

    def year(self, year: int) -> list[ClassPlan]:
        """Write the classes of a year and return them."""
        planner = Year(
            self._naming, self._scale, self.code, year, self.bodies, self._pool, self._projects
        )
        since = len(self._script.planned)
        stages = self._stages(year) if year >= NOTICE_YEAR else []
        classes = planner.classes()
        if stages:
            classes += planting.before_the_year(stages)
        classes.sort(key=lambda plan: plan.start)
        number_items(classes)
        filing = Filing(self._script, self._naming, self._office)
        for month in range(1, 13):
            held = [one for one in classes if one.start.month == month]
            filing.plans(year, month, held)
        self._run(filing, classes)
        claims = self._settle(year, classes)
        if stages:
            planting.after_the_year(stages[0], classes, claims)
        stumbling = Stumbling(self._script, self._naming, self._office)
        stumbling.stumble(since)
        stumbling.crowd(classes)
        played = {stage.body.uscc for stage in stages}
        stumbling.suspend([one for one in classes if one.body.uscc not in played], year)
        return classes

    def _stages(self, year: int) -> list[Stage]:
        """Return what the plots of a year are played on, one body after the other."""
        return [
            Stage(
                script=self._script,
                naming=self._naming,
                office=self._office,
                assessor=self._assessor.institution_id,
                body=self.bodies[(number - 1) % self._scale.bodies],
                crafting=self._crafting,
                year=year,
                heads=self._scale.planted,
                number=number,
            )
            for number in range(1, self._scale.rounds + 1)
        ]

    def _settle(self, year: int, classes: Sequence[ClassPlan]) -> list[ClaimPlan]:
        """Write the claims of a year's classes and return them; some wait for the next year."""
        money = self._budget(year)
        archiving = Archiving(self._script, self._naming, self._office)
        planner = Claims(self._naming)
        for plan in classes:
            archiving.training(plan)
            claims = planner.of(plan)
            if claims:
                self._open.append((plan, claims))
                self._waiting += claims
        new = [one for one in self._waiting if one.reported_at is None]
        Reviewing(self._script, self._naming, self._office, money).review(new)
        made = list(self._waiting)
        self._waiting = self._paying.settle(year, self._waiting)
        left = {one.claim_id for one in self._waiting}
        for plan, claims in self._open:
            if not any(one.claim_id in left for one in claims):
                archiving.close(plan, claims)
        self._open = [
            (plan, claims)
            for plan, claims in self._open
            if any(one.claim_id in left for one in claims)
        ]
        return made

    def _budget(self, year: int) -> Money:
        """Allocate the money of a year: most of it from the employment fund."""
        heads = self._scale.classes * self._scale.heads
        at = moment(at_or_after(date(year, 1, 2)), 9, 30)
        amounts = {fund: heads * yuan * YUAN for fund, yuan in BUDGET.items()}
        for fund, amount in amounts.items():
            data = {
                "county_code": self.code,
                "fund": fund,
                "year": year,
                "amount_fen": amount,
                "doc_sha256": self._naming.digest("budget", self.code, fund, year),
            }
            self._script.ask(at, self._office.finance, "allocate-budget", data)
            at += timedelta(minutes=3)
        return Money(amounts["SPECIAL_ACCOUNT"])

    def _run(self, filing: Filing, classes: Sequence[ClassPlan]) -> None:
        delivery = Delivery(self._script, self._naming, self._scale.face_share_bp)
        inspecting = Inspecting(self._script, self._naming, self._office)
        assessing = Assessing(
            self._script, self._naming, self._office, self._assessor.institution_id
        )
        for plan in classes:
            filing.file(plan)
        running = [one for one in classes if one.approved_at is not None]
        for plan in running:
            delivery.teach(plan)
        for plan in sorted(running, key=lambda one: one.approved_at or one.filed_at):
            inspecting.visit(plan)
            inspecting.inspect(plan)
        for plan in running:
            assessing.assess(plan)
