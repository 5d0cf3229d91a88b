"""The law as it stands at one moment of the policy book: what a decision may look up.

``Law`` is the state of the policy book: published parameters, lists, calendars and waivers.
Decisions name its ``version``; a replay at an earlier position sees the law of that position.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from aggregates.ids import InstitutionId
from aggregates.law.catalogues import (
    AssessmentBody,
    CatalogueVersion,
    CategoryScope,
    ClassHourStandard,
    InstitutionListing,
    OccupationRoute,
    OfficialSite,
    OnlinePlatform,
    SubsidyStandard,
    in_force,
)
from aggregates.law.parameters import Parameters, PolicySet
from aggregates.law.workdays import WorkCalendar

E = TypeVar("E")
_ANSWERS_MAX = 4096
"""How many answers a law keeps at hand."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A granted exception: from one rule, for one subject, until a day.

    Attributes:
        county: The county that granted it, which is not heard elsewhere; empty for the city.
    """

    rule: str
    subject: UUID
    valid_to: date
    waiver_id: str
    county: str = ""

    def stands(self, on: date, county: str) -> bool:
        """Say whether it holds on a day for what is a county's matter."""
        return on <= self.valid_to and self.county in ("", county)


_NO_LISTS: Mapping[str, tuple[CatalogueVersion, ...]] = MappingProxyType({})
_NO_WAIVERS: Mapping[tuple[str, UUID], tuple[Waiver, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Law:
    """The law in force as the policy book holds it.

    Attributes:
        policies: Published parameter sets in the order of publication.
        calendar: The published working-day calendars.
        catalogues: The complete versions of each list, by kind.
        waivers: Waivers by rule id and subject.
        version: A short name of all that stands here, such as ``p2.c14.w8``.
    """

    policies: tuple[PolicySet, ...] = ()
    calendar: WorkCalendar = field(default_factory=lambda: WorkCalendar({}, "w0"))
    catalogues: Mapping[str, tuple[CatalogueVersion, ...]] = field(
        default_factory=lambda: _NO_LISTS
    )
    waivers: Mapping[tuple[str, UUID], tuple[Waiver, ...]] = field(
        default_factory=lambda: _NO_WAIVERS
    )
    version: str = "p0.c0.w0"
    _asked: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def _once(self, key: Hashable, answer: Callable[[], E]) -> E:
        """Return what was answered before: a law never changes, so neither does its answer."""
        if key not in self._asked:
            if len(self._asked) >= _ANSWERS_MAX:
                self._asked.clear()
            self._asked[key] = answer()
        found: E = self._asked[key]
        return found

    def _by(
        self, kind: str, cls: type[E], on: date, key: Callable[[E], Hashable]
    ) -> Mapping[Hashable, tuple[E, ...]]:
        """Return the entries of the list in force on a day by what they are looked up with."""

        def sort() -> Mapping[Hashable, tuple[E, ...]]:
            found: dict[Hashable, tuple[E, ...]] = {}
            for one in self.entries(kind, cls, on):
                found[key(one)] = (*found.get(key(one), ()), one)
            return found

        version = in_force(self.catalogues.get(kind, ()), on)
        # By identity: history may hold two versions of one name.
        return {} if version is None else self._once((kind, id(version)), sort)

    def parameter(self, name: str, on: date, *, county: str = "") -> Any:  # noqa: ANN401 - any value fits here
        """Return a parameter's value on a day: the highest authority's latest, else the default.

        ``None`` means that the city has not set it: the rule then reports and never refuses.

        Raises:
            KeyError: no parameter has that name.
        """
        stood = self._once((on, county), lambda: Parameters(self.policies, on, county))
        return stood.value(name)

    def entries(self, kind: str, cls: type[E], on: date) -> tuple[E, ...]:
        """Return the entries of the list of ``kind`` in force on a day."""
        version = in_force(self.catalogues.get(kind, ()), on)
        if version is None:
            return ()
        return tuple(one for one in version.entries if isinstance(one, cls))

    def listings(self, institution_id: InstitutionId, on: date) -> tuple[InstitutionListing, ...]:
        """Return an institution's places in the city's catalogue on a day, one a category."""
        return self._by("INSTITUTION", InstitutionListing, on, _institution).get(institution_id, ())

    def listing(self, institution_id: InstitutionId, on: date) -> InstitutionListing | None:
        """Return an institution's first place in the city's catalogue on a day (INS-07)."""
        return next(iter(self.listings(institution_id, on)), None)

    def listed_for(
        self, institution_id: InstitutionId, occupation: str, level: str, on: date
    ) -> InstitutionListing | None:
        """Return the place that lists an institution for an occupation at a level (INS-07)."""
        for one in self.listings(institution_id, on):
            if any((o.code, o.level) == (occupation, level) for o in one.occupations):
                return one
        return None

    def standard(
        self, occupation: str, level: str, training_type: str, kind: str, on: date
    ) -> int | None:
        """Return the subsidy standard in fen a head, or nothing where none is set (ELG-19)."""
        wanted = (occupation, level, training_type, kind)
        found = self._by("SUBSIDY_STANDARD", SubsidyStandard, on, _standard).get(wanted)
        return found[0].amount_fen if found else None

    def hours(self, occupation: str, level: str, on: date) -> ClassHourStandard | None:
        """Return the class-hour standard of an occupation at a level, if it has one (FIL-10)."""
        found = self._by("CLASS_HOUR_STANDARD", ClassHourStandard, on, _occupation)
        return next(iter(found.get((occupation, level), ())), None)

    def routes(self, occupation: str, level: str, on: date) -> tuple[str, ...]:
        """Return the assessment routes open to an occupation at a level (ASM-01 to ASM-03)."""
        found = self._by("OCCUPATION_ROUTE", OccupationRoute, on, _occupation)
        return next((one.routes for one in found.get((occupation, level), ())), ())

    def assesses(self, body: InstitutionId, occupation: str, level: str, on: date) -> bool:
        """Say whether a body may assess an occupation at a level."""
        return any(
            one.body_id == body
            and any((o.code, o.level) == (occupation, level) for o in one.occupations)
            for one in self.entries("ASSESSMENT_BODY", AssessmentBody, on)
        )

    def platform(self, platform_id: str, on: date) -> OnlinePlatform | None:
        """Return a recognised or recommended platform (FIL-15)."""
        for one in self.entries("ONLINE_PLATFORM", OnlinePlatform, on):
            if one.platform_id == platform_id:
                return one
        return None

    def scope(self, category: str, on: date) -> CategoryScope | None:
        """Return for what a category of persons is subsidised (ELG-01, C-17)."""
        for one in self.entries("PERSON_CATEGORY", CategoryScope, on):
            if one.category == category:
                return one
        return None

    def official_hosts(self, county: str, on: date) -> frozenset[str]:
        """Return the hosts on which a county, and the city, publish (CLM-16)."""
        sites = self.entries("OFFICIAL_SITE", OfficialSite, on)
        return frozenset(one.host for one in sites if one.county in (county, "371500"))

    def waived(self, rule: str, subject: UUID, on: date, county: str) -> Waiver | None:
        """Return the latest waiver of a rule for a subject that stands on a day, if any.

        Args:
            rule: The rule.
            subject: The class, institution or claim.
            on: The day.
            county: Whose matter it is: a county waives in its own name, the city for all.
        """
        granted = reversed(self.waivers.get((rule, subject), ()))
        return next((one for one in granted if one.stands(on, county)), None)


def _institution(one: InstitutionListing) -> Hashable:
    return one.institution_id


def _standard(one: SubsidyStandard) -> Hashable:
    return (one.occupation, one.level, one.training_type, one.kind)


def _occupation(one: ClassHourStandard | OccupationRoute) -> Hashable:
    return (one.occupation, one.level)
