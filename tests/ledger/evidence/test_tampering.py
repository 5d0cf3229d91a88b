"""Whatever is done to a log is found, with its place and kind; honest logs are in test_audit."""

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.audit import Held, audit
from ledger.evidence.findings import Finding, Kind, Place
from ledger.evidence.tiles import bundles_of, decode_bundle, encode_bundle, tiles_of
from tests.ledger.evidence.logs import (
    LOG,
    POLICY,
    WITNESS,
    MemoryLog,
    checkpoint_of,
    entries,
    put_entries,
    put_tiles,
    signed_log,
)

SIZE = 700
ENTRIES = entries(SIZE)
HONEST = signed_log(ENTRIES)
INDEX = st.one_of(st.integers(0, SIZE - 1), st.sampled_from([0, 255, 256, 511, 512, SIZE - 1]))


def finding_in(log: MemoryLog, held: Held | None = None) -> Finding:
    finding = audit(log, POLICY, held).finding
    assert finding is not None
    return finding


def with_byte_changed(data: bytes, at: int, bits: int) -> bytes:
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


@settings(max_examples=300)
@given(st.sampled_from(list(bundles_of(SIZE))), st.data(), st.integers(1, 255))
def test_any_byte_changed_in_a_bundle_names_its_entry(
    bundle: object, data: st.DataObject, bits: int
) -> None:
    place = next(one for one in bundles_of(SIZE) if one == bundle)
    raw = HONEST.files[place.path]
    at = data.draw(st.integers(0, len(raw) - 1))
    log = HONEST.copy()
    log.files[place.path] = with_byte_changed(raw, at, bits)

    finding = finding_in(log)

    ends, end = [], 0
    for entry in decode_bundle(raw):
        end += 2 + len(entry)
        ends.append(end)
    index = place.number * 256 + sum(end <= at for end in ends)
    assert (finding.kind, finding.place) == (Kind.CHANGED, Place.ENTRY)
    assert (finding.start, finding.end) == (index, index + 1)
    assert finding.path == place.path


@pytest.mark.parametrize("last", [b"\xff\xff", b"\x00\x0c", b""], ids=["longer", "one", "none"])
def test_an_entry_that_runs_over_the_end_of_its_bundle_is_no_entry(last: bytes) -> None:
    log, path = HONEST.copy(), "tile/entries/000"
    *before, entry = decode_bundle(log.files[path])
    log.files[path] = encode_bundle(before) + last + entry

    assert finding_in(log) == Finding(Kind.CHANGED, Place.ENTRY, 255, 256, path)


