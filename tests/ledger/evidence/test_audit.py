import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.audit import Held, audit
from ledger.evidence.findings import Kind, Place
from ledger.evidence.hashes import SHA256, SM3
from ledger.evidence.note import sign
from ledger.evidence.tiles import Bundle, Tile
from tests.ledger.evidence.logs import (
    LOG,
    POLICY,
    WITNESS,
    MemoryLog,
    checkpoint_of,
    entries,
    paths,
    signed_log,
)

SIZE = 700


@settings(max_examples=1000)
@given(st.lists(st.binary(max_size=12), max_size=600), st.data())
def test_an_honest_log_raises_no_alarm(of: list[bytes], data: st.DataObject) -> None:
    log = signed_log(of)
    held = data.draw(st.none() | st.integers(0, len(of)), "held")
    kept = None
    if held is not None:
        before = signed_log(of[:held])
        tiles = data.draw(st.sampled_from([None, before]))
        kept = Held(checkpoint_of(before), tiles, data.draw(st.booleans(), "is enough"))

    report = audit(log, POLICY, kept)

    assert report.finding is None
    assert report.is_clean
    assert report.accepted is not None
    assert report.accepted.signed.checkpoint == checkpoint_of(log)
    assert report.checked == len(of) or (kept and kept.is_enough)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_536, 66_000])
def test_a_log_that_fills_its_tiles_or_not_raises_no_alarm(size: int) -> None:
    assert audit(signed_log(entries(size)), POLICY).checked == size
    assert audit(signed_log(entries(size)), POLICY).is_clean


def test_the_twin_tree_is_audited_with_its_own_hash_function() -> None:
    twin = signed_log(entries(300), hashing=SM3)

    assert audit(twin, POLICY, hashing=SM3).is_clean
    assert not audit(twin, POLICY).is_clean


def test_an_honest_log_may_lack_partial_tiles_where_full_ones_are() -> None:
    early, late = signed_log(entries(300)), signed_log(entries(600))
    late.files["checkpoint"] = early.files["checkpoint"]

    # The level above is only partial in both, and has to be there.
    late.files["tile/1/000.p/1"] = early.files["tile/1/000.p/1"]
    assert audit(late, POLICY).is_clean
    assert audit(late, POLICY).checked == 300


def test_entries_may_come_from_anywhere_else() -> None:
    log = signed_log(entries(SIZE))
    asked: list[Bundle] = []

    def rows(bundle: Bundle) -> list[bytes]:
        asked.append(bundle)
        start = bundle.number * 256
        return SHA256.leaves(entries(SIZE)[start : start + bundle.width])

    assert audit(log, POLICY, leaves=rows).is_clean
    assert asked == [Bundle(0), Bundle(1), Bundle(2, 188)]


def test_an_incremental_audit_reads_no_entry_from_before() -> None:
    held = checkpoint_of(signed_log(entries(600)))
    log = signed_log(entries(1500))

    report = audit(log, POLICY, Held(held, is_enough=True))

    assert report.is_clean
    assert report.checked == 1500 - 512
    assert not {"tile/entries/000", "tile/entries/001"} & set(log.asked)


@pytest.mark.parametrize("path", ["checkpoint", *paths(SIZE)])
def test_a_file_that_is_gone_is_named(path: str) -> None:
    log = signed_log(entries(SIZE))
    del log.files[path]

    finding = audit(log, POLICY).finding

    assert finding is not None
    assert (finding.kind, finding.path) == (Kind.MISSING, path)
    place = {"c": Place.CHECKPOINT, "e": Place.ENTRY}.get(path.removeprefix("tile/")[0], Place.TILE)
    assert finding.place == place


def test_a_checkpoint_that_no_quorum_signed_is_not_audited() -> None:
    for signers in ([LOG], [WITNESS]):
        log = signed_log(entries(3), signers=signers)
        report = audit(log, POLICY)
        assert report.accepted is None
        assert report.finding is not None
        assert (report.finding.kind, report.finding.place) == (Kind.UNSIGNED, Place.CHECKPOINT)


@pytest.mark.parametrize("data", [b"", b"no note", bytes(sign("a\nb\nc\n", [LOG, WITNESS], 1))])
def test_a_checkpoint_out_of_form_is_told(data: bytes) -> None:
    log = signed_log(entries(3))
    log.files["checkpoint"] = data

    finding = audit(log, POLICY).finding

    assert finding is not None
    assert (finding.kind, finding.place) == (Kind.CHANGED, Place.CHECKPOINT)


@pytest.mark.parametrize("at", [0, 1, 255, 256, 511, 512, 699])
def test_positions_are_told_as_the_ledger_counts_them(at: int) -> None:
    log = signed_log(entries(SIZE))
    path = Tile(0, at // 256, 188 if at >= 512 else 256).path
    row = bytearray(log.files[path])
    row[at % 256 * 32] ^= 1
    log.files[path] = bytes(row)

    finding = audit(log, POLICY).finding

    assert finding is not None
    assert (finding.start, finding.position) == (at, at + 1)
    assert finding.text("zh") == f"第 {at + 1} 位：哈希瓦片被改动（{path}）"
    assert finding.text("en") == f"position {at + 1}: the tile of hashes was changed ({path})"


def test_a_range_is_told_where_nobody_can_know_the_place() -> None:
    before = checkpoint_of(signed_log(entries(300)))
    log = signed_log([b"other", *entries(SIZE - 1)])

    finding = audit(log, POLICY, Held(before)).finding

    assert finding is not None
    assert finding.text("zh").startswith("第 1 至 300 位之间：日志以真实密钥重新签名")
    assert finding.text("en").startswith("between positions 1 and 300: the log was signed anew")


def test_a_held_log_that_is_damaged_itself_does_not_mislead() -> None:
    before = signed_log(entries(300))
    held = Held(checkpoint_of(before), MemoryLog({**before.files, "tile/0/000": b"x" * 8192}))
    log = signed_log([*entries(200), b"other", *entries(SIZE)])

    finding = audit(log, POLICY, held).finding

    assert finding is not None
    assert (finding.kind, finding.start, finding.end) == (Kind.REWRITTEN, 0, 300)
