"""Exhibits: entries with all it takes to believe them, in one file that reads by itself.

A trail, a class file or a claim is handed out as JSON: the entries byte for byte, the paths to the
root of one checkpoint (hashes that several paths share stand once), the checkpoint, the trust
policy, and, where it is at hand, what shows that a stream is complete and what digest a read model
has. ``verify.py`` checks it; the policy that counts is the one that the reader holds.

    {"format": "mingzhang-exhibit/v1",
     "checkpoint": "<signed note>", "policy": "<tlog-policy>",
     "nodes": ["<base64 hash>", …],
     "entries": [{"index": 41, "body": "<entry>", "path": [0, 7, …]}, …],
     "head": {"fact": <entry>, "stream": "…", "version": 9, "leaf": "<hex>",
              "index": 4, "path": […]},
     "models": [{"name": "…", "position": 42, "digest": "<hex>", "rows": "…"}, …]}

The ``fact`` of a head is a log entry whose type begins with ``evidence.stream-heads.`` and whose
data hold ``size``, ``streams`` and ``root`` (hexadecimal): a ``HeadsRoot``.
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
class ProvenHead:
    """What shows that the entries are all of a stream.

    Attributes:
        fact: the log's own entry that says the root over all streams.
        placed: the stream's head below that root.
    """

    fact: ProvenEntry
    placed: Placed


@dataclass(frozen=True, slots=True)
class ModelDigest:
    """What a read model held at a position.

    Attributes:
        name: of the read model.
        position: up to which it had folded the log.
        digest: SHA-256 over its header and rows, hexadecimal.
        rows: those, if they are part of the exhibit.
    """

    name: str
    position: int
    digest: str
    rows: str | None = None


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Entries with all it takes to believe them.

    Attributes:
        checkpoint: the signed note that the paths lead to.
        policy: the trust policy that the log publishes.
        entries: in the order of their indexes.
        head: what shows that they are all of a stream, where that is claimed.
        models: digests of read models.
    """

    checkpoint: bytes
    policy: bytes
    entries: Sequence[ProvenEntry]
    head: ProvenHead | None = None
    models: Sequence[ModelDigest] = ()

    def __bytes__(self) -> bytes:
        """Return the exhibit as JSON.

        Raises:
            UnicodeDecodeError: an entry is no UTF-8.
        """
        nodes: dict[bytes, int] = {}
        says: dict[str, Any] = {
            "format": FORMAT,
            "checkpoint": self.checkpoint.decode(),
            "policy": self.policy.decode(),
            "entries": [_entry(one, nodes) for one in self.entries],
        }
        if self.head:
            head, placed = self.head.placed.head, self.head.placed
            says["head"] = {
                "fact": _entry(self.head.fact, nodes),
                "stream": head.stream,
                "version": head.version,
                "leaf": head.leaf.hex(),
                "index": placed.index,
                "path": _path(placed.path, nodes),
            }
        if self.models:
            says["models"] = [_model(one) for one in self.models]
        says["nodes"] = [b64encode(node).decode() for node in nodes]
        return json.dumps(says, ensure_ascii=False, indent=1).encode() + b"\n"


def _entry(one: ProvenEntry, nodes: dict[bytes, int]) -> dict[str, Any]:
    return {"index": one.index, "body": one.body.decode(), "path": _path(one.path, nodes)}


def _path(path: Sequence[bytes], nodes: dict[bytes, int]) -> list[int]:
    return [nodes.setdefault(node, len(nodes)) for node in path]


def _model(one: ModelDigest) -> dict[str, Any]:
    rows = {} if one.rows is None else {"rows": one.rows}
    return {"name": one.name, "position": one.position, "digest": one.digest} | rows
