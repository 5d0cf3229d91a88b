"""What the facts of an inspection add up to."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import ClassId, InstitutionId, OfficialId
from aggregates.inspection.facts import (
    InspectionClosed,
    InspectionConducted,
    InspectionFindingRecorded,
)
from aggregates.law.deadlines import local_date


@dataclass(frozen=True, slots=True)
class Inspection:
    """An inspection, from the day on which it was conducted: its plan is a sealed fact.

    Attributes:
        status: CONDUCTED or CLOSED; empty before.
        class_id: The class inspected, if it was one.
        institution_id: The institution.
        county: The county.
        inspection_type: REGULAR, RANDOM, DOUBLE_RANDOM or FOLLOW_UP.
        mode: ONSITE, VIDEO, PHONE or COMMISSIONED_AUDIT.
        inspectors: Who inspected, each once.
        at: When it began.
        counts_for_del05: Whether it is a regular inspection as DEL-05 and DEL-21 ask for.
        findings: The codes of its findings, in order.
        result: Its result, once it is closed.
    """

    status: str = ""
    class_id: ClassId | None = None
    institution_id: InstitutionId | None = None
    county: str = ""
    inspection_type: str = ""
    mode: str = ""
    inspectors: frozenset[OfficialId] = frozenset()
    at: datetime | None = None
    counts_for_del05: bool = False
    findings: tuple[str, ...] = ()
    result: str = ""

    @property
    def on(self) -> date | None:
        """The local date on which it was conducted."""
        return None if self.at is None else local_date(self.at)


def evolve(one: Inspection, fact: Fact, at: Recorded) -> Inspection:
    """Return the inspection after one more fact."""
    match fact:
        case InspectionConducted():
            return replace(
                one,
                status="CONDUCTED",
                class_id=fact.class_id,
                institution_id=fact.institution_id,
                county=fact.county_code,
                inspection_type=fact.inspection_type,
                mode=fact.mode,
                inspectors=frozenset(fact.inspectors),
                at=fact.starts_at,
                counts_for_del05=fact.counts_for_del05,
            )
        case InspectionFindingRecorded():
            return replace(one, findings=(*one.findings, fact.code))
        case InspectionClosed():
            return replace(one, status="CLOSED", result=fact.result)
        case _:
            return one


INSPECTION = stream("inspection", Inspection(), evolve)
