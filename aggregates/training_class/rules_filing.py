"""What a class filing must keep: its time, its completeness, its papers, its plan."""

from collections.abc import Callable, Iterator
from functools import wraps

from aggregates.decisions import Unmet, World, flag, hard, unmet
from aggregates.ids import derived_id
from aggregates.language import Message
from aggregates.law.deadlines import Timeliness, local_date
from aggregates.monthly_plan.state import MONTHLY_PLAN
from aggregates.training_class.filing import (
    Filed,
    ResubmitClassFiling,
    SubmitClassFiling,
    applicant,
    clock_of,
    due,
    filing_bound,
    judged_on,
)
from aggregates.training_class.form import ClaimMode, Filing, ScanKind
from aggregates.training_class.hours import waiver_of

FilingRule = Callable[[Filed, World], Iterator[Unmet]]
CLAIM_MODES: tuple[ClaimMode, ...] = ("PERSON", "ENTERPRISE", "AGENCY")
LEVELLED = frozenset({"EMPLOYMENT_SKILL", "IN_POST_SKILL", "PROJECT", "APPRENTICESHIP"})
"""Types of training that are given by level (按等级培训)."""


def asked_of_filings(rule_id: str, *, hard_at_filing: bool = True) -> Callable[..., FilingRule]:
    """Let filings and resubmissions bear a rule, where it binds them under their regime."""

    def bear(rule: FilingRule) -> FilingRule:
        @wraps(rule)
        def asked(c: Filed, world: World) -> Iterator[Unmet]:
            if filing_bound(rule_id, c, world):
                yield from rule(c, world)

        kind = hard if hard_at_filing else flag
        return kind(rule_id, SubmitClassFiling, ResubmitClassFiling)(asked)

    return bear


@asked_of_filings("FIL-01")
def filed_five_working_days_ahead(c: Filed, world: World) -> Iterator[Unmet]:
    """A filing comes five working days before training starts, judged by the ledger's clock.

    While a calendar is missing nothing is refused; a late one only passes by a waiver.
    """
    found = due(c, world)
    if found is None:
        yield unmet(
            ("可确定工作日的计划开班日", "a planned start with known working days"),
            (f"{c.filing.planned_start}", f"{c.filing.planned_start}"),
            where="filing.planned_start",
        )
        return
    on = judged_on(c, world)
    judged = found.judge(on)
    if judged is Timeliness.IN_TIME or clock_of(c, world).waiver_id is not None:
        return
    yield Unmet(
        expected=Message(f"不晚于{found.last}提交", f"filed by {found.last}"),
        found=Message(
            f"{on}提交；{found.explanation.zh}", f"filed on {on}; {found.explanation.en}"
        ),
        where="filing.planned_start",
        flag=judged is Timeliness.UNCERTAIN,
    )


@asked_of_filings("FIL-05")
def filing_is_complete(c: Filed, world: World) -> Iterator[Unmet]:
    """Time, place, people, courses, lecturers, equipment and assessment are all stated."""
    filing = c.filing
    yield from _time(filing)
    yield from _place_and_people(filing)
    yield from _courses(filing)
    kinds = {scan.kind for scan in filing.scans}
    wanted: tuple[tuple[ScanKind, str, str], ...] = (
        ("FILING_FORM", "开班备案表", "the filing form"),
        ("LECTURERS", "授课师资材料", "papers on the lecturers"),
        ("RESOURCES", "设施设备、教学资源材料", "papers on facilities and equipment"),
    )
    for kind, zh, en in wanted:
        if kind not in kinds:
            yield unmet((f"{zh}扫描件", f"a scan of {en}"), ("没有", "none"), where="filing.scans")
    if filing.assessment_route is None or filing.planned_assessment_on is None:
        yield unmet(
            ("考核方式和考核时间", "route and date of the assessment"),
            ("未填", "not stated"),
            where="filing.planned_assessment_on",
        )


