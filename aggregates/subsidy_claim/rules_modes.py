"""Who may claim, how, where and until when (17号 五): the three modes and their conditions."""

from collections.abc import Iterator
from dataclasses import replace

from aggregates.decisions import Unmet, World, flag, hard, unmet
from aggregates.institution.state import INSTITUTION
from aggregates.law.deadlines import Timeliness
from aggregates.law.parameters import Parameters
from aggregates.subsidy_claim.accepting import AcceptClaim, asked_of_claims
from aggregates.subsidy_claim.case import Case, Head, deadline_of
from aggregates.subsidy_claim.standards import bought_as_a_whole, standard_of
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from aggregates.subsidy_claim.submitting import Form, ResubmitClaim, SubmitClaim
from aggregates.subsidy_claim.wording import about_items
from aggregates.training_class.hours import waiver_of

ENTERPRISE_SCHEMES = frozenset({"PRE_JOB", "APPRENTICESHIP"})
"""Pre-job and apprenticeship training, whose subsidy is the enterprise's (ELG-13, ELG-26)."""


@flag("CLM-01", SubmitClaim, ResubmitClaim)
def claim_came_from_outside(c: Form, world: World) -> Iterator[Unmet]:
    """Claims are handed in on the outer network."""
    if world.channel == "inner":
        yield unmet(("外网申报", "handed in on the outer network"), ("内网录入", "entered inside"))


@hard("CLM-01", AcceptClaim)
def package_arrived_unchanged(c: AcceptClaim, world: World) -> Iterator[Unmet]:
    """The package accepted inside is the one that was signed outside; it is accepted inside."""
    one = world.state(SUBSIDY_CLAIM, c.claim_id)
    if c.package_sha256 != one.package_sha256:
        yield unmet(
            ("与外网申报包一致的摘要", "the digest of the package handed in"),
            ("不一致", "another digest"),
            where="package_sha256",
        )
    if world.channel == "outer":
        yield unmet(("内网受理", "accepted on the inner network"), ("外网", "outer"))


@asked_of_claims("CLM-02")
def one_of_three_modes(case: Case, world: World) -> Iterator[Unmet]:
    """A claim keeps to its mode: a person claims alone, a training body for its own class."""
    asked = case.asked
    most = world.law.parameter("claim_items_max", world.today, county=asked.county)
    if len(case.heads) > most:
        yield unmet(
            (f"每份申报不超过{most}项", f"{most} items at most"),
            (f"{len(case.heads)}项", f"{len(case.heads)}"),
            where="items",
        )
    if asked.mode == "PERSON":
        others = [one.number for one in case.heads if one.row.person_id != asked.person_id]
        yield from about_items(
            others, ("直补个人只申报本人项目", "a person's own items"), ("属他人", "are others'")
        )
    if asked.mode == "AGENCY" and asked.applicant_id != case.training.institution_id:
        yield unmet(
            ("由承训机构代领", "claimed by the body that trained"),
            ("申报单位不是该班承训机构", "another body"),
            where="applicant_institution_id",
        )
    filing = case.training.filing
    if filing is not None and filing.claim_mode != asked.mode:
        told = unmet(
            (f"备案的申领方式{filing.claim_mode}", f"{filing.claim_mode}, as filed"),
            (asked.mode, asked.mode),
            where="mode",
        )
        yield replace(told, flag=True)


def _late(case: Case, world: World) -> list[Head]:
    found = []
    for head in case.heads:
        deadline = deadline_of(head, case, world)
        if deadline is not None and deadline.judge(case.asked.submitted_on) is Timeliness.LATE:
            found.append(head)
    return found


@asked_of_claims("CLM-03")
def person_claims_in_time_with_a_certificate(case: Case, world: World) -> Iterator[Unmet]:
    """A person claims within six months, on one of three certificates."""
    if case.asked.mode != "PERSON":
        return
    yield from about_items(
        (one.number for one in _late(case, world)),
        ("取得证书后6个月内申报", "claimed within six months of the certificate"),
        (f"于{case.asked.submitted_on}申报，已逾期", f"late on {case.asked.submitted_on}"),
    )
    kinds = world.law.parameter("person_claim_cert_types", world.today, county=case.asked.county)
    others = [
        one.number
        for one in case.heads
        if one.certificate.issued and one.certificate.certificate_type not in kinds
    ]
    yield from about_items(
        others,
        ("职业资格、专项职业能力或职业技能等级证书", "one of the three certificates"),
        ("为其他证书", "rest on another"),
    )


@asked_of_claims("CLM-04")
def person_paid_for_the_training(case: Case, world: World) -> Iterator[Unmet]:
    """Who claims in person enrolled and paid himself."""
    if case.asked.mode == "PERSON":
        yield from about_items(
            (one.number for one in case.heads if not one.enrolment.fee_paid_fen),
            ("本人已缴纳培训费用", "a fee that the person paid"),
            ("没有缴费记录", "without a fee paid"),
        )


@asked_of_claims("CLM-05")
def enterprise_claims_where_the_class_was(case: Case, world: World) -> Iterator[Unmet]:
    """An enterprise claims for its own staff, where the class was opened.

    The text sets it no time; the city may.
    """
    if case.asked.mode != "ENTERPRISE":
        return
    yield from about_items(
        _of_others(case, world),
        ("本企业组织参训的职工", "staff of the enterprise that claims"),
        ("用人单位不是申报企业", "work for another, or nobody is named"),
    )
    if case.asked.county != case.training.county:
        yield unmet(
            (f"开班地{case.training.county}", f"where the class was, {case.training.county}"),
            (case.asked.county, case.asked.county),
            where="county_code",
        )
    yield from about_items(
        (one.number for one in _late(case, world)),
        ("在本市规定的期限内申报", "claimed within the time that the city has set"),
        (f"于{case.asked.submitted_on}申报，已逾期", f"late on {case.asked.submitted_on}"),
    )


