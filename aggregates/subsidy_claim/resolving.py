"""From the reviews to the meeting: audit report, resolution (17号 五: 会议研究)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID

from aggregates.archive.state import ARCHIVE
from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.facts import Code, Digest, record
from aggregates.ids import ClaimId, InspectionId, OfficialId
from aggregates.inspection.state import INSPECTION
from aggregates.law.clauses import CLAUSES
from aggregates.law.in_force import Waiver
from aggregates.law.regimes import binds
from aggregates.subsidy_claim.accepting import case_of_claim
from aggregates.subsidy_claim.case import gathered
from aggregates.subsidy_claim.facts import AuditReportIssued, MeetingResolved
from aggregates.subsidy_claim.items import heads_of, total_of
from aggregates.subsidy_claim.parts import Attendance, MeetingDecision, MeetingKind
from aggregates.subsidy_claim.reach import (
    at_step,
    claim_is_known,
    freed,
    known,
    of_claim,
    taking,
    whose,
)
from aggregates.subsidy_claim.rules_limits import at_most_three_a_year
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from aggregates.training_class.hours import percent, too_short, waiver_of
from aggregates.training_class.state import TRAINING_CLASS, TrainingClass, hours_of

INSPECTORS_MIN = 2
"""由2人共同实施 (17号 三(三))."""
CLAIMS_MAX = 200
"""Claims that one meeting resolves in one command."""


@command(
    "issue-audit-report",
    zh="出具审核报告",
    en="Issue the audit report of a claim",
    kind=SUBSIDY_CLAIM,
    roles=("COUNTY_REVIEWER", "CITY_CENTRE"),
)
class IssueAuditReport(Command):
    """The service body reports both reviews to the meeting.

    Attributes:
        inspection_id: The inspection of the class that the report relies on (DEL-05).
    """

    claim_id: ClaimId
    report_no: Code
    doc_sha256: Digest
    inspection_id: InspectionId | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the report."""
        one = world.state(SUBSIDY_CLAIM, self.claim_id)
        of = whose(self.claim_id, world)
        live = one.live()
        waiver = _waiver("DEL-05", self, world)
        fact = AuditReportIssued(
            claim_id=self.claim_id,
            class_id=of.class_id,
            institution_id=of.institution_id,
            county_code=of.county,
            report_no=self.report_no,
            heads=heads_of(live),
            amount_fen=total_of(live),
            doc_sha256=self.doc_sha256,
            inspection_id=self.inspection_id,
            waiver_id=None if waiver is None else waiver.waiver_id,
            issued_by=world.caller.person,
        )
        yield of_claim(self.claim_id, fact, world)


def _class_of(c: IssueAuditReport, world: World) -> TrainingClass:
    return world.state(TRAINING_CLASS, whose(c.claim_id, world).class_id)


def _waiver(rule_id: str, c: IssueAuditReport, world: World) -> Waiver | None:
    of = whose(c.claim_id, world)
    on, county = world.today, _class_of(c, world).county or of.county
    claim = world.law.waived(rule_id, UUID(str(c.claim_id)), on, of.county)
    return claim or waiver_of(rule_id, (of.class_id, of.institution_id), world, on, county)


@lifecycle(IssueAuditReport)
def claim_can_be_reported(c: IssueAuditReport, world: World) -> Iterator[Unmet]:
    """A claim within reach is reported."""
    yield from claim_is_known(c.claim_id, world)


@hard("CLM-08", IssueAuditReport)
def reviewed_twice_before_reported(c: IssueAuditReport, world: World) -> Iterator[Unmet]:
    """The report follows the second review."""
    yield from at_step(world.state(SUBSIDY_CLAIM, c.claim_id), ("SECOND_REVIEWED",))


@hard("DEL-05", IssueAuditReport)
def process_supervised_class_was_inspected(c: IssueAuditReport, world: World) -> Iterator[Unmet]:
    """A class under process supervision was inspected by two people together while it ran.

    Afterwards nobody can inspect it any more: then the meeting waives DEL-05, and the finding
    against the authority stands.
    """
    if _class_of(c, world).supervision != "PROCESS" or _waiver("DEL-05", c, world) is not None:
        return
    expected = ("2人共同实施的定期检查", "a regular inspection by two people together")
    if c.inspection_id is None:
        yield unmet(expected, ("没有注明检查", "no inspection is named"), where="inspection_id")
        return
    held = world.state(INSPECTION, c.inspection_id)
    of_class = held.class_id == whose(c.claim_id, world).class_id
    if not of_class:
        yield unmet(expected, ("不是本班期的检查", "of another class"), where="inspection_id")
    elif len(held.inspectors) < INSPECTORS_MIN or held.inspection_type != "REGULAR":
        yield unmet(
            expected,
            (f"{len(held.inspectors)}人，{held.inspection_type}", f"by {len(held.inspectors)}"),
            where="inspection_id",
        )


