"""Institutions by name, as they registered.

A name is no event of a day: it counts on every business date once it is known.
"""

from collections.abc import Iterator
from datetime import date

from aggregates.institution.facts import InstitutionRegistered
from projections.part import Part, Read, Row

ALWAYS = date(1970, 1, 1)


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a registration."""
    fact = read.fact
    if isinstance(fact, InstitutionRegistered):
        yield ALWAYS, fact.institution_id, fact.county_code, fact.kind, fact.name, fact.uscc


INSTITUTION = Part(
    name="institution",
    columns={
        "institution_id": "uuid not null",
        "county": "text not null",
        "kind": "text not null",
        "name": "text not null",
        "uscc": "text not null",
    },
    facts=(InstitutionRegistered,),
    rows=rows,
    indexes=("institution_id",),
)
