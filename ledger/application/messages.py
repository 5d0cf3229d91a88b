"""The one message form, ``{command, key, data}``: NDJSON batches, imports and intake share it."""

import re
from collections.abc import Mapping

import orjson

from aggregates.decisions import Channel
from aggregates.language import Message
from ledger.application.answers import Ask
from ledger.application.parsing import BadInput, Problem

MESSAGE_BYTES_MAX = 4 * 1024 * 1024
"""The longest command; a filing of 300 heads has some 100 KiB."""
KEY_CHARACTERS_MAX = 200
_MEMBERS = {"command", "key", "data"}
_KEY = re.compile(rf"[^\x00-\x1f\x7f]{{1,{KEY_CHARACTERS_MAX}}}")
_TOO_LONG = Message("过长", "too long")
_NOT_KEY = Message(
    f"应为1至{KEY_CHARACTERS_MAX}个字符的文字，不含控制字符",
    f"expected text of 1 to {KEY_CHARACTERS_MAX} characters, without control characters",
)
_NOT_MESSAGE = Message(
    "每行应为{command, key, data}形式的JSON对象", "each line is a JSON object {command, key, data}"
)


def message(line: bytes, channel: Channel, *, as_facts: bool = False) -> Ask:
    """Read one message.

    Raises:
        BadInput: it is not of that form.
    """
    if len(line) > MESSAGE_BYTES_MAX:
        raise BadInput(Problem("", _TOO_LONG))
    try:
        read = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise BadInput(Problem("", _NOT_MESSAGE)) from None
    fits = isinstance(read, Mapping) and {"command", "data"} <= set(read) <= _MEMBERS
    if not fits or not isinstance(read["command"], str):
        raise BadInput(Problem("", _NOT_MESSAGE))
    return Ask(read["command"], read["data"], key_of(read.get("key")), channel, as_facts)


def key_of(given: object, where: str = "key") -> str | None:
    """Read an idempotency key; ``None`` where none is given.

    Raises:
        BadInput: it is empty, too long, or no text.
    """
    if given is None:
        return None
    if not isinstance(given, str) or not _KEY.fullmatch(given):
        raise BadInput(Problem(where, _NOT_KEY))
    return given
