"""Certificates issued: to whom, for what, on which day, after how much attendance."""

from collections.abc import Iterator

from aggregates.certificate.facts import CertificateIssued
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a certificate."""
    fact = read.fact
    if isinstance(fact, CertificateIssued):
        yield (
            fact.issued_on,
            fact.class_id,
            fact.enrolment_id,
            fact.person_id,
            fact.certificate_id,
            fact.occupation,
            fact.level,
            fact.issued_on,
            fact.attended_bp,
        )


CERTIFICATE = Part(
    name="certificate",
    columns={
        "class_id": "uuid not null",
        "enrolment_id": "uuid not null",
        "person_id": "uuid not null",
        "certificate_id": "uuid not null",
        "occupation": "text not null",
        "level": "text not null",
        "issued_on": "date not null",
        "attended_bp": "integer not null",
    },
    facts=(CertificateIssued,),
    rows=rows,
    indexes=("class_id",),
)
