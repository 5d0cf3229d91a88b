"""Whether a caller may give a command: by role, county and institution.

The one point where the role matrix attaches: nothing else in the ledger asks who somebody is.
"""

from aggregates.decisions import Caller, Command, Declaration
from aggregates.language import Message
from ledger.errors import Failure
from ledger.security.roles import ROLES


class Denied(Failure):
    """The caller may not do this. Nothing was decided."""

    exit_code = 77


_INSTITUTION = frozenset(code for code, role in ROLES.items() if role.reach == "INSTITUTION")
_COUNTY = frozenset(code for code, role in ROLES.items() if role.reach == "COUNTY")
_HISTORY = "MIGRATION"


def authorise(caller: Caller, declared: Declaration, command: Command) -> None:
    """Let a caller give a command, or not.

    Raises:
        Denied: the role may not give it, or it concerns another county or institution.
    """
    if caller.role == _HISTORY:
        return
    if caller.role not in declared.roles:
        raise Denied(
            Message(
                f"{_name(caller.role, 'zh')}无权“{declared.title.zh}”",
                f"{_name(caller.role, 'en')} may not: {declared.title.en}",
            ),
            mend=Message(
                f"需要的角色：{'、'.join(_name(r, 'zh') for r in declared.roles)}",
                f"roles that may: {', '.join(_name(r, 'en') for r in declared.roles)}",
            ),
        )
    county = getattr(command, "county_code", None)
    if caller.role in _COUNTY and caller.county and county not in (None, "", caller.county):
        raise Denied(
            Message("不属于您的县区", "it belongs to another county"),
        )
    institution = getattr(command, "institution_id", None)
    if (
        caller.role in _INSTITUTION
        and caller.institution is not None
        and institution not in (None, caller.institution)
    ):
        raise Denied(Message("不属于您的机构", "it belongs to another institution"))


def _name(code: str, lang: str) -> str:
    role = ROLES.get(code)
    return code if role is None else role.name.text(lang)
