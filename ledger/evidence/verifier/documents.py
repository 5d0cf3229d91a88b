"""Receipts (C2SP tlog-proof) and exhibits (``mingzhang-exhibit/v1``)."""

import json  # noqa: TID251 - this program knows nothing but the standard library
from typing import Any, NamedTuple

from ledger.evidence.verifier.notes import Policy, Tree, believed, from_base64, from_decimal
from ledger.evidence.verifier.signatures import sha256
from ledger.evidence.verifier.telling import Bad, Said
from ledger.evidence.verifier.trees import Hash, hash_of, leads_to

EXHIBIT = "mingzhang-exhibit/v1"
RECEIPT = b"c2sp.org/tlog-proof@v1\n"
HEADS_FACT = "evidence.stream-heads."
STREAMS_TOLD = 12
ILL_FORMED = (KeyError, TypeError, AttributeError, ValueError, ArithmeticError)


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
    body = str(one["body"]).encode()
    stands(one, hashed(b"\0" + body), nodes, tree, hashed)
    return body


def stands(one: dict[str, Any], leaf: bytes, nodes: list[bytes], tree: Tree, hashed: Hash) -> None:
    """Check that a leaf stands where an exhibit says."""
    index, path = int(one["index"]), [nodes[number] for number in one["path"]]
    if not leads_to(hashed, leaf, index, tree.size, path, tree.root):
        raise Bad(
            f"第 {index + 1} 位：条目被改动，或不在日志中",
            f"position {index + 1}: the entry was changed, or is not in the log",
        )


class Step(NamedTuple):
    """An entry as a link of its stream: at which index, which version, its leaf, what it follows.

    ``prev`` is None where the entry is withheld.
    """

    at: int
    version: int
    leaf: str
    prev: str | None


