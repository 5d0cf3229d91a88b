"""What a verifier has to accept and to refuse: a log of five entries, signed with a known key.

The key's seed is public, so the vectors prove nothing of anybody; they show that a verifier works.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import Final

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.exhibit import Exhibit, ProvenEntry
from ledger.evidence.hashes import SHA256
from ledger.evidence.note import sign
from ledger.evidence.reading import TileHashes
from ledger.evidence.signers import Ed25519Signer
from ledger.evidence.tiles import RightEdge, Tile
from ledger.evidence.tree import inclusion_proof

ORIGIN: Final = "vectors.example/log"
_ENTRIES: Final = tuple(
    f'{{"data":{{"number":{n}}},"prev":"","streamversion":1,"subject":"vector/{n}"}}'.encode()
    for n in range(5)
)
_ABOUT: Final = """\
校验程序的检验样例 · test vectors of the verifier

python3 -I ../verify.py good.json    --policy policy.tlog     0  相符 as it has to be
python3 -I ../verify.py changed.json --policy policy.tlog     3  条目被改动 an entry was changed
python3 -I ../verify.py good.json    --policy another.tlog    3  签名不可信 nobody trusted signed

密钥的种子是公开的（SHA-256("test vectors")），样例只用于检验程序。
The seed of the key is public (SHA-256("test vectors")): the vectors test programs, nothing else.
"""


@cache
def vectors() -> tuple[tuple[str, bytes], ...]:
    """Return names and bytes of the files."""
    return tuple(_vectors())


def _vectors() -> Iterator[tuple[str, bytes]]:
    signer = _signer("test vectors")
    policy = _policy(signer)
    edge = RightEdge(SHA256)
    tiles: dict[Tile, bytes] = dict(edge.extend(b"".join(SHA256.leaves(_ENTRIES))))
    tiles |= dict(edge.partials())
    hashes = TileHashes(edge.size, tiles.__getitem__)
    note = bytes(sign(Checkpoint(ORIGIN, edge.size, edge.root()).text, [signer], 0))
    proven = [
        ProvenEntry(at, body, inclusion_proof(SHA256, at, edge.size, hashes))
        for at, body in enumerate(_ENTRIES)
    ]
    good = bytes(Exhibit(note, policy, proven))
    yield "README.txt", _ABOUT.encode()
    yield "policy.tlog", policy
    yield "another.tlog", _policy(_signer("another key"))
    yield "good.json", good
    yield "changed.json", good.replace(rb"\"number\":2", rb"\"number\":7")


def _signer(seed: str) -> Ed25519Signer:
    return Ed25519Signer(ORIGIN, sha256(seed.encode()).digest())


def _policy(signer: Ed25519Signer) -> bytes:
    return f"log {signer.key}\nquorum none\n".encode()
