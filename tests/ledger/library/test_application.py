from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID

import pytest
from eventsourcing.application import AggregateNotFoundError
from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    MapperDeserialisationError,
    NotSupportedError,
    StoredEvent,
    Tracking,
)
from msgspec.structs import replace

from aggregates.facts import Fact
from aggregates.system.facts import ImportBatchAccepted, RejectedRow
from ledger.clock import SystemClock
from ledger.entry import Entry, Envelope
from ledger.library import FactMapper, Happened, LedgerApplication
from ledger.store.requests import Key
from ledger.store.verifying import verify_log
from tests.ledger.store.making import new_stream, one, rows, writing

ENVELOPE = Envelope(
    stream="",
    version=0,
    type="",
    source="ledger.example/county",
    actor="0190a000-0000-7000-8000-00000000000a",
    actorrole="SYS_ADMIN",
    actororg="",
    county="371502",
    channel="import",
    regime="2021",
    policy="2021-1",
)


@dataclass(frozen=True, kw_only=True)
class Counted(Fact):
    """A number was counted; a fact of this test alone, not registered."""

    TYPE: ClassVar[str] = "test.counted.v1"
    number: int


def encode(fact: Counted) -> dict[str, Any]:
    """Spell the fact of this test."""
    return {"number": fact.number}


def decode(name: str, data: Mapping[str, Any]) -> Counted:
    """Read the fact of this test."""
    return {Counted.TYPE: Counted}[name](number=data["number"])


def total(initial: int | None, events: Iterable[Happened]) -> int | None:
    """Fold a stream: what was counted in all; nothing for a stream that has not begun."""
    for event in events:
        assert isinstance(event.fact, Counted)
        initial = (initial or 0) + event.fact.number
    return initial


def counted(stream: str, version: int, number: int = 1) -> Happened:
    """Return a fact at its place."""
    return Happened(stream, version, Counted(number=number))


@pytest.fixture
def app(database: str) -> Iterator[LedgerApplication]:
    """An application on a fresh database."""
    mapper = FactMapper(encode, decode)
    with LedgerApplication(database, SystemClock(), ENVELOPE, mapper=mapper) as running:
        yield running


def fold(app: LedgerApplication, stream: str, version: int | None = None) -> Any:  # noqa: ANN401 - any value fits here
    """Return the state of a stream."""
    projector: Any = total
    return app.repository.get(stream, version=version, projector_func=projector)


def test_saved_facts_fold_to_a_state_at_any_version(app: LedgerApplication) -> None:
    stream = new_stream()
    app.save(counted(stream, 1, 10), counted(stream, 2, 5))
    app.save(counted(stream, 3, 1))

    assert fold(app, stream) == 16
    assert fold(app, stream, version=2) == 15
    with pytest.raises(AggregateNotFoundError):
        fold(app, new_stream())


def test_a_saved_fact_is_an_entry_like_any_other(app: LedgerApplication, database: str) -> None:
    stream = new_stream()
    (recording,) = app.save(counted(stream, 1, 7))

    (row,) = rows(database)
    entry = Entry.parse(row.body)
    assert recording.notification.id == row.position == 1
    assert (entry.stream, entry.version, entry.type) == (stream, 1, Counted.TYPE)
    assert (entry.data, entry.channel) == ({"number": 7}, "import")
    assert verify_log(database).broken is None


def test_facts_of_two_streams_are_saved_together_or_not_at_all(
    app: LedgerApplication, database: str
) -> None:
    a, b = new_stream(), new_stream()
    app.save(counted(a, 1))

    with pytest.raises(IntegrityError):
        app.save(counted(b, 1), counted(a, 1))

    assert len(rows(database)) == 1


