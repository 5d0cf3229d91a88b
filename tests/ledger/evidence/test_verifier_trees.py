"""The verifier's own arithmetic of growing trees agrees with that of the rest of evidence."""

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.hashes import SHA256
from ledger.evidence.note import Note
from ledger.evidence.reading import hashes_of
from ledger.evidence.tree import consistency_proof
from ledger.evidence.verifier.signatures import sha256
from ledger.evidence.verifier.trees import continues
from tests.ledger.evidence.logs import MemoryLog, entries, signed_log

SIZE = 40


def root_of(log: MemoryLog) -> bytes:
    return Checkpoint.parse(Note.parse(log.files["checkpoint"]).text).root


def test_every_growth_is_accepted_and_no_other_root_or_proof() -> None:
    logs = {size: signed_log(entries(size)) for size in range(1, SIZE + 1)}
    roots = {size: root_of(log) for size, log in logs.items()}
    for new in range(1, SIZE + 1):
        for old in range(1, new + 1):
            path = list(consistency_proof(SHA256, old, new, hashes_of(logs[new], new)))
            assert continues(sha256, old, new, path, (roots[old], roots[new]))
            other = bytes(32)
            assert not continues(sha256, old, new, path, (other, roots[new]))
            assert not continues(sha256, old, new, path, (roots[old], other))
            assert not continues(sha256, old, new, [*path, other], (roots[old], roots[new]))
            if path:
                assert not continues(sha256, old, new, path[:-1], (roots[old], roots[new]))


def test_nothing_grows_out_of_the_empty_tree_or_backwards() -> None:
    assert not continues(sha256, 0, 5, [], (bytes(32), bytes(32)))
    assert not continues(sha256, 6, 5, [], (bytes(32), bytes(32)))
    assert not continues(sha256, 4, 5, [b"short"], (bytes(32), bytes(32)))
