"""Who works in the offices of the simulated city and counties, and as whom they ask."""

from dataclasses import dataclass, replace

from aggregates.decisions import Caller
from aggregates.ids import InstitutionId, OfficialId
from ledger.simulation.naming import account
from ledger.simulation.scales import CITY

CITY_HR = Caller(person=account(CITY, "CITY_HR"), role="CITY_HR", org=f"{CITY}-HR")
CITY_CENTRE = Caller(person=account(CITY, "CITY_CENTRE"), role="CITY_CENTRE", org=f"{CITY}-CENTRE")
REVIEWERS = Caller(person=account(CITY, "THIRD_PARTY"), role="THIRD_PARTY", org="THIRD-PARTY-1")
HISTORY = Caller(person=account(CITY, "MIGRATION"), role="MIGRATION", org=f"{CITY}-IT")
RISK_ENGINE = Caller(person=account(CITY, "RISK_ENGINE"), role="RISK_ENGINE", org=f"{CITY}-IT")
ASSESSOR = Caller(person=account(CITY, "ASSESSOR"), role="ASSESSOR", org="ASSESSMENT-1")
PUBLIC = Caller(person=account(CITY, "PUBLIC"), role="PUBLIC")


@dataclass(frozen=True, slots=True)
class Office:
    """The offices of one county.

    Attributes:
        county: The county's code.
    """

    county: str

    def somebody(self, role: str, number: int = 1, office: str = "CENTRE") -> Caller:
        """Return the n-th person of a role."""
        return Caller(
            person=account(self.county, role, number),
            role=role,
            org=f"{self.county}-{office}",
            county=self.county,
        )

    @property
    def clerk(self) -> Caller:
        """Who gathers plans and accepts claims."""
        return self.somebody("COUNTY_CLERK", 1)

    @property
    def first_reviewer(self) -> Caller:
        """Who reviews claims first."""
        return self.somebody("COUNTY_CLERK", 2)

    @property
    def second_reviewer(self) -> Caller:
        """Who reviews claims second."""
        return self.somebody("COUNTY_REVIEWER", 1)

    @property
    def approver(self) -> Caller:
        """Who agrees to classes."""
        return self.somebody("COUNTY_HR", 1, "HR")

    @property
    def bureau(self) -> Caller:
        """Who brings claims before the meeting, publishes, and decides objections."""
        return self.somebody("COUNTY_HR", 2, "HR")

    @property
    def finance(self) -> Caller:
        """Who allocates and decides on money."""
        return self.somebody("FINANCE", 1, "FIN")

    @property
    def payer(self) -> Caller:
        """Who orders payments and confirms them."""
        return self.somebody("FINANCE", 2, "FIN")

    def inspectors(self, first: int) -> tuple[OfficialId, OfficialId]:
        """Return two inspectors, another pair for another number."""
        one = first % INSPECTORS
        other = (one + 1 + first // INSPECTORS % (INSPECTORS - 1)) % INSPECTORS
        return (
            account(self.county, "INSPECTOR", one + 1),
            account(self.county, "INSPECTOR", other + 1),
        )

    def inspector(self, number: int) -> Caller:
        """Return the first inspector of the pair of a number, as a caller."""
        return self.somebody("INSPECTOR", number % INSPECTORS + 1)

    @property
    def hr(self) -> str:
        """The code of the HR bureau."""
        return f"{self.county}-HR"


INSPECTORS = 5


def as_history(caller: Caller) -> Caller:
    """Return whoever did something, as history names him or her."""
    return replace(caller, role="MIGRATION")


def at_body(
    institution_id: InstitutionId, county: str, org: str, role: str = "INST_CLERK"
) -> Caller:
    """Return somebody who works for an institution."""
    return Caller(
        person=account(str(institution_id), role),
        role=role,
        org=org,
        county=county,
        institution=institution_id,
    )
