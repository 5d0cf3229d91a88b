"""A lecturer enters the county's registry (17号 二(二)) and is engaged by training bodies."""

from datetime import date
from typing import Literal

from aggregates.facts import Code, CountyCode, Digest, Fact, fact, record
from aggregates.ids import InstitutionId, InstructorId
from aggregates.sealed import IdNumber, Matchable, Name, Personal, Phone, PlainText, Restricted

TeachingRole = Literal["THEORY", "PRACTICE", "BOTH"]


@record
class Qualification:
    """What a lecturer may teach, by which certificate, until when."""

    type: Literal[
        "TEACHER", "SKILL_LEVEL", "PROFESSIONAL_TITLE", "ENTREPRENEURSHIP_LECTURER", "OTHER"
    ]
    occupation: Code
    level: Code
    cert_no: Personal[PlainText]
    valid_to: date | None = None
    role: TeachingRole


@fact("instructor.registered.v1")
class InstructorRegistered(Fact):
    """A lecturer was entered in a county's registry, or entered anew with what has changed.

    Attributes:
        qualifications: All that he or she holds.
        photo: The digest of the photograph.
    """

    instructor_id: InstructorId
    county_code: CountyCode
    name: Personal[Name]
    id_number: Matchable[IdNumber]
    phone: Matchable[Phone] | None = None
    qualifications: tuple[Qualification, ...]
    photo: Restricted[Digest] | None = None


@fact("instructor.engaged.v1")
class InstructorEngaged(Fact):
    """A training body engaged a lecturer.

    Attributes:
        employment: Full time (专职) or part time (兼职).
        employer_of_social_insurance: The credit code of whoever pays the social insurance.
    """

    instructor_id: InstructorId
    institution_id: InstitutionId
    employment: Literal["FULL", "PART"]
    valid_from: date
    valid_to: date | None = None
    employer_of_social_insurance: Code | None = None
