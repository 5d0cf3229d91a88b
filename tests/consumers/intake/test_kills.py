"""Two intakes in a group, killed again and again: no message lost, none done twice, order kept."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from time import monotonic, sleep

import pytest

from consumers.intake.messages import topic_of
from infra.kafka.apache import lacking
from tests.consumers.brokers import Kafka, Wheel
from tests.consumers.intake.sending import (
    Sender,
    answers,
    class_of,
    entries_after,
    recording,
    send,
)
from tests.consumers.worlds import connected, head

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.usefixtures("topics")]
KEYS, ROUNDS, EACH = 8, 2, 6
WITHIN_SECONDS = 120.0


def started(ledger: str, kafka: Kafka, group: str, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as told:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.consumers.working"),
                *("intake", ledger, ",".join(kafka.cluster.bootstrap), group),
            ],
            stderr=told,
            cwd=Path(__file__).parents[3],
            env=os.environ | {"PYTHONPATH": "."},
        )


def dealt_with(ledger: str) -> int:
    with connected(ledger) as connection:
        row = connection.execute(
            "select coalesce(sum(next_offset), 0) from intake.progress where topic = %s",
            (topic_of("attendance"),),
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_every_message_is_done_once_and_in_order_while_intakes_are_killed(
    ledger: str, kafka: Kafka, group: str, tmp_path: Path
) -> None:
    if isinstance(kafka, Wheel) and not lacking():
        pytest.skip("does not apply: it runs on Apache Kafka, which is at hand")
    device, before, log = Sender().registered(ledger), head(ledger), tmp_path / "told"
    chance = random.Random(7)  # noqa: S311 - no secret
    processes = [started(ledger, kafka, group, log) for _ in range(2)]
    sent: list[tuple[int, int]] = []
    try:
        for number in range(ROUNDS * EACH):
            place = [(key, number) for key in range(KEYS)]
            sent += place
            late = {key: "09:00" if (key + number) % 5 == 0 else "11:00" for key in range(KEYS)}
            send(
                kafka.cluster,
                "attendance",
                [
                    device.message(
                        f"key {key}",
                        f"{group}-{key}-{number}",
                        recording(class_of(5), ends=late[key], storage_ref=f"{key}/{number}"),
                    )
                    for key, number in place
                ],
            )
            if number % EACH == EACH - 1:
                until = monotonic() + WITHIN_SECONDS
                while dealt_with(ledger) < len(sent) - KEYS * 2:
                    assert monotonic() < until, log.read_text("utf-8", "replace")[-3000:]
                    sleep(0.05)
                victim = chance.randrange(2)
                processes[victim].send_signal(signal.SIGKILL)
                processes[victim].wait()
                processes[victim] = started(ledger, kafka, group, log)
        until = monotonic() + WITHIN_SECONDS
        while dealt_with(ledger) < len(sent):
            assert monotonic() < until, log.read_text("utf-8", "replace")[-3000:]
            sleep(0.1)
    finally:
        for one in processes:
            one.kill()
            one.wait()

    entries = entries_after(ledger, before)
    refs = [one["data"]["storage_ref"] for one in entries if "storage_ref" in one["data"]]
    granted = [(key, number) for key, number in sent if (key + number) % 5]
    assert Counter(refs) == Counter(f"{key}/{number}" for key, number in granted)
    for key in range(KEYS):
        numbers = [int(ref.split("/")[1]) for ref in refs if ref.startswith(f"{key}/")]
        assert numbers == sorted(numbers)
    kinds = Counter(one["type"] for one in entries)
    assert kinds["access.command-refused.v1"] == len(sent) - len(granted)
    told = answers(kafka.cluster)
    assert len(told) == len(sent)
    assert all(one == found[0] for found in told.values() for one in found)