def test_what_is_said_with_a_save_reaches_the_log(app: LedgerApplication, database: str) -> None:
    read, stream = new_stream(), new_stream()
    app.save(counted(read, 1))
    key = Key("import", "batch-1", sha256(b"batch").digest())
    envelope = replace(ENVELOPE, actor="somebody-else")

    with pytest.raises(IntegrityError):
        app.save(counted(stream, 1), guards=((read, 0),))
    (saved,) = app.save(counted(stream, 1), guards=((read, 1),), key=key, envelope=envelope)
    (again,) = app.save(counted(stream, 1), key=key)

    assert again.notification.id == saved.notification.id == 2
    assert Entry.parse(rows(database)[1].body).actor == "somebody-else"
    assert one(database, "select count(*) from ledger.idempotency") == 1


def test_positions_of_another_log_are_not_tracked_here(app: LedgerApplication) -> None:
    event = StoredEvent(new_stream(), 1, Counted.TYPE, b"{}")
    with pytest.raises(NotSupportedError):
        app.recorder.insert_events([event], tracking=Tracking("upstream", 1))


@pytest.mark.parametrize("state", [b"[]", b"{", b'{"a":1.5}', b'{"A":1}', b'"x"'])
def test_a_state_that_is_no_data_of_an_entry_is_refused(
    app: LedgerApplication, database: str, state: bytes
) -> None:
    with pytest.raises(DataError):
        app.recorder.insert_events([StoredEvent(new_stream(), 1, Counted.TYPE, state)])
    assert rows(database) == []


def test_a_registered_fact_is_mapped_by_its_stored_name_and_back() -> None:
    batch = ImportBatchAccepted(
        batch_id=UUID(int=1),
        source_system="paper",
        rows=2,
        rejected_rows=1,
        rejected=(RejectedRow(line=2, reason="FIL-01"),),
        sha256=sha256(b"file").hexdigest(),
        mapping_version="1",
    )
    happened = Happened(new_stream("import-batch"), 1, batch)

    stored = FactMapper().to_stored_event(happened)

    assert stored.topic == "system.import-batch-accepted.v1"
    assert FactMapper().to_domain_event(stored) == happened


def test_an_unknown_name_is_an_error_that_quotes_no_data(app: LedgerApplication) -> None:
    stored = StoredEvent("class/1", 4, "os:system", '{"name":"王小明"}'.encode())
    with pytest.raises(MapperDeserialisationError, match=r"class/1/4 of type os:system") as failed:
        app.mapper.to_domain_event(stored)
    assert "王" not in str(failed.value)


def test_an_event_that_is_no_fact_is_not_stored(app: LedgerApplication) -> None:
    other: Any = StoredEvent("class/1", 1, "x", b"{}")
    with pytest.raises(TypeError):
        app.mapper.to_stored_event(other)


def test_the_notification_log_gives_sections_in_the_order_of_the_log(
    app: LedgerApplication,
) -> None:
    streams = [new_stream() for _ in range(25)]
    app.save(*(counted(name, 1) for name in streams))

    sections = [app.notification_log[name] for name in ("1,10", "11,20", "21,30")]

    items = [item for section in sections for item in section.items]
    assert [item.id for item in items] == list(range(1, 26))
    assert [item.originator_id for item in items] == streams
    assert (sections[0].next_id, sections[2].next_id) == ("11,20", None)
    assert [item.id for item in app.notification_log.select(start=20, limit=3)] == [20, 21, 22]


def test_a_subscription_goes_on_when_the_log_grows_and_passes_over_other_names(
    app: LedgerApplication,
) -> None:
    seen = []
    with app.recorder.subscribe(gt=1, topics=[Counted.TYPE]) as subscription:
        for n in range(1, 6):
            app.save(counted(new_stream(), 1))
            app.recorder.insert_events([StoredEvent(new_stream(), 1, "test.other.v1", b"{}")])
            if n == 1:
                continue
            seen.append(next(subscription).id)

    assert seen == [3, 5, 7, 9]


def test_both_faces_write_one_log(app: LedgerApplication, database: str) -> None:
    from ledger.store.threads import SyncLog  # noqa: PLC0415 - the other face

    stream = new_stream()
    app.save(counted(stream, 1))
    with SyncLog(database, SystemClock()) as log:
        log.append(writing((stream, 2)))
    app.save(counted(stream, 3))

    assert [row.version for row in rows(database)] == [1, 2, 3]
    assert verify_log(database).broken is None
