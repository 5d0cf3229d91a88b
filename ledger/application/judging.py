"""What somebody brings and wants to know of: a receipt, an exhibit, a checkpoint, a promise.

It is checked as ``verify.py`` checks it, with the policy that this log publishes, and then held
against this log as it stands. A reader who trusts nobody runs ``verify.py`` instead, with a policy
of his own: what a log says of itself proves nothing to whoever doubts it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import Connection

from ledger.application.replaying import check_history, compare
from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.policy import Policy as TrustPolicy
from ledger.evidence.promise import open_promise
from ledger.evidence.receipt import Receipt
from ledger.evidence.validity import KeyState, Outlived
from ledger.evidence.verifier.documents import RECEIPT, Exhibit, check_receipt
from ledger.evidence.verifier.notes import Policy, believed, policy_of, take_apart, tree_of
from ledger.evidence.verifier.telling import Bad, Said
from ledger.integration import storing
from ledger.integration.exporting import PROMISE_POLICY, prefix_of
from ledger.integration.trees import TREES, WORLD, TreeKind
from ledger.store.rows import SEE_ENTRIES
from projections.statement import DETAIL

POLICY: Final = "policy"


class Judged(NamedTuple):
    """What was found.

    Attributes:
        kind: ``receipt``, ``exhibit``, ``checkpoint``, ``promise``, ``package`` or ``unknown``.
        told: each step: ``ok``, ``bad``, ``note`` or ``unchecked``, in Chinese, in English.
        is_good: whether nothing bad was found.
    """

    kind: str
    told: Sequence[tuple[str, str, str]]
    is_good: bool


class _Case(NamedTuple):
    """What is being judged, and with what."""

    connection: Connection[Any]
    published: Mapping[str, bytes]
    data: bytes
    entry: bytes | None
    compares: bool
    said: Said


def judge(
    conninfo: str,
    published: Mapping[str, bytes],
    data: bytes,
    *,
    entry: bytes | None = None,
    compares: bool = False,
) -> Judged:
    """Judge what somebody brought.

    Args:
        conninfo: the database.
        published: keys and policies of the log, by their paths below its prefix.
        data: what was brought.
        entry: the entry of a receipt, byte for byte; as it stands in the log by default.
        compares: whether an exhibit is compared with all that the log knows of the same thing;
            only for those who may follow any trail.
    """
    kind, said = _kind_of(data), Said(aloud=False)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SEE_ENTRIES)
        try:
            _JUDGES[kind](_Case(connection, published, data, entry, compares, said))
        except Bad as bad:
            said.wrong(bad.zh, bad.en)
    return Judged(kind, said.told, said.bad == 0)


def _kind_of(data: bytes) -> str:
    if data.startswith(RECEIPT[:-1]):
        return "receipt"
    if data.startswith(b"PK\3\4"):
        return "package"
    if data.lstrip()[:1] == b"{":
        return "exhibit"
    if data.count(b"\n", 0, 1024) < 3 or "\n\u2014 ".encode() not in data:  # noqa: PLR2004 - lines of a note
        return "unknown"
    return "promise" if data.split(b"\n", 2)[1] == b"promise/v1" else "checkpoint"


def _receipt(case: _Case) -> None:
    try:
        receipt = Receipt.parse(case.data)
    except Malformed:
        raise Bad(
            "回执不成形式，或已被截断", "the receipt is out of form, or was cut off"
        ) from None
    tree, policy = _tree_and_policy(case, receipt.checkpoint)
    head = believed(receipt.checkpoint, policy, case.said)
    check_history(case.connection, head, case.said, tree)
    entry = case.entry
    if entry is None:
        entry = _entry(case.connection, receipt.index)
        case.said.note(
            "未附条目，以本账本所存字节核对", "no entry came along; the one in this log was taken"
        )
    check_receipt(case.data, entry, policy, Said(aloud=False))
    place = receipt.index + 1
    case.said.good(
        f"由条目字节重算叶哈希，沿 {len(receipt.path)} 个哈希到达已签的根：条目在第 {place} 位",
        f"from the entry's bytes through {len(receipt.path)} hashes to the signed root: it stands "
        f"at position {place}",
    )


def _exhibit(case: _Case) -> None:
    exhibit = Exhibit(case.data)
    exhibit.check(_policy(case, WORLD), case.said)
    check_history(case.connection, exhibit.tree, case.said)
    if case.compares:
        compare(case.connection, exhibit, case.said, schema=DETAIL)
    else:
        case.said.note(
            "未与账本全部条目比较：须有轨迹查询权限，或运行 mingzhang verify --exhibit",
            "not compared with all that this log knows: that takes the right to follow trails, or "
            "mingzhang verify --exhibit",
        )


def _checkpoint(case: _Case) -> None:
    tree, policy = _tree_and_policy(case, case.data)
    check_history(case.connection, believed(case.data, policy, case.said), case.said, tree)


def _promise(case: _Case) -> None:
    try:
        policy = TrustPolicy.parse(case.published.get(PROMISE_POLICY, b""))
        promise = open_promise(case.data, policy.logs, policy.valid)
    except Outlived as outlived:
        raise _ended_key(outlived) from None
    except (Malformed, Refuted):
        raise Bad(
            "承诺不是本账本所签，或已被改动",
            "this log did not sign this promise, or it was changed",
        ) from None
    place = promise.index + 1
    case.said.good(f"本账本承诺条目在第 {place} 位", f"this log promised an entry at {place}")
    if WORLD.hashing.leaf(_entry(case.connection, promise.index)) != promise.leaf:
        raise Bad(
            f"第 {place} 位是另一条目：承诺未兑现",
            f"another entry stands at {place}: a broken word",
        )
    case.said.good(f"第 {place} 位正是所承诺的条目", f"the promised entry stands at {place}")


def _ended_key(outlived: Outlived) -> Bad:
    revoked = outlived.state is KeyState.REVOKED
    return Bad(
        f"承诺由{'已吊销' if revoked else '已停用'}的密钥 {outlived.key} 所签，其只对第 "
        f"{outlived.last} 位及以前的条目作数，承诺的却是第 {outlived.size} 位",
        f"the promise is signed with {outlived.key}, which is {outlived.state} and counts for "
        f"entries up to {outlived.last}; it promises the one at {outlived.size}",
    )


def _package(_case: _Case) -> None:
    raise Bad(
        "档案包请用 verify.py 核验，不要上传", "check a package with verify.py; do not send it here"
    )


def _unknown(_case: _Case) -> None:
    raise Bad(
        "不是回执、证据材料、检查点或承诺，或已被截断",
        "no receipt, exhibit, checkpoint or promise; or it was cut off",
    )


def _tree_and_policy(case: _Case, note: bytes) -> tuple[TreeKind, Policy]:
    origin = tree_of(take_apart(note)[0]).origin
    tree = next((one for one in reversed(TREES) if origin.endswith(one.suffix)), WORLD)
    return tree, _policy(case, tree)


def _policy(case: _Case, tree: TreeKind) -> Policy:
    data = case.published.get(prefix_of(tree) + POLICY)
    if data is None:
        raise Bad("本账本尚未签发检查点", "this log has signed no checkpoint yet")
    return policy_of(data)


def _entry(connection: Connection[Any], index: int) -> bytes:
    read = storing.entries(connection, index, 1)
    if list(read.positions) != [index + 1]:
        raise Bad(
            f"本账本第 {index + 1} 位没有条目：缺失，或凭证来自未来",
            f"this log has no entry at position {index + 1}: it is missing, or this is from the "
            "future",
        )
    return read.bodies[0]


_JUDGES: Final[Mapping[str, Callable[[_Case], None]]] = {
    "receipt": _receipt,
    "exhibit": _exhibit,
    "checkpoint": _checkpoint,
    "promise": _promise,
    "package": _package,
    "unknown": _unknown,
}
