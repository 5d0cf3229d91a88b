"""One file for each class: filled and checked after the training, sealed after the payment."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from aggregates.archive.facts import DocumentKind
from aggregates.decisions import Channel
from ledger.simulation import papers
from ledger.simulation.chance import Chance
from ledger.simulation.claims import ClaimPlan
from ledger.simulation.classes import ClassPlan
from ledger.simulation.days import in_office, plus
from ledger.simulation.naming import Naming
from ledger.simulation.offices import Office
from ledger.simulation.script import Script

TRAINING: Final[tuple[DocumentKind, ...]] = (
    "TRAINING_PLAN",
    "LECTURER_FORM",
    "TRAINEE_FORMS",
    "SATISFACTION_SURVEY",
    "ASSESSMENT_RECORDS",
    "FILING_FORM",
    "TIMETABLE",
    "ATTENDANCE",
    "RECORDING_INDEX",
)
"""What the training body files."""
SUBSIDY: Final[tuple[DocumentKind, ...]] = (
    "CLAIM",
    "REVIEW",
    "AUDIT_REPORT",
    "MINUTES",
    "PUBLICITY_LIST",
    "PAYMENT_VOUCHER",
)
"""What the authority files."""
_STEP = timedelta(minutes=2)


class Archiving:
    """Writes the archives of the classes of a county, and closes the classes."""

    def __init__(self, script: Script, naming: Naming, office: Office) -> None:
        """Begin."""
        self._script = script
        self._naming = naming
        self._office = office

    def training(self, plan: ClassPlan) -> None:
        """File the papers of the training and have them checked, which claims wait for."""
        if plan.certified_at is None:
            return
        chance = Chance(self._naming.seed, "archive", plan.class_id)
        agreed: tuple[DocumentKind, ...] = ("AGENCY_AGREEMENT",) if plan.agreed else ()
        at = in_office(plus(plan.certified_at.date(), 1), chance)
        self._file(plan, (*TRAINING, *agreed), at, chance, own=True)
        self._check(plan, "TRAINING", in_office(plus(at.date(), 1), chance))

    def close(self, plan: ClassPlan, claims: Sequence[ClaimPlan]) -> None:
        """Complete and seal the file, and close the class, once its claims are settled."""
        paid = [one.paid_at for one in claims if one.paid_at is not None]
        if len(paid) + sum(one.refused for one in claims) < len(claims) or not paid:
            return
        chance = Chance(self._naming.seed, "sealing", plan.class_id)
        filed = in_office(plus(max(paid).date(), chance.randrange(1, 5)), chance)
        self._file(plan, ("CERTIFICATE_SCAN",), filed, chance, own=True)
        self._file(plan, SUBSIDY, filed + 20 * _STEP, chance, own=False)
        checked = in_office(plus(filed.date(), 1), chance)
        self._check(plan, "FINAL", checked)
        sealed = in_office(plus(checked.date(), 1), chance)
        data = {"class_id": plan.class_id, "occurred": ["ASSESSMENT_RECORDS"]}
        self._script.ask(sealed, self._office.clerk, "seal-archive", data)
        closed = {"class_id": plan.class_id}
        at = in_office(plus(sealed.date(), 1), chance)
        self._script.ask(at, self._office.clerk, "close-class", closed)

    def _file(
        self,
        plan: ClassPlan,
        kinds: Iterable[DocumentKind],
        at: datetime,
        chance: Chance,
        *,
        own: bool,
    ) -> None:
        who = plan.body.caller() if own else self._office.clerk
        for number, kind in enumerate(kinds):
            data = {
                "class_id": plan.class_id,
                "kind": kind,
                "sha256": papers.digest(self._naming.seed, plan.class_id, kind),
                "medium": "BOTH",
                "paper_location": f"{plan.county}-{plan.filing_no[7:]}",
                "pages": chance.randrange(2, 60),
            }
            channel: Channel = "outer" if own else "inner"
            self._script.ask(
                at + number * _STEP, who, "file-archive-document", data, channel=channel
            )

    def _check(self, plan: ClassPlan, part: str, at: datetime) -> None:
        data = {"class_id": plan.class_id, "part": part, "occurred": ["ASSESSMENT_RECORDS"]}
        self._script.ask(at, self._office.clerk, "check-archive", data)
