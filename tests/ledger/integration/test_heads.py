"""The heads of all streams: gathered when it is time, as a fold gives them, each provable."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from ledger.clock import SimulatedClock
from ledger.evidence.hashes import SHA256, SM3
from ledger.evidence.own_words import heads_of
from ledger.evidence.stream_heads import HeadsRoot, check_head
from ledger.integration import storing
from ledger.integration.exporting import export_log, published
from ledger.integration.heads import Gathering, derived, gather, gathered, proof_of, proofs_of
from ledger.integration.log_keys import policy_of
from ledger.integration.trees import TREES, TreeKind
from ledger.integration.verifying import held_of, kind_of, verify_export, verify_live
from ledger.store.threads import SyncLog
from ledger.timers.heads import say_heads
from tests.ledger.api.exhibiting import offline
from tests.ledger.integration.logs import grow, integrate, root_of
from tests.ledger.integration.signing import KEYS, note_of, place_in, publish
from tests.ledger.serving import Served, served
from tests.ledger.store.making import NOON, clock_at, later, one, rows, writing

HOUR = timedelta(hours=1)
VERSIONS = "select stream, max(version) from ledger.entry group by stream"


@pytest.fixture
def connection(database: str) -> Iterator[Connection[Any]]:
    with storing.connected(database) as connection:
        yield connection


def write(conninfo: str, *names: str, clock: SimulatedClock | None = None) -> None:
    """Append an entry to each of these streams."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        versions: dict[str, int] = dict(connection.execute(VERSIONS).fetchall())
    with SyncLog(conninfo, clock or clock_at()) as log:
        for name in names:
            versions[name] = versions.get(name, 0) + 1
            log.append(writing((name, versions[name])))


def folded(conninfo: str, size: int) -> HeadsRoot:
    """Return the heads as a plain fold of the entries' bytes gives them."""
    return heads_of((row.body.encode() for row in rows(conninfo)[:size]), size)


def test_what_is_gathered_is_what_a_fold_of_the_entries_gives(
    database: str, connection: Connection[Any]
) -> None:
    assert gathered(connection).heads == HeadsRoot(0, 0, SHA256.empty)
    for names in (("b/1", "b/2"), ("b/1", "a/9", "a-b/z"), ("b/15", "a/0", "b/2")):
        write(database, *names)
        size = integrate(database)
        found = gather(connection)
        assert found.heads == derived(connection, size) == folded(database, size)
        assert found.sha256_root == root_of(database, SHA256, size)
        assert found.sm3_root == root_of(database, SM3, size)


def test_each_of_many_streams_is_proven_from_a_few_tiles(
    database: str, connection: Connection[Any]
) -> None:
    with SyncLog(database, clock_at()) as log:
        for start in range(0, 700, 100):
            log.append(writing(*((f"s/{n * 7 % 701:04d}", 1) for n in range(start, start + 100))))
    integrate(database)
    heads = gather(connection).heads
    assert heads.count == 700

    names = sorted(row.stream for row in rows(database))
    proofs = proofs_of(connection, [*names, "s/none", "a/none"], heads)
    assert list(proofs) == names
    for number, name in enumerate(names):
        assert proofs[name].index == number
        check_head(proofs[name], heads)
    assert proof_of(connection, names[3], heads) == proofs[names[3]]
    assert proof_of(connection, "a/none", heads) is None


def test_tiles_that_come_out_the_same_are_not_written_again(
    database: str, connection: Connection[Any]
) -> None:
    with SyncLog(database, clock_at()) as log:
        for start in (0, 300):
            log.append(writing(*((f"s/{n:04d}", 1) for n in range(start, start + 300))))
    integrate(database)
    gather(connection)
    question = "select level, number, xmin::text from evidence.head_tile"
    before = {row[:2]: row[2] for row in connection.execute(question)}

    write(database, "s/0300")
    integrate(database)
    gather(connection)

    after = {row[:2]: row[2] for row in connection.execute(question)}
    assert {place for place in after if after[place] != before[place]} == {(0, 1), (1, 0)}


def test_heads_are_gathered_when_the_oldest_entry_has_waited_an_hour(
    database: str, connection: Connection[Any]
) -> None:
    clock = clock_at()
    gathering = Gathering(clock, HOUR)
    assert not gathering.gather_when_due(connection, integrate(database))  # nothing is there
    write(database, "a/1", clock=clock_at())
    write(database, "a/2", clock=clock_at(later(minutes=50)))
    size = integrate(database)

    clock.set(later(minutes=59))
    assert not gathering.gather_when_due(connection, size)
    clock.set(later(minutes=60))
    assert gathering.gather_when_due(connection, size)
    assert gathered(connection).heads.size == 2
    clock.set(later(minutes=600))
    assert not gathering.gather_when_due(connection, size)  # the log stood still


def test_the_logs_own_words_alone_are_no_reason_to_gather_again(
    database: str, connection: Connection[Any]
) -> None:
    clock = clock_at(NOON)
    gathering = Gathering(clock, HOUR)
    write(database, "a/1", clock=clock_at())
    clock.advance(HOUR)
    assert gathering.gather_when_due(connection, integrate(database))
    write(database, "log-heads/1", "log-heads/1", clock=clock_at(later(hours=1)))
    clock.advance(10 * HOUR)

    assert not gathering.gather_when_due(connection, integrate(database))
    write(database, "a/1", clock=clock_at(clock.now()))
    assert not gathering.gather_when_due(connection, integrate(database))
    clock.advance(HOUR)
    assert gathering.gather_when_due(connection, integrate(database))
    assert gathered(connection).heads == folded(database, 4)


