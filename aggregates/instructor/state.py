"""What the facts of a lecturer add up to."""

from dataclasses import dataclass, replace
from datetime import date

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import InstitutionId
from aggregates.instructor.facts import InstructorEngaged, InstructorRegistered, Qualification
from aggregates.sealed import IdNumber, Matchable

ENTREPRENEURSHIP = "ENTREPRENEURSHIP_LECTURER"
"""The type of the certificate that entrepreneurship courses ask for (马兰花 第四条(三))."""


@dataclass(frozen=True, slots=True)
class Engagement:
    """That a training body engages a lecturer."""

    institution_id: InstitutionId
    employment: str
    valid_from: date
    valid_to: date | None

    def stands(self, on: date) -> bool:
        """Say whether it is in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Instructor:
    """A lecturer.

    Attributes:
        registered_on: Local date of the registration; None while there is none.
        county: The county in whose registry he or she stands.
        id_number: Whose registration it is.
        qualifications: All that he or she holds.
        engagements: Every engagement, the latest last.
    """

    registered_on: date | None = None
    county: str = ""
    id_number: Matchable[IdNumber] | None = None
    qualifications: tuple[Qualification, ...] = ()
    engagements: tuple[Engagement, ...] = ()

    def engaged(self, institution_id: InstitutionId, on: date) -> Engagement | None:
        """Return the engagement by an institution that stands on a day, if any."""
        for one in reversed(self.engagements):
            if one.institution_id == institution_id and one.stands(on):
                return one
        return None

    def roles(self, occupation: str, on: date) -> frozenset[str]:
        """Return in which roles he or she may teach an occupation on a day (INS-20)."""
        held = {
            one.role
            for one in self.qualifications
            if one.occupation == occupation and (one.valid_to is None or on <= one.valid_to)
        }
        return frozenset({"THEORY", "PRACTICE"} if "BOTH" in held else held)

    def qualified(self, occupation: str, on: date, role: str = "") -> bool:
        """Say whether he or she may teach an occupation on a day, in a role or in any."""
        roles = self.roles(occupation, on)
        return bool(roles) if not role else role in roles

    def certified_for_course(self, course: str, on: date) -> bool:
        """Say whether he or she holds an entrepreneurship course's own certificate (INS-23)."""
        return any(
            one.type == ENTREPRENEURSHIP
            and one.occupation == course
            and (one.valid_to is None or on <= one.valid_to)
            for one in self.qualifications
        )


def evolve(instructor: Instructor, fact: Fact, at: Recorded) -> Instructor:
    """Return the lecturer after one more fact."""
    match fact:
        case InstructorRegistered():
            return replace(
                instructor,
                registered_on=instructor.registered_on or at.on,
                county=fact.county_code,
                id_number=fact.id_number,
                qualifications=fact.qualifications,
            )
        case InstructorEngaged():
            made = Engagement(fact.institution_id, fact.employment, fact.valid_from, fact.valid_to)
            kept = tuple(
                replace(one, valid_to=min(one.valid_to or fact.valid_from, fact.valid_from))
                if one.institution_id == fact.institution_id and one.stands(fact.valid_from)
                else one
                for one in instructor.engagements
            )
            return replace(instructor, engagements=(*kept, made))
        case _:
            return instructor


INSTRUCTOR = stream("instructor", Instructor(), evolve)
