"""Time stamps in a package: over checkpoints of its log; OpenSSL checks who stamped, and when."""

from ledger.evidence.verifier.logs import Read
from ledger.evidence.verifier.notes import Policy, Tree, believed, from_base64, take_apart
from ledger.evidence.verifier.signatures import sha256
from ledger.evidence.verifier.telling import Bad, Said
from ledger.evidence.verifier.trees import continues

STAMPS = "data/proofs/anchors/"
STAMPED = ".checkpoint"
STAMP = ".tsr"
WAY = ".consistency"


def is_over(answer: bytes, data: bytes) -> bool:
    """Say whether an authority's answer names the digest of what was to be stamped."""
    return sha256(data) in answer


def check_stamps(read: Read, names: list[str], tree: Tree, policy: Policy, said: Said) -> None:
    """Check that each stamp in a package is over a checkpoint that the package's continues.

    Who signed it, and when, has to be checked with certificates, which is OpenSSL's work.
    """
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
        text = take_apart(data)[0].encode()
        if not is_over(read(name) or b"", text):
            raise Bad(f"时间戳不是盖在该检查点上：{name}", f"a stamp of something else: {name}")
        command = f"openssl ts -verify -in {name} -digest {sha256(text).hex()} -CAfile ROOTS"
        said.open(
            f"时间戳的签名与时刻：{command}",
            f"signature and time of the stamp: {command}",
        )
