"""Receipts (C2SP tlog-proof) and exhibits (``mingzhang-exhibit/v1``)."""

import json  # noqa: TID251 - this program knows nothing but the standard library
from typing import Any

from ledger.evidence.verifier.notes import Policy, Tree, believed, from_base64, from_decimal
from ledger.evidence.verifier.signatures import sha256
from ledger.evidence.verifier.telling import Bad, Said
from ledger.evidence.verifier.trees import Hash, hash_of, leads_to

EXHIBIT = "mingzhang-exhibit/v1"
RECEIPT = b"c2sp.org/tlog-proof@v1\n"
HEADS_FACT = "evidence.stream-heads."


def check_receipt(data: bytes, entry: bytes, policy: Policy, said: Said) -> int:
    """Check that an entry stands where a receipt says; return its index."""
    head, blank, checkpoint = data.partition(b"\n\n")
    try:
        _, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        lines = []
    if lines and lines[0].startswith("extra "):
        from_base64(lines.pop(0)[6:])
        said.note("回执附带内容未经验证", "what is attached to the receipt is not vouched for")
    if not data.startswith(RECEIPT) or not blank or not lines or lines[0][:6] != "index ":
        raise Bad("回执不成形式", "the receipt is out of form")
    index, path = from_decimal(lines[0][6:]), [from_base64(line) for line in lines[1:]]
    tree = believed(checkpoint, policy, said)
    hashed = hash_of(tree.origin)
    if not leads_to(hashed, hashed(b"\0" + entry), index, tree.size, path, tree.root):
        raise Bad(
            f"条目不在日志第 {index + 1} 位：内容被改动，或回执属于另一条目",
            f"the entry is not the one at position {index + 1}: it was changed, or the receipt is "
            "another entry's",
        )
    said.good(f"条目在日志第 {index + 1} 位", f"the entry stands at position {index + 1}")
    return index


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object in which no name stands twice: readers would see different things."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)


def proven(one: dict[str, Any], nodes: list[bytes], tree: Tree, hashed: Hash) -> bytes:
    """Return an entry of an exhibit, after checking that it stands in the log."""
    index, body = int(one["index"]), str(one["body"]).encode()
    path = [nodes[number] for number in one["path"]]
    if not leads_to(hashed, hashed(b"\0" + body), index, tree.size, path, tree.root):
        raise Bad(
            f"第 {index + 1} 位：条目被改动，或不在日志中",
            f"position {index + 1}: the entry was changed, or is not in the log",
        )
    return body


class Exhibit:
    """An exhibit while it is checked.

    Attributes:
        bodies: the entries, by index; each is in the log once ``check`` returned.
    """

    def __init__(self, data: bytes) -> None:
        self.bodies: dict[int, bytes] = {}
        try:
            self._says: dict[str, Any] = json.loads(data, object_pairs_hook=once)
            known = self._says["format"] == EXHIBIT
        except (ValueError, KeyError, TypeError, RecursionError):
            known = False
        if not known:
            raise Bad("不是证据材料", "not an exhibit")

    def policy(self) -> bytes:
        """Return the policy that came with it."""
        return str(self._says.get("policy", "")).encode()

    def checkpoint(self) -> bytes:
        """Return the checkpoint that it stands under."""
        return str(self._says.get("checkpoint", "")).encode()

    def check(self, policy: Policy, said: Said) -> None:
        """Check everything in it."""
        try:
            tree = believed(self._says["checkpoint"].encode(), policy, said)
            hashed = hash_of(tree.origin)
            nodes = [from_base64(node) for node in self._says["nodes"]]
            for one in self._says["entries"]:
                self.bodies[one["index"]] = proven(one, nodes, tree, hashed)
            said.good(
                f"{len(self.bodies)} 条条目均在日志中",
                f"all {len(self.bodies)} entries stand in the log",
            )
            if self._says.get("head"):
                self._head(self._says["head"], nodes, tree, hashed, said)
            for model in self._says.get("models", []):
                check_model(model, said)
        except (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError):
            raise Bad("证据材料不成形式", "the exhibit is out of form") from None

    def _head(
        self, head: dict[str, Any], nodes: list[bytes], tree: Tree, hashed: Hash, said: Said
    ) -> None:
        """Check that the entries are all of a stream, up to a size at which the log said so."""
        fact = json.loads(proven(head["fact"], nodes, tree, hashed))
        about = fact["data"]
        stream, version, leaf = head["stream"], head["version"], bytes.fromhex(head["leaf"])
        name = stream.encode()
        encoded = len(name).to_bytes(2, "big") + name + version.to_bytes(8, "big") + leaf
        path, root = [nodes[number] for number in head["path"]], bytes.fromhex(about["root"])
        placed = leads_to(
            sha256, sha256(b"\0" + encoded), head["index"], about["streams"], path, root
        )
        if not placed or not fact["type"].startswith(HEADS_FACT):
            raise Bad(
                f"流 {stream} 的末条证明不成立", f"the proof of the head of {stream} does not hold"
            )
        prev, count = "", 0
        for index in sorted(self.bodies):
            entry = json.loads(self.bodies[index])
            if entry["subject"] != stream or index >= about["size"]:
                continue
            count += 1
            if entry["streamversion"] != count or entry["prev"] != prev:
                raise Bad(
                    f"流 {stream} 在第 {count} 版处有缺", f"{stream} lacks its version {count}"
                )
            prev = hashed(b"\0" + self.bodies[index]).hex()
        if count != version or (hashed is sha256 and prev != leaf.hex()):
            raise Bad(f"流 {stream} 的条目不全", f"the entries of {stream} are not all there are")
        said.good(
            f"流 {stream} 至日志 {about['size']} 条时共 {version} 版，无遗漏",
            f"{stream} had {version} versions when the log had {about['size']} entries; none is "
            "left out",
        )


def check_model(model: dict[str, Any], said: Said) -> None:
    """Check the rows of a read model against their digest, if they are there."""
    name, position, digest = model["name"], model["position"], model["digest"]
    what = (f"读模型 {name}（至第 {position} 位）", f"read model {name} (to position {position})")
    rows = model.get("rows")
    if rows is None:
        said.note(
            f"{what[0]}摘要为 {digest}：请与重算所得比较",
            f"{what[1]} has the digest {digest}: compare it with one that was computed again",
        )
    elif sha256(rows.encode()).hex() == digest:
        said.good(f"{what[0]}各行与摘要相符", f"{what[1]}: its rows have their digest")
    else:
        raise Bad(f"{what[0]}各行与摘要不符", f"{what[1]}: its rows do not have their digest")
