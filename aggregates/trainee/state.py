"""What the facts of a trainee add up to."""

from dataclasses import dataclass, replace
from datetime import date

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.law.catalogues import PersonCategory
from aggregates.sealed import IdNumber, Matchable
from aggregates.trainee.facts import (
    CategoryBasis,
    ExternalMatch,
    ExternalMatchRecorded,
    TraineeCategoryConfirmed,
    TraineeIdentityVerified,
)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A category that was confirmed.

    Attributes:
        category: The category; None where the vault did not give it.
        basis: What it rests on, likewise.
        list_version: The version of the list of categories.
        as_of: The day that the proof speaks of.
        valid_to: The last day on which it may be relied on, if there is one.
        on: Local date of the record.
    """

    category: PersonCategory | None
    basis: CategoryBasis | None
    list_version: str
    as_of: date
    valid_to: date | None
    on: date

    def stands(self, on: date) -> bool:
        """Say whether it may be relied on, on a day."""
        return self.valid_to is None or on <= self.valid_to


@dataclass(frozen=True, slots=True)
class Trainee:
    """A person as other registers and proofs show it.

    Attributes:
        id_number: The ID number that was verified.
        verified: Whether the latest comparison matched (实名).
        verified_on: Local date of that record.
        confirmed: The category confirmed last.
        confirmations: Every category that was confirmed, in the order of record.
        matches: What other registers say, in the order of record.
        unopened: Answers of registers that the vault did not give.
    """

    id_number: Matchable[IdNumber] | None = None
    verified: bool = False
    verified_on: date | None = None
    confirmed: Confirmed | None = None
    confirmations: tuple[Confirmed, ...] = ()
    matches: tuple[ExternalMatch, ...] = ()
    unopened: int = 0

    def confirmed_for(self, on: date) -> Confirmed | None:
        """Return the category that a person has on a day, by what is on record now.

        People change: the latest proof of that day or before counts, else the latest that may be
        relied on.
        """
        standing = [one for one in self.confirmations if one.stands(on)]
        earlier = [one for one in standing if one.as_of <= on]
        return next(reversed(earlier or standing), None)

    def told(self, source: str, on: date | None = None) -> tuple[ExternalMatch, ...]:
        """Return what a register says, on a day or at all."""
        return tuple(
            one for one in self.matches if one.source == source and (on is None or covers(one, on))
        )

    def draws_employee_pension(self, on: date) -> bool:
        """Say whether the person has a monthly urban-employee pension on a day (ELG-11)."""
        return any(one.pension_type == "EMPLOYEE" for one in self.told("PENSION", on))

    def employed(self, on: date) -> bool:
        """Say whether an employer insures the person on a day (ELG-10)."""
        return any(one.employer_uscc is not None for one in self.told("SOCIAL_INSURANCE", on))

    def custody(self, on: date) -> ExternalMatch | None:
        """Return the custody that the person is in on a day, if any (ELG-17)."""
        return next(iter(self.told("CUSTODY", on)), None)

    def studies(self, on: date) -> ExternalMatch | None:
        """Return the school at which the person is enrolled on a day, if any (ELG-15)."""
        return next(iter(self.told("SCHOOL_ROLL", on)), None)

    def draws_unemployment_benefit(self, begins: date, ends: date) -> bool:
        """Say whether a benefit is drawn on any day of a period (ELG-04)."""
        return any(
            (one.valid_from or begins) <= ends and begins <= (one.valid_to or ends)
            for one in self.told("UI_BENEFIT")
        )

    @property
    def graduated_on(self) -> date | None:
        """The day of leaving school, from the register or else from the proof (ELG-10)."""
        days = [one.graduated_on for one in self.told("SCHOOL_ROLL") if one.graduated_on]
        if days:
            return max(days)
        basis = None if self.confirmed is None else self.confirmed.basis
        return None if basis is None else basis.basis_on

    @property
    def died_on(self) -> date | None:
        """The day of death, if a register says one."""
        return min((one.valid_from for one in self.told("DEATH") if one.valid_from), default=None)


def covers(match: ExternalMatch, on: date) -> bool:
    """Say whether a register's spell covers a day; an open end has none."""
    begun = match.valid_from is None or match.valid_from <= on
    return begun and (match.valid_to is None or on <= match.valid_to)


def _says_nothing(match: ExternalMatch) -> bool:
    """Say whether a register answered that it knows nothing of the person."""
    return match == ExternalMatch(source=match.source)


def _matched(one: Trainee, fact: ExternalMatchRecorded) -> Trainee:
    match = fact.match.value
    if match is None:
        return replace(one, unopened=one.unopened + 1)
    if _says_nothing(match):
        kept = tuple(held for held in one.matches if held.source != match.source)
        return replace(one, matches=kept)
    return replace(one, matches=(*one.matches, match))


def evolve(one: Trainee, fact: Fact, at: Recorded) -> Trainee:
    """Return the trainee after one more fact."""
    match fact:
        case TraineeIdentityVerified():
            same = fact.result == "MATCH"
            return replace(one, id_number=fact.id_number, verified=same, verified_on=at.on)
        case TraineeCategoryConfirmed():
            basis = None if fact.basis is None else fact.basis.value
            made = Confirmed(
                fact.category.value,
                basis,
                fact.list_version,
                fact.as_of,
                fact.valid_to,
                at.on,
            )
            return replace(one, confirmed=made, confirmations=(*one.confirmations, made))
        case ExternalMatchRecorded():
            return _matched(one, fact)
        case _:
            return one


TRAINEE = stream("trainee", Trainee(), evolve)
