"""RI-15 倒签备案: filings that are made to look as if they had come in time."""

from datetime import date

from ledger.simulation.chance import Chance
from ledger.simulation.classes import ClassPlan, Paper
from ledger.simulation.crafting import Past
from ledger.simulation.days import in_office, minus, moment, plus
from ledger.simulation.stage import Stage, of_class


def plant(stage: Stage) -> None:
    """Plant one case of each form, by late paper of the ledger's own time."""
    _backdated(stage, "a", stage.on(4, 14), late=True)
    _taught_before(stage, stage.on(5, 12))
    _scanned_after(stage, stage.on(6, 9))
    _backdated(stage, "d", stage.on(9, 8), late=False)


def _filed(stage: Stage, plan: ClassPlan, workdays: int) -> None:
    """Let a filing come in so many working days before the start."""
    chance = Chance(stage.naming.seed, "late paper", plan.class_id)
    plan.filed_at = in_office(minus(plan.start, workdays), chance)


def _run(stage: Stage, plan: ClassPlan) -> None:
    lives = stage.lives()
    lives.file(plan)
    lives.teach(plan)
    lives.certify(plan)


def _backdated(stage: Stage, variant: str, start: date, *, late: bool) -> None:
    plan = stage.make(start)
    _filed(stage, plan, 2 if late else 6)
    declared = minus(plan.filed_at.date(), 6 if late else 3)
    plan.paper = Paper(declared, moment(declared, 10))
    _run(stage, plan)
    why = "late, its paper dated back" if late else "late paper dated some days back"
    stage.label("RI-15", variant, of_class(plan), why, planted=True)


def _scanned_after(stage: Stage, start: date) -> None:
    plan = stage.make(start)
    filed = plan.filed_at.date()
    plan.paper = Paper(minus(filed, 6), moment(minus(filed, 2), 15))
    _run(stage, plan)
    stage.label("RI-15", "c", of_class(plan), "scanned after the date on it", planted=True)


def _taught_before(stage: Stage, start: date) -> None:
    plan = stage.make(start)
    plan.approved_at = moment(plus(plan.start, 1), 15, 40)
    lives = stage.lives()
    lives.file(plan)
    past = Past()
    stage.lives(past).teach(plan)
    past.brought_in(moment(plus(plan.end, 1), 9, 20))
    past.replay(stage.script, "import")
    lives.certify(plan)
    stage.label("RI-15", "b", of_class(plan), "taught before the consent", planted=True)
