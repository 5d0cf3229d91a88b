"""What the law leaves to the city is published here, with versions and effective dates.

A decision names the version of this book that it used. A replay at an earlier position sees the
book of that position, and never decides anew.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from aggregates.facts import Code, Count, CountyCode, Digest, Fact, Title, fact, record
from aggregates.ids import ClassId, InstitutionId, OfficialId
from aggregates.law.catalogues import (
    AssessmentBody,
    CatalogueKind,
    CategoryScope,
    ClassHourStandard,
    InstitutionListing,
    OccupationRoute,
    OfficialSite,
    OnlinePlatform,
    SubsidyStandard,
)
from aggregates.sealed import FreeText, Personal

Url = Annotated[str, Meta(pattern="^https?://[^\\s/]+", max_length=300)]
"""Where something is published."""
Precedence = Literal["STATE", "PROVINCE", "CITY", "COUNTY"]
Whole = Annotated[int, Meta(ge=-(2**53), le=2**53)]


@record
class Row:
    """A row of a parameter that is a table: its name, and the words in it."""

    name: Code
    words: tuple[Code, ...]


@record
class Setting:
    """A parameter by its name, with its value: ratios in basis points, dates as text."""

    name: Code
    value: Whole | bool | Code | tuple[Whole | Code | Row, ...]


@fact("policy-book.policy-set-published.v1")
class PolicySetPublished(Fact):
    """A version of a set of parameters was published.

    Attributes:
        policy_id: What all versions of the policy have in common, such as ``17号``.
        doc_no: The number of the document.
        precedence: The authority; a higher one goes first (TRN-04).
        county_code: The county, where the set is one county's own.
        supersedes: The ids of policies that it replaces while it is in force.
    """

    policy_id: Code
    version: Code
    doc_no: Code
    title: Title
    precedence: Precedence
    county_code: CountyCode | None = None
    effective_from: date
    effective_to: date | None = None
    parameters: tuple[Setting, ...]
    supersedes: tuple[Code, ...] = ()


@fact("policy-book.catalogue-version-published.v1")
class CatalogueVersionPublished(Fact):
    """One part of a version of a list; the version is in force once its last part is in.

    Attributes:
        entries_hash: Digest of all entries of the version, every part together
            (``aggregates.policy_book.entries.digest_of``).
        part: Which part it is, from 1.
        parts: How many there are.
        published_url: Where the list is published.
    """

    catalogue: CatalogueKind
    version: Code
    entries_hash: Digest
    part: Count
    parts: Count
    effective_from: date
    published_url: Url | None = None
    institutions: tuple[InstitutionListing, ...] = ()
    standards: tuple[SubsidyStandard, ...] = ()
    bodies: tuple[AssessmentBody, ...] = ()
    platforms: tuple[OnlinePlatform, ...] = ()
    routes: tuple[OccupationRoute, ...] = ()
    categories: tuple[CategoryScope, ...] = ()
    hour_standards: tuple[ClassHourStandard, ...] = ()
    sites: tuple[OfficialSite, ...] = ()


@fact("policy-book.work-calendar-year-published.v1")
class WorkCalendarYearPublished(Fact):
    """The working days of a year, as the State Council arranged them.

    Attributes:
        holidays: The days of rest by arrangement; weekends need not be among them.
        makeup_workdays: The weekend days of work.
        source_doc: The document that arranges them.
        source_sha256: The digest of what they were taken from.
        second_checker: Who compared them with the document; never who entered them.
    """

    year: Annotated[int, Meta(ge=2000, le=2200)]
    holidays: tuple[date, ...]
    makeup_workdays: tuple[date, ...]
    source_doc: Title
    source_sha256: Digest
    second_checker: OfficialId


Ground = Literal["EMERGENCY", "STANDARD_OUTDATED", "NO_STANDARD", "CITY_RULE", "MEETING"]


@fact("policy-book.waiver-granted.v1")
class WaiverGranted(Fact):
    """An exception from one rule, for one class or institution, until a day.

    Attributes:
        rule_id: The rule that is waived.
        ground: Why it may be.
        reason: The reasons in the approver's words.
        approver: Who approved it.
        doc_no: The number of the document, such as the minutes of a meeting.
        doc: The document.
        valid_to: The last day on which the rule is waived.
    """

    waiver_id: Code
    rule_id: Code
    ground: Ground
    class_id: ClassId | None = None
    institution_id: InstitutionId | None = None
    county_code: CountyCode | None = None
    reason: Personal[FreeText]
    approver: OfficialId
    doc_no: Code
    doc: Digest
    valid_to: date
