"""What the facts of the policy book add up to: the law in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import ClassId, InstitutionId
from aggregates.law.catalogues import CatalogueVersion
from aggregates.law.in_force import Law, Waiver
from aggregates.law.parameters import PolicySet, faults, read
from aggregates.law.workdays import CalendarYear, calendar_of
from aggregates.policy_book.entries import entries_of
from aggregates.policy_book.facts import (
    CatalogueVersionPublished,
    PolicySetPublished,
    WaiverGranted,
    WorkCalendarYearPublished,
)
from aggregates.policy_book.settings import values_of

_Parts = Mapping[int, CatalogueVersionPublished]
_NO_PARTS: Mapping[tuple[str, str], _Parts] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """The policy book of a city.

    Attributes:
        law: The law in force.
        incomplete: Versions of lists of which parts are still missing, by kind and version.
        published: Every version of a list that is complete, by kind and version.
        waiver_ids: The numbers of all waivers.
    """

    law: Law = field(default_factory=Law)
    incomplete: Mapping[tuple[str, str], _Parts] = field(default_factory=lambda: _NO_PARTS)
    published: frozenset[tuple[str, str]] = frozenset()
    waiver_ids: frozenset[str] = frozenset()


def evolve(book: PolicyBook, fact: Fact, at: Recorded) -> PolicyBook:
    """Return the book after one more fact."""
    del at
    match fact:
        case PolicySetPublished():
            return _with(book, replace(book.law, policies=(*book.law.policies, _policy(fact))))
        case CatalogueVersionPublished():
            return _with_part(book, fact)
        case WorkCalendarYearPublished():
            return _with(book, _with_year(book.law, fact))
        case WaiverGranted():
            return _with_waiver(book, fact)
        case _:
            return book


def _with(book: PolicyBook, law: Law) -> PolicyBook:
    lists = sum(len(versions) for versions in law.catalogues.values())
    version = f"p{len(law.policies)}.c{lists}.w{len(law.calendar.years)}"
    return replace(book, law=replace(law, version=version))


def _policy(fact: PolicySetPublished) -> PolicySet:
    """Return the set with what can be taken of it: history may hold what is refused today."""
    fit = {
        name: read(name, raw)
        for name, raw in values_of(fact.parameters).items()
        if not faults({name: raw}, fact.precedence)
    }
    return PolicySet(
        policy_id=fact.policy_id,
        version=fact.version,
        precedence=fact.precedence,
        effective_from=fact.effective_from,
        effective_to=fact.effective_to,
        values=MappingProxyType(fit),
        county=fact.county_code or "",
        supersedes=fact.supersedes,
    )


def _with_year(law: Law, fact: WorkCalendarYearPublished) -> Law:
    year = CalendarYear(
        year=fact.year,
        holidays=frozenset(fact.holidays),
        makeup_workdays=frozenset(fact.makeup_workdays),
        source_doc=fact.source_doc,
        source_sha256=fact.source_sha256,
    )
    return replace(law, calendar=calendar_of((*law.calendar.years.values(), year)))


def _with_part(book: PolicyBook, fact: CatalogueVersionPublished) -> PolicyBook:
    key = (fact.catalogue, fact.version)
    parts = {**book.incomplete.get(key, {}), fact.part: fact}
    others = {name: held for name, held in book.incomplete.items() if name != key}
    if len(parts) < fact.parts:
        waiting = MappingProxyType({**others, key: MappingProxyType(parts)})
        return replace(book, incomplete=waiting)
    made = CatalogueVersion(
        kind=fact.catalogue,
        version=fact.version,
        effective_from=fact.effective_from,
        entries=tuple(
            entry for number in sorted(parts) for entry in entries_of(parts[number], fact.catalogue)
        ),
    )
    # Of two versions with one effective date the one published later comes first and counts.
    versions = (made, *book.law.catalogues.get(fact.catalogue, ()))
    catalogues = MappingProxyType({**book.law.catalogues, fact.catalogue: versions})
    complete = replace(book, incomplete=MappingProxyType(others), published=book.published | {key})
    return _with(complete, replace(book.law, catalogues=catalogues))


def waived_for(fact: WaiverGranted) -> ClassId | InstitutionId | None:
    """Return the class or institution that a waiver is for."""
    return fact.class_id or fact.institution_id


def _with_waiver(book: PolicyBook, fact: WaiverGranted) -> PolicyBook:
    subject = waived_for(fact)
    if subject is None:
        return book
    waiver = Waiver(fact.rule_id, subject, fact.valid_to, fact.waiver_id, fact.county_code or "")
    key = (fact.rule_id, subject)
    granted = (*book.law.waivers.get(key, ()), waiver)
    waivers = MappingProxyType({**book.law.waivers, key: granted})
    return replace(
        book,
        law=replace(book.law, waivers=waivers),
        waiver_ids=book.waiver_ids | {fact.waiver_id},
    )


POLICY_BOOK = stream("policy-book", PolicyBook(), evolve)
