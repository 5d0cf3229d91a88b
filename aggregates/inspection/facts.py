"""The story of an inspection (17号 三(三)): planned, conducted, findings, closed.

A plan is a sealed fact: the inspected body must not learn of it. What was conducted is open.
"""

from datetime import date
from typing import Literal

from aggregates.facts import Code, Count, CountyCode, Digest, Fact, Instant, fact, record
from aggregates.ids import ClassId, EnrolmentId, InspectionId, InstitutionId, OfficialId
from aggregates.sealed import FreeText, Personal

InspectionType = Literal["REGULAR", "RANDOM", "DOUBLE_RANDOM", "FOLLOW_UP"]
InspectionMode = Literal["ONSITE", "VIDEO", "PHONE", "COMMISSIONED_AUDIT"]


@fact("inspection.planned.v1")
class InspectionPlanned(Fact):
    """An inspection of a class, or of an institution, was planned.

    Attributes:
        inspectors: Who is to go; empty until they are named or drawn.
    """

    inspection_id: InspectionId
    class_id: ClassId | None = None
    institution_id: InstitutionId
    county_code: CountyCode
    inspection_type: InspectionType
    mode: InspectionMode
    inspectors: tuple[OfficialId, ...] = ()
    due_on: date


@record
class RollCall:
    """Whether a trainee was seen."""

    enrolment_id: EnrolmentId
    seen: bool


@fact("inspection.conducted.v1")
class InspectionConducted(Fact):
    """An inspection took place.

    Attributes:
        session_no: The session that was visited.
        headcount: Trainees seen; None where nobody counted.
        roster_expected: Trainees who should have been there.
        not_on_roster: People seen who are on no roster.
        instructor_seen: Whether the lecturer of the timetable taught; None where not looked at.
        course_as_planned: Whether the course of the timetable was taught.
        place_ok: Whether it was the place of the timetable.
        recording_ok: Whether picture and sound were being recorded.
        counts_for_del05: Whether it is a regular inspection as DEL-05 and DEL-21 ask for:
            at least two inspectors together, within the class, attendance and delivery both.
    """

    inspection_id: InspectionId
    class_id: ClassId | None = None
    institution_id: InstitutionId
    county_code: CountyCode
    inspection_type: InspectionType
    mode: InspectionMode
    session_no: Count | None = None
    starts_at: Instant
    ends_at: Instant
    inspectors: tuple[OfficialId, ...]
    headcount: Count | None = None
    roster_expected: Count | None = None
    not_on_roster: Count = 0
    roll_call: tuple[RollCall, ...] = ()
    instructor_seen: bool | None = None
    course_as_planned: bool | None = None
    place_ok: bool | None = None
    recording_ok: bool | None = None
    photos: tuple[Digest, ...] = ()
    signatures: tuple[Digest, ...] = ()
    counts_for_del05: bool


@fact("inspection.finding-recorded.v1")
class InspectionFindingRecorded(Fact):
    """Inspectors recorded a finding.

    Attributes:
        code: The item of the negative list (``NL-4.4``) or the rule that it is about.
        description: What was found, in the inspectors' words.
    """

    inspection_id: InspectionId
    class_id: ClassId | None = None
    institution_id: InstitutionId
    county_code: CountyCode
    finding_no: Count
    code: Code
    severity: Literal["LOW", "MEDIUM", "HIGH"]
    description: Personal[FreeText]
    evidence: tuple[Digest, ...] = ()
    recorded_by: OfficialId


@fact("inspection.closed.v1")
class InspectionClosed(Fact):
    """An inspection was closed with a result.

    Attributes:
        published_url: Where the result of a double-random inspection was made public (SUP-09).
    """

    inspection_id: InspectionId
    class_id: ClassId | None = None
    institution_id: InstitutionId
    county_code: CountyCode
    result: Literal["NORMAL", "RECTIFY", "NEGATIVE_ITEM"]
    published_url: Code | None = None
    closed_by: OfficialId
