"""真实性、完整性、可用性、安全性: the four properties of DA/T 70-2018, each checked on the spot.

What cannot be checked here, such as a scan for viruses, is said to be open, never passed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final, Literal

import orjson

from aggregates.sealed.id_number import check_character
from ledger.application.entries import Kept
from ledger.entry import leaf_hash
from ledger.evidence.errors import Unproven
from ledger.evidence.policy import Policy
from ledger.evidence.tree import inclusion_holds
from ledger.exchange.package.completeness import whole_streams
from ledger.exchange.package.gathering import Gathered
from ledger.integration.trees import TWIN, WORLD, TreeKind
from projections.reading import read_entry

Property = Literal["真实性", "完整性", "可用性", "安全性"]
Outcome = Literal["通过", "不通过", "未检测"]
_NUMBER: Final = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_PHONE: Final = re.compile(r"(?<![0-9A-Za-z_-])1[3-9][0-9]{9}(?![0-9A-Za-z_-])")
_OUTCOME_OF: Final[Mapping[bool, Outcome]] = {True: "通过", False: "不通过"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        of: Of which property.
        what: What was looked at.
        outcome: What came of it.
        found: What was found, in words.
    """

    of: Property
    what: str
    outcome: Outcome
    found: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is looked at beside what was gathered.

    Attributes:
        policy: The policy that the log publishes.
        twin_policy: That of its twin.
        stored: The digests of the documents whose files are in the package.
        damaged: Those whose files are not as they were stored.
    """

    policy: bytes
    twin_policy: bytes
    stored: frozenset[str]
    damaged: frozenset[str]


def checks(held: Gathered, around: Surroundings) -> tuple[Check, ...]:
    """Look at all four properties of a package."""
    found = (_authentic(held, around), _whole(held, around), _usable(held), _safe(held))
    return tuple(one for group in found for one in group)


def report(held: Gathered, done: Sequence[Check]) -> bytes:
    """Return what was found, as JSON."""
    bad = [one for one in done if one.outcome == "不通过"]
    says = {
        "standard": "DA/T 70—2018",
        "stage": "归档 filing",
        "class_id": str(held.class_id),
        "checkpoint": held.head.size,
        "until": held.until.isoformat(),
        "passed": not bad,
        "checks": [asdict(one) for one in done],
    }
    return orjson.dumps(says, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _judged(of: Property, what: str, ok: bool, found: str) -> Check:  # noqa: FBT001 - what is judged
    return Check(of, what, _OUTCOME_OF[ok], found)


def _authentic(held: Gathered, around: Surroundings) -> Iterator[Check]:
    of: Property = "真实性"
    yield _signed(of, "检查点签名（SHA-256树）", around.policy, held.head.note)
    yield _led(of, WORLD, held)
    if held.twin is not None:
        yield _signed(of, "检查点签名（SM3树）", around.twin_policy, held.twin.note)
        yield _led(of, TWIN, held)
    own = [one for one in held.kept if one.stream == f"training-class/{held.class_id}"]
    linked = _is_linked(own)
    yield _judged(of, "班期流各版本连续且首尾相连", linked, f"{len(own)}版")
    archived = [one for one in held.kept if one.stream == f"archive/{held.class_id}"]
    yield _judged(of, "档案流各版本连续且首尾相连", _is_linked(archived), f"{len(archived)}版")
    made = _manifest(held)
    yield _judged(
        of, "档案清单摘要与封存时一致", made == held.archive.manifest_sha256, f"SHA-256 {made}"
    )


def _signed(of: Property, what: str, policy: bytes, note: bytes) -> Check:
    try:
        accepted = Policy.parse(policy).check(note)
    except Unproven as fault:
        return Check(of, what, "不通过", str(fault))
    return Check(of, what, "通过", f"日志{accepted.signed.checkpoint.size}条")


def _led(of: Property, tree: TreeKind, held: Gathered) -> Check:
    head, paths = (held.head, held.paths) if tree is WORLD else (held.twin, held.twin_paths)
    assert head is not None  # noqa: S101 - asked of the twin only where there is one
    good = sum(
        inclusion_holds(
            tree.hashing,
            tree.hashing.leaf(one.body.encode()),
            one.position - 1,
            head.size,
            head.root,
            paths[one.position - 1],
        )
        for one in held.kept
    )
    what = f"条目均在日志中（{tree.name}）"
    return _judged(of, what, good == len(held.kept), f"{len(held.kept)}条中{good}条")


def _is_linked(entries: Sequence[Kept]) -> bool:
    before = ""
    for version, one in enumerate(entries, 1):
        says = orjson.loads(one.body)
        if one.version != version or says["prev"] != before:
            return False
        before = leaf_hash(one.body.encode()).hex()
    return bool(entries)


def _manifest(held: Gathered) -> str:
    lines = sorted(f"{d.kind} {d.sha256} {d.medium} {d.pages}\n" for d in held.documents)
    return sha256("".join(lines).encode()).hexdigest()


def _whole(held: Gathered, around: Surroundings) -> Iterator[Check]:
    of: Property = "完整性"
    archive = held.archive
    lacks = "、".join(archive.missing) or "无缺"
    yield _judged(of, "DB37/T 4498—2022 7.2.3 应归档材料齐全", not archive.missing, lacks)
    named = {one.sha256 for one in held.documents if one.medium != "PAPER"}
    there = len(named & around.stored)
    yield _judged(
        of,
        "电子件原件均在包内",
        named <= around.stored,
        f"{len(named)}份中{there}份" + ("" if there == len(named) else "；其余只有摘要，未入库"),
    )
    yield _judged(
        of, "原件与归档时的摘要一致", not around.damaged, f"{len(around.damaged)}份不一致"
    )
    yield _complete(of, held)
    count = held.archive.documents
    yield _judged(of, "材料份数与封存时一致", count == len(held.documents), f"{count}份")


def _complete(of: Property, held: Gathered) -> Check:
    what = "班期流、档案流无遗漏"
    if held.word is None:
        return Check(of, what, "未检测", "日志尚未载明流头")
    whole = whole_streams(held.word)
    own = (f"archive/{held.class_id}", f"training-class/{held.class_id}")
    told = [f"{name.partition('/')[0]} {whole[name]}版" for name in own if name in whole]
    return _judged(of, what, len(told) == len(own), "、".join(told) or "无")


def _usable(held: Gathered) -> Iterator[Check]:
    of: Property = "可用性"
    readable = _all_read(held.kept)
    yield _judged(of, "条目可按现行格式读出", readable, f"{len(held.kept)}条")
    yield Check(of, "格式可长期读取", "通过", "JSON、CSV、XML、PDF/A-2b、纯文本；zip不压缩")
    yield Check(of, "校验程序随包", "通过", "verify/verify.py，只需Python，附检验样例")
    yield Check(of, "原件格式识别", "未检测", "原件按归档时的字节保存，未逐一打开")


def _all_read(kept: Iterable[Kept]) -> bool:
    try:
        for one in kept:
            read_entry(one.position, one.body.encode())
    except (ValueError, LookupError):
        return False
    return True


def _safe(held: Gathered) -> Iterator[Check]:
    of: Property = "安全性"
    text = "\n".join(one.body for one in held.kept)
    numbers = sum(_is_id(one) for one in _NUMBER.findall(text))
    phones = len(_PHONE.findall(text))
    yield _judged(of, "条目中没有证件号码、电话明文", not numbers + phones, f"{numbers + phones}处")
    yield Check(of, "个人信息明文不在本包", "通过", "只有承诺值；明文另存于可单独删除的包")
    yield Check(of, "病毒检测", "未检测", "由接收单位按其规定检测")


def _is_id(text: str) -> bool:
    looked_at: Callable[[str], str] = check_character
    return looked_at(text[:-1]) == text[-1].upper()
