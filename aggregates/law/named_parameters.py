"""The 55 named parameters: what each takes, its default, which rules ask it.

A parameter without a default is *per city*: the notice gives no number, and until the city sets
one the rules that ask it only report. Sources: 17号, 72号 and the decisions on gaps in their text.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import get_args

from aggregates.language import Message
from aggregates.law.catalogues import Fund, PersonCategory, TrainingType
from aggregates.law.parameter_kinds import (
    BASIS_POINTS,
    DAY,
    DAYS,
    FLAG,
    HEADS,
    HOURS,
    WORKING_DAYS,
    Choice,
    Choices,
    Kind,
    Matrix,
    Months,
    Parameter,
    Value,
    Whole,
)
from aggregates.law.workdays import CountMode

TRAINING_TYPES: tuple[str, ...] = get_args(TrainingType)
CLAIM_CERTIFICATES = ("QUALIFICATION", "SPECIAL_ABILITY", "SKILL_LEVEL")
"""The three certificate types of 17号 五(一)."""
CERTIFICATES = (*CLAIM_CERTIFICATES, "COMPLETION")
CLAIM_MODES = ("PERSON", "AGENCY", "ENTERPRISE")


def _per_city(name: str, zh: str, en: str, kind: Kind, *rules: str) -> Parameter:
    return Parameter(name, Message(zh, en), kind, None, rules)


def _set(name: str, zh: str, en: str, kind: Kind, default: Value, *rules: str) -> Parameter:
    return Parameter(name, Message(zh, en), kind, default, rules)


_ELIGIBILITY = (
    Parameter(
        "annual_cap",
        Message("每人每年补贴次数上限", "subsidies per person and year at most"),
        Whole(Message("次", "subsidies"), 0, 100),
        3,
        ("ELG-07",),
        lowest="PROVINCE",
    ),
    _set(
        "annual_cap_year_basis",
        "年度次数按何种年度计算",
        "which year the annual cap counts",
        Choice(("CALENDAR", "ROLLING_12M")),
        "CALENDAR",
        "ELG-07",
    ),
    _set("annual_cap_all_funds", "次数不分资金来源", "all funds counted", FLAG, True, "ELG-07"),  # noqa: FBT003 - a case of a table
    _set(
        "repeat_window",
        "同职业同等级重复的时间范围",
        "window of the same occupation and level",
        Choice(("ROLLING_12M", "CALENDAR_YEAR")),
        "ROLLING_12M",
        "ELG-08",
    ),
    _per_city(
        "category_fund_matrix",
        "人员类别与资金对应表",
        "funds open to each category of persons",
        Matrix(get_args(PersonCategory), get_args(Fund)),
        "ELG-01",
    ),
    _set(
        "pension_exclusion_scope",
        "领取职工养老金排除范围",
        "whom a monthly employee pension excludes",
        Choice(("CATCH_ALL", "ALL_CATEGORIES")),
        "CATCH_ALL",
        "ELG-11",
    ),
    _set(
        "ui_assessment_mode",
        "失业保险培训与鉴定补贴方式",
        "training and assessment money from unemployment insurance",
        Choice(("TWO_ITEMS_ONE_FUND", "ONE_ITEM_WITH_FEE")),
        "TWO_ITEMS_ONE_FUND",
        "ELG-31",
    ),
    _per_city("sla_claim_days", "受理至拨付时限", "from acceptance to payment", DAYS, "ELG-21"),
    _set(
        "agency_claim_place",
        "机构代领申报地",
        "where an agency claims",
        Choice(("CLASS_COUNTY", "INSTITUTION_COUNTY")),
        "CLASS_COUNTY",
        "ELG-20",
    ),
    _set(
        "project_claim_mode",
        "项目制班期申领方式",
        "how a project class is claimed",
        Choice(("AGENCY_NO_AGREEMENT", "AGENCY")),
        "AGENCY_NO_AGREEMENT",
        "ELG-28",
    ),
)

_INSTITUTIONS = (
    _per_city("sla_listing_update_days", "目录更新时限", "catalogue update", DAYS, "INS-10"),
    _per_city(
        "institution_change_report_days", "重要变更报告时限", "report of changes", DAYS, "INS-29"
    ),
    _per_city("heads_per_station", "每工位人数", "persons per work-station", HEADS, "INS-17"),
    _set(
        "cameras_per_room",
        "每教室监控设备数",
        "cameras per classroom",
        Whole(Message("台", "cameras"), 0, 100),
        1,
        "INS-18",
    ),
    _set("two_per_role", "理论实操各2名讲师", "2 lecturers per role", FLAG, False, "INS-19"),  # noqa: FBT003 - a case of a table
)

_PLANS_AND_FILING = (
    _set(
        "plan_deadline_basis",
        "月度计划报送截止口径",
        "last calendar or last working day of the month",
        Choice(("CALENDAR", "LAST_WORKDAY")),
        "CALENDAR",
        "PLN-01",
    ),
    _per_city(
        "plan_aggregate_deadline",
        "机构报送截止后县级汇总天数",
        "days for the county's aggregation after the institutions' deadline",
        DAYS,
        "PLN-02",
    ),
    Parameter(
        "workday_count_mode.{deadline}",
        Message("工作日计数方式", "how working days are counted"),
        Choice(tuple(CountMode)),
        str(CountMode.EVENT_EXCLUDED),
        ("FIL-01", "DEL-01", "CLM-10"),
        keys=("FIL-01", "DEL-01", "CLM-10"),
    ),
    _set(
        "filing_clock_on_resubmission",
        "补正后备案期限如何计算",
        "the filing clock on resubmission",
        Choice(("BY_CHANGE", "RESTART", "KEEP_FIRST")),
        "BY_CHANGE",
        "FIL-01",
    ),
    _set(
        "first_task_scope",
        "首次承接任务的范围",
        "what counts as a first task",
        Choice(("COUNTY", "CITY")),
        "COUNTY",
        "FIL-03",
    ),
    _set(
        "agreement_signed_before",
        "代领协议签订时点",
        "when the agency agreement is signed at the latest",
        Choice(("CLASS_START", "CLASS_END", "CLAIM")),
        "CLASS_START",
        "FIL-07",
    ),
    Parameter(
        "class_size_max.{type}",
        Message("每班人数上限", "heads per class at most"),
        HEADS,
        None,
        ("FIL-08",),
        keys=TRAINING_TYPES,
        defaults=MappingProxyType({"EMPLOYMENT_SKILL": 60}),
    ),
    _set("online_share_max", "线上课时占比上限", "on-line share", BASIS_POINTS, 4_000, "FIL-13"),
    _set(
        "platform_status",
        "可用线上平台的状态",
        "which platforms will do",
        Choices(("RECOGNISED", "RECOMMENDED")),
        frozenset({"RECOGNISED", "RECOMMENDED"}),
        "FIL-15",
    ),
    _per_city("class_expiry_days", "审核后未开班失效", "approved, not started", DAYS, "FIL-02"),
)

_DELIVERY = (
    _set(
        "min_recording_coverage",
        "录像覆盖率下限",
        "recording coverage at least",
        BASIS_POINTS,
        9_000,
        "DEL-03",
    ),
    _set(
        "process_supervised_types",
        "要求过程监管的培训类型",
        "training types under process supervision",
        Choices(TRAINING_TYPES),
        frozenset({"PROJECT"}),
        "DEL-05",
    ),
    _set(
        "inspection_due_at_hours_share",
        "应已检查的课时进度",
        "share of hours by which an inspection is due",
        BASIS_POINTS,
        8_000,
        "DEL-05",
    ),
    _per_city("spot_check_target", "抽查班期比例", "share of classes", BASIS_POINTS, "DEL-22"),
    _per_city("phone_check_share", "电话核查比例", "share phoned", BASIS_POINTS, "DEL-06"),
    _per_city(
        "min_attendance_rate_class", "班期到课率下限", "class attendance", BASIS_POINTS, "DEL-09"
    ),
    _per_city(
        "min_attendance_rate_trainee",
        "学员到课率下限",
        "trainee attendance",
        BASIS_POINTS,
        "DEL-09",
        "CRT-01",
    ),
    _per_city(
        "progress_deviation_max", "课时进度偏差上限", "progress deviation", BASIS_POINTS, "DEL-16"
    ),
    _per_city(
        "sla_certificate_delivery_days",
        "证书发放时限",
        "delivery of certificates",
        DAYS,
        "CRT-03",
        "CRT-05",
    ),
    _per_city(
        "assessment_report_days", "考核材料上报时限", "report of assessments", DAYS, "CRT-04"
    ),
    _set("followup_months", "回访月份", "months of follow-up", Months(), (3, 6), "FUP-02"),
)

_CLAIMS = (
    _set(
        "person_claim_cert_types",
        "直补个人认可的证书",
        "certificates for a person claim",
        Choices(CERTIFICATES),
        frozenset(CLAIM_CERTIFICATES),
        "CLM-03",
    ),
    Parameter(
        "claim_deadline.{mode}",
        Message("申报期限（月）", "months for the claim"),
        Whole(Message("月", "months"), 1, 120),
        None,
        ("CLM-03", "CLM-07", "CLM-05"),
        keys=CLAIM_MODES,
        defaults=MappingProxyType({"PERSON": 6, "AGENCY": 2}),
    ),
    _set(
        "claim_clock_start",
        "申报期限起算点",
        "where the claim period starts",
        Choice(("ISSUED", "DELIVERED")),
        "ISSUED",
        "CLM-03",
    ),
    _set(
        "claim_items_max",
        "每份申报项目数上限",
        "items per claim at most",
        Whole(Message("项", "items"), 1, 300),
        300,
        "CLM-02",
    ),
    _set(
        "sod_review",
        "初审复核不得同一人",
        "two reviewers",
        Choice(("HARD", "FLAG")),
        "HARD",
        "CLM-09",
    ),
    _set(
        "reviewer_not_filing_approver",
        "审核人不得为开班审批人",
        "reviewer is not the approver of the filing",
        Choice(("HARD", "FLAG", "OFF")),
        "FLAG",
        "CLM-09",
    ),
    Parameter(
        "publicity_days",
        Message("公示工作日数", "working days of publicity"),
        WORKING_DAYS,
        5,
        ("CLM-10",),
        lowest="CITY",
    ),
    _per_city("objection_decide_days", "异议处理时限", "objections", WORKING_DAYS, "CLM-11"),
    _set(
        "enterprise_payee_account",
        "直补企业收款账户",
        "payee account of an enterprise",
        Choice(("BASIC", "GENERAL")),
        "BASIC",
        "CLM-12",
    ),
)

_ARCHIVE_AND_AFTER = (
    _set(
        "claim_requires_checked_archive",
        "申领前培训档案须已核对",
        "training part of the archive checked before a claim",
        FLAG,
        True,  # noqa: FBT003 - a case of a table
        "ARC-02",
    ),
    _set(
        "retention_years",
        "档案保存年限",
        "years of retention",
        Whole(Message("年", "years"), 10, 100),
        10,
        "ARC-01",
    ),
    _set("archive_born_digital", "无纸质原件可免", "no paper form", FLAG, False, "ARC-06"),  # noqa: FBT003 - a case of a table
    _per_city("sla_archive_produce_days", "档案提供时限", "produce archives", DAYS, "ARC-05"),
    _per_city("sla_clue_days", "线索办结时限", "conclude clues", DAYS, "SUP-02"),
    _per_city("sla_incident_hours", "资金安全事件上报", "report incidents", HOURS, "SUP-05"),
    _per_city("sla_step_days.{step}", "各环节办结时限", "each open step", DAYS, "SUP-24"),
    Parameter(
        "transition.notice_date",
        Message("通知印发日期", "date of the notice"),
        DAY,
        date(2023, 7, 12),
        ("TRN-01",),
    ),
    _set(
        "transition.inclusive",
        "印发当日视为印发前",
        "the day of the notice counts as before it",
        FLAG,
        False,  # noqa: FBT003 - a case of a table
        "TRN-01",
    ),
    _set(
        "transition.standard_basis",
        "已审核未开班的标准口径",
        "whose standards hold for approved classes",
        Choice(("APPROVAL_DATE", "START_DATE")),
        "APPROVAL_DATE",
        "TRN-02",
    ),
)

PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        one.name: one
        for group in (
            _ELIGIBILITY,
            _INSTITUTIONS,
            _PLANS_AND_FILING,
            _DELIVERY,
            _CLAIMS,
            _ARCHIVE_AND_AFTER,
        )
        for one in group
    }
)
"""Every declared parameter and family by its declared name."""