@settings(max_examples=300)
@given(st.sampled_from(list(tiles_of(SIZE))), st.data(), st.integers(1, 255))
def test_any_byte_changed_in_a_tile_names_its_hash(
    tile: object, data: st.DataObject, bits: int
) -> None:
    place = next(one for one in tiles_of(SIZE) if one == tile)
    raw = HONEST.files[place.path]
    at = data.draw(st.integers(0, len(raw) - 1))
    log = HONEST.copy()
    log.files[place.path] = with_byte_changed(raw, at, bits)

    finding = finding_in(log)

    leaves = 256**place.level
    first = (place.number * 256 + at // 32) * leaves
    assert (finding.kind, finding.place) == (Kind.CHANGED, Place.TILE)
    assert (finding.start, finding.end, finding.path) == (first, first + leaves, place.path)


@settings(max_examples=300)
@given(st.integers(0, len(HONEST.files["checkpoint"]) - 1), st.integers(1, 255))
def test_any_byte_changed_in_the_checkpoint_is_told(at: int, bits: int) -> None:
    log = HONEST.copy()
    log.files["checkpoint"] = with_byte_changed(log.files["checkpoint"], at, bits)

    finding = finding_in(log)

    assert finding.place == Place.CHECKPOINT
    assert finding.kind in {Kind.CHANGED, Kind.UNSIGNED}


@given(st.data(), st.integers(1, 31))
def test_a_tile_cut_short_or_grown_is_named(data: st.DataObject, count: int) -> None:
    tile = data.draw(st.sampled_from(list(tiles_of(SIZE))))
    log = HONEST.copy()
    raw = log.files[tile.path]
    log.files[tile.path] = data.draw(st.sampled_from([raw[:-count], raw + b"x" * count, b""]))

    finding = finding_in(log)

    assert (finding.place, finding.path) == (Place.TILE, tile.path)


@given(INDEX, st.integers(1, 3))
def test_entries_taken_out_are_missed_at_their_place(index: int, count: int) -> None:
    log = HONEST.copy()
    put_entries(log, ENTRIES[:index] + ENTRIES[index + count :], SIZE)

    finding = finding_in(log)

    assert (finding.kind, finding.place) == (Kind.MISSING, Place.ENTRY)
    assert finding.start == index


@given(INDEX, st.sampled_from([b"new", ENTRIES[0], ENTRIES[300], ENTRIES[-1]]))
def test_an_entry_put_in_is_found_at_its_place(index: int, entry: bytes) -> None:
    log = HONEST.copy()
    changed = [*ENTRIES[:index], entry, *ENTRIES[index:]]
    put_entries(log, changed, SIZE)

    finding = finding_in(log)

    # A copy beside its original cannot be told from it: the later one counts as put in.
    while changed[index] == ENTRIES[index] and index < SIZE - 1:
        index += 1
    first = index if changed[index] != ENTRIES[index] else index + 1
    assert (finding.kind, finding.place) == (Kind.INSERTED, Place.ENTRY)
    assert finding.start == first


@pytest.mark.parametrize("path", ["tile/entries/000", "tile/entries/001"])
def test_an_entry_put_behind_the_last_of_a_full_bundle_is_found(path: str) -> None:
    log = signed_log(entries(512))
    log.files[path] += encode_bundle([b"new"])
    index = 256 if path.endswith("0") else 512

    assert finding_in(log) == Finding(Kind.INSERTED, Place.ENTRY, index, index + 1, path)


@given(st.lists(INDEX, min_size=2, max_size=2, unique=True).map(sorted))
def test_entries_that_changed_places_are_found_at_the_first(both: list[int]) -> None:
    log, changed = HONEST.copy(), list(ENTRIES)
    changed[both[0]], changed[both[1]] = changed[both[1]], changed[both[0]]
    put_entries(log, changed, SIZE)

    finding = finding_in(log)

    assert (finding.kind, finding.place) == (Kind.REORDERED, Place.ENTRY)
    assert finding.start == both[0]


@given(st.lists(INDEX, min_size=2, max_size=2, unique=True))
def test_an_entry_moved_elsewhere_is_found_at_the_first_place_concerned(both: list[int]) -> None:
    log, changed = HONEST.copy(), list(ENTRIES)
    changed.insert(both[1], changed.pop(both[0]))
    put_entries(log, changed, SIZE)

    finding = finding_in(log)

    assert (finding.kind, finding.start) == (Kind.REORDERED, min(both))


@given(INDEX, INDEX)
def test_what_was_changed_first_is_named_though_more_was(one: int, other: int) -> None:
    log, changed = HONEST.copy(), list(ENTRIES)
    changed[one] = b"forged"
    changed[other] = b"forged too"
    put_entries(log, changed, SIZE)

    finding = finding_in(log)

    assert (finding.kind, finding.start) == (Kind.CHANGED, min(one, other))


@given(INDEX)
def test_leaves_recomputed_after_a_change_do_not_hide_it(index: int) -> None:
    log, changed = HONEST.copy(), list(ENTRIES)
    changed[index] = b"forged"
    put_entries(log, changed, SIZE)
    put_tiles(log, changed, SIZE, up_to_level=0)

    finding = finding_in(log)

    assert (finding.kind, finding.place) == (Kind.CHANGED, Place.ENTRY)
    assert finding.start is not None
    assert finding.end is not None
    assert finding.start <= index < finding.end
    assert finding.end - finding.start == (256 if index < 512 else SIZE)


@given(INDEX, st.integers(1, SIZE))
def test_a_tree_recomputed_without_the_key_does_not_fit_the_checkpoint(
    index: int, held: int
) -> None:
    log, changed = HONEST.copy(), list(ENTRIES)
    changed[index] = b"forged"
    put_entries(log, changed, SIZE)
    put_tiles(log, changed, SIZE, up_to_level=9)

    assert finding_in(log) == Finding(Kind.CHANGED, Place.ENTRY, 0, SIZE)
    expected = (0, held) if index < held else (held, SIZE)
    before = Held(checkpoint_of(signed_log(ENTRIES[:held])))
    assert finding_in(log, before) == Finding(Kind.CHANGED, Place.ENTRY, *expected)


@given(st.sampled_from([-1, 1]), st.integers(0, SIZE - 2))
def test_a_tree_recomputed_with_another_number_of_entries_is_told(by: int, index: int) -> None:
    changed = [*ENTRIES[:index], *ENTRIES[index + 1 :]] if by < 0 else [b"new", *ENTRIES]
    other = signed_log(changed)
    other.files["checkpoint"] = HONEST.files["checkpoint"]
    for path in (*(b.path for b in bundles_of(SIZE)), *(t.path for t in tiles_of(SIZE))):
        beside = path.replace(".p/188", f".p/{188 + by}")
        other.files[path] = other.files[beside]

    finding = finding_in(other)

    assert finding.kind == (Kind.MISSING if by < 0 else Kind.INSERTED)
    assert (finding.start, finding.end) == (0, SIZE)


@settings(max_examples=60)
@given(st.data(), st.booleans())
def test_a_log_rewritten_with_its_real_key_does_not_continue_what_was_held(
    data: st.DataObject, is_enough: bool
) -> None:
    held = data.draw(st.integers(1, SIZE))
    index = data.draw(st.integers(0, held - 1))
    before = signed_log(ENTRIES[:held])
    how = data.draw(st.sampled_from(["change", "delete", "insert"]))
    other = {"change": [b"forged"], "delete": [], "insert": [b"new", ENTRIES[index]]}[how]
    rewritten = signed_log(
        [*ENTRIES[:index], *other, *ENTRIES[index + 1 :], *entries(9, first=900)]
    )

    assert audit(rewritten, POLICY).is_clean  # nobody can tell without having kept anything
    blind = Held(checkpoint_of(before), is_enough=is_enough)
    assert finding_in(rewritten, blind) == Finding(Kind.REWRITTEN, Place.ENTRY, 0, held)
    seeing = Held(checkpoint_of(before), before, is_enough)
    assert finding_in(rewritten, seeing) == Finding(Kind.REWRITTEN, Place.ENTRY, index, index + 1)


@given(st.integers(0, SIZE - 1))
def test_a_log_cut_off_and_signed_again_is_shorter_than_what_was_held(size: int) -> None:
    finding = finding_in(signed_log(ENTRIES[:size]), Held(checkpoint_of(HONEST)))

    assert finding == Finding(Kind.TRUNCATED, Place.ENTRY, size, SIZE)


@given(st.integers(0, SIZE - 1))
def test_files_of_a_log_cut_off_below_its_checkpoint_are_missed(size: int) -> None:
    log = signed_log(ENTRIES[:size])
    log.files["checkpoint"] = HONEST.files["checkpoint"]

    finding = finding_in(log)

    assert finding.kind == Kind.MISSING
    assert finding.start == size // 256 * 256


def test_a_change_after_the_held_checkpoint_is_found_by_reading_only_what_is_new() -> None:
    log = signed_log(entries(1500))
    bundle = "tile/entries/003"
    log.files[bundle] = encode_bundle([*decode_bundle(log.files[bundle])[:-1], b"forged"])
    held = Held(checkpoint_of(signed_log(entries(600))), is_enough=True)

    assert finding_in(log, held) == Finding(Kind.CHANGED, Place.ENTRY, 1023, 1024, bundle)


def test_an_incremental_audit_whose_start_was_damaged_reads_everything() -> None:
    log = signed_log(entries(1500))
    log.files["tile/0/002"] = with_byte_changed(log.files["tile/0/002"], 0, 1)
    held = Held(checkpoint_of(signed_log(entries(600))), is_enough=True)

    assert finding_in(log, held) == Finding(Kind.CHANGED, Place.TILE, 512, 513, "tile/0/002")


def test_a_rewritten_entry_before_a_plain_one_is_named_first() -> None:
    log, changed = HONEST.copy(), list(ENTRIES)
    changed[5] = b"forged"
    put_tiles(log, changed, SIZE, up_to_level=0)
    changed[300] = b"forged too"
    put_entries(log, changed, SIZE)

    finding = finding_in(log)

    assert (finding.start, finding.end) == (0, 256)


@pytest.mark.parametrize("level", [1, 2])
def test_tiles_rewritten_up_to_a_level_leave_a_trace_in_the_next(level: int) -> None:
    size, index = 66_000, 300
    of = entries(size)
    log, changed = signed_log(of), list(of)
    changed[index] = b"forged"
    put_entries(log, changed, size)
    put_tiles(log, changed, size, up_to_level=level)

    finding = finding_in(log)

    expected = {1: (0, 65_536, "tile/2/000.p/1"), 2: (0, size, "")}[level]
    assert finding == Finding(Kind.CHANGED, Place.ENTRY, *expected)


def test_the_root_of_another_tree_signed_by_the_log_does_not_fit_its_entries() -> None:
    log = HONEST.copy()
    forged = signed_log([*ENTRIES[:-1], b"forged"])
    log.files["checkpoint"] = forged.files["checkpoint"]

    assert b64encode(checkpoint_of(forged).root) in log.files["checkpoint"]
    assert finding_in(log) == Finding(Kind.CHANGED, Place.ENTRY, 0, SIZE)
    assert {signer.key.name for signer in (LOG, WITNESS)} == {
        "ledger.example/audit",
        "witness.example/w1",
    }
