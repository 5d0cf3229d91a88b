"""From the claim to the report: submitted, perhaps returned, accepted, funded, reviewed twice."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from aggregates.law.catalogues import Fund
from aggregates.law.regimes import NOTICE_DATE
from ledger.simulation.chance import Chance
from ledger.simulation.claims import ClaimPlan, amount_of
from ledger.simulation.classes import Seat
from ledger.simulation.days import DAY, in_office, plus
from ledger.simulation.naming import Naming
from ledger.simulation.offices import Office
from ledger.simulation.scales import RATES, Rates
from ledger.simulation.script import Data, Script

_GROUPS: Final = frozenset({"EMPLOYMENT_SKILL", "SPECIAL_ABILITY", "ENTREPRENEURSHIP"})
_DOCS: Final = ("APPLICATION_FORM", "IDENTITY", "CERTIFICATE", "ATTENDANCE", "FILING_FORM")
_STEP = timedelta(seconds=4)


class Money:
    """What a county has of each fund in a year, and what of it is promised by the plan."""

    def __init__(self, special_fen: int) -> None:
        """Begin; the special account is used first, as long as it lasts."""
        self._special_left_fen = special_fen

    def choose(self, amount_fen: int) -> Fund:
        """Return the fund for what the special account may pay."""
        if amount_fen > self._special_left_fen:
            return "EMPLOYMENT"
        self._special_left_fen -= amount_fen
        return "SPECIAL_ACCOUNT"


class Reviewing:
    """Writes what happens to the claims of a county before the meeting."""

    def __init__(
        self,
        script: Script,
        naming: Naming,
        office: Office,
        money: Money,
        rates: Rates = RATES,
    ) -> None:
        """Begin."""
        self._rates = rates
        self._script = script
        self._naming = naming
        self._office = office
        self._money = money

    def review(self, claims: Iterable[ClaimPlan]) -> None:
        """Write claims in the order in which they come in; each learns when it was reported."""
        for claim in sorted(claims, key=lambda one: one.submitted_at):
            self._claim(claim, Chance(self._naming.seed, "review", claim.key))

    def _claim(self, claim: ClaimPlan, chance: Chance) -> None:
        at = claim.submitted_at
        unproven = claim.mode == "PERSON" and chance.happens(self._rates.unproven)
        # Where a person may claim is a rule of the notice.
        unproven = unproven and claim.plan.start >= NOTICE_DATE
        form = self._form(claim, proven=not unproven)
        whole = self._whole(claim, form)
        self._script.ask(at, claim.caller, "submit-claim", whole, channel="outer")
        if unproven:
            at = self._returned(claim, at, chance, refused=["ELG-20"])
        elif chance.happens(self._rates.returned_claim):
            at = self._returned(claim, at, chance)
        accepted = in_office(plus(at.date(), chance.randrange(1, 4)), chance)
        package = {"claim_id": claim.claim_id, "package_sha256": self._package(claim, at)}
        self._script.ask(accepted, self._office.clerk, "accept-claim", package)
        if chance.happens(self._rates.refused_claim):
            self._refuse(claim, in_office(plus(accepted.date(), 2), chance))
            return
        self._registers(claim, accepted)
        funded = in_office(plus(accepted.date(), 1), chance)
        self._fund(claim, funded)
        first = in_office(plus(funded.date(), chance.randrange(1, 4)), chance)
        self._first(claim, first)
        second = in_office(plus(first.date(), chance.randrange(1, 3)), chance)
        paper = {"docs": [self._naming.digest("second review", claim.key)]}
        passed: dict[str, Any] = {"claim_id": claim.claim_id, "result": "PASS"}
        self._script.ask(second, self._office.second_reviewer, "second-review", passed | paper)
        self._report(claim, in_office(plus(second.date(), 1), chance))

    def _package(self, claim: ClaimPlan, at: datetime) -> str:
        return self._naming.digest("package", claim.key, at)

    def _form(self, claim: ClaimPlan, *, proven: bool = True) -> dict[str, Any]:
        digest = self._naming.digest
        docs = [{"kind": kind, "sha256": digest(kind, claim.key)} for kind in _DOCS]
        form: dict[str, Any] = {
            "items": [one.row() for one in claim.items],
            "payee": claim.payee,
            "docs": docs,
        }
        if claim.mode == "PERSON":
            docs.append({"kind": "FEE_RECEIPT", "sha256": digest("fee", claim.key)})
            form["place_basis"] = "TRAINING" if proven else "HUJI"
        elif claim.plan.agreed:
            docs.append({"kind": "AGENCY_AGREEMENT", "sha256": digest("agreements", claim.key)})
        return form

    def _whole(self, claim: ClaimPlan, form: dict[str, Any]) -> dict[str, Any]:
        plan, at = claim.plan, claim.submitted_at
        who: dict[str, Any] = (
            {"applicant_person_id": claim.items[0].seat.person.person_id}
            if claim.mode == "PERSON"
            else {"applicant_institution_id": plan.body.institution_id}
        )
        return (
            form
            | who
            | {
                "claim_id": claim.claim_id,
                "mode": claim.mode,
                "class_id": plan.class_id,
                "county_code": plan.county,
                "occupation": plan.course.code,
                "level": plan.course.level,
                "package_sha256": self._package(claim, at),
                "outer_receipt": f"WW{at:%Y%m%d%H%M%S}",
                "declared_on": at.date(),
            }
        )

    def _returned(
        self, claim: ClaimPlan, at: datetime, chance: Chance, *, refused: Iterable[str] = ()
    ) -> datetime:
        """Give a claim back, after an acceptance that the law refused, and have it again."""
        back = in_office(plus(at.date(), chance.randrange(1, 4)), chance)
        rules = tuple(refused)
        if rules:
            package = {"claim_id": claim.claim_id, "package_sha256": self._package(claim, at)}
            asked = back - timedelta(minutes=20)
            self._script.ask(asked, self._office.clerk, "accept-claim", package, refused=rules)
        rule = rules[0] if rules else "ELG-25"
        reasons = [{"rule_id": rule, "text": "请补充证明材料（模拟）"}]
        data = {"claim_id": claim.claim_id, "reasons": reasons, "fix_by": plus(back.date(), 10)}
        self._script.ask(back, self._office.clerk, "return-claim", data)
        again = in_office(plus(back.date(), chance.randrange(1, 5)), chance)
        form = self._form(claim)
        form["docs"] = [
            *form["docs"],
            {"kind": "OTHER", "sha256": self._naming.digest("more", claim.key)},
        ]
        form |= {"claim_id": claim.claim_id, "package_sha256": self._package(claim, again)}
        self._script.ask(again, claim.caller, "resubmit-claim", form, channel="outer")
        return again

    def _refuse(self, claim: ClaimPlan, at: datetime) -> None:
        claim.refused = True
        data = {
            "claim_id": claim.claim_id,
            "reasons": [{"rule_id": "ELG-25", "text": "证书与培训内容不符（模拟）"}],
            "notice_doc": self._naming.digest("refusal", claim.key),
            "served_at": at - timedelta(hours=1),
        }
        self._script.ask(at, self._office.second_reviewer, "refuse-claim", data)

    def _registers(self, claim: ClaimPlan, at: datetime) -> None:
        """Let registers report on the heads: benefits drawn, pensions that exclude."""
        plan = claim.plan
        for number, item in enumerate(claim.items):
            seat = item.seat
            if item.kind != "TRAINING":
                continue
            if seat.benefit:
                match = {
                    "source": "UI_BENEFIT",
                    "valid_from": plan.start - 60 * DAY,
                    "valid_to": plan.end + 30 * DAY,
                }
                self._match(seat, match, at + number * _STEP)
                for one in claim.items:
                    if one.seat is seat:
                        one.fund = "UI"
            elif seat.ineligible:
                match = {
                    "source": "PENSION",
                    "pension_type": "EMPLOYEE",
                    "valid_from": plan.start - 200 * DAY,
                    "result": "OUT_OF_SCOPE",
                }
                self._match(seat, match, at + number * _STEP)

    def _match(self, seat: Seat, match: dict[str, Any], at: datetime) -> None:
        data = {
            "person_id": seat.person.person_id,
            "match": match,
            "as_of": at.date(),
            "batch_sha256": self._naming.digest("match", match["source"], at.date()),
        }
        self._script.ask(at, self._office.clerk, "record-external-match", data)

    def _fund(self, claim: ClaimPlan, at: datetime) -> None:
        course = claim.plan.course
        rest = [one for one in claim.items if one.fund != "UI"]
        fund: Fund = "EMPLOYMENT"
        if course.training_type in _GROUPS:
            fund = self._money.choose(amount_of(rest))
        for one in rest:
            one.fund = fund
        funds = dict.fromkeys(one.fund for one in claim.items)
        data: dict[str, Any] = {
            "claim_id": claim.claim_id,
            "choices": [
                {"fund": held, "items": [one.number for one in claim.items if one.fund == held]}
                for held in funds
            ],
        }
        if fund == "EMPLOYMENT":
            data["reason"] = "专账资金已安排完毕或不在支出范围（模拟）"
        self._script.ask(at, self._office.clerk, "assign-fund-source", data)

    def _first(self, claim: ClaimPlan, at: datetime) -> None:
        """Review first, and take off who turned out not to be entitled."""
        cuts: list[Data] = []
        for one in claim.items:
            if one.seat.ineligible and one.fund != "UI" and len(cuts) + 1 < len(claim.items):
                one.cut = True
                cuts.append(
                    {
                        "item_no": one.number,
                        "rule_id": "ELG-11",
                        "amount_fen": one.amount_fen,
                        "text": "外部比对结果不符（模拟）",
                    }
                )
        data = {
            "claim_id": claim.claim_id,
            "result": "PASS",
            "disallow": cuts,
            "opinion": "材料齐全（模拟）",
            "docs": [self._naming.digest("first review", claim.key)],
        }
        self._script.ask(at, self._office.first_reviewer, "initial-review", data)

    def _report(self, claim: ClaimPlan, at: datetime) -> None:
        claim.reported_at = at
        data = {
            "claim_id": claim.claim_id,
            "report_no": f"SH-{claim.plan.filing_no}-{claim.items[0].seat.cert_no[-3:]}",
            "doc_sha256": self._naming.digest("report", claim.key),
            "inspection_id": claim.plan.inspection_id,
        }
        self._script.ask(at, self._office.second_reviewer, "issue-audit-report", data)
