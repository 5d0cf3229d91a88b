"""An entry as a message, and back: what the headers say is derived again from the bytes."""

from datetime import UTC, datetime

import pytest

from consumers.broker import Record
from consumers.envelope import NotAsPublished, Row, arrived, county_of, message_of
from ledger.entry import Envelope, draft, leaf_hash

AT = datetime(2024, 3, 1, 1, 2, 3, tzinfo=UTC)
PREV = bytes(range(32))


def body(**data: str) -> bytes:
    envelope = Envelope(
        stream="training-class/7",
        version=3,
        type="training-class.started.v1",
        source="//ledger.example/county",
        actor='a "quoted" \\ name',
        actorrole="COUNTY_HR",
        actororg="",
        county="371502",
        channel="inner",
        regime="17号",
        policy="17号/1",
    )
    return draft(envelope, dict(data)).spliced(PREV, AT)


def record(value: bytes | None, **changed: bytes) -> Record:
    leaf = leaf_hash(value or b"")
    row = Row(9, b"training-class/7", 3, b"training-class.started.v1", value or b"", leaf)
    headers = dict(message_of(row, 8).headers) | changed if value else {}
    return Record("t", 0, 0, b"training-class/7", value, headers, ())


def test_an_entry_comes_out_as_it_went_in() -> None:
    found = arrived(record(body()))

    assert found.position == 9
    assert (found.stream, found.version) == ("training-class/7", 3)
    assert found.type == "training-class.started.v1"
    assert found.recorded_at == AT
    assert found.prev == PREV
    assert found.source == "//ledger.example/county"
    assert found.leaf == leaf_hash(found.body.encode())
    assert found.barrier == 8


@pytest.mark.parametrize(
    "text",
    ['","county":"000000","data":{', '"prev":"","regime":"","source":"x"', "}", "\\"],
)
def test_data_that_look_like_attributes_are_not_taken_for_them(text: str) -> None:
    held = body(told=text)

    assert county_of(held) == b"371502"
    assert arrived(record(held)).source == "//ledger.example/county"


@pytest.mark.parametrize("at", [0, 40, -2])
def test_a_byte_that_was_flipped_is_found(at: int) -> None:
    whole = bytearray(body())
    message = record(bytes(whole))
    whole[at] ^= 1

    with pytest.raises(NotAsPublished, match="leaf"):
        arrived(message._replace(value=bytes(whole)))


def test_what_is_no_entry_is_told_with_its_place() -> None:
    with pytest.raises(NotAsPublished, match=r"t\[0\]@0"):
        arrived(record(b'{"actor":"","county":"371502"}'))
    with pytest.raises(NotAsPublished, match="empty"):
        arrived(record(None))
    with pytest.raises(NotAsPublished, match="no entry"):
        arrived(record(body(), position=b"0"))


@pytest.mark.parametrize(
    "changed",
    [
        {"position": None},
        {"position": b"9" * 19},
        {"position": b"9" * 5_000},
        {"position": b"-1"},
        {"position": b"1_0"},
        {"barrier": None},
        {"barrier": b"9" * 19},
    ],
)
def test_a_header_that_holds_no_number_of_a_log_is_told_as_altered(
    changed: dict[str, bytes],
) -> None:
    with pytest.raises(NotAsPublished, match="no entry"):
        arrived(record(body(), **changed))


@pytest.mark.parametrize(
    ("before", "after"),
    [(b'"streamversion":3', b'"streamversion":2147483648'), (b"quoted", b"quo\0ted")],
)
def test_what_no_database_holds_is_no_entry(before: bytes, after: bytes) -> None:
    with pytest.raises(NotAsPublished, match="no entry"):
        arrived(record(body().replace(before, after)))
