"""From JSON to a command: types checked, unknown fields refused, personal values sealed.

The answer to bad input names the place and what was expected, in both languages. It never
repeats what was sent: a wrong value may be somebody's name or number.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin

import msgspec

from aggregates.decisions import COMMANDS, Command, Declaration
from aggregates.facts import hints_of, parts_of
from aggregates.language import Message
from aggregates.sealed import Malformed, Restricted
from ledger.errors import Failure


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where, and what was expected.

    Attributes:
        where: The path, such as ``roster[3].category``; empty for the whole.
        what: What was expected and what kind of thing was found.
    """

    where: str
    what: Message


class BadInput(Failure):
    """An input that is no command or question. Nothing was decided and nothing recorded."""

    exit_code = 2

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(
            Message(
                "；".join(f"{p.where}：{p.what.zh}" for p in problems),
                "; ".join(f"{p.where}: {p.what.en}" for p in problems),
            )
        )


_UNSPELLABLE = Message(
    "不能成为一条记录：含空字符、过大的整数，或超过一条记录的长度上限",
    "cannot be an entry: it holds a NUL or too large an integer, or is longer than an entry may be",
)
_BEYOND = Message("日期超出可以计算的范围", "a date beyond those that can be reckoned with")
_TOO_MUCH = Message("一次涉及过多，请分次办理", "too much at once: do it in parts")


def unspellable(path: str) -> BadInput:
    """Return the answer to a command whose fact cannot be an entry; ``path`` says where."""
    return BadInput(Problem(path.removeprefix("$").removeprefix("."), _UNSPELLABLE))


def beyond() -> BadInput:
    """Return the answer to a command whose dates no calendar reaches."""
    return BadInput(Problem("", _BEYOND))


def too_much() -> BadInput:
    """Return the answer to a command that would leave more than one append may hold."""
    return BadInput(Problem("", _TOO_MUCH))


def declaration(name: str) -> Declaration:
    """Return a command's declaration.

    Raises:
        BadInput: no command has that name.
    """
    try:
        return COMMANDS[name]
    except KeyError:
        raise BadInput(Problem("command", Message("没有这个命令", "no such command"))) from None


Hook = Callable[[Any, Any], Any]


def parse(declared: Declaration, data: Any, hook: Hook) -> Command:  # noqa: ANN401 - JSON
    """Read the data of a command; ``hook`` seals personal values on the way in.

    Raises:
        BadInput: the data are not of the command's form.
    """
    if not isinstance(data, Mapping):
        raise BadInput(Problem("", Message("应为对象", "expected an object")))
    unknown = tuple(_unknown(declared.cls, data, ""))
    if unknown:
        raise BadInput(*unknown)
    problem = None
    try:
        return msgspec.convert(data, declared.cls, dec_hook=hook)
    except msgspec.ValidationError as error:
        problem = _problem(error)
    # Raised out here, so that the parser's own message, which may quote a value, is not kept in it.
    raise BadInput(problem)


@cache
def _nested(cls: type) -> dict[str, type | None]:
    return {name: _record_in(hint) for name, hint in hints_of(cls).items()}


def _record_in(hint: Any) -> type | None:  # noqa: ANN401 - type hints have no type
    if isinstance(hint, type) and is_dataclass(hint):
        return hint
    inner = get_args(hint) if get_origin(hint) is Restricted else parts_of(hint)
    for part in inner:
        found = _record_in(part)
        if found is not None:
            return found
    return None


def _unknown(cls: type, data: Mapping[Any, Any], path: str) -> Iterator[Problem]:
    nested = _nested(cls)
    for name, value in data.items():
        if name not in nested or name == "findings":
            known = "、".join(sorted(nested))
            zh, en = f"没有这个字段；可用字段：{known}", f"unknown field; known are: {known}"
            yield Problem(f"{path}[…]" if path else "[…]", Message(zh, en))
            continue
        inner = nested[name]
        if inner is None:
            continue
        here = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            yield from _unknown(inner, value, here)
        elif isinstance(value, list):
            for at, item in enumerate(value):
                if isinstance(item, Mapping):
                    yield from _unknown(inner, item, f"{here}[{at}]")


_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<where>.*)`)?$", re.DOTALL)
_TYPES = {
    "str": "文字",
    "int": "整数",
    "bool": "真或假",
    "object": "对象",
    "array": "列表",
    "null": "空值",
    "float": "小数",
    "uuid": "编号（UUID）",
    "date": "日期",
    "datetime": "时刻",
}


def _named(kinds: str) -> str:
    return "或".join(_TYPES.get(kind, kind) for kind in re.split(r"`?\s*\|\s*`?", kinds))


_DATE = Message("应为真实存在的日期，形如2024-02-09", "expected a real date such as 2024-02-09")
_INSTANT = Message(
    "应为带时区的时刻，形如2024-02-09T08:30:00+08:00",
    "expected a moment with its offset, such as 2024-02-09T08:30:00+08:00",
)
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Message]], ...] = (
    (
        re.compile(r"missing required field `(\w+)`"),
        lambda m: Message(f"缺少字段{m[1]}", f"the field {m[1]} is missing"),
    ),
    (
        re.compile(r"^Expected `([^`]+)`, got `([^`]+)`"),
        lambda m: Message(
            f"应为{_named(m[1])}，实为{_named(m[2])}", f"expected {m[1]}, found {m[2]}"
        ),
    ),
    (re.compile(r"RFC3339 encoded date(?!time)"), lambda _: _DATE),
    (re.compile(r"RFC3339 encoded datetime|timezone"), lambda _: _INSTANT),
    (
        re.compile(r"Invalid UUID"),
        lambda _: Message("应为编号（UUID）", "expected an id (a UUID)"),
    ),
    (
        re.compile(r"Invalid enum value"),
        lambda _: Message("不在允许的取值之内", "not one of the values allowed"),
    ),
    (
        re.compile(r"Expected `([^`]+)` (matching regex|of length|>=|<=|>|<) ?(.*)$"),
        lambda m: Message(
            f"应为{_named(m[1])}，且{_limit(m[2], m[3])}", f"expected {m[1]} {m[2]} {m[3]}"
        ),
    ),
)


def _limit(word: str, bound: str) -> str:
    words = {"matching regex": "符合格式", "of length": "长度"}
    return f"{words.get(word, word)} {bound}"


def _problem(error: msgspec.ValidationError) -> Problem:
    found = _AT.match(str(error))
    what, where = (found["what"], found["where"] or "") if found else (str(error), "")
    if isinstance(error.__cause__, Malformed):
        return Problem(where, error.__cause__.message)
    for pattern, say in _FORMS:
        hit = pattern.search(what)
        if hit is not None:
            return Problem(where, say(hit))
    return Problem(where, Message("格式不符", "not of the expected form"))
