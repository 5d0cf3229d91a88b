"""The roles of ``actors.md`` with what each reaches."""

from dataclasses import dataclass

from aggregates.language import Message


@dataclass(frozen=True, slots=True)
class Role:
    """A role as callers carry it.

    Attributes:
        code: Its code.
        name: Its name.
        reach: ``CITY`` (everything in the city), ``COUNTY``, ``INSTITUTION`` or ``PUBLIC``.
        inspects: It may see sealed matters: ``DISCIPLINE``, ``AUDITOR`` or ``INSPECTOR`` readers.
    """

    code: str
    name: Message
    reach: str
    inspects: tuple[str, ...] = ()


def _role(code: str, zh: str, en: str, reach: str, *inspects: str) -> Role:
    return Role(code, Message(zh, en), reach, inspects)


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        _role("INST_CLERK", "承训机构经办", "institution clerk", "INSTITUTION"),
        _role("INST_HEAD", "承训机构负责人", "head of an institution", "INSTITUTION"),
        _role("CLASS_HEAD", "班主任", "class head", "INSTITUTION"),
        _role("INSTRUCTOR", "讲师", "instructor", "INSTITUTION"),
        _role("EMPLOYER", "用工企业经办", "employer's clerk", "INSTITUTION"),
        _role("TRAINEE", "参训人员", "trainee", "PUBLIC"),
        _role("PLATFORM", "线上平台", "on-line platform", "CITY"),
        _role("ASSESSOR", "考评机构", "assessment body", "CITY"),
        _role("COUNTY_CLERK", "县区公共就业人才服务机构经办", "county clerk", "COUNTY"),
        _role("COUNTY_REVIEWER", "县区复核", "county reviewer", "COUNTY"),
        _role("COUNTY_HR", "县区人社局审批", "county HR bureau", "COUNTY"),
        _role("INSPECTOR", "检查人员", "inspector", "COUNTY", "INSPECTOR"),
        _role("CITY_CENTRE", "市公共就业人才服务机构", "city service centre", "CITY"),
        _role("CITY_HR", "市人社局", "city HR bureau", "CITY", "INSPECTOR"),
        _role("FINANCE", "财政局", "finance bureau", "COUNTY"),
        _role("HR_PAYER", "授权人社拨付", "authorised payer", "COUNTY"),
        _role("THIRD_PARTY", "第三方评估、审计", "third-party evaluator", "CITY"),
        _role("EDU", "教育部门", "education authority", "CITY"),
        _role("AUDITOR", "审计", "auditor", "CITY", "AUDITOR"),
        _role(
            "DISCIPLINE", "纪检监察、巡察", "discipline inspector", "CITY", "DISCIPLINE", "AUDITOR"
        ),
        _role("RISK_OFFICER", "风险防控岗", "risk officer", "CITY"),
        _role("HOTLINE", "12345、信访", "hotline", "CITY"),
        _role("PUBLIC", "公众", "the public", "PUBLIC"),
        _role("SYS_ADMIN", "系统管理员", "system administrator", "CITY"),
        _role("SEC_ADMIN", "安全管理员", "security administrator", "CITY"),
        _role("LOG_ADMIN", "审计管理员", "log administrator", "CITY"),
        _role("TIMER", "定时任务", "timer", "CITY"),
        _role("RISK_ENGINE", "风险引擎", "risk engine", "CITY"),
        _role("KEY_KEEPER", "密钥保管", "keeper of the keys", "CITY"),
        _role("MIRROR", "只读副本", "server of a copy", "CITY"),
        _role("MIGRATION", "历史数据迁移", "migration of history", "CITY"),
    )
}
"""Every role by its code. The last four are the service itself, whoever keeps its keys at the
machine, and the import of history; none of them may approve, review, publicise or pay except as
bringing in history."""

OWN_ROLES = frozenset({"TIMER", "RISK_ENGINE", "KEY_KEEPER", "MIGRATION"})
"""What only the service itself acts as; nobody outside holds one of these roles."""
_NO_READERS = frozenset({"SYS_ADMIN", "SEC_ADMIN", "LOG_ADMIN", "KEY_KEEPER", "PUBLIC"})
BUSINESS_READERS = frozenset(ROLES) - _NO_READERS
"""Roles that read business pages; the three administrators see none in clear."""
RISK_READERS = frozenset({"AUDITOR", "DISCIPLINE", "RISK_OFFICER", "CITY_HR"})
"""Roles that see risk signals; institutions never do."""
TRAIL_READERS = frozenset({"AUDITOR", "DISCIPLINE"})
"""Roles that follow people, officials and accounts."""
