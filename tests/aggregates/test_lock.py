"""Stored names are frozen, and old versions of a fact are read in the form of the newest."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

import aggregates.facts
from aggregates.facts import FACTS, Code, Count, Fact, Title, decode, encode, fact, upcast
from aggregates.ids import ClassId
from aggregates.lock import current, moved, rendered, stored


def test_no_stored_name_is_gone_changed_or_unlocked() -> None:
    assert list(moved(stored(), current())) == []


def test_the_lock_file_is_what_the_code_renders() -> None:
    assert msgspec.json.decode(rendered()) == stored()


def test_every_stored_name_is_a_stream_and_what_happened_and_a_version() -> None:
    for name in stored():
        stream, what, version = name.split(".")
        assert stream == stream.lower()
        assert what == what.lower()
        assert version[0] == "v"
        assert int(version[1:]) >= 1


LOCKED: dict[str, Any] = {
    "kite.flown.v1": {"findings": [], "on": "date", "height": "int"},
    "kite.torn.v1": {"findings": []},
}


@pytest.mark.parametrize(
    ("name", "form", "word"),
    [
        ("kite.flown.v1", {"findings": [], "on": "date"}, "height"),
        ("kite.flown.v1", {"findings": [], "on": "date", "height": "str"}, "height"),
        ("kite.flown.v1", {"findings": [], "on": "date", "height": "int", "to": "str"}, "to"),
        ("kite.sold.v1", {}, "not locked"),
    ],
)
def test_a_field_that_changes_type_goes_or_comes_is_told(
    name: str, form: dict[str, str], word: str
) -> None:
    (told,) = moved(LOCKED, {**LOCKED, name: form})
    assert name in told
    assert word in told


def test_a_name_that_is_gone_is_told() -> None:
    (told,) = moved(LOCKED, {"kite.flown.v1": LOCKED["kite.flown.v1"]})
    assert "kite.torn.v1 is gone" in told


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test register facts and upcasts that are gone after it."""
    monkeypatch.setattr("aggregates.facts.FACTS", dict(FACTS))
    monkeypatch.setattr("aggregates.facts._UPCASTS", {})


STORED_V1 = (
    b'{"class_id":"00000000-0000-0000-0000-0000000c1a55",'
    b'"findings":[{"detail":"x","rule":"FIL-01"}],"place":"3-201"}'
)
STORED_V2 = (
    b'{"class_id":"00000000-0000-0000-0000-0000000c1a55","findings":[],"place":"201","site":"3"}'
)


@pytest.mark.usefixtures("registry")
def test_an_entry_of_an_old_version_is_read_in_the_form_of_the_newest() -> None:
    @fact("kite.flown.v3")
    class Flown(Fact):
        """The newest form: site and room apart, and how high."""

        class_id: ClassId
        site: Code
        room: Code
        height: Count
        title: Title | None = None

    @upcast("kite.flown.v1", to="kite.flown.v2")
    def _split(data: dict[str, Any]) -> dict[str, Any]:
        site, _, room = data["place"].partition("-")
        return {**data, "place": room, "site": site}

    @upcast("kite.flown.v2", to="kite.flown.v3")
    def _rename(data: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in data.items() if name != "place"}
        return {**kept, "room": data["place"], "height": 0}

    one = ClassId(UUID(int=0xC1A55))
    first = decode("kite.flown.v1", msgspec.json.decode(STORED_V1))
    assert isinstance(first, Flown)
    assert (first.class_id, first.site, first.room, first.height) == (one, "3", "201", 0)
    assert first.findings[0].rule == "FIL-01"
    second = decode("kite.flown.v2", msgspec.json.decode(STORED_V2))
    assert isinstance(second, Flown)
    assert (second.site, second.room) == ("3", "201")
    assert decode("kite.flown.v3", encode(first)) == first
    assert msgspec.json.encode(msgspec.json.decode(STORED_V1)) == STORED_V1


@pytest.mark.usefixtures("registry")
def test_an_old_name_is_upcast_in_one_way_only_and_is_no_living_fact() -> None:
    def change(data: dict[str, Any]) -> dict[str, Any]:
        return data

    upcast("kite.flown.v1", to="kite.flown.v2")(change)
    with pytest.raises(ValueError, match="read already"):
        upcast("kite.flown.v1", to="kite.flown.v3")(change)
    with pytest.raises(ValueError, match="read already"):
        upcast("sealed.recorded.v1", to="sealed.recorded.v2")(change)


def test_what_a_test_registered_is_gone_after_it() -> None:
    assert not [name for name in aggregates.facts.FACTS if name.startswith("kite.")]


def test_a_name_that_no_fact_bears_is_told_by_name() -> None:
    with pytest.raises(aggregates.facts.UnknownFactError, match=r"kite\.flown\.v9"):
        decode("kite.flown.v9", {})
