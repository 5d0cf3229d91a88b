"""Files of archived documents: made up, small, and the same on every machine for the same seed.

Somebody scans them week by week, as they are filed. Of some classes nobody has got to it, of others
one file is still missing: so the archive looks as archives do.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from aggregates.archive.checklist import KIND_ZH
from aggregates.archive.facts import DocumentKind
from ledger.application.answers import Ask
from ledger.documents.store import DocumentStore
from ledger.simulation.chance import Chance
from ledger.simulation.script import Planned

FILED: Final = "file-archive-document"
STORED: Final = "store-archive-document"
AT_ONCE: Final = 8
"""Making a file durable is mostly waiting for the disk."""
UNSCANNED_BP: Final = 2_500
"""Classes whose documents nobody has scanned yet."""
ONE_MISSING_BP: Final = 1_500
"""Those of the others that lack the file of one document."""
SCANNED: Final[tuple[DocumentKind, ...]] = (
    "TRAINEE_FORMS",
    "RECORDING_INDEX",
    "AUDIT_REPORT",
    "PAYMENT_VOUCHER",
)
"""The kinds that are missing most often."""


def paper(seed: str, class_id: object, kind: DocumentKind) -> bytes:
    """Return the file of a document of a class: plain text that says that it is made up."""
    return (
        "模拟材料，并非真实档案\nA simulated document; nobody and nothing in it is real.\n\n"
        f"世界 world: {seed}\n班期 class: {class_id}\n材料 document: {KIND_ZH[kind]} {kind}\n"
    ).encode()


def digest(seed: str, class_id: object, kind: DocumentKind) -> str:
    """Return the SHA-256 of the file of a document, in hexadecimal."""
    return sha256(paper(seed, class_id, kind)).hexdigest()


def scanned(
    seed: str, script: Sequence[Planned], store: DocumentStore | None, at: datetime
) -> list[Planned]:
    """Put files of what was filed into a store; return the commands that tell the ledger of them.

    Args:
        seed: Of the world.
        script: What was asked of the ledger lately.
        store: Where the files belong; without one, nobody has scanned any.
        at: When they are scanned.

    Raises:
        StoreUnusable: a file could not be stored.
    """
    if store is None:
        return []

    def put(one: Planned) -> Planned:
        data: dict[str, Any] = dict(one.ask.data)
        with store.receive(data["sha256"]) as incoming:
            incoming.write(paper(seed, data["class_id"], data["kind"]))
            store.keep(incoming)
        told = {"class_id": data["class_id"], "sha256": data["sha256"]}
        return Planned(Ask(STORED, told, channel=one.ask.channel, at=at), one.caller)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(put, (one for one in script if _is_scanned(seed, one))))


def _is_scanned(seed: str, one: Planned) -> bool:
    if one.ask.command != FILED or one.ask.as_facts or one.refused:
        return False
    data: dict[str, Any] = dict(one.ask.data)
    chance = Chance(seed, "scanning", data["class_id"])
    if chance.happens(UNSCANNED_BP):
        return False
    return not (chance.happens(ONE_MISSING_BP) and chance.choice(SCANNED) == data["kind"])
