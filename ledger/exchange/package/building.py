"""The whole package of a class: gathered from the log, put together without looking at it again."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from aggregates.language import Message
from ledger.application.running import Ledger
from ledger.documents.store import DocumentStore, NoSuchDocument
from ledger.errors import Misconfigured
from ledger.evidence.exhibit import ProvenEntry, ProvenHeads
from ledger.evidence.policy import NONE, Policy
from ledger.evidence.time_stamps import ROOTS
from ledger.evidence.verifier.assembling import single_file
from ledger.exchange.package import four_checks, metadata, proving, tables
from ledger.exchange.package.anchors import files as anchor_files
from ledger.exchange.package.bag import Bag, File, file_of, streamed
from ledger.exchange.package.four_checks import Check, Surroundings
from ledger.exchange.package.gathering import CLOSED, SEALED, Gathered, gather
from ledger.exchange.package.metadata import Happening
from ledger.exchange.package.reading import readme
from ledger.exchange.package.renewals import Linked, Renewal, linked
from ledger.exchange.package.renewals import files as renewal_files
from ledger.exchange.package.schemas import schemas
from ledger.exchange.package.vectors import vectors
from ledger.integration.trees import origin_of

POLICY: Final = "policy"
TWIN_POLICY: Final = "sm3/policy"
_KEYS: Final[Mapping[str, str]] = {
    "log.vkey": "log.vkey",
    "log.vkeys": "log.vkeys",
    "sm3/log.vkeys": "log.sm3.vkeys",
    "promise.vkey": "promise.vkey",
    "promise.policy": "promise.policy",
}


class NoKeys(Misconfigured):
    """The log signs nothing, so nothing of it can be proven to others."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package that can be written.

    Attributes:
        bag: Its files.
        held: What they were made from.
        done: What was checked of it.
    """

    bag: Bag
    held: Gathered
    done: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What an installation has beside its log.

    Attributes:
        documents: Where the files of documents lie.
        published: Keys and policy as they are published, by their paths.
        renewals: What the log said later of its roots, in order.
    """

    documents: DocumentStore
    published: Mapping[str, bytes]
    renewals: Sequence[Renewal] = ()


async def gathered(
    ledger: Ledger, place: Place, class_id: UUID, *, size: int | None = None
) -> tuple[Gathered, tuple[Linked, ...]]:
    """Return what a package is made from.

    Raises:
        NotFound: there is no such class.
        NotComplete: its archive is not sealed, or the class not closed.
        NotSigned: there is no signed head of this size, or the read models are behind it.
    """
    trusted = place.published.get(POLICY)
    cosigned = trusted is not None and Policy.parse(trusted).quorum != NONE
    async with ledger.pool.connection() as connection:
        held = await gather(connection, ledger.conninfo, class_id, size=size, cosigned=cosigned)
        return held, await linked(connection, place.renewals, held.head.size)


def put_together(held: Gathered, renewals: Sequence[Linked], place: Place, source: str) -> Package:
    """Put a package together; takes a second or so, and a pass over every document.

    Raises:
        NoKeys: the log has no keys.
        StoreUnusable: the document store cannot be read.
    """
    if POLICY not in place.published or TWIN_POLICY not in place.published:
        raise NoKeys(
            Message("日志没有签名密钥", "the log has no signing keys"),
            mend=Message("请先运行 mingzhang init", "run mingzhang init"),
        )
    media, damaged = _media(held, place.documents)
    around = Surroundings(
        policy=place.published[POLICY],
        twin_policy=place.published[TWIN_POLICY],
        stored=frozenset(one.path.rpartition("/")[2] for one in media),
        damaged=damaged,
    )
    done = four_checks.checks(held, around)
    name = name_of(held, len(renewals))
    origin = origin_of(source)
    plain = [
        file_of(f"data/{path}", data)
        for path, data in (
            *_representations(held, around, done),
            *_proofs(held, place, renewals),
            ("metadata/sixing-report.json", four_checks.report(held, done)),
            *_for_readers(held, name, origin),
        )
    ]
    about = metadata.payload([*plain, *media])
    described = (
        ("metadata/da46.xml", metadata.da46(held, origin, about)),
        ("metadata/eep.xml", metadata.eep(held, origin, about)),
        ("metadata/premis.xml", metadata.premis(about, _happenings(held, renewals), origin)),
    )
    payload = (*about, *(file_of(f"data/{path}", data) for path, data in described))
    info = {
        "Source-Organization": origin,
        "External-Identifier": name,
        "Internal-Sender-Identifier": str(held.class_id),
        "Internal-Sender-Description": metadata.title(held),
        "Bag-Software-Agent": "Mingzhang",
        "Mingzhang-Checkpoint-Size": str(held.head.size),
    }
    return Package(Bag(name, payload, info, held.until.date()), held, done)


def name_of(held: Gathered, renewals: int) -> str:
    """Return the name of a package; each renewal makes a new version of it."""
    return f"CLASS-{held.class_id}_{held.closed_on:%Y%m%d}_v{1 + renewals}"


