"""Plants irregularities into a county's year, and what only looks like them."""

from collections.abc import Sequence
from datetime import date, timedelta

from ledger.simulation import lookalikes, plots_filing, plots_subsidy, plots_teaching
from ledger.simulation.claims import ClaimPlan
from ledger.simulation.classes import ClassPlan, Seat
from ledger.simulation.courses import YUAN
from ledger.simulation.days import at_or_after, at_or_before, moment, plus
from ledger.simulation.offices import CITY_CENTRE, as_history
from ledger.simulation.stage import Stage

_MONEY_OF_BEFORE = 3_000_000 * YUAN
_HISTORY_FROM = (1, 6)
"""When the history of before the year comes in, month and day."""
_LATE_DATA = (12, 22)
_LATE = 2
"""How many cases of late data there are."""


def before_the_year(stages: Sequence[Stage]) -> list[ClassPlan]:
    """Plant what lies before the year and in it; return odd but lawful classes, not yet run."""
    first = stages[0]
    brought_in = at_or_after(date(first.year, *_HISTORY_FROM))
    _money(first, brought_in)
    for stage in stages:
        plots_teaching.plant(stage, brought_in)
        plots_subsidy.plant(stage, plus(brought_in, stage.number))
        plots_filing.plant(stage)
    lookalikes.history(first, plus(brought_in, 7))
    _batch(first, "HISTORY", plus(brought_in, 20))
    return lookalikes.classes(first)


def _batch(stage: Stage, name: str, on: date) -> None:
    """Record that a file of history was brought in."""
    county, year = stage.office.county, stage.year
    rows = sum(one.ask.as_facts for one in stage.script.planned if one.ask.channel == "migration")
    data = {
        "batch_id": stage.naming.at(moment(on, 9), "batch", county, year, name),
        "source_system": f"{name}-{county}",
        "rows": rows,
        "sha256": stage.naming.digest("batch", county, year, name),
        "mapping_version": "messages-1",
    }
    script = stage.script
    script.ask(moment(on, 9), CITY_CENTRE, "accept-import-batch", data, channel="migration")


def _money(stage: Stage, on: date) -> None:
    """Bring in the budgets of the years before, out of which history was paid."""
    for back in (1, 2):
        data = {
            "county_code": stage.office.county,
            "fund": "EMPLOYMENT",
            "year": stage.year - back,
            "amount_fen": _MONEY_OF_BEFORE,
            "doc_sha256": stage.naming.digest("budget", stage.office.county, stage.year - back),
        }
        at = moment(on, 8, 40) + back * timedelta(minutes=1)
        caller = as_history(stage.office.finance)
        stage.script.ask(at, caller, "allocate-budget", data, channel="migration", as_facts=True)


def after_the_year(stage: Stage, plans: Sequence[ClassPlan], claims: Sequence[ClaimPlan]) -> None:
    """Plant what comes to light at the end of the year, and label what happened by itself."""
    plots_subsidy.again_as_late_data(
        stage, _paid_in_spring(stage.year, claims), at_or_before(date(stage.year, *_LATE_DATA))
    )
    lookalikes.natural(stage, plans, claims)


def _paid_in_spring(year: int, claims: Sequence[ClaimPlan]) -> list[tuple[ClassPlan, Seat]]:
    """Return some who were certified so early that the autumn before is within a year."""
    found: list[tuple[ClassPlan, Seat]] = []
    for claim in claims:
        if claim.mode != "AGENCY" or claim.paid_at is None or claim.plan.project_id is not None:
            continue
        seat = claim.items[-1].seat
        known = seat.person.attended
        if seat.certified_on is not None and seat.certified_on < date(year, 8, 1):
            if claim.items[-1].cut or len(known) > 1:
                continue
            found.append((claim.plan, seat))
    return found[:_LATE]
