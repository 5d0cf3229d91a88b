"""Logs for the tests: made of entries, signed with made-up keys, kept in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.cosignature import Ed25519Cosigner
from ledger.evidence.hashes import SHA256, Hashing
from ledger.evidence.note import Signer, sign
from ledger.evidence.policy import Policy
from ledger.evidence.signers import Ed25519Signer
from ledger.evidence.tiles import Bundle, Tile, bundles_of, encode_bundle, tiles_of
from ledger.evidence.writing import write_log

ORIGIN = "ledger.example/audit"
LOG = Ed25519Signer(ORIGIN, sha256(b"logkey").digest())
WITNESS = Ed25519Cosigner("witness.example/w1", sha256(b"witness").digest())
NOW = 1_767_225_600
POLICY_TEXT = f"log {LOG.key}\nwitness w1 {WITNESS.key}\nquorum w1\n"
POLICY = Policy.parse(POLICY_TEXT.encode())


@dataclass
class MemoryLog:
    """A log whose files are values; tests change them as a tamperer would.

    Attributes:
        files: bytes by path.
        asked: the paths that were read, in order.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def read(self, path: str) -> bytes | None:
        """Return what lies at a path."""
        self.asked.append(path)
        return self.files.get(path)

    def copy(self) -> "MemoryLog":
        """Return a log with the same files, to be changed."""
        return MemoryLog(dict(self.files))

    def save(self, folder: Path) -> None:
        """Write the files below a directory."""
        for path, data in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)


def entries(count: int, *, first: int = 0) -> list[bytes]:
    """Return entries that all differ."""
    return [b'{"seq":%d}' % number for number in range(first, first + count)]


def signed_log(
    of: Sequence[bytes],
    *,
    signers: Sequence[Signer] = (LOG, WITNESS),
    hashing: Hashing = SHA256,
    at: int = NOW,
) -> MemoryLog:
    """Return a whole log with its checkpoint."""
    log = MemoryLog()
    size, root = write_log(of, log.files.__setitem__, hashing)
    log.files["checkpoint"] = bytes(sign(Checkpoint(ORIGIN, size, root).text, signers, at))
    return log


def checkpoint_of(log: MemoryLog) -> Checkpoint:
    """Return what a log's checkpoint says."""
    return POLICY.check(log.files["checkpoint"]).signed.checkpoint


def put_entries(log: MemoryLog, of: Sequence[bytes], size: int) -> None:
    """Exchange the entries of a log of ``size`` and leave its hashes; the last bundle takes all.

    The files stay those of the old size, whatever number of entries there is now.
    """
    bundles = list(bundles_of(size))
    for bundle in bundles:
        start = bundle.number * 256
        end = None if bundle == bundles[-1] else start + 256
        log.files[bundle.path] = encode_bundle(of[start:end])


def put_tiles(log: MemoryLog, of: Iterable[bytes], size: int, *, up_to_level: int) -> None:
    """Recompute the hashes of a log of ``size`` from other entries, up to a level."""
    other = MemoryLog()
    write_log(of, other.files.__setitem__)
    for tile in tiles_of(size):
        if tile.level <= up_to_level:
            log.files[tile.path] = other.files[tile.path]


def paths(size: int) -> list[str]:
    """Return the paths of all bundles and tiles of a log."""
    places: list[Tile | Bundle] = [*tiles_of(size), *bundles_of(size)]
    return [place.path for place in places]