def _media(held: Gathered, store: DocumentStore) -> tuple[list[File], frozenset[str]]:
    """Return the files of documents that are as they were stored, and the digests of the others."""
    found: list[File] = []
    damaged: set[str] = set()
    for digest in sorted({one.sha256 for one in held.documents}):
        try:
            one = streamed(f"data/representations/media/{digest}", _reading(store, digest))
        except NoSuchDocument:
            continue
        if one.digests["sha256"] == digest:
            found.append(one)
        else:
            damaged.add(digest)
    return found, frozenset(damaged)


class _reading:  # noqa: N801 - read as a phrase
    """Reads a document, as often as asked."""

    def __init__(self, store: DocumentStore, digest: str) -> None:
        self._store = store
        self._digest = digest

    def __call__(self) -> Iterator[bytes]:
        return self._store.read(self._digest)


def _representations(
    held: Gathered, around: Surroundings, done: Sequence[Check]
) -> Iterator[tuple[str, bytes]]:
    # Fonts and drawing: a service need not wait for them as it starts.
    from ledger.exchange.package.report import report  # noqa: PLC0415 - heavy

    yield "representations/events/events.jsonl", tables.lines(held.kept)
    yield "representations/events/events.csv", tables.events(held.kept)
    yield "representations/documents.csv", tables.documents(held.documents, around.stored)
    yield "representations/report/class.pdf", report(held, around, done)


def _proofs(
    held: Gathered, place: Place, renewals: Sequence[Linked]
) -> Iterator[tuple[str, bytes]]:
    policy, twin_policy = place.published[POLICY], place.published[TWIN_POLICY]
    yield "proofs/checkpoint", held.head.note
    yield (
        "proofs/exhibit.json",
        proving.exhibit(held.head, policy, held.kept, held.paths, _word(held)),
    )
    yield "proofs/policy.tlog", policy
    if held.twin is not None:
        proven = proving.exhibit(held.twin, twin_policy, held.kept, held.twin_paths)
        yield "proofs/checkpoint.sm3", held.twin.note
        yield "proofs/exhibit.sm3.json", proven
        yield "proofs/policy.sm3.tlog", twin_policy
    for published, name in _KEYS.items():
        if published in place.published:
            yield f"proofs/keys/{name}", place.published[published]
    last = [one for one in (held.only(SEALED), held.only(CLOSED)) if one is not None]
    for name, data in proving.receipts(held.head, last, held.paths):
        yield f"proofs/receipts/{name}", data
    yield from anchor_files(held.anchors)
    if held.anchors and ROOTS in place.published:
        yield f"proofs/anchors/{ROOTS.rpartition('/')[2]}", place.published[ROOTS]
    for path, data in renewal_files(renewals):
        yield f"proofs/renewals/{path}", data


def _word(held: Gathered) -> ProvenHeads | None:
    """Return what shows that streams are whole, where the log had said so."""
    word = held.word
    if word is None or not word.placed:
        return None
    fact = ProvenEntry(word.position - 1, word.body, held.word_path)
    return ProvenHeads(fact, word.placed)


def _for_readers(held: Gathered, name: str, origin: str) -> Iterator[tuple[str, bytes]]:
    zh, en = readme(held, name, origin)
    yield "README.zh.txt", zh
    yield "README.txt", en
    yield "verify/verify.py", single_file().encode()
    for path, data in vectors():
        yield f"verify/testvectors/{path}", data
    for path, data in schemas(held.kept):
        yield f"schemas/{path}", data


def _happenings(held: Gathered, renewals: Sequence[Linked]) -> Iterator[Happening]:
    for one in held.kept:
        if one.type.startswith(("archive.document-stored.", "archive.sealed.", CLOSED)):
            kind = "ingestion" if "stored" in one.type else "modification"
            at = one.recorded_at.astimezone(held.until.tzinfo).isoformat()
            yield Happening(kind, at, f"{one.type} {one.stream}/{one.version}", "recorded")
    at = held.until.isoformat()
    root = hashlib.sha256(held.head.note).hexdigest()
    yield Happening("creation", at, f"packed under the checkpoint with SHA-256 {root}", "success")
    for renewal, _ in renewals:
        day = renewal.day.isoformat()
        yield Happening("fixity renewal", day, "roots of both trees stated again", "success")


async def build(
    ledger: Ledger, place: Place, class_id: UUID, *, size: int | None = None
) -> Package:
    """Return the package of a class.

    Args:
        ledger: The ledger.
        place: What lies beside it.
        class_id: The class.
        size: The size of the head under which it stands; the newest by default.

    Raises:
        NotFound: there is no such class.
        NotComplete: its archive is not sealed, or the class not closed.
        NotSigned: there is no signed head of this size, or the read models are behind it.
        NoKeys: the log has no keys.
        StoreUnusable: the document store cannot be read.
    """
    held, renewals = await gathered(ledger, place, class_id, size=size)
    return put_together(held, renewals, place, ledger.source)