@hard("DEL-21", IssueAuditReport)
def inspection_looked_at_both_parts(c: IssueAuditReport, world: World) -> Iterator[Unmet]:
    """The inspection recorded attendance and delivery both, within the time of the class."""
    if c.inspection_id is None or _class_of(c, world).supervision != "PROCESS":
        return
    if _waiver("DEL-21", c, world) is not None or _waiver("DEL-05", c, world) is not None:
        return
    if not world.state(INSPECTION, c.inspection_id).counts_for_del05:
        yield unmet(
            ("班期内核查考勤和培训开展情况", "attendance and delivery, within the class"),
            ("检查记录不符合", "the record does not show both"),
            where="inspection_id",
        )


@hard("FIL-03", IssueAuditReport)
def first_class_was_visited(c: IssueAuditReport, world: World) -> Iterator[Unmet]:
    """The claims of a body's first class wait for the visit during it, or for its waiver."""
    if _class_of(c, world).awaits_visit and _waiver("FIL-03", c, world) is None:
        yield unmet(
            ("首次承接任务的班期经实地核查", "a visit during the first class"),
            ("没有记录", "none is recorded"),
        )


@hard("DEL-03", IssueAuditReport)
def sessions_were_recorded(c: IssueAuditReport, world: World) -> Iterator[Unmet]:
    """Every off-line session was recorded, as far as the city asks, and has a sheet."""
    one = _class_of(c, world)
    least = world.law.parameter("min_recording_coverage", world.today, county=one.county)
    bound = binds(CLAUSES["DEL-03"].document, one.regime)
    if not bound or _waiver("DEL-03", c, world) is not None:
        return
    short = [
        number
        for number, held in one.held.items()
        if held.mode == "OFFLINE" and one.coverage_bp(number) < least
    ]
    if short:
        listed = "、".join(str(number) for number in sorted(short))
        yield unmet(
            (f"录像覆盖率不低于{percent(least)}", f"recordings of {percent(least)}"),
            (f"第{listed}次课不足", f"sessions {listed.replace('、', ', ')} have less"),
        )


@flag("DEL-03", IssueAuditReport)
def sessions_are_known(c: IssueAuditReport, world: World) -> Iterator[Unmet]:
    """Where no session is on record, recordings cannot be compared: the reader is told."""
    if not _class_of(c, world).held:
        yield unmet(
            ("考勤与录像互为验证", "sessions whose recordings can be compared"),
            ("没有课次记录", "no session is on record"),
        )


@hard("FIL-10", IssueAuditReport)
def hours_that_count_suffice(c: IssueAuditReport, world: World) -> Iterator[Unmet]:
    """A claim waits where the hours that count are fewer than the law asks for.

    A session counts that has a sheet and, off line, a recording; practice on line never does
    (DEL-03, DEL-04, FIL-14). What was lost is waived by the meeting (DEL-03).
    """
    one = _class_of(c, world)
    required = one.required
    if required is None or not binds(CLAUSES["FIL-10"].document, one.regime, one.starts_on):
        return
    if not required.by_standard and _waiver("FIL-12", c, world) is not None:
        return
    lost = _waiver("DEL-03", c, world) is not None
    counted = hours_of(
        held for number, held in one.held.items() if one.counts(number, unrecorded=lost)
    )
    found = counted if one.held else one.delivered
    if found is not None:
        yield from too_short(required, found.total, found.practice)


@hard("ARC-02", IssueAuditReport)
def training_part_was_checked(c: IssueAuditReport, world: World) -> Iterator[Unmet]:
    """The training part of the archive was checked first (`claim_requires_checked_archive`)."""
    of = whose(c.claim_id, world)
    asked = world.law.parameter("claim_requires_checked_archive", world.today, county=of.county)
    if not asked or _waiver("ARC-02", c, world) is not None:
        return
    if not world.state(ARCHIVE, of.class_id).training_checked:
        yield unmet(
            ("培训档案已核对齐全", "the training part of the archive, checked and complete"),
            ("未核对或不齐全", "not checked, or not complete"),
        )


