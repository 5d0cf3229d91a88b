"""Exhibits: entries with all it takes to believe them, in one file that reads by itself.

A trail, a class file or a claim is handed out as JSON: the entries byte for byte, the paths to the
root of one checkpoint (hashes that several paths share stand once), the checkpoint, the trust
policy, and, where they are at hand, what shows that streams are complete and what read models
held. ``verify.py`` checks it; the policy that counts is the one that the reader holds.

    {"format": "mingzhang-exhibit/v1",
     "about": {"kind": "class", "id": "…", "position": 42, "entries": 3},
     "checkpoint": "<signed note>", "policy": "<tlog-policy>",
     "nodes": ["<base64 hash>", …],
     "entries": [{"index": 41, "body": "<entry>", "path": [0, 7, …]}, …],
     "withheld": [{"index": 39, "stream": "…", "version": 3, "leaf": "<hex>", "path": […]}, …],
     "heads": {"fact": <entry>, "streams": [
       {"stream": "…", "version": 9, "leaf": "<hex>", "index": 4, "path": […]}, …]},
     "models": [{"name": "…", "position": 42, "day": "…", "of": ["<id>"], "digest": "<hex>",
                 "rows": "…"}, …]}

The ``fact`` of the heads is a log entry whose type begins with ``evidence.stream-heads.`` and
whose data hold ``size``, ``streams`` and ``root`` (hexadecimal): a ``HeadsRoot``. A stream listed
there was complete at that size. Whether there are entries of it that came later, beyond those that
are shown, nothing in an exhibit can tell before the log names the heads again; nor can it tell
that no other stream concerns the same thing. Whoever holds the whole log can tell both.
"""

import json  # noqa: TID251 - evidence is usable alone, with the standard library
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.evidence.stream_heads import Placed

FORMAT: Final = "mingzhang-exhibit/v1"
SUFFIX: Final = ".json"


@dataclass(frozen=True, slots=True)
class About:
    """What an exhibit says that it shows: all that was known of one thing.

    Attributes:
        kind: the kind of the thing, as the trail files it.
        id: its id.
        position: up to where the log was searched for it.
        entries: how many entries were found, those withheld among them.
        after: behind which position, where this is one part of several.
    """

    kind: str
    id: str
    position: int
    entries: int
    after: int = 0


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry and its place in the log.

    Attributes:
        index: of its leaf, from 0.
        body: byte for byte; UTF-8.
        path: the inclusion proof at the size of the exhibit's checkpoint.
    """

    index: int
    body: bytes
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Withheld:
    """An entry that is there, and that the reader may not see.

    Attributes:
        index: of its leaf, from 0.
        stream: which stream it extends.
        version: its place in the stream.
        leaf: its leaf hash.
        path: the inclusion proof at the size of the exhibit's checkpoint.
    """

    index: int
    stream: str
    version: int
    leaf: bytes
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class ProvenHeads:
    """What shows that the entries are all of their streams.

    Attributes:
        fact: the log's own entry that says the root over all streams.
        placed: the streams' heads below that root.
    """

    fact: ProvenEntry
    placed: Sequence[Placed]


@dataclass(frozen=True, slots=True)
class ModelDigest:
    """What a read model held at a position.

    Attributes:
        name: of the read model.
        position: up to which it had folded the log.
        digest: SHA-256 over its header and rows, hexadecimal.
        rows: those, if they are part of the exhibit.
        of: the keys whose rows they are; everybody's where none is named.
        day: the last business date that counted, ``YYYY-MM-DD``; empty for all.
    """

    name: str
    position: int
    digest: str
    rows: str | None = None
    of: Sequence[str] = ()
    day: str = ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Entries with all it takes to believe them.

    Attributes:
        checkpoint: the signed note that the paths lead to.
        policy: the trust policy that the log publishes.
        entries: in the order of their indexes.
        heads: what shows that they are all of their streams, where that is claimed.
        models: digests of read models.
        withheld: what is there besides, without its content.
        about: what it says that it shows.
    """

    checkpoint: bytes
    policy: bytes
    entries: Sequence[ProvenEntry]
    heads: ProvenHeads | None = None
    models: Sequence[ModelDigest] = ()
    withheld: Sequence[Withheld] = ()
    about: About | None = None

    def __bytes__(self) -> bytes:
        """Return the exhibit as JSON.

        Raises:
            UnicodeDecodeError: an entry is no UTF-8.
        """
        nodes: dict[bytes, int] = {}
        says: dict[str, Any] = {"format": FORMAT}
        if self.about:
            one = self.about
            says["about"] = {
                "kind": one.kind,
                "id": one.id,
                "position": one.position,
                "entries": one.entries,
            } | ({"after": one.after} if one.after else {})
        says |= {
            "checkpoint": self.checkpoint.decode(),
            "policy": self.policy.decode(),
            "entries": [_entry(one, nodes) for one in self.entries],
        }
        if self.withheld:
            says["withheld"] = [_withheld(one, nodes) for one in self.withheld]
        if self.heads:
            says["heads"] = {
                "fact": _entry(self.heads.fact, nodes),
                "streams": [_placed(one, nodes) for one in self.heads.placed],
            }
        if self.models:
            says["models"] = [_model(one) for one in self.models]
        says["nodes"] = [b64encode(node).decode() for node in nodes]
        return json.dumps(says, ensure_ascii=False, indent=1).encode() + b"\n"


def _entry(one: ProvenEntry, nodes: dict[bytes, int]) -> dict[str, Any]:
    return {"index": one.index, "body": one.body.decode(), "path": _path(one.path, nodes)}


def _withheld(one: Withheld, nodes: dict[bytes, int]) -> dict[str, Any]:
    return {
        "index": one.index,
        "stream": one.stream,
        "version": one.version,
        "leaf": one.leaf.hex(),
        "path": _path(one.path, nodes),
    }


def _placed(one: Placed, nodes: dict[bytes, int]) -> dict[str, Any]:
    return {
        "stream": one.head.stream,
        "version": one.head.version,
        "leaf": one.head.leaf.hex(),
        "index": one.index,
        "path": _path(one.path, nodes),
    }


def _path(path: Sequence[bytes], nodes: dict[bytes, int]) -> list[int]:
    return [nodes.setdefault(node, len(nodes)) for node in path]


def _model(one: ModelDigest) -> dict[str, Any]:
    told: dict[str, Any] = {"name": one.name, "position": one.position}
    if one.day:
        told["day"] = one.day
    if one.of:
        told["of"] = list(one.of)
    told["digest"] = one.digest
    return told if one.rows is None else told | {"rows": one.rows}
