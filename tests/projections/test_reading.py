"""Entries are read whatever the version of their fact, straight from their bytes."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from aggregates import facts
from aggregates.facts import UnknownFactError, stored_names, upcast
from aggregates.training_class.facts import ClassFilingRejected, SessionHeld
from projections.class_ledger import CLASS_LEDGER
from projections.reading import read_entry
from tests.projections.chance import by_chance
from tests.projections.conftest import Mirror
from tests.projections.entries import OFFICIAL, Log
from tests.projections.stories import Story


def test_an_entry_is_read_as_it_was_written() -> None:
    log = Log()
    story = Story(log)
    story.file()
    one = log.entries[0]
    read = read_entry(1, one.body)
    assert read.fact == one.fact
    assert (read.position, read.type, read.stream) == (1, one.type, one.stream)
    assert (read.id, read.prefix, read.version) == (story.one, "training-class", 1)
    assert (read.recorded_at, read.actor, read.channel) == (one.recorded_at, OFFICIAL, "inner")
    assert read.recorded_at.utcoffset() == timedelta(hours=8)


def test_every_fact_that_a_story_tells_is_read_as_it_was_written() -> None:
    for one in by_chance(Random(23), 200).entries:  # noqa: S311 - a world to be told again
        assert read_entry(one.position, one.body).fact == one.fact


def test_a_name_that_no_fact_bears_is_refused() -> None:
    log = Log()
    Story(log).hold(1)
    body = log.entries[0].body.replace(b"session-held.v1", b"session-held.v9")
    with pytest.raises(UnknownFactError):
        read_entry(1, body)


@pytest.fixture
def older() -> Iterator[str]:
    """An older version of a fact, in which a rejection named its rules by a word alone."""
    name = "training-class.filing-rejected.v0"

    @upcast(name, to="training-class.filing-rejected.v1")
    def _(data: dict[str, object]) -> dict[str, object]:
        return {**data, "reasons": [{"rule_id": one} for one in data["rules"]]}  # type: ignore[attr-defined]  # as a test may

    yield name
    del facts._UPCASTS[name]  # noqa: SLF001 - what a test registers, it takes back


def test_an_older_version_is_read_in_the_newest_form(older: str, mirror: Mirror) -> None:
    log = Log()
    story = Story(log)
    story.file()
    story.reject()
    one = log.entries[1]
    body = one.body.replace(b"filing-rejected.v1", b"filing-rejected.v0")
    body = body.replace(b'"reasons":[{"rule_id":"FIL-10","text":null}]', b'"rules":["FIL-10"]')
    assert older.encode() in body

    assert read_entry(2, body).fact == one.fact
    assert stored_names([ClassFilingRejected]) == {one.type, older}
    assert stored_names([SessionHeld]) == {SessionHeld.TYPE}
    mirror.empty()
    mirror.write(log.entries)
    mirror.connection.execute(
        "update beside.entry set body = %s, type = %s where position = 2", (body.decode(), older)
    )
    mirror.fold()
    assert mirror.rows(CLASS_LEDGER)[story.one]["status"] == "REJECTED"
