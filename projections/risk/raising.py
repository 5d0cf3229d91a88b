"""Runs the indicators: over everybody or for those whom new entries touched, now or as of then.

What they find are doubts for a person to look at. Recording them is the ledger's part.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import dict_row

from aggregates.facts import CountyCode
from aggregates.ids import ClaimId, ClassId, PersonId
from aggregates.law.deadlines import end_of_day
from aggregates.risk_signal.facts import Measure, Severity, Window
from aggregates.subject import Subject
from projections.model import Moment
from projections.reading import read_entry
from projections.risk.indicator import Indicator, Value
from projections.risk.indicators import INDICATORS

EVIDENCE_MAX = 200
"""How many entries a signal names, so that it fits into one itself."""
# How many rows a step of a statement gives is beyond the planner; pairing each with each would be
# its worst guess, where it looks at everybody.
_WHOLE = "set local jit = off; set local work_mem = '128MB'; set local enable_nestloop = off"
_BY_KEYS = "set local jit = off"
_FIXED = frozenset({"subject", "county", "starts_on", "ends_on", "severity", "evidence"})
Touched = Mapping[str, Collection[UUID]]
"""Ids by the column that they stand in, such as ``class_id``."""
Params = Mapping[str, Mapping[str, Value]]
"""Parameters by the id of the indicator and their name."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A doubt, with everything needed to raise it again; named as the command to record it.

    Attributes:
        rule_id: The indicator.
        rule_version: The version of its definition.
        params: What it ran with.
        subject: What the doubt is about.
        county_code: The county, where it has one.
        window: The days it looked at.
        position: The last position that it had read.
        evidence: The positions of the entries it rests on, ascending.
        values: What it found, ratios in basis points.
        severity: How grave it would be, were it true.
    """

    rule_id: str
    rule_version: str
    params: tuple[Measure, ...]
    subject: Subject
    county_code: CountyCode | None
    window: Window
    position: int
    evidence: tuple[int, ...]
    values: tuple[Measure, ...]
    severity: Severity


def run_indicators(
    connection: Connection[Any],
    moment: Moment,
    ids: Collection[str] | None = None,
    whom: Touched | None = None,
    params: Params | None = None,
) -> list[Signal]:
    """Return what the indicators find, in order of rule, subject and days.

    Args:
        connection: Where to ask; ``entry`` stands on it.
        moment: As of when; the last position that the parts have reached for now.
        ids: Which indicators; all of them by default.
        whom: Whom entries touched (``touched_between``); everybody by default.
        params: Values other than the defaults, for trying out.

    Raises:
        KeyError: an indicator has no such parameter.
        LookupError: the log does not reach that far.
    """
    found: list[Signal] = []
    if moment.until < 1:
        return found
    now = _now(connection, moment)
    with connection.transaction():
        connection.execute(_BY_KEYS if whom is not None else _WHOLE)
        for one in INDICATORS:
            if ids is None or one.id in ids:
                given = dict((params or {}).get(one.id, {}))
                found += _signals(connection, one, moment, now, given, whom)
    return found


def touched_between(connection: Connection[Any], after: int, until: int) -> dict[str, set[UUID]]:
    """Return whom the entries ``after`` + 1 to ``until`` touch, as far as indicators ask."""
    found: dict[str, set[UUID]] = {}
    wanted = {(part.name, column) for one in INDICATORS for part, column in _columns(one)}
    for name, column in sorted(wanted):
        statement = sql.SQL(
            "select distinct {column} from {table}"
            " where position > %s and position <= %s and {column} is not null"
        ).format(column=sql.Identifier(column), table=sql.Identifier("detail", name))
        rows = connection.execute(statement, (after, until))
        found.setdefault(column, set()).update(one for (one,) in rows)
    return found


def _columns(one: Indicator) -> list[tuple[Any, str]]:
    """Return the parts that say whom they touch, each with the column that does."""
    columns = (one.key, *one.reach)
    return [
        (part, next(column for column in columns if column in part.columns))
        for part in one.parts
        if any(column in part.columns for column in columns)
    ]


def _whom(connection: Connection[Any], one: Indicator, touched: Touched) -> list[UUID]:
    found = set(touched.get(one.key, ()))
    for column, statement in one.reach.items():
        held = touched.get(column)
        if held:
            rows = connection.execute(statement, {"ids": list(held)})
            found.update(subject for (subject,) in rows)
    return sorted(found)


def _signals(
    connection: Connection[Any],
    one: Indicator,
    moment: Moment,
    now: datetime,
    given: dict[str, Value],
    touched: Touched | None,
) -> list[Signal]:
    unknown = given.keys() - one.params.keys()
    if unknown:
        raise KeyError(f"{one.id} has no parameter {', '.join(sorted(unknown))}")
    values = {name: given.get(name, held.default) for name, held in one.params.items()}
    whom = None if touched is None else _whom(connection, one, touched)
    if whom == []:
        return []
    asked = moment.parameters(whom) | values | {"now": now}
    statement = one.statement(keyed=whom is not None, dated=moment.day is not None)
    params = tuple(_measure(name, value) for name, value in sorted(values.items()))
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(statement, asked)
        return [_signal(one, row, moment, params) for row in cursor]


def _signal(
    one: Indicator, row: Mapping[str, Any], moment: Moment, params: tuple[Measure, ...]
) -> Signal:
    return Signal(
        rule_id=one.id,
        rule_version=one.version,
        params=params,
        subject=_subject(one.key, row["subject"]),
        county_code=row["county"] or None,
        window=Window(starts_on=row["starts_on"], ends_on=row["ends_on"]),
        position=moment.until,
        evidence=tuple(sorted(set(row["evidence"])))[:EVIDENCE_MAX],
        values=tuple(
            _measure(name, value)
            for name, value in row.items()
            if name not in _FIXED and value is not None
        ),
        severity=row["severity"],
    )


def _subject(key: str, one: UUID) -> Subject:
    match key:
        case "class_id":
            return Subject(class_id=ClassId(one))
        case "person_id":
            return Subject(person_id=PersonId(one))
        case "claim_id":
            return Subject(claim_id=ClaimId(one))
        case _:
            raise KeyError(key)


def _measure(name: str, value: Any) -> Measure:  # noqa: ANN401 - of whatever column
    return Measure(name=name, value=str(value) if isinstance(value, date | UUID) else value)


def _now(connection: Connection[Any], moment: Moment) -> datetime:
    """Return the moment up to which the log had come, which is the clock of an indicator."""
    row = connection.execute(
        "select body from entry where position = %s", (moment.until,)
    ).fetchone()
    if row is None:
        raise LookupError(f"there is no entry at position {moment.until}")
    told = read_entry(moment.until, row[0].encode()).recorded_at
    return told if moment.day is None else min(told, end_of_day(moment.day))
