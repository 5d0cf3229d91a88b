"""Time stamps (RFC 3161) over checkpoints, in a package or beside a log.

What each is over, and the time that it states, is read here in any case. Who signed it is checked
where there are certificates and the library for it; what could not be checked is said.
"""

from datetime import datetime
from typing import NamedTuple

from ledger.evidence.verifier.authorities import check_signed
from ledger.evidence.verifier.logs import Files, Read, roots_at
from ledger.evidence.verifier.notes import (
    Policy,
    Tree,
    believed,
    from_base64,
    from_decimal,
    take_apart,
)
from ledger.evidence.verifier.signatures import sha256
from ledger.evidence.verifier.telling import Bad, Said
from ledger.evidence.verifier.tokens import Unknowable, stamped_at
from ledger.evidence.verifier.trees import continues

STAMPS = "data/proofs/anchors/"
STAMPED = ".checkpoint"
STAMP = ".tsr"
WAY = ".consistency"
ROOTS_PATH = f"{STAMPS}roots.pem"
LOG_STAMPS = "timestamps/"
LISTED = 4
"""So many words has a line of the list of a log's stamps."""


class Anchors(NamedTuple):
    """Certificates (PEM) in which the chain of a stamp may end.

    Attributes:
        given: those that whoever checks has brought; they count before all others.
        came: those that came with the material.
    """

    given: bytes | None
    came: bytes | None


class Seen(NamedTuple):
    """What was seen of a stamp.

    Attributes:
        at: the time that it states; None where it cannot be read.
        who: the name in the certificate with which it was signed; None where that was not checked.
        zh: why it was not, in Chinese.
        en: why it was not, in English.
        command: what OpenSSL would be asked.
    """

    at: datetime | None
    who: str | None
    zh: str
    en: str
    command: str


def look_at(name: str, answer: bytes, data: bytes, anchors: Anchors) -> Seen:
    """Check as much of a stamp as can be checked here.

    Args:
        name: the path of the answer.
        answer: the authority's whole answer.
        data: what it has to be over.
        anchors: where its chain may end.

    Raises:
        Bad: it is over something else, or it does not hold.
    """
    digest, at = sha256(data), None
    roots = anchors.given or anchors.came
    why = ("未给根证书", "no certificates were given")
    who = None
    try:
        token = stamped_at(answer, data)
        digest, at = token.imprint, token.at
        if roots:
            who = check_signed(token, roots)
    except Unknowable as unknowable:
        why = (unknowable.zh, unknowable.en)
    except Bad as bad:
        raise Bad(f"{bad.zh}：{name}", f"{bad.en}: {name}") from None
    command = f"openssl ts -verify -in {name} -digest {digest.hex()} -CAfile ROOTS"
    return Seen(at, who, *why, command)


def check_stamp(name: str, answer: bytes, data: bytes, anchors: Anchors, said: Said) -> None:
    """Check one stamp, and say what was checked of it and what was not."""
    seen = look_at(name, answer, data, anchors)
    if seen.at is not None:
        at = seen.at.isoformat()
        said.good(f"时间戳所盖无误，自述时刻 {at}", f"a stamp over it, which states {at}")
    tell_signed(seen, anchors, said)


def tell_signed(seen: Seen, anchors: Anchors, said: Said) -> None:
    """Say whether a stamp's signature was checked, and in what its chain ended."""
    if seen.who is None:
        said.open(
            f"时间戳的签名与证书链未验（{seen.zh}）：{seen.command}",
            f"signature and chain of the stamp ({seen.en}): {seen.command}",
        )
        return
    own = anchors.given is not None
    said.good(
        f"时间戳签名与证书链成立，止于{'所给' if own else '随材料而来的'}根证书，"
        f"签署者 {seen.who}；证书是否被吊销未查",
        "signature and chain of the stamp hold, up to a certificate that "
        f"{'was given' if own else 'came along'}; signed by {seen.who}; revocation was not "
        "looked up",
    )
    if not own:
        number = sha256(anchors.came or b"").hex()
        said.open(
            f"根证书随材料而来（SHA-256 {number}），请用 --tsa-roots 给出您所信者，"
            f"或：{seen.command}",
            f"the certificates came along (SHA-256 {number}): give those that you rely on with "
            f"--tsa-roots, or: {seen.command}",
        )


def check_stamps(
    read: Read, names: list[str], tree: Tree, policy: Policy, anchors: Anchors, said: Said
) -> None:
    """Check that each stamp in a package is over a checkpoint that the package's continues."""
    for name in sorted(names):
        if not (name.startswith(STAMPS) and name.endswith(STAMP)):
            continue
        below = name.removesuffix(STAMP)
        data = read(below + STAMPED) or b""
        # The stamp came before others could vouch for the same head: the log's own word is enough.
        stamped = believed(data, policy._replace(quorum="none"), said)
        way = [from_base64(one) for one in (read(below + WAY) or b"").decode().split()]
        roots = (stamped.root, tree.root)
        if stamped.origin != tree.origin or not continues(
            sha256, stamped.size, tree.size, way, roots
        ):
            raise Bad(
                f"时间戳所盖检查点与本包不是同一日志：{name}",
                f"what was stamped is not a checkpoint of this log: {name}",
            )
        check_stamp(name, read(name) or b"", take_apart(data)[0].encode(), anchors, said)


def check_log_stamps(read: Read, tree: Tree, policy: Policy, anchors: Anchors, said: Said) -> None:
    """Check the stamps that lie beside a log in files, once the log itself was found whole."""
    rows = [row.split(" ") for row in (read(f"{LOG_STAMPS}list") or b"").decode().splitlines()]
    if any(len(row) != LISTED or not row[1].isalnum() for row in rows):
        raise Bad("时间戳清单不成形式", "the list of time stamps is out of form")
    listed = [(from_decimal(row[0]), f"{LOG_STAMPS}{row[0]}/", row[1]) for row in rows]
    covered = [one for one in listed if one[0] <= tree.size]
    roots = roots_at(Files(read, tree), {size for size, _, _ in covered}) if covered else {}
    seen: list[Seen] = []
    for size, below, number in covered:
        name, data = f"{below}{number}{STAMP}", read(f"{below}checkpoint") or b""
        stamped = believed(data, policy._replace(quorum="none"), Said(aloud=False))
        if stamped != Tree(tree.origin, size, roots[size]):
            raise Bad(
                f"时间戳所盖检查点不是本日志的：{name}",
                f"what was stamped is not a checkpoint of this log: {name}",
            )
        text = take_apart(data)[0].encode()
        seen.append(look_at(name, read(name) or b"", text, anchors))
    if not seen:
        return
    last = max(one.at.isoformat() if one.at else "" for one in seen)
    said.good(
        f"{len(seen)} 个时间戳均盖在本日志的检查点上，最近自述时刻 {last}",
        f"{len(seen)} stamps are over checkpoints of this log; the last states {last}",
    )
    tell_signed(next((one for one in seen if one.who is None), seen[-1]), anchors, said)
