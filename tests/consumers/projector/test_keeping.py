"""Entries are kept as they come, and seen in their turn alone, however partitions are shared."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from consumers.broker import Record
from consumers.envelope import Arrived, Row, message_of
from consumers.projector import keeping, mirror
from consumers.projector.alarms import Alarm
from consumers.relay import standing
from ledger.entry import leaf_hash
from ledger.store.migrations import known, migrate
from tests.consumers.worlds import connected, write_small_world

PARTITIONS = 6
ENTRIES = 90
_EMPTY = """
alter table ledger.entry disable trigger append_only;
truncate ledger.entry, mirror.unlinked, mirror.alarm;
alter table ledger.entry enable always trigger append_only;
update ledger.head set position = 0, recorded_at = '1970-01-01 00:00:00+00';
update mirror.origin set source = '';
"""


@pytest.fixture(scope="module")
def rows(shared_database: str) -> list[Row]:
    """The first entries of the small world, as the relay reads them."""
    write_small_world(shared_database)
    with connected(shared_database) as connection:
        return list(standing.entries(connection, 0, ENTRIES))


@pytest.fixture
def both(database: str) -> Iterator[tuple[Connection[Any], Connection[Any]]]:
    """Two connections to one empty copy."""
    with mirror.connected(database) as one, mirror.connected(database) as other:
        one.execute(
            "insert into mirror.origin (topic, cluster, topic_id, partitions)"
            " values ('t', 'c', 'i', %s)",
            (PARTITIONS,),
        )
        yield one, other


def emptied(connection: Connection[Any]) -> None:
    connection.execute(_EMPTY)
    mirror.begin_at(connection, dict.fromkeys(range(PARTITIONS), 0))


def placed(rows: Sequence[Row]) -> dict[int, list[Record]]:
    """Return the entries as records of partitions, those of a stream in the same."""
    found: dict[int, list[Record]] = {number: [] for number in range(PARTITIONS)}
    for row in rows:
        sent = message_of(row, 0)
        place = found[crc32(sent.key) % PARTITIONS]
        place.append(
            Record(
                "t",
                crc32(sent.key) % PARTITIONS,
                len(place),
                sent.key,
                sent.value,
                dict(sent.headers),
                sent.headers,
            )
        )
    return found


def seen(connection: Connection[Any]) -> list[tuple[int, bytes]]:
    """Return position and leaf of what whoever asks a copy sees."""
    connection.execute("set search_path = mirror, ledger, public")
    return connection.execute("select position, leaf from entry order by position").fetchall()


def kept(connection: Connection[Any]) -> int:
    row = connection.execute("select count(*) from ledger.entry").fetchone()
    assert row is not None
    return int(row[0])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    turns=st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, PARTITIONS - 1), st.integers(1, 30)),
        max_size=40,
    ),
    takes_over=st.integers(0, 40),
)
def test_however_two_share_and_hand_over_partitions_all_is_seen_once_and_in_order(
    rows: list[Row],
    both: tuple[Connection[Any], Connection[Any]],
    turns: list[tuple[int, int, int]],
    takes_over: int,
) -> None:
    emptied(both[0])
    records = placed(rows)
    wanted = [(row.position, row.leaf) for row in rows]
    rest = [(number % 2, number % PARTITIONS, ENTRIES) for number in range(PARTITIONS)]
    for turn, (who, partition, size) in enumerate([*turns, *rest]):
        begin = mirror.next_offsets(both[who])[partition]
        # Whoever takes a partition over reads again what was kept already.
        begin = max(0, begin - 3) if turn == takes_over else begin
        some = records[partition][begin : begin + size]
        told = keeping.keep(both[who], {partition: some} if some else {})
        at = seen(both[1 - who])
        assert at == wanted[: told.mark]
        assert told.waits == (kept(both[who]) > told.mark)
    assert seen(both[0]) == wanted
    assert both[0].execute("select count(*) from mirror.unlinked").fetchone() == (0,)


def test_whoever_asks_a_copy_sees_nothing_beyond_the_mark(
    rows: list[Row], both: tuple[Connection[Any], Connection[Any]]
) -> None:
    emptied(both[0])
    told = keeping.keep(both[0], placed([row for row in rows if row.position != 31]))

    assert (told.mark, told.waits, kept(both[0])) == (30, True, ENTRIES - 1)
    assert [position for position, _ in seen(both[1])] == list(range(1, 31))
    assert both[1].execute("select max(position) from entry").fetchone() == (30,)


def test_the_mark_is_left_to_another_who_moves_it_and_moved_the_next_time(
    rows: list[Row], both: tuple[Connection[Any], Connection[Any]]
) -> None:
    emptied(both[0])
    with both[1].transaction():
        both[1].execute("select from ledger.head for update")
        assert keeping.keep(both[0], placed(rows)).mark == 0
    assert keeping.keep(both[0], {}).mark == ENTRIES


def of_one_stream(rows: list[Row]) -> tuple[Row, Row]:
    """Return two entries of which the second follows the first in its stream."""
    return next(
        (one, two)
        for one in rows
        for two in rows
        if one.stream == two.stream and two.version == one.version + 1
    )


def test_an_entry_that_came_before_the_one_it_follows_is_compared_before_the_mark_passes_it(
    rows: list[Row], both: tuple[Connection[Any], Connection[Any]]
) -> None:
    first, second = of_one_stream(rows)
    altered = first.body.replace(b'"onbehalf":""', b'"onbehalf":"x"', 1)
    assert altered != first.body
    emptied(both[0])
    early = placed([row for row in rows if row.position != first.position])
    assert keeping.keep(both[0], early).mark == first.position - 1
    assert both[0].execute("select position from mirror.unlinked").fetchall() == [
        (second.position,)
    ]

    other = first._replace(body=altered, leaf=leaf_hash(altered))
    with pytest.raises(Alarm, match=f"entry at {second.position} does not follow"):
        add(both[0], other)
    assert mirror.mark(both[0]) == first.position - 1
    add(both[0], first)
    assert seen(both[0]) == [(row.position, row.leaf) for row in rows]


def entries_of(row: Row) -> list[Arrived]:
    return [keeping.entry_of(one) for some in placed([row]).values() for one in some]


def add(connection: Connection[Any], row: Row) -> None:
    keeping.add(connection, entries_of(row))


def add_one_by_one(connection: Connection[Any], rows: Sequence[Row]) -> None:
    for row in rows:
        add(connection, row)


def test_two_entries_of_a_stream_that_change_places_are_no_chain(
    rows: list[Row], both: tuple[Connection[Any], Connection[Any]]
) -> None:
    first, second = of_one_stream(rows)
    swapped = {
        first.position: first._replace(position=second.position),
        second.position: second._replace(position=first.position),
    }
    told = [swapped.get(row.position, row) for row in rows]
    told.sort(key=lambda row: row.position)
    emptied(both[0])

    with pytest.raises(Alarm, match="does not follow the one before in its stream"):
        keeping.keep(both[0], placed(told))
    with pytest.raises(Alarm, match="does not follow the one before in its stream"):
        add_one_by_one(both[0], told)
    assert mirror.mark(both[0]) < second.position


def test_a_second_entry_with_the_number_of_another_in_its_stream_is_a_fork(
    rows: list[Row], both: tuple[Connection[Any], Connection[Any]]
) -> None:
    emptied(both[0])
    keeping.keep(both[0], placed(rows[:-2]))
    again = rows[-1].position
    told = [rows[-2], rows[0]._replace(position=again)]

    with pytest.raises(Alarm, match=f"two different entries at {again}"):
        keeping.add(both[0], [entry for row in told for entry in entries_of(row)])
    assert mirror.mark(both[0]) == ENTRIES - 2


def test_a_copy_of_before_keeps_what_waited_beside_its_log(
    rows: list[Row], empty_database: str, tmp_path: Path
) -> None:
    before = [one for one in known() if one.name < "0032"]
    for one in before:
        (tmp_path / one.name).write_text(one.text, "utf-8")
    migrate(empty_database, tmp_path)
    waits = keeping.entry_of(next(one for some in placed(rows[1:2]).values() for one in some))
    with mirror.connected(empty_database) as connection:
        connection.execute(
            "insert into mirror.origin (topic, cluster, topic_id, partitions)"
            " values ('t', 'c', 'i', 6)"
        )
        connection.execute(
            "create trigger mirrored before insert on ledger.entry"
            " for each statement execute function mirror.refuse_entry()"
        )
        connection.execute(
            "insert into mirror.arrived (position, recorded_at, version, stream, type, body, leaf,"
            " prev) values (%s, %s, %s, %s, %s, %s, %s, %s)",
            waits[:8],
        )

    migrate(empty_database)
    with mirror.connected(empty_database) as connection:
        assert seen(connection) == []
        add(connection, rows[0])
        assert seen(connection) == [(row.position, row.leaf) for row in rows[:2]]
