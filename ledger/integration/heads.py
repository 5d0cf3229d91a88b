"""The heads of all streams, gathered now and then, and the tree over them.

Only the entries since the last time are read: each replaces the head of its stream, whose leaf
the database hashes. The tree is then built anew from the kept leaves, because a stream with a
derived name comes in anywhere and moves all that stand behind it; tiles that come out the same
are not written. Proofs are read from the tiles, three or four of them, however many streams there
are.

An entry waits at most so long for its heads (``Gathering.every``); where nothing but the log's
own word about itself was appended, nothing is gathered.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from psycopg import Connection

from ledger.clock import Clock
from ledger.evidence.hashes import HASH_BYTES, SHA256
from ledger.evidence.reading import TileHashes, tiles_for
from ledger.evidence.stream_heads import Head, HeadsRoot, Placed
from ledger.evidence.tiles import WIDTH, RightEdge, Tile
from ledger.evidence.tree import inclusion_proof, inclusion_spans

HOURLY: Final = timedelta(hours=1)
OWN: Final = "log-heads/"
"""How streams begin in which the log speaks about itself."""
OLDEST: Final = """
select recorded_at from ledger.entry
where position > (select size from evidence.heads) and position <= %s
  and not starts_with(stream, %s)
order by position limit 1
"""
_STANDS: Final = "select size, streams, root, sha256_root, sm3_root from evidence.heads"
# The bytes of Head.encoded(): two of length, the name, eight of version, the leaf.
_LAST: Final = r"""
select stream, version, leaf,
  sha256('\x00'::bytea || int2send(octet_length(name)::smallint) || name
    || int8send(version::bigint) || leaf) as hash
from (
  select distinct on (stream) stream, version, leaf, convert_to(stream, 'UTF8') as name
  from ledger.entry where position > %s and position <= %s
  order by stream, version desc
) as last
"""
_TAKE: Final = f"""
insert into evidence.head (stream, version, leaf, hash) {_LAST}
on conflict on constraint head_stream do update
set version = excluded.version, leaf = excluded.leaf, hash = excluded.hash
"""
_TILED: Final = """
select min(stream), string_agg(hash, ''::bytea order by stream)
from (
  select stream, hash, (row_number() over (order by stream) - 1) / %s as number from {heads}
) as placed
group by number order by number
"""
_KEPT: Final = _TILED.format(heads="evidence.head").encode()
_DERIVED: Final = _TILED.format(heads=f"({_LAST}) as derived").encode()
_PUT: Final = """
insert into evidence.head_tile as held (level, number, first, hashes)
select * from unnest(%s::smallint[], %s::bigint[], %s::text[], %s::bytea[])
on conflict on constraint head_tile_place do update
set first = excluded.first, hashes = excluded.hashes
where (held.first, held.hashes) is distinct from (excluded.first, excluded.hashes)
"""
_ROOTS: Final = "select algorithm, size, root from evidence.tree"
_MOVE: Final = (
    "update evidence.heads set size = %s, streams = %s, root = %s, sha256_root = %s, sm3_root = %s"
)
_PLACED: Final = b"""
select stream, version, leaf, tile.number * %s + (
  select count(*) from evidence.head as before
  where before.stream >= tile.first and before.stream < head.stream
)
from evidence.head cross join lateral (
  select number, first from evidence.head_tile
  where level = 0 and first <= head.stream order by first desc limit 1
) as tile
where stream = any(%s)
"""
_TILES: Final = b"""
select level, number, hashes from evidence.head_tile
where (level, number) in (select * from unnest(%s::smallint[], %s::bigint[]))
"""


class Gathered(NamedTuple):
    """What was gathered last.

    Attributes:
        heads: At which size, how many streams, the root over their heads.
        sha256_root: The root of the tree of SHA-256 at that size.
        sm3_root: That of its twin.
    """

    heads: HeadsRoot
    sha256_root: bytes
    sm3_root: bytes


class Gathering:
    """Gathers the heads when it is time.

    Attributes:
        every: How long an entry waits at most.
    """

    def __init__(self, clock: Clock, every: timedelta) -> None:
        """Gather by this clock, so often."""
        self._clock = clock
        self.every = every

    def gather_when_due(self, connection: Connection[Any], size: int) -> bool:
        """Gather the heads if the oldest entry that waits for it has waited long enough.

        Args:
            connection: In autocommit; nobody else extends the trees meanwhile.
            size: How far the trees have come.

        Returns:
            Whether they were gathered.
        """
        row = connection.execute(OLDEST, (size, OWN)).fetchone()
        if row is None or not self._is_over(row[0]):
            return False
        gather(connection)
        return True

    def _is_over(self, recorded: datetime) -> bool:
        return self._clock.now() - recorded >= self.every


def gathered(connection: Connection[Any]) -> Gathered:
    """Return what was gathered last; of size 0 where nothing was."""
    row = connection.execute(_STANDS).fetchone()
    assert row is not None  # noqa: S101 - the migration puts it there
    size, streams, root, sha256_root, sm3_root = row
    return Gathered(HeadsRoot(size, streams, bytes(root)), bytes(sha256_root), bytes(sm3_root))


def gather(connection: Connection[Any]) -> Gathered:
    """Gather the heads of all streams as far as the trees have come, in one transaction."""
    with connection.transaction():
        found = connection.execute(_ROOTS).fetchall()
        roots = {name: bytes(root) for name, _, root in found}
        size = min(size for _, size, _ in found)
        before = gathered(connection).heads.size
        connection.execute(_TAKE, (before, size))
        edge, tiles = _tree(connection)
        _put(connection, tiles)
        taken = (size, edge.size, edge.root(), roots["sha256"], roots["sm3"])
        connection.execute(_MOVE, taken)
    return gathered(connection)


def derived(connection: Connection[Any], size: int) -> HeadsRoot:
    """Return the heads of all streams at a size from the rows of the log, which were verified."""
    edge = RightEdge(SHA256)
    for _, row in connection.execute(_DERIVED, (WIDTH, 0, size), binary=True):
        edge.extend(bytes(row))
    return HeadsRoot(size, edge.size, edge.root())


def proof_of(connection: Connection[Any], stream: str, heads: HeadsRoot) -> Placed | None:
    """Return the proof of one stream's head; see ``proofs_of``."""
    return proofs_of(connection, [stream], heads).get(stream)


