"""The one message form, ``{command, key, data}``: NDJSON batches, imports and intake share it."""

from collections.abc import Mapping

import orjson

from aggregates.decisions import Channel
from aggregates.language import Message
from ledger.application.answers import Ask
from ledger.application.parsing import BadInput, Problem

_MEMBERS = {"command", "key", "data"}
_NOT_MESSAGE = Message(
    "每行应为{command, key, data}形式的JSON对象", "each line is a JSON object {command, key, data}"
)


def message(line: bytes, channel: Channel, *, as_facts: bool = False) -> Ask:
    """Read one message.

    Raises:
        BadInput: it is not of that form.
    """
    try:
        read = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise BadInput(Problem("", _NOT_MESSAGE)) from None
    fits = isinstance(read, Mapping) and {"command", "data"} <= set(read) <= _MEMBERS
    if not fits or not isinstance(read["command"], str):
        raise BadInput(Problem("", _NOT_MESSAGE))
    key = read.get("key")
    if key is not None and not isinstance(key, str):
        raise BadInput(Problem("key", Message("应为文字", "expected text")))
    return Ask(read["command"], read["data"], key, channel, as_facts)
