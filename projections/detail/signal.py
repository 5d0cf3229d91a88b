"""Signals that indicators raised and that are not sealed: what each is about and rests on."""

from collections.abc import Iterator

from aggregates.risk_signal.facts import RiskSignalRaised
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a signal."""
    fact = read.fact
    if not isinstance(fact, RiskSignalRaised):
        return
    (kind, subject), *_ = fact.subject.given
    yield (
        fact.window.ends_on or fact.window.starts_on or read.recorded_on,
        fact.signal_id,
        fact.rule_id,
        fact.rule_version,
        fact.severity,
        kind,
        subject,
        fact.county_code,
        fact.window.starts_on,
        fact.window.ends_on,
        fact.position,
        list(fact.evidence),
        [f"{one.name}={one.value}" for one in fact.params],
        [f"{one.name}={one.value}" for one in fact.values],
        read.recorded_at,
    )


SIGNAL = Part(
    name="signal",
    columns={
        "signal_id": "uuid not null",
        "rule_id": "text not null",
        "rule_version": "text not null",
        "severity": "text not null",
        "subject_kind": "text not null",
        "subject_id": "uuid not null",
        "county": "text",
        "starts_on": "date",
        "ends_on": "date",
        "read_to": "bigint not null",
        "evidence": "bigint[] not null",
        "params": "text[] not null",
        "found": "text[] not null",
        "raised_at": "timestamptz not null",
    },
    facts=(RiskSignalRaised,),
    rows=rows,
    indexes=("signal_id",),
)
