"""Apache Kafka on this machine: how it starts."""

from pathlib import Path

import pytest

from infra.kafka.apache import kept_classes, libraries
from tests.consumers.brokers import needs_apache, running
from tests.ledger.embedded.harness import wait_until

PROC = Path("/proc")


@pytest.mark.skipif(not PROC.is_dir(), reason="does not apply: no /proc to see it by")
def test_a_broker_starts_with_the_classes_that_the_first_start_left(tmp_path: Path) -> None:
    needs_apache()
    left = kept_classes(libraries())
    if not left.exists():
        with running("apache", tmp_path / "first"):
            wait_until(left.exists, seconds=60)  # another process of tests may be at it

    with running("apache", tmp_path / "second"):
        pid = (tmp_path / "second" / "broker-1" / "pid").read_text()
        assert str(left) in (PROC / pid / "maps").read_text()
