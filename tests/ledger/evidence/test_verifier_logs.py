"""The two implementations see the same in every log, honest or not."""

from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.audit import Held, audit
from ledger.evidence.findings import Finding, Kind, Place
from ledger.evidence.hashes import SM3
from ledger.evidence.tiles import bundles_of, encode_bundle, tiles_of
from ledger.evidence.verifier import logs as second
from ledger.evidence.verifier.notes import Tree
from ledger.evidence.verifier.trees import Growing, leads_to
from tests.ledger.evidence.logs import (
    POLICY,
    MemoryLog,
    checkpoint_of,
    entries,
    put_entries,
    put_tiles,
    signed_log,
)
from tests.ledger.evidence.test_tree import MANY, mth, path

SIZE = 700
ENTRIES = entries(SIZE)
HONEST = signed_log(ENTRIES)

SAME = {
    (Kind.CHANGED, Place.ENTRY): second.CHANGED,
    (Kind.MISSING, Place.ENTRY): second.MISSING,
    (Kind.INSERTED, Place.ENTRY): second.INSERTED,
    (Kind.REORDERED, Place.ENTRY): second.REORDERED,
    (Kind.REWRITTEN, Place.ENTRY): second.REWRITTEN,
    (Kind.TRUNCATED, Place.ENTRY): second.TRUNCATED,
    (Kind.CHANGED, Place.TILE): second.TILE_CHANGED,
    (Kind.MISSING, Place.TILE): second.TILE_MISSING,
}


def seen_by_the_first(log: MemoryLog, held: MemoryLog | None = None) -> Finding | None:
    return audit(log, POLICY, Held(checkpoint_of(held)) if held else None).finding


def seen_by_the_second(log: MemoryLog, held: MemoryLog | None = None) -> second.Found | None:
    now, before = checkpoint_of(log), checkpoint_of(held) if held else None
    kept = Tree(before.origin, before.size, before.root) if before else None
    return second.Audit(log.read, Tree(now.origin, now.size, now.root), kept).found()


def agreed(log: MemoryLog, held: MemoryLog | None = None) -> Finding | None:
    """What both see."""
    one, other = seen_by_the_first(log, held), seen_by_the_second(log, held)
    if one is None:
        assert other is None
        return None
    assert other == second.Found(SAME[one.kind, one.place], one.start or 0, one.end or 0, one.path)
    return one


@settings(max_examples=150)
@given(st.lists(st.binary(max_size=12), max_size=600), st.data())
def test_an_honest_log_raises_no_alarm(of: list[bytes], data: st.DataObject) -> None:
    held = data.draw(st.integers(0, len(of)))

    assert agreed(signed_log(of), signed_log(of[:held])) is None


@settings(max_examples=150)
@given(st.data(), st.integers(1, 255))
def test_both_see_a_byte_changed_anywhere(data: st.DataObject, bits: int) -> None:
    places = [*(one.path for one in bundles_of(SIZE)), *(one.path for one in tiles_of(SIZE))]
    place = data.draw(st.sampled_from(places))
    raw = HONEST.files[place]
    at = data.draw(st.integers(0, len(raw) - 1))
    log = HONEST.copy()
    log.files[place] = raw[:at] + bytes([raw[at] ^ bits]) + raw[at + 1 :]

    assert agreed(log) is not None


@settings(max_examples=150)
@given(st.data())
def test_both_see_files_that_are_gone_cut_or_longer(data: st.DataObject) -> None:
    log = HONEST.copy()
    place = data.draw(st.sampled_from(sorted(set(log.files) - {"checkpoint"})))
    raw = log.files.pop(place)
    change = data.draw(st.sampled_from([None, raw[:-1], raw + b"x", b"", raw + raw[:32], raw[32:]]))
    if change is not None:
        log.files[place] = change

    assert agreed(log) is not None


