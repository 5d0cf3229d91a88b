"""The whole life of single classes, from the filing to the payment, in one script."""

from collections.abc import Sequence
from datetime import date

from aggregates.ids import InstitutionId
from ledger.simulation.archiving import Archiving
from ledger.simulation.assessing import Assessing
from ledger.simulation.claims import ClaimPlan, Claims
from ledger.simulation.classes import ClassPlan
from ledger.simulation.days import plus
from ledger.simulation.delivery import Delivery
from ledger.simulation.filing import Filing
from ledger.simulation.naming import Naming
from ledger.simulation.offices import Office
from ledger.simulation.paying import Paying
from ledger.simulation.reviewing import Money, Reviewing
from ledger.simulation.scales import SMOOTH
from ledger.simulation.script import Script

_PAPER_ONLY = 0
_MEETING_AFTER = 3
"""Working days between the report and the meeting."""


class Lives:
    """Writes classes smoothly: nothing goes wrong that is not put in by hand."""

    def __init__(
        self, script: Script, naming: Naming, office: Office, assessor: InstitutionId
    ) -> None:
        """Begin."""
        self.script = script
        self._naming = naming
        self._claims = Claims(naming)
        self._filing = Filing(script, naming, office)
        self._delivery = Delivery(script, naming, _PAPER_ONLY, SMOOTH)
        self._assessing = Assessing(script, naming, office, assessor)
        self._archiving = Archiving(script, naming, office)
        self._reviewing = Reviewing(script, naming, office, Money(0), SMOOTH)
        self._paying = Paying(script, naming, office, objected=False)

    def file(self, plan: ClassPlan) -> None:
        """File a class, have it approved and its trainees enrolled."""
        self._filing.file(plan)

    def teach(self, plan: ClassPlan) -> None:
        """Teach a class as planned."""
        self._delivery.teach(plan)

    def certify(self, plan: ClassPlan) -> None:
        """Assess a class and issue its certificates."""
        self._assessing.assess(plan)

    def claim(self, plan: ClassPlan) -> list[ClaimPlan]:
        """Claim for a class and have the claim reviewed and reported."""
        self._archiving.training(plan)
        claims = self._claims.of(plan)
        self._reviewing.review(claims)
        return claims

    def pay(self, name: str, claims: Sequence[ClaimPlan]) -> date:
        """Take claims to the meeting, publish and pay them; return the day of the meeting."""
        reported = max(one.reported_at.date() for one in claims if one.reported_at is not None)
        on = plus(reported, _MEETING_AFTER)
        self._paying.batch(name, on, claims)
        return on

    def whole(self, plan: ClassPlan, name: str) -> list[ClaimPlan]:
        """Write all of it, up to the payment."""
        self.file(plan)
        self.teach(plan)
        self.certify(plan)
        claims = self.claim(plan)
        self.pay(name, claims)
        return claims