def _time(filing: Filing) -> Iterator[Unmet]:
    begins, ends = filing.planned_start, filing.planned_end
    if ends < begins:
        yield unmet(
            (f"不早于{begins}", f"not before {begins}"),
            (f"{ends}", f"{ends}"),
            where="filing.planned_end",
        )
    if not filing.timetable:
        yield unmet(("课程表", "a timetable"), ("未填", "none"), where="filing.timetable")
    seen: set[int] = set()
    for at, row in enumerate(filing.timetable):
        where = f"filing.timetable[{at}]"
        first, last = local_date(row.starts_at), local_date(row.ends_at)
        if row.ends_at <= row.starts_at:
            yield unmet(
                ("结束晚于开始", "an end after the beginning"), ("不是", "it is not"), where
            )
        elif not begins <= first <= last <= ends:
            yield unmet(
                (f"在{begins}至{ends}之间", f"within {begins} to {ends}"),
                (f"{first}", f"{first}"),
                where,
            )
        if row.session_no in seen:
            yield unmet(
                ("课次不重复", "each session number once"),
                (f"第{row.session_no}次重复", f"number {row.session_no} again"),
                where,
            )
        seen.add(row.session_no)


def _place_and_people(filing: Filing) -> Iterator[Unmet]:
    for at, row in enumerate(filing.timetable):
        if row.mode == "OFFLINE" and (row.site_id is None or row.room_id is None):
            yield unmet(
                ("线下课的培训场所和教室", "site and room of an off-line session"),
                ("未填", "not stated"),
                where=f"filing.timetable[{at}]",
            )
    if not filing.roster:
        yield unmet(("参训人员名册", "a roster"), ("没有人员", "nobody"), where="filing.roster")
    seen: set[object] = set()
    for at, head in enumerate(filing.roster):
        if head.person_id in seen:
            yield unmet(
                ("每人一次", "each person once"),
                ("重复", "listed again"),
                where=f"filing.roster[{at}]",
            )
        seen.add(head.person_id)


def _courses(filing: Filing) -> Iterator[Unmet]:
    hours, rows = filing.hours, filing.timetable
    sums = {
        "total": sum(row.hours for row in rows),
        "theory": sum(row.hours for row in rows if row.kind == "THEORY"),
        "practice": sum(row.hours for row in rows if row.kind == "PRACTICE"),
        "online": sum(row.hours for row in rows if row.mode == "ONLINE"),
    }
    for name, found in sums.items():
        stated = getattr(hours, name)
        if stated != found:
            yield unmet(
                (f"与课程表一致（{found}课时）", f"as the timetable adds up ({found} hours)"),
                (f"{stated}课时", f"{stated} hours"),
                where=f"filing.hours.{name}",
            )


@asked_of_filings("INS-34")
def teaching_material_is_there(c: Filed, world: World) -> Iterator[Unmet]:
    """Teaching plan, syllabus and textbook of the occupation are handed in."""
    kinds = {scan.kind for scan in c.filing.scans}
    for kind, zh, en in (
        ("TEACHING_PLAN", "培训计划", "the teaching plan"),
        ("SYLLABUS", "教学大纲", "the syllabus"),
    ):
        if kind not in kinds:
            yield unmet((zh, en), ("没有扫描件", "no scan"), where="filing.scans")
    if not c.filing.textbooks:
        yield unmet(("教材", "a textbook"), ("未填", "none"), where="filing.textbooks")


@asked_of_filings("INS-21")
def self_written_textbooks_are_filed(c: Filed, world: World) -> Iterator[Unmet]:
    """A textbook that the institution wrote itself was reviewed and has a filing number."""
    for at, book in enumerate(c.filing.textbooks):
        if book.self_written and book.filing_no is None:
            yield unmet(
                ("自编教材备案号", "a filing number of a self-written textbook"),
                ("未填", "none"),
                where=f"filing.textbooks[{at}]",
            )