@settings(max_examples=200)
@given(st.data(), st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.integers(-1, 2))
def test_both_see_what_was_done_to_entries(
    data: st.DataObject, one: int, other: int, up_to_level: int
) -> None:
    log, changed = HONEST.copy(), list(ENTRIES)
    how = data.draw(st.sampled_from(["change", "delete", "insert", "copy", "swap", "move", "both"]))
    match how:
        case "change":
            changed[one] = b"forged"
        case "delete":
            del changed[one]
        case "insert":
            changed.insert(one, b"new")
        case "copy":
            changed.insert(one, changed[other])
        case "swap":
            changed[one], changed[other] = changed[other], changed[one]
        case "move":
            changed.insert(other, changed.pop(one))
        case _:
            changed[one], changed[other] = b"forged", b"forged too"
    put_entries(log, changed, SIZE)
    if len(changed) == SIZE:
        put_tiles(log, changed, SIZE, up_to_level=up_to_level)
    held = data.draw(st.none() | st.integers(0, SIZE))

    found = agreed(log, None if held is None else signed_log(ENTRIES[:held]))

    assert (found is None) == (changed == ENTRIES)


@settings(max_examples=40)
@given(st.integers(0, SIZE), st.integers(0, SIZE - 1), st.integers(0, SIZE))
def test_both_see_a_log_rewritten_or_cut_off_with_the_real_key(
    held: int, index: int, size: int
) -> None:
    rewritten = signed_log([*ENTRIES[:index], b"forged", *ENTRIES[index + 1 :]])
    before = signed_log(ENTRIES[:held])

    assert (agreed(rewritten, before) is None) == (index >= held)
    assert (agreed(signed_log(ENTRIES[:size]), before) is None) == (size >= held)


def test_both_name_the_rewritten_part_before_a_plain_change_behind_it() -> None:
    rewritten = [*ENTRIES[:41], b"forged", *ENTRIES[42:]]
    log = signed_log(rewritten)
    put_entries(log, [*rewritten[:600], b"forged too", *rewritten[601:]], SIZE)

    assert agreed(log) == Finding(Kind.CHANGED, Place.ENTRY, 600, 601, "tile/entries/002.p/188")
    assert agreed(log, signed_log(ENTRIES[:100])) == Finding(Kind.REWRITTEN, Place.ENTRY, 0, 100)


def test_both_read_the_twin_tree() -> None:
    twin = signed_log(ENTRIES, hashing=SM3)
    now = checkpoint_of(twin)

    assert audit(twin, POLICY, hashing=SM3).is_clean
    assert second.Audit(twin.read, Tree(f"{now.origin}/sm3", SIZE, now.root), None).found() is None


def test_both_read_a_log_of_three_levels() -> None:
    of = entries(66_000)
    log = signed_log(of)
    assert agreed(log) is None
    for level in (0, 1, 2):
        of[300 + level] = b"forged"
        put_entries(log, of, 66_000)
        put_tiles(log, of, 66_000, up_to_level=level)
        assert agreed(log) is not None


def test_both_tell_what_runs_over_the_end_of_a_bundle() -> None:
    log = HONEST.copy()
    log.files["tile/entries/000"] += b"\0\0"
    assert agreed(log) is not None
    log.files["tile/entries/000"] = encode_bundle(ENTRIES[:255]) + b"\xff\xff" + ENTRIES[255]
    assert agreed(log) is not None


def test_the_second_tree_has_the_roots_and_paths_of_the_rfc() -> None:
    def sha(data: bytes) -> bytes:
        return sha256(data).digest()

    growing = Growing(sha)
    for size in range(1, 131):
        growing.add(MANY[size - 1])
        root = mth(MANY[:size])
        assert growing.root() == root
        for index in {0, size // 2, size - 1}:
            proof = path(index, MANY[:size])
            assert leads_to(sha, MANY[index], index, size, proof, root)
            assert not leads_to(sha, MANY[index], index, size, [*proof, root], root)
            assert not leads_to(sha, MANY[index], index, size, proof[:-1], root) or not proof
            assert not leads_to(sha, root, index, size, proof, root) or size == 1
            assert not leads_to(sha, MANY[index], size, size, proof, root)
    assert second.path_of(1_234_067, 256) == "x001/x234/067"
    assert second.path_of(5, 12) == "005.p/12"
