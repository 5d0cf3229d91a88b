"""Teaching completed: the hours that were taught, and what the law asked of them."""

from collections.abc import Iterator

from aggregates.law.deadlines import local_date
from aggregates.training_class.facts import TeachingCompleted
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a class whose teaching was completed."""
    fact = read.fact
    if isinstance(fact, TeachingCompleted):
        required = fact.required
        yield (
            local_date(fact.actual_end),
            fact.class_id,
            fact.completed,
            required.total,
            required.practice_bp,
            required.online_bp,
            required.by_standard,
            read.recorded_at,
            read.channel,
        )


COMPLETION = Part(
    name="completion",
    columns={
        "class_id": "uuid not null",
        "completed": "integer not null",
        "required_total": "integer not null",
        "required_practice_bp": "integer not null",
        "required_online_bp": "integer",
        "by_standard": "boolean not null",
        "recorded_at": "timestamptz not null",
        "channel": "text not null",
    },
    facts=(TeachingCompleted,),
    rows=rows,
    indexes=("class_id",),
)
