"""Archive packages: a bag of files (BagIt, RFC 8493) with an exhibit and receipts in it.

The same entries are proven a second time, in the tree of SM3. That tree has keys of its own: where
the policy that is given does not name them, those of the package are used, and that is told.
"""

import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ledger.evidence.verifier.documents import Exhibit, check_receipt
from ledger.evidence.verifier.logs import Read
from ledger.evidence.verifier.notes import Policy, Tree, policy_of, take_apart, tree_of
from ledger.evidence.verifier.renewals import check_renewals
from ledger.evidence.verifier.signatures import sha256, sm3
from ledger.evidence.verifier.stamps import ROOTS_PATH, Anchors, check_stamps
from ledger.evidence.verifier.telling import Bad, Said

EXHIBIT_PATH = "data/proofs/exhibit.json"
POLICY_PATH = "data/proofs/policy.tlog"
CHECKPOINT_PATH = "data/proofs/checkpoint"
TWIN_EXHIBIT_PATH = "data/proofs/exhibit.sm3.json"
TWIN_POLICY_PATH = "data/proofs/policy.sm3.tlog"
TWIN_CHECKPOINT_PATH = "data/proofs/checkpoint.sm3"
EVENTS_PATH = "data/representations/events/events.jsonl"
RECEIPTS = "data/proofs/receipts/"
MEDIA = "data/representations/media/"

ALGORITHMS: dict[str, Callable[[bytes], bytes]] = {"sha256": sha256, "sm3": sm3}


def folder(place: Path) -> tuple[Read, list[str]]:
    """Return what reads below a directory, and the paths of all files there."""

    def read(path: str) -> bytes | None:
        file = place / path
        return file.read_bytes() if is_inside(path) and file.is_file() else None

    return read, [one.relative_to(place).as_posix() for one in place.rglob("*") if one.is_file()]


def archive(place: Path) -> tuple[Read, list[str]]:
    """Return what reads in a zip file, below its one top directory, and the paths there."""
    opened = zipfile.ZipFile(place)
    names = [name for name in opened.namelist() if not name.endswith("/")]
    tops = {name.split("/")[0] for name in names}
    top = f"{tops.pop()}/" if len(tops) == 1 and "bagit.txt" not in names else ""

    def read(path: str) -> bytes | None:
        return opened.read(top + path) if top + path in names else None

    return read, [name.removeprefix(top) for name in names]


def is_inside(path: str) -> bool:
    """Say whether a path stays below where it starts."""
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts


def check_manifest(read: Read, name: str, algorithm: str) -> set[str]:
    """Check every file that a manifest lists; return their paths."""
    listed = set()
    text = (read(name) or b"").decode()
    if text and not text.endswith("\n"):
        raise Bad(f"清单不成形式：{name}", f"a manifest out of form: {name}")
    for line in text.split("\n")[:-1]:
        digest, _, path = line.partition(" ")
        path = path.lstrip(" *")
        data = read(path) if is_inside(path) else None
        if data is None:
            raise Bad(f"文件缺失：{path}", f"a file is missing: {path}")
        if ALGORITHMS[algorithm](data).hex() != digest.lower():
            raise Bad(f"文件被改动：{path}", f"a file was changed: {path}")
        listed.add(path)
    return listed


def check_files(read: Read, names: list[str], said: Said) -> None:
    """Check that the files of a bag are those of its manifests, and that there is no other."""
    payload = {name for name in names if name.startswith("data/")}
    if not any(f"manifest-{one}.txt" in names for one in ALGORITHMS):
        raise Bad("没有文件清单", "there is no manifest")
    for algorithm in ALGORITHMS:
        manifest = f"manifest-{algorithm}.txt"
        if manifest not in names:
            continue
        listed = check_manifest(read, manifest, algorithm)
        if payload != listed:
            extra = min(payload ^ listed)
            raise Bad(f"文件不在清单中：{extra}", f"a file that no manifest lists: {extra}")
        check_manifest(read, f"tag{manifest}", algorithm)
        said.good(
            f"{len(listed)} 个文件与清单相符（{algorithm}）",
            f"{len(listed)} files are those of the manifest ({algorithm})",
        )