@record
class ResolvedClaim:
    """A claim and what the meeting decided about it."""

    claim_id: ClaimId
    decision: MeetingDecision
    recused: tuple[OfficialId, ...] = ()


@command(
    "resolve-meeting",
    zh="登记党组会或办公会研究结果",
    en="Record what the meeting resolved",
    kind=SUBSIDY_CLAIM,
    roles=("COUNTY_HR", "CITY_HR"),
)
class ResolveMeeting(Command):
    """The party-group or office meeting resolves on many claims; each gets an entry of its own."""

    meeting: MeetingKind
    held_on: date
    minutes_no: Code
    attendees: tuple[OfficialId, ...]
    doc_sha256: Digest
    claims: tuple[ResolvedClaim, ...]

    def facts(self, world: World) -> Iterator[New]:
        """Record the resolution on each claim; what is rejected frees its places."""
        held = world.states(SUBSIDY_CLAIM, [row.claim_id for row in self.claims])
        for row in self.claims:
            of = whose(row.claim_id, world)
            live = held[row.claim_id].live()
            passed = row.decision == "APPROVE"
            fact = MeetingResolved(
                claim_id=row.claim_id,
                class_id=of.class_id,
                institution_id=of.institution_id,
                county_code=of.county,
                meeting=self.meeting,
                held_on=self.held_on,
                minutes_no=self.minutes_no,
                attendance=Attendance(attendees=self.attendees, recused=row.recused),
                decision=row.decision,
                heads=heads_of(live) if passed else 0,
                amount_fen=total_of(live) if passed else 0,
                doc_sha256=self.doc_sha256,
            )
            yield of_claim(row.claim_id, fact, world)
            rejected = row.decision == "REJECT"
            if rejected:
                yield from freed(row.claim_id, live, "REFUSED", world)
            yield from taking(row.claim_id, 0 if rejected else total_of(live), world)


@lifecycle(ResolveMeeting)
def claims_can_be_resolved(c: ResolveMeeting, world: World) -> Iterator[Unmet]:
    """A meeting that took place, with people in it, resolves on claims within reach, each once."""
    ids = [row.claim_id for row in c.claims]
    for at, one in enumerate(world.states(SUBSIDY_CLAIM, ids).values()):
        yield from known(one, world, (), where=f"claims[{at}]")
    if not 0 < len(set(ids)) == len(ids) <= CLAIMS_MAX:
        yield unmet(
            (f"1至{CLAIMS_MAX}份申报，每份一次", f"1 to {CLAIMS_MAX} claims, each once"),
            (f"{len(ids)}份", f"{len(ids)}, or some twice"),
            where="claims",
        )
    if c.held_on > world.today:
        yield unmet(
            ("已召开的会议", "a meeting that was held"), (str(c.held_on), str(c.held_on)), "held_on"
        )
    for at, row in enumerate(c.claims):
        if not set(c.attendees) - set(row.recused):
            yield unmet(
                ("回避后仍有参会人员", "somebody left to decide"),
                ("没有", "nobody"),
                where=f"claims[{at}].recused",
            )


@hard("CLM-08", ResolveMeeting)
def reported_before_resolved(c: ResolveMeeting, world: World) -> Iterator[Unmet]:
    """The meeting follows the audit report."""
    held = world.states(SUBSIDY_CLAIM, [row.claim_id for row in c.claims])
    for at, one in enumerate(held.values()):
        yield from at_step(one, ("REPORTED",), where=f"claims[{at}]")


@hard("ELG-07", ResolveMeeting)
def cap_holds_at_the_meeting(c: ResolveMeeting, world: World) -> Iterator[Unmet]:
    """The yearly cap is asked a last time before the money is promised."""
    approved = [at for at, row in enumerate(c.claims) if row.decision == "APPROVE"]
    cases = gathered(partial(case_of_claim, c.claims[at].claim_id, world) for at in approved)
    for at, case in zip(approved, cases, strict=True):
        for told in at_most_three_a_year(case, world):
            yield replace(told, where=f"claims[{at}].{told.where}")