async def _say(place: Served) -> bool:
    async with place.ledger.pool.connection() as connection:
        return await say_heads(place.ledger, connection)


@pytest.fixture
def place(database: str) -> Iterator[Served]:
    with served(database, classes=1, keys=KEYS) as server:
        yield server


WORDS = """
select type, (body::json -> 'data' ->> 'size')::bigint, body::json -> 'data' ->> 'root'
from ledger.entry
where stream like 'log-heads/%' order by position
"""


def test_what_was_gathered_is_said_once_through_the_door(
    place: Served, connection: Connection[Any]
) -> None:
    assert place.do(_say(place)) is False  # nothing was gathered
    size = integrate(place.conninfo)
    found = gather(connection)

    assert place.do(_say(place)) is True
    assert place.do(_say(place)) is False

    assert connection.execute(WORDS).fetchall() == [
        ("evidence.stream-heads.v1", size, found.heads.root.hex()),
        ("evidence.sm3-root.v1", size, found.sm3_root.hex()),
    ]
    told = one(place.conninfo, "select body from ledger.entry order by position desc limit 1")
    assert f'"sha256_root":"{found.sha256_root.hex()}"' in told
    assert '"actorrole":"TIMER"' in told
    assert '"channel":"timer"' in told


def checked(conninfo: str, tree: TreeKind) -> tuple[int | None, str] | None:
    wrong = verify_live(conninfo, policy_of(KEYS, tree), tree=tree).wrong
    return None if wrong is None else (wrong.position, kind_of(wrong))


def test_words_that_are_so_raise_no_alarm_anywhere(
    place: Served, connection: Connection[Any], tmp_path: Path
) -> None:
    signer = place_in(tmp_path / "home").signer()
    for _ in range(3):
        integrate(place.conninfo)
        gather(connection)
        place.do(_say(place))
        grow(place.conninfo, 40)
    publish(place.conninfo, signer)

    assert [checked(place.conninfo, tree) for tree in TREES] == [None, None]
    export_log(connection, tmp_path / "log", published(KEYS))
    for tree in TREES:
        assert verify_export(tmp_path / "log", policy_of(KEYS, tree), None, tree).wrong is None
    code, said = offline(tmp_path, b"", of=tmp_path / "log")
    assert (code, "日志自述的树根 3 处、最新流头均与条目相符" in said) == (0, True), said


@pytest.mark.parametrize(
    ("lie", "tree", "after"),
    [
        ("root = sha256('x')", 0, 1),
        ("streams = streams + 1", 0, 1),
        ("sha256_root = sha256('x')", 0, 2),
        ("sm3_root = sha256('x')", 1, 2),
    ],
    ids=["heads", "count", "sha256", "sm3"],
)
def test_a_word_that_is_not_so_is_named_by_every_verifier(
    place: Served, connection: Connection[Any], tmp_path: Path, lie: str, tree: int, after: int
) -> None:
    integrate(place.conninfo)
    gather(connection)
    connection.execute(f"update evidence.heads set {lie}".encode())
    before = one(place.conninfo, "select position from ledger.head")
    place.do(_say(place))
    publish(place.conninfo, place_in(tmp_path / "home").signer())

    expected = (before + after, "ENTRY_FALSE")
    assert checked(place.conninfo, TREES[tree]) == expected
    export_log(connection, tmp_path / "log", published(KEYS))
    wrong = verify_export(tmp_path / "log", policy_of(KEYS, TREES[tree]), None, TREES[tree]).wrong
    assert wrong is not None
    assert (wrong.position, kind_of(wrong)) == expected
    of = tmp_path / "log" / TREES[tree].suffix.removeprefix("/")
    code, said = offline(tmp_path, b"", of=of, tree=TREES[tree])
    assert code == 3
    assert f"第 {before + after} 位：日志在此载明的流头或树根与其条目不符" in said


def test_who_audits_what_is_new_reads_the_new_words_and_no_stream_again(
    place: Served, connection: Connection[Any], tmp_path: Path
) -> None:
    signer = place_in(tmp_path / "home").signer()
    integrate(place.conninfo)
    gather(connection)
    connection.execute("update evidence.heads set sm3_root = sha256('x'), root = sha256('x')")
    place.do(_say(place))
    publish(place.conninfo, signer)
    held = {tree.name: note_of(place.conninfo, tree) for tree in TREES}
    grow(place.conninfo, 5)
    integrate(place.conninfo)
    gather(connection)
    connection.execute("update evidence.heads set sm3_root = sha256('x')")
    before = one(place.conninfo, "select position from ledger.head")
    place.do(_say(place))
    publish(place.conninfo, signer)

    found = []
    for tree in TREES:
        policy = policy_of(KEYS, tree)
        kept = held_of(held[tree.name], policy, is_enough=True)
        wrong = verify_live(place.conninfo, policy, kept, tree).wrong
        found.append(None if wrong is None else (wrong.position, kind_of(wrong)))
    assert found == [None, (before + 2, "ENTRY_FALSE")]
