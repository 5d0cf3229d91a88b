"""A log that was filled for a benchmark is one like any other, and its figures are of it."""

from pathlib import Path

import psycopg
import uvloop

from ledger.clock import SystemClock
from ledger.integration.catching_up import catch_up
from ledger.integration.log_keys import policy_of
from ledger.integration.trees import TREES
from ledger.integration.verifying import verify_live
from ledger.measuring import growing, receipts
from ledger.measuring.appending import SEALED_EVERY, STREAM_ENTRIES, submit
from ledger.measuring.filling import BATCH, fill_log
from ledger.store.verifying import verify_log
from tests.ledger.integration.signing import KEYS, place_in
from tests.ledger.store.making import one

ENTRIES = BATCH + 500


def test_a_filled_log_verifies_integrates_and_is_appended_to(database: str, tmp_path: Path) -> None:
    fill_log(database, ENTRIES)
    assert one(database, "select position from ledger.head") == ENTRIES
    assert one(database, "select count(*) from ledger.idempotency") == ENTRIES
    assert one(database, "select count(*) from vault.sealed") == -(-ENTRIES // SEALED_EVERY)
    assert one(database, "select max(version) from ledger.entry") == STREAM_ENTRIES
    written = uvloop.run(submit(database, 0.3, submitters=4))
    assert written.rate > 0
    assert verify_log(database).broken is None
    place = place_in(tmp_path)
    assert catch_up(database, place, SystemClock())
    for tree in TREES:
        found = verify_live(database, policy_of(KEYS, tree), tree=tree)
        assert found.wrong is None
        assert found.report is not None
        assert found.report.checked > ENTRIES


def test_receipts_of_a_filled_log_are_asked_for_checked_and_timed(database: str) -> None:
    p50, p99 = receipts.measure(database, 2, 1.0, entries=1_500, run=uvloop.run)
    assert len(p50.figures) == len(p99.figures) == 2
    assert all(0 < low <= high for low, high in zip(p50.figures, p99.figures, strict=True))


def test_a_filled_log_and_one_a_tenth_as_long_are_appended_to_in_turn(database: str) -> None:
    time, wal = growing.measure(database, 1, 0.5, entries=5_000, run=uvloop.run)
    assert time.figures[0] > 0
    # More than the rows themselves goes into the write-ahead log, and not many times as much.
    assert 1 < wal.figures[0] < 10
    with psycopg.connect(database) as connection:
        row = connection.execute("select count(*), max(position) from ledger.entry").fetchone()
    assert row is not None
    assert row[0] == row[1] > 500
