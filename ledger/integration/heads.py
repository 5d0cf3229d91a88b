"""The heads of all streams, gathered now and then, and the tree over them.

Only the entries since the last time are read: each replaces the head of its stream, whose leaf
the database hashes. The tree is then built anew from the kept leaves, because a stream with a
derived name comes in anywhere and moves all that stand behind it; tiles that come out the same
are not written. Proofs are read from the tiles, three or four of them, however many streams there
are.

An entry waits at most so long for its heads (``Gathering.every``); where nothing but the log's
own word about itself was appended, nothing is gathered.
"""

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
_TAKE: Final = r"""
insert into evidence.head (stream, version, leaf, hash)
select stream, version, leaf,
  sha256('\x00'::bytea || int2send(octet_length(name)::smallint) || name
    || int8send(version::bigint) || leaf)
from (
  select distinct on (stream) stream, version, leaf, convert_to(stream, 'UTF8') as name
  from ledger.entry where position > %s and position <= %s
  order by stream, version desc
) as last
on conflict on constraint head_stream do update
set version = excluded.version, leaf = excluded.leaf, hash = excluded.hash
"""
_ROWS: Final = b"""
select min(stream), string_agg(hash, ''::bytea order by stream)
from (
  select stream, hash, (row_number() over (order by stream) - 1) / %s as number
  from evidence.head
) as placed
group by number order by number
"""
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
_HEAD: Final = "select version, leaf from evidence.head where stream = %s"
_BEFORE: Final = """
with tile as (
  select number, first from evidence.head_tile where level = 0 and first <= %(stream)s
  order by first desc limit 1
)
select number * %(width)s + (
  select count(*) from evidence.head where stream >= tile.first and stream < %(stream)s
) from tile
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


def proof_of(connection: Connection[Any], stream: str, heads: HeadsRoot) -> Placed | None:
    """Return the proof of a stream's head under the heads gathered last; None if it was not there.

    Args:
        connection: To the database; what it sees must not change between this and ``gathered``.
        stream: The name of the stream.
        heads: What was gathered.
    """
    row = connection.execute(_HEAD, (stream,)).fetchone()
    place = connection.execute(_BEFORE, {"stream": stream, "width": WIDTH}).fetchone()
    if row is None or place is None:
        return None
    index = int(place[0])
    wanted = tiles_for(inclusion_spans(index, heads.count), heads.count)
    asked = ([one.level for one in wanted], [one.number for one in wanted])
    found = {
        (level, number): bytes(row) for level, number, row in connection.execute(_TILES, asked)
    }

    def tile(place: Tile) -> bytes:
        return found.get((place.level, place.number), b"")[: place.width * HASH_BYTES]

    path = inclusion_proof(SHA256, index, heads.count, TileHashes(heads.count, tile))
    return Placed(Head(stream, row[0], bytes(row[1])), index, tuple(path))


def _tree(connection: Connection[Any]) -> tuple[RightEdge, list[tuple[Tile, str | None, bytes]]]:
    edge = RightEdge(SHA256)
    firsts: list[str] = []
    full: list[tuple[Tile, bytes]] = []
    for first, row in connection.execute(_ROWS, (WIDTH,), binary=True):
        firsts.append(first)
        full += edge.extend(bytes(row))
    full += edge.partials()
    return edge, [(tile, None if tile.level else firsts[tile.number], row) for tile, row in full]


def _put(connection: Connection[Any], tiles: list[tuple[Tile, str | None, bytes]]) -> None:
    levels, numbers = [one.level for one, _, _ in tiles], [one.number for one, _, _ in tiles]
    firsts, rows = [first for _, first, _ in tiles], [row for _, _, row in tiles]
    connection.execute(_PUT, (levels, numbers, firsts, rows))
