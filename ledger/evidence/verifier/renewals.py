"""Renewals: the log's later word that its roots are those it had, chained to the word before."""

import re
from typing import NamedTuple

from ledger.evidence.verifier.logs import Read
from ledger.evidence.verifier.notes import (
    SIZE_MAX,
    Line,
    Policy,
    Tree,
    from_base64,
    from_decimal,
    label,
    take_apart,
    valid_names,
)
from ledger.evidence.verifier.signatures import sha256
from ledger.evidence.verifier.stamps import Anchors, check_stamp
from ledger.evidence.verifier.telling import Bad, Said
from ledger.evidence.verifier.trees import continues

RENEWALS = "data/proofs/renewals/"
STATEMENT = "statement.note"
TOKEN = "statement.tsr"  # noqa: S105 - the name of a file
CONSISTENCY = "consistency.txt"


class Statement(NamedTuple):
    """What a renewal says: of which log, on what day, the trees, and what came before."""

    origin: str
    day: str
    trees: dict[str, Tree]
    before: str


def statement_of(text: str) -> Statement:
    """Return what the text of a renewal says."""
    bad = Bad("续期声明不成形式", "the statement of a renewal is out of form")
    rows = [row.split(" ") for row in text.splitlines()]
    found: dict[str, Tree] = {}
    origin = day = before = ""
    for words in rows:
        match words:
            case [name] if name.endswith("/renewal") and not origin:
                origin = name.removesuffix("/renewal")
            case ["on", when] if re.fullmatch(r"\d{4}-\d{2}-\d{2}", when):
                day = when
            case ["sha256" | "sm3" as algorithm, size, root]:
                found[algorithm] = Tree(origin, from_decimal(size), from_base64(root))
            case ["before", told]:
                before = told
            case _:
                raise bad
    if not (origin and day and before and "sha256" in found):
        raise bad
    return Statement(origin, day, found, before)


def is_signed_by(policy: Policy, says: Statement, text: str, lines: list[Line]) -> bool:
    """Say whether a key of the log signed a renewal that counts at its size."""
    keys = [(label(one), one) for one in policy.logs if one.name == says.origin]
    size = says.trees["sha256"].size
    for name in valid_names(text, lines, keys, lambda _: None):
        first, last, _ = policy.valid.get(name, (0, SIZE_MAX, ""))
        if first <= size <= last:
            return True
    return False


def check_renewals(
    read: Read, names: list[str], tree: Tree, policy: Policy, anchors: Anchors, said: Said
) -> None:
    """Check the chain of renewals in a package, and that each is of the log of its checkpoint."""
    ending = f"/{STATEMENT}"
    places = sorted(
        name.removesuffix(STATEMENT)
        for name in names
        if name.startswith(RENEWALS) and name.endswith(ending)
    )
    before = "none"
    for place in places:
        data = read(place + STATEMENT) or b""
        text, lines = take_apart(data)
        says = statement_of(text)
        if not is_signed_by(policy, says, text, lines):
            raise Bad(f"续期声明没有有效签名：{place}", f"no valid signature on a renewal: {place}")
        if says.before != before or says.origin != tree.origin:
            raise Bad(f"续期声明未接续前一份：{place}", f"a renewal does not continue: {place}")
        path = (read(place + CONSISTENCY) or b"").decode().split()
        old, new = sorted((tree, says.trees["sha256"]), key=lambda one: one.size)
        proof = [from_base64(one) for one in path]
        if not continues(sha256, old.size, new.size, proof, (old.root, new.root)):
            raise Bad(
                f"续期声明与检查点不是同一日志：{place}",
                f"a renewal is not of the log of the checkpoint: {place}",
            )
        token = read(place + TOKEN)
        before = f"sha256:{sha256(data + (token or b'')).hex()}"
        if token is not None:
            check_stamp(place + TOKEN, token, data, anchors, said)
    if places:
        said.good(f"{len(places)} 次续期前后相接", f"{len(places)} renewals, each after the other")
