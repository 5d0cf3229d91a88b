"""What an institution was granted and for how long: listings, filings, suspensions, visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aggregates.ids import ClassId, InstructorId, OfficialId
from aggregates.institution.parts import SelectionStep


def within(on: date, valid_from: date, valid_to: date | None) -> bool:
    """Say whether a day lies between two days, both counted; no last day means without end."""
    return valid_from <= on and (valid_to is None or on <= valid_to)


@dataclass(frozen=True, slots=True)
class Application:
    """An application for selection.

    Attributes:
        call_id: The public call that it answers, if there was one.
        occupations: Codes and levels applied for.
        on: Local date of the record.
    """

    call_id: str | None
    occupations: frozenset[tuple[str, str]]
    on: date


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation of one category.

    Attributes:
        evaluation_id: Its id.
        method: How it was done.
        level: Whether the city, a county or a third party evaluated.
        passed: Its result.
        on: Local date of the record.
        occupations: Codes and levels it covered.
        attested: The conditions found in order, each with its last day, if it has one.
        steps: The steps of the selection by then.
        instructor_ids: The lecturers it looked at.
    """

    evaluation_id: UUID
    method: str
    level: str
    passed: bool
    on: date
    occupations: frozenset[tuple[str, str]]
    attested: Mapping[str, date | None]
    steps: tuple[SelectionStep, ...]
    instructor_ids: tuple[InstructorId, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A place in the city's catalogue.

    Attributes:
        category: 创业, 就业技能, 线上 or 专项.
        occupations: Codes and levels that it may train.
        valid_from: First day.
        valid_to: Last day, if it ends.
        catalogue_version: The version of the catalogue that says so.
    """

    category: str
    occupations: frozenset[tuple[str, str]]
    valid_from: date
    valid_to: date | None
    catalogue_version: str

    def stands(self, on: date) -> bool:
        """Say whether it is in force on a day."""
        return within(on, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class CountyFiling:
    """A filing with one county (INS-04)."""

    county: str
    valid_from: date
    valid_to: date | None
    responsible_org: str

    def stands(self, on: date) -> bool:
        """Say whether it is in force on a day."""
        return within(on, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A suspension by decision.

    Attributes:
        decision_no: The number of the decision.
        scope: ``ALL``, ``COUNTY`` or ``OCCUPATION``.
        county: The county, where the scope is one.
        occupations: The occupations, where the scope is some.
        valid_from: First day.
        valid_to: Last day, if it ends by itself.
        lifted_on: The first day on which training is allowed again by decision.
        running_classes_continue: Whether classes under way are finished.
    """

    decision_no: str
    scope: str
    county: str
    occupations: frozenset[str]
    valid_from: date
    valid_to: date | None
    running_classes_continue: bool
    lifted_on: date | None = None

    def stands(self, on: date) -> bool:
        """Say whether it is in force on a day."""
        lifted = self.lifted_on is not None and on >= self.lifted_on
        return within(on, self.valid_from, self.valid_to) and not lifted

    def touches(self, county: str, occupation: str) -> bool:
        """Say whether it forbids training in a county and for an occupation.

        An empty county or occupation asks for suspensions that hold whatever it is.
        """
        return (
            self.scope == "ALL"
            or (self.scope == "COUNTY" and self.county == county)
            or (self.scope == "OCCUPATION" and occupation in self.occupations)
        )


@dataclass(frozen=True, slots=True)
class Verification:
    """A visit to a site (FIL-03).

    Attributes:
        verification_id: Its id.
        purpose: Why the site was visited.
        site_id: The site.
        county: The county that visited.
        class_id: The class under way, if it was for one.
        on: Local date of the visit.
        verifiers: Who visited, each once.
        passed: Its result.
        attendance_checked: Whether those present were compared with the sheet.
        delivery_checked: Whether the teaching was compared with the timetable.
    """

    verification_id: UUID
    purpose: str
    site_id: str
    county: str
    class_id: ClassId | None
    on: date
    verifiers: frozenset[OfficialId]
    passed: bool
    attendance_checked: bool
    delivery_checked: bool