@asked_of_filings("FIL-11")
def curriculum_follows_a_standard(c: Filed, world: World) -> Iterator[Unmet]:
    """The filing names the standard of its curriculum, and textbooks that can be found.

    Where standards lag behind or are missing, a waiver of FIL-12 lets a class follow none.
    """
    institution_id, county = applicant(c, world)
    subjects = (c.class_id, institution_id)
    flexible = waiver_of("FIL-12", subjects, world, world.today, county) is not None
    if c.filing.standard_code is None and not flexible:
        yield unmet(
            ("课程所依据的标准或规范", "the standard that the curriculum follows"),
            ("未填", "not stated"),
            where="filing.standard_code",
        )
    for at, book in enumerate(c.filing.textbooks):
        if not book.self_written and book.isbn is None:
            yield unmet(
                ("正版教材的书号", "the ISBN of a genuine textbook"),
                ("未填", "none"),
                where=f"filing.textbooks[{at}]",
            )


@asked_of_filings("FIL-21", hard_at_filing=False)
def needs_were_analysed(c: Filed, world: World) -> Iterator[Unmet]:
    """Needs are analysed, and the assessment is planned after the teaching."""
    if c.filing.need_analysis_doc is None:
        yield unmet(
            ("参训需求分析", "an analysis of needs"),
            ("没有", "none"),
            where="filing.need_analysis_doc",
        )
    planned = c.filing.planned_assessment_on
    if planned is not None and planned < c.filing.planned_end:
        yield unmet(
            (f"考核不早于{c.filing.planned_end}", f"assessed not before {c.filing.planned_end}"),
            (f"{planned}", f"{planned}"),
            where="filing.planned_assessment_on",
        )


@asked_of_filings("FIL-22", hard_at_filing=False)
def textbooks_are_of_the_level(c: Filed, world: World) -> Iterator[Unmet]:
    """Training by level uses textbooks of that level."""
    if c.filing.training_type not in LEVELLED:
        return
    for at, book in enumerate(c.filing.textbooks):
        if book.level != c.filing.level:
            yield unmet(
                (f"{c.filing.level}级教材", f"a textbook of level {c.filing.level}"),
                (f"{book.level or '未注明等级'}", f"{book.level or 'no level stated'}"),
                where=f"filing.textbooks[{at}]",
            )


@asked_of_filings("DEL-11", hard_at_filing=False)
def emergencies_are_planned_for(c: Filed, world: World) -> Iterator[Unmet]:
    """There is an emergency plan for the class."""
    if all(scan.kind != "EMERGENCY_PLAN" for scan in c.filing.scans):
        yield unmet(("应急预案", "an emergency plan"), ("没有", "none"), where="filing.scans")


@asked_of_filings("CLM-02")
def claim_mode_is_one_of_three(c: Filed, world: World) -> Iterator[Unmet]:
    """There are three ways to claim, and no other."""
    if c.filing.claim_mode not in CLAIM_MODES:
        yield unmet(
            ("直补个人、直补企业、机构代领之一", "PERSON, ENTERPRISE or AGENCY"),
            ("其他方式", "another way"),
            where="filing.claim_mode",
        )


@asked_of_filings("PLN-01", hard_at_filing=False)
def class_was_planned(c: Filed, world: World) -> Iterator[Unmet]:
    """The class stands in the institution's plan of its month; one that does not is no bar."""
    filing = c.filing
    institution_id, county = applicant(c, world)
    month = f"{filing.planned_start:%Y-%m}"
    plan = world.state(MONTHLY_PLAN, derived_id("monthly-plan", institution_id, county, month))
    for item in plan.items:
        same = (item.training_type, item.occupation, item.level) == (
            filing.training_type,
            filing.occupation,
            filing.level,
        )
        if same and item.item_no == filing.plan_item:
            return
    yield unmet(
        (f"列入{month}培训班期计划", f"an item of the plan of {month}"),
        ("计划中没有", "not in the plan"),
        where="filing.plan_item",
    )
