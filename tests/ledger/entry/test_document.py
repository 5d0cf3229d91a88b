import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.clock import SHANGHAI
from ledger.entry import (
    BYTES_MAX,
    Entry,
    Envelope,
    NotAnEntry,
    NotCanonical,
    draft,
    leaf_hash,
    time_text,
)

STREAM = "training-class/0190a000-0000-7000-8000-000000000001"
ENVELOPE = Envelope(
    stream=STREAM,
    version=1,
    type="training-class.started.v1",
    source="ledger.example/county",
    actor="0190a000-0000-7000-8000-00000000000a",
    actorrole="INST_CLERK",
    actororg="0190a000-0000-7000-8000-00000000000b",
    county="371502",
    channel="outer",
    regime="2021",
    policy="2021-1",
)
NOON = datetime(2024, 5, 6, 12, 0, tzinfo=SHANGHAI)
PREV = sha256(b"before").digest()

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
KEYS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=12)
DATA = st.dictionaries(
    KEYS,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=15,
    ),
    max_size=6,
)
MOMENTS = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the offset
    datetime(9999, 1, 1),  # noqa: DTZ001 - likewise
    timezones=st.sampled_from([UTC, SHANGHAI]),
)
ENVELOPES = st.builds(
    Envelope,
    stream=st.from_regex(r"[a-z][a-z-]{0,10}/[a-z0-9-]{1,36}", fullmatch=True),
    version=st.integers(1, 2**31 - 1),
    **{name: TEXTS for name in Envelope.__struct_fields__ if name not in {"stream", "version"}},
)


def document(
    envelope: Envelope, data: dict[str, Any], prev: bytes, time: datetime
) -> dict[str, Any]:
    """Return the whole entry as a dict, to be spelled in one piece."""
    attributes = msgspec.structs.asdict(envelope)
    stream, version = attributes.pop("stream"), attributes.pop("version")
    return attributes | {
        "data": data,
        "datacontenttype": "application/json",
        "id": f"{stream}/{version}",
        "prev": prev.hex(),
        "specversion": "1.0",
        "streamversion": version,
        "subject": stream,
        "time": time_text(time).decode(),
    }


@given(ENVELOPES, DATA, st.just(b"") | st.binary(min_size=32, max_size=32), MOMENTS)
@pytest.mark.outsider("rfc8785")
def test_a_spliced_draft_is_the_whole_document_spelled_by_rfc_8785(
    envelope: Envelope, data: dict[str, Any], prev: bytes, time: datetime
) -> None:
    spliced = draft(envelope, data).spliced(prev, time)

    assert spliced == rfc8785.dumps(document(envelope, data, prev, time))


@given(ENVELOPES, DATA, MOMENTS)
def test_an_entry_reads_back_as_it_was_drafted(
    envelope: Envelope, data: dict[str, Any], time: datetime
) -> None:
    entry = Entry.parse(draft(envelope, data).spliced(PREV, time))

    assert entry.envelope() == envelope
    assert (entry.data, entry.prev, entry.time) == (data, PREV.hex(), time)
    assert entry.id == f"{envelope.stream}/{envelope.version}"


def test_an_entry_is_read_from_text_as_from_bytes() -> None:
    body = draft(ENVELOPE, {"a": "名"}).spliced(b"", NOON)

    assert Entry.parse(body.decode()) == Entry.parse(body)


def test_the_bytes_of_an_entry_are_these() -> None:
    body = draft(ENVELOPE, {"happened_on": "2024-05-06", "amount_fen": 100}).spliced(b"", NOON)

    assert body.decode() == (
        '{"actor":"0190a000-0000-7000-8000-00000000000a",'
        '"actororg":"0190a000-0000-7000-8000-00000000000b","actorrole":"INST_CLERK",'
        '"causation":"","channel":"outer","correlation":"","county":"371502",'
        '"data":{"amount_fen":100,"happened_on":"2024-05-06"},'
        '"datacontenttype":"application/json",'
        f'"id":"{STREAM}/1","onbehalf":"","policy":"2021-1","prev":"","regime":"2021",'
        '"source":"ledger.example/county","specversion":"1.0","streamversion":1,'
        f'"subject":"{STREAM}","time":"2024-05-06T12:00:00.000000+08:00",'
        '"type":"training-class.started.v1"}'
    )


def test_a_leaf_is_the_hash_of_a_zero_byte_and_the_entry() -> None:
    assert leaf_hash(b"entry") == sha256(b"\x00entry").digest()


def test_a_time_is_always_spelled_in_shanghai_with_six_digits() -> None:
    assert time_text(datetime(2024, 5, 5, 16, 0, tzinfo=UTC)) == b"2024-05-06T00:00:00.000000+08:00"
    with pytest.raises(ValueError, match="offset"):
        time_text(datetime(2024, 5, 5))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    "stream", ["", "no-slash", "/x", "Upper/x", "a/", "a/b c", "a/" + "x" * 200]
)
def test_a_stream_that_is_no_name_is_refused(stream: str) -> None:
    with pytest.raises(NotCanonical) as refused:
        draft(replace(ENVELOPE, stream=stream), {})
    assert refused.value.path == "$.subject"


@pytest.mark.parametrize("version", [0, -1, 2**31, True, "1"])
def test_a_version_that_is_none_is_refused(version: object) -> None:
    change: dict[str, Any] = {"version": version}
    with pytest.raises(NotCanonical) as refused:
        draft(replace(ENVELOPE, **change), {})
    assert refused.value.path == "$.streamversion"


@pytest.mark.parametrize("value", [None, 1, b"x"])
def test_an_attribute_that_is_no_string_is_refused(value: object) -> None:
    change: dict[str, Any] = {"policy": value}
    with pytest.raises(NotCanonical) as refused:
        draft(replace(ENVELOPE, **change), {})
    assert refused.value.path == "$.policy"


def test_data_that_are_no_object_are_refused() -> None:
    data: Any = ["a"]
    with pytest.raises(NotCanonical) as refused:
        draft(ENVELOPE, data)
    assert refused.value.path == "$.data"


def test_the_place_of_bad_data_is_named_within_the_data() -> None:
    with pytest.raises(NotCanonical) as refused:
        draft(ENVELOPE, {"items": [{"amount_fen": 1.5}]})
    assert refused.value.path == "$.data.items[0].amount_fen"


def test_the_longest_entry_is_allowed_and_one_byte_more_is_not() -> None:
    room = BYTES_MAX - len(draft(ENVELOPE, {"a": ""}).spliced(PREV, NOON))

    assert len(draft(ENVELOPE, {"a": "x" * room}).spliced(PREV, NOON)) == BYTES_MAX
    with pytest.raises(NotCanonical, match="at most 65535"):
        draft(ENVELOPE, {"a": "x" * (room + 1)})


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"{", b'{"a":1}', b"\xff", b"null"])
def test_bytes_that_are_no_entry_are_refused(body: bytes) -> None:
    with pytest.raises(NotAnEntry):
        Entry.parse(body)


def test_an_entry_with_an_attribute_more_is_refused_and_no_value_quoted() -> None:
    body = draft(ENVELOPE, {}).spliced(b"", NOON)
    with pytest.raises(NotAnEntry) as refused:
        Entry.parse(body[:-1] + '",":"王小明"}'.encode())
    assert not re.search("王|小明", str(refused.value))


def test_time_of_an_entry_keeps_its_microseconds() -> None:
    time = NOON + timedelta(microseconds=1)

    assert Entry.parse(draft(ENVELOPE, {}).spliced(b"", time)).time == time
