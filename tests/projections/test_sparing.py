"""What is passed over unread is never missed: rows are those that whole facts leave."""

from collections.abc import Iterable, Iterator
from random import Random
from uuid import UUID

import orjson
import pytest

from aggregates.facts import links
from aggregates.training_class.facts import ClassFilingSubmitted, SessionHeld
from projections.catalogue import folds
from projections.detail.catalogue import PARTS
from projections.packing import packer
from projections.part import Part, Read, Row
from projections.reading import read_entry
from projections.sparing import WHOLE_ENTRIES, NotRead, Sparing
from projections.spreading import Folds, spread
from tests.projections.chance import by_chance
from tests.projections.entries import Log, Written
from tests.projections.filings import Filed
from tests.projections.stories import Story

LOG = by_chance(Random(29), 1_500).entries  # noqa: S311 - a world to be told again
ALWAYS = ("bigint not null", "integer not null", "date not null")


def _bodies(entries: Iterable[Written]) -> list[tuple[int, bytes]]:
    return [(one.position, one.body) for one in entries]


def _whole_rows(part: Part) -> Iterator[Row]:
    names = {cls.TYPE for cls in part.facts}
    for one in LOG:
        if not names or one.type in names:
            for n, row in enumerate(part.rows(read_entry(one.position, one.body))):
                yield one.position, n, *row


@pytest.mark.parametrize("name", PARTS)
def test_every_part_has_the_rows_that_whole_facts_leave(name: str) -> None:
    part = PARTS[name]
    expected = packer((*ALWAYS, *part.columns.values()))(_whole_rows(part))
    alone = spread(_bodies(LOG), Folds((part,), ()))
    together = spread(_bodies(LOG), folds())
    assert alone.count == together.count == len(LOG)
    assert b"".join(alone.rows.get(name, [])) == expected
    assert b"".join(together.rows.get(name, [])) == expected


def _held(sessions: int) -> Log:
    log = Log()
    story = Story(log, sessions=sessions)
    for number in range(1, sessions + 1):
        story.hold(number)
    return log


def test_a_field_that_is_asked_for_late_is_read_all_the_same() -> None:
    late = WHOLE_ENTRIES + 6

    def rows(read: Read) -> Iterator[Row]:
        fact = read.fact
        assert isinstance(fact, SessionHeld)
        yield read.recorded_on, fact.session_no
        if fact.session_no > late:
            yield read.recorded_on, fact.hours

    part = Part("late", {"told": "integer not null"}, (SessionHeld,), rows)
    log = _held(late + 3)
    found = spread(_bodies(log.entries), Folds((part,), ()))
    expected = [
        (one.position, n, one.recorded_on, told)
        for one in log.entries
        if isinstance(one.fact, SessionHeld)
        for n, told in enumerate(
            (one.fact.session_no, one.fact.hours)
            if one.fact.session_no > late
            else (one.fact.session_no,)
        )
    ]
    assert b"".join(found.rows["late"]) == packer((*ALWAYS, "integer not null"))(expected)


def test_a_field_that_nobody_asked_for_is_passed_over() -> None:
    one, two, three, four = _held(4).entries
    sparing = Sparing(SessionHeld.TYPE.encode(), whole=1)
    assert sparing.decode(one.body).fact == one.fact
    watched = sparing.decode(two.body).fact
    assert isinstance(watched, SessionHeld)
    assert watched.session_no == 2

    spared = sparing.decode(three.body).fact
    assert isinstance(spared, SessionHeld)
    assert spared.session_no == 3
    with pytest.raises(NotRead) as missing:
        _ = spared.hours

    sparing.learn(missing.value)
    learned = sparing.decode(four.body).fact
    assert isinstance(learned, SessionHeld)
    assert isinstance(four.fact, SessionHeld)
    assert (learned.session_no, learned.hours) == (4, four.fact.hours)


def test_records_in_a_fact_are_read_sparingly_too() -> None:
    log = Log()
    for number in (1, 2):
        Filed(log, number).file()
    one, two = log.entries
    sparing = Sparing(ClassFilingSubmitted.TYPE.encode(), whole=0)
    watched = sparing.decode(one.body).fact
    assert isinstance(watched, ClassFilingSubmitted)
    assert [row.starts_at for row in watched.filing.timetable]

    spared = sparing.decode(two.body).fact
    assert isinstance(spared, ClassFilingSubmitted)
    assert isinstance(two.fact, ClassFilingSubmitted)
    first, told = spared.filing.timetable[0], two.fact.filing.timetable[0]
    assert first.starts_at == told.starts_at
    with pytest.raises(NotRead, match=r"\.hours$"):
        _ = first.hours


def test_references_in_records_that_come_late_are_all_found() -> None:
    log = Log()
    for number in (1, 2):
        Filed(log, number).file()
    early, late = log.entries
    told = orjson.loads(early.body)
    told["data"]["filing"]["roster"] = told["data"]["filing"]["timetable"] = []
    sparing = Sparing(ClassFilingSubmitted.TYPE.encode(), whole=0)
    links(sparing.decode(orjson.dumps(told)).fact)

    found: set[tuple[str, UUID]] | None = None
    while found is None:
        try:
            found = set(links(sparing.decode(late.body).fact))
        except NotRead as missing:
            sparing.learn(missing)

    expected = set(links(late.fact))
    assert found == expected
    assert len(expected) > len(set(links(read_entry(1, orjson.dumps(told)).fact)))
