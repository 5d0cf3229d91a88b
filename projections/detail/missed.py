"""What was recorded of deadlines: that one was missed, or that it falls on another day now."""

from collections.abc import Iterator
from datetime import timedelta

from aggregates.law.deadlines import local_date
from aggregates.system.facts import DeadlineMissed, DeadlineRecomputed
from projections.part import Part, Read, Row

_MOMENT = timedelta(microseconds=1)


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a record; a deadline at midnight is the day before."""
    fact = read.fact
    if isinstance(fact, DeadlineMissed):
        due, new, rule_id = local_date(fact.due_at - _MOMENT), None, fact.duty_rule_id
    elif isinstance(fact, DeadlineRecomputed):
        due, new, rule_id = fact.old_due_on, fact.new_due_on, fact.rule_id
    else:
        return
    for _, subject in fact.subject.given[:1]:
        yield read.recorded_on, subject, rule_id, fact.ref or "", due, new, read.recorded_at


MISSED = Part(
    name="missed",
    columns={
        "subject_id": "uuid not null",
        "rule_id": "text not null",
        "ref": "text not null",
        "due_on": "date not null",
        "new_on": "date",
        "recorded_at": "timestamptz not null",
    },
    facts=(DeadlineMissed, DeadlineRecomputed),
    rows=rows,
    indexes=("subject_id",),
)
