"""An auditor outside: a policy of his own, one file, and what the log hands out."""

import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ledger.evidence.exhibit import About, Exhibit, ModelDigest, ProvenEntry, ProvenHeads
from ledger.evidence.hashes import SHA256, SM3, Hashing
from ledger.evidence.reading import hashes_of
from ledger.evidence.receipt import Receipt
from ledger.evidence.stream_heads import Head, Placed, StreamHeads
from ledger.evidence.tree import inclusion_proof
from tests.ledger.evidence.logs import POLICY_TEXT, MemoryLog, signed_log

COMMITTED = 300


def fact(stream: str, version: int, prev: str, data: str = "{}", kind: str = "x.v1") -> bytes:
    return (
        f'{{"data":{data},"prev":"{prev}","streamversion":{version},"subject":"{stream}",'
        f'"type":"{kind}"}}'
    ).encode()


def history() -> list[bytes]:
    """Three streams that take turns, then the log's word about their heads, then more."""
    entries: list[bytes] = []
    last: dict[str, tuple[int, bytes]] = {}
    for number in range(COMMITTED):
        stream = f"class/{number % 3}"
        version, leaf = last.get(stream, (0, b""))
        entries.append(fact(stream, version + 1, leaf.hex(), f'{{"n":{number}}}'))
        last[stream] = version + 1, SHA256.leaf(entries[-1])
    heads = StreamHeads(COMMITTED, [Head(name, *one) for name, one in last.items()])
    about = (
        f'{{"root":"{heads.root.root.hex()}","size":{heads.root.size},'
        f'"streams":{heads.root.count}}}'
    )
    entries.append(fact("system/log", 1, "", about, "evidence.stream-heads.v1"))
    version, leaf = last["class/1"]
    return [*entries, fact("class/1", version + 1, leaf.hex())]


ENTRIES = history()
HEADS = StreamHeads(
    COMMITTED,
    [Head(f"class/{n}", 100, SHA256.leaf(ENTRIES[COMMITTED - 3 + n])) for n in range(3)],
)


@dataclass
class Told:
    """How a run ended, and what it said."""

    code: int
    out: str


@dataclass
class Auditor:
    """Somebody with a policy of his own, an empty directory and the one file."""

    program: Path
    folder: Path

    def put(self, name: str, data: bytes) -> Path:
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return place

    def run(self, *asked: str | Path) -> Told:
        # Isolated and without site: no library can be there, not even by accident.
        ran = subprocess.run(
            [sys.executable, "-I", "-S", "-W", "error", self.program, *asked],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={"PYTHONUTF8": "1"},
            check=False,
        )
        assert "Traceback" not in ran.stderr
        return Told(ran.returncode, ran.stdout + ran.stderr)


def log_with(auditor: Auditor, log: MemoryLog) -> Path:
    log.save(auditor.folder / "log")
    return auditor.folder / "log"


def proven(index: int, log: MemoryLog, hashing: Hashing = SHA256) -> ProvenEntry:
    size = len(ENTRIES)
    path = inclusion_proof(hashing, index, size, hashes_of(log, size, hashing))
    return ProvenEntry(index, ENTRIES[index], path)


def exhibit_of(log: MemoryLog) -> Exhibit:
    """The whole trail of one class, complete when the log said so."""
    indexes = [*range(1, COMMITTED, 3), COMMITTED + 1]
    head = HEADS.prove("class/1")
    assert isinstance(head, Placed)
    return Exhibit(
        log.files["checkpoint"],
        POLICY_TEXT.encode(),
        [proven(index, log) for index in indexes],
        ProvenHeads(proven(COMMITTED, log), [head]),
        [ModelDigest("class_ledger", 302, sha256(b"a,b\n1,2\n").hexdigest(), "a,b\n1,2\n")],
        about=About("class", "1", len(ENTRIES), len(indexes)),
    )


def package(auditor: Auditor) -> Path:
    """A class package as the archive packs it."""
    log, place = signed_log(ENTRIES), auditor.folder / "CLASS-1_2024-06-30_v1"
    exhibit = exhibit_of(log)
    files = {
        "proofs/exhibit.json": bytes(exhibit),
        "proofs/policy.tlog": POLICY_TEXT.encode(),
        "representations/events/events.jsonl": b"".join(
            one.body + b"\n" for one in exhibit.entries
        ),
        "README.txt": b"how to verify\n",
        **{
            f"proofs/receipts/{one.index}.tlog-proof": bytes(
                Receipt(one.index, tuple(one.path), exhibit.checkpoint)
            )
            for one in exhibit.entries[:3]
        },
    }
    manifests = {"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}
    for hashing in (SHA256, SM3):
        lines = (f"{hashing.plain(data).hex()}  data/{name}" for name, data in files.items())
        manifests[f"manifest-{hashing.name}.txt"] = ("\n".join(lines) + "\n").encode()
    for hashing in (SHA256, SM3):
        lines = (f"{hashing.plain(data).hex()}  {name}" for name, data in manifests.items())
        tagged = "\n".join(line for line in lines if "tagmanifest" not in line) + "\n"
        manifests[f"tagmanifest-{hashing.name}.txt"] = tagged.encode()
    for name, data in {f"data/{name}": data for name, data in files.items()}.items():
        auditor.put(f"{place.name}/{name}", data)
    for name, data in manifests.items():
        auditor.put(f"{place.name}/{name}", data)
    return place
