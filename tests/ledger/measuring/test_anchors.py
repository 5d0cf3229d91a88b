"""The anchors are figures of a real server."""

from ledger.measuring.anchors import lone_insert_ms, scratch

SLOWER_MS = 20


def test_a_disk_that_is_said_to_be_slower_makes_every_insert_wait() -> None:
    with scratch(flush_delay_us=SLOWER_MS * 1000) as conninfo:
        assert lone_insert_ms(conninfo, 1) >= SLOWER_MS
