"""The command: what is it, whose word counts, what was seen."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

from ledger.evidence.verifier.disclosures import DISCLOSURE, check_disclosures
from ledger.evidence.verifier.documents import RECEIPT, Exhibit, check_receipt
from ledger.evidence.verifier.logs import Read, check_log
from ledger.evidence.verifier.notes import Policy, Tree, believed, policy_of
from ledger.evidence.verifier.packages import (
    EVENTS_PATH,
    POLICY_PATH,
    archive,
    check_files,
    check_package,
    folder,
)
from ledger.evidence.verifier.signatures import sha256
from ledger.evidence.verifier.stamps import LOG_STAMPS, Anchors, check_log_stamps
from ledger.evidence.verifier.telling import Bad, Misuse, Said

LOG_POLICY = "policy.tlog"
LOG_ROOTS = f"{LOG_STAMPS}roots.pem"


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked."""
    parser = argparse.ArgumentParser(
        prog="verify.py",
        description="离线核验明账的日志、回执、证据材料与档案包。\n"
        "Verifies logs, receipts, exhibits and packages of Mingzhang, offline.",
        epilog="退出码 exit: 0 相符 fine, 3 不符 not fine, 2 用法 usage",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    say = parser.add_argument
    say("what", type=Path, help="日志目录、回执、证据材料或档案包 a log, receipt, exhibit, package")
    say("--entry", type=Path, help="回执所属的条目，逐字节 the receipt's entry, byte for byte")
    say("--policy", type=Path, help="您所持的信任策略 the trust policy that you hold")
    say("--of", type=Path, help="个人信息包所属的档案包 the package that a second bag belongs to")
    say("--tsa-roots", type=Path, help="您所信的时间戳根证书（PEM） roots of time stamps, in PEM")
    say("--held", type=Path, help="您所持的较早检查点 an earlier checkpoint that you hold")
    asked = parser.parse_args(given)
    for path in (asked.what, asked.entry, asked.policy, asked.of, asked.held, asked.tsa_roots):
        if path is not None and not path.exists():
            parser.error(f"没有 no such file: {path}")
    return asked


def trusted(asked: argparse.Namespace, within: bytes | None, said: Said) -> Policy:
    """Return the policy that counts: the one that was given, or else the one that came along."""
    data = asked.policy.read_bytes() if asked.policy else within
    if not data:
        raise Misuse("没有信任策略：请用 --policy 给出", "no trust policy: give one with --policy")
    if not asked.policy:
        number = sha256(data).hex()
        said.note(
            f"信任策略随材料而来，请与您所持者核对：SHA-256 {number}",
            f"the trust policy came with the material; compare it with yours: SHA-256 {number}",
        )
    return policy_of(data)


def held_tree(asked: argparse.Namespace, policy: Policy, said: Said) -> Tree | None:
    """Return the earlier checkpoint that was given."""
    return believed(asked.held.read_bytes(), policy, said) if asked.held else None


def opened(what: Path) -> tuple[Read, list[str]]:
    """Return what reads in a directory or zip; of a bag's directory ``data``, in the bag."""
    if not what.is_dir():
        return archive(what)
    above = what.resolve().parent
    is_payload = what.resolve().name == "data" and not (what / "bagit.txt").exists()
    return folder(above if is_payload and (above / "bagit.txt").exists() else what)


def check(asked: argparse.Namespace, said: Said) -> None:
    """Find out what was given, and check it."""
    what: Path = asked.what
    read: Read
    roots = asked.tsa_roots.read_bytes() if asked.tsa_roots else None
    if what.is_dir() or what.suffix == ".zip":
        read, names = opened(what)
        if any(name.startswith(DISCLOSURE) for name in names):
            check_files(read, names, said)
            events = opened(asked.of)[0](EVENTS_PATH) if asked.of else None
            check_disclosures(read, names, events, said)
            return
        if "bagit.txt" in names:
            check_package(read, names, trusted(asked, read(POLICY_PATH), said), said, roots)
            return
        policy = trusted(asked, read(LOG_POLICY), said)
        tree = check_log(read, policy, held_tree(asked, policy, said), said)
        if tree is not None:
            check_log_stamps(read, tree, policy, Anchors(roots, read(LOG_ROOTS)), said)
        return
    data = what.read_bytes()
    if data.startswith(RECEIPT):
        if asked.entry is None:
            raise Misuse("回执要与条目一同核验", "a receipt is checked with its entry: --entry")
        check_receipt(data, asked.entry.read_bytes(), trusted(asked, None, said), said)
        return
    exhibit = Exhibit(data)
    exhibit.check(trusted(asked, exhibit.policy(), said), said)


def main(given: Sequence[str] | None = None) -> int:
    """Check what the arguments name; return the exit code."""
    asked, said = arguments(given), Said()
    try:
        check(asked, said)
    except Misuse as misuse:
        sys.stderr.write(f"{misuse.zh}\n{misuse.en}\n")
        return 2
    except Bad as bad:
        said.wrong(bad.zh, bad.en)
    except (OSError, UnicodeDecodeError, BadZipFile) as fault:
        said.wrong(f"无法读取：{fault}", f"cannot be read: {fault}")
    return said.verdict()


if __name__ == "__main__":
    sys.exit(main())
