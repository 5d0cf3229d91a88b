"""What an indicator is: one file of SQL with a header that an auditor can read, tune and propose.

The header's lines say what it is called, which rules it watches, how grave its signals are, who
owns it, what its parameters are; the statement finds subjects in the parts, as read models do::

    -- RI-17 擅自调课 | Held otherwise than the timetable
    -- version: 1
    -- severity: MEDIUM
    -- rules: DEL-01 DEL-02 DEL-08 NL-4.2
    -- owner: RISK_OFFICER
    -- area: 培训实施 | delivery
    -- post: 承训机构教务 | the institution's teaching office
    -- subject: class_id
    -- param shift_minutes = 15: 相差多少分钟以内不算 | a shift of so many minutes is none
    -- reach class_id: select distinct claim_id from detail.claim where class_id = any(%(ids)s)

Its columns are subject, county, starts_on, ends_on, severity and evidence (positions); each
further column is a value that the signal carries, by the column's name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from types import MappingProxyType

from psycopg import sql

from aggregates.language import Message
from aggregates.law.clauses import clause
from aggregates.risk_signal.facts import Severity
from projections.detail.catalogue import PARTS
from projections.part import Part
from projections.statement import HOLE, filled

Value = int | str
_TITLE = re.compile(r"-- (RI-\d\d) (.+?) \| (.+)")
_LINE = re.compile(r"-- ([a-z]+): (.+)")
_PARAM = re.compile(r"-- param ([a-z_]+) = (\S+): (.+?) \| (.+)")
_REACH = re.compile(r"-- reach ([a-z_]+): (.+)")
_SEVERITIES: Mapping[str, Severity] = MappingProxyType(
    {"LOW": "LOW", "MEDIUM": "MEDIUM", "HIGH": "HIGH", "CRITICAL": "CRITICAL"}
)


class BadIndicator(ValueError):  # noqa: N818 - the word says it
    """The file of an indicator lacks something in its header."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number or word that an indicator runs with.

    Attributes:
        name: Its name in the statement.
        default: Its value unless another is given.
        title: What it is.
    """

    name: str
    default: Value
    title: Message


@dataclass(frozen=True, eq=False)
class Indicator:
    """One computable doubt.

    Attributes:
        id: ``RI-01`` to ``RI-36``.
        title: Its name.
        version: The version of its definition; it goes up when the statement's meaning changes.
        severity: How grave a signal is, unless the statement says otherwise.
        rules: The rules and negative items that it watches.
        owner: The role that looks after it.
        area: The field of work (领域).
        post: The post that is doubted (岗位).
        key: The column of the subject: class_id, person_id or claim_id.
        params: Its parameters by name.
        reach: For a part without the key: the column that stands for it, and the statement that
            finds the subjects of the ``ids`` touched there.
        definition: The statement, its holes open.
        parts: The parts that the statement names.
    """

    id: str
    title: Message
    version: str
    severity: Severity
    rules: tuple[str, ...]
    owner: str
    area: Message
    post: Message
    key: str
    params: Mapping[str, Parameter]
    reach: Mapping[str, str]
    definition: str
    parts: tuple[Part, ...]

    @property
    def clause(self) -> str:
        """The words of the first rule that it watches."""
        return clause(self.rules[0]).quote

    def statement(self, *, keyed: bool, dated: bool) -> sql.SQL:
        """Return the statement with its holes filled; beside its own parameters it takes ``now``.

        Args:
            keyed: Only for the subjects ``whom``.
            dated: Only what happened up to ``day``.
        """
        return filled(self, keyed=keyed, dated=dated)


def read_indicator(file: Traversable) -> Indicator:
    """Read the file of an indicator.

    Raises:
        BadIndicator: its header lacks something, or it names a part that does not exist.
    """
    text = file.read_text("utf-8")
    header = [line for line in text.splitlines() if line.startswith("--")]
    titled = _TITLE.fullmatch(header[0]) if header else None
    if titled is None:
        raise BadIndicator(f"{file.name}: the first line gives no id and names")
    told = {found[1]: found[2] for line in header if (found := _LINE.fullmatch(line))}
    params = [found for line in header if (found := _PARAM.fullmatch(line))]
    reach = {found[1]: found[2] for line in header if (found := _REACH.fullmatch(line))}
    body = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    try:
        return Indicator(
            id=titled[1],
            title=Message(titled[2], titled[3]),
            version=told["version"],
            severity=_SEVERITIES[told["severity"]],
            rules=tuple(told["rules"].split()),
            owner=told["owner"],
            area=_both(told["area"]),
            post=_both(told["post"]),
            key=told["subject"],
            params={
                one[1]: Parameter(one[1], _value(one[2]), Message(one[3], one[4])) for one in params
            },
            reach=reach,
            definition=body.strip().rstrip(";"),
            parts=tuple(PARTS[name] for name in dict.fromkeys(HOLE.findall(body))),
        )
    except KeyError as missing:
        raise BadIndicator(f"{file.name}: {missing.args[0]} is missing or unknown") from None


def _both(text: str) -> Message:
    zh, _, en = text.partition(" | ")
    return Message(zh, en)


def _value(text: str) -> Value:
    return int(text) if text.lstrip("-").isdigit() else text
