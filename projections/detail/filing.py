"""Class filings (开班备案), each submission whole: what was filed, and until when it was due."""

from collections.abc import Iterator

from aggregates.law.deadlines import local_date
from aggregates.training_class.facts import ClassFilingResubmitted, ClassFilingSubmitted
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a submission."""
    fact = read.fact
    if not isinstance(fact, ClassFilingSubmitted | ClassFilingResubmitted):
        return
    filing, hours, required = fact.filing, fact.filing.hours, fact.required
    # Late paper of the ledger's own time cannot make a filing look timely; history before it can
    # only be told by its paper.
    told = filing.declared_on if read.channel == "migration" else None
    made = [local_date(scan.created_at) for scan in filing.scans if scan.created_at is not None]
    yield (
        filing.declared_on or read.recorded_on,
        fact.class_id,
        fact.institution_id,
        fact.county_code,
        filing.filing_no,
        filing.training_type,
        filing.occupation,
        filing.level,
        None if filing.plan_item is None else f"{filing.planned_start:%Y-%m}",
        told or read.recorded_on,
        filing.planned_start,
        filing.planned_end,
        hours.total,
        hours.theory,
        hours.practice,
        hours.online,
        fact.heads,
        required.total,
        required.practice_bp,
        required.online_bp,
        required.by_standard,
        fact.clock.due_on,
        fact.clock.waiver_id is not None,
        fact.judged_on if isinstance(fact, ClassFilingResubmitted) else read.recorded_on,
        filing.declared_on,
        max(made, default=None),
        read.recorded_at,
        read.channel,
    )


FILING = Part(
    name="filing",
    columns={
        "class_id": "uuid not null",
        "institution_id": "uuid not null",
        "county": "text not null",
        "filing_no": "text not null",
        "training_type": "text not null",
        "occupation": "text not null",
        "level": "text not null",
        "plan_month": "text",
        "filed_on": "date not null",
        "planned_start": "date not null",
        "planned_end": "date not null",
        "hours_total": "integer not null",
        "hours_theory": "integer not null",
        "hours_practice": "integer not null",
        "hours_online": "integer not null",
        "heads": "integer not null",
        "required_total": "integer not null",
        "required_practice_bp": "integer not null",
        "required_online_bp": "integer",
        "by_standard": "boolean not null",
        "due_on": "date not null",
        "waived": "boolean not null",
        "judged_on": "date not null",
        "declared_on": "date",
        "scanned_on": "date",
        "recorded_at": "timestamptz not null",
        "channel": "text not null",
    },
    facts=(ClassFilingSubmitted, ClassFilingResubmitted),
    rows=rows,
    indexes=("class_id", "institution_id"),
)
