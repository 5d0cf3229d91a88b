"""The second bag of a package: personal values in clear with their salts, to be erased by itself.

Each value can be held against the commitment in an entry of the package. Nothing in the package
leads to this bag, so that it may be deleted, or never made, and the package is as it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson

from aggregates.decisions import Caller
from aggregates.facts import decode
from ledger.application.access import open_for
from ledger.application.entries import Kept
from ledger.application.running import Ledger
from ledger.application.timeline import commitments_in
from ledger.exchange.package.bag import Bag, file_of
from ledger.exchange.package.building import Package
from ledger.vault.commitments import base64url
from ledger.vault.opening import Opened, Purpose

_ABOUT = """\
个人信息明文 · personal values in clear

所属档案包 of package: {name}
共 {values} 个值，属于 {owners} 个主体；另有 {erased} 个承诺的值已删除或无权开启。
{values} values of {owners} owners; {erased} more commitments have no value any more.

每行一个值：commitment = base64url(HMAC-SHA256(salt, value))，与所属包的条目中的承诺一致。
One value a line: commitment = base64url(HMAC-SHA256(salt, value)), as an entry holds it.

    python3 -I PACKAGE/data/verify/verify.py THIS-BAG --of PACKAGE

限权保管，用毕删除；删除不影响所属档案包的任何核验。
Keep it closed, delete it when it is no longer needed: the package stays valid without it.
"""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A second bag that can be written.

    Attributes:
        bag: Its files.
        values: How many values it opens.
        owners: Whose they are: people, enrolments, claims, and what else bears values.
        erased: How many commitments have no value any more.
    """

    bag: Bag
    values: int
    owners: int
    erased: int


async def disclose(
    ledger: Ledger, caller: Caller, purpose: Purpose, package: Package
) -> Disclosure:
    """Open what the entries of a package commit to; that it was opened is on record first.

    Raises:
        OpeningRefused: the role opens nothing, or no purpose is given.
        Fault: the fact could not be appended; nothing was opened.
    """
    where = committed(package.held.kept)
    opened = await open_for(ledger, caller, list(where), purpose)
    lines: dict[UUID, list[bytes]] = {}
    for commitment in where:
        found = opened.get(commitment)
        if found is not None:
            lines.setdefault(found.owner, []).append(_line(commitment, found, where[commitment]))
    told = {"values": len(opened), "owners": len(lines), "erased": len(where) - len(opened)}
    about = _ABOUT.format(name=package.bag.name, **told)
    payload = [file_of("data/README.txt", about.encode())]
    payload += [
        file_of(f"data/disclosure/{owner}.jsonl", b"".join(lines[owner])) for owner in sorted(lines)
    ]
    name = f"{package.bag.name}_PII"
    info = {
        "Source-Organization": package.bag.info["Source-Organization"],
        "External-Identifier": name,
        "Internal-Sender-Identifier": package.bag.name,
    }
    return Disclosure(Bag(name, tuple(payload), info, package.bag.day), **told)


def committed(kept: Iterable[Kept]) -> Mapping[str, int]:
    """Return the commitments of identity in entries, each with the position of its first entry."""
    found: dict[str, int] = {}
    for position, commitment in _commitments(kept):
        found.setdefault(commitment, position)
    return found


def _commitments(kept: Iterable[Kept]) -> Iterator[tuple[int, str]]:
    for one in kept:
        fact = decode(one.type, orjson.loads(one.body)["data"])
        for commitment in commitments_in(fact):
            yield one.position, commitment


def _line(commitment: str, found: Opened, position: int) -> bytes:
    says = {
        "commitment": commitment,
        "kind": found.kind,
        "value": found.value,
        "salt": base64url(found.salt),
        "position": position,
    }
    return orjson.dumps(says, option=orjson.OPT_APPEND_NEWLINE)
