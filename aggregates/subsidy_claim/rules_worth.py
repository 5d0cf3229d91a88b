"""What an item rests on and how much it may ask for (72号 一, 二)."""

from collections.abc import Iterator

from aggregates.decisions import Unmet, World, unmet
from aggregates.law.deadlines import add_months
from aggregates.subsidy_claim.accepting import asked_of_claims
from aggregates.subsidy_claim.case import Case, Head
from aggregates.subsidy_claim.standards import project_of, standard_of
from aggregates.subsidy_claim.wording import about_heads, about_items, yuan

CONTRACT_MONTHS = 12
"""Months of a labour contract at least, and within which pre-job training starts (ELG-12)."""


@asked_of_claims("ELG-12")
def pre_job_contracts_are_sound(case: Case, world: World) -> Iterator[Unmet]:
    """Pre-job training rests on a contract of a year, and starts within a year of its signing."""
    if case.scheme == "PRE_JOB":
        yield from about_items(
            (one.number for one in case.heads if not _sound_contract(one, case)),
            ("1年以上劳动合同，签订1年内参训", "a contract of a year, signed within the year"),
            ("不符合", "without one"),
        )


def _sound_contract(head: Head, case: Case) -> bool:
    contract = None if head.roster is None else head.roster.contract
    if contract is None or contract.term_months < CONTRACT_MONTHS:
        return False
    ends = add_months(contract.signed_on, CONTRACT_MONTHS)
    return contract.signed_on <= case.starts_on <= ends


@asked_of_claims("ELG-14")
def apprentices_are_in_service(case: Case, world: World) -> Iterator[Unmet]:
    """Apprenticeship training is for the enterprise's staff in service, probation included."""
    if case.scheme != "APPRENTICESHIP":
        return
    on = case.starts_on
    outside = [
        head.number for head in case.heads if head.roster is None or head.roster.employer is None
    ]
    yield from about_items(
        outside, ("企业在职职工", "staff of an enterprise"), ("未注明企业", "name no enterprise")
    )
    elsewhere = sum(
        head.roster is not None
        and head.roster.contract is None
        and not any(
            one.employer_uscc == head.roster.employer
            for one in head.trainee.told("SOCIAL_INSURANCE", on)
        )
        for head in case.heads
    )
    yield from about_heads(
        elsewhere,
        ("有劳动合同或社会保险为证", "a contract or social insurance"),
        ("没有", "have neither"),
    )


def _within_standard(kind: str, case: Case, world: World) -> Iterator[Unmet]:
    """Yield the items of a kind that ask for more than the standard, or for one not set."""
    heads = case.of_kind(kind)
    if not heads:
        return
    standard = standard_of(kind, case, world)
    if standard is None:
        yield from about_items(
            (one.number for one in heads),
            ("补贴标准目录中有该项标准", "a standard in the catalogue"),
            ("没有标准", "have none"),
        )
        return
    yield from about_items(
        (one.number for one in heads if one.amount_fen > standard),
        (f"每人不超过{yuan(standard)}元", f"{yuan(standard)} yuan a head at most"),
        ("超过标准", "ask for more"),
    )


@asked_of_claims("ELG-19")
def training_is_within_its_standard(case: Case, world: World) -> Iterator[Unmet]:
    """A training item asks for the standard of the occupation, level and type at most."""
    yield from _within_standard("TRAINING", case, world)


@asked_of_claims("ELG-29")
def assessment_is_within_its_standard(case: Case, world: World) -> Iterator[Unmet]:
    """An assessment item asks for its own standard at most."""
    yield from _within_standard("ASSESSMENT", case, world)


@asked_of_claims("ELG-30")
def living_allowance_is_provided_for(case: Case, world: World) -> Iterator[Unmet]:
    """A living allowance exists only where the rules of the fund provide it."""
    yield from _within_standard("LIVING_ALLOWANCE", case, world)


@asked_of_claims("ELG-28")
def project_stays_within_its_contract(case: Case, world: World) -> Iterator[Unmet]:
    """All claims for a project together stay within what it was bought for (C-37)."""
    project = project_of(case, world)
    if project is None or not project.status:
        return
    asked = sum(one.amount_fen for one in case.heads)
    others = project.taken_fen(but_for=case.asked.claim_id)
    if others + asked > project.amount_fen:
        yield unmet(
            (
                f"各次申报合计不超过项目合同金额{yuan(project.amount_fen)}元",
                f"the contract's {yuan(project.amount_fen)} yuan at most, over all claims",
            ),
            (
                f"{yuan(asked)}元，其他申报已占{yuan(others)}元",
                f"{yuan(asked)} yuan, and {yuan(others)} taken by other claims",
            ),
            where="items",
        )


@asked_of_claims("ELG-25")
def every_item_rests_on_a_certificate(case: Case, world: World) -> Iterator[Unmet]:
    """Each item rests on a certificate that was issued to the person for this enrolment."""
    asked, heads = case.asked, case.heads
    yield from about_items(
        (one.number for one in heads if one.row.kind != "LIVING_ALLOWANCE" and not _issued(one)),
        ("已取得的证书", "a certificate that was issued"),
        ("没有证书", "without one"),
    )
    others = [
        one.number
        for one in heads
        if one.certificate.issued
        and (one.certificate.enrolment_id, one.certificate.person_id)
        != (one.row.enrolment_id, one.row.person_id)
    ]
    yield from about_items(
        others,
        ("本人本次培训的证书", "the person's own, of this training"),
        ("属其他", "another's"),
    )
    skills = [
        one.number
        for one in heads
        if one.certificate.issued
        and (one.certificate.occupation, one.certificate.level) != (asked.occupation, asked.level)
    ]
    yield from about_items(
        skills,
        ("与申报工种、等级一致", "of the occupation and level claimed"),
        ("不一致", "differ"),
    )
    yield from about_items(
        (one.number for one in heads if not _enrolled(one, case)),
        ("本班期参训人员", "a trainee of the class"),
        ("不是或已退出", "are not, or left"),
    )
    filing = case.training.filing
    if filing is not None and (filing.occupation, filing.level) != (asked.occupation, asked.level):
        yield unmet(
            (f"备案工种{filing.occupation}、等级{filing.level}", "the occupation as filed"),
            (f"{asked.occupation}、{asked.level}", f"{asked.occupation}, {asked.level}"),
            where="occupation",
        )


def _issued(head: Head) -> bool:
    return head.certificate.issued


def _enrolled(head: Head, case: Case) -> bool:
    held = head.enrolment
    return (
        held.enrolled
        and held.person_id == head.row.person_id
        and held.class_id == case.asked.class_id
    )