def _of_others(case: Case, world: World) -> list[int]:
    """Return the items of heads whom the roster does not show as staff of the applicant."""
    applicant = case.asked.applicant_id
    own = "" if applicant is None else world.state(INSTITUTION, applicant).uscc
    return [
        one.number
        for one in case.heads
        if not own or one.roster is None or one.roster.employer != own
    ]


@asked_of_claims("CLM-06")
def agency_advanced_the_cost(case: Case, world: World) -> Iterator[Unmet]:
    """An agency claims where it advanced the cost, or the trainee paid the difference alone."""
    if case.asked.mode != "AGENCY" or bought_as_a_whole(case, world):
        return
    standard = standard_of("TRAINING", case, world)
    too_much = [
        one.number
        for one in case.of_kind("TRAINING")
        if one.enrolment.fee_paid_fen
        > max(0, one.enrolment.fee_charged_fen - (standard or one.amount_fen))
    ]
    yield from about_items(
        too_much,
        ("个人只缴纳培训费用与补贴标准差额", "a fee of the difference at most"),
        ("缴费超过差额", "paid more"),
    )


@asked_of_claims("CLM-07")
def agency_claims_in_time(case: Case, world: World) -> Iterator[Unmet]:
    """An agency claims within two months as a rule, later with consent.

    The text says 一般: while the city has not fixed the period the breach is a finding.
    """
    asked = case.asked
    if asked.mode != "AGENCY":
        return
    subjects = (asked.class_id, asked.applicant_id)
    if waiver_of("CLM-07", subjects, world, asked.submitted_on, asked.county) is not None:
        return
    parameters = Parameters(world.law.policies, world.today, asked.county)
    fixed = parameters.resolve("claim_deadline.AGENCY").fixed
    for told in about_items(
        (one.number for one in _late(case, world)),
        ("取得证书后2个月内申报，或经同意延期", "within two months, or extended by consent"),
        (f"于{asked.submitted_on}申报，已逾期", f"late on {asked.submitted_on}"),
    ):
        yield replace(told, flag=not fixed)


@asked_of_claims("ELG-20")
def claimed_where_it_may_be(case: Case, world: World) -> Iterator[Unmet]:
    """A person claims in one of four places, a body where the class was; nothing twice."""
    asked = case.asked
    if asked.mode == "PERSON":
        yield from _place_of_a_person(case)
    elif asked.mode == "AGENCY":
        yield from _place_of_an_agency(case, world)
    twice = [one.number for one in case.heads if _claimed_already(one, case)]
    yield from about_items(
        twice, ("同一培训同一项目只申报一次", "claimed once"), ("已有申报", "are claimed already")
    )


def _claimed_already(head: Head, case: Case) -> bool:
    held = head.entitlement.live(head.row.kind, but_for=case.asked.claim_id)
    inside = sum(
        one.row.enrolment_id == head.row.enrolment_id
        for one in case.of_person(head.row.person_id, head.row.kind)
    )
    return inside > 1 or any(one.enrolment_id == head.row.enrolment_id for one in held)


def _place_of_a_person(case: Case) -> Iterator[Unmet]:
    asked = case.asked
    if asked.place_basis is None:
        yield unmet(
            ("户籍地、常住地、就业创业地或培训地", "one of the four places"),
            ("未说明", "not said"),
            where="place_basis",
        )
    elif asked.place_basis == "TRAINING":
        if asked.county != case.training.county:
            yield unmet(
                (f"培训地{case.training.county}", f"where the class was, {case.training.county}"),
                (asked.county, asked.county),
                where="county_code",
            )
    elif not any(doc.kind == "PLACE_PROOF" for doc in asked.docs):
        yield unmet(("申领地证明材料", "a proof of the place"), ("未提交", "none"), where="docs")


def _place_of_an_agency(case: Case, world: World) -> Iterator[Unmet]:
    asked = case.asked
    basis = world.law.parameter("agency_claim_place", world.today, county=asked.county)
    wanted = case.training.county
    if basis == "INSTITUTION_COUNTY" and asked.applicant_id is not None:
        wanted = world.state(INSTITUTION, asked.applicant_id).county
    if asked.county != wanted:
        yield unmet(
            (f"申报地{wanted}", f"claimed in {wanted}"),
            (asked.county, asked.county),
            where="county_code",
        )


@asked_of_claims("ELG-26")
def enterprise_training_is_the_enterprises(case: Case, world: World) -> Iterator[Unmet]:
    """The subsidy of pre-job and apprenticeship training is not a person's to claim."""
    if case.scheme in ENTERPRISE_SCHEMES and case.asked.mode == "PERSON":
        yield unmet(
            ("由企业申领，或由机构代领", "claimed by the enterprise, or an agency"),
            ("直补个人", "by a person"),
            where="mode",
        )


@asked_of_claims("FIL-07")
def every_head_signed_an_agreement(case: Case, world: World) -> Iterator[Unmet]:
    """An agency claims for those who signed an agreement; a late one is a finding."""
    if case.asked.mode != "AGENCY" or bought_as_a_whole(case, world):
        return
    yield from about_items(
        (one.number for one in case.heads if one.enrolment.agreement_on is None),
        ("已签订《代领补贴协议书》", "an agency agreement"),
        ("没有协议", "without one"),
    )
    late = [
        one.number
        for one in case.heads
        if one.enrolment.agreement_on is not None and not one.enrolment.agreement_in_time
    ]
    for told in about_items(
        late, ("按时签订代领协议", "an agreement signed in time"), ("签订逾期", "signed late")
    ):
        yield replace(told, flag=True)
