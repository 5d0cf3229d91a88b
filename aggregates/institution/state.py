"""What the facts of an institution add up to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import ClassId
from aggregates.institution.facts import (
    InstitutionEvaluated,
    InstitutionFiledInCounty,
    InstitutionListed,
    InstitutionRegistered,
    InstitutionSelectionApplied,
    InstitutionSiteVerified,
    InstitutionSuspended,
    InstitutionSuspensionLifted,
    TrainingSiteRegistered,
)
from aggregates.institution.premises import Site, site_of
from aggregates.institution.standing import (
    Application,
    CountyFiling,
    Evaluation,
    Listing,
    Suspension,
    Verification,
)
from aggregates.law.catalogues import Occupation
from aggregates.law.deadlines import local_date
from aggregates.sealed import Account, Matchable

_NO_SITES: Mapping[str, Site] = MappingProxyType({})
_NO_APPLICATIONS: Mapping[str, Application] = MappingProxyType({})
_NO_EVALUATIONS: Mapping[str, Evaluation] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Institution:
    """A training body or an employer.

    Attributes:
        kind: What it is; empty while it is not registered.
        name: Its public name.
        uscc: Its unified social credit code.
        county: The county of its seat.
        licence_no: Its licence, if it needs one.
        licence_scope: The occupations it may train by that licence; empty where none is stated.
        licence_valid_to: The licence's last day, if it has one.
        hr_filing_no: An employer's filing number with the HR bureau.
        self_evaluation: An employer's certificate of self-evaluation, if it has one.
        self_evaluation_valid_to: That certificate's last day, if it has one.
        basic_account: The only account that money goes to (CLM-12).
        applications: The latest application by category.
        evaluations: The latest evaluation for selection by category.
        periodic: The latest periodic evaluation by category.
        listings: Every listing.
        filings: Every filing with a county.
        suspensions: Every suspension.
        sites: Its sites by id.
        verifications: Every visit to a site.
    """

    kind: str = ""
    name: str = ""
    uscc: str = ""
    county: str = ""
    licence_no: str | None = None
    licence_scope: frozenset[str] = frozenset()
    licence_valid_to: date | None = None
    hr_filing_no: str | None = None
    self_evaluation: str | None = None
    self_evaluation_valid_to: date | None = None
    basic_account: Matchable[Account] | None = None
    applications: Mapping[str, Application] = field(default_factory=lambda: _NO_APPLICATIONS)
    evaluations: Mapping[str, Evaluation] = field(default_factory=lambda: _NO_EVALUATIONS)
    periodic: Mapping[str, Evaluation] = field(default_factory=lambda: _NO_EVALUATIONS)
    listings: tuple[Listing, ...] = ()
    filings: tuple[CountyFiling, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    sites: Mapping[str, Site] = field(default_factory=lambda: _NO_SITES)
    verifications: tuple[Verification, ...] = ()

    @property
    def registered(self) -> bool:
        """Whether it is registered at all."""
        return bool(self.kind)

    def status(self, on: date) -> str:
        """Return its step in the life cycle on a day; empty while it is not registered."""
        if not self.registered:
            return ""
        if self.suspension(on) is not None:
            return "SUSPENDED"
        if any(one.stands(on) for one in self.listings):
            return "LISTED"
        if any(one.passed for one in self.evaluations.values()):
            return "EVALUATED"
        waiting = set(self.applications) - set(self.evaluations)
        return "APPLIED" if waiting else "REGISTERED"

    def licensed(self, on: date) -> bool:
        """Say whether its licence is valid on a day."""
        ended = self.licence_valid_to is not None and on > self.licence_valid_to
        return self.licence_no is not None and not ended

    def licensed_for(self, occupation: str) -> bool:
        """Say whether an occupation lies within its licence (INS-29, NL-1.3).

        A licence that states no scope, such as a college's, sets no bound.
        """
        return not self.licence_scope or occupation in self.licence_scope

    def self_evaluates(self, on: date) -> bool:
        """Say whether an employer, filed with the HR bureau, may evaluate its staff (INS-08)."""
        ended = self.self_evaluation_valid_to is not None and on > self.self_evaluation_valid_to
        return bool(self.hr_filing_no) and self.self_evaluation is not None and not ended

    def listed(self, on: date, category: str = "") -> tuple[Listing, ...]:
        """Return the listings in force on a day, of one category or of all."""
        return tuple(
            one for one in self.listings if one.stands(on) and category in ("", one.category)
        )

    def filed_in(self, county: str, on: date) -> CountyFiling | None:
        """Return the filing with a county that is in force on a day, if any (INS-04)."""
        for one in reversed(self.filings):
            if one.county == county and one.stands(on):
                return one
        return None

    def suspension(self, on: date, county: str = "", occupation: str = "") -> Suspension | None:
        """Return a suspension in force on a day for a county and an occupation, if any (INS-12)."""
        for one in self.suspensions:
            if one.stands(on) and one.touches(county, occupation):
                return one
        return None

    def site(self, site_id: str) -> Site | None:
        """Return a site, if it is registered."""
        return self.sites.get(site_id)

    def verified_before_first_task(self, county: str = "") -> Verification | None:
        """Return a passed visit before the first task, in a county or anywhere (FIL-03)."""
        for one in self.verifications:
            if one.purpose == "FIRST_TASK_PRE" and one.passed and county in ("", one.county):
                return one
        return None

    def verified_in_class(self, class_id: ClassId) -> Verification | None:
        """Return the visit during a class that looked at attendance and delivery (FIL-03)."""
        for one in self.verifications:
            looked = one.attendance_checked and one.delivery_checked
            if one.purpose == "FIRST_TASK_IN_CLASS" and one.class_id == class_id and looked:
                return one
        return None


def pairs(occupations: Iterable[Occupation]) -> frozenset[tuple[str, str]]:
    """Return occupations as pairs of code and level."""
    return frozenset((one.code, one.level) for one in occupations)


def _registered(fact: InstitutionRegistered) -> Institution:
    own = fact.self_evaluation
    return Institution(
        kind=fact.kind,
        name=fact.name,
        uscc=fact.uscc,
        county=fact.county_code,
        licence_no=fact.licence_no,
        licence_scope=frozenset(fact.licence_scope),
        licence_valid_to=fact.licence_valid_to,
        hr_filing_no=fact.hr_filing_no,
        self_evaluation=None if own is None else own.cert_no,
        self_evaluation_valid_to=None if own is None else own.valid_to,
        basic_account=fact.basic_account.account,
    )


def _evaluated(one: Institution, fact: InstitutionEvaluated, at: Recorded) -> Institution:
    made = Evaluation(
        evaluation_id=fact.evaluation_id,
        method=fact.method,
        level=fact.evaluator_level,
        passed=fact.result == "PASS",
        on=at.on,
        occupations=pairs(fact.occupations),
        attested=MappingProxyType({c.code: c.valid_to for c in fact.conditions if c.ok}),
        steps=fact.steps,
        instructor_ids=fact.instructor_ids,
    )
    if fact.method == "PERIODIC":
        return replace(one, periodic=MappingProxyType({**one.periodic, fact.category: made}))
    return replace(one, evaluations=MappingProxyType({**one.evaluations, fact.category: made}))


def _verified(one: Institution, fact: InstitutionSiteVerified) -> Institution:
    visit = Verification(
        verification_id=fact.verification_id,
        purpose=fact.purpose,
        site_id=fact.site_id,
        county=fact.county_code,
        class_id=fact.class_id,
        on=local_date(fact.verified_at),
        verifiers=frozenset(fact.verifiers),
        passed=fact.result == "PASS",
        attendance_checked=fact.attendance_checked,
        delivery_checked=fact.delivery_checked,
    )
    sites = one.sites
    site = sites.get(fact.site_id)
    if site is not None:
        found = pairs(fact.occupations)
        approved = site.approved | found if visit.passed else site.approved - found
        sites = MappingProxyType({**sites, fact.site_id: replace(site, approved=approved)})
    return replace(one, sites=sites, verifications=(*one.verifications, visit))


def _suspended(one: Institution, fact: InstitutionSuspended) -> Institution:
    made = Suspension(
        decision_no=fact.decision_no,
        scope=fact.scope,
        county=fact.county_code or "",
        occupations=frozenset(fact.occupations),
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
        running_classes_continue=fact.running_classes_continue,
    )
    return replace(one, suspensions=(*one.suspensions, made))


def _lifted(one: Institution, fact: InstitutionSuspensionLifted) -> Institution:
    return replace(
        one,
        suspensions=tuple(
            replace(held, lifted_on=fact.lifted_on)
            if held.decision_no == fact.suspension_no
            else held
            for held in one.suspensions
        ),
    )


def evolve(one: Institution, fact: Fact, at: Recorded) -> Institution:  # noqa: PLR0911 - one each
    """Return the institution after one more fact."""
    match fact:
        case InstitutionRegistered():
            return _registered(fact)
        case TrainingSiteRegistered():
            site = site_of(fact, one.sites.get(fact.site_id))
            return replace(one, sites=MappingProxyType({**one.sites, fact.site_id: site}))
        case InstitutionSelectionApplied():
            made = Application(fact.call_id, pairs(fact.occupations), at.on)
            evaluations = {k: v for k, v in one.evaluations.items() if k != fact.category}
            return replace(
                one,
                applications=MappingProxyType({**one.applications, fact.category: made}),
                evaluations=MappingProxyType(evaluations),
            )
        case InstitutionEvaluated():
            return _evaluated(one, fact, at)
        case InstitutionListed():
            listing = Listing(
                fact.category,
                pairs(fact.occupations),
                fact.valid_from,
                fact.valid_to,
                fact.catalogue_version,
            )
            return replace(one, listings=(*one.listings, listing))
        case InstitutionFiledInCounty():
            filing = CountyFiling(
                fact.county_code, fact.valid_from, fact.valid_to, fact.responsible_org
            )
            return replace(one, filings=(*one.filings, filing))
        case InstitutionSiteVerified():
            return _verified(one, fact)
        case InstitutionSuspended():
            return _suspended(one, fact)
        case InstitutionSuspensionLifted():
            return _lifted(one, fact)
        case _:
            return one


INSTITUTION = stream("institution", Institution(), evolve)
