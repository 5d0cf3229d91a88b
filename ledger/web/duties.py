"""职责期限: who owes what by which day, what is overdue, and where no time is set."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import RedirectResponse, Response

from aggregates.law.clauses import Clause, clause
from aggregates.law.deadlines import local_date
from ledger.application.asking import asking
from ledger.application.criteria import refused, when
from ledger.application.duties import OWED_BY, DutyCriteria, asked_on
from ledger.application.naming import COUNTIES
from ledger.security.authority import may
from ledger.web.rendering import caller_of, ledger_of, link, render
from ledger.web.texts import TEXTS
from projections.class_ledger.choices import institutions
from projections.duties import queries
from projections.duties.queries import STATES, DutyRow, stands
from projections.paging import BadCursor

RULES = (
    "INS-10",
    "INS-40",
    "PLN-01",
    "PLN-02",
    "PLN-03",
    "DEL-02",
    "DEL-05",
    "CRT-03",
    "ELG-21",
    "CLM-11",
    "SUP-24",
)
SEE_OTHER = 303
TONES: Mapping[str, str] = {
    "OVERDUE": "red",
    "MISSED": "red",
    "LATE": "amber",
    "UNSET": "amber",
    "PROVISIONAL": "amber",
    "SUSPENDED": "violet",
    "OPEN": "blue",
    "KEPT": "green",
}
FIGURES = (
    ("OVERDUE", "overdue duties"),
    ("MISSED", "missed duties"),
    ("LATE", "late duties"),
    ("OPEN", "open duties"),
    ("UNSET", "unset duties"),
    ("KEPT", "kept duties"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its words, and how many duties of it stand how."""

    clause: Clause
    counts: Counter[str]


@dataclass(frozen=True, slots=True)
class Line:
    """A duty as the page shows it.

    Attributes:
        row: The duty.
        state: How it stands on the day of the question.
        waited: Days since it was opened.
    """

    row: DutyRow
    state: str
    waited: int


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/duties", page, methods=["GET"])
    return router


def criteria_of(asked: QueryParams) -> DutyCriteria:
    """Read the criteria of the page's address."""
    return DutyCriteria(
        rule=asked.getlist("rule"),
        state=asked.getlist("state"),
        county=asked.getlist("county"),
        institution=asked.getlist("institution"),
        owed_by=asked.getlist("owed_by"),
        class_id=asked.get("class", ""),
        due=asked.get("due", ""),
        sort=asked.get("sort", "due_on"),
    )


async def page(request: Request) -> Response:
    """Show the duties; whoever asks for nothing in particular sees what is still to be done."""
    if not request.url.query:
        return RedirectResponse(link(request.url.path, state="UNDONE"), SEE_OTHER)
    params, ledger = request.query_params, ledger_of(request)
    criteria = criteria_of(params)
    order = criteria.order()
    async with asking(ledger, caller_of(request), "duties") as asked:
        then = await when(asked, params.get("at", "").strip(), params.get("until", "").strip())
        today = await asked_on(ledger, asked, then)
        only = criteria.only(asked.reach, today)
        try:
            rows = await queries.page(
                asked.connection,
                only=only,
                order=order,
                cursor=params.get("cursor") or None,
                moment=then.moment,
            )
        except BadCursor:
            raise refused("cursor", TEXTS["bad cursor"]) from None
        # Counted whatever the state asked for: from each number one gets to its rows.
        whole = replace(only, states=())
        states = await queries.by_state(asked.connection, only=whole, moment=then.moment)
        bodies = await institutions(asked.connection, asked.reach.county)
    totals = Counter[str]()
    for one in states:
        totals[one.state] += one.duties
    return render(
        request,
        "duties.html",
        standing=asked.standing,
        reach=asked.reach,
        criteria=criteria,
        when=then,
        page=rows,
        lines=[_line(row, today) for row in rows.rows],
        totals=totals,
        found=sum(totals[one] for one in only.states or totals),
        figures=FIGURES,
        rules=_rules(states),
        titles={one: clause(one).gist for one in RULES},
        all_rules=RULES,
        states=STATES,
        choices=("UNDONE", *STATES),
        owers=OWED_BY,
        tones=TONES,
        bodies=[] if asked.reach.institution is not None else bodies,
        names={one.id: one.name for one in bodies},
        follows=may(asked.caller, "trail"),
        counties=COUNTIES,
    )


def _line(row: DutyRow, today: date) -> Line:
    return Line(row, stands(row, today), (today - local_date(row.opened_at)).days)


def _rules(states: list[queries.StateRow]) -> list[Rule]:
    counts: dict[str, Counter[str]] = {}
    for one in states:
        counts.setdefault(one.rule_id, Counter())[one.state] += one.duties
    return [Rule(clause(one), counts[one]) for one in RULES if one in counts]
