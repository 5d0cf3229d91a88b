"""风险疑点: what the indicators found, for whoever handles doubts. A doubt proves nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from aggregates.law.clauses import CLAUSES, Clause
from ledger.application.asking import Asked, asking
from ledger.application.criteria import RiskCriteria, When, keeps, order_of, refused, when
from ledger.application.duties import DutyCriteria, asked_on
from ledger.application.naming import COUNTIES
from ledger.application.running import Ledger
from ledger.application.sealed_signals import sealed_signals
from ledger.security.authority import may
from ledger.web.rendering import Lang, caller_of, lang_of, ledger_of, render
from ledger.web.texts import TEXTS
from projections.class_ledger.queries import ClassFilter
from projections.class_ledger.queries import page as classes
from projections.duties.queries import by_state
from projections.paging import BadCursor
from projections.risk import queries
from projections.risk.indicator import Indicator
from projections.risk.indicators import INDICATORS
from projections.risk.queries import MonthRow, RuleRow, SignalRow

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
TONES: Mapping[str, str] = {"CRITICAL": "red", "HIGH": "red", "MEDIUM": "amber", "LOW": "blue"}
SUBJECT_KINDS = ("class", "person", "claim")


@dataclass(frozen=True, slots=True)
class Rule:
    """An indicator, and how many signals it raised by severity."""

    indicator: Indicator
    counts: Counter[str]
    clauses: tuple[Clause, ...]

    @property
    def signals(self) -> int:
        """How many signals it raised."""
        return self.counts.total()


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/risk", page, methods=["GET"])
    return router


def criteria_of(asked: QueryParams) -> RiskCriteria:
    """Read the criteria of the page's address."""
    return RiskCriteria(
        rule=asked.getlist("rule"),
        severity=asked.getlist("severity"),
        county=asked.getlist("county"),
        subject_kind=asked.getlist("subject_kind"),
        subject=asked.get("subject", ""),
        sort=asked.get("sort", "-raised_at"),
    )


async def page(request: Request) -> Response:
    """Show the signals."""
    params, ledger = request.query_params, ledger_of(request)
    criteria = criteria_of(params)
    async with asking(ledger, caller_of(request), "risk") as asked:
        only = criteria.only(asked.reach)
        order = order_of(criteria.sort, queries.COLUMNS)
        then = await when(asked, params.get("at", "").strip(), params.get("until", "").strip())
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
        by_rule = await queries.by_rule(asked.connection, only=only, moment=then.moment)
        by_month = await queries.by_month(asked.connection, only=only, moment=then.moment)
        sealed = [one for one in await sealed_signals(ledger, asked) if keeps(only, one)]
        if then.moment is not None:
            sealed = [one for one in sealed if one.read_to <= then.position]
        overdue = await _overdue(ledger, asked, then)
        names = await class_names(asked, [*rows.rows, *sealed])
    severities = Counter[str]()
    for one in by_rule:
        severities[one.severity] += one.signals
    return render(
        request,
        "risk.html",
        standing=asked.standing,
        reach=asked.reach,
        criteria=criteria,
        when=then,
        page=rows,
        total=severities.total(),
        severities=severities,
        all_severities=SEVERITIES,
        subject_kinds=SUBJECT_KINDS,
        tones=TONES,
        rules=_rules(by_rule),
        titles={one.id: one.title for one in INDICATORS},
        params={one.id: {p.name: p.title for p in one.params.values()} for one in INDICATORS},
        chart=_chart(by_month, lang_of(request)),
        overdue=overdue,
        sealed=sealed,
        sealed_counts=Counter(one.rule_id for one in sealed),
        reads_sealed="AUDITOR" in asked.reach.sealed,
        names=names,
        follows=may(asked.caller, "trail"),
        counties=COUNTIES,
    )


async def _overdue(ledger: Ledger, asked: Asked, then: When) -> int | None:
    """Return how many duties are overdue or were missed; None for whoever may not ask."""
    if not may(asked.caller, "duties"):
        return None
    today = await asked_on(ledger, asked, then)
    only = DutyCriteria(state=("OVERDUE", "MISSED")).only(asked.reach, today)
    return sum(
        one.duties for one in await by_state(asked.connection, only=only, moment=then.moment)
    )


async def class_names(asked: Asked, signals: Sequence[SignalRow]) -> dict[UUID, str]:
    """Return the filing numbers of the classes that signals are about."""
    ids = {one.subject_id for one in signals if one.subject_kind == "class"}
    if not ids:
        return {}
    found = await classes(asked.connection, only=ClassFilter(class_ids=sorted(ids)), rows=len(ids))
    return {row.class_id: row.filing_no for row in found.rows if row.filing_no}


def _rules(by_rule: Sequence[RuleRow]) -> list[Rule]:
    counts: dict[str, Counter[str]] = {}
    for one in by_rule:
        counts.setdefault(one.rule_id, Counter())[one.severity] += one.signals
    return [
        Rule(
            one,
            counts.get(one.id, Counter()),
            tuple(CLAUSES[rule] for rule in one.rules if rule in CLAUSES),
        )
        for one in INDICATORS
    ]


def _chart(months: Sequence[MonthRow], lang: Lang) -> str:
    labels = sorted({one.month for one in months})
    titles = {one.id: one.title.text(lang) for one in INDICATORS}
    series = []
    for rule in sorted({one.rule_id for one in months}):
        by_month = {one.month: one.signals for one in months if one.rule_id == rule}
        series.append(
            {
                "name": f"{rule} {titles.get(rule, '')}",
                "values": [by_month.get(label, 0) for label in labels],
            }
        )
    return orjson.dumps({"labels": labels, "series": series, "stacked": True}).decode()
