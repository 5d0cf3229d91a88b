"""Whether a caller may give a command or ask a question: by role, county and institution.

The one point where the role matrix attaches: nothing else in the ledger asks who somebody is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from aggregates.decisions import Caller, Command, Declaration
from aggregates.ids import InstitutionId
from aggregates.language import Message
from ledger.errors import Failure
from ledger.security.roles import RISK_READERS, ROLES, TRAIL_READERS


class Denied(Failure):
    """The caller may not do this. Nothing was decided."""

    exit_code = 77


_OF_NONE = Message("账户未注明所属机构", "the account names no institution")
_INSTITUTION = frozenset(code for code, role in ROLES.items() if role.reach == "INSTITUTION")
_COUNTY = frozenset(code for code, role in ROLES.items() if role.reach == "COUNTY")
_HISTORY = "MIGRATION"
_OFFICES = frozenset(
    {
        "COUNTY_CLERK",
        "COUNTY_REVIEWER",
        "COUNTY_HR",
        "CITY_CENTRE",
        "CITY_HR",
        *("AUDITOR", "DISCIPLINE"),
    }
)
_CLASS_READERS = _OFFICES | {
    *("INST_CLERK", "INST_HEAD", "CLASS_HEAD", "EMPLOYER"),
    *("INSPECTOR", "FINANCE", "HR_PAYER", "RISK_OFFICER"),
}

Question = Literal[
    "class-ledger",
    "archive",
    "package",
    "funds",
    "entitlements",
    "risk",
    "trail",
    "entry",
    "entries",
]
"""What may be asked. ``class-ledger`` covers one class and its story as well; ``package`` is the
whole of a class, with entries that concern others too."""
ASKED_BY: dict[Question, frozenset[str]] = {
    "class-ledger": _CLASS_READERS,
    "archive": _CLASS_READERS - {"FINANCE", "HR_PAYER", "RISK_OFFICER"},
    "package": _OFFICES,
    "funds": _OFFICES | {"FINANCE", "HR_PAYER"},
    "entitlements": _OFFICES,
    "risk": RISK_READERS,
    "trail": TRAIL_READERS,
    "entry": _CLASS_READERS,
    "entries": TRAIL_READERS | {"MIRROR"},
}
"""The roles that may ask each question. Third parties, schools and the hotline see single cases,
which are not assigned here yet; the three administrators see no business data."""
_TITLES: dict[Question, Message] = {
    "class-ledger": Message("查阅班期台账", "read the class ledger"),
    "archive": Message("查阅档案", "read the archive"),
    "package": Message("取档案包", "take an archive package"),
    "funds": Message("查阅资金", "read the funds"),
    "entitlements": Message("查阅个人享受补贴情况", "read a person's entitlements"),
    "risk": Message("查阅风险疑点", "read risk signals"),
    "trail": Message("查阅轨迹", "follow a trail"),
    "entry": Message("查阅原始记录", "read entries"),
    "entries": Message("导出原始记录", "export entries"),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a caller sees.

    Attributes:
        county: The one county it sees; empty for all.
        institution: The one institution it sees; None for all.
        sealed: The readers under whose keys it reads sealed facts, its own first.
    """

    county: str = ""
    institution: InstitutionId | None = None
    sealed: tuple[str, ...] = ()


def authorise(
    caller: Caller, declared: Declaration, command: Command, *, as_facts: bool = False
) -> None:
    """Let a caller give a command, or not.

    Args:
        caller: Who gives it.
        declared: Its declaration.
        command: The command.
        as_facts: It brings in what has happened; then, and only then, history may give all.

    Raises:
        Denied: the role may not give it, or it concerns another county or institution, or the
            account of an institution's role names none.
    """
    if caller.role == _HISTORY and as_facts:
        return
    if caller.role not in declared.roles:
        raise Denied(
            Message(
                f"{_name(caller.role, 'zh')}无权“{declared.title.zh}”",
                f"{_name(caller.role, 'en')} may not: {declared.title.en}",
            ),
            mend=_whoever(declared.roles),
        )
    county = getattr(command, "county_code", None)
    if caller.role in _COUNTY and caller.county and county not in (None, "", caller.county):
        raise Denied(
            Message("不属于您的县区", "it belongs to another county"),
        )
    institution = getattr(command, "institution_id", None)
    if caller.role in _INSTITUTION and caller.institution is None:
        raise Denied(_OF_NONE)
    if caller.role in _INSTITUTION and institution not in (None, caller.institution):
        raise Denied(Message("不属于您的机构", "it belongs to another institution"))


def may(caller: Caller, question: Question) -> bool:
    """Say whether a caller's role may ask a question at all."""
    return caller.role in ASKED_BY[question]


def may_report(caller: Caller) -> None:
    """Let a caller tell of look-ups that others made at a copy.

    Raises:
        Denied: the caller is no server of a copy.
    """
    if caller.role != "MIRROR":
        raise Denied(
            Message("只有只读副本可以转报查阅记录", "only the server of a copy tells of look-ups"),
            mend=_whoever(("MIRROR",)),
        )


def may_ask(caller: Caller, question: Question) -> Reach:
    """Let a caller ask a question, and say how far the answer may reach.

    Raises:
        Denied: the role may not ask it, or an account of an institution names none.
    """
    if not may(caller, question):
        title = _TITLES[question]
        raise Denied(
            Message(
                f"{_name(caller.role, 'zh')}无权{title.zh}",
                f"{_name(caller.role, 'en')} may not {title.en}",
            ),
            mend=_whoever(sorted(ASKED_BY[question])),
        )
    if caller.role in _INSTITUTION:
        if caller.institution is None:
            raise Denied(_OF_NONE)
        return Reach(institution=caller.institution)
    sealed = ROLES[caller.role].inspects
    return Reach(county=caller.county if caller.role in _COUNTY else "", sealed=sealed)


def _whoever(roles: Iterable[str]) -> Message:
    named = list(roles)
    return Message(
        f"需要的角色：{'、'.join(_name(r, 'zh') for r in named)}",
        f"roles that may: {', '.join(_name(r, 'en') for r in named)}",
    )


def _name(code: str, lang: str) -> str:
    role = ROLES.get(code)
    return code if role is None else role.name.text(lang)