class Exhibit:
    """An exhibit while it is checked.

    Attributes:
        bodies: the entries, by index; each is in the log once ``check`` returned.
        about: what it says that it shows, if it does.
        models: the read models whose rows or digests are in it.
        withheld: the indexes of entries that are in the log and not shown.
        tree: the checkpoint, once ``check`` returned.
    """

    def __init__(self, data: bytes) -> None:
        self.bodies: dict[int, bytes] = {}
        self.withheld: set[int] = set()
        self.tree = Tree("", 0, b"")
        self._steps: dict[str, list[Step]] = {}
        try:
            self._says: dict[str, Any] = json.loads(data, object_pairs_hook=once)
            known = self._says["format"] == EXHIBIT
        except (ValueError, KeyError, TypeError, RecursionError):
            known = False
        if not known:
            raise Bad("不是证据材料，或已被截断", "not an exhibit, or cut off")
        self.about: dict[str, Any] = self._says.get("about") or {}
        self.models: list[dict[str, Any]] = self._says.get("models") or []

    def policy(self) -> bytes:
        """Return the policy that came with it."""
        return str(self._says.get("policy", "")).encode()

    def checkpoint(self) -> bytes:
        """Return the checkpoint that it stands under."""
        return str(self._says.get("checkpoint", "")).encode()

    def check(self, policy: Policy, said: Said) -> None:
        """Check everything in it."""
        try:
            self.tree = believed(self._says["checkpoint"].encode(), policy, said)
            hashed = hash_of(self.tree.origin)
            nodes = [from_base64(node) for node in self._says["nodes"]]
            self._entries(nodes, hashed, said)
            if self._says.get("heads"):
                self._heads(self._says["heads"], nodes, hashed, said)
            else:
                said.note(
                    "材料不含流头，不证明有无遗漏",
                    "no heads of streams are in it: whether anything is left out, it does not show",
                )
            for model in self.models:
                check_model(model, said)
        except (*ILL_FORMED, IndexError, RecursionError):
            raise Bad("证据材料不成形式", "the exhibit is out of form") from None

    def _entries(self, nodes: list[bytes], hashed: Hash, said: Said) -> None:
        """Check that what is shown, and what is withheld, stands in the log."""
        listed = self._says["entries"]
        for one in listed:
            body = self.bodies[one["index"]] = proven(one, nodes, self.tree, hashed)
            entry, own = json.loads(body, object_pairs_hook=once), sha256(b"\0" + body).hex()
            step = Step(one["index"], int(entry["streamversion"]), own, str(entry["prev"]))
            self._steps.setdefault(entry["subject"], []).append(step)
        withheld = self._says.get("withheld", [])
        for one in withheld:
            stands(one, bytes.fromhex(one["leaf"]), nodes, self.tree, hashed)
            self.withheld.add(one["index"])
            step = Step(one["index"], int(one["version"]), one["leaf"], None)
            self._steps.setdefault(one["stream"], []).append(step)
        found = {*self.bodies, *self.withheld}
        if len(found) < len(listed) + len(withheld):
            raise Bad("同一条目列出两次", "an entry is listed twice")
        said.good(
            f"{len(self.bodies)} 条条目均在日志中",
            f"all {len(self.bodies)} entries stand in the log",
        )
        if withheld:
            said.note(
                f"另有 {len(withheld)} 条在日志中，依权限只给位置与叶哈希",
                f"{len(withheld)} more stand in the log; the reader may see their place and leaf",
            )
        if self.about:
            self._told(found)
        else:
            said.note(
                "材料未说明是何对象的全部条目",
                "the exhibit does not say that these are all entries of anything",
            )

    def _told(self, found: set[int]) -> None:
        """Compare what the exhibit says that it shows with what is in it."""
        told, position = int(self.about["entries"]), int(self.about["position"])
        after, count = int(self.about.get("after", 0)), len(found)
        if count != told:
            raise Bad(
                f"材料自称共 {told} 条，实有 {count} 条：被增加或隐去",
                f"the exhibit says {told} entries and holds {count}: some were added or held back",
            )
        if not all(0 <= after <= one < position <= self.tree.size for one in found):
            raise Bad(
                f"材料自称至第 {position} 位，与所附条目或检查点不符",
                f"the exhibit says to go to position {position}, and does not",
            )

    def _heads(self, heads: dict[str, Any], nodes: list[bytes], hashed: Hash, said: Said) -> None:
        """Check that the entries are all of their streams, at a size at which the log said so."""
        fact = json.loads(proven(heads["fact"], nodes, self.tree, hashed))
        about, streams = fact["data"], heads["streams"]
        size, count, root = int(about["size"]), int(about["streams"]), bytes.fromhex(about["root"])
        if not fact["type"].startswith(HEADS_FACT) or heads["fact"]["index"] < size:
            raise Bad("流头事实不成立", "this is no fact of the heads of all streams")
        later = 0
        for head in streams:
            stream, version, leaf = head["stream"], int(head["version"]), head["leaf"]
            name = stream.encode()
            encoded = len(name).to_bytes(2, "big") + name + version.to_bytes(8, "big")
            own = sha256(b"\0" + encoded + bytes.fromhex(leaf))
            path = [nodes[number] for number in head["path"]]
            if not leads_to(sha256, own, head["index"], count, path, root):
                raise Bad(
                    f"流 {stream} 的末条证明不成立",
                    f"the proof of the head of {stream} does not hold",
                )
            steps = sorted(self._steps.get(stream, []))
            check_stream(stream, steps)
            then = [one for one in steps if one.at < size]
            if len(then) != version or then[-1].leaf != leaf:
                raise Bad(
                    f"流 {stream} 的条目不全", f"the entries of {stream} are not all there are"
                )
            later += len(steps) - len(then)
            if len(streams) <= STREAMS_TOLD:
                said.good(
                    f"流 {stream} 至日志 {size} 条时共 {version} 版，无遗漏",
                    f"{stream} had {version} versions when the log had {size} entries; none is "
                    "left out",
                )
        self._sum_up(size, streams, later, said)

    def _sum_up(self, size: int, streams: list[Any], later: int, said: Said) -> None:
        """Say how far completeness goes, and what nothing here can show."""
        if len(streams) > STREAMS_TOLD:
            said.good(
                f"{len(streams)} 个流至日志 {size} 条时均无遗漏",
                f"{len(streams)} streams leave nothing out as of size {size} of the log",
            )
        if later:
            said.note(
                f"其后 {later} 条前后相连；此后是否还有，要待日志下一次载明流头才能证明",
                f"{later} later entries follow on; whether there are more, only the log's next "
                "word about its heads can show",
            )
        others = len(self._steps.keys() - {head["stream"] for head in streams})
        if others:
            said.note(
                f"另有 {others} 个流只出示了所列条目，不证明其完整",
                f"of {others} other streams only what is listed is shown, not that it is all",
            )


def check_stream(stream: str, steps: list[Step]) -> None:
    """Check that entries follow each other in their stream from its first one, without a gap."""
    prev: str | None = ""
    for count, one in enumerate(steps, 1):
        if one.version != count or (one.prev is not None and one.prev != prev):
            raise Bad(f"流 {stream} 在第 {count} 版处有缺", f"{stream} lacks its version {count}")
        prev = one.leaf


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
