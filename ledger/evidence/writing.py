"""Writing a whole log as files: for exports, archives and whoever keeps a copy."""

from collections.abc import Callable, Iterable
from itertools import islice

from ledger.evidence.hashes import SHA256, Hashing
from ledger.evidence.tiles import WIDTH, Bundle, RightEdge, encode_bundle

Write = Callable[[str, bytes], None]
"""Takes the bytes that belong at a path below the log's prefix."""


def write_log(
    entries: Iterable[bytes], write: Write, hashing: Hashing = SHA256
) -> tuple[int, bytes]:
    """Write all bundles and tiles of a log, full and partial; the checkpoint is the caller's.

    Args:
        entries: from the first on, in order; at most 256 are held at once.
        write: called once for each file.
        hashing: the hash function of the tree.

    Returns:
        Size and root, for the checkpoint.

    Raises:
        ValueError: an entry is longer than 65,535 bytes.
    """
    edge, coming = RightEdge(hashing), iter(entries)
    while batch := list(islice(coming, WIDTH)):
        write(Bundle(edge.size // WIDTH, len(batch)).path, encode_bundle(batch))
        for tile, row in edge.extend(b"".join(hashing.leaves(batch))):
            write(tile.path, row)
    for tile, row in edge.partials():
        write(tile.path, row)
    return edge.size, edge.root()