def proofs_of(
    connection: Connection[Any], streams: Sequence[str], heads: HeadsRoot
) -> dict[str, Placed]:
    """Return the proofs of streams' heads under the heads gathered last, of those that were there.

    Args:
        connection: To the database; what it sees must not change between this and ``gathered``.
        streams: The names of the streams.
        heads: What was gathered.
    """
    rows = connection.execute(_PLACED, (WIDTH, list(streams)), binary=True).fetchall()
    places = {index for _, _, _, index in rows}
    spans = (inclusion_spans(index, heads.count) for index in places)
    wanted = {tile for some in spans for tile in tiles_for(some, heads.count)}
    asked = ([one.level for one in wanted], [one.number for one in wanted])
    stored = connection.execute(_TILES, asked, binary=True)
    found = {(level, number): bytes(row) for level, number, row in stored}

    def tile(place: Tile) -> bytes:
        return found.get((place.level, place.number), b"")[: place.width * HASH_BYTES]

    read = TileHashes(heads.count, tile)
    proofs = {}
    for stream, version, leaf, index in sorted(rows):
        path = inclusion_proof(SHA256, index, heads.count, read)
        proofs[stream] = Placed(Head(stream, version, bytes(leaf)), index, tuple(path))
    return proofs


def _tree(connection: Connection[Any]) -> tuple[RightEdge, list[tuple[Tile, str | None, bytes]]]:
    edge = RightEdge(SHA256)
    firsts: list[str] = []
    full: list[tuple[Tile, bytes]] = []
    for first, row in connection.execute(_KEPT, (WIDTH,), binary=True):
        firsts.append(first)
        full += edge.extend(bytes(row))
    full += edge.partials()
    return edge, [(tile, None if tile.level else firsts[tile.number], row) for tile, row in full]


def _put(connection: Connection[Any], tiles: list[tuple[Tile, str | None, bytes]]) -> None:
    levels, numbers = [one.level for one, _, _ in tiles], [one.number for one, _, _ in tiles]
    firsts, rows = [first for _, first, _ in tiles], [row for _, _, row in tiles]
    connection.execute(_PUT, (levels, numbers, firsts, rows))
