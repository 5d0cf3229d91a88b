"""The forms of entries as JSON Schema: what a reader in ten years finds in them."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import orjson

from aggregates.facts import FACTS
from aggregates.sealed import Sealed
from ledger.application.entries import Kept
from ledger.application.naming import fact_title

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ENVELOPE = {
    "specversion": "CloudEvents: 1.0",
    "id": "<流>/<版本> · <stream>/<version>",
    "source": "账本名称 · the installation, origin of its log",
    "type": "事项名称及版本 · stored name and version of the fact",
    "subject": "流 · the stream",
    "streamversion": "流内版本，自1起连续 · from 1, without gaps",
    "time": "入账时间（服务器时钟） · when the ledger learned it",
    "prev": "同流上一条目的叶哈希 · leaf hash of the entry before in the stream",
    "actor": "办理人账户编号 · who",
    "actorrole": "角色 · as what",
    "actororg": "单位 · for which organisation",
    "onbehalf": "代何人办理 · on whose behalf",
    "county": "县区代码（GB/T 2260） · county",
    "correlation": "所属班期或申报 · the class or claim it belongs to",
    "causation": "起因 · what led to it",
    "channel": "渠道 · by which way it came",
    "regime": "适用的法规阶段 · legal regime",
    "policy": "所依据的政策版本 · policy version",
    "datacontenttype": "application/json",
    "data": "事项内容；个人信息只有承诺值 · the fact; personal values are commitments only",
}


def schemas(kept: Iterable[Kept]) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of the schema of the envelope, and of each kind of fact in a package."""
    envelope = {
        "$schema": _DIALECT,
        "title": "entry 条目",
        "description": "leaf = SHA-256(0x00 || the entry's bytes); RFC 8785, UTF-8",
        "type": "object",
        "properties": {name: {"description": told} for name, told in _ENVELOPE.items()},
    }
    yield "entry.json", _spelled(envelope)
    for name in sorted({one.type for one in kept}):
        cls = FACTS.get(name)
        if cls is None:
            continue  # an older version: its data are what the newest form was made from
        title = fact_title(name)
        made = msgspec.json.schema(cls, schema_hook=_sealed)
        yield (
            f"{name}.json",
            _spelled({"$schema": _DIALECT, "title": f"{title.zh} {title.en}"} | made),
        )


def _sealed(hint: Any) -> dict[str, Any]:  # noqa: ANN401 - type hints have no type
    if not (isinstance(hint, type) and issubclass(hint, Sealed)):
        raise TypeError(f"no schema for {hint}")
    return {
        "type": "string",
        "description": "承诺值 commitment: base64url(HMAC-SHA256(salt, value))",
        "x-sealed": hint.__name__.lower(),
    }


def _spelled(value: Any) -> bytes:  # noqa: ANN401 - JSON
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(value, option=options)