def check_package(
    read: Read, names: list[str], policy: Policy, said: Said, tsa_roots: bytes | None = None
) -> None:
    """Check a package: that its files are those of its manifests, and what they prove."""
    check_files(read, names, said)
    data = read(EXHIBIT_PATH)
    if data is None or "manifest-sha256.txt" not in names:
        raise Bad("不是完整的档案包", "not a whole archive package")
    exhibit = Exhibit(data)
    exhibit.check(policy, said)
    check_events(read, exhibit, said)
    check_media(read, names, exhibit, said)
    check_twin(read, exhibit, policy, said)
    tree = same_head(read(CHECKPOINT_PATH), exhibit)
    check_receipts(read, names, exhibit, policy, said)
    if tree is not None:
        anchors = Anchors(tsa_roots, read(ROOTS_PATH))
        check_stamps(read, names, tree, policy, anchors, said)
        check_renewals(read, names, tree, policy, anchors, said)
    for name in names:
        if name.startswith("manifest-") and f"tag{name}" not in names:
            raise Bad(f"文件缺失：tag{name}", f"a file is missing: tag{name}")


def same_head(data: bytes | None, exhibit: Exhibit) -> Tree | None:
    """Return what a checkpoint that lies beside an exhibit says: it is the one of the exhibit."""
    if data is None:
        return None
    if data != exhibit.checkpoint():
        raise Bad("检查点与证据材料不一致", "the checkpoint is not the one of the exhibit")
    return tree_of(take_apart(data)[0])


def check_twin(read: Read, exhibit: Exhibit, policy: Policy, said: Said) -> None:
    """Check that the tree of SM3 holds the same entries."""
    data = read(TWIN_EXHIBIT_PATH)
    if data is None:
        return
    twin = Exhibit(data)
    head = same_head(read(TWIN_CHECKPOINT_PATH), twin)
    if head is not None and not any(one.name == head.origin for one in policy.logs):
        policy = policy_of(read(TWIN_POLICY_PATH) or b"")
        said.note("SM3树的信任策略随包而来", "the policy of the tree of SM3 came with the package")
    twin.check(policy, said)
    if twin.bodies != exhibit.bodies:
        raise Bad("两棵树所证条目不同", "the two trees prove different entries")


def check_events(read: Read, exhibit: Exhibit, said: Said) -> None:
    """Check that the readable list of events holds the proven entries, byte for byte."""
    listed = (read(EVENTS_PATH) or b"").removesuffix(b"\n").split(b"\n")
    if listed != [exhibit.bodies[index] for index in sorted(exhibit.bodies)]:
        raise Bad("事件列表不是所证明的条目", "the list of events is not what was proven")
    said.good(f"事件列表 {len(listed)} 条均已证明", f"all {len(listed)} listed events are proven")


def check_media(read: Read, names: list[str], exhibit: Exhibit, said: Said) -> None:
    """Check that each document is the one of its name, and that an entry names it."""
    media = sorted(name for name in names if name.startswith(MEDIA))
    for name in media:
        digest = name.removeprefix(MEDIA)
        if sha256(read(name) or b"").hex() != digest:
            raise Bad(f"材料原件被改动：{name}", f"a document was changed: {name}")
        if not any(f'"{digest}"'.encode() in body for body in exhibit.bodies.values()):
            raise Bad(f"条目未提及此原件：{name}", f"no entry names this document: {name}")
    if media:
        said.good(
            f"{len(media)} 份材料原件与条目所载摘要相符",
            f"{len(media)} documents are those whose digests the entries name",
        )


def check_receipts(
    read: Read, names: list[str], exhibit: Exhibit, policy: Policy, said: Said
) -> None:
    """Check every receipt in the package against its entry."""
    receipts = sorted(name for name in names if name.startswith(RECEIPTS))
    quiet = Said(aloud=False)
    for name in receipts:
        index = name.removeprefix(RECEIPTS).removesuffix(".tlog-proof")
        body = exhibit.bodies.get(int(index) if index.isdecimal() else -1)
        if body is None or check_receipt(read(name) or b"", body, policy, quiet) != int(index):
            raise Bad(f"回执与条目不符：{name}", f"a receipt of another entry: {name}")
    if receipts:
        said.good(f"{len(receipts)} 份回执均成立", f"all {len(receipts)} receipts hold")
